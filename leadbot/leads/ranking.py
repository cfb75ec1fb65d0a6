"""The order within a column, as people arrange it: each card has a rank, the highest stands on top."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select, update

from leadbot.accounts import users
from leadbot.database.session import db
from leadbot.errors import Conflict
from leadbot.leads import board, moving
from leadbot.models import Lead, LeadStatus, User

STEP = 1_000_000  # between cards that are moved apart, in the nanoseconds that ranks are
BELOW_ALL = 1_000_000_000
RANK_MOST = 2**62


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a card shall stand: under the card `above` or over the card `below`, by id; else on top.

    A card that has left the column meanwhile says nothing; `above` is asked first. `shift` is one place "up" or "down"
    from where it stands, `rank` the very place it had before.
    """

    above: int | None = None
    below: int | None = None
    shift: str = ""
    rank: int | None = None


def move(
    lead: Lead,
    to: LeadStatus,
    spot: Spot,
    *,
    by: User,
    version: int | None = None,
    reason: str | None = None,
    frees: bool = False,
) -> Lead:
    """Move a card to a place of a stage; within its own stage nothing else changes, not even its version.

    Raises what leads.move raises.
    """
    users.check_may_write(by)
    if version is not None and version != lead.version:
        raise Conflict("This card has already been moved", fresh=lead)
    rank = _rank(lead, to, spot)
    if lead.status is not to or to is LeadStatus.LOST:
        return moving.move(lead, to, by=by, version=version, reason=reason, rank=rank, frees=frees)
    if rank is not None and rank != lead.rank:
        _put(lead.id, rank)
        board.touch()
    db.session.commit()
    return lead


def _rank(lead: Lead, to: LeadStatus, spot: Spot) -> int | None:
    if spot.rank is not None:
        return max(0, min(spot.rank, RANK_MOST))
    if spot.shift and lead.status is to:
        return _rank_beside(lead, is_up=spot.shift == "up")
    return _rank_at(spot, to, lead)


def _rank_at(spot: Spot, stage: LeadStatus, moving: Lead) -> int:
    above, below = _card(spot.above, stage, moving), _card(spot.below, stage, moving)
    if above is not None:
        below = _next(above, stage, moving, is_up=False)
    elif below is not None:
        above = _next(below, stage, moving, is_up=True)
    if above is None:
        return max(time.time_ns(), below.rank + STEP if below else 0)
    if below is None:
        return int(above.rank) - BELOW_ALL
    middle = (above.rank + below.rank) // 2
    return int(middle) if below.rank < middle < above.rank else _make_room(above, below, stage, moving)


def _rank_beside(lead: Lead, *, is_up: bool) -> int | None:
    """The rank one place further up or down in the lead's column; None where it is the first or last already."""
    beside = _next(lead, lead.status, lead, is_up=is_up)
    if beside is None:
        return None
    if not is_up:
        return _rank_at(Spot(above=beside.id), lead.status, lead)
    over = _next(beside, lead.status, lead, is_up=True)
    return _rank_at(Spot(above=over.id) if over else Spot(below=beside.id), lead.status, lead)


def _put(lead_id: int, rank: int) -> None:
    """The version stays as it is, so that nobody's move is refused for it."""
    db.session.execute(update(Lead).where(Lead.id == lead_id).values(rank=rank, updated_at=Lead.updated_at))


def _card(lead_id: int | None, stage: LeadStatus, moving: Lead) -> Any:
    if lead_id is None:
        return None
    return db.session.execute(_cards(stage, moving).where(Lead.id == lead_id)).first()


def _next(card: Any, stage: LeadStatus, moving: Lead, *, is_up: bool) -> Any:
    """The neighbour of a card, the moving one left out."""
    if is_up:
        beyond = or_(Lead.rank > card.rank, and_(Lead.rank == card.rank, Lead.id > card.id))
        order = (Lead.rank.asc(), Lead.id.asc())
    else:
        beyond = or_(Lead.rank < card.rank, and_(Lead.rank == card.rank, Lead.id < card.id))
        order = (Lead.rank.desc(), Lead.id.desc())
    return db.session.execute(_cards(stage, moving).where(beyond).order_by(*order).limit(1)).first()


def _make_room(above: Any, below: Any, stage: LeadStatus, moving: Lead) -> int:
    """Push the cards from `above` upwards apart, as far as they stand too close; the rank that has become free."""
    free = int(below.rank) + STEP
    upwards = or_(Lead.rank > above.rank, and_(Lead.rank == above.rank, Lead.id >= above.id))
    needed = free
    for card in db.session.execute(_cards(stage, moving).where(upwards).order_by(Lead.rank, Lead.id)).all():
        needed += STEP
        if card.rank >= needed:
            break
        _put(card.id, needed)
    return free


def _cards(stage: LeadStatus, moving: Lead) -> Any:
    return select(Lead.id, Lead.rank).where(Lead.status == stage, Lead.id != moving.id)
