"""Every text in three languages, and numbers, dates and phones as people here write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from collecting import over
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from leadbot.models import DeliveryState, LeadStatus, LostReason, Role, Source
from leadbot.notifications.notice_texts import PHRASES
from leadbot.texts import build_catalogues, formats, names
from leadbot.texts.catalogues import DOMAINS, TRANSLATIONS
from leadbot.texts.languages import LANGUAGES
from leadbot.web import wording

ALMATY = "Asia/Almaty"
NOON = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # 12:00 in Almaty, a Monday
PLACEHOLDER = re.compile(r"%\(\w+\)s")
# What is written alike everywhere, so that "not translated" can be told from "the same word".
SAME_WORDS = {"Telegram"}


def strings(entry: Message) -> list[str]:
    return list(entry.string) if isinstance(entry.string, tuple | list) else [str(entry.string)]


def written(language: str) -> list[tuple[str, str]]:
    """Every translation with its English text."""
    return [(key[1], text) for key, entry in build_catalogues.entries(language).items() for text in strings(entry)]


def test_no_text_lacks_a_language() -> None:
    assert build_catalogues.gaps() == []


def test_a_new_text_would_be_found_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    new = build_catalogues.Spoken(("", "Brand new"), "", "templates/x.html")
    monkeypatch.setattr(build_catalogues, "spoken", lambda: iter([new]))
    assert [line for line in build_catalogues.gaps() if "Brand new" in line] == [
        f"{language}: missing: 'Brand new' (templates/x.html)" for language in ("ru", "kk")
    ]


@over(["Email already registered", "At most %(max)s characters, now %(n)s", "Saved"])
def test_errors_forms_and_pages_are_all_heard(text: str) -> None:
    assert text in {each.key[1] for each in build_catalogues.spoken()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_what_is_compiled_is_what_is_written(language: str, domain: str) -> None:
    path = TRANSLATIONS / language / "LC_MESSAGES" / f"{domain}.mo"
    before = path.read_bytes()
    build_catalogues.compile_all()
    assert path.read_bytes() == before


@over(LANGUAGES)
def test_translations_keep_the_places_for_values(language: str) -> None:
    for english, text in written(language):
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(english)), english


@over(["ru", "kk"])
def test_no_text_is_left_in_english(language: str) -> None:
    for english, text in written(language):
        assert text != english or english in SAME_WORDS or not re.search("[A-Za-z]{3}", english), english


def test_no_ending_is_glued_to_a_value() -> None:
    for english, text in written("kk"):
        glued = re.search(r"%\(\w+\)s[-\w]", text.replace("%(n)s-нұсқа", ""))
        assert not glued, english


@over(["ru", "kk"])
def test_letters_of_two_alphabets_never_meet_in_a_word(language: str) -> None:
    for english, text in written(language):
        assert not re.search("[A-Za-z][А-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі]|[А-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі][A-Za-z]", text), english


@over(LANGUAGES)
def test_the_tone_of_the_house_is_kept(language: str) -> None:
    for _, text in written(language):
        assert not re.search("успешно|сәтті|successfully|пожалуйста|лид|Упс|Oops|!", text, re.IGNORECASE), text


# What native readers have found wrong, and what stands there instead.
WRONG = {
    "kk": r"Сынақ (чат|өтінім)\b|Жұмысқа алынды|\d \w* ?ішінен|[Өө]тінім бол(ды|ады)|[Ққ]ызу|Дайын: %|Безендіру"
          r"|қала не жұмыс|себебі: Бас тарту",
    "ru": r"Пусто:|(^|\W)0: никогда|спрашивает: |Так этот адрес|Ключи в API|Перенести: «Отказ|TELEGRAM_BOT|chat_id",
    "en": r"chat_id",
}  # fmt: skip
RIGHT = {
    "kk": {
        "Сынақ чаты", "Сынақ өтінімін жою", "Жұмысқа кірісті", "Өтінімге айналды", "Ыстық", "Орындалды: %(text)s",
        "Көрініс", "Біздің қала немесе біздің жұмыс емес", "Бас тарту себебін таңдаңыз",
    },
    "ru": {
        "Если не заполнять, будет обычное приветствие", "Бот сейчас спрашивает про %(what)s.", "Отметить отказ",
        "Эту страницу нельзя открыть по ссылке",
    },
    "en": set(),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_were_found_wrong_stay_away(language: str) -> None:
    texts = {text for _key, text in written(language)}
    texts |= {str(each.get(language, "")) for each in PHRASES.values()}
    assert sorted(text for text in texts if re.search(WRONG[language], text)) == []
    assert texts >= RIGHT[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_has_a_key_has_a_name(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        names = [
            *map(wording.stage_label, LeadStatus), *map(wording.reason_label, LostReason),
            *map(wording.source_label, Source), *map(wording.delivery_label, DeliveryState),
            *map(wording.role_label, Role), *map(wording.language_label, LANGUAGES),
        ]  # fmt: skip
        assert all(names)
        stages = {"ru": "Взяли в работу", "kk": "Жұмыста", "en": "In progress"}
        assert wording.stage_label("in_progress") == stages[language]


def test_a_name_on_a_constant_follows_the_reader(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ 'lost'|stage }}, {{ '150 м²'|area }}")
    for language, expected in {
        "ru": "Отказ, 150\u00a0м²",
        "kk": "Бас тартты, 150\u00a0м²",
        "en": "Lost, 150\u00a0m²",
    }.items():
        with app.test_request_context(), force_locale(language):
            assert template.render() == expected


@pytest.mark.parametrize(
    ("ago", "russian", "kazakh", "english"),
    [
        (timedelta(seconds=-30), "только что", "жаңа ғана", "just now"),
        (timedelta(seconds=59), "только что", "жаңа ғана", "just now"),
        (timedelta(minutes=4), "4\u00a0мин", "4\u00a0мин", "4\u00a0min"),
        (timedelta(hours=2, minutes=59), "2\u00a0ч", "2\u00a0сағ", "2\u00a0h"),
        (timedelta(hours=12, minutes=1), "вчера", "кеше", "yesterday"),
        (timedelta(days=2), "2\u00a0дня", "2\u00a0күн", "2\u00a0days"),
        (timedelta(days=5), "5\u00a0дней", "5\u00a0күн", "5\u00a0days"),
        (timedelta(days=7), "16.11", "16.11", "16.11"),
        (timedelta(days=365), "23.11.2025", "23.11.2025", "23.11.2025"),
    ],
)
def test_ages(app: Flask, ago: timedelta, russian: str, kazakh: str, english: str) -> None:
    for language, expected in zip(LANGUAGES, (russian, kazakh, english), strict=True):
        with app.test_request_context(), force_locale(language):
            assert formats.age(NOON - ago, NOON, ALMATY) == expected


def test_days_and_clocks_are_the_companys() -> None:
    late = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    assert formats.day(late, ALMATY) == "23.11.2026"
    assert formats.clock(late, ALMATY) == "01:30"
    assert formats.day_and_clock(late.replace(tzinfo=None), "UTC") == "22.11.2026, 20:30"


@over(
    [
        ("87768776637", "8 776 877 66 37"),
        ("+996555123456", "+996 555 123 456"),
        ("+14155550123", "+1 415 555 0123"),
    ]
)
def test_phones(stored: str, shown: str) -> None:
    assert formats.phone(stored) == shown.replace(" ", "\u00a0")


def test_what_is_no_phone_is_left_as_it_is() -> None:
    assert formats.phone("no number") == "no number"


@over(
    [
        ("150 м²", "150 м²", "150 м²", "150 m²"),
        ("100–150 м²", "100–150 м²", "100–150 м²", "100–150 m²"),
        ("10 соток", "10 соток", "10 сотық", "10 sotkas"),
        ("78,5 м²", "78,5 м²", "78,5 м²", "78.5 m²"),
        ("12000 м²", "12 000 м²", "12 000 м²", "12,000 m²"),
        ("большая", "большая", "большая", "большая"),
    ]
)
def test_areas(stored: str, russian: str, kazakh: str, english: str) -> None:
    for language, expected in zip(LANGUAGES, (russian, kazakh, english), strict=True):
        assert formats.area(stored, language) == expected.replace(" ", "\u00a0")


def test_towns_stand_in_the_order_of_the_kazakh_alphabet() -> None:
    towns = names.cities("kk")
    in_order = ["Ақтау", "Алматы", "Екібастұз", "Жезқазған", "Қарағанды", "Қостанай", "Орал", "Өскемен", "Шымкент"]
    assert [town for town in towns if town in in_order] == in_order


def test_money_and_numbers() -> None:
    assert formats.money(1_250_000, "ru") == "1\u00a0250\u00a0000\u00a0₸"
    assert formats.money(1_250, "kk") == "1\u00a0250\u00a0₸"
    assert formats.money(1_250_000, "en") == "1,250,000\u00a0₸"
    assert (formats.number(1024, "ru"), formats.number(10_240, "kk")) == ("1024", "10\u00a0240")
    assert (formats.lead_number(128, "kk"), formats.lead_number(128, "en")) == ("№\u00a0128", "#128")


@pytest.mark.parametrize(
    ("asks", "gets"), [("kk-KZ,kk;q=0.9,ru;q=0.8", "kk"), ("en-GB,en;q=0.9", "en"), ("de,fr", "ru"), ("", "ru")]
)
def test_a_guest_is_spoken_to_as_the_browser_asks(stranger: FlaskClient, asks: str, gets: str) -> None:
    assert f'<html lang="{gets}">' in stranger.get("/", headers={"Accept-Language": asks}).text


def test_a_guests_choice_stays(stranger: FlaskClient) -> None:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', stranger.get("/login").text)
    assert found
    answer = stranger.post("/language", data={"language": "kk", "next": "/login", "csrf_token": found.group(1)})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert '<html lang="kk">' in stranger.get("/signup", headers={"Accept-Language": "en"}).text
    wrong = stranger.post("/language", data={"language": "de", "csrf_token": found.group(1)})
    assert wrong.status_code == 422


def test_the_example_on_the_first_page_is_a_real_talk(stranger: FlaskClient) -> None:
    page = stranger.get("/", headers={"Accept-Language": "ru"}).text
    assert "В каком городе?" in page
    assert re.search(r"<mark>8 705 000 12 34<sup>\d</sup></mark>", page)
    assert "8\u00a0705\u00a0000\u00a012\u00a034" in page and "120\u00a0м²" in page
    assert page.count('name="text"') == 1 and 'name="talk" value=""' in page


def test_every_template_file_says_its_needs_or_its_use() -> None:
    for path in Path(TRANSLATIONS.parent.parent, "templates").rglob("*.html"):
        assert path.read_text().startswith(("{#", "{% from", "{% macro", "{% extends")), path


def test_so_many_of_so_many_follows_the_numeral_in_kazakh(app: Flask) -> None:
    said = {5: "5-тен", 7: "7-ден", 9: "9-дан", 10: "10-нан", 40: "40-тан", 0: "0-ден", 100: "100-ден", 120: "120-дан",
            83: "83-тен", 1000: "1000-нан", 12_000: "12\u00a0000-нан"}  # fmt: skip
    with app.test_request_context():
        with force_locale("kk"):
            assert {whole: formats.part_of(3, whole, "kk") for whole in said} == {
                whole: f"{of} 3" for whole, of in said.items()
            }
        with force_locale("ru"):
            assert formats.part_of(5, 7, "ru") == "5 из 7"


def test_times_to_call_sums_and_materials_are_in_the_readers_language() -> None:
    wrong = []
    for slot, stored, kazakh, english in (
        ("callback", "после 18:00", "18:00-ден кейін", "after 18:00"),
        ("callback", "субботу с 10 до 12", "сенбі күні, 10:00–12:00 аралығында", "on Saturday 10:00–12:00"),
        ("callback", "завтра после 6 вечера", "ертең, 18:00-ден кейін", "tomorrow after 18:00"),
        ("callback", "после обеда", "түстен кейін", "after lunch"),
        ("callback", "в 15:30", "15:30-да", "at 15:30"),
        ("callback", "сағат 9-дан кейін", "сағат 9-дан кейін", "after 9:00"),
        ("callback", "когда дети спят", "когда дети спят", "когда дети спят"),
        ("callback", "завтра не звоните", "завтра не звоните", "завтра не звоните"),
        ("materials", "газоблок, кирпич", "газоблок, кірпіш", "aerated blocks, brick"),
        ("budget", "15 млн", "15\u00a0млн", "15\u00a0million"),
        ("budget", "5000000 тенге", "5\u00a0000\u00a0000\u00a0₸", "5,000,000\u00a0₸"),
    ):
        found = tuple(names.value(slot, stored, language) for language in ("kk", "en"))
        if found != (kazakh, english):
            wrong.append((stored, found))
    assert not wrong
