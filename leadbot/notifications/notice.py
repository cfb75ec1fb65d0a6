"""A notice: what people are told of something that happened, before any carrier has put it into its own form."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class NoticeGroup(enum.StrEnum):
    """What a person chooses by: new leads, leads that nobody takes, clients who wait for a person, what clients write
    in the conversations he leads, his reminders, a client's corrections, the morning's summary."""

    LEADS = "leads"
    LATE = "late"
    CLIENTS = "clients"
    ANSWERS = "answers"
    TASKS = "tasks"
    CHANGES = "changes"
    SUMMARY = "summary"


class Brief(NamedTuple):
    """A notice for a lock screen that anybody may read: a first name and what it is about, no phone, no words."""

    title: str
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told. `text` is all of it in a language, `brief` what may be seen by anybody.

    `key` keeps it from being told twice. `lead_id` and `talk_id` are what it speaks of, `path` is where it leads to.
    `only` are the people whom it concerns, where it does not concern all; `except_id` is who knows it already.
    `of_company`: the company's own targets, such as its Telegram chat, are told too.
    """

    event: str
    key: str
    group: NoticeGroup
    text: Callable[[str], str]
    brief: Callable[[str], Brief]
    lead_id: int | None = None
    talk_id: int | None = None
    path: str = "/board"
    only: frozenset[int] | None = None
    except_id: int | None = None
    of_company: bool = True
