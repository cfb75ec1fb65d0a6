"""Leadbot as it would be without its outbox: a notice is sent by the request that caused it, after its commit.

Proof that the kill loop bites. It is served as `python -m faults.without_outbox`, and has no worker: nobody comes back.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import requests
from flask import Flask
from sqlalchemy import event

from leadbot import create_app
from leadbot.database.session import db
from leadbot.models import Delivery

TRIES = 2  # within the request, which its client waits for


def make() -> Flask:
    """The application, with every row of the outbox taken out of its transaction and sent after it."""
    app = create_app()
    api = f"{os.environ['TELEGRAM_API_URL']}/bot{os.environ['TELEGRAM_BOT_TOKEN']}/sendMessage"

    @event.listens_for(db.session, "before_flush")
    def take_out(session: Any, *flushed: object) -> None:
        for row in [each for each in session.new if isinstance(each, Delivery)]:
            session.expunge(row)
            session.info.setdefault("to_send", []).append({"chat_id": row.target, "text": row.text})

    @event.listens_for(db.session, "after_commit")
    def send(session: Any) -> None:
        for message in session.info.pop("to_send", ()):
            for _ in range(TRIES):
                if requests.post(api, json=message, timeout=10).ok:
                    break

    return app


def main() -> None:
    """Web alone; what dies is started again."""
    subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi:app", "upgrade"], check=True)
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "faults.without_outbox:make()"]
    while True:
        subprocess.run(command, check=False)
        time.sleep(0.2)


if __name__ == "__main__":
    main()
