"""What a company sets is what the embedded engine does: tone, name, order, what comes later, what is asked once."""

from __future__ import annotations

import json
import re

from collecting import over
from talking import Talk

from leadbot.engines.base import CompanyCard
from leadbot.texts import phrases
from leadbot.texts import trades as setups
from leadbot.texts.languages import LANGUAGES


@over(
    [
        ("", "В каком городе?", "Как вас зовут и на какой номер перезвонить?"),
        ("business", "В каком городе?", "Как вас зовут и на какой номер перезвонить?"),
        ("friendly", "А в каком городе?", "Давайте познакомимся. Как вас зовут и на какой номер перезвонить?"),
        ("short", "Город?", "Имя и телефон?"),
    ]
)
def test_questions_are_put_in_the_companys_tone(tone: str, city: str, contact: str) -> None:
    talk = Talk(CompanyCard(name="Дом", tone=tone))
    assert talk.say("Хочу дом") == city
    talk.say("Алматы")
    assert talk.say("150 квадратов").endswith(contact)
    assert "зову" not in talk.say("Канат, 87768776637") and talk.registered == 1


@over(sorted(setups.tones()))
def test_a_tone_says_what_the_agreed_words_say_in_three_languages(tone: str) -> None:
    for key, texts in setups.tones()[tone].items():
        assert phrases.knows(key, setups.load()), key
        places = {frozenset(re.findall(r"\{(\w+)\}", text.lower())) for text in texts.values()}
        assert set(texts) == set(LANGUAGES) and len(places) == 1, key
        for text in texts.values():
            assert len(text) <= 120 and text.count("?") == 1 and not re.search(r"\}[-\w]", text), key


def test_a_bot_with_a_name_says_it() -> None:
    talk = Talk(CompanyCard(name="Дом", persona="Айша"))
    assert talk.say("Здравствуйте").startswith("Добрый день! Меня зовут Айша. Я бот-помощник компании Дом.")
    kazakh = Talk(CompanyCard(name="Дом", persona="Айша"))
    assert "Менің есімім Айша." in kazakh.say("Сәлеметсіз бе")


def test_a_bot_speaks_of_itself_as_the_company_says() -> None:
    for gender, word in (("", "Исправил, "), ("masculine", "Исправил, "), ("feminine", "Исправила, ")):
        talk = Talk(CompanyCard(name="Дом", persona="Айша", gender=gender))
        talk.say("хочу дом 150 м² в Алматы")
        assert talk.say("нет, не 150, а 120 м²").startswith(word)


def test_what_comes_later_is_asked_once_the_lead_is_there() -> None:
    company = CompanyCard(name="Дом", order=("city", "object_type"), later=("budget",))
    talk = Talk(company)
    assert talk.say("добрый день, нужна помощь").endswith("В каком городе?")
    talk.say("Алматы")
    assert talk.asked == "object_type"
    talk.say("дом")
    assert talk.asked == "contact"
    thanks = talk.say("Канат, 87768776637")
    assert thanks.startswith("Спасибо, Канат!") and thanks.endswith("На какой бюджет рассчитываете?")
    talk.say("20 млн")
    assert talk.value("budget") and talk.registered == 1


def test_with_the_contact_first_nothing_is_asked_before_it() -> None:
    talk = Talk(CompanyCard(name="Дом", order=("contact",), later=("object_type",)))
    talk.say("добрый день, есть вопрос по работе")
    assert talk.asked == "contact"


def test_what_is_optional_is_asked_once() -> None:
    twice, once = (Talk(CompanyCard(name="Дом", order=("floors",), optional=slots)) for slots in ((), ("floors",)))
    for talk in (twice, once):
        talk.say("хочу построить дом в Алматы")
        while talk.asked == "plot":
            talk.say("участок есть")
        assert talk.asked == "floors"
        talk.say("хм")
    assert twice.asked == "floors" and once.asked == "contact"


def test_the_words_are_written_once() -> None:
    raw = setups.TONES.read_text(encoding="utf-8")
    pairs: list[str] = []
    json.loads(raw, object_pairs_hook=lambda found: pairs.extend(key for key, _ in found) or dict(found))
    assert len([key for key in pairs if "." in key]) == sum(len(texts) for texts in setups.tones().values())
