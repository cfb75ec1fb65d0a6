"""Renovation, end to end: construction's table of objects, its own words, and no question about land."""

from __future__ import annotations

from talking import Talk

from leadbot.engines.base import CompanyCard, CompanyFact
from leadbot.texts import trades

RENOVATION = CompanyCard(
    name="Новый интерьер",
    setup="renovation",
    facts=(CompanyFact("price", {"ru": "Ремонт под ключ от 60 000 ₸ за м²."}),),
)


def test_a_flat_is_renovated():
    talk = Talk(RENOVATION)
    assert talk.say("Здравствуйте").endswith("Что хотите отремонтировать?")
    assert talk.say("Двушку") == "В каком городе?"
    assert talk.say("Алматы") == "Какая площадь в квадратных метрах?"
    assert talk.say("54") == "Как вас зовут и на какой номер перезвонить?"
    assert talk.say("Олег, 87011112233").startswith("Спасибо, Олег!")
    lead = talk.lead()
    assert (lead.object_type, lead.area, lead.area_m2) == ("квартира", "54 м²", 54)
    assert lead.summary.startswith("Квартира, 54 м², Алматы.")


def test_in_kazakh():
    talk = Talk(RENOVATION)
    assert talk.say("Кеңсені жөндеу керек") == "Қай қалада?"
    assert talk.say("Астанада") == "Ауданы қанша шаршы метр?"
    assert talk.say("120 шаршы") == "Есіміңіз кім және қай нөмірге хабарласайық?"
    talk.say("Айжан, 87011112233")
    lead = talk.lead()
    assert (lead.object_type, lead.city, lead.area_m2) == ("офис", "Астана", 120)


def test_land_is_never_asked_about():
    assert Talk(RENOVATION).say("Дом в Алматы") == "Какая площадь в квадратных метрах?"


def test_its_facts_are_quoted_and_its_words_used():
    talk = Talk(RENOVATION)
    talk.say("Хочу отделку офиса")
    assert talk.value("work") == "отделка"
    assert talk.say("сколько стоит?").startswith("Ремонт под ключ от 60 000 ₸ за м². Точную сумму")
    assert talk.say("расскажи анекдот").startswith("Здесь помогаю только с ремонтом и отделкой.")


def test_objects_are_constructions_and_the_words_its_own():
    trade, like = trades.load("renovation"), trades.load("construction")
    assert trade.objects == like.objects
    assert trade.questions["open.A"] != like.questions["open.A"]
    assert not trade.plot_objects
