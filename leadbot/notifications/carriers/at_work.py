"""A carrier at work in one application: its sender, opened once, and its pace."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from flask import Flask

from leadbot.accounts.limits import Limit
from leadbot.config import Config
from leadbot.database.session import db, utcnow
from leadbot.errors import DeliveryError
from leadbot.models import Delivery, User
from leadbot.notifications.carriers import CARRIERS
from leadbot.notifications.carriers.base import Carrier, Sender
from leadbot.notifications.carriers.pace import Pace
from leadbot.outbox.deliveries import WORTH_WAITING_SECONDS
from leadbot.state import state
from leadbot.state import state_of as state_of


class AtWork:
    """What the outbox asks for. One object serves all threads of a process."""

    def __init__(self, carrier: Carrier, config: Config) -> None:
        self.carrier = carrier
        self.lease_seconds, self.gap_seconds = carrier.lease_seconds, carrier.gap_seconds
        self.pace = Pace(carrier.gap_seconds, carrier.most_a_second)
        self._of_all_workers = Limit(f"carrier {carrier.name}", f"{carrier.most_a_second:.0f} per 1 second")
        self._config = config
        self._sender: Sender | None = None
        self._lock = threading.Lock()

    @property
    def sender(self) -> Sender:
        """Opened at the first use. Raises DeliveryError while the carrier is not set up."""
        with self._lock:
            if self._sender is None:
                self._sender = self.carrier.open(self._config)
            return self._sender

    def use(self, sender: Sender) -> None:
        """Send by this one from now on."""
        self._sender = sender

    def payload(self, rows: Sequence[Delivery]) -> str | None:
        """What is sent. Raises DeliveryError; for good where the person it is for has left."""
        if (user_id := rows[0].user_id) is not None:
            person = db.session.get(User, user_id)
            if person is None or not person.is_active:
                raise DeliveryError("This person is not with the company any more", permanent=True)
        return self.carrier.payload(rows)

    def patience(self, rows: Sequence[Delivery]) -> float:
        """How many seconds more of their kind are waited for."""
        gathering = self.carrier.gathers.get(rows[0].together or "")
        if gathering is None:
            return 0.0
        moments = [row.created_at.timestamp() for row in rows]
        until = min(max(moments) + gathering.quiet_seconds, min(moments) + gathering.most_seconds)
        return until - utcnow().timestamp()

    def wait(self, target: str) -> float:
        """Seconds before something may be sent to this target. What the workers may send together is limited too."""
        wait = self.pace.take(target)
        return 1.0 if wait <= WORTH_WAITING_SECONDS and not self._of_all_workers.takes() else wait

    def hold(self, target: str, seconds: float) -> None:
        """The target asks for a pause."""
        self.pace.hold(target, seconds)

    def send(self, target: str, payload: str) -> str:
        """Send; the vendor's id of it. Raises DeliveryError."""
        return self.sender.send(target, self.carrier.reveal(payload))

    def sent(self, rows: Sequence[Delivery]) -> None:
        """Rows have arrived."""
        self.carrier.sent(rows)

    def refused(self, row: Delivery, error: DeliveryError) -> None:
        """A row was not taken."""
        self.carrier.refused(row, error)


def init_app(app: Flask) -> None:
    """Give an application its carriers."""
    config = state_of(app).config
    state_of(app).carriers = {carrier.name: AtWork(carrier, config) for carrier in CARRIERS}


def of_app() -> dict[str, AtWork]:
    """The carriers of this application, by name."""
    return state().carriers
