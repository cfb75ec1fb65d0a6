"""The one table of a lead's fields: pure data, read by engines, subjects, doors and carriers alike.

A row says everything that is particular to a field: how its value is found, how it is asked for, where it shows, what
a model is told of it. `TABLE` holds the fields that every company has. A trade's own come from its file of
texts/data/setups, a company's own questions from its settings; both are rows of the same kind behind it, and
`bot.company_settings.fields()` is the whole table of the company at hand. docs/add-a-field.md says how to add one.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest

Texts = Mapping[str, str]  # one text by language: {"ru": "...", "kk": "...", "en": "..."}

OWN_PREFIX = "q_"  # begins the keys of companies' own questions, and no other
KEY_MOST = 30  # as long as the columns that name a field


class Kind(enum.StrEnum):
    """What a value is, which decides how pages write it."""

    TEXT = "text"
    NAME = "name"
    PHONE = "phone"
    PLACE = "place"
    OBJECT = "object"
    SIZE = "size"
    NUMBER = "number"
    MONEY = "money"


class Surface(enum.StrEnum):
    """Where a field shows."""

    CARD = "card"  # on the board, and on the lead's page even where it is not known
    PANEL = "panel"  # on the lead's page and beside its talk
    API = "api"  # in a lead's JSON: a column under its own key, all else in `details`
    NOTICE = "notice"  # in what managers are told
    EXPORT = "export"  # a column of the file
    IMPORT = "import"  # read from a file's column
    SUMMARY = "summary"  # among the details a manager can call from


class Origin(enum.StrEnum):
    """Whose field it is."""

    TABLE = "table"
    TRADE = "trade"
    COMPANY = "company"


EVERYWHERE = frozenset(Surface)
_USUAL = frozenset({Surface.PANEL, Surface.API, Surface.SUMMARY})
_OWN = EVERYWHERE - {Surface.CARD}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a lead."""

    key: str
    kind: Kind = Kind.TEXT
    # How it is read: by an extractor of engines.rules.reading, as the client's answer in free words, or both.
    is_extracted: bool = False
    is_free: bool = False
    newest_counts: bool = False  # a later word replaces the earlier one without being called a correction
    is_said_back: bool = False  # a correction of it is confirmed
    is_of_object: bool = False  # belongs to one object of several; the rest is the client's own
    # How it is asked: phrases `<asked_as>.A`, `.B` and `.C` of texts/data, or the row's own `question`.
    may_be_asked: bool = True
    asked_as: str = ""  # the key, where nothing else is said
    question: Texts = field(default_factory=dict)
    chips: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # quick replies to it, by language
    is_required: bool = True  # asked once more where no answer came
    label: Texts = field(default_factory=dict)  # else the phrase `label.<key>`, else the question
    shows: frozenset[Surface] = _USUAL
    summary_order: int = 100  # its place among the details of a summary
    # Where it is kept: in a column of Lead, with another one that follows from it; else in Lead.details.
    column: str = ""
    follower: str = ""
    most: int = 200  # characters
    headers: tuple[str, ...] = ()  # what else people call its column in a file
    told: str = ""  # what a model is told of it
    origin: Origin = Origin.TABLE

    @property
    def is_own(self) -> bool:
        """Does it belong to one trade or one company?"""
        return self.origin is not Origin.TABLE

    def question_in(self, language: str) -> str:
        """The row's own question; in another language where it has none in this one, "" where it has none at all."""
        return _in(self.question, language)

    def label_in(self, language: str) -> str:
        """The row's own name, else its question without the mark; "" where it has neither."""
        return _in(self.label, language) or self.question_in(language).rstrip(" ?")

    def chips_by_index(self) -> tuple[dict[str, str], ...]:
        """The quick replies side by side: one row a reply, by language, "" where a language has fewer."""
        languages = ("ru", "kk", "en")
        lists = [self.chips.get(one) or next(iter(self.chips.values()), ()) for one in languages]
        return tuple(dict(zip(languages, row, strict=True)) for row in zip_longest(*lists, fillvalue=""))


def _in(texts: Texts, language: str) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")


class Fields:
    """A table of fields, in the order a manager reads them. Never changes: `and_` makes a longer one."""

    def __init__(self, rows: Iterable[Field]) -> None:
        self._by_key: dict[str, Field] = {}
        for row in rows:
            self._by_key.setdefault(row.key, row)

    def __iter__(self) -> Iterator[Field]:
        return iter(self._by_key.values())

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __getitem__(self, key: str) -> Field:
        return self._by_key[key]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # rows hold mappings

    def get(self, key: str | None) -> Field | None:
        """The row of this key, None where there is none."""
        return self._by_key.get(key or "")

    def and_(self, *rows: Field) -> Fields:
        """This table with further rows behind its own; a key that is taken stays whose it was."""
        return Fields((*self, *rows)) if rows else self

    def at(self, place: Surface) -> tuple[Field, ...]:
        """The rows that show there."""
        return tuple(row for row in self if place in row.shows)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All keys, in order."""
        return tuple(self._by_key)

    @cached_property
    def of_object(self) -> frozenset[str]:
        """The keys of what belongs to one object of several."""
        return frozenset(row.key for row in self if row.is_of_object)

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The rows that are columns of Lead."""
        return tuple(row for row in self if row.column)

    @cached_property
    def details(self) -> tuple[Field, ...]:
        """The rows whose values stand in Lead.details."""
        return tuple(row for row in self if not row.column)

    @cached_property
    def own(self) -> tuple[Field, ...]:
        """The rows of the trade and of the company."""
        return tuple(row for row in self if row.is_own)

    @cached_property
    def askable(self) -> tuple[str, ...]:
        """The keys of what a bot may ask besides the contact."""
        return tuple(row.key for row in self if row.may_be_asked and row.key not in CONTACT)

    @cached_property
    def free(self) -> frozenset[str]:
        """The keys of what is answered in free words."""
        return frozenset(row.key for row in self if row.is_free)


