"""Ready answers of a company: a title, a text in each language, places that are filled from the talk."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import func, select

from leadbot.accounts import audit, users
from leadbot.bot import company_settings
from leadbot.conversations import hand_off
from leadbot.database.session import db
from leadbot.errors import Invalid, NotFound
from leadbot.models import AuditEvent, CannedAnswer, Conversation, User
from leadbot.texts import names, phrases, text_input
from leadbot.texts.folding import order
from leadbot.texts.languages import LANGUAGES

TITLE_MOST, TEXT_MOST, ANSWERS_MOST = 80, 2000, 100
PLACES = ("name", "manager", "company", "phone", "city", "object")  # phone: the company's own
_PLACE = re.compile(r"\{([^{}]*)\}")
# A place with nothing to put in goes with its comma: the one before it in «Здравствуйте, {name}!», the one behind it
# where it begins a sentence.
_FIRST = r"(^|[.!?]\s+|\n)\{{{place}\}},\s*(\w)"
_EMPTY = r"(?:,\s*|\s+)?\{{{place}\}}"


def all_of() -> list[CannedAnswer]:
    """The company's answers by title."""
    return sorted(db.session.scalars(select(CannedAnswer)), key=lambda each: (order(each.title), each.id))


def get(answer_id: int) -> CannedAnswer:
    """The company's answer. Raises NotFound for any other."""
    answer = db.session.get(CannedAnswer, answer_id) if 0 < answer_id < 2**31 else None
    if answer is None:
        raise NotFound
    return answer


def add(title: str, texts: Mapping[str, str], *, by: User) -> CannedAnswer:
    """Keep a new one. Raises Invalid, Forbidden."""
    users.check_may_write(by)
    if (db.session.scalar(select(func.count()).select_from(CannedAnswer)) or 0) >= ANSWERS_MOST:
        raise Invalid("At most %(max)s canned answers", field="title", max=ANSWERS_MOST)
    answer = CannedAnswer(title=_title(title), texts=_texts(texts))
    db.session.add(answer)
    audit.note(by.id, AuditEvent.ANSWERS)
    db.session.commit()
    return answer


def change(answer: CannedAnswer, title: str, texts: Mapping[str, str], *, by: User) -> None:
    """Write it anew. Raises Invalid, Forbidden."""
    users.check_may_write(by)
    answer.title, answer.texts = _title(title), _texts(texts)
    audit.note(by.id, AuditEvent.ANSWERS)
    db.session.commit()


def remove(answer: CannedAnswer, *, by: User) -> None:
    """Forget it. Raises Forbidden."""
    users.check_may_write(by)
    db.session.delete(answer)
    audit.note(by.id, AuditEvent.ANSWERS)
    db.session.commit()


def filled(talk: Conversation, by: User) -> list[tuple[CannedAnswer, str]]:
    """All answers as they would be sent in this talk by this person, in the client's language where there is a text."""
    own = company_settings.company()
    values = _values(talk, by)
    order = (talk.language or own.language, own.language, *LANGUAGES)
    return [
        (answer, _fill(next(answer.texts[key] for key in order if answer.texts.get(key)), values))
        for answer in all_of()
    ]


def _values(talk: Conversation, by: User) -> dict[str, str]:
    facts = talk.known.get("facts", {})
    own = company_settings.company()
    language = talk.language or own.language
    known = {slot: facts[slot]["value"] for slot in ("name", "city", "object_type") if slot in facts}
    return {
        "name": known.get("name", ""),
        "manager": hand_off.own_name(by) or phrases.say("manager", language),
        "company": own.name,
        "phone": company_settings.card(own).phone,
        "city": names.city(known.get("city"), language) or "",
        "object": names.object_type(known.get("object_type"), language) or "",
    }


def _fill(text: str, values: Mapping[str, str]) -> str:
    for place, value in values.items():
        if not value:
            text = re.sub(_FIRST.format(place=place), lambda found: found[1] + found[2].upper(), text)
            text = re.sub(_EMPTY.format(place=place), "", text)
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text).strip()


def _title(value: str) -> str:
    return text_input.line(value, "title", most=TITLE_MOST)


def _texts(given: Mapping[str, str]) -> dict[str, str]:
    texts = {key: _text(given.get(key, ""), f"text_{key}") for key in LANGUAGES}
    kept = {key: text for key, text in texts.items() if text}
    if not kept:
        raise Invalid("Write the answer in one language at least", field=f"text_{LANGUAGES[0]}")
    return kept


def _text(value: str, field: str) -> str:
    text = value.replace("\r\n", "\n")
    if len(text) > TEXT_MOST:
        raise Invalid("At most %(max)s characters, now %(n)s", field=field, max=TEXT_MOST, n=len(text))
    text = text_input.message(text, field, most=TEXT_MOST)
    strange = next((place for place in _PLACE.findall(text) if place not in PLACES), None)
    if strange is not None:
        raise Invalid(
            "There is no place {%(place)s}. Known are %(known)s", field=field, place=strange[:40], known=_known()
        )
    return text


def _known() -> str:
    return ", ".join(f"{{{place}}}" for place in PLACES)
