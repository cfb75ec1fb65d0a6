"""Search and filters of the board: what is found, in whatever spelling, and that the counts say the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from collecting import over
from conftest import Api, Web
from counting import statements
from flask import Flask
from making import put_leads
from test_web_board import HTMX, cards, counts

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Lead, LeadStatus, Source


@pytest.fixture
def crowd(app: Flask, almaty: Web) -> Web:
    """Four leads: Гүлнұр (1), Сергей (2), Айгерім (3) and one without a name (4)."""
    new = {"company_id": almaty.company_id, "count": 1}
    put_leads(app, **new, status=LeadStatus.NEW, name="Гүлнұр Қабдолқызы", city="Караганда", language="kk",
              phone="87051112233", phone_e164="+77051112233", assignee_id=1)  # fmt: skip
    put_leads(app, **new, status=LeadStatus.NEW, name="Сергей Ёлкин", city="Алматы", source=Source.WIDGET, is_hot=True,
              created_at=datetime(2026, 1, 15, 20, 30, tzinfo=UTC))  # fmt: skip
    put_leads(app, **new, status=LeadStatus.WON, name="Айгерім", city="Алматы", phone_e164="+77079998877")
    put_leads(app, **new, status=LeadStatus.ESTIMATE, name=None, object_type="дом", phone_e164="+996555123456")
    return almaty


def found(web: Web, query: dict[str, str]) -> set[int]:
    """The ids on the board and in the list of contracts."""
    pages = [
        web.get("/board", query_string=query | more, follow_redirects=True).text for more in ({}, {"stage": "won"})
    ]
    assert counts(pages[0]) == counts(pages[1])
    ids = {card for page in pages for stage in LeadStatus for card in cards(page, stage.value)}
    assert sum(counts(pages[0]).values()) == len(ids)
    return ids


@over([
        ("гүлнұр", {1}), ("ГУЛНУР", {1}), ("  кабдол  ", {1}), ("елкин", {2}), ("ЁЛКИН сергей", {2}),
        ("қарағанды", {1}), ("караган", {1}), ("karaganda", {1}), ("алматы", {2, 3}), ("айгерим алм", {3}), ("үй", {4}),
        ("house", {4}), ("8 705 111 22 33", {1}), ("+7 (705) 111-22-33", {1}), ("7051112233", {1}), ("2233", {1}),
        ("8705111", {1}), ("996 555", {4}), ("гулнур 2233", {1}), ("гулнур 8877", set()), ("нет такого", set()),
        ("%", set()), ("_", set()), ("'; DROP TABLE leads; --", set()), ("\u200b", {1, 2, 3, 4}), ("я" * 5000, set()),
    ], "words, ids")  # fmt: skip
def test_search_finds_it_however_it_is_typed(crowd: Web, words: str, ids: set[int]) -> None:
    assert found(crowd, {"q": words}) == ids


@over([
        ({"who": "mine"}, {1}), ({"who": "nobody"}, {2, 3, 4}), ({"who": "1"}, {1}), ({"who": "77"}, set()),
        ({"city": "Алматы"}, {2, 3}), ({"source": "widget"}, {2}), ({"language": "kk"}, {1}), ({"hot": "1"}, {2}),
        ({"since": "2026-01-16", "until": "2026-01-16"}, {2}),  # 01:30 in Almaty
        ({"until": "2026-01-15"}, set()), ({"city": "Алматы", "q": "айг"}, {3}),
        ({"who": "x", "city": " ", "source": "hacked", "language": "de", "hot": "0", "since": "31.12", "until": "\x00"},
         {1, 2, 3, 4}),
    ], "query, ids")  # fmt: skip
def test_filters_narrow_and_nonsense_does_not(crowd: Web, query: dict[str, str], ids: set[int]) -> None:
    assert found(crowd, query) == ids


def test_the_filter_stays_in_the_form_and_in_every_link(crowd: Web) -> None:
    page = crowd.get("/board?q=алматы&city=Алматы&hot=1", follow_redirects=True).text
    assert 'name="q" value="алматы"' in page
    assert '<option value="Алматы" selected>' in page
    links = [line for line in page.splitlines() if "data-tab=" in line or 'class="zone"' in line]
    assert len(links) == 8
    assert all("find=" in line and "hot=1" in line for line in links)


def test_nothing_found_is_said_with_the_way_out(crowd: Web) -> None:
    assert "По запросу «&lt;b&gt;» ничего нет" in crowd.get("/board?q=<b>", follow_redirects=True).text
    page = crowd.get("/board?city=Алматы&language=kk").text
    assert "Под эти фильтры ничего не подходит" in page
    assert 'href="/board" data-clear>Сбросить фильтры' in page


def test_more_and_the_poll_keep_to_the_filter(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id, 60, status=LeadStatus.NEW, city="Астана")
    put_leads(app, almaty.company_id, 60, status=LeadStatus.NEW, city="Талгар")
    page = almaty.get("/board?city=Астана").text
    assert counts(page)["new"] == 60
    assert "city=%D0%90%D1%81%D1%82%D0%B0%D0%BD%D0%B0&amp;new=75" in page.replace("stage=new&amp;", "")
    news = almaty.get("/board/live?city=Астана&new=100&v=", headers=HTMX).text
    assert len(cards(news, "new")) == 60


def test_another_companys_leads_are_not_found(crowd: Web, astana: Web) -> None:
    assert found(astana, {"q": "гулнур"}) == set()
    assert "Алматы</option>" not in astana.get("/board").text


def test_a_filter_costs_as_many_statements_at_any_size(app: Flask, almaty: Web) -> None:
    said = []
    for count in (30, 300):
        put_leads(app, almaty.company_id, count, name="Канат")
        there = almaty.get("/board?q=канат").location
        with statements(app) as each:
            almaty.get(there)
        said.append(len(each))
    assert said[0] == said[1] <= 7  # one more than the plain board: its own counts


def test_a_name_that_changes_is_found_by_the_new_one(app: Flask, crowd: Web) -> None:
    with app.app_context():
        tenancy.act_for(crowd.company_id)
        db.session.get(Lead, 1).name = "Әсел"
        db.session.commit()
    assert found(crowd, {"q": "асел"}) == {1}
    assert found(crowd, {"q": "гулнур"}) == set()


def test_a_client_who_means_it_is_hot(almaty: Web, api_almaty: Api) -> None:
    for text in ("Хочу построить дом в Талгаре", "есть, 8 соток", "150 квадратов", "Марина, 87010000102"):
        api_almaty.say("hot", text)
    for text in ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637"):
        api_almaty.say("warm", text)
    assert found(almaty, {"hot": "1"}) == {1}
    assert "Горячая" in almaty.get("/board").text
