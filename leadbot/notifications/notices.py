"""The plain texts that managers get in Telegram, in ru, kk and en.

Pure functions over plain data: cities, objects and labels come already in the notice's language. The first line alone
is enough on a lock screen; a line without a value is left out. Whatever a client typed stays on one line, is clipped
and bears no control characters, so that no name can break a notice or forge a second line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import phonenumbers
from babel.dates import format_date

from leadbot.fields import TABLE
from leadbot.notifications.notice_texts import MARKS, PHRASES, SOURCES, TALK_LANGUAGES
from leadbot.texts import phrases

FIELD_CHARACTERS = 300
NO_BREAK = "\u00a0"
INVISIBLE = re.compile(r"[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class LeadNotice:
    """A lead as its notice shows it.

    `city`, `object_type` and `area` stand in the notice's language; `time` is the company's, as "16:04".
    """

    number: int
    phone: str
    name: str | None = None
    object_type: str | None = None
    area: str | None = None
    city: str | None = None
    summary: str = ""
    details: tuple[tuple[str, str], ...] = ()  # what else the table of fields shows here: its name, its value
    source: str = "api"
    talk_language: str = "ru"
    time: str = ""
    is_test: bool = False
    has_voice: bool = False
    marks: str = ""  # what the client says of it besides values: see notice_marks


def new_lead(lead: LeadNotice, language: str) -> str:
    """«🆕 № 128: Канат, 8 776 877 66 37», then what is wanted, the summary and where it came from."""
    what = wanted(lead, language)
    origin = (
        _of(SOURCES, lead.source, language),
        _of(TALK_LANGUAGES, lead.talk_language, language),
        one_line(lead.time),
    )
    lines = (
        _marked(lead, language, _phrase("new", language, lead=_number(lead, language), who=_who(lead))),
        lead.marks,
        what[:1].upper() + what[1:],
        one_line(lead.summary),
        *_details(lead),
        _voice(lead, language),
        " · ".join(filter(None, origin)),
    )
    return "\n".join(filter(None, lines))


def wanted(lead: LeadNotice, language: str) -> str:
    """«дом, 150 м², Алматы»: what the client wants, as far as it is known."""
    return ", ".join(filter(None, (one_line(lead.object_type), _area(lead.area, language), one_line(lead.city))))


def updated_lead(lead: LeadNotice, language: str, changes: Mapping[str, str]) -> str:
    """What is new on a lead the managers have: a line for each changed field, `changes` by slot ("phone") or label."""
    lines = [
        _phrase(
            "updated",
            language,
            lead=_number(lead, language),
            label=label_of(field, language),
            value=_shown(field, value, language),
        )
        for field, value in changes.items()
    ]
    return "\n".join(filter(None, (_marked(lead, language, "\n".join(lines)), _voice(lead, language))))


def returning_client(lead: LeadNotice, language: str) -> str:
    """The client of an open lead has written again."""
    first = _marked(lead, language, _phrase("returned", language, lead=_number(lead, language), who=_who(lead)))
    return "\n".join(filter(None, (first, lead.marks, one_line(lead.summary), _voice(lead, language))))


def says_otherwise(lead: LeadNotice, language: str, field: str, said: str, kept: str) -> str:
    """A client's word against a manager's edit, which stays on the card."""
    text = _phrase(
        "otherwise",
        language,
        lead=_number(lead, language),
        label=label_of(field, language),
        value=_shown(field, said, language),
        kept=_shown(field, kept, language) or "–",
    )
    return _marked(lead, language, text)


def call_back(lead: LeadNotice, language: str, time: str, note: str, assignee: str) -> str:
    """A call back that is due now: whom to call and about what, then the lead's number and who is to do it."""
    first = _phrase("call_back", language, time=time, who=_who(lead), note=one_line(note)).rstrip(" .")
    whose = _phrase("assignee", language, name=one_line(assignee)) if assignee else ""
    return f"{first}\n{' · '.join(filter(None, (_number(lead, language), whose)))}"


def client_calls(who: str, words: str, language: str) -> str:
    """A client asks for a human: `who` is his name, phone or the number of the talk, `words` his last message."""
    return _phrase("call", language, who=shown_phone(who) if _is_phone(who) else one_line(who), words=one_line(words))


def many_call(language: str) -> str:
    """More clients ask for a human than can be named."""
    return _phrase("calls", language)


def nobody_took(lead: LeadNotice, minutes: int, language: str, owner: str = "") -> str:
    """A lead has waited so many working minutes: a reminder to all, or to the `owner` by name."""
    return _phrase(
        "escalation" if owner else "reminder",
        language, owner=one_line(owner), lead=_number(lead, language), n=str(minutes), who=_who(lead),
    )  # fmt: skip


def nobody_answered(owner: str, who: str, words: str, minutes: int, language: str) -> str:
    """A client has waited so many minutes for a person, after these last words of his."""
    named = shown_phone(who) if _is_phone(who) else one_line(who)
    return _phrase("unanswered", language, owner=one_line(owner), who=named, words=one_line(words), n=str(minutes))


