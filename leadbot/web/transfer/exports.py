"""Leads out of the board: XLSX and CSV, a talk as text."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, send_file, stream_with_context, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot import headers
from leadbot.accounts import users
from leadbot.errors import NotFound
from leadbot.leads import records
from leadbot.models import LeadExport, LeadStatus, Source
from leadbot.texts import formats
from leadbot.texts.catalogues import chosen_zone, language
from leadbot.transfer import exports, exports_job, exports_table, sheets
from leadbot.web.htmx import go, is_htmx, page, part
from leadbot.web.leads import board_filter
from leadbot.web.transfer import file_words

bp = Blueprint("exports", __name__, url_prefix="/leads")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/export")
def choose() -> Response:
    """Which leads, and as what."""
    users.check_is_owner(current_user)
    return _choosing()


@bp.post("/export")
def make() -> Response:
    """A workbook at once, or by the worker where it is a large one."""
    users.check_is_owner(current_user)
    only, status = board_filter.chosen().only, _stage()
    if exports.count(only, status) <= exports_job.AT_ONCE_MOST:
        return as_xlsx()
    job = exports_job.start(only, status, file_words.labels(), by=current_user)
    return go(url_for(".progress", key=job.key))


@bp.get("/export/<key>")
def progress(key: str) -> Response:
    """How far a large one is; then where to fetch it."""
    job = exports_job.of_key(key, by=current_user)
    show = part if is_htmx() else page
    is_there = exports_job.file_of(job) is not None
    return show(f"exports/{'_' if is_htmx() else ''}progress.html", job=job, is_there=is_there)


@bp.get("/export/<key>/leads.xlsx")
def fetch(key: str) -> Response:
    """The workbook that the worker has written."""
    job: LeadExport = exports_job.of_key(key, by=current_user)
    path = exports_job.file_of(job)
    if path is None:
        raise NotFound
    return headers.not_kept(send_file(path, XLSX, as_attachment=True, download_name=f"{_file_name()}.xlsx"))


@bp.get("/export.csv")
def as_csv() -> Response:
    """The leads of the filter as CSV, sent while they are read."""
    users.check_is_owner(current_user)
    only, status, labels = board_filter.chosen().only, _stage(), file_words.labels()
    notes, people = exports_table.notes_columns(exports.longest_notes(only, status)), exports.people()
    rows = exports.rows(only, status, by=current_user)
    table = exports_table.table(rows, labels, people, notes, phone=_grouped)
    response = Response(
        stream_with_context(sheets.csv_pieces(table, labels.language, ZoneInfo(labels.zone))), mimetype="text/csv"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name()}.csv"'
    return response


@bp.get("/export.xlsx")
def as_xlsx() -> Response:
    """The leads of the filter as XLSX; of more than are written at once the page says how to get them."""
    users.check_is_owner(current_user)
    only, status = board_filter.chosen().only, _stage()
    if (count := exports.count(only, status)) > exports_job.AT_ONCE_MOST:
        return _choosing(count)
    file = exports_job.at_once(only, status, file_words.labels(), by=current_user)
    return headers.not_kept(send_file(file, XLSX, as_attachment=True, download_name=f"{_file_name()}.xlsx"))


@bp.get("/<int:lead_id>/transcript.txt")
def transcript(lead_id: int) -> Response:
    """The talk of a lead as plain text."""
    lead = records.get(lead_id)
    client = f"{_('Client')} ({' '.join(lead.name.split())})" if lead.name else _("Client")  # whatever he calls himself
    who = {"client": client, "bot": _("Bot"), "manager": _("Manager")}
    lines = [
        f"{formats.day_and_clock(at, chosen_zone())} {who[author]}: {_indented(text)}"
        for at, author, text in exports.transcript(lead)
    ]
    response = Response("\n".join(lines) + "\n", mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="talk-{lead.id}.txt"'
    return response


def _indented(text: str) -> str:
    """A message of several lines: nobody's second line can pass for somebody else's first."""
    return "\n    ".join(text.splitlines())


def _choosing(too_many: int = 0) -> Response:
    chosen = board_filter.chosen()
    return page(
        "exports/export.html",
        stages=list(LeadStatus),
        sources=list(Source),
        asked=request.values,
        kept=chosen.values,
        words=chosen.words,
        too_many=too_many,
        language=language(),
    )


def _grouped(phone: str) -> str:
    """In a CSV file eleven digits in a row would be a number to a spreadsheet."""
    return formats.phone(phone).replace(formats.NBSP, " ")


def _stage() -> LeadStatus | None:
    asked = request.values.get("stage", "")
    return LeadStatus(asked) if asked in set(LeadStatus) else None


def _file_name() -> str:
    return f"leads-{formats.local(datetime.now().astimezone(), chosen_zone()):%Y-%m-%d}"
