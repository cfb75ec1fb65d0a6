"""The bot's words: complete in three languages, one question at a time, Kazakh without glued endings."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from string import Formatter

import pytest
from collecting import over

from leadbot.engines.base import SLOTS
from leadbot.fields import OWN_PREFIX, TABLE, Origin, own_field
from leadbot.texts import phrases, trades
from leadbot.texts.asking import asking
from leadbot.texts.languages import LANGUAGES

ALL = {("general", key): texts for key, texts in phrases.general().items()} | {
    (name, key): texts for name in trades.names() for key, texts in trades.load(name).questions.items()
}
EACH = over(list(ALL.items()), name=lambda case: "/".join(case[0]))
SAME_WORD = {"Телефон", "Бюджет", "менеджер"}  # the same in Russian and Kazakh


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@EACH
def test_a_phrase_is_there_in_all_languages_with_the_same_placeholders(where, texts):
    assert set(texts) == set(LANGUAGES)
    named = [{name.lower() for name in placeholders(texts[language])} for language in LANGUAGES]
    assert named[0] == named[1] == named[2]


@EACH
def test_a_phrase_asks_one_thing_and_is_short(where, texts):
    for language, text in texts.items():
        assert text.count("?") <= 1
        assert len(text) <= phrases.LIMIT - 60, language  # room for a name, a town, a number
        assert text.count("!") <= 1
        assert text == text.strip()
        assert not re.search(r"успешно|сәтті сақ|successfully|упс|oops", text, re.IGNORECASE)


@EACH
def test_kazakh_glues_no_ending_to_what_a_user_typed(where, texts):
    assert not re.search(r"\}[-\w]", texts["kk"])


@EACH
def test_no_latin_letter_hides_in_a_cyrillic_word(where, texts):
    for language in ("ru", "kk"):
        for word in re.findall(r"[^\W\d_]+", re.sub(r"\{\w+\}", " ", texts[language])):
            assert not (re.search("[A-Za-z]", word) and re.search("[А-Яа-яЁёӘ-ӿҐ-ӿ]", word)), word


@EACH
def test_no_language_is_left_in_english(where, texts):
    if where[1] in ("answer.fact",):
        return
    assert texts["ru"] != texts["en"]
    assert texts["kk"] != texts["en"]
    assert texts["ru"] != texts["kk"] or texts["ru"] in SAME_WORD


def check_asks(trade):
    """Each question of the order can be put in three ways, in the trade's words, the general ones or its own rows'."""
    table = TABLE.and_(*trade.fields)
    spoken = asking(trade, table)
    assert set(trade.order) <= set(table.askable), "a key that no row of the table has"
    for slot in (*trade.order, "contact", "name", "phone", "open"):
        lacking = [
            x for x in "ABC" if f"{slot}.{x}" not in phrases.general() and not phrases.knows(f"{slot}.{x}", spoken)
        ]
        assert lacking == [], slot
    for row in trade.fields:
        assert row.key not in TABLE and not row.key.startswith(OWN_PREFIX), row.key
        assert set(row.question) == set(LANGUAGES) == set(row.label or LANGUAGES), row.key
        assert len({len(words) for words in row.chips.values()}) < 2, row.key
    for language in LANGUAGES:
        for slot in spoken.chips:
            assert all(phrases.chips(slot, language, spoken))
    assert phrases.chips("contact", "ru", spoken) == ()


@over(trades.names())
def test_a_set_up_can_ask_for_all_it_wants_to_know(name):
    check_asks(trades.load(name))


def test_a_question_of_a_trade_needs_its_row_in_three_languages():
    stove = {
        "key": "stove", "text": {"ru": "Какая печь?", "kk": "Пеш қандай?", "en": "Which stove?"},
        "label": {"ru": "Печь", "kk": "Пеш", "en": "Stove"}, "chips": {"ru": ["Дровяная"], "kk": ["Ағашпен"]},
    }  # fmt: skip
    trade = replace(trades.load(), order=("object_type", "stove"))
    check_asks(replace(trade, fields=(own_field(stove, Origin.TRADE),)))
    uneven = {"ru": ["Дровяная"], "kk": ["Ағашпен", "Электрмен"]}
    for wrong in (
        {"key": "oven"}, {"key": "city"}, {"key": "q_stove"}, {"label": {"ru": "Печь"}}, {"text": {"ru": "?"}},
        {"chips": uneven},
    ):  # fmt: skip
        with pytest.raises(AssertionError):
            check_asks(replace(trade, fields=(own_field(stove | wrong, Origin.TRADE),)))


@over(trades.names())
def test_the_names_in_a_set_up_are_its_own_objects(name):
    trade = trades.load(name)
    keys = {row["key"] for row in trade.objects}
    assert trade.forms.keys() <= keys
    assert trade.plot_objects.union(trade.genitives, *trade.without.values()) <= keys
    assert trade.plot_works <= trade.works.keys()


def test_an_unknown_set_up_is_refused_by_name():
    with pytest.raises(KeyError, match="no set-up named 'bakery'"):
        trades.load("bakery")


def test_every_slot_a_company_may_ask_for_has_a_question():
    for slot in SLOTS:
        if slot != "plot":
            assert all(f"{slot}.{wording}" in phrases.general() for wording in "ABC"), slot


def test_greetings_follow_the_hour():
    said = [phrases.hello(hour, "ru") for hour in (5, 10, 11, 16, 17, 22, 23, 4)]
    assert said == ["Доброе утро!"] * 2 + ["Добрый день!"] * 2 + ["Добрый вечер!"] * 2 + ["Здравствуйте!"] * 2


def test_stored_towns_have_all_forms():
    towns = json.loads(phrases.PLACES.read_text(encoding="utf-8"))
    assert all(set(forms) == set(LANGUAGES) and forms["ru"].startswith("в ") for forms in towns.values())
    assert phrases.where("Караганда", "kk") == "Қарағандыда"
    assert phrases.where("Нигде", "ru") is None


def test_sentences_are_joined_with_one_stop_each():
    wrong = []
    for parts, joined in (
        (("Дом от 220 000 тг за м²", "Точно скажет менеджер."), "Дом от 220 000 тг за м². Точно скажет менеджер."),
        (("Работаем с 2010 г.", "Какая площадь?"), "Работаем с 2010 г. Какая площадь?"),
        (("Под ключ (от 5 млн.)", "В каком городе?"), "Под ключ (от 5 млн.). В каком городе?"),
        (("Ждём вас. (Кроме воскресенья.)", "Ок"), "Ждём вас. (Кроме воскресенья.) Ок."),
        (("Наши цены:", "", "В каком городе?"), "Наши цены. В каком городе?"),
        (("Гарантия 5 лет;", "Хорошо"), "Гарантия 5 лет. Хорошо."),
        (("Говорим «под ключ!»", "Ок"), "Говорим «под ключ!» Ок."),
        (("Кепілдік 5 жыл…", "Жақсы"), "Кепілдік 5 жыл… Жақсы."),
    ):
        if (made := phrases.join(parts)) != joined:
            wrong.append(made)
    assert not wrong


def test_what_is_filled_in_brings_no_second_stop():
    wrong = []
    for value, said in (
        ("ул. Абая, 10", "Наш адрес: ул. Абая, 10."),
        ("Абая 10, 2 этаж, оф.", "Наш адрес: Абая 10, 2 этаж, оф."),
        ("Абая 10!", "Наш адрес: Абая 10!"),
        ("Абая 10 {дом}", "Наш адрес: Абая 10 {дом}."),
    ):
        if (made := phrases.say("answer.address.fact", "ru", None, address=value)) != said:
            wrong.append(made)
    assert not wrong


def test_the_bot_speaks_of_itself_in_the_gender_it_is_given():
    own = {
        "label": "Город",
        "value": "Алматы",
        "phone": "8",
        "what": "забор",
        "digits": "8",
        "city": "Алматы",
        "area": "6 м²",
    }
    told = [key for key, texts in phrases.general().items() if "(а)" in texts["ru"]]
    assert len(told) > 8
    wrong = []
    for key in told:
        as_man, as_woman = (
            phrases.say(key, "ru", trades.setup_of("windows", "", gender), **own) for gender in ("", "feminine")
        )
        if "(" in as_man + as_woman or len(as_woman) != len(as_man) + 1:
            wrong.append(as_woman)
    assert not wrong
    assert phrases.say("noted", "ru", trades.setup_of("windows", "short", "feminine")).startswith("Записала, ")
    assert phrases.say("name.B", "ru", trades.setup_of("dental", "friendly", "feminine")).startswith("Записала номер")
