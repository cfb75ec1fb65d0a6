"""Leads from files of other programs: looked through first, with all that is wrong, then taken over by the worker.

Until it is taken over the file lies in the data folder under a key of its own, and for an hour at most if nobody says
so. The worker writes some hundred leads a commit, and in the same commit how far it has come: killed at any moment it
goes on from there, no row twice and none lost. For a day a whole import can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import selectinload

from leadbot.accounts import audit, users
from leadbot.accounts.limits import Limit
from leadbot.bot import company_settings
from leadbot.database import tenancy
from leadbot.database.session import db, publish_after_commit, utcnow
from leadbot.errors import Conflict, Forbidden, Invalid, NotFound
from leadbot.events import RowsWaiting
from leadbot.models import AuditEvent, Company, ImportState, LeadImport, User
from leadbot.transfer import imports_kept, imports_plan, imports_written
from leadbot.transfer.imports_plan import FileColumn, Plan, Words
from leadbot.transfer.imports_rows import Meant, Reader, RowFault, Sieve, in_batches, rows

MOST_BYTES = 48 * 1024 * 1024
LASTS_SECONDS = imports_kept.LASTS_SECONDS  # of a file that nobody says anything about
UPLOADS = Limit("files of leads", "60 per hour")  # of a company
BATCH = 500
LEASE_SECONDS = 30  # longer than a batch may take
ROWS = "imports"  # what the worker knows them by
FIRST, SAMPLES, LINES = 10, 5, 20  # of a file that are shown
UNDO_FOR = timedelta(days=1)
GOING = (ImportState.RUNNING, ImportState.UNDOING)


@dataclass(slots=True)
class FaultyRows:
    """Rows that bring no lead for one reason: how many, the first lines, what stands in them most often."""

    kind: str
    count: int = 0
    lines: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def add(self, fault: RowFault) -> None:
        self.count += 1
        if len(self.lines) < LINES:
            self.lines.append(fault.line)
        if fault.said and fault.said not in self.said and len(self.said) < SAMPLES:
            self.said.append(fault.said)


@dataclass(slots=True)
class Sheet:
    """A file looked through: how many leads it brings, how many are on the board already; what is wrong with the other
    rows, by kind; what its words were taken for; its columns; the first leads."""

    plan: Plan
    columns: list[FileColumn]
    ignored: list[str]
    count: int = 0
    known: int = 0
    wrong: int = 0
    leads: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, FaultyRows] = field(default_factory=dict)
    stages: dict[str, Meant] = field(default_factory=dict)
    reasons: dict[str, Meant] = field(default_factory=dict)


def keep(data: bytes, words: Words, *, by: User) -> str:
    """Lay a file of leads aside; the key it is found by. Where too much of the company lies there, the oldest files go
    that are not being taken over. Raises Invalid for what is no such file, Forbidden, TooMany."""
    users.check_may_write(by)
    if not data.strip():
        raise Invalid("Choose a file", field="file")
    UPLOADS.count(str(by.company_id))
    key, sheets = imports_kept.lay(data, imports_plan.scored(words))
    try:
        plan = imports_plan.recognise(key, sheets, words)
        _count(key, plan)
        imports_kept.keep_plan(key, asdict(plan))
    except Invalid:
        imports_kept.forget(key)
        raise
    going = running()
    imports_kept.make_room({key, going.key} if going else {key})
    return key


def look(key: str, words: Words, *, by: User) -> Sheet:
    """What the file would bring. Raises NotFound where it is not there any more, Forbidden."""
    users.check_may_write(by)
    plan = Plan(**imports_kept.plan(key))
    reader, sieve = Reader(words, plan), Sieve()
    sheet = Sheet(plan, imports_plan.columns(key, plan), imports_plan.ignored(plan, words))
    for some in in_batches(rows(key, plan), BATCH):
        leads, faults = reader.read(some)
        fresh, left = sieve.sort(leads)
        sheet.count, sheet.known, sheet.wrong = (
            sheet.count + len(fresh),
            sheet.known + len(left),
            sheet.wrong + len(faults),
        )
        sheet.leads += fresh[: FIRST - len(sheet.leads)]
        for fault in faults:
            sheet.faults.setdefault(fault.kind, FaultyRows(fault.kind)).add(fault)
    sheet.stages, sheet.reasons = reader.stages, reader.reasons
    return sheet


def choose(key: str, asked: Mapping[str, str], words: Words, *, by: User) -> None:
    """Read the file otherwise: another sheet, other columns, words that mean something else. Raises Invalid, NotFound,
    Forbidden, Conflict once it is being taken over."""
    users.check_may_write(by)
    now = Plan(**imports_kept.plan(key))
    if of_key(key):
        raise Conflict("This file is being imported already")
    imports_kept.keep_plan(key, asdict(imports_plan.change(key, now, asked, words)))
    imports_kept.touch(key)


def start(key: str, words: Words, *, by: User) -> LeadImport:
    """Let the worker take the file over. Raises NotFound, Forbidden, Conflict while another one is under way."""
    users.check_may_write(by)
    if found := of_key(key):
        return found
    plan, by_id = Plan(**imports_kept.plan(key)), by.id
    db.session.rollback()  # no transaction is held over reading
    total = _count(key, plan)
    company_settings.company(lock=True)
    if found := of_key(key):  # the button was pressed twice
        return found
    if running():
        raise Conflict("Another file is being imported. Wait until it is done")
    job = LeadImport(key=key, user_id=by_id, words={"words": asdict(words), "plan": asdict(plan)}, total=total)
    imports_kept.touch(key)
    db.session.add(job)
    audit.note(by_id, AuditEvent.IMPORTED, detail=str(total))
    publish_after_commit(RowsWaiting(ROWS))
    db.session.commit()
    return job


def undo(key: str, *, by: User) -> LeadImport:
    """Take a whole import back: all its leads that nobody has worked with since. Whoever brought them may, and owners.

    Raises NotFound, Forbidden, Conflict where a day has passed or an import is under way.
    """
    users.check_may_write(by)
    company_settings.company(lock=True)
    job = of_key(key)
    if job is None:
        raise NotFound
    if job.user_id != by.id and not by.is_owner:
        raise Forbidden
    if job.state in (ImportState.UNDOING, ImportState.UNDONE):
        return job
    if running():
        raise Conflict("Another file is being imported. Wait until it is done")
    if not can_be_undone(job):
        raise Conflict("An import can be taken back for a day only")
    job.state, job.lease_until = ImportState.UNDOING, None
    audit.note(by.id, AuditEvent.IMPORT_UNDONE, detail=str(job.imported))
    publish_after_commit(RowsWaiting(ROWS))
    db.session.commit()
    return job


def can_be_undone(job: LeadImport) -> bool:
    """It is through, brought something, and no day has passed since."""
    over_at = job.finished_at or job.created_at
    is_over = job.state in (ImportState.DONE, ImportState.STOPPED) and job.imported > 0
    return is_over and utcnow() - over_at < UNDO_FOR


def recent() -> list[LeadImport]:
    """The imports of the last day, the last first."""
    since = utcnow() - UNDO_FOR
    found = select(LeadImport).where(or_(LeadImport.created_at > since, LeadImport.finished_at > since))
    return list(db.session.scalars(found.order_by(LeadImport.id.desc()).options(selectinload(LeadImport.user))))


def of_key(key: str) -> LeadImport | None:
    """How far the file of this key has been taken over; None where nobody has said so yet."""
    mine = select(LeadImport).where(LeadImport.key == key)
    return db.session.scalars(mine).first() if imports_kept.is_key(key) else None


def is_at_hand(key: str) -> bool:
    """The file is still in the data folder."""
    try:
        return bool(imports_kept.plan(key))
    except NotFound:
        return False


def running() -> LeadImport | None:
    """The company's import that is under way."""
    return db.session.scalars(select(LeadImport).where(LeadImport.state.in_(GOING))).first()


