"""The rows of a file of leads: turned into leads, and told apart from those that are on the board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.errors import Invalid
from leadbot.fields import Surface
from leadbot.leads import editing, registration, tasks
from leadbot.models import Lead, LeadStatus, LostReason, Source
from leadbot.texts.folding import fold
from leadbot.texts.languages import LANGUAGES
from leadbot.transfer import exports, imports_kept, imports_terms, imports_values
from leadbot.transfer.imports_plan import SAID_MOST, Plan, Words
from leadbot.transfer.imports_terms import NOTE
from leadbot.transfer.imports_values import Note, Phone, PhoneReader, Task

MOST_ROWS = 100_000
BATCH_CHARACTERS = 1_000_000
SAID_OF_FAULT = 100
_FIRST_YEAR, _TOMORROW = 1970, timedelta(days=1)
_PARTS = ("last_name", "middle_name")


class FileRow(NamedTuple):
    """A row of the file; lines are counted as a spreadsheet counts them."""

    line: int
    record: list[Any] | None


class RowFault(NamedTuple):
    """Why a row brings no lead: its line, what kind of fault, and what stands there."""

    line: int
    kind: str
    said: str


class Faulty(Exception):
    """A row that brings no lead."""

    def __init__(self, kind: str, said: str = "") -> None:
        super().__init__(kind)
        self.kind, self.said = kind, said


@dataclass(slots=True)
class Meant:
    """What words of another system were taken for: how often, and as which of our keys; empty where nobody knows."""

    label: str
    key: str
    count: int = 0


@dataclass(slots=True)
class Cells:
    """A row by field: the cells that say something, in the order of the columns."""

    by_field: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)

    def first(self, name: str) -> Any:
        """The first cell of this field that says something; None without one."""
        found = self.by_field.get(name)
        return found[0][1] if found else None

    def text(self, name: str) -> str:
        return imports_values.text(self.first(name))

    def all(self, name: str) -> list[tuple[str, str]]:
        """What the columns of this field are called and say."""
        return [(called, imports_values.text(cell)) for called, cell in self.by_field.get(name, ())]


def rows(key: str, plan: Plan) -> Iterator[FileRow]:
    """The rows of a file that are not empty, read as they are asked for. Raises Invalid for too long a one."""
    count = 0
    for line, record in imports_kept.records(key, plan.sheet):
        if line <= plan.header or (record is not None and not any(_says(cell) for cell in record)):
            continue
        if (count := count + 1) > MOST_ROWS:
            raise Invalid("At most %(max)s lines at once", field="file", max=MOST_ROWS)
        yield FileRow(line, record)


def in_batches(found: Iterable[FileRow], most: int) -> Iterator[list[FileRow]]:
    """The rows some at a time: at most so many, and fewer where they are long, since a batch is held in memory."""
    batch: list[FileRow] = []
    size = 0
    for row in found:
        batch.append(row)
        size += sum(len(cell) for cell in row.record or () if isinstance(cell, str))
        if len(batch) >= most or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _says(cell: Any) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _by_name(people: Mapping[int, str]) -> dict[str, int]:
    """People by name as it is written, and folded where that means one of them only: Семён is not Семен."""
    alike = Counter(map(fold, people.values()))
    found = {fold(name): id_ for id_, name in people.items() if alike[fold(name)] == 1}
    found |= {imports_values.shown_name(name): id_ for id_, name in people.items()}
    return found | {name: id_ for id_, name in people.items()}


class Reader:
    """Turns rows into leads; keeps what it took words of other systems for."""

    def __init__(self, words: Words, plan: Plan) -> None:
        self._words, self._plan = words, plan
        own = company_settings.company()
        self._zone = ZoneInfo(own.time_zone)
        self._people = _by_name(exports.people())
        self._phones = PhoneReader()
        self._details = [row.key for row in company_settings.fields(own).details if Surface.IMPORT in row.shows]
        self._cleaned = lru_cache(maxsize=20_000)(editing.clean)
        self._fields = [(at, held, plan.names[at]) for at, held in enumerate(plan.columns) if held]
        self.stages: dict[str, Meant] = {}
        self.reasons: dict[str, Meant] = {}

    def read(self, some: Iterable[FileRow]) -> tuple[list[dict[str, Any]], list[RowFault]]:
        """Leads as they are stored, by column, each with its `line`, `notes` and `tasks`; what is wrong with the
        others."""
        made: list[dict[str, Any]] = []
        faults: list[RowFault] = []
        for line, record in some:
            try:
                if record is None:
                    raise Faulty("unreadable")
                made.append({"line": line, **self._lead(self._cells(record))})
            except Faulty as fault:
                faults.append(RowFault(line, fault.kind, fault.said[:SAID_OF_FAULT]))
            except Invalid as error:
                faults.append(RowFault(line, "value", f"{error.field}"))
        return made, faults

    def _cells(self, record: list[Any]) -> Cells:
        cells = Cells()
        for at, held, name in self._fields:
            if at < len(record) and _says(record[at]):
                cells.by_field.setdefault(held, []).append((name, record[at]))
        return cells

    def _lead(self, cells: Cells) -> dict[str, Any]:
        beside: dict[str, str] = {}
        phone = self._phone(cells, beside)
        values = self._values(cells, beside)
        status, reason = self._status(cells, beside)
        dated = self._created(cells)
        created = dated or utcnow()
        assignee_id = self._person(cells.text("assignee"))
        calls = self._tasks(cells, assignee_id)
        language = cells.text("language").lower()
        # No talk and no first touch of ours belongs to it: whatever the source was, here it came by hand.
        is_test = self._words.sources.get(fold(cells.text("source"))) == Source.TEST.value
        beside |= {name: said for name, said in cells.all(NOTE) if name not in beside}
        due = [call["due_at"] for call in calls if call["done_at"] is None]
        return {
            **values, "phone": phone.shown, "phone_e164": phone.e164, "status": status, "lost_reason": reason,
            "source": Source.TEST if is_test else Source.MANUAL,
            "language": language if language in LANGUAGES else "",
            "is_undated": dated is None,
            "created_at": created, "raised_at": created, "rank": int(created.timestamp() * 1_000_000_000),
            "assignee_id": assignee_id, "task_at": min(due, default=None),
            "notes": [self._note(note) for note in self._notes(cells, beside)], "tasks": calls,
        }  # fmt: skip

    def _phone(self, cells: Cells, beside: dict[str, str]) -> Phone:
        """The first number that can be called; the others are written down beside."""
        found: list[Phone] = []
        said = cells.all("phone")
        for name, text in said:
            numbers, says_more = self._phones.of(text)
            new = [each for each in numbers if each.e164 not in {known.e164 for known in found}]
            if says_more or not numbers:
                beside[name] = imports_values.line(text)
            elif more := new if found else new[1:]:
                beside[name] = ", ".join(each.shown for each in more)
            found += new
        if not found:
            raise Faulty("phone" if said else "no_phone", said[0][1] if said else "")
        return found[0]

    def _values(self, cells: Cells, beside: dict[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = {"area_m2": None}
        for name in ("city", "object_type", "area"):
            said = imports_values.line(cells.text(name))
            if name == "area" and said and "сот" in fold(cells.by_field[name][0][0]) and not said[-1].isalpha():
                said = f"{said} соток"
            made |= self._cleaned(name, self._cut(name, said, registration.FIELDS[name], beside))
        made |= editing.clean("name", self._cut("name", _whole_name(cells), registration.FIELDS["name"], beside))
        details = {key: cells.text(key) for key in self._details}
        made["details"] = {key: editing.clean(key, text)[key] for key, text in details.items() if text}
        about = "\n".join(dict.fromkeys(said for _, said in cells.all("summary")))
        return made | editing.clean("summary", self._cut("summary", about, editing.SUMMARY_MOST, beside))

    def _cut(self, name: str, said: str, most: int, beside: dict[str, str]) -> str:
        short, whole = imports_values.cut(said, most)
        if whole:
            beside[self._words.said.get(name, name)] = whole
        return short

    def _status(self, cells: Cells, beside: dict[str, str]) -> tuple[LeadStatus, LostReason | None]:
        said = imports_values.line(cells.text("status"))
        own, plan = self._words.stages, self._plan
        key = self._meaning(said, own, plan.stages, imports_terms.stage, self.stages) if said else LeadStatus.NEW.value
        if not key:
            raise Faulty("stage", said)
        status = LeadStatus(key)
        return status, self._lost_reason(cells, beside) if status is LeadStatus.LOST else None

    def _lost_reason(self, cells: Cells, beside: dict[str, str]) -> LostReason:
        name, said = next(iter(cells.all("lost_reason")), ("", ""))
        said = imports_values.line(said)
        own, plan = self._words.reasons, self._plan
        key = self._meaning(said, own, plan.reasons, imports_terms.reason, self.reasons) if said else ""
        if said and fold(said) not in own:
            beside[name] = said
        if not (key or plan.no_reason):
            raise Faulty("reason" if said else "no_reason", said)
        return LostReason(key or plan.no_reason)

    def _meaning(
        self, said: str, own: Mapping[str, str], chosen: Mapping[str, str], guess: Any, met: dict[str, Meant]
    ) -> str:
        """Our key for words of the file: as we call it ourselves, as somebody has chosen, as it looks."""
        folded = fold(said)
        if folded in own and folded not in chosen:
            return own[folded]
        key = chosen[folded] if folded in chosen else guess(folded) or ""
        if folded in met or len(met) < SAID_MOST:
            met.setdefault(folded, Meant(said[:100], key)).count += 1
        return key

    def _created(self, cells: Cells) -> datetime | None:
        """When the client came; None where the file doesn't say it."""
        if (cell := cells.first("created_at")) is None:
            return None
        found = self._moment(cell, cells.first("created_time"), before=utcnow() + _TOMORROW)
        if found is None and not self._plan.undated:
            raise Faulty("date", imports_values.text(cell))
        return found

    def _moment(self, cell: Any, clock: Any, before: datetime) -> datetime | None:
        try:
            found = imports_values.moment(cell, clock, self._zone, month_first=self._plan.month_first).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return found if found.year >= _FIRST_YEAR and found < before else None

    def _tasks(self, cells: Cells, assignee_id: int | None) -> list[dict[str, Any]]:
        """The reminders that stand in the row; of one that was due long ago nobody is told."""
        before = utcnow() + tasks.AHEAD_MOST
        try:
            found = imports_values.tasks_of(cells.text("tasks"), self._zone)
        except ValueError:
            raise Faulty("task", cells.text("tasks")) from None
        if not found and (cell := cells.first("call_at")) is not None:
            due_at = self._moment(cell, None, before)
            if due_at is None:
                raise Faulty("task", imports_values.text(cell))
            found = [
                Task(due_at, imports_values.cut(imports_values.line(cells.text("call_about")), tasks.TEXT_MOST)[0])
            ]
            return [self._task(found[0], assignee_id)]
        return [self._task(each, self._person(each.of)) for each in found if each.due_at < before]

    def _task(self, task: Task, assignee_id: int | None) -> dict[str, Any]:
        is_over = task.due_at < utcnow() or task.done_at
        values = {"due_at": task.due_at.astimezone(UTC), "text": task.text, "assignee_id": assignee_id}
        return {**values, "done_at": task.done_at, "reminded_at": utcnow() if is_over else None}

    def _notes(self, cells: Cells, beside: dict[str, str]) -> Iterator[Note]:
        for _, said in cells.all("notes"):
            yield from imports_values.notes(said, self._zone)
        yield from imports_values.labelled(beside)

    def _note(self, note: Note) -> dict[str, Any]:
        at = note.at.astimezone(UTC) if note.at else None
        return {"text": note.text, "at": at if at and at < utcnow() else None, "user_id": self._person(note.by)}

    def _person(self, name: str) -> int | None:
        return self._people.get(name) or self._people.get(fold(name)) if name else None


