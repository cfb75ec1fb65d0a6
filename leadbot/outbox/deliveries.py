"""The outbox: notes for the outside world, written in the caller's transaction and carried out by the worker."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, case, literal, or_, select, update

from leadbot.accounts import encryption, tenant, users
from leadbot.accounts.limits import Limit
from leadbot.database import tenancy
from leadbot.database.session import UtcDateTime, db, read_only, utcnow
from leadbot.errors import NotFound
from leadbot.models import Company, Delivery, DeliveryState, Lead, User
from leadbot.notifications import keyboards
from leadbot.notifications.carriers.base import Buttons, Channel, DeliveryError
from leadbot.outbox.pace import MOST_A_SECOND, WORTH_WAITING_SECONDS, Pace

# Longer than a send may take: Telegram gives up after ten seconds, a letter is a talk of several answers.
LEASE_SECONDS, LETTER_LEASE_SECONDS = 30, 120
# Waits before the tries; after the last the row is given up and waits for a person.
RETRY_SECONDS = (0, 5, 30, 120, 600, 1800, 7200, 18000, 36000, 86400)
JITTER = 0.2
# A target that can't be reached may be back at any moment, and nothing can arrive twice: a notice that is still news is
# tried at short intervals, which counts as no try.
UNREACHABLE_SECONDS, NEWS_MINUTES = 30, 10
BATCH, WINDOW = 50, 500
MAIL = "email"

_pace = Pace()
_of_all_workers = Limit("carrier", f"{MOST_A_SECOND} per 1 second")  # a carrier is one bot, whoever sends


def put_mail(address: str, event: str, sealed: str) -> None:
    """A letter to a person; it lies sealed until it goes out."""
    put(address, event, sealed, f"{event}:{secrets.token_hex(16)}", channel=MAIL)


def put(target: str, event: str, text: str, dedup_key: str, *, channel: str = "telegram", **about: Any) -> Delivery:
    """Put a row, `about` a lead (`lead_id`) or a talk (`talk_id`). Part of the caller's transaction."""
    row = Delivery(event=event, channel=channel, target=target, text=text, dedup_key=dedup_key, **about)
    db.session.add(row)
    db.session.flush()
    for listener in _listeners:
        listener(row.channel)
    return row


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
        return put(notice.target, "edit", menu, key, lead_id=notice.lead_id, edits_id=notice.id)
    row.text = menu
    return row


def is_put(dedup_key: str) -> bool:
    """Has this been put before?"""
    return db.session.scalars(select(Delivery.id).where(Delivery.dedup_key == dedup_key)).first() is not None


# Whoever wants to know that a row waits; jobs.py wakes the worker once the transaction is through.
_listeners: list[Callable[[str], None]] = []


def on_put(listener: Callable[[str], None]) -> None:
    """Call `listener` with the channel of each row that is put, still inside its transaction."""
    if listener not in _listeners:
        _listeners.append(listener)


