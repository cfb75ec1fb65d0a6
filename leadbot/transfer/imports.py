"""Leads from a CSV file: first looked through, with all that is wrong in it, then taken over by the worker.

Until it is taken over the file lies in the data folder under a key of its own, and for an hour at most if nobody says
so. The worker writes some hundred leads a commit, and in the same commit how far it has come: killed at any moment it
goes on from there, no row twice and none lost.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import or_, select, update

from leadbot.accounts import audit, users
from leadbot.bot import company_settings
from leadbot.database import tenancy
from leadbot.database.session import db, publish_after_commit, utcnow
from leadbot.errors import Conflict, Invalid, NotFound
from leadbot.events import RowsWaiting
from leadbot.files import storage
from leadbot.leads import board, search
from leadbot.models import Act, Company, ImportState, Lead, LeadEvent, LeadImport, LeadNote, LeadTask, User
from leadbot.transfer.imports_rows import Fault, Reader, Sieve, Words, ignored, rows

MOST_BYTES = 48 * 1024 * 1024
LASTS_SECONDS = 3600
BATCH = 500
LEASE_SECONDS = 30  # longer than a batch may take
ROWS = "imports"  # what the worker knows them by
FIRST, FAULTS = 10, 100  # of a file that are shown
_KEY = re.compile(r"[A-Za-z0-9_-]{20,40}")


@dataclass(slots=True)
class Sheet:
    """A file looked through: how many leads it brings, how many are on the board already, how many rows are wrong; the
    first of each; the columns that nothing is taken from."""

    count: int = 0
    known: int = 0
    wrong: int = 0
    leads: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def keep(data: bytes, words: Words, *, by: User) -> str:
    """Lay a file of leads aside; the key it is found by. Raises Invalid for anything else, Forbidden."""
    users.check_may_write(by)
    if not data.strip():
        raise Invalid("Choose a file", field="file")
    storage.check_room()
    folder, key = _folder(), secrets.token_urlsafe(24)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / _name(key)
    with path.open("xb") as file:
        file.write(data)
    try:
        _count(path, words)
    except Invalid:
        path.unlink()
        raise
    return key


def look(key: str, words: Words, *, by: User) -> Sheet:
    """What the file would bring. Raises NotFound where it is not there any more, Forbidden."""
    users.check_may_write(by)
    path = _path(key)
    reader, sieve, found = Reader(words), Sieve(), rows(path, words.columns)
    sheet = Sheet(ignored=ignored(path, words.columns))
    while some := list(islice(found, BATCH)):
        leads, faults = reader.read(some)
        fresh = sieve.fresh(leads)
        sheet.count, sheet.known, sheet.wrong = (
            sheet.count + len(fresh),
            sheet.known + len(leads) - len(fresh),
            sheet.wrong + len(faults),
        )
        sheet.leads += fresh[: FIRST - len(sheet.leads)]
        sheet.faults += faults[: FAULTS - len(sheet.faults)]
    return sheet


def start(key: str, words: Words, *, by: User) -> LeadImport:
    """Let the worker take the file over. Raises NotFound, Forbidden, Conflict while another one is under way."""
    users.check_may_write(by)
    if found := of_key(key):
        return found
    path, by_id = _path(key), by.id
    db.session.rollback()  # no transaction is held over reading
    total = _count(path, words)
    company_settings.company(lock=True)
    if found := of_key(key):  # the button was pressed twice
        return found
    if running():
        raise Conflict("Another file is being imported. Wait until it is done")
    job = LeadImport(key=key, user_id=by_id, words=asdict(words), total=total)
    path.touch()
    db.session.add(job)
    audit.note(by_id, Act.IMPORTED, detail=str(total))
    publish_after_commit(RowsWaiting(ROWS))
    db.session.commit()
    return job


def of_key(key: str) -> LeadImport | None:
    """How far the file of this key has been taken over; None where nobody has said so yet."""
    return db.session.scalars(select(LeadImport).where(LeadImport.key == key)).first() if _KEY.fullmatch(key) else None


def running() -> LeadImport | None:
    """The company's import that is under way."""
    return db.session.scalars(select(LeadImport).where(LeadImport.state == ImportState.RUNNING)).first()


def stop_all() -> None:
    """Nothing more of the files that lie aside comes in: part of the caller's transaction; `forget_all` after it."""
    going = update(LeadImport).where(LeadImport.state == ImportState.RUNNING)
    db.session.execute(going.values(state=ImportState.STOPPED, words={}))


