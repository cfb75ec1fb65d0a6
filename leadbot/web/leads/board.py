"""The board: columns of cards, live for every open browser."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from leadbot.accounts import users
from leadbot.conversations import hot_lane
from leadbot.leads import board, filters, take_timer
from leadbot.models import LeadStatus, LostReason
from leadbot.reports import onboarding
from leadbot.web.htmx import page, part
from leadbot.web.leads import board_filter
from leadbot.web.leads.cards import Faces

bp = Blueprint("board", __name__)


@bp.get("/board")
def show() -> Response:
    """The four open stages; or the list of a closed one, where ?stage= names it."""
    return page("board/board.html", **_shown(_stage()), cities=filters.cities(), start=onboarding.state())


@bp.get("/board/tools")
def tools() -> Response:
    """What needs no place on the first page: the menu of all cards, the lost reason, the form of a new lead."""
    users.check_may_write(current_user)
    return part("board/_tools.html", statuses=list(LeadStatus), reasons=list(LostReason), typed={}, errors={})


@bp.get("/board/live")
def live() -> Response:
    """The board again if it changed since version `v`, else 204.

    Where a card says how many minutes it waits, the version bears the minute it was drawn in.
    """
    version, _, minute = request.args.get("v", "").partition(":")
    if version == str(board.current_version()) and minute in ("", take_timer.minute()):
        return Response(status=204)
    return part("board/_board.html", **_shown(_stage()))


def _shown(stage: LeadStatus) -> dict[str, Any]:
    chosen = board_filter.chosen()
    stages = board.OPEN_STAGES if stage.is_open else (stage,)
    most = {status: max(board.CARDS, request.args.get(status.value, 0, type=int)) for status in stages}
    found = board.shown(stages, most=most, only=chosen.only)
    faces = Faces(found.people, found.now)
    ticks = any(faces.has_waiting(column.cards) for column in found.columns if column.status is LeadStatus.NEW)
    return {
        "board": found,
        "faces": faces,
        "stage": stage,
        "first": board.CARDS,
        "step": board.MORE,
        "version": f"{found.version}:{take_timer.minute(found.now)}" if ticks else str(found.version),
        "chosen": chosen,
        "kept": chosen.values,
        "lane": hot_lane.lane(),
    }


def _stage() -> LeadStatus:
    try:
        return LeadStatus(request.args.get("stage", ""))
    except ValueError:
        return LeadStatus.NEW
