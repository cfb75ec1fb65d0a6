"""Tables of leads as workbooks: small ones at once, large ones by the worker, with how far it is.

The file of a large one lies in the data folder for an hour, for the person who asked for it. A worker that dies is
followed by another, which begins anew.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import or_, select, update

from leadbot.accounts import audit, users
from leadbot.database import tenancy
from leadbot.database.session import db, publish_after_commit, utcnow
from leadbot.errors import NotFound
from leadbot.events import RowsWaiting
from leadbot.files import storage
from leadbot.leads.filters import Filter
from leadbot.models import AuditEvent, Company, ExportState, LeadExport, LeadStatus, User
from leadbot.state import state
from leadbot.transfer import exports, exports_table, sheets
from leadbot.transfer.exports import Exported
from leadbot.transfer.exports_table import Labels

ROWS = "exports"  # what the worker knows them by
AT_ONCE_MOST = 5_000  # leads: more are written by the worker
LASTS_SECONDS = 3600
LEASE_SECONDS = 60  # longer than a thousand leads take, and the workbook's end
SAVED_EVERY = 1000
_KEY = re.compile(r"[A-Za-z0-9_-]{20,40}")


def at_once(only: Filter, status: LeadStatus | None, labels: Labels, *, by: User) -> IO[bytes]:
    """A workbook that is gone from the disk once it is closed. Raises Forbidden."""
    users.check_is_owner(by)
    storage.check_room()
    notes, people = exports_table.notes_columns(exports.longest_notes(only, status)), exports.people()
    folder = Path(tempfile.mkdtemp(prefix="tmp-", dir=_folder()))
    try:
        rows = exports_table.table(exports.rows(only, status, by=by), labels, people, notes)
        _write(folder / "leads.xlsx", rows, labels, notes)
        return (folder / "leads.xlsx").open("rb")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(only: Filter, status: LeadStatus | None, labels: Labels, *, by: User) -> LeadExport:
    """Let the worker write the workbook. While it is at one of the same person, that one. Raises Forbidden, NoRoom."""
    users.check_is_owner(by)
    storage.check_room()
    asked = {"only": _as_json(only), "status": status.value if status else None, "labels": asdict(labels)}
    mine = select(LeadExport).where(LeadExport.user_id == by.id, LeadExport.state == ExportState.RUNNING)
    for going in db.session.scalars(mine):
        if going.asked == asked:
            return going
    job = LeadExport(key=secrets.token_urlsafe(24), user_id=by.id, asked=asked, total=exports.count(only, status))
    db.session.add(job)
    audit.note(by.id, AuditEvent.EXPORTED)
    publish_after_commit(RowsWaiting(ROWS))
    db.session.commit()
    return job


def of_key(key: str, *, by: User) -> LeadExport:
    """How far the table of this key is. Raises NotFound for anybody else's, Forbidden."""
    users.check_is_owner(by)
    mine = select(LeadExport).where(LeadExport.key == key, LeadExport.user_id == by.id)
    found = db.session.scalars(mine).first() if _KEY.fullmatch(key) else None
    if found is None:
        raise NotFound
    return found


def file_of(job: LeadExport) -> Path | None:
    """Where the workbook lies; None while it is not ready, or once it has been swept away."""
    path = _path(job.company_id, job.key)
    return path if job.state is ExportState.DONE and path.is_file() else None


def due() -> list[int]:
    """Exports of all companies that nobody is at."""
    waiting = (
        select(LeadExport.id)
        .join(Company, Company.id == LeadExport.company_id)
        .where(Company.is_active, LeadExport.state == ExportState.RUNNING, _free())
        .order_by(LeadExport.id)
    )
    with tenancy.all_companies():
        found = list(db.session.scalars(waiting))
    db.session.rollback()
    return found


