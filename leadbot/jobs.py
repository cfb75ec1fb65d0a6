"""The worker: Huey runs what the outbox says is due, and looks after talks that went silent.

The rows are the truth, Huey only the runner: a task lost with a killed worker is found again by the next sweep.
"""

from __future__ import annotations

import logging
import signal
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from leadbot.config import Config
from leadbot.db import db
from leadbot.delivery.base import Channel, DeliveryError
from leadbot.lean import without
from leadbot.serve import die_with_parent
from leadbot.services import (
    attachments,
    digest,
    erasing,
    idle,
    imports,
    outbox,
    take_timer,
    tasks,
    telegram_chat,
    unanswered,
)
from leadbot.services.telegram_people import Answer
from leadbot.upgrade import upgrade

if TYPE_CHECKING:
    from huey import Huey

    from leadbot.delivery.telegram import TelegramChannel

SWEEP_SECONDS = 5
TIDY_SECONDS = 3600
LISTEN_SECONDS, LISTEN_PAUSE_MOST = 25, 60.0
THREADS = 4
LONG_SECONDS = 120  # what has to wait longer is left to the sweep

log = logging.getLogger(__name__)
_channels: dict[str, Channel] = {}


def init_app(app: Flask) -> None:
    """Nudge the worker about each row once the transaction that put it is through."""
    huey = build_huey(app.extensions["leadbot_config"])
    app.extensions["leadbot_huey"] = huey

    def deliver(delivery_id: int) -> None:
        with app.app_context():
            carried = outbox.deliver(delivery_id, channel_for)
        if carried.again_in_seconds is not None and carried.again_in_seconds < LONG_SECONDS:
            task.schedule((delivery_id,), delay=carried.again_in_seconds)

    def take_over(import_id: int) -> None:
        with app.app_context():
            imports.carry_on(import_id)

    task = app.extensions["leadbot_deliver"] = huey.task(name="deliver")(deliver)
    app.extensions["leadbot_import"] = huey.task(name="import")(take_over)
    outbox.on_put(_delivery_waits)
    imports.on_start(_import_waits)
    if not event.contains(db.session, "after_commit", _nudge):
        event.listen(db.session, "after_commit", _nudge)
        event.listen(db.session, "after_rollback", _forget)


def build_huey(config: Config) -> Huey:
    """Redis where there is one, else SQLite in the data folder; a damaged file is begun anew, for it is no truth."""
    with without("psycopg", *([] if config.redis_url else ["redis"])):
        import huey
    if config.redis_url:
        return huey.RedisHuey("leadbot", url=config.redis_url, results=False)
    path = config.data_dir / "jobs.db"
    try:
        return huey.SqliteHuey("leadbot", filename=str(path), results=False)
    except sqlite3.OperationalError:
        raise  # locked, disk full: the file itself is sound
    except sqlite3.DatabaseError:
        log.warning("%s was damaged and is begun anew; the sweep finds what it held", path)
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        return huey.SqliteHuey("leadbot", filename=str(path), results=False)


def channel_for(name: str) -> Channel:
    """The channel a row names. Raises DeliveryError while it is not set up."""
    if name not in _channels:
        _channels[name] = _open(name, current_app.extensions["leadbot_config"])
    return _channels[name]


def _open(name: str, config: Config) -> Channel:
    # Who only serves pages sends nothing.
    if name == outbox.MAIL and config.smtp_url:
        from leadbot.delivery.email import EmailChannel

        return EmailChannel(config.smtp_url, config.mail_from)
    if name == "telegram" and config.telegram_bot_token:
        from leadbot.delivery.telegram import TelegramChannel

        return TelegramChannel(config.telegram_bot_token, config.telegram_api_url)
    raise DeliveryError("SMTP_URL is not set" if name == outbox.MAIL else "TELEGRAM_BOT_TOKEN is not set")


def forget_channels() -> None:
    """Open channels anew, with the settings as they are now."""
    _channels.clear()


def work(app: Flask) -> None:
    """Run the worker until a signal ends it."""
    from huey.consumer import Consumer

    die_with_parent(signal.SIGTERM)
    with app.app_context():
        upgrade()
    stop = threading.Event()
    sweeper = threading.Thread(target=_sweep_for_ever, args=(app, stop), name="sweep", daemon=True)
    sweeper.start()
    if app.extensions["leadbot_config"].telegram_bot_token:
        threading.Thread(target=_listen_for_ever, args=(app, stop), name="telegram", daemon=True).start()
    try:
        Consumer(
            app.extensions["leadbot_huey"],
            workers=THREADS,
            periodic=False,
            initial_delay=0.05,
            max_delay=1.0,
            check_worker_health=True,
        ).run()
    finally:
        stop.set()


