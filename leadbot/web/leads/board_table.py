"""The table of leads: the board's filters, columns to sort by, many moved at once and put back at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from leadbot.errors import Invalid
from leadbot.leads import board, board_table, filters
from leadbot.models import LeadStatus, LostReason
from leadbot.web.errors import error_text
from leadbot.web.htmx import go, page
from leadbot.web.leads import board_filter
from leadbot.web.wording import stage_label

bp = Blueprint("board_table", __name__)
UNDO = "undo_moves"  # in the session: what the last bulk move changed, shown once


@bp.get("/board/table")
def show() -> Response:
    """A page of leads."""
    return _shown()


@bp.post("/board/table/move")
def move() -> Response:
    """Move the picked leads to a stage; with `undo` back to where they were."""
    try:
        note = _put_back() if "undo" in request.form else _moved()
    except Invalid as error:
        return _shown(error)
    return go(_with_query(url_for(".show")), note=note)


def _with_query(url: str) -> str:
    """With the filter and the order that this request came with."""
    query = request.query_string.decode("latin-1")
    return f"{url}?{query}" if query else url


def _moved() -> str:
    picked = [board_table.Picked(*pair) for each in request.form.getlist("pick") if len(pair := _numbers(each)) == 2]
    to = _stage(request.form.get("status", ""))
    if to is None:
        raise Invalid("Choose a stage", field="status")
    ways, missed = board_table.move(picked, to, by=current_user, reason=request.form.get("reason"))
    session[UNDO] = [
        [way.id, way.version, way.status.value, way.reason.value if way.reason else "", way.was_free] for way in ways
    ]
    note = _("Moved to “%(stage)s”", stage=stage_label(to)) + f": {len(ways)}"
    return f"{note}. {_left(missed)}" if missed else note


def _put_back() -> str:
    ways = [
        board_table.Way(
            int(lead), int(version), LeadStatus(status), LostReason(reason) if reason else None, bool(rest and rest[0])
        )
        for lead, version, status, reason, *rest in session.pop(UNDO, [])
    ]
    done, missed = board_table.undo(ways, by=current_user)
    note = f"{_('Undone')}: {done}"
    return f"{note}. {_left(missed)}" if missed else note


def _left(missed: int) -> str:
    text: str = ngettext("%(num)s was changed by others and stays", "%(num)s were changed by others and stay", missed)
    return text


def _shown(error: Invalid | None = None) -> Response:
    chosen = board_filter.chosen()
    sort = request.args.get("sort", "")
    sort = sort if sort in board_table.SORTS else "created"
    is_down = {"1": True, "0": False}.get(request.args.get("down", ""), sort == "created")
    stage = _stage(request.args.get("stage", ""))
    number = request.args.get("page", 1, type=int)
    found = board_table.page(chosen.only, stage=stage, sort=sort, is_down=is_down, number=number)
    context: dict[str, Any] = {"kept": chosen.values, "chosen": chosen, "sort": sort, "is_down": is_down}
    return page(
        "board/table.html",
        error.status if error else 200,
        found=found,
        stage=stage,
        people=board.people(),
        cities=filters.cities(),
        statuses=list(LeadStatus),
        reasons=list(LostReason),
        moving=_with_query(url_for(".move")),
        error=error_text(error) if error else "",
        picked=request.form.getlist("pick"),
        chosen_reason=request.form.get("reason", ""),
        chosen_stage=request.form.get("status", ""),
        can_undo=bool(session.get(UNDO)) and not error,
        **context,
    )


def _stage(value: str) -> LeadStatus | None:
    return LeadStatus(value) if value in list(LeadStatus) else None


def _numbers(text: str) -> list[int]:
    """«42.3» as two numbers; nothing where it is something else."""
    parts = text.split(".")
    return [int(part) for part in parts] if all(p.isascii() and p.isdecimal() and len(p) < 10 for p in parts) else []
