"""Corrections, and what must not be taken for one: the right value stays on the lead, and the client hears it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from talking import COMPANY, Talk

from leadbot.engines.rules.reading.extract import extract
from leadbot.texts.trades import load


def talk(setup: str, *lines: str) -> Talk:
    """A talk in this trade, the lines said one after the other."""
    held = Talk(replace(COMPANY, setup=setup) if setup else COMPANY)
    held.say(*lines)
    return held


PUT_RIGHT = [
    # a size whose number alone is said anew, after the lead is there
    ("renovation", ("ремонт кухни 9 квадратов Караганда, Инна 87075550121", "ой не 9 квадратов, а 11,5 я перемерила"),
     "area", "11,5 м²", "площадь: 11,5 м²"),
    ("", ("үй салу керек, Шымкентте, 140 шаршы, Самат 87015550122", "ауданы 140 емес 165 болады"),
     "area", "165 м²", "165 м²"),
    ("", ("üy salu kerek Astanada 120 kvadrat, Samat 87015550123", "120 emes 125 kvadrat"),
     "area", "125 м²", "125 м²"),
    ("", ("House in Almaty, 80 sqm, John 87015550124", "It is 90 sqm, not 80"), "area", "90 м²", "90 m²"),
    ("", ("үй керек, Таразда, 110 шаршы, Самат 87015550125", "130 деп түзетіңізші"), "area", "130 м²", "130 м²"),
    # land put right leaves the house as it is
    ("", ("дом хотим 130 квадратов в Уральске, земли 6 соток", "ой, участок 7 соток, а не 6"),
     "area", "130 м²", "7 соток"),
    ("", ("үй саламыз Атырауда 90 шаршы, жеріміз 6 сотық", "жер 9 сотық екен, 6 емес"), "area", "90 м²", "9 сотық"),
    # one material for another
    ("", ("баня из кирпича в Таразе 40 квадратов", "не из кирпича, а из пеноблока"),
     "materials", "пеноблок", "пеноблок"),
    ("renovation", ("ванная бөлме жөндеу, керамогранит", "керамогранит емес плитка болсын"),
     "materials", "плитка", "плитка"),
    ("", ("дом из бруса, Костанай, 90 квадратов", "вместо бруса газоблок"), "materials", "газоблок", "газоблок"),
    # another time to call
    ("", ("баня 30 кв Талгар, позвоните завтра, Лев 87075550126", "извините, не завтра, а в пятницу"),
     "callback", "в пятницу", "в пятницу"),
    ("", ("баня 30 кв Талгар, звоните вечером, Лев 87075550127", "ой, лучше утром"), "callback", "утром", "утром"),
    ("", ("монша керек Талғарда 30 шаршы, ертең қоңырау шалыңыз, Самат 87015550128", "ертең емес, дүйсенбі"),
     "callback", "дүйсенбі", "дүйсенбі"),
]  # fmt: skip


@pytest.mark.parametrize(("setup", "lines", "slot", "value", "said"), PUT_RIGHT)
def test_what_is_put_right_stands_and_is_said_back(
    setup: str, lines: tuple[str, ...], slot: str, value: str, said: str
) -> None:
    held = talk(setup, *lines)
    assert held.value(slot) == value
    assert said in held.history[-1].text


READ = [
    ("", "Қашан келіп көресіздер?", None, "object_type", None),
    ("", "муж работает до семи, звоните днём", None, "callback", "днём"),
    ("", "только не звоните с утра, сплю", None, "callback", "не звоните с утра"),
    ("", "таңертең хабарласпаңыз", None, "callback", "таңертең хабарласпаңыз"),
    ("", "бригада кинула нас на 3 млн", None, "budget", None),
    ("", "потерял на этом 500 тысяч, бюджет теперь 2 млн", None, "budget", "2 млн"),
    ("", "на завтра до обеда, а в среду после 3", "callback", "callback", "завтра до обеда, в среду после 3"),
]  # fmt: skip


@pytest.mark.parametrize(("setup", "text", "asked", "slot", "value"), READ)
def test_a_message_is_read_for_what_it_says(
    setup: str, text: str, asked: str | None, slot: str, value: str | None
) -> None:
    found = extract(text, asked=asked, setup=load(setup) if setup else None).slots.get(slot)
    assert (found.value if found else None) == value


@pytest.mark.parametrize("line", ["и ещё брата 15 лет запишите", "к мастеру Айне и подругу", "3 емес 4 дана"])
def test_no_answer_to_when_without_a_time_in_it(line: str) -> None:
    held = talk("beauty", "маникюр", line)
    assert held.history[1].text and held.value("callback") is None


def test_the_client_is_not_whom_to_call_for_him() -> None:
    held = talk("", "баня 40 квадратов в Уральске, звоните сестре Инне 87075550131", "это я, Глеб, пишу")
    assert (held.value("name"), held.value("phone")) == ("Глеб", "87075550131")
    assert "Инна" in held.history[-1].text and "Глеб" in held.history[-1].text
    held = talk("", "монша 40 шаршы Оралда, атым Самат", "қарындасымның нөмірі 87015550132, аты Ләззат")
    assert held.value("name") == "Самат" and "Ләззат" in held.history[-1].text
    held = talk("", "дом 90 кв Уральск, участок есть, Пётр 87075550133", "нет, номер сына 87075550134")
    assert held.value("name") == "Пётр" and "Сын, 87075550134" in held.history[-1].text


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("мен Болат емеспін, менің атым Марал", "Марал"),
        ("атымды дұрыстаңызшы, Әділ деп. Рахмет", "Әділ"),
        ("Лев это я, а Болат брат", "Лев"),
    ],
)
def test_a_name_is_put_right(line: str, name: str) -> None:
    assert talk("", "баня 40 кв Уральск Болат 87075550135", line).value("name") == name


def test_what_is_only_wanted_stands_instead_of_the_whole() -> None:
    for line in ("только крыша нужна", "нет, не дом, тек шатыр", "крыша только нужна, без дома"):
        held = talk("", "дом 100 кв, Уральск", line)
        assert held.value("object_type") == "кровля" and not held.known["state"].get("parked")
    held = talk("", "дом и баня, Уральск, 100 кв", "не дом, только баня")
    assert held.value("object_type") == "баня" and not held.known["state"].get("parked")


def test_another_thing_in_another_town_is_a_lead_of_its_own() -> None:
    held = talk("renovation", "ремонт квартиры в Уральске 50 кв, Лев 87075550136", "ещё кухню брату освежить в Аксае")
    assert (held.value("object_type"), held.value("city")) == ("кухня", "Аксай")
    held.say("нет, у него свой номер 87075550137 Игорь")
    assert held.value("name") == "Лев" and "Игорь, 87075550137" in held.history[-1].text


def test_what_is_wanted_beside_is_said_in_the_message_that_makes_the_lead() -> None:
    held = talk("", "баня 30 кв Уральск, участок есть", "Лев 87075550138, и ещё беседку посчитайте")
    assert held.registered and "беседка" in held.history[-1].text


def test_a_yes_is_no_town_and_no_plot() -> None:
    assert talk("", "баня 5х4", "верная").value("city") is None
    assert talk("", "баня 30 кв Уральск", "Самат 87015550139, қоршауды да қараңыз").value("plot") is None
    assert talk("", "баня 30 кв Уральск", "да есть, Лев 87075550140").value("plot") == "есть"


def test_another_thing_no_table_holds_replaces_what_is_taken_back() -> None:
    assert (
        talk("cars", "Шиномонтаж керек", "шиномонтаж емес, сигнализация керек").value("object_type") == "сигнализация"
    )


@pytest.mark.parametrize("line", ["другой номер 87075550142", "ана нөмірге емес, 87075550142"])
def test_another_number_is_no_friends(line: str) -> None:
    held = talk("", "баня 40 кв Уральск, участок есть, Болат 87075550141", line)
    assert held.value("phone") == "87075550142" and not held.known["state"].get("contact_name")


@pytest.mark.parametrize(
    ("first", "line", "slot", "value"),
    [
        ("квартира 2 комнаты 50 кв Уральск, ремонт", "не 2 комнаты, а 3", "rooms", "3"),
        ("дом 3 этажа 200 кв Уральск", "не 3 этажа, а 2", "floors", "2"),
        ("дом 90 кв Уральск, бюджет 30 млн", "не 30 млн, а 25 млн", "budget", "25 млн"),
        ("дом 90 кв Уральск", "90 неверно, 95 метров", "area", "95 м²"),
    ],
)
def test_a_count_put_right_stands_and_is_said_back(first: str, line: str, slot: str, value: str) -> None:
    held = talk("", first, line)
    assert held.value(slot) == value and "Исправил" in held.history[-1].text


def test_a_side_of_a_thing_is_put_right() -> None:
    held = talk("furniture", "шкаф 2 на 2,5, Уральск, Лев 87075550143", "ширина не 2, а 2,20")
    assert held.value("area") == "2,2 × 2,5 м" and "2,2 × 2,5 м" in held.history[-1].text
    assert talk("windows", "терезе 130 х 140, Орал", "130 емес 120 екен").value("area") == "120 × 140 см"


def test_the_size_of_the_sentence_before_is_not_the_other_things() -> None:
    held = talk("furniture", "шкаф 2 на 2,5, Уральск, Лев 87075550144", "2,20 на 2,5 же. и комод в спальню")
    assert (held.value("object_type"), held.value("area")) == ("шкаф", "2,2 × 2,5 м")
    assert "комод" in held.history[-1].text


def test_whom_to_call_is_no_thing() -> None:
    assert talk("other", "әкеме звондаңыздар").value("object_type") is None


def test_what_no_table_holds_is_kept_beside_what_is_known() -> None:
    held = talk(
        "", "дом 90 кв Уральск, участок есть, Лев 87075550145", "мансарда утеплённая, да ещё водосток с карнизом"
    )
    assert "водосток" in " ".join(held.known["state"]["remarks"])


def test_a_spare_number_of_somebody_else_stays_the_second() -> None:
    held = talk("", "баня 40 кв Уральск, участок есть, Инна 87075550146", "номер сына 87075550147, если не отвечу")
    assert held.value("phone") == "87075550146" and held.known["state"]["others"] == ["87075550147"]