def due(channel: str | None = None, busy: Collection[str] = (), limit: int = BATCH) -> dict[int, str]:
    """Rows of all companies whose time has come, longest waiting first: by id the target each goes to.

    Of each target it is the first one in its line alone, so that a long line keeps no other target waiting. Targets
    that are `busy`, or to which nothing may be sent yet, are left out.
    """
    now, found = utcnow(), dict[int, str]()
    waiting = (
        select(Delivery.id, Delivery.target)
        .join(Company, Company.id == Delivery.company_id)
        .where(Company.is_active, Delivery.state == DeliveryState.PENDING, Delivery.next_at <= now, _free(now))
        .order_by(Delivery.next_at, Delivery.id)
        .limit(WINDOW)
    )
    left_out = set(busy)
    if channel is not None:
        waiting = waiting.where(Delivery.channel == channel)
        left_out |= _pace.busy(channel)
    while True:  # a window of one long line is followed by one without that line
        window = waiting.where(Delivery.target.not_in(left_out))
        with read_only(), tenancy.all_companies():
            rows = db.session.execute(window).all()
        for row_id, target in rows:
            if target not in left_out and len(found) < limit:
                found[row_id] = target
                left_out.add(target)
        if len(found) == limit or len(rows) < WINDOW:
            return found


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a row: sent, or to be come back to after a wait, or neither."""

    is_sent: bool = False
    again_in_seconds: float | None = None


def deliver(delivery_id: int, channel_for: Callable[[str], Channel]) -> Carried:
    """Carry one row out: claim it, send with no transaction open, mark it.

    A claim that is not marked in time runs out and the row is sent again: at least once, never lost.
    """
    if not _claim(delivery_id):
        return Carried()
    with tenancy.all_companies():
        company_id = db.session.scalars(select(Delivery.company_id).where(Delivery.id == delivery_id)).one()
    tenancy.act_for(company_id)
    row = _own(delivery_id)
    channel, target = row.channel, row.target
    try:
        message = _message(row)
    except DeliveryError as error:
        db.session.rollback()
        return _mark_failed(delivery_id, error)
    db.session.rollback()
    if message is None:
        return _mark_sent(delivery_id)
    wait = _pace.take(channel, target)
    if wait <= WORTH_WAITING_SECONDS and not _of_all_workers.takes(channel):
        wait = 1.0
    if wait > WORTH_WAITING_SECONDS:
        return _put_off(delivery_id, wait)
    time.sleep(wait)
    try:
        vendor_id = channel_for(channel).send(target, message.text, message.buttons, instead_of=message.instead_of)
    except DeliveryError as error:
        if error.retry_after:
            _pace.hold(channel, target, error.retry_after)
        return _mark_failed(delivery_id, error)
    except Exception as error:  # a fault of ours must not lose the notice either
        current_app.logger.exception("delivery %s failed", delivery_id)
        return _mark_failed(delivery_id, DeliveryError(type(error).__name__))
    return _mark_sent(delivery_id, vendor_id)


class _Message(NamedTuple):
    """What is handed to a channel."""

    text: str
    buttons: Buttons = ()
    instead_of: str = ""


def _message(row: Delivery) -> _Message | None:
    """What a claimed row is carried out as; None where there is nothing left to do. Raises DeliveryError."""
    if row.channel == MAIL:
        letter = encryption.opened(row.text)
        if letter is None:
            raise DeliveryError("The letter was sealed with another SECRET_KEY", permanent=True)
        return _Message(letter)
    if row.edits_id is None:
        return _Message(*keyboards.of(row))
    notice = _own(row.edits_id)
    if notice.vendor_id:
        return _Message(*keyboards.of(notice, row.text), notice.vendor_id)
    if notice.state is DeliveryState.PENDING and notice.lease_until:  # is being sent, perhaps as it was
        raise DeliveryError("The notice itself is still being sent", retry_after=2)
    return None


def retry(delivery_id: int, *, by: User) -> Delivery:
    """Try a given-up row again, from the beginning. Raises NotFound, Forbidden."""
    users.check_may_write(by)
    row = _own(delivery_id)
    row.state, row.attempts, row.next_at, row.lease_until = DeliveryState.PENDING, 0, utcnow(), None
    for listener in _listeners:
        listener(row.channel)
    db.session.commit()
    return row


def of_lead(lead: Lead) -> list[Delivery]:
    """The notices about a lead, newest first; what clients said there and was passed on is in the conversation."""
    passed_on = and_(Delivery.event == "said", Delivery.state == DeliveryState.SENT)
    return list(
        db.session.scalars(_notices().where(~passed_on).where(Delivery.lead_id == lead.id).order_by(Delivery.id.desc()))
    )


def latest(limit: int = 20) -> list[Delivery]:
    """The company's last notices, newest first."""
    return list(db.session.scalars(_notices().order_by(Delivery.id.desc()).limit(limit)))


