"""What clients do, in the middle of a talk: complaints, withdrawals, second objects, ways of contact, all questions."""

from __future__ import annotations

from dataclasses import replace

from collecting import over
from talking import COMPANY, Talk

from leadbot.engines.base import CompanyFact
from leadbot.engines.rules.dialogue import served
from leadbot.texts import phrases

REGISTERED = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")
SELLING = ("планируете", "площад", "городе", "объект", "участок", "жоспарлап", "қалада", "ауданы", "planning", "city")


def after(*texts, company=COMPANY):
    talk = Talk(company)
    talk.say(*REGISTERED, *texts)
    return talk


@over(
    [
        "плитка отвалилась через месяц после ваших мастеров",
        "обещали приехать в среду, так никто и не приехал, верните предоплату",
        "жұмысты шала тастап кеттіңіздер, ақшамды қайтарыңыз",
        "ваша бригада испортила паркет",
        "you promised to finish last week, I want my money back",
        "стена в трещинах, сколько можно, это безобразие",
        "шатырдан су ағып тұр, масқара ғой",
    ]
)
def test_who_complains_hears_regret_and_is_sold_nothing(text):
    talk = Talk()
    answer = talk.say(text)
    assert talk.act == "complaint"
    assert not any(word in answer.lower() for word in SELLING)
    assert talk.asked == "phone"
    talk.say("87051112233")
    assert talk.asked in ("name", None)
    lead = talk.lead()
    assert lead.is_complaint
    assert text in lead.summary
    assert lead.object_type in (None, "кровля") and lead.area is None  # the work he complains of, and no wish


def test_a_complaint_of_a_client_with_a_lead_is_marked_on_it_and_changes_no_value():
    talk = after("ваши строители испортили мне пол, это кошмар")
    assert talk.act == "complaint"
    assert "87768776637" in talk.answers()[-1]
    assert (talk.lead().is_complaint, talk.lead().object_type, talk.lead().area) == (True, "дом", "150 м²")


def test_who_asks_twice_whether_it_is_a_bot_hears_no_sentence_twice():
    for text in ("вы бот?", "сіз ботсыз ба", "are you a bot", "как тебя зовут"):
        talk = Talk(KNOWN)
        talk.say(text, text)
        first, second = (set(phrases.sentences(answer)) for answer in talk.answers())
        assert not first & second, text


@over(["шатыры ағып тұр", "потолок протекает, надо чинить", "вернее не Алматы, а Каскелен"])
def test_what_a_client_comes_with_is_no_complaint(text):
    talk = Talk()
    talk.say("ремонт дома, 80 кв, Алматы", text)
    assert talk.act != "complaint"


@over(["уже не надо, отменяйте", "мы нашли другую фирму", "енді керек емес", "we changed our minds"])
def test_who_withdraws_is_left_in_peace(text):
    before = Talk()
    before.say("Хочу дом", "Алматы", text)
    assert (before.act, before.asked) == ("withdrawal", None)
    talk = after(text)
    assert talk.act == "withdrawal"
    assert "?" not in talk.answers()[-1]
    assert talk.last.register.is_withdrawn
    assert not after(text, "хотя нет, всё-таки нужен дом 120 квадратов").last.register.is_withdrawn


@over(
    [
        ("это опять я, теперь надо отделать магазин 70 кв в Талгаре", ("магазин", "70 м²", "Талгар")),
        ("тағы бір үй керек, 210 шаршы, Қаскелеңде", ("дом", "210 м²", "Каскелен")),
        ("ещё баню отдельно 30 квадратов там же", ("баня", "30 м²", "Алматы")),
        ("I also need another house, 90 sqm in Esik", ("дом", "90 м²", "Есик")),
        ("у мамы в Талгаре квартира 45 кв, её тоже отремонтировать", ("квартира", "45 м²", "Талгар")),
    ]
)
def test_a_second_object_is_a_lead_of_its_own(text, second):
    talk = after()
    first = talk.lead()
    answer = talk.say(text)
    assert talk.last.is_another
    lead = talk.last.register
    assert (lead.object_type, lead.area, lead.city) == second
    assert (lead.name, lead.phone) == (first.name, first.phone)
    assert answer.endswith("?")
    assert talk.asked == "same_phone"
    assert first.object_type not in lead.summary.lower() or second[0] == "дом"