def stop_all() -> None:
    """Nothing more of the files that lie aside comes in: part of the caller's transaction; `forget_all` after it."""
    going = update(LeadImport).where(LeadImport.state == ImportState.RUNNING)
    db.session.execute(going.values(state=ImportState.STOPPED, words={}, finished_at=utcnow()))


def forget_all() -> None:
    """Throw all files of the company away that lie aside."""
    imports_kept.forget_all()


def sweep() -> int:
    """Throw away the files of all companies that nobody has said anything about for an hour; how many those were."""
    old = imports_kept.old()
    if not old:
        return 0
    with tenancy.all_companies():
        going = set(db.session.scalars(select(LeadImport.key).where(LeadImport.state == ImportState.RUNNING)))
    db.session.rollback()
    nobodys = [path for key, path in old.items() if key not in going]
    for path in nobodys:
        imports_kept.throw_away(path)
    return len(nobodys)


def due() -> list[int]:
    """Imports of all companies that nobody is at."""
    waiting = (
        select(LeadImport.id)
        .join(Company, Company.id == LeadImport.company_id)
        .where(Company.is_active, LeadImport.state.in_(GOING), _free())
        .order_by(LeadImport.id)
    )
    with tenancy.all_companies():
        found = list(db.session.scalars(waiting))
    db.session.rollback()
    return found


