"""What the database notes itself is what is there, after whatever is done to talks and leads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import databases
import history
import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from sqlalchemy import delete, select, text, update

from leadbot import create_app
from leadbot.database import tenancy
from leadbot.database.migrate import upgrade
from leadbot.database.session import db, utcnow
from leadbot.leads import merging, moving
from leadbot.models import Lead, LeadEvent, LeadStatus, Message, User, marks
from leadbot.transfer import erasure

WRONG = {
    "messages": f"SELECT id, answered_by FROM messages WHERE author = 'client' AND "
    f"coalesce(answered_by, '') <> coalesce({marks.ANSWERED_BY}, '')",
    "leads": f"SELECT id, touched_at FROM leads WHERE coalesce(touched_at, '2000-01-01 00:00:00.000000') <> "
    f"coalesce({marks.TOUCHED_AT}, '2000-01-01 00:00:00.000000')",
}


def wrong() -> list[object]:
    """The rows whose mark is another than what is found by looking for it."""
    with tenancy.all_companies():
        found = [row for sql in WRONG.values() for row in db.session.execute(text(sql))]
    db.session.rollback()
    return found


BEFORE = (
    "UPDATE messages SET conversation_id = 1 + 3 * (id / 4), seq = id, answers_seq = NULL",
    "UPDATE messages SET author = 'bot', answers_seq = 1 WHERE id = 2",
    "UPDATE messages SET author = 'manager' WHERE id = 6",
    "UPDATE lead_events SET lead_id = 1, created_at = '2026-11-24 09:00:00.000000' WHERE id IN (1, 2)",
    "UPDATE lead_events SET created_at = '2026-11-24 09:30:00.000000' WHERE id = 2",
)


@pytest.mark.parametrize("kind", databases.KINDS)
def test_an_upgrade_notes_what_has_been(kind: str, tmp_path: Path) -> None:
    with history.at(kind, "0023", tmp_path) as url:
        app = create_app(history.settings(url, tmp_path))
        with app.app_context():
            with tenancy.all_companies(), db.engine.begin() as connection:
                for statement in BEFORE:
                    connection.execute(text(statement))
            upgrade()
            assert wrong() == []
            with tenancy.all_companies(), db.engine.connect() as connection:
                lines = connection.scalars(text("SELECT answered_by FROM messages ORDER BY id")).all()
                first = str(connection.scalar(text("SELECT touched_at FROM leads WHERE id = 1")))
            assert lines == ["bot", None, None, "manager", "manager", None]
            assert first.startswith("2026-11-24 09:30:00")
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def owner(app: Flask, almaty: Web) -> Iterator[User]:
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        yield db.session.scalars(select(User)).one()


def test_lines_answered_by_bot_and_manager(api_almaty: Api, almaty: Web, owner: User) -> None:
    api_almaty.say("a", "Хочу дом")
    almaty.post("/conversations/1/take")
    for said in ("Вы тут?", "Ау"):
        api_almaty.say("a", said)
    assert wrong() == []
    noted = select(Message.answered_by).where(Message.author == "client").order_by(Message.seq)
    assert db.session.scalars(noted).all() == ["bot", None, None]
    almaty.post("/conversations/1/messages", {"text": "Да, слушаю вас"})
    assert db.session.scalars(noted).all() == ["bot", "manager", "manager"]
    assert wrong() == []
    for line in db.session.scalars(select(Message).where(Message.author != "client").order_by(Message.seq.desc())):
        db.session.execute(delete(Message).where(Message.id == line.id))
        db.session.commit()
        assert wrong() == []
    assert db.session.scalars(noted).all() == [None] * 3


def test_leads_touched_moved_merged_taken_apart_and_erased(api_almaty: Api, almaty: Web, owner: User) -> None:
    for number in range(3):
        contract_dialogue(api_almaty, f"c{number}", f"8776877663{number}")
    one, two, three = db.session.scalars(select(Lead).order_by(Lead.id))
    assert (one.touched_at, two.touched_at, three.touched_at) == (None, None, None)
    moving.move(two, LeadStatus.IN_PROGRESS, by=owner)
    moving.assign(three, owner, by=owner)
    assert wrong() == []
    db.session.execute(update(Lead).where(Lead.id == 1).values(created_at=utcnow() + timedelta(hours=1)))
    db.session.commit()
    db.session.expire_all()
    merged = merging.merge(one, two, {}, by=owner, versions=(one.version, two.version))
    assert wrong() == []
    db.session.refresh(one)
    assert one.touched_at is not None and one.touched_at.year == 9999, "all was done before it came"
    merging.unmerge(one, merged.id, by=owner)
    assert wrong() == []
    erasure.erase(erasure.of_lead(three), by=owner)
    assert wrong() == []


def test_whatever_comes_and_goes_in_whatever_order(api_almaty: Api, almaty: Web, owner: User) -> None:
    """By plain rows: events set back, moved and deleted."""
    for number in range(3):
        contract_dialogue(api_almaty, f"c{number}", f"8776877663{number}")
    chance = random.Random(13)
    for _ in range(40):
        lead_id, when = chance.randint(1, 3), utcnow() + timedelta(minutes=chance.randint(-90, 90))
        found = db.session.scalars(select(LeadEvent.id).where(LeadEvent.user_id.is_not(None))).all()
        one = chance.choice(found or [0])
        match chance.choice(("put", "put", "move", "delete", "set back")):
            case "put":
                by = chance.choice((owner.id, None))
                db.session.add(LeadEvent(lead_id=lead_id, user_id=by, kind="edited", created_at=when))
            case "move":
                db.session.execute(update(LeadEvent).where(LeadEvent.id == one).values(lead_id=lead_id))
            case "delete":
                db.session.execute(delete(LeadEvent).where(LeadEvent.id == one))
            case _:
                db.session.execute(update(Lead).where(Lead.id == lead_id).values(created_at=when))
        db.session.commit()
        assert wrong() == []
