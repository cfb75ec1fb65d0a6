"""The order within a column: by drag (between which cards), one place up or down, and in spite of others."""

from __future__ import annotations

import pytest
from conftest import Web
from flask import Flask
from making import put_leads
from sqlalchemy import update
from test_web_board import HTMX, cards

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Lead, LeadEvent, LeadStatus


@pytest.fixture
def four(app: Flask, almaty: Web) -> Web:
    """Four new leads: 4 is on top, 1 at the bottom."""
    put_leads(app, almaty.company_id, 4, status=LeadStatus.NEW)
    return almaty


def new(web: Web) -> list[int]:
    return cards(web.get("/board").text, "new")


def put(web: Web, lead: int, status: str = "new", **place: object) -> int:
    form = {"status": status, "version": 1, **place}
    return web.post(f"/leads/{lead}/move", form, headers=HTMX).status_code


@pytest.mark.parametrize(
    ("lead", "place", "order"),
    [
        (1, {"above": 4, "below": 3}, [4, 1, 3, 2]), (1, {"above": "", "below": 4}, [1, 4, 3, 2]),
        (4, {"above": 1}, [3, 2, 1, 4]), (4, {"above": 3, "below": 2}, [3, 4, 2, 1]), (4, {"below": 1}, [3, 2, 4, 1]),
        (2, {"shift": "up"}, [4, 2, 3, 1]), (2, {"shift": "down"}, [4, 3, 1, 2]), (3, {"shift": "up"}, [3, 4, 2, 1]),
        (4, {"shift": "up"}, [4, 3, 2, 1]), (1, {"shift": "down"}, [4, 3, 2, 1]),
        (1, {"above": 99, "below": 3}, [4, 1, 3, 2]),  # who stood above has gone
        (1, {"above": 1}, [1, 4, 3, 2]), (1, {"above": 2**40}, [1, 4, 3, 2]), (1, {"rank": 9**18}, [4, 3, 2, 1]),
        (1, {"rank": "9" * 19}, [1, 4, 3, 2]),
    ],
)  # fmt: skip
def test_a_card_stands_where_it_was_put(four: Web, lead: int, place: dict[str, object], order: list[int]) -> None:
    assert put(four, lead, **place) == 200
    assert new(four) == order


@pytest.mark.parametrize("place", [{"above": "x"}, {"below": "-1"}, {"shift": "sideways"}, {"rank": "9" * 30}])
def test_a_place_that_makes_no_sense_is_refused(four: Web, place: dict[str, str]) -> None:
    assert put(four, 1, **place) == 422
    assert new(four) == [4, 3, 2, 1]


def test_a_card_comes_into_another_column_where_it_was_dropped_and_undo_puts_it_back(app: Flask, four: Web) -> None:
    put_leads(app, four.company_id, 2, status=LeadStatus.ESTIMATE)
    answer = four.post("/leads/3/move", {"status": "estimate", "version": 1, "above": 6, "below": 5}, headers=HTMX)
    assert cards(four.get("/board").text, "estimate") == [6, 3, 5]
    rank = answer.text.split('name="rank" value="')[1].split('"')[0]
    four.post("/leads/3/move", {"status": "new", "version": 2, "rank": rank, "undo": "1"}, headers=HTMX)
    assert new(four) == [4, 3, 2, 1]


def test_a_card_may_go_to_the_very_bottom_of_another_column(app: Flask, four: Web) -> None:
    put_leads(app, four.company_id, 1, status=LeadStatus.ESTIMATE)
    assert put(four, 4, "estimate", rank=0) == 200
    assert put(four, 1, "estimate", shift="up") == 200, "one place up is of its own column: there it comes on top"
    assert cards(four.get("/board").text, "estimate") == [1, 5, 4]


def test_who_saw_an_older_card_does_not_move_it_within_its_column(four: Web) -> None:
    four.post("/leads/1/fields/name", {"value": "Канат"})
    assert put(four, 1, shift="up") == 409
    assert new(four) == [4, 3, 2, 1]


def test_where_there_is_no_room_the_cards_above_make_some(app: Flask, four: Web) -> None:
    with app.app_context():
        tenancy.act_for(four.company_id)
        db.session.execute(update(Lead).values(rank=5))
        db.session.commit()
    put(four, 1, above=4, below=3)
    assert new(four) == [4, 1, 3, 2]
    for _ in range(50):
        put(four, 2, above=4, below=1)
        put(four, 1, above=4, below=2)
    assert new(four) == [4, 1, 2, 3]


def card(app: Flask, web: Web, lead: int) -> Lead:
    with app.app_context():
        tenancy.act_for(web.company_id)
        return db.session.get_one(Lead, lead)


def test_cards_that_have_room_already_are_not_pushed(app: Flask, four: Web) -> None:
    with app.app_context():
        tenancy.act_for(four.company_id)
        db.session.execute(update(Lead).where(Lead.id < 4).values(rank=5))
        db.session.commit()
    far = card(app, four, 4).rank
    assert put(four, 1, above=3, below=2) == 200
    assert (new(four), card(app, four, 4).rank) == ([4, 3, 1, 2], far)


def test_the_top_is_above_a_card_whose_place_lies_ahead_of_the_clock(four: Web) -> None:
    put(four, 4, rank=2**61)
    put(four, 1, below=4)
    assert new(four) == [1, 4, 3, 2]


def test_the_order_changes_no_version_but_shows_everywhere(app: Flask, four: Web) -> None:
    seen, before = four.get("/board").text.split('data-version="')[1].split('"')[0], card(app, four, 1)
    assert put(four, 1, shift="up") == 200
    assert (card(app, four, 1).updated_at, card(app, four, 1).raised_at) == (before.updated_at, before.raised_at)
    assert four.get(f"/board/live?v={seen}", headers=HTMX).status_code == 200
    assert put(four, 1, "estimate") == 200  # with the version from before
    assert card(app, four, 1).raised_at > before.raised_at
    assert put(four, 1, shift="up") == 409
    with app.app_context():
        tenancy.act_for(four.company_id)
        assert db.session.query(LeadEvent).filter_by(kind="moved").count() == 1


def test_a_plain_form_goes_back_to_the_board(four: Web) -> None:
    answer = four.post("/leads/1/move", {"status": "new", "version": 1, "shift": "up"})
    assert (answer.status_code, answer.location) == (303, "/board?stage=new")
    assert 'name="shift" value="up"' in four.get("/leads/1").text


def test_new_leads_come_on_top_of_whatever_was_arranged(app: Flask, four: Web) -> None:
    put(four, 1, below=4)
    put_leads(app, four.company_id, 1, status=LeadStatus.NEW)
    assert new(four) == [5, 1, 4, 3, 2]


def test_another_companys_cards_neither_move_nor_say_where(app: Flask, four: Web, astana: Web) -> None:
    assert put(astana, 1, shift="up") == 404
    put_leads(app, astana.company_id, 2, status=LeadStatus.NEW)
    assert put(astana, 5, above=4) == 200
    assert new(astana) == [5, 6]
    assert new(four) == [4, 3, 2, 1]
