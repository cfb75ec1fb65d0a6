"""The outbox: notes for the outside world, written in the caller's transaction and carried out by the worker.

It knows no carrier: whoever carries rows of a channel is handed in, as a `Carrier`.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, or_, select, update

from leadbot.database import tenancy
from leadbot.database.session import db, publish_after_commit, read_only, utcnow
from leadbot.errors import DeliveryError, Forbidden, NotFound
from leadbot.events import RowsWaiting
from leadbot.models import Company, Delivery, DeliveryState, Lead, User

# Waits before the tries; after the last the row is given up and waits for a person.
RETRY_SECONDS = (0, 5, 30, 120, 600, 1800, 7200, 18000, 36000, 86400)
JITTER = 0.2
# A target that can't be reached may be back at any moment, and nothing can arrive twice: a notice that is still news is
# tried at short intervals, which counts as no try.
UNREACHABLE_SECONDS, NEWS_MINUTES = 30, 10
WORTH_WAITING_SECONDS = 0.5  # a longer wait is spent in the outbox, not in a thread
BATCH, WINDOW = 50, 500
TOGETHER_MOST = 50  # rows that go out as one


class RowCarrier(Protocol):
    """What the outbox asks of whoever carries the rows of a channel.

    `payload` is what is sent for rows that go out as one, None where nothing is left to do; it may raise DeliveryError.
    `patience` says how many seconds more of their kind are waited for, `wait` for how long nothing may be sent to a
    target; it takes that moment if it is WORTH_WAITING_SECONDS at most. `hold`: the target asks for a pause. `sent` and
    `refused` hear what became of rows, in the transaction that marks them.
    """

    lease_seconds: float
    gap_seconds: float

    def payload(self, rows: Sequence[Delivery]) -> str | None: ...
    def patience(self, rows: Sequence[Delivery]) -> float: ...
    def wait(self, target: str) -> float: ...
    def hold(self, target: str, seconds: float) -> None: ...
    def send(self, target: str, payload: str) -> str: ...
    def sent(self, rows: Sequence[Delivery]) -> None: ...
    def refused(self, row: Delivery, error: DeliveryError) -> None: ...


def put(
    target: str, event: str, text: str, dedup_key: str, *, channel: str = "telegram", at: datetime | None = None,
    **about: Any,
) -> Delivery:  # fmt: skip
    """Put a row, to be carried out `at` once; `about` are more of its columns. Part of the caller's transaction."""
    row = Delivery(event=event, channel=channel, target=target, text=text, dedup_key=dedup_key, **about)
    if at is not None:
        row.next_at = at
    db.session.add(row)
    db.session.flush()
    publish_after_commit(RowsWaiting(row.channel))
    return row


def is_put(dedup_key: str) -> bool:
    """Has this been put before?"""
    return db.session.scalars(select(Delivery.id).where(Delivery.dedup_key == dedup_key)).first() is not None


