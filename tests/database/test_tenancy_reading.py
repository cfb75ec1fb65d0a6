"""One company tries to read another's rows: each way brings its own only, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Select, exists, func, literal, or_, select, text, union_all
from sqlalchemy.exc import InvalidRequestError, NoResultFound
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload, subqueryload
from sqlalchemy.orm.exc import ObjectDeletedError
from two_companies import THEIRS, World, two_companies

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.database.tenancy import Unscoped, is_own
from leadbot.models import Company, Lead, LeadNote, User

world = pytest.fixture(two_companies)
L = aliased(Lead)
LEADS, USERS = Lead.__table__, User.__table__


def run(statement: Any, **values: object) -> list[Any]:
    return [cell for row in db.session.execute(statement, values).unique() for cell in row]


def session_get(world: World) -> list[Any]:
    return [db.session.get(Lead, world.their_lead)]


def session_get_one(world: World) -> list[Any]:
    with pytest.raises(NoResultFound):
        db.session.get_one(Lead, world.their_lead)
    return []


def get_for_update(world: World) -> list[Any]:
    return [db.session.get(Lead, world.their_lead, with_for_update=True, populate_existing=True)]


def refresh_of_theirs(world: World) -> list[Any]:
    theirs = world.lead_of_theirs()
    db.session.add(theirs)
    theirs.name = "?"
    with pytest.raises((InvalidRequestError, Unscoped)):
        db.session.refresh(theirs)
    db.session.rollback()
    return []


def expired_row_of_theirs(world: World) -> list[Any]:
    theirs = world.lead_of_theirs()
    db.session.add(theirs)
    db.session.expire(theirs)
    with pytest.raises(ObjectDeletedError):
        return [theirs.name]
    return []


def relationship_of_theirs(world: World) -> list[Any]:
    theirs = world.lead_of_theirs()
    db.session.add(theirs)
    return [theirs.assignee]


def left_in_the_session_by_a_block(world: World) -> list[Any]:
    with tenancy.all_companies():
        kept = db.session.scalars(select(Lead)).all()
    assert len(kept) == 3
    return [db.session.get(Lead, lead.id) for lead in kept]


def left_in_the_session_before_anybody_was_acted_for(world: World) -> list[Any]:
    db.session.remove()
    with tenancy.all_companies():
        kept = db.session.scalars(select(Lead)).all()
    tenancy.act_for(world.ours)
    return [db.session.get(Lead, lead.id) for lead in kept]


def left_in_the_session_by_a_switch(world: World) -> list[Any]:
    tenancy.act_for(world.theirs)
    kept = db.session.get_one(Lead, world.their_lead)
    tenancy.act_for(world.ours)
    assert kept not in db.session
    return [db.session.get(Lead, world.their_lead)]


def a_statement_built_for_theirs(world: World) -> list[Any]:
    statement = select(Lead).options(selectinload(Lead.assignee))
    tenancy.act_for(world.theirs)
    assert len(db.session.scalars(statement).all()) == 2
    tenancy.act_for(world.ours)
    return list(db.session.scalars(statement))


def an_old_query(world: World) -> list[Any]:
    return [*db.session.query(Lead), *db.session.query(Lead).filter_by(id=world.their_lead)]


BRINGS_OURS: dict[str, Callable[[], Select[Any]] | Callable[[World], list[Any]]] = {
    "a column": lambda: select(Lead.name),
    "whole rows": lambda: select(Lead),
    "an alias": lambda: select(L.name).where(L.phone.is_not(None)),
    "a row and an alias of another": lambda: select(Lead.name, L.name).join(L, L.id != Lead.id),
    "a subquery": lambda: select(select(Lead.id, Lead.name).subquery().c.name),
    "an entity of a subquery": lambda: select(aliased(Lead, select(Lead).subquery())),
    "a CTE": lambda: select(select(Lead.name).cte().c.name),
    "a recursive CTE": lambda: _recursive(),
    "a scalar subquery": lambda: select(select(func.max(Lead.name)).scalar_subquery()),
    "a correlated subquery": lambda: select(
        Company.id, select(func.max(Lead.name)).where(Lead.company_id == Company.id).scalar_subquery()
    ),
    "exists": lambda: select(literal(THEIRS)).where(exists().where(Lead.name == THEIRS)),
    "in a subquery": lambda: select(User.name).where(User.company_id.in_(select(Lead.company_id))),
    "a join": lambda: select(Lead.name, User.name).join(User, User.company_id == Lead.company_id),
    "a join on nothing": lambda: select(Lead.name, User.name).join(User, literal(value=True)),
    "an outer join": lambda: select(User.name, Lead.name).outerjoin(Lead, literal(value=True)),
    "a union": lambda: union_all(select(Lead.name), select(L.name)),
    "an OR": lambda: select(Lead.name).where(or_(Lead.company_id == 2, Lead.id > 0)),
    "their number": lambda: select(Lead.name).where(Lead.company_id == 2),
    "their id": lambda: select(Lead).where(Lead.id == 2),
    "companies": lambda: select(Company.name),
    "users": lambda: select(User.email_key),
    "joined loading": lambda: select(User).options(joinedload(User.company)),
    "joined loading of others": lambda: select(Lead).options(joinedload(Lead.assignee)),
    "loading by a second select": lambda: select(Lead).options(selectinload(Lead.assignee)),
    "loading by a subquery": lambda: select(LeadNote).options(subqueryload(LeadNote.user)),
    "loading through a join": lambda: select(Lead).join(Lead.assignee).options(contains_eager(Lead.assignee)),
    "grouped": lambda: select(Lead.name, func.count()).group_by(Lead.name).having(func.count() > 0),
    "locked": lambda: select(Lead).with_for_update(of=Lead),
    "session.get": session_get,
    "session.get_one": session_get_one,
    "session.get for update": get_for_update,
    "refresh of a row of theirs": refresh_of_theirs,
    "an expired row of theirs": expired_row_of_theirs,
    "what hangs on a row of theirs": relationship_of_theirs,
    "objects of a block": left_in_the_session_by_a_block,
    "objects from before": left_in_the_session_before_anybody_was_acted_for,
    "objects of a switch": left_in_the_session_by_a_switch,
    "a statement that ran for theirs": a_statement_built_for_theirs,
    "an old query": an_old_query,
}


def _recursive() -> Select[Any]:
    first = select(Lead.id, Lead.name).where(Lead.id == 1).cte(recursive=True)
    every = first.union_all(select(Lead.id, Lead.name).where(Lead.id == first.c.id + 1))
    return select(every.c.name)


@pytest.mark.parametrize("crime", BRINGS_OURS)
def test_a_read_brings_only_our_own(world: World, crime: str) -> None:
    how: Any = BRINGS_OURS[crime]
    found = how(world) if how.__code__.co_argcount else run(how())
    assert THEIRS not in "".join(str(cell) for cell in found)
    rows = [cell for cell in found if isinstance(cell, Lead | User | LeadNote)]
    assert {row.company_id for row in rows} <= {world.ours}


@pytest.mark.parametrize(
    "count",
    [
        lambda: select(func.count()).select_from(Lead),
        lambda: select(func.count(Lead.id)),
        lambda: select(func.count()).select_from(select(Lead.id).subquery()),
        lambda: select(select(func.count(L.id)).scalar_subquery()),
        lambda: select(func.count()).where(exists().where(Lead.name == THEIRS).is_(False)),
    ],
)
def test_a_count_counts_only_our_own(world: World, count: Callable[[], Any]) -> None:
    assert run(count()) == [1]


REFUSED: dict[str, Callable[[], Any]] = {
    "a full join": lambda: select(User.name, Lead.name).outerjoin(Lead, User.id == Lead.id, full=True),
    "a window": lambda: select(func.first_value(Lead.name).over(order_by=Lead.name.desc())),
    "a Core table": lambda: select(LEADS),
    "a column of a Core table": lambda: select(LEADS.c.id),
    "class and Core table mixed": lambda: select(Lead.id, USERS.c.email).where(USERS.c.id == Lead.assignee_id),
    "a Core table in a subquery": lambda: select(Lead.id).where(Lead.id.in_(select(LEADS.c.id))),
    "a Core table in exists": lambda: select(literal(1)).where(exists(select(USERS.c.id))),
    "a Core table in one half of a union": lambda: union_all(select(Lead.name), select(LEADS.c.name)),
    "ours twice in one half of a union": lambda: union_all(
        select(LEADS.c.name).where(is_own(Lead), is_own(Lead)), select(LEADS.c.name)
    ),
    "is_own() or another": lambda: select(LEADS.c.name).where(or_(is_own(Lead), LEADS.c.id == 2)),
    "is_own() in the select list": lambda: select(LEADS.c.name, is_own(Lead)),
    "is_own() in the order": lambda: select(LEADS.c.name).order_by(is_own(Lead)),
    "is_own() in having": lambda: select(LEADS.c.name).group_by(LEADS.c.name, LEADS.c.company_id).having(is_own(Lead)),
    "is_own() in the ON of an outer join": lambda: select(LEADS.c.name).outerjoin_from(
        LEADS, USERS, is_own(Lead) & is_own(User)
    ),
    "is_own() of another table": lambda: select(LEADS.c.name).join_from(LEADS, USERS, is_own(User)),
    "not is_own()": lambda: select(LEADS.c.name).where(~(is_own(Lead) & (LEADS.c.id > 0))),
    "their number as a value": lambda: select(LEADS.c.name).where(LEADS.c.company_id == 2),
    "textual SQL": lambda: text("SELECT name FROM leads"),
    "textual SQL in odd case": lambda: text("SELECT name FROM LeAdS"),
    "rows from textual SQL": lambda: select(Lead).from_statement(text("SELECT * FROM leads")),
    "textual FROM": lambda: select(text("name")).select_from(text("leads")),
    "a textual filter": lambda: select(Lead.id).where(text("1=1 OR leads.id IN (SELECT id FROM leads)")),
    "a textual OR": lambda: select(LEADS.c.name).where(text("leads.company_id = :me OR leads.id = 2")).params(me=1),
}


@pytest.mark.parametrize("crime", REFUSED)
def test_what_cannot_be_scoped_is_refused(world: World, crime: str) -> None:
    with pytest.raises(Unscoped):
        run(REFUSED[crime]())


BARE: dict[str, Callable[[], object]] = {
    "select": lambda: db.session.connection().execute(select(LEADS)),
    "text": lambda: db.session.connection().execute(text("SELECT name FROM leads")),
    "driver": lambda: db.session.connection().exec_driver_sql("SELECT name FROM leads"),
    "another connection": lambda: _with_engine(),
    "a query for a table": lambda: db.session.query(LEADS).all(),
    "a savepoint": lambda: _in_a_savepoint(),
}


def _with_engine() -> None:
    db.session.rollback()  # one writer at a time
    with db.engine.connect() as other:
        other.execute(text("SELECT name FROM leads"))


def _in_a_savepoint() -> None:
    with db.session.begin_nested():
        db.session.execute(text("SELECT name FROM leads"))


@pytest.mark.parametrize("crime", BARE)
def test_a_bare_connection_does_not_get_past(world: World, crime: str) -> None:
    with pytest.raises(Unscoped):
        BARE[crime]()


@pytest.mark.parametrize("statement", [select(Lead), select(func.count()).select_from(Lead), select(Company)])
def test_without_a_company_nothing_owned_is_read(world: World, statement: Any) -> None:
    db.session.remove()
    with pytest.raises(Unscoped):
        db.session.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        select(Lead.name),
        select(LEADS.c.name).where(is_own(Lead)),
        select(L.name),
        select(select(Lead.name).subquery().c.name),
        select(Lead.name).where(exists().where(LeadNote.text == Lead.name)),
        select(User.name).join(Lead, Lead.assignee_id == User.id).distinct(),
    ],
)
def test_a_compiled_statement_asks_anew_whose_rows_are_meant(world: World, statement: Any) -> None:
    names = []
    for company in (world.ours, world.theirs, world.ours):
        tenancy.act_for(company)
        names.append(set(run(statement)))
    assert names == [{"Алматы"}, {THEIRS}, {"Алматы"}]


def test_a_compiled_relationship_asks_anew_whose_rows_are_meant(world: World) -> None:
    for loading in (selectinload, joinedload, subqueryload):
        for company, name in ((world.ours, "Алматы"), (world.theirs, THEIRS), (world.ours, "Алматы")):
            tenancy.act_for(company)
            db.session.expunge_all()
            notes = db.session.scalars(select(LeadNote).options(loading(LeadNote.user))).all()
            assert [note.user.name for note in notes if note.user] == [name]
            assert {lead.assignee.name for lead in db.session.scalars(select(Lead)) if lead.assignee} == {name}


def test_honest_reading_goes_on(world: World) -> None:
    lead = db.session.get_one(Lead, world.our_lead)
    db.session.refresh(lead, with_for_update=True)
    db.session.expire_all()
    assert lead.name == "Алматы"
    assert lead.assignee is not None
    assert lead.assignee.company.name == "Алматы"
    core = select(LEADS.c.name, USERS.c.name).join_from(
        LEADS, USERS, (USERS.c.id == LEADS.c.assignee_id) & is_own(User)
    )
    assert run(core.where(is_own(Lead))) == ["Алматы", "Алматы"]
    assert run(text("SELECT leads.name FROM leads WHERE leads.company_id = :me"), me=world.ours) == ["Алматы"]
    assert run(text("SELECT 1")) == [1]