class Sieve:
    """Keeps back what is on the board already, or came in an earlier row: the same phone in the same minute, or with
    an open lead."""

    def __init__(self) -> None:
        self._met: set[tuple[str, datetime]] = set()
        self._open: set[str] = set()

    def sort(self, found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[RowFault]]:
        """Those that are new, in their order; the others as what is left out."""
        phones = {lead["phone_e164"] for lead in found}
        known = select(Lead.phone_e164, Lead.status, Lead.created_at, Lead.source).where(Lead.phone_e164.in_(phones))
        for phone, status, created, source in db.session.execute(known):
            self._put(phone, created, status.is_open and source is not Source.TEST)
        new, left = [], []
        for lead in found:
            phone, created = lead["phone_e164"], lead["created_at"]
            is_open = lead["status"].is_open and lead["source"] is not Source.TEST
            if (phone, _minute(created)) not in self._met and not (is_open and phone in self._open):
                self._put(phone, created, is_open)
                new.append(lead)
            else:
                left.append(RowFault(lead["line"], "known", lead["phone"]))
        return new, left

    def _put(self, phone: str, created: datetime, is_open: bool) -> None:
        self._met.add((phone, _minute(created)))
        if is_open:
            self._open.add(phone)


def _whole_name(cells: Cells) -> str:
    """The name with what stands in columns of its own; of several columns with names the one that says the most."""
    said = [imports_values.line(text) for _, text in cells.all("name")]
    name = next((longer for longer in said if said[0] != longer and said[0] in longer), said[0] if said else "")
    parts = [imports_values.line(cells.text(part)) for part in reversed(_PARTS)]
    return " ".join([name, *(part for part in parts if part and part not in name.split())]).strip()


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
