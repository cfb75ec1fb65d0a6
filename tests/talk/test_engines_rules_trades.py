"""Other trades: five talks each, none of which hears of building; what is measured in centimetres."""

from __future__ import annotations

from dataclasses import replace

from collecting import over
from talking import COMPANY, Talk

TALKS = {
    "dental": [
        ("зуб шатается и ноет", "завтра к вечеру", "Асия 87056412738"), ("здравствуйте", "виниры хочу", "в среду",
        "Рустем"),
        ("тісім сынып қалды", "ертең", "Гүлнәр 87056412738"), ("сколько стоит чистка?", "в пятницу утром",
        "87056412738"),
        ("my tooth hurts", "today", "Tom 87056412738"),
    ],
    "school": [
        ("курсы корейского есть?", "по вечерам", "Асия 87056412738"), ("балама ағылшын тілі керек", "түстен кейін",
        "Гүлнәр"),
        ("здравствуйте", "подготовка к IELTS", "суббота", "87056412738"), ("хочу французский с нуля", "утром", "Олег"),
        ("do you teach Kazakh?", "evening", "Tom 87056412738"),
    ],
    "cars": [
        ("не заводится прадо", "сегодня", "Асия 87056412738"), ("колодки поменять", "завтра в 10",
        "Рустем 87056412738"),
        ("көліктің майын ауыстыру керек", "бүгін", "Гүлнәр"), ("здравствуйте", "вмятина на крыле", "на выходных"),
        ("need an oil change", "tomorrow", "Tom 87056412738"),
    ],
    "beauty": [
        ("на шеллак можно?", "в пятницу", "Асия 87056412738"), ("шаш бояу қанша тұрады", "сенбі", "Гүлнәр 87056412738"),
        ("здравствуйте", "каре хочу сделать", "завтра", "Инна"), ("брови и ресницы", "после 18", "Инна 87056412738"),
        ("haircut please", "today at 5", "Ann 87056412738"),
    ],
    "other": [
        ("нужен фотограф на юбилей", "15 июля", "Асия 87056412738"), ("той жүргізетін асаба керек", "тамызда",
        "Гүлнәр"),
        ("здравствуйте", "доставка воды в офис", "каждый понедельник", "87056412738"), ("починить ноутбук",
        "сегодня", "Олег"),
        ("I need a translator", "tomorrow", "Tom 87056412738"),
    ],
}  # fmt: skip
BUILDING = ("построить", "строим", "ремонтир", "дом,", "квартир", "площад", "участок", "объект", "салу",
"жөндеу ме", "пәтер",
            "нысан", "жер телім", "аудан", "renovat", "build", "plot", "floor area")  # fmt: skip


@over([(trade, turns) for trade, talks in TALKS.items() for turns in talks])
def test_no_question_about_building_in_another_trade(trade: str, turns: tuple[str, ...]) -> None:
    talk = Talk(replace(COMPANY, setup=trade))
    for turn in turns:
        answer = talk.say(turn).lower()
        assert not any(word in answer for word in BUILDING), answer
    assert talk.value("object_type")
    assert talk.value("area") is None


@over(sorted(TALKS))
def test_a_talk_of_it_ends_in_a_lead_with_what_and_when(trade: str) -> None:
    talk = Talk(replace(COMPANY, setup=trade))
    talk.say(*TALKS[trade][0])
    lead = talk.lead()
    assert (lead.name, lead.phone) == ("Асия", "87056412738")
    assert "Когда удобно" in lead.summary


def test_the_wish_is_kept_without_the_words_around_it() -> None:
    talk = Talk(replace(COMPANY, setup="other"))
    talk.say("нужен фотограф на юбилей")
    assert talk.value("object_type") == "фотограф на юбилей"


@over([
        ("windows", "окно 120 на 150", "120 × 150 см"), ("windows", "дверь 2050х860", "2050 × 860 мм"),
        ("furniture", "кухня 2.80 на 1.60", "2,8 × 1,6 м"), ("furniture", "шкаф 220х240", "220 × 240 см"),
    ])  # fmt: skip
def test_things_are_measured_in_centimetres(trade: str, said: str, size: str) -> None:
    talk = Talk(replace(COMPANY, setup=trade))
    talk.say(said)
    assert talk.value("area") == size
