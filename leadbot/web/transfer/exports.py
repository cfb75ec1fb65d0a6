"""Leads out of the board and into it: CSV and XLSX, a talk as text, a file of leads with what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from flask import Blueprint, Response, request, send_file, stream_with_context, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from leadbot import headers
from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.errors import Invalid
from leadbot.fields import Place
from leadbot.leads import registration
from leadbot.models import LeadStatus, LostReason, Source
from leadbot.texts import formats, names
from leadbot.texts.catalogues import chosen_zone, language
from leadbot.texts.folding import fold
from leadbot.texts.languages import LANGUAGES
from leadbot.transfer import exports, imports, imports_rows, sheets
from leadbot.transfer.exports import Exported
from leadbot.transfer.imports_rows import Words
from leadbot.web.bodies import takes_large
from leadbot.web.errors import said
from leadbot.web.htmx import go, is_htmx, page, part
from leadbot.web.leads import board_filter
from leadbot.web.wording import own_stages, reason_label, source_label, stage_label, usual_stages

bp = Blueprint("exports", __name__, url_prefix="/leads")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/export")
def choose() -> Response:
    """Which leads, and as what."""
    users.check_is_owner(current_user)
    return page(
        "exports/export.html",
        stages=list(LeadStatus),
        sources=list(Source),
        asked=request.args,
        kept=board_filter.chosen().values,
    )


@bp.get("/export.csv")
def as_csv() -> Response:
    """The leads of the filter as CSV, sent while they are read."""
    pieces = sheets.csv_pieces(_table(_grouped))
    response = Response(stream_with_context(pieces), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name()}.csv"'
    return response


@bp.get("/export.xlsx")
def as_xlsx() -> Response:
    """The leads of the filter as XLSX."""
    file = sheets.xlsx(_table(str))
    return headers.not_kept(send_file(file, XLSX, as_attachment=True, download_name=f"{_file_name()}.xlsx"))


@bp.get("/<int:lead_id>/transcript.txt")
def transcript(lead_id: int) -> Response:
    """The talk of a lead as plain text."""
    lead = registration.get(lead_id)
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
        key = imports.keep(file.read() if file else b"", _words(), by=current_user)
    except Invalid as error:
        return _asking(error)
    return go(url_for(".preview", key=key))


@bp.get("/import/<key>")
def preview(key: str) -> Response:
    """What the file would bring, and what is wrong in it; once it is being imported, how far that is."""
    if job := imports.of_key(key):
        users.check_may_write(current_user)
        show = part if is_htmx() else page
        return show(f"imports/{'_' if is_htmx() else ''}progress.html", job=job)
    sheet = imports.look(key, _words(), by=current_user)
    columns = dict(_columns())
    faults = [
        (each.line, f"{columns.get(each.error.field or '', '')}: {said(each.error)}".removeprefix(": "))
        for each in sheet.faults
    ]
    return page("imports/preview.html", key=key, sheet=sheet, faults=faults)


@bp.post("/import/<key>")
def take_over(key: str) -> Response:
    """Let the worker write the good ones down."""
    imports.start(key, _words(), by=current_user)
    return go(url_for(".preview", key=key))


def _asking(error: Invalid | None = None) -> Response:
    columns = ", ".join(label for _key, label in _columns())
    return page("imports/import.html", 422 if error else 200, error=said(error) if error else "", columns=columns)


def _headers() -> list[str]:
    """The first line but for the details, in the order of `Exported`."""
    return [
        _("Number"), _("Created"), _("Stage"), _("Lost reason"), _("Name"), _("Phone"), _("City"), _("Object"),
        _("Area"), _("Summary"), _("Language"), _("Source"), _("Assignee"), _("Notes"), _("Call back"), _("What about"),
    ]  # fmt: skip


def _columns(place: Place = Place.IMPORT) -> list[tuple[str, str]]:
    """Keys and names of all columns: those of every company, then the details that its table of fields shows there."""
    table = company_settings.fields()
    details = ((row.key, names.label(row.key, language(), table)) for row in table.details if place in row.shows)
    return [*zip(Exported._fields[:-1], _headers(), strict=True), *details]


def _grouped(phone: str) -> str:
    """In a CSV file eleven digits in a row would be a number to a spreadsheet."""
    return formats.phone(phone).replace(formats.NBSP, " ")


def _table(shown_phone: Callable[[str], str]) -> Iterator[list[str]]:
    """The first line and the leads, in the reader's language and the company's time."""
    rows, people, zone, speaks = (
        exports.rows(board_filter.chosen().only, _stage(), by=current_user),
        exports.people(),
        chosen_zone(),
        language(),
    )
    stages, sources = {each: stage_label(each) for each in LeadStatus}, {each: source_label(each) for each in Source}
    reasons = {each.value: reason_label(each) for each in LostReason}
    columns = _columns(Place.EXPORT)
    details = [key for key, _label in columns[len(Exported._fields) - 1 :]]

    def lines() -> Iterator[list[str]]:
        yield [label for _key, label in columns]
        for lead in rows:
            yield _line(lead)

    def _line(lead: Exported) -> list[str]:
        return [
            str(lead.id), formats.day_and_clock(lead.created_at, zone), stages[lead.status],
            reasons.get(lead.lost_reason or "", ""), lead.name or "", shown_phone(lead.phone),
            names.city(lead.city, speaks) or "", names.object_type(lead.object_type, speaks) or "",
            lead.area or "", lead.summary, lead.language, sources[lead.source], people.get(lead.assignee_id or 0, ""),
            lead.notes, formats.day_and_clock(lead.call_at, zone) if lead.call_at else "", lead.call_about,
            *(names.value(key, lead.details[key], speaks) if key in lead.details else "" for key in details),
        ]  # fmt: skip

    return lines()


def _words() -> Words:
    """What columns, stages, reasons and sources are called in every language, folded, to their keys."""
    columns: dict[str, str] = {}
    stages: dict[str, str] = {}
    reasons: dict[str, str] = {}
    sources: dict[str, str] = {}
    for each in LANGUAGES:
        with force_locale(each):
            columns |= {fold(label): key.removesuffix("_id") for key, label in reversed(_columns())}
            reasons |= {fold(reason_label(reason)): reason.value for reason in LostReason}
            sources |= {fold(source_label(source)): source.value for source in Source}
    columns |= {fold(field): field for field in imports_rows.FIELDS}
    also = ((fold(name), field) for field, names in imports_rows.also().items() for name in names)
    columns = {**dict(also), **columns}
    stages |= {fold(name): stage for called in usual_stages().values() for stage, name in called.items()}
    stages |= {fold(stage.value): stage.value for stage in LeadStatus}
    for stage, name in own_stages().items():
        stages |= {fold(name): stage, fold(stage_label(stage)): stage}
    reasons |= {fold(reason.value): reason.value for reason in LostReason}
    sources |= {fold(source.value): source.value for source in Source}
    return Words(columns, stages, reasons, sources)


def _stage() -> LeadStatus | None:
    asked = request.args.get("stage", "")
    return LeadStatus(asked) if asked in set(LeadStatus) else None


def _file_name() -> str:
    return f"leads-{formats.local(datetime.now().astimezone(), chosen_zone()):%Y-%m-%d}"
