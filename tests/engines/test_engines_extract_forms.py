"""Inflected forms are made from the tables people edit, the same each time."""

from __future__ import annotations

from collecting import over

from leadbot.engines.rules.reading import city
from leadbot.engines.rules.words import forms
from leadbot.engines.rules.words.text import fold, read, skeleton
from leadbot.texts import places
from leadbot.texts.tables import read_table


def test_the_committed_tables_are_what_the_script_writes(tmp_path):
    for path in forms.build(tmp_path):
        assert path.read_bytes() == (forms.DATA / path.name).read_bytes(), f"{path.name}: run `flask build-forms`"


@over(
    [
        ("Караганда", "loc", "караганде"),
        ("Семей", "loc", "семее"),
        ("Рудный", "loc", "рудном"),
        ("Усть-Каменогорск", "loc", "устькаменогорске"),
        ("Ирина", "acc", "ирину"),
        ("Дарья", "gen", "дарьи"),
        ("Алматы", "nom", "алматы"),
    ]
)
def test_a_word_declines(word, case, form):
    assert form in forms.phrase_forms(word)[case]


@over(
    [
        ("Қарағандыданбыз", "Караганда"),
        ("шымкенде", "Шымкент"),
        ("Өскеменнен", "Усть-Каменогорск"),
        ("семипалатинске", "Семей"),
        ("Almatydan", "Алматы"),
        ("Taldyqorgannan", "Талдыкорган"),
        ("Semee", "Семей"),
        ("Гурьевтенбіз", "Атырау"),
    ]
)
def test_a_town_is_known_in_any_dress(word, official):
    match = city.match(read(word).tokens[0])
    assert match is not None
    assert match.name == official


def test_each_place_has_its_names_in_three_languages():
    for row in read_table(places.FILE):
        assert len(row) == 7
        names = city.names(row[0])
        assert names is not None
        assert all(names[language] for language in ("ru", "kk", "en"))
    assert city.names("Караганда") == {"ru": "Караганда", "kk": "Қарағанды", "en": "Karaganda"}
    assert city.names("Шир") is None


def test_both_alphabets_share_one_spelling():
    assert skeleton(fold("Шымкент")) == skeleton(fold("Shymkent"))
    assert skeleton(fold("Евгений")) == skeleton(fold("Evgeniy")) == skeleton(fold("Yevgeniy"))


@over(["Қанат  8\u200b7", "８７\ufe0f", "й\u0306и\u0306", "тест\U0001f600 42", "ﷺ 7"])
def test_a_token_knows_its_place_in_the_original(text):
    for token in read(text).tokens:
        assert 0 <= token.start < token.end <= len(text)
