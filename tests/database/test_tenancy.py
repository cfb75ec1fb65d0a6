"""Whom the session acts for, and the few places that step out of it. The crimes stand in the files beside this one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from two_companies import World, two_companies

import leadbot
from leadbot import create_app
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.database.tenancy import Unscoped
from leadbot.models import Company, Lead, LeadNote, User

world = pytest.fixture(two_companies)
ROOT = Path(leadbot.__file__).parent


UNSAVED: dict[str, Callable[[Lead], object]] = {
    "new": lambda lead: db.session.add(LeadNote(lead_id=lead.id, text="x")),
    "changed": lambda lead: setattr(lead, "name", "x"),
    "deleted": lambda lead: db.session.delete(lead),
}


@pytest.mark.parametrize("change", UNSAVED)
def test_a_switch_with_unsaved_changes_is_refused(world: World, change: str) -> None:
    UNSAVED[change](db.session.get_one(Lead, world.our_lead))
    with pytest.raises(Unscoped):
        tenancy.act_for(world.theirs)


@pytest.mark.parametrize("is_expired", [False, True])
def test_the_identity_map_is_emptied_by_a_switch(world: World, is_expired: bool) -> None:
    kept = db.session.get_one(Lead, world.our_lead)
    if is_expired:
        db.session.expire(kept)
    tenancy.act_for(world.theirs)
    assert kept not in db.session
    assert db.session.get(Lead, world.our_lead) is None


def test_nobody_is_acted_for_in_a_new_session(world: World) -> None:
    assert tenancy.acting_for() == world.ours
    db.session.remove()
    with pytest.raises(Unscoped):
        tenancy.acting_for()


def test_the_block_shows_all_and_ends_with_itself(world: World) -> None:
    def names() -> set[str | None]:
        return set(db.session.scalars(select(Lead.name)))

    with pytest.raises(ZeroDivisionError), tenancy.all_companies():
        assert names() == {"Алматы", "Астана"}
        with tenancy.all_companies():
            pass
        assert names() == {"Алматы", "Астана"}
        print(1 / 0)  # noqa: T201
    assert names() == {"Алматы"}
    with pytest.raises(Unscoped):
        db.session.execute(text("SELECT name FROM leads"))


def test_a_block_within_a_block_takes_nothing_from_the_outer_one(world: World) -> None:
    with tenancy.all_companies():
        theirs = db.session.scalars(select(Lead).where(Lead.id == world.their_lead)).one()
        with tenancy.all_companies():
            pass
        assert theirs in db.session
    assert theirs not in db.session


def test_a_new_company_is_founded_while_nobody_is_acted_for(app: Flask) -> None:
    with app.app_context():
        company = Company(name="x")
        db.session.add(company)
        db.session.flush()
        tenancy.act_for(company.id)
        db.session.commit()
        assert company.name == "x"


@pytest.fixture
def without_the_net(config: Config) -> Iterator[Flask]:

    app = create_app(config.replace(tenancy_net=False))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_without_the_net_the_session_still_keeps_companies_apart(without_the_net: Flask) -> None:
    for world in two_companies(without_the_net):
        assert set(db.session.scalars(select(Lead.name))) == {"Алматы"}
        assert db.session.get(Lead, world.their_lead) is None
        db.session.get_one(Lead, world.our_lead).company_id = world.theirs
        with pytest.raises(Unscoped):
            db.session.flush()
        db.session.rollback()
        with tenancy.all_companies():
            them = db.session.scalars(select(Company).where(Company.id == world.theirs)).one()
        db.session.add(User(email="x", email_key="x", hashed_password="x", company=them))
        with pytest.raises(Unscoped):
            db.session.flush()
        db.session.rollback()
        assert db.session.execute(text("SELECT count(*) FROM leads")).scalar() == 3
        db.session.remove()
        assert db.session.scalars(select(Lead)).all() == []


def _used(*names: str) -> set[str]:
    """Where in leadbot/ any of these names is used: file and outermost function."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for outer in ast.parse(path.read_text()).body:
            for node in ast.walk(outer):
                name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
                if name in names:
                    found.add(f"{path.relative_to(ROOT)} {getattr(outer, 'name', '')}".strip())
    return found


def test_the_ways_out_are_few() -> None:
    assert _used("all_companies") == {
        "accounts/users.py _find",
        "files/storage.py sweep",
        "accounts/companies.py _enter",
        "accounts/companies.py everything",
        "accounts/due_rows.py each",
        "leads/listing.py forget_erased",
        "transfer/erasure.py expire",
        "transfer/exports_job.py carry_on",
        "transfer/exports_job.py due",
        "transfer/imports.py carry_on",
        "transfer/imports.py due",
        "transfer/imports.py sweep",
        "accounts/links.py find",
        "outbox/deliveries.py _find",
        "outbox/deliveries.py due",
        "channels/workplace/work.py _lead",
        "channels/workplace/work.py _notice_anywhere",
        "operations/metrics.py _rows",
        "operations/resealing.py reseal",
        "conversations/widget.py _move",
        "conversations/widget.py _site",
        "conversations/widget.py lines_so_far",
    }


# Past the ORM there is only the net. Who writes or reads so names the company in values and WHERE.
PAST_THE_ORM = {
    "database/session.py": "settings of a connection, SQLite's log",
    "database/migration_steps.py": "the lock of migrations",
    "database/tenancy.py": "the criterion of a table",
    "database/counters.py": "counting by triggers",
    "models/marks.py": "notes by triggers",
    "models/conversation.py": "conditions of indexes",
    "database/owned.py": "conditions of indexes",
    "database/searching.py": "indexes for what is searched",
    "operations/health.py": "SELECT 1",
    "leads/registration.py": "evidence",
    "leads/row.py": "names in JSON, an empty list of it",
    "conversations/talks.py": "lines of a talk",
}
FROM_SQLALCHEMY = {"insert", "text", "Table", "table", "literal_column", "TextClause"}
ATTRIBUTES = {
    "__table__", "local_table", "exec_driver_sql", "raw_connection", "driver_connection", "dbapi_connection",
    "from_statement", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "executemany",
}  # fmt: skip


def _steps_past_the_orm(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            if FROM_SQLALCHEMY & {name.name for name in node.names}:
                return True
        elif (isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES) or _runs_with_rows(node):
            return True
    return False


def _runs_with_rows(node: ast.AST) -> bool:
    """`session.execute(update(Model), [{"id": ...}])` writes by primary key, past all criteria."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"execute", "scalars", "scalar"}
        and (
            any(isinstance(rows, ast.List | ast.ListComp) for rows in node.args[1:])
            or any(word.arg == "params" and isinstance(word.value, ast.List | ast.ListComp) for word in node.keywords)
        )
    )


def test_statements_past_the_orm_stand_in_a_few_files() -> None:
    found = {
        str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if _steps_past_the_orm(ast.parse(path.read_text()))
    }
    assert found == set(PAST_THE_ORM)