def last_test() -> Delivery | None:
    """The company's last test message."""
    newest = select(Delivery).where(Delivery.event == "test").order_by(Delivery.id.desc()).limit(1)
    return db.session.scalars(newest).first()


def _notices() -> Select[Any]:
    """What people are told, without the edits of it."""
    return select(Delivery).where(Delivery.edits_id.is_(None))


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)


def _claim(delivery_id: int) -> bool:
    """Compare and set: of all workers that want a row one gets it, for as long as its lease runs."""
    now = utcnow()
    lease = case((Delivery.channel == MAIL, _moment(now, LETTER_LEASE_SECONDS)), else_=_moment(now, LEASE_SECONDS))
    claim = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.PENDING, Delivery.next_at <= now, _free(now))
        .where(Delivery.company_id.in_(select(Company.id).where(Company.is_active)))
        .values(lease_until=lease, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    with tenancy.all_companies():
        claimed = db.session.execute(claim)
    db.session.commit()
    return bool(claimed.rowcount == 1)  # type: ignore[attr-defined]


def _moment(now: datetime, seconds: float) -> ColumnElement[datetime]:
    return literal(now + timedelta(seconds=seconds), UtcDateTime)


def _put_off(delivery_id: int, wait_seconds: float) -> Carried:
    """It is too early to send to this target; that was no try."""
    row = _own(delivery_id)
    row.next_at, row.lease_until, row.attempts = utcnow() + timedelta(seconds=wait_seconds), None, row.attempts - 1
    db.session.commit()
    return Carried(again_in_seconds=wait_seconds)


def _mark_sent(delivery_id: int, vendor_id: str = "") -> Carried:
    row = _own(delivery_id)
    row.vendor_id = vendor_id[:64] or None
    row.state, row.sent_at, row.lease_until, row.last_error = DeliveryState.SENT, utcnow(), None, None
    if row.channel == MAIL:
        row.text = ""  # it held a link that lets its bearer in
    db.session.commit()
    return Carried(is_sent=True)


def _mark_failed(delivery_id: int, error: DeliveryError) -> Carried:
    """Wait and try again, or give up: at once where the target says never, else after the last try."""
    row = _own(delivery_id)
    row.last_error, row.lease_until, wait = str(error)[:500], None, None
    if row.channel == MAIL:  # no page shows it
        current_app.logger.warning("letter %s was not sent: %s", delivery_id, error)
    if error.new_chat_id:
        _follow(row, error.new_chat_id)
        wait = 0.0
    elif error.permanent or row.attempts >= len(RETRY_SECONDS):
        row.state = DeliveryState.DEAD
    else:
        wait = _wait(row.attempts, error.retry_after)
        if error.unreachable and wait > UNREACHABLE_SECONDS * (1 + JITTER) and _is_news(row):
            wait, row.attempts = _jittered(UNREACHABLE_SECONDS), row.attempts - 1
        row.next_at = utcnow() + timedelta(seconds=wait)
    db.session.commit()
    return Carried(again_in_seconds=wait)


def _follow(row: Delivery, new_chat_id: str) -> None:
    """A group that became a supergroup has another number from then on."""
    company = tenant.company()
    if company.telegram_chat_id == row.target:
        company.telegram_chat_id = new_chat_id
    row.target, row.next_at = new_chat_id, utcnow()


def _wait(attempts: int, retry_after: float | None) -> float:
    return _jittered(RETRY_SECONDS[attempts]) if retry_after is None else retry_after


def _jittered(seconds: float) -> float:
    return seconds * (1 + random.uniform(0, JITTER))  # noqa: S311  (jitter, not a secret)


def _is_news(row: Delivery) -> bool:
    return row.created_at > utcnow() - timedelta(minutes=NEWS_MINUTES)


def _own(delivery_id: int) -> Delivery:
    found = select(Delivery).where(Delivery.id == delivery_id)
    row = db.session.scalars(found).first() if 0 < delivery_id < 2**31 else None
    if row is None:
        raise NotFound
    return row
