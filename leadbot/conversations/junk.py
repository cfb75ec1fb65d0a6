"""Junk: spam, job seekers and suppliers, kept apart where everybody can read it.

The engine says who is no client; once a person has said so, or the contrary, only persons change it.
"""

from __future__ import annotations

from leadbot.accounts import users
from leadbot.conversations import hot_lane, talks, waiting
from leadbot.database.session import db
from leadbot.leads import moving, records
from leadbot.models import Conversation, LeadStatus, LostReason, User

NOT_CLIENT = "not_client"  # an act of engines.base.Decision, and a mark in what the embedded engine remembers


def judge(talk: Conversation, act: str | None) -> None:
    """Take over what the engine says of the client, unless a person has spoken. Part of the caller's transaction."""
    if not talk.junk_is_settled:
        talk.is_junk = act == NOT_CLIENT and talk.lead_id is None


def put(talk: Conversation, *, by: User) -> None:
    """A person says it is junk: out of the list, off the board and the lane; an open lead is lost as spam."""
    users.check_may_write(by)
    talks.lock(talk)
    talk.is_junk = talk.junk_is_settled = True
    waiting.end(talk)
    hot_lane.leave(talk)
    waiting.touch_list()
    lead = records.get(talk.lead_id) if talk.lead_id else None
    if lead is not None and lead.status.is_open:
        moving.move(lead, LeadStatus.LOST, by=by, reason=LostReason.SPAM)  # commits all of it
    db.session.commit()


def take_back(talk: Conversation, *, by: User) -> None:
    """A person says it is none: everything back where it was, and the bot treats the client as one."""
    users.check_may_write(by)
    talks.lock(talk)
    talk.is_junk, talk.junk_is_settled = False, True
    state = {name: value for name, value in talk.known.get("state", {}).items() if name != NOT_CLIENT}
    talk.known = {**talk.known, "state": state}
    hot_lane.follow(talk)
    waiting.touch_list()
    lead = records.get(talk.lead_id) if talk.lead_id else None
    if lead is not None and lead.lost_reason is LostReason.SPAM:
        moving.move(lead, LeadStatus.NEW, by=by)
    db.session.commit()
