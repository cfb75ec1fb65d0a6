"""The table of leads that goes out: its columns, its cells in the reader's language, and how wide they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from leadbot.texts import names
from leadbot.transfer import imports_values
from leadbot.transfer.exports import Exported
from leadbot.transfer.imports_values import Note
from leadbot.transfer.sheets import Cell, Row

# The columns in their order, by the field that an import takes from each, and how many characters wide.
COLUMNS = {
    "id": 8, "created_at": 17, "status": 18, "lost_reason": 18, "name": 24, "phone": 18, "city": 16, "object_type": 16,
    "area": 14, "area_m2": 12, "summary": 48, "language": 8, "source": 12, "assignee": 20, "notes": 48, "call_at": 17,
    "call_about": 28, "tasks": 36,
}  # fmt: skip
DETAIL_WIDTH = 20
NOTES_A_CELL = 32_000  # a spreadsheet takes a little more
NOTE_MOST = 4_200  # with the line before it
NOTES_COLUMNS_MOST = 40


@dataclass(frozen=True, slots=True)
class Labels:
    """What the table is written with: the names of its columns in their order, of stages, reasons and sources, by key;
    the language of towns and objects, and the zone of its clock. Plain enough to be kept as JSON."""

    headers: list[str]
    stages: Mapping[str, str]
    reasons: Mapping[str, str]
    sources: Mapping[str, str]
    language: str
    zone: str
    title: str
    details: Mapping[str, str]  # the names of what has no column of every company, by key


def notes_columns(longest: int) -> int:
    """How many columns the notes of a lead take where those of one have so many characters."""
    return min(max(math.ceil(longest / (NOTES_A_CELL - NOTE_MOST)), 1), NOTES_COLUMNS_MOST)


def widths(notes: int, details: int) -> list[int]:
    """How wide the columns are."""
    usual = [width for name, width in COLUMNS.items() for _ in range(notes if name == "notes" else 1)]
    return usual + [DETAIL_WIDTH] * details


def table(
    leads: Iterable[Exported],
    labels: Labels,
    people: Mapping[int, str],
    notes: int,
    phone: Callable[[str], str] = str,
) -> Iterator[Row]:
    """The first line and the leads; `notes` is how many columns notes have, `phone` how numbers are shown."""
    usual = [
        label if at == 0 else f"{label} {at + 1}"
        for name, label in zip(COLUMNS, labels.headers, strict=True)
        for at in range(notes if name == "notes" else 1)
    ]
    yield [*usual, *labels.details.values()]
    zone = ZoneInfo(labels.zone)
    for lead in leads:
        following = next((task for task in lead.tasks if task.done_at is None), None)
        yield [
            lead.id, lead.created_at, labels.stages[lead.status], labels.reasons.get(lead.lost_reason or "", ""),
            lead.name or "", phone(lead.phone), names.city(lead.city, labels.language) or "",
            names.object_type(lead.object_type, labels.language) or "", lead.area or "", _number(lead.area_m2),
            lead.summary, lead.language, labels.sources[lead.source], people.get(lead.assignee_id or 0, ""),
            *_notes(lead.notes, zone, notes), following.due_at if following else None,
            following.text if following else "", imports_values.tasks_cell(lead.tasks, zone),
            *(names.value(key, lead.details.get(key, ""), labels.language) for key in labels.details),
        ]  # fmt: skip


def _number(m2: float | None) -> Cell:
    return int(m2) if m2 is not None and m2.is_integer() else m2


def _notes(found: list[Note], zone: ZoneInfo, columns: int) -> list[str]:
    """Notes packed into cells, none cut in two."""
    cells = [""]
    for note in found:
        text = imports_values.notes_cell([note], zone)
        if cells[-1] and len(cells[-1]) + len(text) > NOTES_A_CELL and len(cells) < columns:
            cells.append("")
        cells[-1] = f"{cells[-1]}\n{text}" if cells[-1] else text
    return cells + [""] * (columns - len(cells))
