"""How a file of leads is to be read: which sheet, where its header is, what each column holds, what its words mean.

Recognised by what the columns are called, then by what stands in them; whoever imports may say otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from itertools import islice
from typing import Any

from leadbot.engines.embedded import extract
from leadbot.errors import Invalid
from leadbot.models import LeadStatus, LostReason
from leadbot.texts.folding import fold
from leadbot.transfer import imports_dates, imports_kept, imports_terms, sheets
from leadbot.transfer.imports_terms import NOTE, NOTHING

FIELDS = (
    "phone", "name", "last_name", "middle_name", "city", "object_type", "area", "summary", "status", "lost_reason",
    "created_at", "created_time", "notes", NOTE, "assignee", "source", "language", "tasks", "call_at", "call_about",
)  # fmt: skip
LOOKED_AT, TITLES_MOST, SAMPLES = 200, 20, 3
ENOUGH = 0.6  # of the cells that say something must be of a kind
NAME_MOST = 100
SHOWN_MOST = 200  # characters of a cell that are looked at, or of what a column is called
_SEVERAL = re.compile(r"[;|\t]|,(?=\S)")  # several names in what passes for one: it was cut at the wrong sign
SAID_MOST = 200  # stages and reasons of other systems that are told apart


@dataclass(frozen=True, slots=True)
class Words:
    """What columns, stages, reasons and sources may be called in every language we speak, to their keys: columns as
    `imports_terms.plain` makes them, the others folded. `said` are words in the reader's language that go into notes.
    """

    columns: Mapping[str, str]
    stages: Mapping[str, str]
    reasons: Mapping[str, str]
    sources: Mapping[str, str]
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """`header` is the line of the header, 0 where there is none. `stages` and `reasons` say what words of the file
    mean, folded, to our keys; an empty key leaves such rows out. `no_reason` is the reason of lost leads without one.
    """

    sheets: list[str]
    sheet: int = 0
    header: int = 0
    names: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    stages: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    no_reason: str = ""
    month_first: bool = False
    undated: bool = False  # rows whose date can't be read are taken, dated today


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of the file as the page shows it: what it is called, what stands first in it, what is taken from it."""

    name: str
    samples: list[str]
    holds: str


def scored(words: Words) -> Any:
    """How many known columns a line names; the phone counts above all."""

    def score(record: list[str]) -> int:
        names = [cell for cell in record if len(cell) < NAME_MOST and not _SEVERAL.search(cell)]
        found = {imports_terms.column(name, words.columns) for name in names} - {NOTHING}
        return len(found) + 100 * ("phone" in found)

    return score


def recognise(key: str, names: list[str], words: Words) -> Plan:
    """The plan of a file that has just been laid aside. Raises Invalid where no sheet has a column of phones."""
    plans = [_of_sheet(key, names, number, words) for number in range(len(names))]
    with_phone = [plan for plan in plans if "phone" in plan.columns]
    if not with_phone:
        raise Invalid("No column with phones was found. Its first line should be called Phone", field="file")
    return with_phone[0]


def change(key: str, now: Plan, asked: Mapping[str, str], words: Words) -> Plan:
    """The plan as somebody wants it. Raises Invalid where nothing is left as the phone."""
    sheet = _number(asked.get("sheet"), now.sheet, len(now.sheets))
    if sheet != now.sheet:
        return _of_sheet(key, now.sheets, sheet, words)
    columns = [
        holds if (holds := asked.get(f"column-{at}", was)) in (*FIELDS, *words.columns.values(), NOTHING) else was
        for at, was in enumerate(now.columns)
    ]
    if "phone" not in columns:
        raise Invalid("Choose the column with phones", field="columns")
    return replace(
        now,
        columns=columns,
        stages=now.stages | _chosen(asked, "stage:", {stage.value for stage in LeadStatus}),
        reasons=now.reasons | _chosen(asked, "reason:", {reason.value for reason in LostReason}),
        no_reason=said if (said := asked.get("no_reason", now.no_reason)) in {"", *LostReason} else now.no_reason,
        undated=asked.get("undated", "1" if now.undated else "") == "1",
    )


def columns(key: str, plan: Plan) -> list[FileColumn]:
    """The columns with their first cells that say something."""
    rows = _below(key, plan)
    return [
        FileColumn(
            name, [sheets.as_typed(text) for row in rows if (text := cell_text(row, at))][:SAMPLES], plan.columns[at]
        )
        for at, name in enumerate(plan.names)
    ]


