"""A migration made as CONTRIBUTING says is numbered, and reaches an installation that is there already."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import databases
import history
import pytest
from sqlalchemy import create_engine, inspect, text
from test_migrations import flask_db

from leadbot.config import ROOT
from leadbot.database.migrate import newest

pytestmark = pytest.mark.slow

COLUMN = "    favourite_colour: Mapped[str | None] = mapped_column(String(20))\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the command line needs, compiled as it is."""
    for name in ("leadbot", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / "checkout" / name)
    for name in ("wsgi.py", ".flaskenv"):
        shutil.copy(ROOT / name, tmp_path / "checkout" / name)
    return tmp_path / "checkout"


@pytest.fixture(params=databases.KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An installation with rows, as it is today."""
    with history.at(request.param, newest(), tmp_path) as url:
        yield url


def run(url: str, checkout: Path, *command: str) -> str:
    process = flask_db(url, checkout.parent, *command, root=checkout)
    said = process.communicate(timeout=300)[0]
    assert process.returncode == 0, said
    return said


def test_a_new_column_reaches_an_installation_with_data(url: str, checkout: Path) -> None:
    model = checkout / "leadbot" / "models" / "lead.py"
    model.write_text(model.read_text().replace("    language: Mapped[str]", COLUMN + "    language: Mapped[str]", 1))
    run(url, checkout, "migrate", "-m", "a favourite colour")
    number = f"{int(newest()) + 1:04}"
    made = checkout / "migrations" / "versions" / f"{number}_a_favourite_colour.py"
    assert f"revision = '{number}'" in made.read_text()
    changes = [line.strip() for line in made.read_text().splitlines() if "batch_op." in line]
    assert len(changes) == 2 and all("favourite_colour" in line for line in changes), changes
    run(url, checkout, "upgrade")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == number
        assert "favourite_colour" in {column["name"] for column in inspect(connection).get_columns("leads")}
        assert connection.scalar(text("SELECT count(*) FROM leads")) == 6
        assert connection.execute(text("SELECT leads_new FROM companies")).scalars().all() == [3, 3]
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # test_migrations.py compares on both
def test_nothing_is_made_where_nothing_has_changed(url: str, checkout: Path) -> None:
    before = set((checkout / "migrations" / "versions").glob("*.py"))
    run(url, checkout, "migrate", "-m", "nothing")
    assert set((checkout / "migrations" / "versions").glob("*.py")) == before


FILLING = """
    from leadbot.database.migration_steps import create_index, in_batches

    create_index("ix_leads_by_the_book", "leads", ["company_id", "area_m2"])
    in_batches("leads", lambda connection, first, last: connection.execute(
        sa.text("UPDATE leads SET status = 'won', area_m2 = :last WHERE id BETWEEN :first AND :last"),
        {"first": first, "last": last},
    ), batch=2)
"""


def test_rows_are_filled_in_batches_and_stay_counted(url: str, checkout: Path) -> None:
    run(url, checkout, "revision", "-m", "fill something")
    [made] = (checkout / "migrations" / "versions").glob("*_fill_something.py")
    assert made.name == f"{int(newest()) + 1:04}_fill_something.py"  # an empty one is numbered too
    made.write_text(made.read_text().replace("    pass\n", FILLING, 1))
    run(url, checkout, "upgrade")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT area_m2 FROM leads ORDER BY id")).scalars().all() == [2, 2, 4, 4, 6, 6]
        assert connection.execute(text("SELECT leads_won FROM companies")).scalars().all() == [3, 3]
        assert "ix_leads_by_the_book" in {index["name"] for index in inspect(connection).get_indexes("leads")}
    engine.dispose()