def carry_on(export_id: int) -> None:
    """Write the workbook of an export, unless another worker is at it."""
    claim = (
        update(LeadExport)
        .where(LeadExport.id == export_id, LeadExport.state == ExportState.RUNNING, _free())
        .values(lease_until=_lease(), done=0)
        .execution_options(synchronize_session=False)
    )
    with tenancy.all_companies():
        claimed = db.session.execute(claim)
    db.session.commit()
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return
    with tenancy.all_companies():
        job = db.session.scalars(select(LeadExport).where(LeadExport.id == export_id)).one()
    company_id, key, asked = job.company_id, job.key, job.asked
    tenancy.act_for(company_id)
    db.session.rollback()
    folder = Path(tempfile.mkdtemp(prefix="tmp-", dir=_folder()))
    try:
        _fill(folder / "leads.xlsx", asked, company_id, export_id)
        (folder / "leads.xlsx").replace(_path(company_id, key))
        state = ExportState.DONE
    except Exception:
        current_app.logger.exception("export %s failed", export_id)
        state = ExportState.FAILED
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    db.session.rollback()
    tenancy.act_for(company_id)
    _save(export_id, state=state, lease_until=None, asked={})
    if state is ExportState.DONE and not _is(export_id, ExportState.DONE):  # somebody was erased meanwhile
        _path(company_id, key).unlink(missing_ok=True)


def stop_all() -> None:
    """Tables that are being written come to nothing: part of the caller's transaction; `forget_all` after it."""
    going = update(LeadExport).where(LeadExport.state == ExportState.RUNNING)
    db.session.execute(going.values(state=ExportState.FAILED, asked={}))


def forget_all() -> None:
    """Throw all tables of the company away."""
    for path in _folder().glob(f"{tenancy.acting_for()}-*.xlsx"):
        path.unlink(missing_ok=True)


def sweep() -> int:
    """Throw away tables of all companies that are an hour old, and what a dead process has left; how many."""
    too_old, gone = time.time() - LASTS_SECONDS, 0
    for path in _folder().iterdir():
        try:
            is_old = path.stat().st_mtime < too_old
        except FileNotFoundError:  # another worker was quicker
            continue
        if is_old:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            gone += 1
    return gone


def _fill(path: Path, asked: dict[str, Any], company_id: int, export_id: int) -> None:
    only, labels = _of_json(asked["only"]), Labels(**asked["labels"])
    status = LeadStatus(asked["status"]) if asked["status"] else None
    notes, people = exports_table.notes_columns(exports.longest_notes(only, status)), exports.people()
    db.session.rollback()
    found = _counted(exports.read(company_id, exports.conditions(only, status)), export_id)
    _write(path, exports_table.table(found, labels, people, notes), labels, notes)


def _counted(found: Iterator[Exported], export_id: int) -> Iterator[Exported]:
    """The leads, and from time to time how far it is."""
    for number, lead in enumerate(found, 1):
        yield lead
        if number % SAVED_EVERY == 0:
            _save(export_id, done=number, lease_until=_lease())


def _write(path: Path, rows: Iterator[sheets.Row], labels: Labels, notes: int) -> None:
    sheets.xlsx(
        path, rows, ZoneInfo(labels.zone), widths=exports_table.widths(notes, len(labels.details)), name=labels.title
    )


def _save(export_id: int, **values: Any) -> None:
    going = update(LeadExport).where(LeadExport.id == export_id, LeadExport.state == ExportState.RUNNING)
    db.session.execute(going.values(**values).execution_options(synchronize_session=False))
    db.session.commit()


def _is(export_id: int, state: ExportState) -> bool:
    found = db.session.scalar(select(LeadExport.state).where(LeadExport.id == export_id))
    db.session.rollback()
    return found is state


def _as_json(only: Filter) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(only).items()}


def _of_json(stored: dict[str, Any]) -> Filter:
    moments = {name: datetime.fromisoformat(stored[name]) for name in ("since", "before") if stored[name]}
    return Filter(**{**stored, **moments})


def _free() -> Any:
    return or_(LeadExport.lease_until.is_(None), LeadExport.lease_until < utcnow())


def _lease() -> datetime:
    return utcnow() + timedelta(seconds=LEASE_SECONDS)


def _path(company_id: int, key: str) -> Path:
    return _folder() / f"{company_id}-{key}.xlsx"


def _folder() -> Path:
    folder: Path = state().config.data_dir / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
