"""How a lead reads on a card: its texts, worked out once for a page of them, since a board shows a hundred."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from flask import Flask, get_template_attribute
from flask_babel import gettext as _
from markupsafe import Markup

from leadbot.bot import company_settings
from leadbot.fields import Surface
from leadbot.leads import take_timer
from leadbot.leads.board import Card
from leadbot.models import Lead
from leadbot.texts import formats, names
from leadbot.texts.catalogues import chosen_zone, language
from leadbot.web.inbox.talks import in_words
from leadbot.web.leads.parts import due_badge
from leadbot.web.wording import initials, language_label, source_label, way_icon, way_label

BADGES_MOST = 2
DRAWN_MOST = 8192  # cards kept as they were drawn, about 1 KB each


class Badge(NamedTuple):
    """A word about a lead. `kind` is its colour (accent, hot, ok, warn, danger or none), `icon` its sign or none."""

    kind: str
    icon: str
    text: str


class Owner(NamedTuple):
    """Whose lead it is, as an avatar."""

    tone: int
    initials: str
    name: str


class Face(NamedTuple):
    """What a card shows besides what is in its row."""

    title: str
    what: str
    age: str
    since: str
    badges: list[Badge]
    source_name: str
    owner: Owner | None
    language: str  # the client's, where it is not the reader's


class HasBadges(Protocol):
    """What badges are read from: a card, or a lead."""

    @property
    def name(self) -> str | None: ...
    @property
    def language(self) -> str: ...
    @property
    def previous_id(self) -> int | None: ...
    @property
    def source(self) -> str: ...
    @property
    def is_hot(self) -> bool: ...
    @property
    def is_complaint(self) -> bool: ...
    @property
    def is_withdrawn(self) -> bool: ...
    @property
    def is_urgent(self) -> bool: ...
    @property
    def contact_by(self) -> str | None: ...


def init_app(app: Flask) -> None:
    """Give templates the badges, for the pages of single leads."""
    app.jinja_env.globals["lead_badges"] = _badges_of_lead


def _badges_of_lead(lead: Lead, is_unheard: bool) -> list[Badge]:
    return badges(lead, is_unheard, waits_words(lead), due_badge(lead.task_at))


def waits_words(lead: take_timer.Untaken, watch: take_timer.Watch | None = None) -> str:
    """«Ждёт 22 мин», where nobody has taken the lead for too long; counted in working minutes."""
    minutes = (watch or take_timer.watch()).waits(lead)
    if not minutes:
        return ""
    if minutes >= take_timer.LONG_MINUTES:
        return str(_("Waiting too long"))
    words = _("Waits %(n)s min", n=minutes) if minutes < 60 else _("Waits %(n)s h", n=minutes // 60)
    return str(words).replace(" ", formats.NBSP)


def badges(lead: HasBadges, is_unheard: bool, waits: str = "", due: tuple[str, str] | None = None) -> list[Badge]:
    """At most two, most urgent first; the one place that knows what a card may be marked with.

    `due` is its next call back, a kind and its words: see lead_parts.due_badge.
    """
    reader = language()
    is_foreign = lead.language not in ("", reader)
    flagged = lead.is_complaint or lead.is_withdrawn or lead.is_urgent or lead.contact_by
    urgent = due or waits or is_unheard or lead.is_hot or flagged or not lead.name
    if not (urgent or lead.previous_id or lead.source == "test" or is_foreign):
        return []
    found = (
        lead.is_complaint and Badge("danger", "alert", _("Complaint")),
        lead.is_withdrawn and Badge("danger", "close", _("Needs it no more")),
        lead.is_urgent and Badge("hot", "clock", _("Urgent")),
        lead.contact_by and Badge("accent", way_icon(lead.contact_by), way_label(lead.contact_by)),
        due and Badge(due[0], "calendar", due[1]),
        is_unheard and Badge("accent", "mic", _("Listen")),
        lead.is_hot and Badge("hot", "flame", _("Hot")),
        waits and Badge("warn", "clock", waits),
        not lead.name and Badge("", "", _("no name")),
        lead.previous_id and Badge("", "repeat", _("Returning")),
        is_foreign and Badge("", "", language_label(lead.language)),
        lead.source == "test" and Badge("", "", _("Test")),
    )
    return [badge for badge in found if badge][:BADGES_MOST]


class Faces:
    """Cards for one reader at one moment. What many of them share is asked for once."""

    def __init__(self, people: Mapping[int, str], now: datetime) -> None:
        self.language, self.zone, self.now = language(), chosen_zone(), now
        self._today = formats.local(self.now, self.zone).toordinal()
        self._owners = {key: Owner(key % 4 + 1, initials(name), name) for key, name in people.items()}
        self._watch = take_timer.watch(now)
        table = company_settings.fields()
        self._details = [row for row in table.details if Surface.CARD in row.shows]
        self._ages: dict[tuple[int, int], str] = {}

    def of(self, cards: Iterable[Card]) -> Markup:
        """The cards, drawn."""
        owners, reader = self._owners, self.language
        return Markup("").join(
            _drawn(
                reader,
                self._age(card.created_at),
                owners.get(card.assignee_id or 0),
                waits_words(card, self._watch),
                due_badge(card.task_at),
                self._more(card),
                card,
            )
            for card in cards
        )

    def _more(self, card: Card) -> str:
        """The details that the table of fields shows on cards, with a point before each."""
        if not self._details or card.details == "{}":
            return ""
        details = json.loads(card.details)
        return "".join(f" · {in_words(row.key, details[row.key])}" for row in self._details if details.get(row.key))

    def has_waiting(self, cards: Iterable[Card]) -> bool:
        """Is one of the cards marked with how long it waits?"""
        return any(self._watch.waits(card) for card in cards)

    def _age(self, since: datetime) -> str:
        """The same words as everywhere; cards of one hour or one day share them."""
        minutes = int((self.now - since).total_seconds() // 60)
        days = self._today - formats.local(since, self.zone).toordinal()
        key = (days, minutes if minutes < 60 else minutes // 60 if not days else -1)
        if key not in self._ages:
            self._ages[key] = formats.age(since, self.now, self.zone)
        return self._ages[key]


@lru_cache(maxsize=DRAWN_MOST)
def _drawn(
    reader: str, age: str, owner: Owner | None, waits: str, due: tuple[str, str] | None, more: str, card: Card
) -> Markup:
    """A card that looks the same is drawn once, for whomever it is."""
    face = Face(
        card.name or formats.phone(card.phone),
        _what(card, reader) + more,
        age,
        f"{card.created_at:%Y-%m-%dT%H:%MZ}",
        badges(card, card.is_unheard, waits, due),
        source_label(card.source),
        owner,
        card.language if card.language and card.language != reader else "",
    )
    drawn: Markup = get_template_attribute("macros/card.html", "card")(card, face)
    return drawn


def _what(card: Card, reader: str) -> str:
    """«Дом, 150 м² · Алматы»"""
    things = (names.object_type(card.object_type, reader), formats.area(card.area, reader) if card.area else None)
    thing = ", ".join(each for each in things if each) or _("Object not named")
    town = names.city(card.city, reader) or _("city not named")
    return f"{thing[:1].upper()}{thing[1:]} · {town}"