def complains(owner: str, who: str, words: str, language: str) -> str:
    """A client complains of work done: for the owner, by name."""
    named = shown_phone(who) if _is_phone(who) else one_line(who)
    return _phrase("complaint", language, owner=one_line(owner), who=named, words=one_line(words))


def withdraws(lead: LeadNotice, words: str, language: str) -> str:
    """The client of a lead needs nothing any more; the card is left to its manager."""
    text = _phrase("withdrawn", language, lead=_number(lead, language), who=_who(lead), words=one_line(words))
    return _marked(lead, language, text)


def guest(number: int, language: str) -> str:
    """Who has given neither name nor phone, by the number of the talk, as pages call him."""
    return _phrase("guest", language, number=str(number))


def client_says(who: str, words: str) -> str:
    """«💬 Канат: А сколько ждать?»: what the client of a talk that is led in Telegram has written."""
    named = shown_phone(who) if _is_phone(who) else one_line(who)
    return f"💬 {named}: {clean(words)}"


def digest(day: date, counts: Mapping[str, int], language: str) -> str:
    """What the day begins with; `counts` are of new, untouched, overdue and waiting."""
    head = _phrase("digest_head", language, date=f"{day:%d.%m.%Y}", weekday=format_date(day, "EEEE", language))
    numbers = {name: str(count) for name, count in counts.items()}
    body = _phrase("digest", language, **numbers) if any(counts.values()) else _phrase("digest_clear", language)
    return f"{head}\n{body}"


def connected(company: str, language: str) -> str:
    """The first message in a chat that has just been connected."""
    return _phrase("connected", language, company=one_line(company))


def wrong_code(language: str) -> str:
    """The answer to a code that connects nothing; in Russian where the language is not one of ours."""
    return _phrase("wrong_code", language)


def test_message(company: str, language: str) -> str:
    """What "send test" on the settings page sends."""
    return _phrase("check", language, company=one_line(company))


def shown_phone(phone: str) -> str:
    """A stored phone as people read it: `8 776 877 66 37`, other countries `+996 555 123 456`, with no-break spaces."""
    digits = "".join(char for char in phone if char.isdecimal())
    if len(digits) == 11 and not phone.startswith("+") and digits[0] in "78":
        return NO_BREAK.join(("8", digits[1:4], digits[4:7], digits[7:9], digits[9:]))
    try:
        number = phonenumbers.parse(phone, "KZ")
    except phonenumbers.NumberParseException:
        return one_line(phone)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return re.sub(r"[\s()-]+", NO_BREAK, shown)


def _is_phone(text: str) -> bool:
    return re.fullmatch(r"\+?\d{10,15}", text) is not None


def _phrase(key: str, language: str, **values: str) -> str:
    return _of(PHRASES, key, language).format(**values)


def _of(table: Mapping[str, Mapping[str, str]], key: str, language: str) -> str:
    row = table.get(key, {})
    return row.get(language) or row.get("ru", "")


def _number(lead: LeadNotice, language: str) -> str:
    return _phrase("number", language, number=str(lead.number))


def _who(lead: LeadNotice) -> str:
    return ", ".join(filter(None, (one_line(lead.name), shown_phone(lead.phone))))


def _marked(lead: LeadNotice, language: str, text: str) -> str:
    """A test lead's notice begins with the test mark, which stands in place of the sign of a new lead."""
    return _phrase("test", language) + text.removeprefix("🆕 ") if lead.is_test else text


def _details(lead: LeadNotice) -> list[str]:
    """A line for each detail that the summary does not say already."""
    lines = (f"{one_line(label)}: {one_line(value)}" for label, value in lead.details if value)
    return [line for line in lines if line not in lead.summary]


def label_of(field: str, language: str) -> str:
    """What a field is called; a name of the caller's own as it is."""
    named = MARKS.get(field, {})
    return phrases.label(field, language) if field in TABLE else named.get(language) or one_line(field)


def _voice(lead: LeadNotice, language: str) -> str:
    return _phrase("voice", language) if lead.has_voice else ""


def _area(area: str | None, language: str) -> str:
    shown = re.sub(r"(?<=\d) (?=\S)", NO_BREAK, one_line(area))
    return shown.replace("м²", "m²") if language == "en" else shown


def _shown(field: str, value: str, language: str) -> str:
    if field == "phone":
        return shown_phone(value)
    return _area(value, language) if field == "area" else one_line(value)


def one_line(value: str | None) -> str:
    """One line of clean text: no control or bidi characters, at most FIELD_CHARACTERS."""
    text = clean(value or "")
    return text if len(text) <= FIELD_CHARACTERS else text[: FIELD_CHARACTERS - 1] + "…"


def clean(text: str) -> str:
    """One line, however long, without control and bidi characters."""
    text = INVISIBLE.sub("", text)
    text = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} else char for char in text)
    return " ".join(part for part in re.split(r"[ \t]+", text) if part)