CONTACT = ("name", "phone")  # asked for in one question, before or behind the rest
TABLE = Fields(
    (
        Field(
            "name", Kind.NAME, is_extracted=True, is_said_back=True, shows=EVERYWHERE - {Surface.SUMMARY},
            column="name",
            told="How the client calls himself",
            headers=("фио", "ф.и.о.", "клиент", "имя клиента", "контакт", "аты", "аты-жөні", "client", "full name",
                     "contact"),
        ),
        Field(
            "phone", Kind.PHONE, is_extracted=True, is_said_back=True, shows=EVERYWHERE - {Surface.SUMMARY},
            column="phone", follower="phone_e164", most=32,
            told="The phone or its placeholder, exactly as the client wrote it",
            headers=("тел", "тел.", "номер телефона", "мобильный", "мобильный телефон", "контактный телефон",
                     "телефон нөмірі", "телефоны", "ұялы телефон", "phone number", "mobile"),
        ),
        Field(
            "city", Kind.PLACE, is_extracted=True, is_of_object=True, is_said_back=True,
            shows=EVERYWHERE - {Surface.SUMMARY},
            column="city", most=100, told="City, town or village of the site",
            headers=("населённый пункт", "қала", "town"),
        ),
        Field(
            "object_type", Kind.OBJECT, is_extracted=True, is_of_object=True, is_said_back=True,
            shows=EVERYWHERE - {Surface.SUMMARY},
            column="object_type", most=100,
            told="What is built or renovated: house, flat, office, bathhouse, ...",
            headers=("тип объекта", "нысан", "object type"),
        ),
        Field(
            "area", Kind.SIZE, is_extracted=True, is_of_object=True, is_said_back=True,
            shows=EVERYWHERE - {Surface.SUMMARY},
            column="area", follower="area_m2", most=64, told="Floor area with its unit",
            headers=("площадь, м2", "м2", "аудан", "area, m2"),
        ),
        Field(
            "plot", Kind.SIZE, is_extracted=True, is_of_object=True, newest_counts=True, is_said_back=True,
            summary_order=3, told="Whether there is a plot of land, or its size",
        ),
        Field(
            "rooms", Kind.NUMBER, is_extracted=True, is_of_object=True, newest_counts=True, is_said_back=True,
            summary_order=1, told="Number of rooms",
        ),
        Field(
            "floors", Kind.NUMBER, is_extracted=True, is_of_object=True, newest_counts=True, is_said_back=True,
            summary_order=2, told="Number of floors",
        ),
        Field(
            "work", is_extracted=True, is_of_object=True, is_free=True, shows=_USUAL - {Surface.SUMMARY},
            told="Kind of work: building, renovation, design, ...",
        ),
        Field(
            "budget", Kind.MONEY, is_extracted=True, is_of_object=True, is_free=True, newest_counts=True,
            is_said_back=True, summary_order=5, told="Sum the client named",
        ),
        Field(
            "materials", is_extracted=True, is_of_object=True, is_free=True, newest_counts=True,
            is_said_back=True, summary_order=4, told="Materials the client named",
        ),
        Field(
            "callback", is_extracted=True, is_free=True, newest_counts=True, is_said_back=True, summary_order=6,
            told="When the client wants to be called",
        ),
    )
)  # fmt: skip


def own_field(row: Mapping[str, object], origin: Origin) -> Field:
    """A question of a trade or a company as a row: answered in free words, kept in Lead.details, shown but on cards.

    `row` has `key`; `text`, `label` and `chips` by language; `required`; `told`, what a model is told of it.
    """
    text: Texts = row.get("text") or {}  # type: ignore[assignment]
    chips: Mapping[str, list[str]] = row.get("chips") or {}  # type: ignore[assignment]
    return Field(
        key=str(row["key"]),
        is_free=True,
        newest_counts=True,
        is_said_back=True,
        may_be_asked=bool(row.get("asked", True)),
        question=text,
        chips={language: tuple(words) for language, words in chips.items()},
        is_required=bool(row.get("required", True)),
        label=row.get("label") or {},  # type: ignore[arg-type]
        shows=_OWN,
        told=str(row.get("told") or f"The answer to «{_in(text, 'ru')}», in the client's own words"),
        origin=origin,
    )


def as_row(own: Field) -> dict[str, object]:
    """An own field as settings keep it once it is no longer asked, so that answers to it keep their name."""
    return {"key": own.key, "text": dict(own.question), "label": dict(own.label), "asked": False}
