"""Notices that have been sent and are to read otherwise from now on: Telegram changes messages in place."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any

from sqlalchemy import or_, select

from leadbot.bot import company_settings
from leadbot.database.session import db
from leadbot.models import Delivery, DeliveryState
from leadbot.notifications.carriers.telegram.render import WORKED_WITH
from leadbot.outbox import deliveries

EDITED_MOST = 3  # notices of a lead in a chat, the newest: a chat takes one change a second
LOOKED_AT_MOST = 60


def put_edit(notice: Delivery, menu: str = "") -> Delivery:
    """Have a notice that was sent shown as things stand once this is carried out. Part of the caller's transaction.

    What waits to be carried out anyway does it: locked until the commit, it shows what the commit brings.
    """
    waiting = select(Delivery).where(
        Delivery.edits_id == notice.id, Delivery.state == DeliveryState.PENDING, Delivery.lease_until.is_(None)
    )
    row: Delivery | None = db.session.scalars(waiting.limit(1).with_for_update()).first()
    if row is None:
        key = f"edit:{notice.id}:{secrets.token_hex(8)}"
        about: dict[str, Any] = {"lead_id": notice.lead_id, "user_id": notice.user_id, "edits_id": notice.id}
        return deliveries.put(notice.target, "edit", menu, key, **about)
    row.text, row.payload = menu, None
    return row


def follow(lead_id: int) -> None:
    """Have the last notices of a lead that are worked with say how it stands now. Part of the caller's transaction.

    One that has been made and not sent yet is made anew; lists of several leads stay as they are.
    """
    company = company_settings.company()
    made = or_(Delivery.vendor_id.is_not(None), Delivery.lease_until.is_not(None), Delivery.payload.is_not(None))
    last = (
        select(Delivery)
        .where(Delivery.lead_id == lead_id, Delivery.event.in_(WORKED_WITH), Delivery.channel == "telegram", made)
        .where(or_(Delivery.target == company.telegram_chat_id, Delivery.user_id.is_not(None)))
        .where(Delivery.batch.is_(None))
        .order_by(Delivery.id.desc())
        .limit(LOOKED_AT_MOST)
    )
    seen = Counter[str]()
    for notice in db.session.scalars(last).all():
        if not notice.vendor_id and not notice.lease_until:
            notice.payload = None
            continue
        seen[notice.target] += 1
        if seen[notice.target] <= EDITED_MOST:
            put_edit(notice)
