"""What falls due by the clock: a row that fails is put off and looked past, a part that fails holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Api
from flask import Flask
from sqlalchemy import select

from leadbot import jobs
from leadbot.accounts import due_rows
from leadbot.database import outage, tenancy
from leadbot.database.outage import OnceAMinute
from leadbot.database.session import db, utcnow
from leadbot.models import BotUser, Conversation, Source

BAD = due_rows.BATCH + 5


@pytest.fixture
def office(app: Flask, api_almaty: Api) -> Iterator[Api]:
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        yield api_almaty


@pytest.fixture(autouse=True)
def said_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of the same minute have said nothing."""
    for module in (due_rows, jobs):
        monkeypatch.setattr(module, "_spoken", OnceAMinute())


def talks_due(how_many: int) -> list[int]:
    """So many talks whose time has come, the longest waiting first."""
    clients = [BotUser(source=Source.API, client_ref=f"c{number}") for number in range(how_many)]
    db.session.add_all(clients)
    db.session.flush()
    db.session.add_all(Conversation(source=Source.API, bot_user_id=client.id) for client in clients)
    db.session.flush()
    talks = db.session.scalars(select(Conversation).order_by(Conversation.id)).all()
    for number, talk in enumerate(talks):
        talk.nudge_due_at = utcnow() - timedelta(hours=1) + timedelta(seconds=number)
    found = [talk.id for talk in talks]
    db.session.commit()
    return found


def test_rows_that_fail_never_keep_the_others_from_their_turn(office: Api, caplog: pytest.LogCaptureFixture) -> None:
    waiting = talks_due(BAD + 1)
    good, asked = waiting[-1], list[int]()

    def do(talk_id: int) -> bool:
        asked.append(talk_id)
        if talk_id != good:
            raise ZeroDivisionError
        return True

    assert due_rows.each(Conversation.nudge_due_at, do) == 0
    assert due_rows.each(Conversation.nudge_due_at, do) == 1
    assert asked == waiting
    assert len(caplog.records) == 1  # fifty-five failures, one line a minute


def test_a_row_that_failed_comes_again_later_and_is_forgotten_once_it_succeeds(
    office: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = [0.0]
    monkeypatch.setattr(due_rows, "Backoff", lambda *wait: outage.Backoff(*wait, clock=lambda: hand[0]))
    talks_due(1)
    asked: list[float] = []

    def do(talk_id: int) -> bool:
        asked.append(hand[0])
        if len(asked) < 3:
            raise ZeroDivisionError
        talk = db.session.get(Conversation, talk_id)
        assert talk
        talk.nudge_due_at = None
        return True

    for hand[0] in range(0, 60, 5):
        due_rows.each(Conversation.nudge_due_at, do)
    assert asked == [0, 10, 30]


def test_each_part_of_the_sweep_stands_alone(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def broken() -> None:
        done.append("broken")
        raise ZeroDivisionError

    def sound() -> None:
        done.append("sound")

    swept = jobs.Round(app, (broken, sound))
    for _ in range(10):
        swept.go()
    assert done == ["broken", *["sound"] * 10]  # put off, while the other goes on
    assert [record.message.endswith("broken failed and is put off") for record in caplog.records] == [True]
