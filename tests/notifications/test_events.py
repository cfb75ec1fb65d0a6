"""What is published is heard: in order, in the publisher's transaction, by its own application alone."""

from __future__ import annotations

from collections.abc import Iterator

import databases
import pytest
from flask import Flask
from sqlalchemy import select

from leadbot import create_app, events
from leadbot.accounts import users
from leadbot.config import Config
from leadbot.conversations import chat, talks
from leadbot.database.session import db, publish_after_commit
from leadbot.events import Dispatcher, InvitationMade, LeadCreated, LeadMoved, PasswordResetAsked, RowsWaiting
from leadbot.leads import moving
from leadbot.models import Lead, LeadStatus, Source, User
from leadbot.state import state_of

HAPPENED = LeadCreated(1)


def heard_by(app: Flask, kind: type) -> list[object]:
    """Whatever of this kind the application publishes from now on."""
    heard: list[object] = []
    state_of(app).events.on(kind, heard.append)
    return heard


@pytest.fixture
def owner(app: Flask) -> Iterator[User]:
    with app.app_context():
        yield users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")


def lead(phone: str = "87768776637") -> Lead:
    found = chat.receive(chat.Incoming(Source.API, phone, f"Хочу дом 150 м² в Алматы, Канат, {phone}")).lead
    assert found
    return found


def test_hearers_are_called_in_the_order_they_were_named_in() -> None:
    dispatcher, heard = Dispatcher(), []
    dispatcher.on(LeadCreated, lambda event: heard.append("first"), lambda event: heard.append("second"))
    dispatcher.on(LeadCreated, lambda event: heard.append(event))
    dispatcher.on(LeadMoved, lambda event: pytest.fail("another event"))
    dispatcher.publish(HAPPENED)
    assert heard == ["first", "second", HAPPENED]


def test_a_hearer_that_fails_stops_those_behind_it() -> None:
    dispatcher = Dispatcher()
    dispatcher.on(LeadCreated, lambda event: 1 / 0, lambda event: pytest.fail("too late"))
    with pytest.raises(ZeroDivisionError):
        dispatcher.publish(HAPPENED)


def test_what_a_hearer_raises_ends_the_transaction_of_the_lead(app: Flask, owner: User) -> None:
    state_of(app).events.on(LeadCreated, lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lead()
    db.session.rollback()
    assert db.session.scalars(select(Lead)).all() == []


def test_what_happens_to_a_lead_is_published_once(app: Flask, owner: User) -> None:
    created, moved, taken = (heard_by(app, kind) for kind in (LeadCreated, LeadMoved, events.LeadTaken))
    card = lead()
    assert created == [LeadCreated(card.id)] and not moved
    moving.move(card, LeadStatus.ESTIMATE, by=owner)
    moving.move(card, LeadStatus.ESTIMATE, by=owner)  # stands there already
    moving.assign(card, owner, by=owner)
    assert (moved, taken) == ([LeadMoved(card.id)], [events.LeadTaken(card.id)])


def test_the_same_person_from_another_talk_is_published_as_repeated(app: Flask, owner: User) -> None:
    created, repeated = (heard_by(app, kind) for kind in (LeadCreated, events.LeadRepeated))
    first, again = lead(), chat.receive(chat.Incoming(Source.API, "other", "Хочу баню, Канат, 87768776637"))
    talk = talks.find(Source.API, "other")
    assert talk and again.lead
    assert (created, repeated) == ([LeadCreated(first.id)], [events.LeadRepeated(first.id, talk.id)])


def test_what_waits_for_a_commit_is_published_by_it_once(app: Flask, owner: User) -> None:
    heard = heard_by(app, RowsWaiting)
    for name in ("email", "email", "imports"):
        publish_after_commit(RowsWaiting(name))
    assert heard == []
    db.session.execute(select(Lead))
    db.session.commit()
    assert heard == [RowsWaiting("email"), RowsWaiting("imports")]
    db.session.execute(select(Lead))
    db.session.commit()
    assert len(heard) == 2


def test_what_is_rolled_back_is_never_published(app: Flask, owner: User) -> None:
    heard = heard_by(app, RowsWaiting)
    db.session.execute(select(Lead))
    publish_after_commit(RowsWaiting("email"))
    db.session.rollback()
    db.session.execute(select(Lead))
    db.session.commit()
    assert heard == []


def test_applications_of_one_process_hear_nothing_of_each_other(app: Flask, config: Config, owner: User) -> None:
    other = create_app(config.replace(port=8001))
    databases.share_compiled(other)
    heard = heard_by(other, RowsWaiting)
    publish_after_commit(RowsWaiting("email"))
    db.session.execute(select(Lead))
    db.session.commit()
    events.publish(RowsWaiting("email"))
    assert heard == []
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_an_event_that_is_printed_tells_no_link() -> None:
    said = (
        f"{InvitationMade('a@b.kz', 'https://x/join/key', 1, 'owner')} {PasswordResetAsked(1, 'https://x/reset/key')}"
    )
    assert "key" not in said
