"""What can happen, as small plain facts, and a dispatcher that tells whoever wants to know.

A subject publishes and does not know who hears. Hearers run at once, in the publisher's transaction, in the order of
`leadbot.subscribers`; what one of them raises ends the transaction. So a hearer does nothing that can't be rolled back.
Events name rows by id: the rows are in the session anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from leadbot.state import state

Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class LeadCreated:
    """A lead has come; `by_id` is the person who wrote it down, None where a client brought it himself."""

    lead_id: int
    by_id: int | None = None


@dataclass(frozen=True, slots=True)
class LeadRepeated:
    """The client of an open lead has asked again, in another talk or episode."""

    lead_id: int
    talk_id: int


@dataclass(frozen=True, slots=True)
class LeadPutRight:
    """A person has written values of a lead over; by field what stands in its columns now."""

    lead_id: int
    values: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class LeadChanged:
    """The client has corrected a field of his lead."""

    lead_id: int
    field: str
    talk_id: int


@dataclass(frozen=True, slots=True)
class LeadContradicted:
    """The client says otherwise than a manager wrote on the card, which stays as it is."""

    lead_id: int
    field: str
    value: str
    talk_id: int


@dataclass(frozen=True, slots=True)
class LeadMoved:
    """A lead stands at another stage."""

    lead_id: int


@dataclass(frozen=True, slots=True)
class LeadTaken:
    """A lead is another person's now, or nobody's."""

    lead_id: int


@dataclass(frozen=True, slots=True)
class LeadMerged:
    """A lead was made part of another one, or taken out again."""

    lead_id: int


@dataclass(frozen=True, slots=True)
class TasksChanged:
    """A task of a lead was set, moved, ticked off or taken away."""

    lead_id: int


@dataclass(frozen=True, slots=True)
class TaskDue:
    """The time of a task has come."""

    task_id: int


@dataclass(frozen=True, slots=True)
class LeadNotTaken:
    """Nobody has taken a lead for so many working minutes; `is_last`: it will not be said again."""

    lead_id: int
    minutes: int
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class HandOffAsked:
    """A client asks for a person, with these words."""

    talk_id: int
    words: str


@dataclass(frozen=True, slots=True)
class CrowdCalls:
    """More clients ask for a person than anybody could be told of one by one. Those who wait stand in the list."""


@dataclass(frozen=True, slots=True)
class ClientWaiting:
    """A client has waited for a person for so many minutes; `words` are his last."""

    talk_id: int
    words: str
    minutes: int


@dataclass(frozen=True, slots=True)
class ClientWrote:
    """A client has written in a talk that a person holds."""

    talk_id: int
    words: str


@dataclass(frozen=True, slots=True)
class ComplaintMade:
    """A client complains of work done."""

    talk_id: int
    words: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The client of a lead needs nothing any more."""

    lead_id: int
    talk_id: int
    words: str


@dataclass(frozen=True, slots=True)
class RowsErased:
    """Talks, messages or leads are gone for good."""


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """A person of the company is shut out or gone."""

    user_id: int


@dataclass(frozen=True, slots=True)
class InvitationMade:
    """Somebody is invited into the company at this address; `url` lets its bearer in."""

    address: str
    url: str = field(repr=False)
    by_id: int
    role: str


@dataclass(frozen=True, slots=True)
class PasswordResetAsked:
    """A person wants a new password; `url` lets its bearer set one."""

    user_id: int
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A person has another password now."""

    user_id: int


@dataclass(frozen=True, slots=True)
class RowsWaiting:
    """Rows of this name are to be carried out. Published after the commit: who hears it touches no database."""

    name: str


class Dispatcher:
    """By class of event the functions that hear it, in order."""

    def __init__(self) -> None:
        self._hearers: dict[type, tuple[Callable[[Any], None], ...]] = {}

    def on(self, kind: type[Event], *hearers: Callable[[Event], None]) -> None:
        """Let these functions hear events of a class, after those that hear it already."""
        self._hearers[kind] = (*self._hearers.get(kind, ()), *hearers)

    def publish(self, event: object) -> None:
        """Tell all hearers. Raises what one of them raises; those behind it don't hear then."""
        for hear in self._hearers.get(type(event), ()):
            hear(event)


def publish(event: object) -> None:
    """Tell the hearers of this application. Part of the caller's transaction."""
    state().events.publish(event)