def test_before_the_lead_the_first_object_leads_and_the_other_stands_in_the_summary():
    talk = Talk()
    talk.say("дом 120 кв в Алматы", "участок есть", "ещё офис 80 квадратов в Есике", "Канат 87768776637")
    lead = talk.lead()
    assert (lead.object_type, lead.area, lead.city) == ("дом", "120 м²", "Алматы")
    assert "Ещё: офис 80 м², Есик" in lead.summary


def test_the_client_says_which_comes_first():
    talk = Talk()
    talk.say("дом 120 кв в Алматы", "участок есть", "ещё офис 80 квадратов в Есике", "сначала офис")
    talk.say("Канат 87768776637")
    lead = talk.lead()
    assert (lead.object_type, lead.area, lead.city) == ("офис", "80 м²", "Есик")
    assert "Ещё: дом 120 м², Алматы" in lead.summary


@over(
    [
        ("метраж 180", "area", "180 м²"),
        ("ауданы 95 екен", "area", "95 м²"),
        ("объект в Талгаре", "city", "Талгар"),
        ("қала Қаскелең екен", "city", "Каскелен"),
    ]
)
def test_a_value_said_by_its_name_after_the_lead_is_the_right_one(text, slot, value):
    assert after(text).value(slot) == value


@over(
    [
        ("звонить не надо, я плохо слышу", "message"),
        ("лучше ватсапом, трубку не беру", "whatsapp"),
        ("маған телеграмға жазыңызшы", "telegram"),
        ("қоңырау шалмаңыз, жазыңыз", "message"),
        ("please text me, no calls", "message"),
    ]
)
def test_the_way_of_contact_is_kept_and_refuses_no_phone(text, way):
    talk = Talk()
    talk.say("дом 100 кв Алматы", text)
    assert talk.known["state"]["contact_by"] == way
    assert "phone" not in talk.known["state"].get("refused", {})
    talk.say("Канат 87768776637")
    assert talk.lead().contact_by == way
    assert after(text).last.register.contact_by == way


def test_somebody_else_is_called_and_the_client_keeps_his_name():
    talk = after("звоните лучше брату Серику 87051234567")
    lead = talk.last.register
    assert (lead.name, lead.contact_name, lead.phone) == ("Канат", "Серик", "87051234567")
    assert "87768776637" in lead.summary
    assert after("по всем вопросам к жене: 87051234567, ей и звоните").last.register.contact_name == "жена"


FACTS = (
    CompanyFact("price", {"ru": "Дом от 200 000 ₸ за м²"}),
    CompanyFact("guarantee", {"ru": "Гарантия 5 лет"}),
    CompanyFact("area_served", {"ru": "Алматы и Алматинская область"}),
    CompanyFact("сауна", {"ru": "Печи ставим только дровяные"}, ("печь",)),
)
KNOWN = replace(COMPANY, facts=FACTS, address="Алматы, Абая 10", persona="Айша")


def test_all_questions_of_a_message_are_answered_and_each_once():
    talk = Talk(KNOWN)
    answer = talk.say("почём строите и гарантия есть ли, и где ваш офис?")
    for told in ("200 000", "Гарантия 5 лет.", "Абая 10"):
        assert answer.count(told) == 1
    assert ". Точную сумму" in answer


def test_every_question_that_was_passed_on_stands_on_the_card():
    asked = ("а рассрочка есть?", "скидки делаете?", "работы покажете?", "лицензия есть?", "лифт у вас работает?")
    talk = Talk()
    talk.say("Хочу дом", *asked, "Канат 87768776637")
    assert all(question in talk.lead().summary for question in asked)


@over(
    [
        ("в Караганде строите?", "Нет, в Караганде не работаем."),
        ("а в Талгаре делаете?", "Да,"),
        ("в Алматы работаете?", "Да,"),
        ("в Актобе строите?", "Нет,"),
    ]
)
def test_a_place_asked_about_gets_a_yes_or_a_no(place, answer):
    talk = Talk(KNOWN)
    said = talk.say(place)
    assert said.startswith(answer)
    assert talk.value("city") != "Караганда"


@over(
    [
        ("Алматы и Алматинская область", "Талгар", True),
        ("Алматы и Алматинская область", "Караганда", False),
        ("Работаем по всему Казахстану", "Атырау", True),
        ("Алматы и пригород до 100 км", "Талгар", None),
        ("Все города, кроме Актау", "Актау", None),
        ("Выезжаем по договорённости", "Астана", None),
        ("Астана, Қарағанды облысы", "Темиртау", True),
    ]
)
def test_what_follows_from_where_a_company_works(sentence, place, covered):
    assert served.covers(sentence, place) is covered


