"""The log for owners: who logged in, who changed what; nothing of clients in it, kept for a year."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from conftest import PASSWORD, Api, Web, contract_dialogue
from flask import Flask
from test_team import invite, join, user_of

from leadbot.accounts import audit, companies
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.models import AuditEntry, AuditEvent
from leadbot.web.accounts.audit import ACTS, GROUPS

LOG = "/settings/log"


def told(web: Web, query: str = "") -> list[tuple[str, str]]:
    """(act, whom or what it was about) of each line that the page shows, newest first."""
    lines = re.findall(r'<li data-act="(\w+)">.*?</b>(?:: (.*?))? <span class="fine">', web.get(LOG + query).text, re.S)
    return [(act, about.strip()) for act, about in lines]


def test_every_act_has_its_words_and_one_group() -> None:
    assert sorted(ACTS) == sorted(act for acts in audit.GROUPS.values() for act in acts) == sorted(AuditEvent)
    assert audit.GROUPS.keys() == GROUPS.keys()


def test_what_people_do_is_written_down(app: Flask, almaty: Web, astana: Web) -> None:
    join(app, invite(almaty))
    who = user_of(app, "aigul@example.kz").id
    almaty.post(f"/settings/team/{who}/role", {"role": "viewer"})
    almaty.post(f"/settings/team/{who}/remove")
    company = {"company_name": "Новый дом", "language": "kk", "time_zone": "Asia/Almaty"}
    almaty.post("/settings/company", company)
    almaty.post("/settings/company", company)  # changes nothing
    with app.app_context():
        companies.set_limits(almaty.company_id or 0, {"people": 9})
    assert told(almaty) == [
        ("limits", ""), ("company", "Название компании, Язык уведомлений"), ("removed", "Айгуль Серикова"),
        ("role", "Айгуль Серикова, Наблюдатель"), ("logged_in", ""), ("joined", "Менеджер"), ("invited", "Менеджер"),
        ("logged_in", ""), ("logged_in", ""),
    ]  # fmt: skip
    assert [act for act, _ in told(almaty, f"?who={who}")] == ["logged_in", "joined"]
    assert [act for act, _ in told(almaty, "?group=settings")] == ["limits", "company"]
    assert [act for act, _ in told(astana)] == ["logged_in", "logged_in"]


def test_an_export_and_an_erasure_leave_a_line_and_nothing_of_the_client(almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    assert "87768776637" in almaty.get("/leads/export.csv").text.replace(" ", "").replace("\u00a0", "")
    assert almaty.post("/leads/1/erase").status_code == 303
    assert almaty.post("/settings/data", {"days": "90"}).status_code == 303
    assert told(almaty, "?group=data") == [("retention", "дней: 90"), ("erased", ""), ("exported", "")]


@pytest.mark.parametrize("query", ["?who=0", "?who=-1", "?who=99999999999", "?before=x", "?before=1", "?group=%27"])
def test_odd_questions_have_an_answer(almaty: Web, query: str) -> None:
    assert almaty.get(LOG + query).status_code == 200


def test_it_is_read_page_by_page_and_forgets_after_a_year(app: Flask, almaty: Web) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        old = utcnow() - audit.KEPT - timedelta(days=1)
        db.session.add(AuditEntry(act=AuditEvent.HOURS, created_at=old))
        db.session.commit()
        for _ in range(audit.PAGE):
            audit.note(None, AuditEvent.TURNS)
        db.session.commit()
        assert db.session.query(AuditEntry).filter_by(act=AuditEvent.HOURS).count() == 0
    first = almaty.get(LOG).text
    older = re.search(r'href="(/settings/log\?before=\d+)"', first)
    assert older and first.count('data-act="turns"') == audit.PAGE
    assert [act for act, _ in told(almaty, older[1].removeprefix(LOG))] == ["logged_in", "logged_in"]


def test_a_token_is_written_down_as_a_browser_is_and_a_wrong_password_is_not(app: Flask, almaty: Web) -> None:
    before = len(told(almaty, "?group=entry"))
    who = {"username": "manager@almaty.kz", "password": PASSWORD}
    for password, status in ((PASSWORD, 200), ("wrong-one-here", 401)):
        sent = app.test_client().post("/api/auth/login", data=who | {"password": password})
        assert sent.status_code == status
    assert len(told(almaty, "?group=entry")) == before + 1
