"""What language a talk is in, and what a client leaves instead of what was asked: in pieces, later, or elsewhere."""

from __future__ import annotations

import pytest
from collecting import over
from talking import Talk, talk_in

from leadbot.texts import phrases

KK = "есімім Айдос, нөмірім 8 701 555 66 77"


@over(["баня 5 на 6, кухня 12 квадрат", "подвал, забор", "гараж, 30 метр"])
def test_borrowed_nouns_leave_a_kazakh_talk_kazakh(said: str) -> None:
    talk = talk_in("construction")
    talk.say("сәлем, үй салу керек", said)
    assert talk.language == "kk"


@over(
    [
        ("сантехник барма, 45 квадрат квартира ремонт", "kk"),
        ("есік жөндейсіздер", "kk"),
        ("квартира 45 квадратов", "ru"),
    ]
)
def test_a_first_message_full_of_borrowed_nouns_is_told_by_its_grammar(said: str, language: str) -> None:
    talk = talk_in("renovation")
    talk.say(said)
    assert talk.language == language


def test_russian_in_a_kazakh_talk_is_answered_in_russian() -> None:
    talk = talk_in("construction")
    talk.say("сәлем, үй салу керек", "а на каком этапе платить?")
    assert talk.language == "ru"


# --- clumsy ----------------------------------------------------------------------------------------------------------


@over(["соседи сверху топят, помогите срочно", "су құбыры жарылып кетті, тез келіңіздерші", "лопнул кран срочно!!"])
def test_in_an_emergency_the_phone_is_asked_for_first(said: str) -> None:
    talk = talk_in("renovation")
    talk.say(said)
    assert talk.asked in ("contact", "phone")


@pytest.mark.parametrize("nods", [("ок", "ок"), ("жарайды", "жақсы")])
def test_a_nod_gets_no_receipt(nods: tuple[str, str]) -> None:
    talk = talk_in("construction")
    talk.say("үй 100 кв Алматы", KK, "бар", *nods)
    assert phrases.say("noted", "kk") not in talk.answers()[-2:]
    assert phrases.say("after.added", "kk") not in talk.answers()[-2:]


@over(["частный дом, живём 5 человек", "2 комнаты 46 квадрат", "9 этаж, квартира 112, капитальный ремонт"])
def test_a_russian_talk_that_counts_so_stays_russian(said: str) -> None:
    talk = Talk()
    talk.say("здравствуйте, нужен ремонт", said)
    assert talk.language == "ru"


@over(
    [
        ("I don't speak Russian, does anybody there speak English?", "en"),
        ("ұлым орысша біледі, мен қазақша жазамын", "kk"),
        ("неге орысша жаздыңыз", "kk"),
    ],
    name=lambda row: row[0],
)
def test_a_language_that_is_but_spoken_of_is_no_switch(row: tuple[str, str]) -> None:
    said, language = row
    talk = Talk()
    talk.say("I want a house in Astana, 120 sqm" if language == "en" else "үй салғым келеді, Астанада, 120 шаршы", said)
    assert talk.language == language
    assert phrases.say("answer.language", "ru") not in talk.answers()[-1]


def test_a_switch_that_is_asked_for_is_made() -> None:
    talk = Talk()
    talk.say("хочу дом в Астане", "қазақша жауап беріңізші, орысша емес")
    assert talk.language == "kk" and phrases.say("answer.language", "kk") in talk.answers()[-1]
    assert talk.value("plot") is None


def test_a_number_held_back_may_come_in_pieces_after_all() -> None:
    talk = Talk()
    talk.say("Ремонт 40 кв, Алматы. Я Денис, номер пока не дам", "ну ладно, 8 705 123", "45 67")
    assert talk.value("phone") == "87051234567"


def test_money_wanted_back_is_a_complaint_and_no_farewell() -> None:
    talk = Talk()
    talk.say("сіздер салған төбе ағып тұр. Бақыт 87051112299", "жөндемей-ақ қойыңыздар, ақшамды қайтарыңыздар")
    assert talk.act == "complaint"


def test_an_address_instead_of_the_number_is_kept() -> None:
    talk = Talk()
    talk.say("house 100 sqm Almaty", "no phone please, write to kate@example.com")
    assert talk.answers()[-1].startswith("Noted")
