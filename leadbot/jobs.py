"""The worker: one crew a carrier, two for files, and a round of all that falls due by the clock.

The rows are the truth and each crew looks for its own, so nothing depends on a queue: Huey carries nothing but the word
that there is something to look for, from whoever wrote a row to a worker on any machine. It is a matter of half a
second. A queue that is full of copies, lost or out of reach (Redis gone) delays a notice by LOOK_SECONDS of the crew.
That is less than tasks that carry rows would need: a queue and a consumer for each carrier, copies kept out of it, and
rows found again that it lost.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import huey
from flask import Flask, current_app
from huey.consumer import Consumer
from huey.storage import BaseStorage, RedisStorage, SqliteStorage
from sqlalchemy.exc import OperationalError

from leadbot.channels.workplace import connecting
from leadbot.channels.workplace.members import WorkplaceAnswer
from leadbot.config import Config
from leadbot.conversations import idle, unanswered
from leadbot.database.migrate import stop_unless_newest
from leadbot.database.outage import Backoff, OnceAMinute, Outage, redis_pool
from leadbot.database.session import db
from leadbot.errors import DeliveryError
from leadbot.events import RowsWaiting
from leadbot.files import storage
from leadbot.leads import listing, take_timer, tasks
from leadbot.notifications import morning_summary
from leadbot.notifications.carriers import CARRIERS, at_work
from leadbot.notifications.carriers.at_work import AtWork
from leadbot.operations import metrics
from leadbot.outbox import deliveries
from leadbot.outbox.crew import Crew
from leadbot.serve import GRACE_SECONDS
from leadbot.state import state, state_of
from leadbot.transfer import erasure, exports_job, imports

if TYPE_CHECKING:
    from leadbot.notifications.carriers.telegram.send import TelegramSender

SWEEP_SECONDS = 5
TIDY_SECONDS = 3600
PUT_OFF_SECONDS, PUT_OFF_MOST_SECONDS = 5, 300  # a part of the sweep that failed
LISTEN_SECONDS, LISTEN_PAUSE_MOST = 25, 60.0
IMPORTS, EXPORTS = imports.ROWS, exports_job.ROWS
FILES: Mapping[str, Any] = {IMPORTS: imports, EXPORTS: exports_job}  # whose rows are files
THREADS = {**{carrier.name: carrier.threads for carrier in CARRIERS}, IMPORTS: 2, EXPORTS: 1}  # by crew
BELL_PAUSE_SECONDS = 0.5  # between two looks into SQLite's queue

log = logging.getLogger(__name__)
_spoken = OnceAMinute()


def init_app(app: Flask) -> None:
    """Give the application its bell and room for the crews of a worker."""
    bell = build_huey(state_of(app).config, state_of(app).redis)
    state_of(app).bell, crews = bell, state_of(app).crews

    def wake(name: str) -> None:
        if name in crews:
            crews[name].wake()

    state_of(app).wake = bell.task(name="wake")(wake)


class Patient(BaseStorage):  # type: ignore[misc]  # huey has no types
    """A queue that may be out of reach: nobody waits for it, nothing is raised, and back again it is used again."""

    def __init__(self, *args: Any, outage: Outage, **more: Any) -> None:
        self._outage = outage
        super().__init__(*args, **more)

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        if not self._outage.is_on:
            with self._outage.noticed():
                super().enqueue(data, priority)

    def dequeue(self) -> bytes | None:
        if self._outage.is_on:
            time.sleep(BELL_PAUSE_SECONDS)
            return None
        with self._outage.noticed():
            return cast("bytes | None", super().dequeue())
        return None

    def read_schedule(self, ts: datetime) -> list[bytes]:
        """Nothing is ever scheduled: rows bear their own time."""
        return []


class PatientRedis(Patient, RedisStorage):  # type: ignore[misc]
    """The queue of all machines."""


class PatientFile(Patient, SqliteStorage):  # type: ignore[misc]
    """The queue of one machine."""


def build_huey(config: Config, outage: Outage | None = None) -> huey.Huey:
    """Redis where there is one, else SQLite in the data folder; a damaged file is begun anew, for it is no truth."""
    queue = partial(huey.Huey, "leadbot-bell", results=False)
    if config.redis_url:
        pool = redis_pool(config.redis_url)
        return queue(storage_class=PatientRedis, connection_pool=pool, outage=outage or Outage())
    path = config.data_dir / "jobs.db"
    in_file = partial(queue, storage_class=PatientFile, filename=str(path), outage=Outage(what=path.name))
    try:
        return in_file()
    except sqlite3.OperationalError:
        raise  # locked, disk full: the file itself is sound
    except sqlite3.DatabaseError:
        log.warning("%s was damaged and is begun anew; the worker finds what waits without it", path)
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        return in_file()


def carrier_for(name: str) -> AtWork:
    """The carrier a row names, at work in this application."""
    return at_work.of_app()[name]


def work(app: Flask) -> None:
    """Run the worker until a signal ends it; what is being sent then has GRACE_SECONDS to come to its end."""
    with app.app_context():
        stop_unless_newest()
    stop = threading.Event()
    crews: dict[str, Crew] = state_of(app).crews
    crews.update(build_crews(app))
    for crew in crews.values():
        crew.start()
    threading.Thread(target=_sweep_for_ever, args=(app, stop), name="sweep", daemon=True).start()
    if state_of(app).config.telegram_bot_token:
        threading.Thread(target=_listen_for_ever, args=(app, stop), name="telegram", daemon=True).start()
    try:
        Consumer(
            state_of(app).bell,
            workers=1,
            periodic=False,
            initial_delay=0.05,
            max_delay=BELL_PAUSE_SECONDS,
            graceful_signal="TERM",
        ).run()
    finally:
        ends_at = time.monotonic() + GRACE_SECONDS
        stop.set()
        for crew in crews.values():
            crew.stop()
        for crew in crews.values():
            crew.join(ends_at)


def build_crews(app: Flask) -> dict[str, Crew]:
    """A crew for each carrier, one for imports and one for exports, by name."""

    def due(name: str, busy: Collection[str], limit: int) -> Mapping[int, str]:
        with app.app_context():
            if name in FILES:
                return {job_id: str(job_id) for job_id in FILES[name].due() if str(job_id) not in busy}
            return deliveries.due(name, {*busy, *carrier_for(name).pace.busy()}, limit)

    def carry(name: str, row_id: int) -> float | None:
        if name in FILES:
            with app.app_context():
                FILES[name].carry_on(row_id)
            return None
        return deliver(app, row_id)

    return {name: Crew(name, partial(due, name), partial(carry, name), threads) for name, threads in THREADS.items()}


def deliver(app: Flask, delivery_id: int) -> float | None:
    """Carry one row out; the seconds after which it, or the next for its target, may be due."""
    with app.app_context():
        carried = deliveries.deliver(delivery_id, carrier_for)
    return carried.again_in_seconds


class Round:
    """What the worker looks after by the clock, each part by itself: one that fails is put off, the others go on."""

    def __init__(self, app: Flask, parts: Sequence[Callable[[], object]]) -> None:
        self._app, self._parts = app, parts
        self._failing: Backoff[Callable[[], object]] = Backoff(PUT_OFF_SECONDS, PUT_OFF_MOST_SECONDS)

    def go(self) -> None:
        """Once through all parts that are not put off."""
        put_off = self._failing.put_off()
        for part in self._parts:
            if part in put_off:
                continue
            try:
                with self._app.app_context():
                    part()
            except Exception:
                self._failing.failed(part)
                name = f"{part.__module__}.{part.__qualname__}"
                if _spoken.may_say(name):
                    log.exception("%s failed and is put off", name)
            else:
                self._failing.succeeded(part)


def sweeping(app: Flask) -> Round:
    """Silent talks, leads nobody takes, clients nobody answers, tasks, the morning's summary, files of leads."""
    return Round(
        app,
        (
            idle.nudge_due, idle.finish_due, idle.return_due, take_timer.remind_due, unanswered.tell_due,
            tasks.remind_due, morning_summary.send_due, imports.sweep, exports_job.sweep,
        ),
    )  # fmt: skip