def due(channel: str | None = None, busy: Collection[str] = (), limit: int = BATCH) -> dict[int, str]:
    """Rows of all companies whose time has come, longest waiting first: by id the target each goes to.

    Of each target it is the first one in its line alone, so that a long line keeps no other target waiting. Targets
    that are `busy` are left out.
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


def deliver(delivery_id: int, carrier_for: Callable[[str], RowCarrier]) -> Carried:
    """Carry one row out, with those that go out as one with it: claim them, send with no transaction open, mark them.

    A claim that is not marked in time runs out and the rows are sent again: at least once, never lost. What is sent
    then is what was sent before.
    """
    channel = _find(delivery_id)
    if channel is None:
        return Carried()
    carrier = carrier_for(channel)
    rows = _claim(delivery_id, carrier.lease_seconds)
    if not rows:
        db.session.rollback()
        return Carried()
    patience = carrier.patience(rows) if rows[0].payload is None else 0.0
    if patience > 0:
        return _put_off(rows, patience)
    try:
        payload = rows[0].payload = rows[0].payload or carrier.payload(rows)
    except DeliveryError as error:
        return _mark_failed(rows, carrier, error)
    except Exception as error:  # a fault of ours: it must not be come back to at once, for ever
        return _mark_broken(delivery_id, carrier, error)
    if payload is None:
        return _mark_sent(rows, carrier)
    ids, target = [row.id for row in rows], rows[0].target
    db.session.commit()
    wait = carrier.wait(target)
    if wait > WORTH_WAITING_SECONDS:
        return _put_off(_own(ids), wait)
    time.sleep(wait)
    try:
        vendor_id = carrier.send(target, payload)
    except DeliveryError as error:
        if error.retry_after:
            carrier.hold(target, error.retry_after)
        return _mark_failed(_own(ids), carrier, error)
    except Exception as error:  # a fault of ours must not lose the notice either
        current_app.logger.exception("delivery %s failed", delivery_id)
        return _mark_failed(_own(ids), carrier, DeliveryError(type(error).__name__))
    return _mark_sent(_own(ids), carrier, vendor_id)


def retry(delivery_id: int, *, by: User) -> Delivery:
    """Try a given-up row again, from the beginning. Raises NotFound, Forbidden."""
    if not by.may_write:
        raise Forbidden
    found = _own([delivery_id]) if 0 < delivery_id < 2**31 else []
    if not found:
        raise NotFound
    row = found[0]
    row.state, row.attempts, row.next_at, row.lease_until = DeliveryState.PENDING, 0, utcnow(), None
    if row.batch is not None:
        row.batch = row.payload = None
    publish_after_commit(RowsWaiting(row.channel))
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


def forget_payloads(*which: ColumnElement[bool]) -> None:
    """What has been made of these rows, and of others that go out with them, is made anew, if it still is to be sent.

    Part of the caller's transaction.
    """
    batches = list(db.session.scalars(select(Delivery.batch).where(Delivery.batch.is_not(None), or_(*which))))
    made = update(Delivery).where(Delivery.payload.is_not(None), or_(Delivery.batch.in_(batches), *which))
    db.session.execute(made.values(payload=None).execution_options(synchronize_session=False))


def _notices() -> Select[Any]:
    """What people are told, without the edits of it."""
    return select(Delivery).where(Delivery.edits_id.is_(None))


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)


def _find(delivery_id: int) -> str | None:
    """The channel of a row that may be carried out; the session then acts for its company."""
    of_whom = select(Delivery.company_id, Delivery.channel).join(Company, Company.id == Delivery.company_id)
    with tenancy.all_companies():
        found = db.session.execute(of_whom.where(Delivery.id == delivery_id, Company.is_active)).first()
    if found is None:
        db.session.rollback()
        return None
    tenancy.act_for(found.company_id)
    return str(found.channel)


def _claim(delivery_id: int, lease_seconds: float) -> list[Delivery]:
    """Compare and set: of all workers that want a row one gets it, for as long as its lease runs.

    Rows that go out as one are claimed as one: those of its batch, or before the first try those that wait for the same
    target. Does not commit. The first is the one that keeps the payload.
    """
    now = utcnow()
    lease = {"lease_until": now + timedelta(seconds=lease_seconds), "attempts": Delivery.attempts + 1}
    waits = (Delivery.state == DeliveryState.PENDING, _free(now))
    mine = select(Delivery).where(Delivery.id == delivery_id).execution_options(populate_existing=True)
    row: Delivery | None = db.session.scalars(mine).first()
    if row is None:
        return []
    which = Delivery.id == delivery_id if row.batch is None else Delivery.batch == row.batch
    claimed = db.session.execute(_update(which, *waits, Delivery.next_at <= now).values(lease))
    if not claimed.rowcount:  # type: ignore[attr-defined]
        return []
    if row.batch is None and row.together is not None and row.payload is None:
        which = or_(which, Delivery.batch == _gather(row, waits, lease))
    found = select(Delivery).where(which, Delivery.state == DeliveryState.PENDING).order_by(Delivery.id)
    rows = db.session.scalars(found.execution_options(populate_existing=True))
    return sorted(rows, key=lambda each: each.payload is None)


def _gather(row: Delivery, waits: tuple[ColumnElement[bool], ...], lease: dict[str, Any]) -> str:
    """Claim what may go out with a row; what they are known by together."""
    batch = secrets.token_hex(8)
    alike = (
        select(Delivery.id)
        .where(Delivery.channel == row.channel, Delivery.target == row.target, Delivery.together == row.together)
        .where(Delivery.batch.is_(None), Delivery.payload.is_(None), Delivery.id != row.id, *waits)
        .order_by(Delivery.id)
        .limit(TOGETHER_MOST - 1)
    )
    ids = list(db.session.scalars(alike))
    if ids and db.session.execute(_update(Delivery.id.in_(ids), *waits).values(lease | {"batch": batch})).rowcount:  # type: ignore[attr-defined]
        db.session.execute(_update(Delivery.id == row.id).values(batch=batch))
    return batch


def _update(*which: ColumnElement[bool]) -> Any:
    return update(Delivery).where(*which).execution_options(synchronize_session=False)


def _put_off(rows: list[Delivery], wait_seconds: float) -> Carried:
    """It is too early to send to this target; that was no try."""
    for row in rows:
        row.next_at, row.lease_until, row.attempts = utcnow() + timedelta(seconds=wait_seconds), None, row.attempts - 1
        if row.payload is None and all(each.payload is None for each in rows):
            row.batch = None  # more may come
    db.session.commit()
    return Carried(again_in_seconds=wait_seconds)


def _mark_sent(rows: list[Delivery], carrier: RowCarrier, vendor_id: str = "") -> Carried:
    for row in rows:
        row.vendor_id = vendor_id[:64] or None
        row.state, row.sent_at, row.lease_until, row.last_error = DeliveryState.SENT, utcnow(), None, None
        row.payload = None
    carrier.sent(rows)
    db.session.commit()
    return Carried(is_sent=True, again_in_seconds=carrier.gap_seconds)


def _mark_failed(rows: list[Delivery], carrier: RowCarrier, error: DeliveryError) -> Carried:
    """Wait and try again, or give up: at once where the target says never, else after the last try."""
    wait: float | None = None
    for row in rows:
        row.last_error, row.lease_until = str(error)[:500], None
        carrier.refused(row, error)
        if error.new_target:
            row.target, row.next_at, wait = error.new_target, utcnow(), 0.0
        elif error.permanent or row.attempts >= len(RETRY_SECONDS):
            row.state = DeliveryState.DEAD
        else:
            wait = _wait(row.attempts, error.retry_after) if wait is None else wait
            if error.unreachable and wait > UNREACHABLE_SECONDS * (1 + JITTER) and _is_news(row):
                wait, row.attempts = _jittered(UNREACHABLE_SECONDS), row.attempts - 1
            row.next_at = utcnow() + timedelta(seconds=wait)
    db.session.commit()
    return Carried(again_in_seconds=wait)


def _mark_broken(delivery_id: int, carrier: RowCarrier, error: Exception) -> Carried:
    """Nothing could be made of the row: a try as any other, though its claim goes with the transaction."""
    current_app.logger.error("delivery %s failed", delivery_id, exc_info=error)
    db.session.rollback()
    rows = _own([delivery_id])
    for row in rows:
        row.attempts += 1
    return _mark_failed(rows, carrier, DeliveryError(type(error).__name__))


def _wait(attempts: int, retry_after: float | None) -> float:
    return _jittered(RETRY_SECONDS[attempts]) if retry_after is None else retry_after


def _jittered(seconds: float) -> float:
    return seconds * (1 + random.uniform(0, JITTER))  # noqa: S311  (jitter, not a secret)


def _is_news(row: Delivery) -> bool:
    return row.created_at > utcnow() - timedelta(minutes=NEWS_MINUTES)


def _own(ids: list[int]) -> list[Delivery]:
    """These rows of the company as they stand now; one that was erased meanwhile is none of them."""
    found = select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.id)
    return list(db.session.scalars(found))