def sweep(app: Flask) -> None:
    """Hand what is due to the runner; look after silent talks, leads nobody takes and clients nobody answers."""
    with app.app_context():
        for delivery_id in outbox.due():
            app.extensions["leadbot_deliver"](delivery_id)
    with app.app_context():
        for import_id in imports.due():
            app.extensions["leadbot_import"](import_id)
    looked_after = (
        idle.nudge_due, idle.finish_due, idle.return_due, take_timer.remind_due, unanswered.tell_due, tasks.remind_due,
        digest.send_due,
    )  # fmt: skip
    for due in looked_after:
        with app.app_context():
            due()


def tidy(app: Flask) -> None:
    """Delete files that belong to nobody any more, and what companies want kept no longer."""
    for what in (erasing.expire, attachments.sweep):
        with app.app_context():
            what()


def _sweep_for_ever(app: Flask, stop: threading.Event) -> None:
    tidied_at = float("-inf")
    while not stop.wait(SWEEP_SECONDS):
        try:
            sweep(app)
            if time.monotonic() - tidied_at > TIDY_SECONDS:
                tidied_at = time.monotonic()
                tidy(app)
        except Exception:
            log.exception("the sweep failed and will be tried again")


def listen(app: Flask, wait_seconds: int = LISTEN_SECONDS) -> int:
    """Take what people have written to the platform's bot, waiting so long for the first; returns how many it were.

    Raises DeliveryError where Telegram gives nothing out. No transaction is open while it waits.
    """
    with app.app_context():
        bot = cast("TelegramChannel", channel_for("telegram"))
        updates = bot.updates(telegram_chat.next_update(), wait_seconds)
    for update in updates:
        with app.app_context():
            _answer(bot, _taken(update))
    return len(updates)


def _taken(update: dict[str, Any]) -> Answer | None:
    """Take an update; a fault of ours in one must not hold up all that come after it. A database that fails may."""
    try:
        return telegram_chat.take(update)
    except OperationalError:
        raise
    except Exception:
        log.exception("update %s could not be taken", update["update_id"])
        db.session.remove()
        telegram_chat.pass_over(update)
        return None


def _answer(bot: TelegramChannel, answer: Answer | None) -> None:
    """Say it at once, once: what must not be lost is in the outbox."""
    if answer is None:
        return
    try:
        if answer.press_id:
            bot.toast(answer.press_id, answer.text, is_long=answer.is_long)
        else:
            bot.send(answer.chat_id, answer.text)
    except DeliveryError as error:
        log.info("an answer in Telegram was not taken: %s", error.said)
    if answer.delivery_id:  # by hand, since whoever pressed is looking; the queue may have it before or after
        current_app.extensions["leadbot_deliver"].call_local(answer.delivery_id)


def _listen_for_ever(app: Flask, stop: threading.Event) -> None:
    is_known, pause_seconds = False, 0.0
    while not stop.wait(pause_seconds):
        try:
            if not is_known:
                with app.app_context():
                    name = cast("TelegramChannel", channel_for("telegram")).name_of_bot()
                    telegram_chat.remember_bot(name)
                is_known = True
            pause_seconds = 0.0 if listen(app) else 1.0  # not every server waits for the first update
        except DeliveryError as error:
            log.warning("Telegram gives no updates: %s", error.said)
            pause_seconds = min(max(pause_seconds, 1.0) * 2, LISTEN_PAUSE_MOST)
        except Exception:
            log.exception("listening to Telegram failed and will be tried again")
            pause_seconds = min(max(pause_seconds, 1.0) * 2, LISTEN_PAUSE_MOST)


def _delivery_waits(delivery_id: int) -> None:
    _remember("leadbot_deliver", delivery_id)


def _import_waits(import_id: int) -> None:
    _remember("leadbot_import", import_id)


def _remember(task: str, row_id: int) -> None:
    db.session.info.setdefault("put", []).append((task, row_id))


def _forget(session: Any) -> None:
    session.info.pop("put", None)


def _nudge(session: Any) -> None:
    for task, row_id in session.info.pop("put", ()):
        try:
            if task in current_app.extensions:
                current_app.extensions[task](row_id)
        except Exception:  # the sweep will find the row: a full or missing queue must not fail the request
            log.warning("could not nudge the worker: %s %s", task, row_id)