def carry_on(import_id: int) -> None:
    """Take the file of an import over from where it stands, or take that back, unless another worker is at it. Nobody
    is told of these leads."""
    claim = (
        update(LeadImport)
        .where(LeadImport.id == import_id, LeadImport.state.in_(GOING), _free())
        .values(lease_until=_lease())
        .execution_options(synchronize_session=False)
    )
    with tenancy.all_companies():
        claimed = db.session.execute(claim)
    db.session.commit()
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return
    mine = select(LeadImport).where(LeadImport.id == import_id)
    with tenancy.all_companies():
        job = db.session.scalars(mine).one()
    tenancy.act_for(job.company_id)
    if job.state is ImportState.UNDOING:
        _take_back(job.id, job.imported, job.removed)
        return
    try:
        _take_over(job)
    except (NotFound, Invalid, KeyError):  # KeyError: begun by an earlier version
        current_app.logger.warning("the file of import %s has gone", import_id)
        db.session.rollback()
        stop_all()
        db.session.commit()


def _take_over(job: LeadImport) -> None:
    job_id, key, done, by_id = job.id, job.key, job.done, job.user_id
    words, plan = Words(**job.words["words"]), Plan(**job.words["plan"])
    reader, sieve = Reader(words, plan), Sieve()
    found = islice(rows(key, plan), done, None)
    for some in in_batches(found, BATCH):
        leads, faults = reader.read(some)
        db.session.rollback()  # no transaction is held over reading
        fresh, known = sieve.sort(leads)
        if not _step(job_id, done, len(some), len(fresh), lease_until=_lease()):
            db.session.rollback()  # somebody else has gone on or stopped it
            return
        imports_written.write(fresh, import_id=job_id, by_id=by_id)
        imports_written.note_left([*faults, *known], key)
        db.session.commit()
        done += len(some)
    _step(job_id, done, 0, 0, state=ImportState.DONE, words={}, lease_until=None, finished_at=utcnow())
    db.session.commit()
    if imports_written.has_left(key):
        imports_kept.touch(key)  # the rows left out can be fetched for an hour
    else:
        imports_kept.forget(key)


def _take_back(job_id: int, imported: int, removed: int) -> None:
    after = 0
    while True:
        last, gone = imports_written.remove_some(job_id, after, BATCH)
        removed += gone
        is_over = last is None
        state = {"state": ImportState.UNDONE, "lease_until": None} if is_over else {"lease_until": _lease()}
        going = update(LeadImport).where(LeadImport.id == job_id, LeadImport.state == ImportState.UNDOING)
        db.session.execute(going.values(removed=removed, **state).execution_options(synchronize_session=False))
        db.session.commit()
        if last is None:
            return
        after = last


def _step(job_id: int, done: int, count: int, imported: int, **values: Any) -> bool:
    stands = (LeadImport.id == job_id, LeadImport.state == ImportState.RUNNING, LeadImport.done == done)
    moved = {"done": LeadImport.done + count, "imported": LeadImport.imported + imported, **values}
    taken = db.session.execute(
        update(LeadImport).where(*stands).values(**moved).execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def _free() -> Any:
    return or_(LeadImport.lease_until.is_(None), LeadImport.lease_until < utcnow())


def _lease() -> datetime:
    return utcnow() + timedelta(seconds=LEASE_SECONDS)


def _count(key: str, plan: Plan) -> int:
    return sum(1 for _ in rows(key, plan))
