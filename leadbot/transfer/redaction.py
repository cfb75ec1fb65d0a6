"""Where a phone stands in what people have written, however it is grouped there; and how it is made unreadable."""

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

GAP = r"[\W_]{0,4}"  # between two digits of a phone people put whatever is no letter
# The same and more, as both databases read it: in JSON a sign may stand as its code.
_STORED_GAP = r"(?:\\u[0-9a-fA-F]{4}|[^0-9]){0,8}"
BLANK = "•"
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
        self._digits = sorted({_national(phone) for phone in phones} - {""})
        numbers = "|".join(GAP.join(digits) for digits in self._digits)
        self._written = re.compile(rf"(?<!\d)(?:\+?[78]{GAP}|\+{GAP})?(?:{numbers})(?!\d)" if numbers else r"(?!)")

    def within(self, column: Any) -> ColumnElement[bool]:
        """The criterion: one of the phones may stand in it. It finds too much rather than too little.

        Whether its digits stand there in their order is asked first: that rules nearly all texts out and costs little.
        """
        places = (
            and_(column.like(f"%{'%'.join(digits)}%"), column.regexp_match(_STORED_GAP.join(digits)))
            for digits in self._digits
        )
        return or_(false(), *places)

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
        for row_id, *values in db.session.execute(select(kind.id, *columns).where(anywhere)).all():
            new = {column: self._blanked(value) for column, value in zip(columns, values, strict=True) if value}
            changed = update(kind).where(kind.id == row_id).values(new)
            db.session.execute(changed.execution_options(synchronize_session=False))

    def _blanked(self, value: Any) -> Any:
        """A text, or all texts of a JSON value."""
        if isinstance(value, str):
            return self.blanked(value)
        if isinstance(value, dict):
            return {self.blanked(name): self._blanked(each) for name, each in value.items()}
        return [self._blanked(each) for each in value] if isinstance(value, list) else value


def _is_json(column: Any) -> bool:
    return isinstance(column.type, JSON)


def _national(phone: str) -> str:
    """The digits that are written in any case: without 8 or +7 in Kazakhstan; empty where they would be too few."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) == NATIONAL_DIGITS + 1 and digits[0] in "78":
        digits = digits[1:]
    return digits if len(digits) >= LEAST_DIGITS else ""