def tidying(app: Flask) -> Round:
    """Files that belong to nobody any more, what is kept no longer, and sums for the operator."""
    return Round(app, (erasure.expire, listing.forget_erased, storage.sweep, metrics.count_on))


def _sweep_for_ever(app: Flask, stop: threading.Event) -> None:
    swept, tidied, tidied_at = sweeping(app), tidying(app), float("-inf")
    while not stop.wait(SWEEP_SECONDS):
        swept.go()
        if time.monotonic() - tidied_at > TIDY_SECONDS:
            tidied_at = time.monotonic()
            tidied.go()


def listen(app: Flask, wait_seconds: int = LISTEN_SECONDS) -> int:
    """Take what people have written to the platform's bot, waiting so long for the first; returns how many it were.

    Raises DeliveryError where Telegram gives nothing out. No transaction is open while it waits.
    """
    with app.app_context():
        bot = _bot()
        updates = bot.updates(connecting.next_update(), wait_seconds)
    for update in updates:
        with app.app_context():
            _answer(bot, _taken(update))
    return len(updates)


def _bot() -> TelegramSender:
    """The installation's bot. Raises DeliveryError where there is none."""
    return cast("TelegramSender", carrier_for("telegram").sender)


def _taken(update: dict[str, Any]) -> WorkplaceAnswer | None:
    """Take an update; a fault of ours in one must not hold up all that come after it. A database that fails may."""
    try:
        return connecting.take(update)
    except OperationalError:
        raise
    except Exception:
        log.exception("update %s could not be taken", update["update_id"])
        db.session.remove()
        connecting.pass_over(update)
        return None


