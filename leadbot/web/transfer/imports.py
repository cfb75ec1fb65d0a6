"""Files of leads: chosen, looked through, put right, taken over, taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from leadbot import headers
from leadbot.accounts import users
from leadbot.errors import Invalid
from leadbot.models import LeadImport, LeadStatus, LostReason
from leadbot.texts.catalogues import chosen_zone
from leadbot.texts.folding import fold
from leadbot.transfer import imports, imports_written, sheets
from leadbot.web.bodies import takes_large
from leadbot.web.errors import error_text
from leadbot.web.htmx import go, is_htmx, page, part
from leadbot.web.transfer import file_words
from leadbot.web.transfer.exports import XLSX

bp = Blueprint("imports", __name__, url_prefix="/leads")

# What can be wrong with a row, and what to do about it.
FAULTS = {
    "no_phone": (
        lazy_gettext("No phone"),
        lazy_gettext("A lead is a phone. Add one in the file of these rows and import that"),
    ),
    "phone": (
        lazy_gettext("The phone can’t be called: digits are missing or too many"),
        lazy_gettext("Correct it in the file of these rows and import that"),
    ),
    "stage": (lazy_gettext("The stage is unknown"), lazy_gettext("Say below which of your stages it is")),
    "reason": (lazy_gettext("The lost reason is unknown"), lazy_gettext("Say below which of your reasons it is")),
    "no_reason": (
        lazy_gettext("Lost, and no reason is given"),
        lazy_gettext("Choose below with which reason to take them"),
    ),
    "date": (
        lazy_gettext("The date can’t be read"),
        lazy_gettext("Correct it in the file of these rows, or take them with today’s date"),
    ),
    "task": (
        lazy_gettext("The reminder can’t be read or lies too far ahead"),
        lazy_gettext("Correct it in the file of these rows and import that"),
    ),
    "unreadable": (
        lazy_gettext("The row can’t be read: a quotation mark is missing, a cell is too long, or letters are damaged"),
        lazy_gettext("Correct it in the program that wrote the file, and import these rows anew"),
    ),
    "value": (
        lazy_gettext("A value can’t be stored"),
        lazy_gettext("Correct it in the file of these rows and import that"),
    ),
    "known": (
        lazy_gettext("On the board already, or in the file twice"),
        lazy_gettext("Nothing is to be done: the lead that is there stays as it is"),
    ),
}  # fmt: skip


@bp.get("/import")
def ask() -> Response:
    """Which file; while one is being imported, how far that is."""
    users.check_may_write(current_user)
    job = imports.running()
    return go(url_for(".preview", key=job.key)) if job else _asking()


@bp.post("/import")
@takes_large(imports.MOST_BYTES)
def upload() -> Response:
    """Lay the file aside, then show what is in it."""
    file = request.files.get("file")
    try:
        key = imports.keep(file.read() if file else b"", file_words.words(), by=current_user)
    except Invalid as error:
        return _asking(error)
    return go(url_for(".preview", key=key))


@bp.get("/import/<key>")
def preview(key: str) -> Response:
    """What the file would bring, and what is wrong in it; once it is being imported, how far that is."""
    if job := imports.of_key(key):
        users.check_may_write(current_user)
        show = part if is_htmx() else page
        can_undo = imports.can_be_undone(job) and (current_user.is_owner or job.user_id == current_user.id)
        name = f"imports/{'_' if is_htmx() else ''}progress.html"
        return show(name, job=job, can_undo=can_undo, has_left=_has_left(job))
    return _looking(key)


@bp.post("/import/<key>")
def take_over(key: str) -> Response:
    """Let the worker write the good ones down, read as the form says where it says anything."""
    if len(request.form) > 1 and not imports.of_key(key):
        try:
            imports.choose(key, request.form, file_words.words(), by=current_user)
        except Invalid as error:
            return _looking(key, error)
    imports.start(key, file_words.words(), by=current_user)
    return go(url_for(".preview", key=key))


@bp.post("/import/<key>/choices")
def choose(key: str) -> Response:
    """Read the file as the form says, and show it anew."""
    try:
        imports.choose(key, request.form, file_words.words(), by=current_user)
    except Invalid as error:
        return _looking(key, error)
    return go(url_for(".preview", key=key))


@bp.post("/import/<key>/undo")
def undo(key: str) -> Response:
    """Take the whole import back."""
    imports.undo(key, by=current_user)
    return go(url_for(".preview", key=key))


@bp.get("/import/<key>/left.xlsx")
def left(key: str) -> Response:
    """The rows that bring nothing, with what is wrong with each: to be put right and imported anew."""
    job = imports.of_key(key)
    names, rows = imports_written.left(key, file_words.words(), by=current_user, is_over=job is not None)

    def table() -> Iterator[list[sheets.Cell]]:
        yield [_("Line"), _("What is wrong"), *names]
        for fault, cells in rows:
            yield [fault.line, str(FAULTS[fault.kind][0]), *cells]

    with tempfile.TemporaryDirectory(prefix="leadbot-") as folder:
        path = Path(folder) / "left.xlsx"
        sheets.xlsx(path, table(), ZoneInfo(chosen_zone()), widths=[8, 40, *(18 for _name in names)])
        file = path.open("rb")
    return headers.not_kept(send_file(file, XLSX, as_attachment=True, download_name=f"{_('left-out')}.xlsx"))


def _has_left(job: LeadImport) -> bool:
    """There are rows that brought nothing, and they are still at hand."""
    return job.done > job.imported and not job.is_running and imports.is_at_hand(job.key)


def _looking(key: str, error: Invalid | None = None) -> Response:
    sheet = imports.look(key, file_words.words(), by=current_user)
    return page(
        "imports/preview.html",
        422 if error else 200,
        key=key,
        sheet=sheet,
        error=error,
        faults=[(fault, *FAULTS[fault.kind]) for fault in sheet.faults.values()],
        fields=file_words.fields(),
        stages=list(LeadStatus),
        reasons=list(LostReason),
        fold=fold,
    )


def _asking(error: Invalid | None = None) -> Response:
    columns = ", ".join(label for field, label in file_words.headers().items() if field != "id")
    return page(
        "imports/import.html",
        422 if error else 200,
        error=error_text(error) if error else "",
        columns=columns,
        recent=imports.recent(),
    )
