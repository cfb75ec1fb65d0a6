"""The board page: columns, true counts, 25 cards at first, and a poll that costs next to nothing."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Web, contract_dialogue
from counting import statements
from flask import Flask
from making import put_leads
from sqlalchemy import delete, update

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Lead, LeadStatus, LostReason

HTMX = {"HX-Request": "true"}
OPEN = ["new", "in_progress", "measurement", "estimate"]


def cards(html: str, stage: str) -> list[int]:
    """The ids of the cards in a column, from top to bottom."""
    column = re.search(rf'<section class="column"[^>]*data-status="{stage}".*?</section>', html, re.DOTALL)
    return [int(found) for found in re.findall(r'data-lead-id="(\d+)"', column.group(0))] if column else []


def counts(html: str) -> dict[str, int]:
    return {stage: int(count) for stage, count in re.findall(r'data-count="(\w+)">(\d+)<', html)}


def test_an_empty_board_shows_the_way_to_the_test_chat(almaty: Web) -> None:
    page = almaty.get("/board")
    assert "Заявок пока нет" in page.text
    assert 'href="/chat"' in page.text
    assert set(counts(page.text).values()) == {0}


def test_a_lead_is_a_card_of_the_first_column(almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    page = almaty.get("/board").text
    assert cards(page, "new") == [1]
    assert "Канат" in page
    assert "Дом, 150\u00a0м² · Алматы" in page
    assert 'href="tel:+77768776637"' in page
    assert 'href="https://wa.me/77768776637"' in page


def test_the_card_speaks_the_readers_language(almaty: Web, api_almaty: Api) -> None:
    for text in ("Хочу дом", "Караганда", "150 квадратов", "Канат, 87768776637"):
        api_almaty.say("client", text)
    almaty.post("/language", {"language": "kk", "next": "/board"})
    page = almaty.get("/board").text
    assert "Үй, 150\u00a0м² · Қарағанды" in page
    assert "Жаңа" in page


def test_counts_are_true_and_25_cards_are_shown_first(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id, 120, status=LeadStatus.NEW)
    page = almaty.get("/board").text
    assert counts(page)["new"] == 120
    assert len(cards(page, "new")) == 25
    assert "Показать ещё 50" in page
    more = almaty.get("/board?stage=new&new=100").text
    assert len(cards(more, "new")) == 100
    assert "Показать ещё 20" in more


def test_closed_leads_leave_the_board_and_are_found_in_lists_of_their_own(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id, 3, status=LeadStatus.WON)
    put_leads(app, almaty.company_id, 2, status=LeadStatus.LOST, lost_reason=LostReason.SPAM)
    page = almaty.get("/board").text
    assert counts(page) | {"won": 3, "lost": 2} == counts(page)
    assert "data-lead-id" not in page
    assert len(cards(almaty.get("/board?stage=won").text, "won")) == 3
    assert len(cards(almaty.get("/board?stage=lost").text, "lost")) == 2


def test_another_company_sees_none_of_it(app: Flask, almaty: Web, astana: Web) -> None:
    put_leads(app, almaty.company_id, 5)
    assert "data-lead-id" not in astana.get("/board").text


def test_the_number_of_statements_is_the_same_at_any_size(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id, 100)
    with statements(app) as small:
        almaty.get("/board")
    put_leads(app, almaty.company_id, 1900)
    with statements(app) as large:
        page = almaty.get("/board")
    assert sum(counts(page.text).values()) == 2000
    assert len(small) == len(large) <= 6, large


def test_the_database_counts_leads_however_they_are_written(app: Flask, almaty: Web, astana: Web) -> None:
    put_leads(app, almaty.company_id, 12)
    put_leads(app, astana.company_id, 2, status=LeadStatus.WON)
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.execute(update(Lead).where(Lead.status == LeadStatus.NEW).values(status=LeadStatus.WON))
        db.session.execute(update(Lead).where(Lead.status == LeadStatus.WON).values(city="Алматы"))
        db.session.execute(delete(Lead).where(Lead.status == LeadStatus.LOST))
        db.session.commit()
    expected = {"new": 0, "in_progress": 2, "measurement": 2, "estimate": 2, "won": 4, "lost": 0}
    assert counts(almaty.get("/board").text) == expected
    assert counts(astana.get("/board").text)["won"] == 2


def test_a_poll_with_nothing_new_is_204(app: Flask, almaty: Web, api_almaty: Api) -> None:
    page = almaty.get("/board").text
    version = re.search(r'data-version="(\d+)"', page).group(1)
    with statements(app) as said:
        assert almaty.get(f"/board/live?v={version}", headers=HTMX).status_code == 204
    assert len(said) == 1, said
    contract_dialogue(api_almaty)
    news = almaty.get(f"/board/live?v={version}", headers=HTMX)
    assert news.status_code == 200
    assert cards(news.text, "new") == [1]
    assert "<html" not in news.text


def test_a_poll_of_a_guest_ends(app: Flask) -> None:
    assert app.test_client().get("/board/live?v=1", headers=HTMX).status_code == 286


@pytest.mark.parametrize("query", ["stage=hacked", "new=abc", "new=-5", "new=99999999999999999999", "stage=won&won=0"])
def test_an_absurd_query_is_the_plain_board(almaty: Web, query: str) -> None:
    assert almaty.get(f"/board?{query}").status_code == 200


def test_whatever_stands_in_a_field_is_shown_as_text(app: Flask, almaty: Web) -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    put_leads(app, almaty.company_id, 1, status=LeadStatus.NEW, name=evil, city=evil, object_type=evil, area=evil[:60])
    for path in ("/board", "/leads/1"):
        page = almaty.get(path).text
        assert "<img" not in page
        assert "&lt;img src=x" in page
