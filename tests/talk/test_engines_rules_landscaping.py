"""Landscaping, end to end: the size is the land's, in sotkas, hectares or square metres, and is asked for once."""

from __future__ import annotations

from collecting import over
from talking import Talk

from leadbot.engines.base import CompanyCard, CompanyFact
from leadbot.engines.rules.reading.extract import extract
from leadbot.texts import phrases

GARDENS = CompanyCard(
    name="Зелёный двор",
    setup="landscaping",
    facts=(
        CompanyFact("price", {"ru": "Рулонный газон от 2 500 ₸ за м²."}),
        CompanyFact("season", {"ru": "Газон стелем с апреля по октябрь."}, words=("зимой", "сезон")),
    ),
)
SIZE = "Какая площадь: сколько соток или м²?"
CONTACT = "Как вас зовут и на какой номер перезвонить?"


def asked_for_size():
    talk = Talk(GARDENS)
    assert talk.say("Благоустройство двора в Талгаре") == SIZE
    return talk


def test_a_yard_is_put_in_order():
    talk = Talk(GARDENS)
    assert talk.say("Здравствуйте").endswith("Что хотите обустроить на участке?")
    assert talk.say("Весь участок") == "В каком городе?"
    assert talk.say("Алматы") == SIZE
    assert talk.say("10 соток") == CONTACT
    assert talk.say("Ерлан, 87011112233").startswith("Спасибо, Ерлан!")
    lead = talk.lead()
    assert (lead.object_type, lead.area, lead.area_m2) == ("участок", "10 соток", 1000)
    assert lead.summary.startswith("Участок, 10 соток, Алматы. Со слов")  # the size is said once


def test_in_kazakh():
    talk = Talk(GARDENS)
    assert talk.say("Сәлеметсіз бе").endswith("Ауланы қалай абаттандырғыңыз келеді?")
    assert talk.say("Көгал төсеу керек") == "Қай қалада?"
    assert talk.say("Қаскелеңде") == "Ауданы қанша: неше сотық немесе шаршы метр?"
    assert talk.say("8 сотық") == "Есіміңіз кім және қай нөмірге хабарласайық?"
    talk.say("Айжан, 87011112233")
    lead = talk.lead()
    assert (lead.object_type, lead.city, lead.area_m2) == ("газон", "Каскелен", 800)


@over(
    [
        ("10 соток", "10 соток", 1000),
        ("сотка", "1 сотка", 100),
        ("полторы сотки", "1,5 сотки", 150),
        ("соток 12", "12 соток", 1200),
        ("8-10 соток", "8–10 соток", 900),
        ("0,5 га", "0,5 га", 5000),
        ("гектар", "1 га", 10_000),
        ("полгектара", "0,5 га", 5000),
        ("пол-гектара", "0,5 га", 5000),
        ("жарты гектар", "0,5 га", 5000),
        ("он сотық", "10 соток", 1000),
        ("half a hectare", "0,5 га", 5000),
        ("300 квадратов", "300 м²", 300),
        ("200 м2", "200 м²", 200),
        ("500", "500 м²", 500),
    ]
)
def test_land_is_measured_in(answer, area, m2):
    talk = asked_for_size()
    assert talk.say(answer) in (CONTACT, "Есіміңіз кім және қай нөмірге хабарласайық?",
                                "What’s your name, and what number should we call?")  # fmt: skip
    assert (talk.value("area"), talk.known["facts"]["area"]["m2"]) == (area, m2)


def test_a_small_bare_number_is_sotkas_and_said_back():
    talk = asked_for_size()
    assert talk.say("6") == f"Записал площадь: 6 соток. Если не так, поправьте. {CONTACT}"
    assert talk.say("нет, 60 м2").startswith("Исправил, площадь: 60 м².")


def test_the_size_is_said_in_the_language_of_the_talk():
    talk = Talk(GARDENS)
    talk.say("Ауланы абаттандыру керек, Талғар")
    assert talk.say("6").startswith("Ауданын жазып алдым: 6 сотық.")
    assert phrases.measure("2 га", "en") == "2 ha"
    assert [phrases.measure(area, "en") for area in ("1 сотка", "3 сотки")] == ["1 sotka", "3 sotkas"]


def test_a_price_for_a_sotka_is_no_size():
    talk = asked_for_size()
    assert talk.say("сколько за сотку?").startswith("Рулонный газон от 2 500 ₸ за м². Точную сумму")
    assert talk.value("area") is None


def test_land_told_beforehand_is_not_asked_for():
    talk = Talk(GARDENS)
    assert talk.say("Участок 6 соток в Алматы, нужен автополив") == CONTACT
    assert talk.value("object_type") == "автополив"


@over([("мы из аула под Талгаром", None), ("живу в ауле", None), ("аулам бар", "двор")])
def test_an_aul_is_no_yard(said, thing):
    talk = Talk(GARDENS)
    talk.say(said)
    assert talk.value("object_type") == thing


def test_a_fence_has_no_area():
    assert Talk(GARDENS).say("Нужен забор в Алматы") == CONTACT


@over(["friendly", "short"])
def test_every_tone_asks_for_sotkas(tone):
    talk = Talk(CompanyCard(name="Зелёный двор", setup="landscaping", tone=tone))
    assert "сот" in talk.say("Хочу газон в Алматы")


def test_its_facts_are_quoted_and_its_words_used():
    talk = Talk(GARDENS)
    talk.say("Хочу газон")
    assert talk.say("а зимой работаете?").startswith("Газон стелем с апреля по октябрь.")
    assert talk.say("сколько стоит?").startswith("Рулонный газон от 2 500 ₸ за м².")
    assert talk.say("какая завтра погода?").startswith(
        ("Здесь помогаю только с ландшафтом и благоустройством.", "На это лучше ответит менеджер")
    )
    assert talk.say("расскажи анекдот").startswith("Здесь помогаю только с ландшафтом и благоустройством.")


def test_elsewhere_land_is_still_no_size_of_a_house():
    assert extract("10 соток", asked="area").slots["area"].m2 is None
