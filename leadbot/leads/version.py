"""Which state of a lead somebody looks at, for a page that wants to know whether it still is the last one."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from leadbot.database.session import db
from leadbot.models import Conversation, Delivery, Lead, LeadEvent, LeadNote


def current(lead: Lead) -> str:
    """Another text whenever the lead's page would show something else: one statement, no row read."""
    talks = or_(Conversation.lead_id == lead.id, Conversation.id == lead.conversation_id)
    notices = Delivery.lead_id == lead.id, Delivery.edits_id.is_(None)
    counted = select(
        select(func.max(LeadEvent.id)).where(LeadEvent.lead_id == lead.id).scalar_subquery(),
        select(func.max(LeadNote.id)).where(LeadNote.lead_id == lead.id).scalar_subquery(),
        select(func.sum(Conversation.message_count)).where(talks).scalar_subquery(),
        select(func.count()).where(*notices).scalar_subquery(),
        select(func.count(Delivery.sent_at)).where(*notices).scalar_subquery(),
        select(func.sum(Delivery.attempts)).where(*notices).scalar_subquery(),
    )
    return ".".join(str(part or 0) for part in (lead.version, *db.session.execute(counted).one()))