def forget_all() -> None:
    """Throw all files of the company away that lie aside."""
    for path in _folder().glob(f"{tenancy.acting_for()}-*.csv"):
        path.unlink(missing_ok=True)


def sweep() -> int:
    """Throw away the files of all companies that nobody has said anything about for an hour; how many those were."""
    too_old = time.time() - LASTS_SECONDS
    old = [path for path in _folder().glob("*.csv") if path.stat().st_mtime < too_old]
    if not old:
        return 0
    with tenancy.all_companies():
        going = set(db.session.scalars(select(LeadImport.key).where(LeadImport.state == ImportState.RUNNING)))
    db.session.rollback()
    nobodys = [path for path in old if path.stem.partition("-")[2] not in going]
    for path in nobodys:
        path.unlink(missing_ok=True)
    return len(nobodys)


def due() -> list[int]:
    """Imports of all companies that nobody is at."""
    waiting = (
        select(LeadImport.id)
        .join(Company, Company.id == LeadImport.company_id)
        .where(Company.is_active, LeadImport.state == ImportState.RUNNING, _free())
        .order_by(LeadImport.id)
    )
    with tenancy.all_companies():
        found = list(db.session.scalars(waiting))
    db.session.rollback()
    return found


def carry_on(import_id: int) -> None:
    """Take the file of an import over from where it stands, unless another worker is at it. Nobody is told of these
    leads."""
    claim = (
        update(LeadImport)
        .where(LeadImport.id == import_id, LeadImport.state == ImportState.RUNNING, _free())
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
    try:
        _take_over(job.id, _path(job.key), Words(**job.words), job.done, job.user_id)
    except (NotFound, Invalid):
        current_app.logger.warning("the file of import %s has gone", import_id)
        db.session.rollback()
        stop_all()
        db.session.commit()


def _take_over(job_id: int, path: Path, words: Words, done: int, by_id: int) -> None:
    reader, sieve = Reader(words), Sieve()
    found = islice(rows(path, words.columns), done, None)
    while some := list(islice(found, BATCH)):
        leads, _ = reader.read(some)
        db.session.rollback()  # no transaction is held over reading
        if not _write(job_id, leads, sieve, by_id, done, len(some)):
            return
        done += len(some)
    _step(job_id, done, 0, 0, state=ImportState.DONE, words={}, lease_until=None)
    db.session.commit()
    path.unlink(missing_ok=True)


def _write(job_id: int, leads: list[dict[str, Any]], sieve: Sieve, by_id: int, done: int, count: int) -> bool:
    """One batch, one commit; False where somebody else has gone on or stopped it, and nothing is written."""
    fresh = sieve.fresh(leads)
    if not _step(job_id, done, count, len(fresh), lease_until=_lease()):
        db.session.rollback()
        return False
    for lead in fresh:
        lead["search"] = search.text_of(lead["name"], lead["phone_e164"], lead["city"], lead["object_type"])
    beside = [(lead.pop("notes"), lead.pop("task")) for lead in fresh]
    made = [Lead(**lead) for lead in fresh]
    db.session.add_all(made)
    db.session.flush()
    for row, (notes, task) in zip(made, beside, strict=True):
        by_hand = {"lead_id": row.id, "user_id": by_id}
        db.session.add(LeadEvent(**by_hand, kind="created"))
        db.session.add_all(LeadNote(**by_hand, text=text) for text in notes)
        if task:
            db.session.add(LeadTask(**by_hand, **task))
    board.touch()
    db.session.commit()
    return True


def _step(job_id: int, done: int, count: int, imported: int, **values: Any) -> bool:
    stands = (LeadImport.id == job_id, LeadImport.state == ImportState.RUNNING, LeadImport.done == done)
    moved = {"done": LeadImport.done + count, "imported": LeadImport.imported + imported, **values}
    taken = db.session.execute(
        update(LeadImport).where(*stands).values(**moved).execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def _free() -> Any:
    return or_(LeadImport.lease_until.is_(None), LeadImport.lease_until < utcnow())


def _lease() -> Any:
    return utcnow() + timedelta(seconds=LEASE_SECONDS)


def _count(path: Path, words: Words) -> int:
    return sum(1 for _ in rows(path, words.columns))


def _path(key: str) -> Path:
    path = _folder() / _name(key)
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NotFound
    return path


def _name(key: str) -> str:
    return f"{tenancy.acting_for()}-{key}.csv"


def _folder() -> Path:
    folder: Path = current_app.extensions["leadbot_config"].data_dir / "imports"
    return folder
