"""One reader of phones: the talk, `flask extract`, the API, an import and the board's forms take and refuse the same.

The table is made of ways to write a number (marks, prefixes, groups, words around) and of what looks like one.
"""

from __future__ import annotations

import itertools
import json

from collecting import over
from flask import Flask

from leadbot.database import tenancy
from leadbot.engines.rules.reading import phone_line
from leadbot.errors import Invalid
from leadbot.leads import editing, manual_entry
from leadbot.transfer import imports_values

PREFIXES = ("8", "+7", "7", "007", "+8", "+7 8", "+7 +7", "8 7", "(8)", "+77"[:2] + " ")
DASHES = ("-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "\ufe58", "\uff0d", "\u2043")
SPACES = (" ", "\u00a0", "\u2009", "\u202f", "\u3000", "  ")
MARKS = (".", "/", "_", "·", "•", "*", "'", "\\", "|")
GROUPS = (
    ("705", "641", "27", "38"),
    ("705", "6412738"),
    ("705", "64", "12", "738"),
    ("7056412738",),
    ("70", "56", "41", "27", "38"),
)
DIGITS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
AROUND = (
    "тел. {}", "тел:{}", "номер {}", "нөмірім {}", "call {}", "{} (WhatsApp)", "{}*", "{}¹", "{}²", "{}.", "«{}»",
    "tel:{}",
    "{} доб. 12", "{} доб 305", "{} вн. 7", "{} ext. 44", "{}, спросить Асию", "моб. {}", "wa.me/{}", "\u200e{}\u200f",
    "{} звонить после 18", "☎ {}", "📞{}", "{}\u200b", "{};", "Телефон – {}", "{} (жена)", "рабочий: {}",
)  # fmt: skip
KAZAKH = "87056412738"
OTHERS = {
    "+996 555 41 27 38": "+996555412738", "+998 90 641 27 38": "+998906412738", "+44 7911 123456": "+447911123456",
    "+1 (415) 555-26-71": "+14155552671", "+49 151 23456789": "+4915123456789", "+375 29 641-27-38": "+375296412738",
    "+90 532 641 27 38": "+905326412738", "+86 138 0013 8000": "+8613800138000", "00996555412738": "+996555412738",
    "+7 916 641 27 38": "+79166412738", "8 (727) 250-60-70": "87272506070", "8 7172 63-41-12": "87172634112",
    "8(7212) 56-30-80": "87212563080", "8 713 2 54 12 38": "87132541238",
    "восемь семьсот пять шестьсот сорок один двадцать семь тридцать восемь": KAZAKH,
    "сегіз жеті жүз бес алты жүз қырық бір жиырма жеті отыз сегіз": KAZAKH,
    "8 7O5 641 27 38": KAZAKH, "8 705 641 27 38, 8 701 222 33 44": KAZAKH, "8 705 641 27 38 / 8 701 222 33 44": KAZAKH,
}  # fmt: skip
NONE = (
    "", "12345", "8 705 641 27", "8 705 641 27 3", "8 705 641 27 389", "880056412738", "87 000 000 тг", "900101300123",
    "ИИН 850417300456", "4400 4302 1111 2222", "20.01.2026 15:30", "договор 87056412738", "8 777 six", "=HYPERLINK(1)",
    "не дам", "потом", "mail@705641.kz", "KZ86125KZT5004100100", "8705641273", "+7 705 641 27 3", "7 999", "150 м²",
    "8 105 641 27 38", "№ 128", "00", "+", "8-8-8-8", "877056412738", "123-45-67", "0",
)  # fmt: skip


def _spellings() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for prefix, groups in itertools.product(PREFIXES, GROUPS):
        found[f"{prefix} {' '.join(groups)}".replace("  ", " ")] = KAZAKH
        found[f"{prefix}-{'-'.join(groups)}".replace(" -", "-")] = KAZAKH
    for prefix, rest in itertools.product(PREFIXES, ("641-27-38", "641 27 38", "6412738", "64-12-738", "641.27.38")):
        found[f"{prefix}({GROUPS[0][0]}){rest}".replace("(8)(705)", "8 (705) ")] = KAZAKH
    for mark in (*DASHES, *SPACES, *MARKS):
        found[f"8{mark}{mark.join(GROUPS[0])}"] = KAZAKH
        found[f"+7{mark}{mark.join(GROUPS[1])}"] = KAZAKH
    for digits in DIGITS:
        for spelled in (KAZAKH, "8 705 641 27 38", "+7(705)641-27-38"):
            found[spelled.translate(str.maketrans("0123456789", digits))] = KAZAKH
    for frame in AROUND:
        for spelled in ("8 705 641 27 38", "+77056412738"):
            found[frame.format(spelled)] = KAZAKH
    return found | OTHERS | dict.fromkeys(NONE)


SPELLINGS = _spellings()


def test_the_table_is_large() -> None:
    assert len(SPELLINGS) >= 300


@over(SPELLINGS)
def test_what_a_spelling_gives(typed: str) -> None:
    given = phone_line.read(typed)
    assert (given.value if given else None) == SPELLINGS[typed]


def test_every_door_takes_and_refuses_the_same(app: Flask, almaty: object) -> None:
    """`flask extract`, a lead by hand, PATCH and the board's line, and a row of an import."""
    lines = "\n".join(json.dumps({"id": n, "text": typed, "asked": "phone"}) for n, typed in enumerate(SPELLINGS))
    printed = app.test_cli_runner().invoke(args=["extract"], input=lines).stdout
    talk = [json.loads(line)["slots"].get("phone_e164") for line in printed.splitlines()]
    with app.app_context():
        tenancy.act_for(almaty.company_id)  # type: ignore[attr-defined]
        phones = imports_values.PhoneReader()
        for typed, heard in zip(SPELLINGS, talk, strict=True):
            numbers, _ = phones.of(typed)
            doors = [_taken(editing.clean, "phone", typed), numbers[0].e164 if numbers else None]
            assert doors == [heard, heard], typed
            assert _taken(lambda text: manual_entry._clean({"phone": text}), typed) == heard, typed


def _taken(read: object, *arguments: object) -> str | None:
    try:
        return read(*arguments)["phone_e164"]  # type: ignore[operator]
    except (Invalid, ExceptionGroup, manual_entry.Faults):
        return None
