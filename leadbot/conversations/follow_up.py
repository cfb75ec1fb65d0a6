"""Where a talk stands after a turn: who the client is, whether he is one, whom he waits for, what happens next."""

from __future__ import annotations

from sqlalchemy import select

from leadbot.conversations import hot_lane, junk, unanswered, waiting
from leadbot.database.session import db
from leadbot.engines.base import Decision
from leadbot.events import ComplaintMade, HandOffAsked, LeadPutRight, Withdrawn, publish
from leadbot.leads import held_values, records
from leadbot.leads.registration import Registered
from leadbot.models import Conversation
from leadbot.texts.folding import fold, phone_forms

WHO_MOST = 400


def tell(talk: Conversation, decision: Decision, words: str, registered: Registered | None) -> None:
    """Tell the managers what the client does besides naming facts: he calls one, complains, or withdraws.

    Part of the caller's transaction.
    """
    act, state = decision.act, decision.known.get("state", {})
    is_first = {"complaint": not talk.is_complaint, "withdrawal": not talk.is_withdrawn}
    talk.is_complaint, talk.is_withdrawn = state.get("complaint") is True, state.get("withdrawn") is True
    lead = registered.lead if registered else records.get(talk.lead_id) if talk.lead_id else None
    if act == "complaint" and not talk.is_junk:
        if is_first["complaint"]:
            publish(ComplaintMade(talk.id, words))
        unanswered.asked(talk)
    elif act == "call_human":
        publish(HandOffAsked(talk.id, words))
        unanswered.asked(talk)
    elif act == "withdrawal" and lead is not None and is_first["withdrawal"]:
        records.record(lead, "withdrawn")
        publish(Withdrawn(lead.id, talk.id, words))


def after_turn(talk: Conversation, act: str | None) -> None:
    """Bring the talk's standing up to date with what the engine said of its last message.

    Part of the caller's transaction.
    """
    talk.folded_who = who(talk)
    junk.judge(talk, act)
    if talk.waits_for == waiting.SILENT:  # he speaks again
        waiting.end(talk)
    if act in ("call_human", "complaint") and not talk.is_junk:
        waiting.put(talk, waiting.CALL)
    elif act == "withdrawal" and talk.waits_for is not None and not talk.is_complaint:
        waiting.end(talk)  # who has complained is called, whatever he wants no more
    hot_lane.follow(talk)


def put_right(event: LeadPutRight) -> None:
    """A person has put values of a lead right: the talks that speak for it say them so from now on, the bot in its
    answers, lists and notices. The client's own words stay beside them as the proof. Who came by the phone alone hears
    nothing of what the manager knows."""
    speaking = Conversation.id.in_(held_values.speakers(records.get(event.lead_id)))
    for talk in db.session.scalars(select(Conversation).where(Conversation.lead_id == event.lead_id, speaking)):
        facts = dict(talk.known.get("facts", {}))
        for field, new in event.values.items():
            if field in facts and new.get(field):
                follows = {"e164": new.get("phone_e164"), "m2": new.get("area_m2")}
                more = {name: value for name, value in follows.items() if name in facts[field]}
                facts[field] = {**facts[field], **more, "value": new[field]}
        if facts != talk.known.get("facts", {}):
            talk.known = {**talk.known, "facts": facts}
            talk.folded_who = who(talk)


def who(talk: Conversation) -> str:
    """Name and phone as they are searched."""
    facts = talk.known.get("facts", {})
    phone = facts.get("phone", {})
    number = phone_forms(phone.get("e164") or phone.get("value", ""))
    return f"{fold(facts.get('name', {}).get('value', ''))} {number}".strip()[:WHO_MOST]
