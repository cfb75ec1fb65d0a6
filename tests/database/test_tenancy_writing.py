"""One company tries to write another's rows: each way is refused, or leaves them as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import aliased
from two_companies import World, two_companies

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.database.tenancy import Unscoped, is_own
from leadbot.models import Company, Lead, LeadNote, LeadStatus, Source, User

world = pytest.fixture(two_companies)
LEADS, USERS = Lead.__table__, User.__table__


def a_lead(company_id: int | None = None, **more: Any) -> dict[str, Any]:
    values = {"source": Source.API, "phone": "1", "phone_e164": "+1", **more}
    return values if company_id is None else {**values, "company_id": company_id}


def upsert(kind: Any) -> Any:
    """An INSERT with ON CONFLICT, as the database at hand has it."""
    return (sqlite if db.engine.dialect.name == "sqlite" else postgresql).insert(kind)


def execute(statement: Any, rows: Any = None) -> None:
    db.session.execute(statement, rows)


def changed(world: World) -> Lead:
    theirs = world.lead_of_theirs()
    db.session.add(theirs)
    theirs.name = "x"
    return theirs


def inside_the_block(world: World) -> None:
    with tenancy.all_companies():
        db.session.scalars(select(Lead).where(Lead.id == world.their_lead)).one().name = "x"
        db.session.flush()


def their_record(world: World) -> None:
    with tenancy.all_companies():
        db.session.scalars(select(Company).where(Company.id == world.theirs)).one().name = "x"
        db.session.flush()


def their_record_deleted(world: World) -> None:
    with tenancy.all_companies():
        db.session.delete(db.session.scalars(select(Company).where(Company.id == world.theirs)).one())
        db.session.flush()


def taken_over(world: World) -> None:
    with tenancy.all_companies():
        db.session.scalars(select(Lead).where(Lead.id == world.their_lead)).one().company_id = world.ours
        db.session.flush()


def deleted(world: World) -> None:
    theirs = world.lead_of_theirs()
    db.session.add(theirs)
    db.session.delete(theirs)


def merged(world: World) -> None:
    theirs = world.lead_of_theirs()
    theirs.name = "x"
    db.session.merge(theirs)


def by_relationship(world: World) -> None:
    with tenancy.all_companies():
        theirs = db.session.scalars(select(Company).where(Company.id == world.theirs)).one()
    db.session.add(User(email="x", email_key="x", hashed_password="x", company=theirs))


def moved_by_relationship(world: World) -> None:
    with tenancy.all_companies():
        theirs = db.session.scalars(select(Company).where(Company.id == world.theirs)).one()
    db.session.scalars(select(User)).one().company = theirs


def moved(world: World) -> None:
    db.session.get_one(Lead, world.our_lead).company_id = world.theirs


def in_a_savepoint(world: World) -> None:
    with db.session.begin_nested():
        db.session.add(Lead(**a_lead(world.theirs)))


# What a flush, or a statement, would write; the world is that of World's.
REFUSED: dict[str, Callable[[World], object]] = {
    "a new row of theirs": lambda w: db.session.add(Lead(**a_lead(w.theirs))),
    "a new row of theirs in a savepoint": in_a_savepoint,
    "a new row of theirs by relationship": by_relationship,
    "a changed row of theirs": changed,
    "a changed row of theirs, in the block": inside_the_block,
    "their company's record": their_record,
    "their company's record deleted": their_record_deleted,
    "a row of theirs made ours": taken_over,
    "a deleted row of theirs": deleted,
    "a merged row of theirs": merged,
    "a row of ours given away": moved,
    "a person of ours given away": moved_by_relationship,
    "bulk_save_objects": lambda w: db.session.bulk_save_objects([Lead(**a_lead(w.theirs))]),
    "bulk_insert_mappings": lambda w: db.session.bulk_insert_mappings(Lead, [a_lead(w.theirs)]),
    "bulk_update_mappings that moves": lambda w: db.session.bulk_update_mappings(
        User, [{"id": 1, "company_id": w.theirs}]
    ),
    "insert() with values": lambda w: execute(insert(Lead).values(a_lead(w.theirs))),
    "insert() without a company": lambda w: execute(insert(LEADS).values(a_lead())),
    "insert() of rows": lambda w: execute(insert(Lead), [a_lead(w.ours), a_lead(w.theirs)]),
    "insert() of rows, returned": lambda w: execute(
        insert(Lead).returning(Lead.id, sort_by_parameter_order=True), [a_lead(w.ours), a_lead(w.theirs)]
    ),
    "insert() into a Core table": lambda w: execute(insert(LEADS), [a_lead(w.theirs)]),
    "insert() from a select": lambda w: execute(
        insert(LeadNote).from_select(["company_id", "lead_id", "text"], select(literal(w.theirs), Lead.id, Lead.name))
    ),
    "insert() from a select's column": lambda w: execute(
        insert(LeadNote).from_select(["company_id", "lead_id", "text"], select(Lead.company_id, Lead.id, Lead.name))
    ),
    "an upsert onto a row of theirs": lambda w: execute(
        upsert(Lead)
        .values(a_lead(w.ours, id=w.their_lead))
        .on_conflict_do_update(index_elements=["id"], set_={"name": "x"})
    ),
    "an upsert that moves a row": lambda w: execute(
        upsert(Lead)
        .values(a_lead(w.ours, id=w.our_lead))
        .on_conflict_do_update(index_elements=["id"], set_={"company_id": w.theirs}, where=is_own(Lead))
    ),
    "update() to another company": lambda w: execute(update(Lead).values(company_id=w.theirs)),
    "update() by column": lambda w: execute(update(Lead).values({Lead.company_id: w.theirs})),
    "update() by key that moves": lambda w: execute(update(User), [{"id": 1, "company_id": w.theirs}]),
    "update() fed from a Core table": lambda w: execute(
        update(Lead).values(name=select(USERS.c.email).scalar_subquery())
    ),
    "update() from a Core table": lambda w: execute(
        update(LEADS).values(name=USERS.c.email).where(USERS.c.id == LEADS.c.id)
    ),
    "delete() by a Core table": lambda w: execute(delete(LEADS).where(LEADS.c.id.in_(select(USERS.c.id)))),
    "textual UPDATE": lambda w: execute(text("UPDATE leads SET name = 'x'")),
    "textual UPDATE with OR": lambda w: execute(
        text("UPDATE leads SET name = 'x' WHERE leads.company_id = :me OR leads.id = 2"), {"me": w.ours}
    ),
    "textual DELETE": lambda w: execute(text("DELETE FROM leads WHERE id = 2")),
    "textual INSERT": lambda w: execute(
        text("INSERT INTO lead_notes (company_id, lead_id, text) VALUES (:them, :lead, 'x')"),
        {"them": w.theirs, "lead": w.their_lead},
    ),
    "the driver's own": lambda w: db.session.connection().exec_driver_sql("DELETE FROM leads WHERE company_id = 2"),
}  # fmt: skip

HARMLESS: dict[str, Callable[[World], object]] = {
    "update()": lambda w: execute(update(Lead).values(name="x")),
    "update() by their id": lambda w: execute(update(Lead).where(Lead.id == w.their_lead).values(name="x")),
    "update() by key": lambda w: execute(update(User), [{"id": 2, "name": "x"}]),
    "update() of an alias": lambda w: execute(update(aliased(Lead)).values(name="x")),
    "update() of a Core table": lambda w: execute(update(LEADS).values(name="x")),
    "update() of companies": lambda w: execute(update(Company).values(name="x")),
    "update() that returns": lambda w: execute(update(Lead).values(name="x").returning(Lead.id)),
    "update() evaluated": lambda w: execute(
        update(Lead).values(status=LeadStatus.WON).execution_options(synchronize_session="evaluate")
    ),
    "update() fetched": lambda w: execute(
        update(Lead).values(status=LeadStatus.WON).execution_options(synchronize_session="fetch")
    ),
    "an old query's update": lambda w: db.session.query(Lead).update({"name": "x"}),
    "bulk_update_mappings": lambda w: db.session.bulk_update_mappings(User, [{"id": 2, "name": "x"}]),
    "delete()": lambda w: execute(delete(LeadNote)),
    "delete() by their id": lambda w: execute(delete(Lead).where(Lead.id == w.their_lead)),
    "delete() of a Core table": lambda w: execute(delete(LeadNote.__table__)),
    "delete() that returns": lambda w: execute(delete(LeadNote).returning(LeadNote.text)),
    "an old query's delete": lambda w: db.session.query(LeadNote).delete(),
    "a note at a lead of theirs": lambda w: db.session.add(LeadNote(lead_id=w.their_lead, text="x")),
    "a note of ours moved to a lead of theirs": lambda w: execute(update(LeadNote).values(lead_id=w.their_lead)),
    "their id taken": lambda w: db.session.add(Lead(**a_lead(w.ours, id=w.their_lead))),
}


@pytest.mark.parametrize("crime", REFUSED)
def test_a_write_across_the_line_is_refused(world: World, crime: str) -> None:
    before = world.rows_of_theirs()
    with pytest.raises(Unscoped):
        REFUSED[crime](world)
        db.session.flush()
    db.session.rollback()
    assert world.rows_of_theirs() == before


@pytest.mark.parametrize("crime", HARMLESS)
def test_a_write_leaves_their_rows_alone(world: World, crime: str) -> None:
    before = world.rows_of_theirs()
    try:
        HARMLESS[crime](world)
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
    assert world.rows_of_theirs() == before


def _by_the_session(world: World) -> None:
    db.session.get_one(Lead, world.our_lead).company_id = world.theirs
    db.session.flush()


def _by_the_database(world: World) -> None:
    db.session.add(LeadNote(lead_id=world.their_lead, text="x"))
    db.session.flush()


def _in_a_savepoint(world: World) -> None:
    with db.session.begin_nested():
        db.session.add(LeadNote(lead_id=world.their_lead, text="x"))


def _by_somebody_else(world: World) -> None:
    @event.listens_for(db.session, "before_flush", once=True)
    def fail(*args: object) -> None:
        raise Unscoped("early")

    db.session.get_one(Lead, world.our_lead).name = "x"
    db.session.flush()


@pytest.mark.parametrize("fail", [_by_the_session, _by_the_database, _in_a_savepoint, _by_somebody_else])
@pytest.mark.parametrize("tidies_up", [True, False])
def test_a_flush_that_failed_leaves_the_next_statement_guarded(
    world: World, fail: Callable[[World], None], tidies_up: bool
) -> None:
    with pytest.raises((Unscoped, IntegrityError)):
        fail(world)
    if tidies_up or fail is not _in_a_savepoint:
        db.session.rollback()
    for statement in (text("SELECT name FROM leads"), insert(LEADS).values(a_lead(world.theirs))):
        with pytest.raises(Unscoped):
            db.session.connection().execute(statement)


def test_without_a_company_nothing_owned_is_written(app: Flask, world: World) -> None:
    db.session.remove()
    with pytest.raises(Unscoped):
        db.session.execute(update(Lead).values(name="x"))
    db.session.add(Lead(**a_lead()))
    with pytest.raises(Unscoped):
        db.session.flush()


def test_a_flush_names_the_company_in_every_statement(world: World) -> None:
    seen: list[str] = []
    lead = db.session.get_one(Lead, world.our_lead)
    db.session.delete(db.session.scalars(select(LeadNote)).one())
    lead.name = "x"
    db.session.add(LeadNote(lead_id=lead.id, text="new"))
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    db.session.commit()
    verbs = {sql.split()[0]: sql for sql in seen}
    assert set(verbs) == {"UPDATE", "INSERT", "DELETE"}
    assert "leads.company_id = " in verbs["UPDATE"].partition("WHERE")[2]
    assert "lead_notes.company_id = " in verbs["DELETE"].partition("WHERE")[2]


def test_honest_writing_goes_on(world: World) -> None:
    ids = db.session.scalars(
        insert(Lead).returning(Lead.id, sort_by_parameter_order=True),
        [a_lead(world.ours, name="b"), a_lead(world.ours, name="c")],
    ).all()
    execute(update(User), [{"id": 1, "language": "kk"}])
    copied = select(literal(world.ours), Lead.id, Lead.name).where(is_own(Lead), Lead.id.in_(ids))
    execute(
        insert(LeadNote).from_select(
            ["company_id", "lead_id", "text", "created_at"], copied.add_columns(Lead.created_at)
        )
    )
    again = upsert(Lead).values(a_lead(world.ours, id=ids[0]))
    execute(again.on_conflict_do_update(index_elements=["id"], set_={"city": "Алматы"}, where=is_own(Lead)))
    db.session.commit()
    names = db.session.scalars(select(LeadNote.text).where(LeadNote.lead_id.in_(ids)).order_by(LeadNote.lead_id))
    assert list(names) == ["b", "c"]
    assert db.session.get_one(Lead, ids[0]).city == "Алматы"
