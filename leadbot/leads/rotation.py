"""New leads given out in turn. Who got one still has to take it: until then the clock of untaken leads runs."""

from __future__ import annotations

from sqlalchemy import select

from leadbot.accounts import audit, users
from leadbot.bot import company_settings
from leadbot.database.session import db
from leadbot.errors import Invalid
from leadbot.models import AuditEvent, Role, User

# Whom leads go to, by what is chosen; "" gives nothing out.
ROLES: dict[str, tuple[Role, ...]] = {
    "": (),
    "managers": (Role.MANAGER,),
    "everybody": (Role.MANAGER, Role.OWNER),
}


def next_person() -> User | None:
    """Whose turn it is: the next by id of those who can take leads now. Part of the caller's transaction; None where
    nothing is given out or nobody is there."""
    if not company_settings.company().deals_to:
        return None
    own = company_settings.company(lock=True)  # two leads that come at once go to two people
    able = select(User).where(User.role.in_(ROLES[own.deals_to]), User.is_enabled, User.removed_at.is_(None))
    people = list(db.session.scalars(able.order_by(User.id)))
    if not people:
        return None
    chosen = next((each for each in people if each.id > (own.dealt_to_id or 0)), people[0])
    own.dealt_to_id = chosen.id
    return chosen


def choose(deals_to: str, *, by: User) -> None:
    """Set whom new leads go to in turn. Raises Invalid, Forbidden for anyone but an owner."""
    users.check_is_owner(by)
    if deals_to not in ROLES:
        raise Invalid("This value is not right", field="deals_to")
    company_settings.company(lock=True).deals_to = deals_to
    audit.note(by.id, AuditEvent.TURNS)
    db.session.commit()