def _answer(bot: TelegramSender, answer: WorkplaceAnswer | None) -> None:
    """Say it at once, once: what must not be lost is in the outbox."""
    if answer is None:
        return
    try:
        if answer.press_id:
            bot.toast(answer.press_id, answer.text, is_long=answer.is_long)
        else:
            bot.say(answer.chat_id, answer.text)
    except DeliveryError as error:
        log.info("an answer in Telegram was not taken: %s", error.said)
    if answer.delivery_id:  # by hand, since whoever pressed is looking; the queue may have it before or after
        deliver(current_app._get_current_object(), answer.delivery_id)  # type: ignore[attr-defined]


def _listen_for_ever(app: Flask, stop: threading.Event) -> None:
    is_known, pause_seconds = False, 0.0
    while not stop.wait(pause_seconds):
        try:
            if not is_known:
                with app.app_context():
                    name = _bot().name_of_bot()
                    connecting.remember_bot(name)
                is_known = True
            pause_seconds = 0.0 if listen(app) else 1.0  # not every server waits for the first update
        except DeliveryError as error:
            log.warning("Telegram gives no updates: %s", error.said)
            pause_seconds = min(max(pause_seconds, 1.0) * 2, LISTEN_PAUSE_MOST)
        except Exception:
            log.exception("listening to Telegram failed and will be tried again")
            pause_seconds = min(max(pause_seconds, 1.0) * 2, LISTEN_PAUSE_MOST)


def rows_wait(event: RowsWaiting) -> None:
    """Wake the crew of these rows: at once where it is in this process."""
    crew = state().crews.get(event.name)
    try:
        crew.wake() if crew else state().wake(event.name)
    except Exception as error:  # the worker looks by itself: a full or missing queue must not fail the request
        if _spoken.may_say("bell"):
            log.warning("the worker could not be woken (%s)", type(error).__name__)