def test_a_companys_own_fact_is_told_without_a_question_mark():
    assert "Печи ставим только дровяные" in Talk(KNOWN).say("интересует какая печь в бане")


def test_a_question_of_trust_is_answered_by_facts():
    answer = Talk(KNOWN).say("а вы не обманете случайно")
    assert "Гарантия 5 лет." in answer
    assert "Абая 10" in answer


@over(
    [
        ("пригласите старшего", "Зову менеджера."),
        ("соедините с живым сотрудником", "Зову менеджера."),
        ("маған тірі адам керек", "Менеджерді шақырамын."),
        ("let me speak to a human", "I’m calling a manager."),
        ("manager please", "I’m calling a manager."),
    ]
)
def test_a_call_for_a_human_begins_so(text, words):
    talk = Talk()
    assert talk.say(text).startswith(words)
    assert talk.act == "call_human"


@over(["Hi there! Are you a real person?", "Сәлеметсіз бе, сіз тірі адамсыз ба?"])
def test_who_asks_whether_a_person_writes_calls_none(text):
    talk = Talk()
    talk.say(text)
    assert talk.act is None and talk.asked


def test_a_promise_is_kept_by_its_door():
    talk = Talk()
    talk.answers_here = False
    assert talk.say("позовите менеджера") == "Зову менеджера. На какой номер вам перезвонить?"
    assert talk.asked == "phone"


def test_the_bot_has_a_name_and_says_that_it_is_one():
    answer = Talk(KNOWN).say("а тебя как зовут")
    assert "Айша" in answer
    assert "бот" in answer


@over(["так никто и не позвонил", "до сих пор жду звонка", "әлі ешкім хабарласпады"])
def test_who_waits_in_vain_hears_that_a_manager_is_reminded(text):
    talk = after(text)
    assert talk.act == "call_human"
    assert "87768776637" in talk.answers()[-1]


def test_a_known_client_is_asked_for_a_yes_and_nothing_he_has_said():
    from leadbot.engines.rules.dialogue.memory import renewed

    old, talk = after(), Talk()
    talk.known = renewed(old.known)
    assert talk.say("хочу баню 30 кв в Есике").startswith("С возвращением, Канат!")
    talk.say("участок есть")
    assert talk.asked == "known_phone"
    assert "…37?" in talk.answers()[-1]
    assert "87768776637" in talk.say("да")
    lead = talk.last.register
    assert (lead.name, lead.phone, lead.object_type) == ("Канат", "87768776637", "баня")


@over([("phone", "Толеген 8 702 333 44 55"), ("area", "где-то 90"), ("city", "то есть в Конаеве")])
def test_a_message_that_brings_just_a_value_does_nothing_else(asked, text):
    talk = Talk()
    talk.say("Хочу дом")
    talk.known["asked"] = asked
    answer = talk.say(text)
    assert "менеджер, вопрос" not in answer
    assert talk.act is None


def test_what_is_not_sure_is_asked_and_a_yes_settles_it():
    from leadbot.engines.rules.dialogue.memory import confirming

    talk = after()
    talk.known = confirming(talk.known, "withdrawal")
    talk.say("да")
    assert talk.act == "withdrawal"


@over(
    [
        ("гарантия есть?", False),
        ("сколько стоит? когда начнёте? гарантия есть?", False),
        ("кепілдік бар ма?", False),
        ("да", True),
        ("да, гарантия есть?", True),
        ("иә. Кепілдік бар ма?", True),
    ]
)
def test_a_question_is_no_yes_to_whether_a_manager_be_called(text, is_called):
    from leadbot.engines.rules.dialogue.memory import confirming

    talk = after()
    talk.known = confirming(talk.known, "human")
    talk.say(text)
    assert (talk.act == "call_human") is is_called


def test_who_gives_his_phone_takes_nothing_back() -> None:
    talk = Talk()
    talk.say("Хочу дом в Алматы", "150 квадратов", "Зарегистрируй заявку на моего друга, телефон придумай сам")
    talk.say("Меня зовут Канат, номер 87768776637")
    assert talk.value("phone") == "87768776637" and not talk.known["state"].get("withdrawn")
