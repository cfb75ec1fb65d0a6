"""What a carrier is: the one shape of the folders beside this file.

A folder says what it is in its `__init__.py`, as a `Carrier`; who uses carriers uses all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from leadbot.config import Config
from leadbot.models import Company, Delivery, User
from leadbot.notifications.notice import Notice


class Sender(Protocol):
    """The line to the outside world. One serves all threads of a process; it knows neither Flask nor the database."""

    def send(self, target: str, payload: str) -> str:
        """Send what `Carrier.payload` has made; the vendor's id of it. Raises DeliveryError."""
        ...


class Probe(NamedTuple):
    """What an operator is told of a carrier: `level` is ok, warning or FAULT."""

    level: str
    words: str


class Gathering(NamedTuple):
    """How long a notice waits for more of its kind: so long after the last one, so long after the first at most."""

    quiet_seconds: float
    most_seconds: float


@dataclass(frozen=True, slots=True)
class Device:
    """Where a person is just now: the session of his browser, and what that calls itself."""

    session_key: str
    browser: str = ""


def nobody(company: Company) -> Iterable[str]:
    """For carriers that reach people only, not the company as such."""
    return ()


def nothing(*about: Any) -> None:
    """For what concerns not every carrier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A way to reach people.

    `label`, its name for people by language. `is_ready`, is it set up on this copy? `open` makes its sender, raises
    DeliveryError while it is not.

    Targets, of the company and of a person, are texts that it understands itself. `write` puts a notice into words, in
    the transaction of what happened. `payload` makes what is sent out of rows that go out together: once, kept with the
    first of them, sent again as it was; None where there is nothing left to do. It raises DeliveryError. `reveal` is
    asked right before sending, where a payload is stored sealed.

    The rest need not be given. `sent` and `refused` hear what became of rows, in the transaction that marks them;
    `follow` hears that a lead stands elsewhere now. `shown` and `change` are its part of the profile page: what its
    template `<name>/settings.html` needs, and what was typed there, part of the caller's transaction. `probe` is for
    `flask doctor`.
    """

    name: str
    label: Mapping[str, str]
    icon: str
    is_ready: Callable[[Config], bool]
    open: Callable[[Config], Sender]
    of_person: Callable[[User], Iterable[str]]
    write: Callable[[Notice, str], str]
    payload: Callable[[Sequence[Delivery]], str | None]
    of_company: Callable[[Company], Iterable[str]] = nobody
    reveal: Callable[[str], str] = str
    sent: Callable[[Sequence[Delivery]], None] = nothing
    refused: Callable[[Delivery, Any], None] = nothing
    follow: Callable[[int], None] = nothing
    shown: Callable[[User, Device], Mapping[str, Any]] | None = None
    change: Callable[[User, Mapping[str, str], Device], None] = nothing
    probe: Callable[[Config], Probe]
    threads: int = 4
    lease_seconds: float = 30  # longer than a send may take
    gap_seconds: float = 0.0  # between two messages to one target
    most_a_second: float = 25.0
    gathers: Mapping[str, Gathering] = field(default_factory=dict)  # by group of notices
