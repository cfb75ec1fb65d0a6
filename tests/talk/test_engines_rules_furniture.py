"""Another trade, end to end: its objects, questions, facts and words come from its set-up and its card alone."""

from __future__ import annotations

import re
from pathlib import Path

from collecting import over
from talking import Talk

from leadbot.engines.base import CompanyCard, CompanyFact
from leadbot.engines.rules import dialogue
from leadbot.texts import phrases
from leadbot.texts import trades as texts_trades

FURNITURE = CompanyCard(
    name="Уютный дом",
    setup="furniture",
    objects=("беседка",),
    facts=(
        CompanyFact("price", {"ru": "Кухни от 90 000 ₸ за погонный метр."}),
        CompanyFact("fittings", {"ru": "Фурнитура Blum и Hettich."}, words=("фурнитур", "петли")),
    ),
    address="Алматы, ул. Толе би, 5",
)


def test_a_kitchen_is_ordered():
    talk = Talk(FURNITURE)
    assert talk.say("Здравствуйте").endswith("Я бот-помощник компании Уютный дом. Какая мебель вам нужна?")
    assert talk.say("Кухню") == "В каком городе?"
    assert talk.say("Алматы") == "Какой материал рассматриваете: ЛДСП, МДФ или массив?"
    assert talk.say("МДФ, белый глянец") == "Как вас зовут и на какой номер перезвонить?"
    assert talk.say("Айгуль, 87051234567").startswith("Спасибо, Айгуль!")
    lead = talk.lead()
    assert (lead.object_type, lead.city, lead.area) == ("кухня", "Алматы", None)
    assert lead.summary.startswith("Кухня, Алматы. Материалы: МДФ, белый глянец.")


def test_its_summary_is_good_kazakh():
    talk = Talk(CompanyCard(name="Шебер", setup="furniture", language="kk"))
    talk.say("ас үй жиһазы керек", "алматыда", "білмеймін", "бағасы қандай", "Асқар 87051234567")
    summary = "Ас үй жиһазы, Алматы. Клиент сұрақтары: «бағасы қандай». Клиент сөзінен: «ас үй жиһазы керек»"
    assert talk.lead().summary == summary


def test_its_facts_are_quoted_and_its_words_used():
    talk = Talk(FURNITURE)
    talk.say("Хочу шкаф")
    assert talk.say("какая фурнитура?").startswith("Фурнитура Blum и Hettich.")
    assert talk.say("сколько стоит?").startswith("Кухни от 90 000 ₸ за погонный метр. Точную сумму")
    assert talk.say("расскажи анекдот").startswith("Здесь помогаю только с мебелью на заказ.")


def test_land_is_never_asked_about():
    assert Talk(FURNITURE).say("Хочу кухню в Алматы") == "Какой материал рассматриваете: ЛДСП, МДФ или массив?"


def test_the_companys_own_object_is_known():
    talk = Talk(FURNITURE)
    talk.say("нужна беседка в Алматы")
    assert talk.value("object_type") == "беседка"


def test_in_kazakh():
    talk = Talk(FURNITURE)
    assert talk.say("Маған шкаф керек еді") == "Қай қалада?"
    assert talk.say("Шымкентте").startswith("Қандай материал қарастырып отырсыз")


@over(["object_type", "city", "materials"])
def test_quick_replies_are_of_the_trade(asked):
    chips = phrases.chips(asked, "ru", texts_trades.load("furniture"))
    assert chips
    assert "Квартира" not in chips


def test_no_trade_is_wired_into_the_dialogue():
    """The rooms that lead a talk name no object and no work of any trade; set-ups do."""
    trades = [texts_trades.load(name) for name in texts_trades.names()]
    words = {form.lower() for trade in trades for row in trade.objects for form in (row["key"], row["kk"])}
    words |= {work for trade in trades for work in trade.works} | {"участок", "построить", "ремонтировать"}
    for room in Path(dialogue.__path__[0]).glob("*.py"):
        code = room.read_text(encoding="utf-8")
        code = re.sub(r'"""[\s\S]*?"""|#.*', "", code).lower()  # comments may give examples
        found = [word for word in words if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code)]
        assert not found, (room.name, found)
