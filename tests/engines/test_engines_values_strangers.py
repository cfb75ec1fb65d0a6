"""Kinds of values that strangers wrote and the extractors missed, each in words of its own."""

from __future__ import annotations

from collecting import over
from talking import Talk

from leadbot.engines.rules.reading.extract import extract


def values(text, asked=None, **more):
    return {slot: (one.e164 or one.value) for slot, one in extract(text, asked=asked, **more).slots.items()}


@over(
    [
        ("по договору 71,4", "71,4 м²"), ("по техпаспорту 78", "78 м²"), ("64 запятая 5", "64,5 м²"),
        ("90дай", "90 м²"),
        ("90ға тарта шаршы", "90 м²"), ("ну 60 шақты квадрат", "60 м²"), ("12 метрге 8 метр", "96 м²"),
        ("ені 7 ұзыны 10", "70 м²"), ("toqsan", "90 м²"), ("85 кв, вернее 95", "95 м²"),
        ("50 квадрат, ой кешіріңіз 55", "55 м²"),
        ("the hall is 9 sqm, 40 sqm altogether", "40 м²"), ("дом из сухого соснового бруса 8 на 9", "72 м²"),
    ]
)  # fmt: skip
def test_a_size_is_read(text, area):
    assert values(text, "area").get("area") == area


@over(["кухня 2,7 метра, белая", "договор №94"])
def test_what_is_no_size_is_none(text):
    assert "area" not in values(text)


@over(
    [("7172 55-10-20 рабочий", "+77172551020"), ("727 250 11 22", "+77272501122"), ("+44 7700 900456", "+447700900456")]
)
def test_a_number_of_a_town_or_another_country_is_one(text, e164):
    assert values(text, "phone").get("phone") == e164


def test_a_foreign_number_a_digit_short_is_none():
    assert "phone" not in values("+998 90 123 45 6", "phone")


@over(
    [
        ("раньше жила в Рудном, теперь нет", None), ("Семейде туғанмын", None), ("I used to live in Aktau", None),
        ("родилась в Семее, живу в Астане", "Астана"), ("Түркістанның Сарыағашы", "Сарыагаш"),
        ("Есікте үй салу", "Есик"),
        ("Сарыағаш ауданы, Дербісек ауылы", "Дербисек"), ("кармакшы ауданы жосалы", "Жосалы"), ("Шу шаары", "Шу"),
        ("вы нам в июне забор делали в Капчагае", "Конаев"), ("в августе вы дом в Аркалыке строили", None),
    ]
)  # fmt: skip
def test_the_place_is_where_the_work_is(text, town):
    assert values(text).get("city") == town


@over(
    [
        ("вы брату Серику гараж строили", None), ("вы соседу дом построили, хочу баню", "баня"),
        ("three bedrooms and two toilets, 90 sqm", None), ("мектеп жанында дүкен жөндеу", "магазин"),
        ("дверь на кухню и одно окно", "двери"), ("uyge qorshau kerek", "забор"), ("detskii sad", "детский сад"),
        ("trehkomnatnaya, remont", "квартира"), ("oshxona remont kerak", "кухня"), ("evimiz 150 metrekare", "дом"),
        ("пол залить 60 квадратов", "пол"), ("стяжка пола, квартира", "квартира"), ("мал қора салу", "сарай"),
        ("2 бөлмені жөндеп беріңіздер", "комната"),
    ]
)  # fmt: skip
def test_the_thing_is_what_is_wanted(text, kind):
    assert values(text).get("object_type") == kind


@over(
    [
        ("пишите Ахметова", "Ахметова"), ("запишите Сериков", "Сериков"), ("I'm Callum", "Callum"),
        ("Áıgerim", "Áıgerim"),
        ("пишите на ватсап", None), ("мен Қытайдан келгенмін", None),
    ]
)  # fmt: skip
def test_a_name_given_when_it_is_asked(text, name):
    assert values(text, "name").get("name") == name


def test_of_two_numbers_the_one_pointed_at_later_is_called():
    talk = Talk()
    talk.say("Гараж 6х7 в Лисаковске", "Артём", "8 705 221 34 34 и 8 771 221 34 35", "лучше на второй, первый жены")
    assert talk.value("phone") == "87712213435"


def test_a_number_for_when_nobody_answers_replaces_none():
    talk = Talk()
    talk.say("Хочу дом", "Алматы", "150 квадратов", "Әкемнің аты Ербол, звоните ему 8 702 119 33 40")
    talk.say("менің номерім 8 708 119 33 41, если он трубку алмаса")
    assert talk.value("phone") == "87021193340"


def test_kazakh_without_its_letters_stays_kazakh_to_who_speaks_it():
    assert extract("40 метрден су кораптан", language="kk").language in (None, "kk")
    assert extract("перезвоните завтра", language="kk").language == "ru"
