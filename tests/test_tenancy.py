"""The guard reads like a list of crimes: each is tried by one company against another, and none pays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import delete, exists, func, insert, literal, select, text, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.orm.exc import StaleDataError

from leadbot import plain, tenancy
from leadbot.db import db
from leadbot.models import Company, Lead, LeadNote, LeadStatus, Source, User
from leadbot.tenancy import Unscoped


@dataclass
class World:
    """Two companies with a lead each; we act for the first."""

    ours: int
    theirs: int
    our_lead: int
    their_lead: int


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        ids = [_company_with_lead(name) for name in ("Алматы", "Астана")]
        tenancy.act_for(ids[0][0])
        yield World(ids[0][0], ids[1][0], ids[0][1], ids[1][1])


def _company_with_lead(name: str) -> tuple[int, int]:
    db.session.remove()
    company = Company(name=name)
    db.session.add(company)
    db.session.flush()
    tenancy.act_for(company.id)
    db.session.add(User(email=f"{name}@b.kz", email_key=f"{name}@b.kz", hashed_password="x"))
    lead = Lead(source=Source.MANUAL, phone="87010000000", phone_e164="+77010000000", name=name)
    db.session.add(lead)
    db.session.commit()
    ids = company.id, lead.id
    db.session.remove()
    return ids


L = aliased(Lead)
READS: dict[str, Callable[[], object]] = {
    "class": lambda: select(Lead.id),
    "whole rows": lambda: select(Lead),
    "count over from": lambda: select(func.count()).select_from(Lead),
    "count of rows": lambda: select(func.count(Lead.id)),
    "alias": lambda: select(L.id),
    "column of an alias with a filter": lambda: select(L.name).where(L.phone.is_not(None)),
    "subquery": lambda: select(select(Lead.id, Lead.name).subquery().c.name),
    "cte": lambda: select(select(Lead.id).cte().c.id),
    "scalar subquery": lambda: select(select(func.count(Lead.id)).scalar_subquery()),
    "correlated subquery": lambda: select(
        Company.id, select(func.count(Lead.id)).where(Lead.company_id == Company.id).scalar_subquery()
    ),
    "exists": lambda: select(literal(1)).where(exists().where(Lead.name == "Астана")),
    "in a subquery": lambda: select(User.id).where(User.company_id.in_(select(Lead.company_id))),
    "join": lambda: select(Lead.id, User.id).join(User, User.company_id == Lead.company_id),
    "outer join": lambda: select(User.id, Lead.id).outerjoin(Lead, Lead.company_id == User.company_id),
    "union": lambda: union_all(select(Lead.id), select(L.id)),
    "by their id": lambda: select(Lead).where(Lead.id == 2),
    "companies": lambda: select(Company.name),
    "users": lambda: select(User.email_key),
    "eager": lambda: select(User).options(joinedload(User.company)),
}


@pytest.mark.parametrize("crime", READS)
def test_a_read_brings_only_our_own(world: World, crime: str) -> None:
    rows = db.session.execute(READS[crime]()).unique().all()
    flat = [value for row in rows for value in row]
    assert all(v.company_id == world.ours for v in flat if isinstance(v, Lead | User))
    plain = {v for v in flat if isinstance(v, int | str)}
    assert not plain & {"Астана", "Астана@b.kz"}
    if crime not in {"companies", "users", "count over from", "count of rows", "scalar subquery"}:
        assert world.their_lead not in plain
    if crime in {"count over from", "count of rows", "scalar subquery"}:
        assert flat == [1]
    if crime == "exists":
        assert flat == []


REFUSED: dict[str, Callable[[], object]] = {
    "a Core table": lambda: select(Lead.__table__),
    "a column of a Core table": lambda: select(Lead.__table__.c.id),
    "class and Core table mixed": lambda: select(Lead.id, User.__table__.c.email),
    "a Core table in a subquery": lambda: select(Lead.id).where(Lead.id.in_(select(Lead.__table__.c.id))),
    "a Core table in exists": lambda: select(literal(1)).where(exists(select(User.__table__.c.id))),
    "textual SQL": lambda: text("SELECT * FROM leads"),
    "textual SQL in odd case": lambda: text('SELECT * FROM "LEADS"'),
    "rows from textual SQL": lambda: select(Lead).from_statement(text("SELECT * FROM leads")),
    "textual FROM": lambda: select(text("name")).select_from(text("leads")),
    "textual filter": lambda: select(Lead.id).where(text("1=1 OR leads.id IN (SELECT id FROM leads)")),
    "insert()": lambda: insert(Lead).values(company_id=2, phone="1", phone_e164="+1", source="api"),
    "insert() into a Core table": lambda: insert(Lead.__table__).values(company_id=2, phone="1"),
    "update() to another company": lambda: update(Lead).values(company_id=2),
    "update() by column": lambda: update(Lead).values({Lead.company_id: 2}),
    "update() of a Core table": lambda: update(Lead.__table__).values(name="x"),
    "update() fed from a Core table": lambda: update(Lead).values(
        name=select(User.__table__.c.email).scalar_subquery()
    ),
    "delete() of a Core table": lambda: delete(Lead.__table__),
}


@pytest.mark.parametrize("crime", REFUSED)
def test_what_cannot_be_scoped_is_refused(world: World, crime: str) -> None:
    with pytest.raises(Unscoped):
        db.session.execute(REFUSED[crime]())


@pytest.mark.parametrize("crime", ["select", "text", "driver", "engine", "insert"])
def test_a_bare_connection_does_not_get_past(world: World, crime: str) -> None:
    connection = db.session.connection()
    run: dict[str, Callable[[], object]] = {
        "select": lambda: connection.execute(select(Lead.__table__)),
        "text": lambda: connection.execute(text("SELECT name FROM leads")),
        "driver": lambda: connection.exec_driver_sql("SELECT name FROM leads"),
        "engine": lambda: _with_engine(),
        "insert": lambda: connection.execute(insert(Lead.__table__).values(company_id=world.theirs)),
    }
    with pytest.raises(Unscoped):
        run[crime]()


def _with_engine() -> None:
    db.session.rollback()  # one writer at a time
    with db.engine.connect() as other:
        other.execute(text("SELECT name FROM leads"))


def test_plain_statements_keep_to_our_own(world: World) -> None:
    leads = plain.table(Lead)
    found = select(leads.c.id, leads.c.company_id).order_by(leads.c.id)
    with pytest.raises(Unscoped):
        plain.run(found)
    values = {"company_id": world.theirs, "source": Source.API, "phone": "1", "phone_e164": "+1"}
    [new] = plain.put(Lead, values, want_ids=True)
    assert plain.run(found.where(plain.own(Lead))).all() == [(world.our_lead, world.ours), (new, world.ours)]
    tenancy.act_for(world.theirs)
    assert plain.run(found.where(plain.own(Lead))).all() == [(world.their_lead, world.theirs)]


def test_a_row_is_saved_by_a_plain_statement_as_a_flush_would(world: World) -> None:
    ours = db.session.get_one(Lead, world.our_lead)
    ours.name = "x"
    plain.save(ours)
    assert not db.session.dirty
    ours.company_id = world.theirs
    with pytest.raises(Unscoped):
        plain.save(ours)
    db.session.rollback()
    assert ours.name == "Алматы"
    db.session.execute(delete(Lead).execution_options(synchronize_session=False))
    ours.name = "y"
    with pytest.raises(StaleDataError):
        plain.save(ours)


def test_a_health_check_stays_possible(world: World) -> None:
    assert db.session.execute(text("SELECT 1")).scalar() == 1


def test_without_a_company_nothing_owned_is_touched(app: Flask, world: World) -> None:
    db.session.remove()
    for statement in (select(Lead), select(func.count()).select_from(Lead), update(Lead).values(name="x")):
        with pytest.raises(Unscoped):
            db.session.execute(statement)
    db.session.add(Lead(source=Source.API, phone="1", phone_e164="+1"))
    with pytest.raises(Unscoped):
        db.session.flush()


def test_their_row_is_not_found_by_id(world: World) -> None:
    assert db.session.get(Lead, world.their_lead) is None
    assert db.session.get(Lead, world.our_lead) is not None


def test_update_and_delete_spare_their_rows(world: World) -> None:
    db.session.execute(update(Lead).values(name="x"))
    db.session.execute(update(Lead).where(Lead.id == world.their_lead).values(status=LeadStatus.WON))
    db.session.execute(delete(Lead).where(Lead.id == world.their_lead))
    db.session.commit()
    db.session.remove()
    tenancy.act_for(world.theirs)
    theirs = db.session.get_one(Lead, world.their_lead)
    assert (theirs.name, theirs.status) == ("Астана", LeadStatus.NEW)


@pytest.mark.parametrize("how", ["add", "bulk_save_objects", "bulk_insert_mappings", "executemany"])
def test_a_row_for_another_company_is_refused(world: World, how: str) -> None:
    values = {"company_id": world.theirs, "source": Source.API, "phone": "1", "phone_e164": "+1"}
    with pytest.raises(Unscoped):
        if how == "add":
            db.session.add(Lead(**values))
            db.session.flush()
        elif how == "bulk_save_objects":
            db.session.bulk_save_objects([Lead(**values)])
        elif how == "bulk_insert_mappings":
            db.session.bulk_insert_mappings(Lead, [values])
        else:
            db.session.execute(insert(Lead), [values, values])


def test_a_bulk_update_by_mappings_is_refused(world: World) -> None:
    with pytest.raises(Unscoped):
        db.session.bulk_update_mappings(User, [{"id": 2, "name": "x"}])


def test_a_row_does_not_move_by_assignment(world: World) -> None:
    db.session.get_one(Lead, world.our_lead).company_id = world.theirs
    with pytest.raises(Unscoped):
        db.session.flush()


def test_the_failed_flush_does_not_leave_the_door_open(world: World) -> None:
    db.session.get_one(Lead, world.our_lead).company_id = world.theirs
    with pytest.raises(Unscoped):
        db.session.flush()
    db.session.rollback()
    with pytest.raises(Unscoped):
        db.session.connection().execute(text("SELECT name FROM leads"))


def test_a_note_cannot_point_at_their_lead(world: World) -> None:
    db.session.add(LeadNote(lead_id=world.their_lead, text="x"))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_another_company_record_cannot_be_written(world: World) -> None:
    theirs = db.session.scalars(
        select(Company).where(Company.id == world.theirs), execution_options=tenancy.ALL_COMPANIES
    ).one()
    theirs.name = "x"
    with pytest.raises(Unscoped):
        db.session.flush()


def test_the_identity_map_is_emptied_by_a_switch(world: World) -> None:
    kept = db.session.get_one(Lead, world.our_lead)
    tenancy.act_for(world.theirs)
    assert kept not in db.session
    assert db.session.get(Lead, world.our_lead) is None


def test_a_switch_with_unsaved_changes_is_refused(world: World) -> None:
    db.session.get_one(Lead, world.our_lead).name = "x"
    with pytest.raises(Unscoped):
        tenancy.act_for(world.theirs)


def test_the_ways_out_are_few(world: World) -> None:
    from pathlib import Path

    import leadbot

    root = Path(leadbot.__file__).parent
    users = set()
    for path in root.rglob("*.py"):
        text = path.read_text().lower()
        if "all_companies" in text or "find_of_any" in text:
            users.add(str(path.relative_to(root)))
    assert users == {
        "tenancy.py",
        "plain.py",
        "services/accounts.py",
        "services/attachments.py",
        "services/outbox.py",
        "services/vitals.py",
        "services/companies.py",
        "services/erasing.py",
        "services/imports.py",
        "services/due.py",
        "services/telegram_work.py",
        "services/links.py",
        "services/widget.py",
    }
