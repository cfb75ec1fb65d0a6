"""Where a phone stands in what people have written, whatever is between its digits; and how it is made unreadable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import JSON, ColumnElement, Text, and_, cast, false, or_, select, update

from leadbot.database.session import db
from leadbot.models import (
    Author,
    BotUser,
    Conversation,
    Delivery,
    Evidence,
    Lead,
    LeadEvent,
    LeadMerge,
    LeadNote,
    LeadTask,
    Message,
    Scenario,
    TalkNote,
)

GAP = r"[\W_]{0,12}"  # between two digits of a phone: whatever is neither letter nor digit, a line's end too
BLANK = "•"
ROWS_AT_ONCE = 500
NATIONAL_DIGITS, LEAST_DIGITS = 10, 7
# All that people write about clients; their own columns of name and phone go with the client himself.
TEXTS: tuple[Any, ...] = (
    Message.text, Message.folded, Evidence.quote, TalkNote.text, LeadNote.text, LeadTask.text, LeadEvent.from_value,
    LeadEvent.to_value, Lead.name, Lead.summary, Lead.search, Lead.details, Lead.told,
    Lead.edited, LeadMerge.before,
    Conversation.known, Scenario.name, Scenario.turns, Delivery.text, Delivery.payload,
)  # fmt: skip


class Mentions:
    """Of these phones: in a column, in a text."""

    def __init__(self, phones: Iterable[str]) -> None:
        self._digits = {_national(phone) for phone in phones} - {""}
        numbers = "|".join(GAP.join(digits) for digits in sorted(self._digits))
        self._written = re.compile(rf"(?<!\d)(?:\+?[78]{GAP}|\+{GAP})?(?:{numbers})(?!\d)" if numbers else r"(?!)")

    def within(self, column: Any) -> ColumnElement[bool]:
        """The criterion: one of the phones may stand in it, its digits in their order at least. It finds too much
        rather than too little: no database knows what people put between them."""
        return or_(false(), *(column.like(f"%{'%'.join(each)}%") for each in sorted(self._digits)))

    def are_in(self, text: str) -> bool:
        """Does one of the phones stand there?"""
        return self._written.search(text) is not None

    def blanked(self, text: str) -> str:
        """The text without them, as long as before: proofs point at places in it."""
        return self._written.sub(lambda found: BLANK * len(found[0]), text)

    def clients(self) -> set[int]:
        """Who gave one of them, is known by one, or wrote one himself in a talk that has neither lead nor phone yet."""
        if not self._digits:
            return set()
        talk = Conversation
        leads = select(Lead.id).where(Lead.bot_user_id == talk.bot_user_id).exists()
        is_open = and_(talk.lead_id.is_(None), ~leads, talk.known[("facts", "phone", "value")].as_string().is_(None))
        lines = select(talk.bot_user_id, Message.text).join(talk, talk.id == Message.conversation_id)
        places = (
            select(talk.bot_user_id, talk.folded_who).where(self.within(talk.folded_who)),
            select(BotUser.id, BotUser.client_ref).where(self.within(BotUser.client_ref)),
            lines.where(Message.author == Author.CLIENT, self.within(Message.text), is_open),
        )
        return {client for place in places for client, text in db.session.execute(place) if self.are_in(text)}

    def blank(self) -> None:
        """Make them unreadable wherever else they stand. Part of the caller's transaction."""
        for kind, columns in groupby(TEXTS, lambda column: column.class_):
            self._blank(kind, list(columns))

    def _blank(self, kind: Any, columns: list[Any]) -> None:
        anywhere = or_(*(self.within(cast(each, Text) if _is_json(each) else each) for each in columns))
        changes = list[tuple[int, dict[Any, Any]]]()
        found = select(kind.id, *columns).where(anywhere).execution_options(yield_per=ROWS_AT_ONCE)
        for row_id, *values in db.session.execute(found):
            pairs = zip(columns, values, strict=True)
            if new := {column: blank for column, value in pairs if (blank := self._blanked(value)) != value}:
                changes.append((row_id, new))
        for row_id, new in changes:
            changed = update(kind).where(kind.id == row_id).values(new)
            db.session.execute(changed.execution_options(synchronize_session=False))

    def _blanked(self, value: Any) -> Any:
        """A text, or all texts of a JSON value, each by itself."""
        if isinstance(value, str):
            return self.blanked(value)
        if isinstance(value, dict):
            return {self._blanked(key): self._blanked(each) for key, each in value.items()}
        return [self._blanked(each) for each in value] if isinstance(value, list) else value


def _is_json(column: Any) -> bool:
    return isinstance(column.type, JSON)


def _national(phone: str) -> str:
    """The digits that are written in any case: without 8 or +7 in Kazakhstan; empty where they would be too few."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) == NATIONAL_DIGITS + 1 and digits[0] in "78":
        digits = digits[1:]
    return digits if len(digits) >= LEAST_DIGITS else ""
