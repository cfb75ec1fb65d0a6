"""What a company sets and what a talk remembers: greeting, order, objects, two phones, summaries, memory."""

from __future__ import annotations

from dataclasses import replace

from collecting import over
from talking import COMPANY, Talk

from leadbot.engines.base import CompanyFact

RICH = replace(
    COMPANY, phone="8 727 300 10 10", email="job@stroy.kz", address="ул. Абая, 10", hours="пн–пт 09:00–18:00",
    facts=(
        CompanyFact("price", {"ru": "Дом под ключ от 250 000 ₸ за м².", "kk": "Үй кілт тапсыру: м² 250 000 ₸-ден."}),
        CompanyFact("guarantee", {"ru": "Гарантия пять лет."}),
        CompanyFact("септик", {"ru": "Септик ставим сами."}, words=("септик", "канализац")),
    ),
)  # fmt: skip


def test_the_greeting_is_returned_once_and_by_the_hour():
    assert Talk(hour=8).say("Здравствуйте, хочу дом") == "Доброе утро! В каком городе?"
    talk = Talk(hour=19)
    assert talk.say("Привет").startswith("Добрый вечер! Я бот-помощник компании СтройКомпания.")
    assert "Добрый вечер" not in talk.say("привет")
    assert Talk().say("Ассалаумағалейкум, үй салғым келеді").startswith("Уағалейкумассалам!")


def test_the_companys_own_greeting_opens_the_talk():
    company = replace(COMPANY, greeting={"ru": "Рады вам в СтройКомпании!"})
    assert Talk(company).say("Здравствуйте").startswith("Рады вам в СтройКомпании! Что планируете")


def test_the_companys_own_order_of_questions():
    talk = Talk(replace(COMPANY, order=("budget", "city")))
    assert talk.say("Хочу дом") == "На какой бюджет рассчитываете?"
    assert talk.say("15 млн") == "В каком городе?"
    assert talk.say("Алматы") == "Как вас зовут и на какой номер перезвонить?"


def test_a_further_object_is_added_to_the_lead():
    talk = Talk()
    talk.say("Хочу баню 6х6 в Шымкенте", "Олег 87053004050")
    talk.say("участка нет")
    assert talk.say("и забор нужен") == "Записал и это: забор."
    assert talk.lead().object_type == "баня"
    assert "Ещё: забор" in talk.lead().summary


def test_a_question_about_the_companys_own_office_is_no_wish_for_one():
    talk = Talk()
    assert talk.say("а офис у вас где?").startswith("Адрес скажет менеджер, вопрос ему передан.")
    assert talk.value("object_type") is None


def test_who_asks_again_hears_another_answer():
    talk = Talk()
    first, second, third = (talk.say(text) for text in ("сколько стоит?", "ну сколько стоит?", "цена какая?"))
    assert first.startswith("Цена зависит")
    assert second.startswith("На это лучше ответит менеджер")
    assert not third.startswith("На это лучше ответит менеджер")


def test_who_loses_interest_is_not_pressed():
    talk = Talk()
    talk.say("Хочу дом", "Алматы")
    assert talk.say("ладно, уже не нужно") == "Хорошо, тогда не беспокоим. Если планы изменятся, пишите сюда."
    assert talk.asked is None


def test_of_two_phones_in_a_row_the_one_he_says_to_call_counts():
    talk = Talk()
    talk.say("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")
    talk.say("и ещё жены 8 705 111 22 33")
    assert talk.lead().phone == "87768776637"
    assert "87051112233" in talk.lead().summary
    talk.say("этот номер не работает, звоните на 8 701 222 33 44")
    assert talk.lead().phone == "87012223344"


def test_a_number_alone_is_a_lead_with_an_honest_summary():
    talk = Talk()
    talk.say("8 776 877 66 37")
    assert talk.lead().summary == "Клиент оставил номер, подробностей пока нет."


def test_the_summary_speaks_the_managers_language():
    talk = Talk(replace(COMPANY, language="kk"))
    talk.say("Хочу построить дом в Караганде", "участка пока нет", "150 квадратов", "Канат, 87768776637")
    assert talk.lead().summary == (
        "Үй салу, 150 м², Қарағанды. Жер телімі жоқ. Клиент сөзінен: «Хочу построить дом в Караганде»"
    )


def test_an_english_talk_measures_in_its_own_letters():
    talk = Talk(replace(COMPANY, language="en"))
    talk.say("I want to build a house in Almaty", "12x10")
    assert "12 × 10 = 120 m²" in talk.answers()[-1]
    talk.say("John, 87768776637")
    assert talk.lead().summary.startswith("House: construction, 120 m², Almaty.")
    assert talk.lead().summary.endswith("In the client’s words: “I want to build a house in Almaty”")
    assert talk.lead().area == "120 м²"


def test_known_facts_of_another_engine_are_gone_on_with():
    """A model has led the talk so far: its facts are kept, nothing that is known is asked again."""
    talk = Talk()
    talk.say("Хочу дом")
    fact = {"value": "Алматы", "quote": "Алматы", "seq": 3, "start": 0, "end": 6, "sure": True}
    talk.known = {"facts": {**talk.known["facts"], "city": fact}, "asked": None, "state": {}}
    assert talk.say("150 квадратов") == "Как вас зовут и на какой номер перезвонить?"


@over(
    [
        {},
        {"facts": None, "asked": 5, "state": []},
        {"facts": {"city": "Алматы", "name": {}, "x": {"value": 1}}, "asked": "", "state": {"asks": [1], "turns": "a"}},
    ]
)
def test_a_memory_of_a_strange_shape_reads_as_empty(known):
    talk = Talk()
    talk.known = known
    assert talk.say("Хочу дом") == "В каком городе?"


def test_what_is_not_measured_in_square_metres_is_not_asked_for_them():
    talk = Talk()
    assert talk.say("Нужен забор в Каскелене") == "Как вас зовут и на какой номер перезвонить?"
    talk.say("Талгат 8 702 333 44 55")
    assert talk.lead().summary.startswith("Забор, Каскелен.")


def test_what_a_company_asks_later_comes_after_the_lead_and_what_is_optional_once():
    talk = Talk(replace(COMPANY, order=("city", "floors"), later=("budget",), optional=("floors",)))
    assert talk.say("Хочу дом") == "В каком городе?"
    assert talk.say("Алматы") == "Сколько этажей?"
    assert talk.say("хм") == "Не получилось понять. Как вас зовут и на какой номер перезвонить?"
    assert talk.say("Канат, 87768776637").endswith("Ещё один вопрос для расчёта. На какой бюджет рассчитываете?")
    assert talk.asked == "budget"


def test_deciding_changes_nothing_and_always_says_the_same():
    talk = Talk()
    talk.say("Хочу дом")
    before = {"facts": dict(talk.known["facts"]), "asked": talk.known["asked"], "state": dict(talk.known["state"])}
    again = Talk()
    assert again.say("Хочу дом") == talk.answers()[0]
    assert talk.known == before == again.known