def ignored(plan: Plan, words: Words) -> list[str]:
    """What the columns are called that nothing is taken from, but for our own number."""
    named = zip(plan.names, plan.columns, strict=True)
    return [name for name, held in named if name and not held and imports_terms.column(name, words.columns) != "id"]


def cell_text(row: list[Any] | None, at: int) -> str:
    """A cell as a person reads it."""
    cell = row[at] if row and at < len(row) else None
    if isinstance(cell, dict):
        return str(cell["at"]).replace("T", " ")
    return "" if cell is None else f"{cell:.10g}" if isinstance(cell, float) else str(cell).strip()


def _chosen(asked: Mapping[str, str], prefix: str, keys: set[str]) -> dict[str, str]:
    found = {name.removeprefix(prefix): key for name, key in asked.items() if name.startswith(prefix)}
    return {said: key for said, key in islice(found.items(), SAID_MOST) if key in keys or not key}


def _number(asked: str | None, now: int, most: int) -> int:
    return int(asked) if asked and asked.isascii() and asked.isdecimal() and int(asked[:4]) < most else now


def _of_sheet(key: str, sheets_: list[str], sheet: int, words: Words) -> Plan:
    plan = Plan(sheets_, sheet)
    top = [_shortened(row or []) for _, row in islice(imports_kept.records(key, sheet), TITLES_MOST)]
    scores = [scored(words)([cell_text(row, at) for at in range(len(row))]) for row in top]
    best = max(scores, default=0)
    if best >= 100 or best >= 2:
        header = scores.index(best) + 1
        names = [sheets.as_typed(cell_text(top[header - 1], at)) for at in range(len(top[header - 1]))]
    else:
        header, names = 0, []
    plan = replace(plan, header=header, names=names)
    rows = _below(key, plan)
    width = max([len(names), *(len(row) for row in rows)], default=0)
    plan = replace(plan, names=names + [""] * (width - len(names)))
    held = [imports_terms.column(name, words.columns) for name in plan.names]
    held = ["" if each == "id" else each for each in held]
    _by_content(held, rows, plan, has_header=bool(header))
    dates = (cell_text(row, at) for row in rows for at, each in enumerate(held) if each == "created_at")
    return replace(plan, columns=held, month_first=imports_dates.is_month_first(dates))


def _below(key: str, plan: Plan) -> list[list[Any]]:
    """The first rows below the header that say something, with the beginnings of their cells: some hundred whole ones
    could fill the memory."""
    found = (_shortened(row) for line, row in imports_kept.records(key, plan.sheet) if line > plan.header and row)
    return list(islice(found, LOOKED_AT))


def _shortened(row: list[Any]) -> list[Any]:
    return [cell.strip()[:SHOWN_MOST] if isinstance(cell, str) else cell for cell in row]


def _by_content(held: list[str], rows: list[list[Any]], plan: Plan, *, has_header: bool) -> None:
    """Phones are known by what they are, whatever their column is called; without a header so is the rest."""
    wanted = ["phone"] if "phone" not in held else []
    if not has_header:
        wanted += ["created_at", "city", "object_type", "area"]
    for kind in wanted:
        shares = {
            at: _share(kind, [cell_text(row, at) for row in rows]) for at, each in enumerate(held) if each == NOTHING
        }
        for at, share in sorted(shares.items(), key=lambda each: -each[1]):
            if share >= ENOUGH and (kind == "phone" or kind not in held):
                held[at] = kind
    if not has_header and "phone" in held:
        named = [at for at, each in enumerate(held) if each == NOTHING]
        best = max(named, key=lambda at: _share("name", [cell_text(row, at) for row in rows]), default=None)
        if best is not None and _share("name", [cell_text(row, best) for row in rows]) >= ENOUGH:
            held[best] = "name"


def _share(kind: str, cells: Iterable[str]) -> float:
    """How many of the cells that say something are of this kind."""
    texts = Counter(text for text in cells if text)
    alike = sum(times for text, times in texts.items() if _is(kind, text))
    return alike / total if (total := sum(texts.values())) else 0.0


def _is(kind: str, text: str) -> bool:
    if len(text) > 100:
        return False
    if kind == "created_at":
        try:
            return not text.isdecimal() and bool(imports_dates.read(text, UTC))
        except (ValueError, OverflowError):
            return False
    found = extract(text, asked=kind).slots.get(kind)
    if kind == "phone":
        return found is not None and len(text) < 60
    return found is not None and fold(found.quote) == fold(text)
