"""What a client means by what he says: a part spared, a day booked, a complaint that goes on, a message gone astray."""

from __future__ import annotations

from collecting import over
from talking import COMPANY, Talk, talk_in

from leadbot.texts import phrases

RU, KK = "Ерлан 8 701 555 66 77", "есімім Айдос, нөмірім 8 701 555 66 77"


def state(talk: Talk, name: str) -> object:
    return talk.known["state"].get(name)


# --- what is not wanted ----------------------------------------------------------------------------------------------

SPARED = (
    ("windows", "нужны 2 окна в Алматы", "москитную сетку не нужно уже, передумал"),
    ("furniture", "кухня нужна в Астане", "столешницу не надо, передумали"),
    ("furniture", "шкаф керек Алматыда", "айна керек емес"),
    ("landscaping", "газон хотим в Алматы", "полив не нужен"),
    ("construction", "дом хотим в Алматы 120 кв", "баня уже не нужна, передумали"),
    ("construction", "дом хотим в Алматы 120 кв", "если ипотеку не одобрят, то не надо"),
    ("windows", "терезе керек Алматыда", "тым қымбат болса керек емес"),
)


@over([(*case, contact) for case in SPARED for contact in ((), (RU,))])
def test_what_a_client_can_do_without_takes_no_request_back(
    trade: str, wish: str, spared: str, contact: tuple[str, ...]
) -> None:
    talk = talk_in(trade)
    talk.say(wish, *contact, spared)
    assert talk.act != "withdrawal"
    assert not state(talk, "withdrawn")


@over(
    [
        ("windows", "нужны 2 окна в Алматы", "всё, окна уже не нужны, передумали"),
        ("furniture", "кухня нужна в Астане", "уже не надо, нашли других"),
        ("landscaping", "газон хотим в Алматы", "ничего не нужно уже"),
        ("construction", "дом хотим в Алматы 120 кв", "дом больше не нужен"),
        ("furniture", "шкаф керек Алматыда", "шкаф енді керек емес"),
    ]
)
def test_who_does_not_need_the_thing_itself_withdraws(trade: str, wish: str, said: str) -> None:
    talk = talk_in(trade)
    talk.say(wish, RU, "не знаю", said)
    assert talk.act == "withdrawal"


@over(["заявку не отменяйте", "я не отказывался", "мен бас тартқан жоқпын", "I didn't cancel"])
def test_who_has_not_withdrawn_is_believed(said: str) -> None:
    talk = talk_in("construction")
    talk.say("дом хотим в Алматы 120 кв", RU, "передумали, уже не надо")
    assert state(talk, "withdrawn")
    assert talk.say(said) == phrases.say("withdrawal.renewed", str(talk.language))
    assert not state(talk, "withdrawn")
    assert talk.act == "call_human"  # the manager has heard of the withdrawal


# --- writing, calling, booking ---------------------------------------------------------------------------------------


@over(["сенбіге жазыңыз 15ке", "ертеңге жазып қойыңызшы", "сағат 10-ға жазыңыз мені"])
def test_a_day_that_is_booked_is_no_wish_for_letters(said: str) -> None:
    talk = talk_in("beauty")
    talk.say("маникюр керек", said)
    assert state(talk, "contact_by") is None
    assert talk.value("callback")


@over(["маған кешке жазыңыз, қоңырау шалмаңыз", "ватсапқа жазыңыз", "только пишите, звонить не надо"])
def test_who_wants_to_be_written_to_is_written_to(said: str) -> None:
    talk = talk_in("construction")
    talk.say("дом хотим в Алматы 120 кв", RU, said)
    assert state(talk, "contact_by") in ("message", "whatsapp")


@over(["зачем писать? позвоните мне лучше", "неге жазады? қоңырау шалыңыз маған"])
def test_who_wants_to_be_called_after_all_is_called(said: str) -> None:
    talk = talk_in("construction")
    answer = talk.say("дом хотим в Алматы 120 кв", RU, "только пишите, звонить не надо", said)
    assert state(talk, "contact_by") == "call"
    assert phrases.say("answer.why_phone", str(talk.language)) not in answer


def test_no_call_is_promised_to_who_is_to_be_written_to() -> None:
    answer = talk_in("construction").say("дом 90 кв в Алматы", f"{RU}, только в ватсап пишите")
    assert "свяжется с вами по номеру" not in answer
    assert "напишет вам в WhatsApp" in answer


# --- a complaint -----------------------------------------------------------------------------------------------------

COMPLAINT = ("Хочу пожаловаться, ваши мастера испортили стену", "8 701 555 66 77 Ерлан")


@over(
    [
        "иначе подам жалобу в прокуратуру",
        "жалоба у меня, а не заявка!",
        "третий день никто не едет",
        "сколько можно ждать",
        "60. вы понимаете что плесень пошла?",
        "әйтпесе сотқа беремін",
        "шағымым бар дедім ғой сізге",
    ]
)
def test_a_complaint_that_goes_on_is_answered_as_one(said: str) -> None:
    talk = talk_in("renovation")
    answer = talk.say(*COMPLAINT, said)
    language = str(talk.language)
    assert answer == phrases.say("complaint.again.phone", language, phone="87015556677")
    assert talk.act == "complaint"
    assert talk.say("и никому дела нет до нас") != answer
    assert not any("аявк" in said for said in talk.answers()[2:])


