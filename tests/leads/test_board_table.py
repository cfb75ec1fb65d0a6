"""The table of leads: sorted, paged, filtered as the board is, and many moved and put back at once."""

from __future__ import annotations

import re

import pytest
from collecting import over
from conftest import Web
from counting import statements
from flask import Flask
from making import put_leads
from test_web_board import counts

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Lead, LeadEvent, LeadStatus, LostReason


@pytest.fixture
def three(app: Flask, almaty: Web) -> Web:
    for name, city, area in (("Ә", "Алматы", 50.0), ("Болат", None, 150.0), ("Аня", "Талгар", None)):
        put_leads(app, almaty.company_id, 1, status=LeadStatus.NEW, name=name, city=city, area_m2=area)
    return almaty


def rows(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'<tr data-lead-id="(\d+)"', html)]


def stages(app: Flask, web: Web) -> list[str]:
    with app.app_context():
        tenancy.act_for(web.company_id)
        return [lead.status.value for lead in db.session.query(Lead).order_by(Lead.id)]


@over([
        ("", [3, 2, 1]), ("sort=created&down=0", [1, 2, 3]), ("sort=area", [1, 2, 3]), ("sort=area&down=1", [2, 1, 3]),
        ("sort=city", [1, 3, 2]), ("sort=name", [3, 1, 2]), ("sort=name&down=1", [2, 1, 3]),
        ("sort=;DROP&down=x&page=-5", [3, 2, 1]), ("page=99999999999999999999", [3, 2, 1]),
        ("q=болат", [2]), ("city=Талгар", [3]), ("stage=won", []), ("stage=hacked", [3, 2, 1]),
    ], "query, order")  # fmt: skip
def test_sorted_and_filtered(three: Web, query: str, order: list[int]) -> None:
    page = three.get(f"/board/table?{query}", follow_redirects=True)
    assert page.status_code == 200
    assert rows(page.text) == order


def test_a_page_at_a_time_in_as_many_statements_at_any_size(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id, 60)
    with statements(app) as few:
        first = almaty.get("/board/table?sort=created").text
    assert len(rows(first)) == 50
    assert "Заявок: 60, страница 1 из 2" in first
    assert len(rows(almaty.get("/board/table?page=2").text)) == 10
    put_leads(app, almaty.company_id, 600)
    with statements(app) as many:
        almaty.get("/board/table?sort=created")
    assert len(few) == len(many) <= 6


def test_many_are_moved_and_put_back_at_once(app: Flask, three: Web) -> None:
    form = {"pick": ["1.1", "3.1"], "status": "lost", "reason": "expensive"}
    answer = three.post("/board/table/move?sort=city", form)
    assert (answer.status_code, answer.location) == (303, "/board/table?sort=city")
    assert stages(app, three) == ["lost", "new", "lost"]
    page = three.get("/board/table").text
    assert counts(three.get("/board").text)["lost"] == 2
    assert "Перенесено: «Отказ»: 2" in page
    assert "Вернуть как было" in page
    assert three.post("/board/table/move", {"undo": "1"}).status_code == 303
    assert stages(app, three) == ["new", "new", "new"]
    with app.app_context():
        tenancy.act_for(three.company_id)
        assert db.session.get(Lead, 1).lost_reason is None
        assert db.session.query(LeadEvent).filter_by(kind="moved").count() == 4
    assert "Вернуть как было" not in three.get("/board/table").text


def test_what_others_have_changed_stays(app: Flask, three: Web) -> None:
    three.post("/leads/2/move", {"status": "estimate"})
    three.post("/board/table/move", {"pick": ["1.1", "2.1"], "status": "won"})
    assert stages(app, three) == ["won", "estimate", "new"]
    assert "изменили другие: 1" in three.get("/board/table").text
    three.post("/leads/1/move", {"status": "measurement"})
    three.post("/board/table/move", {"undo": "1"})
    assert stages(app, three)[0] == "measurement"


@over([
        {"status": "won"}, {"pick": "1.1", "status": "hacked"}, {"pick": "1.1", "status": "lost"},
        {"pick": ["x", "1", "-1.1", "9" * 30 + ".1"], "status": "won"}, {"undo": "1"},
        {"pick": [f"{n}.1" for n in range(1, 300)], "status": "won"},
    ], "form")  # fmt: skip
def test_what_makes_no_sense_moves_nothing(app: Flask, three: Web, form: dict[str, object]) -> None:
    assert three.post("/board/table/move", form).status_code in {303, 422}
    assert stages(app, three) == ["new", "new", "new"]


def test_another_companys_leads_are_neither_shown_nor_moved(app: Flask, three: Web, astana: Web) -> None:
    assert rows(astana.get("/board/table").text) == []
    astana.post("/board/table/move", {"pick": ["1.1", "2.1"], "status": "lost", "reason": LostReason.SPAM.value})
    assert stages(app, three) == ["new", "new", "new"]
