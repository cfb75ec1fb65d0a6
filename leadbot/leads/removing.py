"""Leads of the test chat: on the board with a mark, and taken off it with one click."""

from __future__ import annotations

from sqlalchemy import update

from leadbot.accounts import users
from leadbot.database.session import db
from leadbot.errors import Invalid
from leadbot.leads import board
from leadbot.models import Conversation, Lead, User


def remove_test(lead: Lead, *, by: User) -> None:
    """Take a test lead off the board for good. Raises Invalid for a real one, Forbidden for a viewer."""
    users.check_may_write(by)
    if not lead.is_test:
        raise Invalid("Only test leads can be removed", field="lead")
    db.session.execute(update(Conversation).where(Conversation.lead_id == lead.id).values(lead_id=None))
    for column in (Lead.previous_id, Lead.related_lead_id):
        db.session.execute(update(Lead).where(column == lead.id).values({column: None}))
    db.session.delete(lead)
    board.touch()
    db.session.commit()
