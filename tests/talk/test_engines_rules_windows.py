"""Windows and doors, end to end: what is asked, what needs no material, and a 3-room flat that is no order."""

from __future__ import annotations

from collecting import over
from talking import Talk

from leadbot.engines.base import CompanyCard, CompanyFact

WINDOWS = CompanyCard(
    name="Светлый дом",
    setup="windows",
    facts=(
        CompanyFact("price", {"ru": "Окно от 45 000 ₸ с установкой.", "kk": "Терезе 45 000 ₸-ден, орнатуымен."}),
        CompanyFact("profile", {"ru": "Ставим профили Rehau и KBE."}, words=("профил",)),
    ),
)


def test_windows_are_ordered():
    talk = Talk(WINDOWS)
    assert talk.say("Здравствуйте").endswith("Что вам нужно: окна, балкон или двери?")
    assert talk.say("Три окна в спальню") == "В каком городе?"
    assert talk.say("Караганда") == "Какой материал рассматриваете: пластик, алюминий или дерево?"
    assert talk.say("пластик") == "Как вас зовут и на какой номер перезвонить?"
    assert talk.say("Айгуль, 87051234567").startswith("Спасибо, Айгуль!")
    lead = talk.lead()
    assert (lead.object_type, lead.city, lead.area) == ("окна", "Караганда", None)
    assert lead.summary.startswith("Окна, Караганда. Материалы: пластик.")


def test_in_kazakh():
    talk = Talk(WINDOWS)
    assert talk.say("Балконды шынылау керек") == "Қай қалада?"
    assert talk.say("Шымкентте").startswith("Қандай материал қарастырып отырсыз: пластик, алюминий")
    assert talk.say("алюминий") == "Есіміңіз кім және қай нөмірге хабарласайық?"
    assert talk.say("қанша тұрады?").startswith("Терезе 45 000 ₸-ден, орнатуымен. Нақты соманы")
    talk.say("Асқар, 87051234567")
    lead = talk.lead()
    assert (lead.object_type, lead.city, lead.name) == ("балкон", "Шымкент", "Асқар")


def test_its_facts_are_quoted_and_its_words_used():
    talk = Talk(WINDOWS)
    talk.say("Нужны окна")
    assert talk.say("какой профиль ставите?").startswith("Ставим профили Rehau и KBE.")
    assert talk.say("сколько стоит?").startswith("Окно от 45 000 ₸ с установкой. Точную сумму")
    assert talk.say("расскажи анекдот").startswith("Здесь помогаю только с окнами и дверями.")


@over(
    [
        ("хочу поставить железную дверь", "входная дверь", "металл"),
        ("межкомнатные двери из экошпона", "межкомнатная дверь", "экошпон"),
        ("алюминиевые раздвижные двери на террасу", "раздвижная дверь", "алюминий"),
        ("дверь", "дверь", None),
        ("застеклить лоджию", "лоджия", None),
        ("маған пластик терезе керек", "окна", "пластик"),
        ("темір есік керек", "входная дверь", "металл"),
        ("жалюзи на окна", "жалюзи", None),
        ("окна с москитной сеткой", "окна", None),
        ("plastic windows please", "окна", "пластик"),
    ]
)
def test_what_is_meant_by(said, thing, material):
    talk = Talk(WINDOWS)
    talk.say(said)
    assert (talk.value("object_type"), talk.value("materials")) == (thing, material)


@over(["москитные сетки", "жалюзи"])
def test_what_has_no_choice_of_material_is_not_asked_for_one(thing):
    assert Talk(WINDOWS).say(f"нужны {thing} в Алматы") == "Как вас зовут и на какой номер перезвонить?"


def test_rooms_alone_are_no_object_here():
    talk = Talk(WINDOWS)
    talk.say("у меня 3-комнатная")
    assert talk.value("object_type") is None


@over(
    [
        ("окна", "Есик"),
        ("терезе керек", "Есікте"),
        ("окна в Есике",),
        ("терезе керек, Есік қаласы",),
        ("окна", "г. Есик"),
    ]
)
def test_the_town_that_is_spelled_like_a_door(said):
    talk = Talk(WINDOWS)
    talk.say(*said)
    assert (talk.value("object_type"), talk.value("city")) == ("окна", "Есик")


def test_a_door_in_kazakh_is_a_door():
    talk = Talk(WINDOWS)
    talk.say("есік керек, Есік қаласында")
    assert (talk.value("object_type"), talk.value("city")) == ("дверь", "Есик")