@over(["подам на вас в суд, если не исправите", "верните деньги, а то напишу отзыв"])
def test_a_threat_is_a_complaint(said: str) -> None:
    talk = talk_in("construction")
    talk.say("дом хотим в Алматы 120 кв", RU, said)
    assert talk.act == "complaint"


@over(["жалоб больше нет", "где почитать отзывы?", "а сколько стоит баня 40 кв?", "спасибо, жду звонка"])
def test_what_is_no_complaint_is_answered_as_ever(said: str) -> None:
    talk = talk_in("construction")
    talk.say(*COMPLAINT, said)
    assert talk.act != "complaint"


# --- the wrong chat, a person, fear ----------------------------------------------------------------------------------


@over(
    [
        "упс, это не вам было",
        "ой, не туда отправил",
        "кешіріңіз, басқа адамға жазып едім, сізге емес",
        "извините, ошиблась чатом",
    ]
)
def test_who_has_written_to_the_wrong_chat_hears_that_it_is_no_harm(said: str) -> None:
    for before in ((), ("сынок, я в магазине, молоко взять?",), ("дом 90 кв в Алматы", RU)):
        talk = talk_in("construction")
        assert talk.say(*before, said).startswith(
            phrases.sentences(phrases.say("wrong_chat", str(talk.language), company=COMPANY.name))[0]
        )
        assert talk.value("plot") is None
        assert not state(talk, "remarks")


def test_a_value_put_in_the_wrong_place_is_no_wrong_chat() -> None:
    talk = talk_in("construction")
    talk.say("дом 90 кв в Алматы", "ой, не туда написал: в Косшы дом")
    assert talk.value("city") == "Косшы"


@over(
    [
        "вы робот? мне нужен живой человек",
        "ботпен сөйлесіп тұрмын ба? адамды шақырыңыз",
        "are you a bot? I need a human",
    ]
)
def test_a_person_is_called_beside_another_question(said: str) -> None:
    talk = talk_in("dental")
    talk.say("имплант", said)
    assert talk.act == "call_human"


def test_who_only_asks_whether_it_is_a_bot_calls_nobody() -> None:
    talk = talk_in("dental")
    talk.say("Hi, are you a real person?")
    assert talk.act is None


@over(["ну и долго ждать?", "когда ответят то?", "вы тут ответите или ждать звонка", "қашан жауап береді?"])
def test_who_waits_for_the_person_called_hears_where_he_answers(said: str) -> None:
    talk = talk_in("construction")
    talk.say("дом 90 кв в Алматы", "дайте человека", said)
    assert talk.act == "call_human"
    assert phrases.say("answer.term", str(talk.language)) not in talk.answers()[-1]


def test_fear_of_pain_is_no_distrust() -> None:
    talk = talk_in("dental")
    assert "Абая" not in talk.say("имплант", "а это больно? очень страшно")
    assert "Абая" in talk.say("а вы не обманете? боюсь")


# --- what was just said is not asked ---------------------------------------------------------------------------------


@over(
    [
        ("dental", "чистка зубов, можно послезавтра?", "послезавтра"),
        ("beauty", "педикюр на субботу есть место?", "субботу"),
        ("cars", "диагностика, в пятницу после обеда", "в пятницу после обеда"),
        ("cars", "ертең кешке шина ауыстыру керек", "ертең кешке"),
        ("dental", "тіс ауырады, сейсенбіге жазыңыз 9-ға", "сейсенбіге жазыңыз 9-ға"),
        ("beauty", "укладка, в 17:30 завтра", "в 17:30 завтра"),
        ("dental", "зуб ноет с понедельника", None),
        ("dental", "сегодня утром сломался зуб", None),
        ("beauty", "в воскресенье работаете?", None),
        ("construction", "дом в Алматы, завтра получаем землю", None),
    ]
)
def test_a_time_named_in_the_first_message_is_kept(trade: str, said: str, time: str | None) -> None:
    talk = talk_in(trade)
    talk.say(said)
    assert talk.value("callback") == time


@over(["участок в Талгаре давно есть, хотим дом", "Қаскелеңде жеріміз бар, үй салғымыз келеді"])
def test_a_plot_that_was_named_is_not_asked_about(said: str) -> None:
    talk = talk_in("construction")
    talk.say(said)
    assert (talk.value("plot"), talk.asked) == ("есть", "area")


@over(
    [
        ("шкаф купе Алматы", "лдсп белый. а доставка когда?", "лдсп белый"),
        ("диван в Алматы", "велюр, сроки какие?", "велюр"),
    ]
)
def test_an_answer_before_a_question_is_kept(wish: str, said: str, material: str) -> None:
    talk = talk_in("furniture")
    talk.say(wish, said)
    assert talk.value("materials") == material
    assert talk.asked != "materials"


@over(
    [
        ("диван тазалау керек еді үйге келіп", "диван тазалау үйге келіп"),
        ("Сәлеметсіз бе! пианино күйге келтіресіз бе", "пианино күйге келтіру"),
        ("Добрый день! надо собрать полки", "собрать полки"),
        ("кілем жуасыздар ма", "кілем жуу"),
        ("Здравствуйте, есть вопрос", None),
        ("Сәлеметсіз бе", None),
    ]
)
def test_a_wish_of_any_trade_is_named_without_what_surrounds_it(said: str, wish: str | None) -> None:
    talk = talk_in("other")
    talk.say(said)
    assert talk.value("object_type") == wish
