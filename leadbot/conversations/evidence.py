"""Proof: the talk a lead came from, and where in it the client's own words for each value stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import and_, or_, select

from leadbot.bot import company_settings
from leadbot.conversations import talks
from leadbot.database.session import db
from leadbot.leads import records
from leadbot.models import Conversation, Evidence, Lead, Message


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the words for one value stand: a span of a message's text, in code points. Numbered as the card reads."""

    number: int
    field: str
    message_id: int
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message: the proofs that cover it, and which of them begin and end here."""

    text: str
    covers: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one talk that belong to a lead, oldest first."""

    talk: Conversation
    lines: list[Message]


def of_lead(lead: Lead) -> list[Proof]:
    """The proofs of a card, in the order a manager reads its values."""
    kept = {row.field: row for row in records.evidence(lead)}
    rows = [kept[field] for field in company_settings.fields().keys if field in kept]
    return [_proof(number, row) for number, row in enumerate(rows, 1)]


def _proof(number: int, row: Evidence) -> Proof:
    return Proof(number, row.field, row.message_id, row.quote, row.start, row.end)


def transcript(lead: Lead, proofs: Iterable[Proof]) -> list[Part]:
    """What was said about a lead: in its own episode, in talks that led to the same card, and wherever a proof is."""
    spans = _episodes(lead, [proof.message_id for proof in proofs])
    if not spans:
        return []
    wanted = or_(*(and_(Message.conversation_id == talk_id, Message.episode == episode) for talk_id, episode in spans))
    parts: dict[int, Part] = {}
    for line in db.session.scalars(select(Message).where(wanted).order_by(Message.conversation_id, Message.seq)):
        parts.setdefault(line.conversation_id, Part(talks.talk_of(line), [])).lines.append(line)
    return sorted(parts.values(), key=lambda part: part.lines[0].created_at)


def _episodes(lead: Lead, message_ids: list[int]) -> set[tuple[int, int]]:
    spans = {(each.conversation_id, each.episode) for each in (lead, *_merged(lead)) if each.conversation_id}
    joined = select(Conversation.id, Conversation.episode).where(Conversation.lead_id == lead.id)
    proven = select(Message.conversation_id, Message.episode).where(Message.id.in_(message_ids))
    for found in (joined, proven):
        spans |= {(talk_id, episode) for talk_id, episode in db.session.execute(found)}
    return spans


def _merged(lead: Lead) -> list[Lead]:
    """The duplicates that have been made part of a lead, and of those in turn."""
    found: list[Lead] = []
    ids = [lead.id]
    while ids:
        more = list(db.session.scalars(select(Lead).where(Lead.merged_into_id.in_(ids))))
        found += more
        ids = [each.id for each in more]
    return found


def cut(text: str, proofs: Iterable[Proof]) -> list[Piece]:
    """A message's text, cut wherever a proof begins or ends; proofs may overlap or lie in one another."""
    spans = {proof.number: span for proof in proofs if (span := _span(text, proof))}
    edges = sorted({0, len(text), *(edge for span in spans.values() for edge in span)})
    return [
        Piece(
            text[start:end],
            covers=tuple(n for n, (first, last) in spans.items() if first <= start and end <= last),
            begins=tuple(n for n, (first, _) in spans.items() if first == start),
            ends=tuple(n for n, (_, last) in spans.items() if last == end),
        )
        for start, end in pairwise(edges)
    ]


def _span(text: str, proof: Proof) -> tuple[int, int] | None:
    """Where the quote stands; looked for where the offsets don't hold it, None where it is not in the text at all."""
    if proof.quote and text[proof.start : proof.end] == proof.quote:
        return proof.start, proof.end
    found = text.find(proof.quote) if proof.quote else -1
    return (found, found + len(proof.quote)) if found >= 0 else None
