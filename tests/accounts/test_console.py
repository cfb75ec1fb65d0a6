"""The operator's console: companies are seen in numbers, switched off at once, and held to limits."""

from __future__ import annotations

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from making import carry
from test_team import invite, join

from leadbot.bot import budget
from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company, Delivery, DeliveryState, Source
from leadbot.outbox import deliveries


def run(app: Flask, *words: object) -> tuple[int, str]:
    with app.app_context():
        answer = app.test_cli_runner().invoke(args=[str(word) for word in words])
        db.session.remove()
    return answer.exit_code, answer.output + (str(answer.exception) if answer.exit_code else "")


@pytest.fixture(autouse=True)
def no_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadbot.operations.console.migrate.upgrade", lambda: None)


def company(app: Flask, web: Web, **values: object) -> str:
    """Set something of a company; its widget's key."""
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        own = db.session.query(Company).one()
        for name, value in values.items():
            setattr(own, name, value)
        db.session.commit()
        return str(own.widget_key)


def test_companies_are_listed_in_numbers(app: Flask, almaty: Web, astana: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    code, listed = run(app, "companies", "list")
    assert (code, len(listed.splitlines())) == (0, 2) and "Астана Ремонт" in listed
    _, shown = run(app, "companies", "show", almaty.company_id)
    assert "manager@almaty.kz" in shown and "messages             8" in shown
    assert "Канат" not in shown and "7768776637" not in shown


def test_a_company_that_is_off_is_off_everywhere_at_once(app: Flask, almaty: Web, astana: Web, api_almaty: Api) -> None:
    key = company(app, almaty, telegram_chat_id="-1001")
    path = invite(almaty)
    contract_dialogue(api_almaty)
    guest = app.test_client()
    assert guest.get(f"/w/{key}").status_code == 200
    assert run(app, "companies", "deactivate", almaty.company_id)[0] == 0
    assert almaty.get("/board").location.startswith("/login")
    assert api_almaty.get("/api/leads").status_code == 401
    login = {"username": "manager@almaty.kz", "password": "test123"}
    assert guest.post("/api/auth/login", data=login).status_code == 401
    assert (guest.get(f"/w/{key}").status_code, guest.get(path).status_code) == (404, 410)
    with app.app_context():
        assert not deliveries.due()
        tenancy.act_for(almaty.company_id or 0)
        row = db.session.query(Delivery).one()
        assert not deliveries.deliver(row.id, lambda name: pytest.fail("sent")).is_sent
    assert astana.get("/board").status_code == 200
    run(app, "companies", "activate", almaty.company_id)
    assert almaty.get("/board").status_code == 200
    carry(app)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert db.session.query(Delivery).one().state is not DeliveryState.SENT


def test_people_are_limited(app: Flask, almaty: Web) -> None:
    assert "people               2" in run(app, "companies", "limits", almaty.company_id, "--people", 2)[1]
    path = invite(almaty)
    refused = almaty.post("/settings/team/invitations", {"email": "", "role": "viewer"})
    assert refused.status_code == 422 and "не больше 2" in refused.text
    run(app, "companies", "limits", almaty.company_id, "--people", 1)
    for _ in range(2):  # it is said, and the invitation waits until there is room
        late = join(app, path).answer  # type: ignore[attr-defined]
        assert late.status_code == 422 and "не больше 1" in late.text
    run(app, "companies", "limits", almaty.company_id, "--people", 2)
    assert join(app, path).get("/board").status_code == 200
    run(app, "companies", "limits", almaty.company_id, "--people", -1)
    assert invite(almaty)


def test_the_operators_month_is_over_the_companys_own(app: Flask, almaty: Web) -> None:
    run(app, "companies", "limits", almaty.company_id, "--month-tokens", 500)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        own = db.session.query(Company).one()
        assert budget.month_budget(own) == 500
        own.bot = {**own.bot, "budget": {"month": 300}}
        assert budget.month_budget(own) == 300
        assert chat.receive(chat.Incoming(Source.TEST, "x", "Хочу дом")).text


@pytest.mark.parametrize(
    "words", [("show", 99), ("deactivate", 99), ("limits", 99), ("limits", 1, "--people", -7), ("show", 0)]
)
def test_what_is_not_there_is_said(app: Flask, almaty: Web, words: tuple[object, ...]) -> None:
    code, said = run(app, "companies", *words)
    assert code != 0 and "Traceback" not in said


def test_nobody_can_be_impersonated(app: Flask) -> None:
    commands = app.cli.get_command(None, "companies").commands  # type: ignore
    assert set(commands) == {"list", "show", "deactivate", "activate", "limits"}


def test_a_link_for_a_new_password_is_printed(app: Flask, almaty: Web) -> None:
    code, said = run(app, "reset-link", "manager@almaty.kz")
    assert code == 0 and "/reset/" in said
    assert run(app, "reset-link", "nobody@example.kz")[0] != 0
