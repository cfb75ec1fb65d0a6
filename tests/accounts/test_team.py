"""The company's people: invited, given roles, shut out; passwords changed and set anew; every session ends in time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from conftest import PASSWORD, Api, Web, contract_dialogue, log_in_web
from flask import Flask
from flask.testing import FlaskClient
from making import csrf
from sqlalchemy import func, select

from leadbot.accounts import links, passwords, users
from leadbot.database import session as ground
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Lead, OneTimeLink, Role, User

TEAM = "/settings/team"


def link_on(web: Web) -> str:
    """The path of the link that the team page shows this once."""
    found = re.search(r'id="one-time-link">http://[^/]+(/[^<]+)<', web.get(TEAM).text)
    assert found
    return found.group(1)


def invite(web: Web, role: str = "manager", email: str = "") -> str:
    answer = web.post(f"{TEAM}/invitations", {"email": email, "role": role})
    assert answer.status_code == 303, answer.text
    return link_on(web)


def join(app: Flask, path: str, **changes: str) -> FlaskClient:
    client = app.test_client()
    form = {"email": "aigul@example.kz", "name": "Айгуль Серикова", "password": PASSWORD, **changes}
    client.answer = client.post(path, data={**form, "csrf_token": csrf(client.get("/login").text)})  # type: ignore[attr-defined]
    return client


def user_of(app: Flask, email: str) -> User:
    with app.app_context():
        found = users.by_email(email)
        assert found is not None
        db.session.expunge_all()
        return found


@pytest.fixture
def aigul(app: Flask, almaty: Web) -> Web:
    """A manager of the first company, at her browser."""
    return Web(join(app, invite(almaty)), almaty.company_id)


def test_a_link_brings_a_colleague_in_once(app: Flask, almaty: Web) -> None:
    path = invite(almaty)
    assert "one-time-link" not in almaty.get(TEAM).text
    client = join(app, path)
    assert (client.answer.status_code, client.answer.location) == (303, "/board")  # type: ignore[attr-defined]
    assert client.get("/board").status_code == 200
    found = user_of(app, "aigul@example.kz")
    assert (found.company_id, found.role, found.name) == (almaty.company_id, Role.MANAGER, "Айгуль Серикова")
    again = join(app, path, email="other@example.kz").answer  # type: ignore[attr-defined]
    assert again.status_code == 410 and "Срок ссылки истёк" in app.test_client().get(path).text + again.text


def test_only_the_hash_of_a_link_is_stored(app: Flask, almaty: Web) -> None:
    key = invite(almaty).rpartition("/")[2]
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        stored = db.session.scalars(select(OneTimeLink)).one()
        assert key not in "".join(str(value) for value in vars(stored).values())


def test_who_is_logged_in_learns_that_joining_leads_out(app: Flask, almaty: Web, astana: Web) -> None:
    path = invite(almaty)
    assert "manager@astana.kz" in astana.get(path).text
    assert "manager@" not in app.test_client().get(path).text


def test_an_invitation_to_an_address_is_for_that_address(app: Flask, almaty: Web) -> None:
    client = join(app, invite(almaty, email="Boss@Example.kz"), email="thief@example.kz")
    assert client.get("/board").status_code == 200
    assert user_of(app, "boss@example.kz").name == "Айгуль Серикова"


def test_a_revoked_or_outworn_link_is_worth_nothing(app: Flask, almaty: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    path = invite(almaty)
    assert almaty.post(f"{TEAM}/invitations/1/revoke").status_code == 303
    assert app.test_client().get(path).status_code == 410
    path = invite(almaty)
    later = ground.utcnow() + links.INVITATION_LASTS + timedelta(seconds=1)
    monkeypatch.setattr(links, "utcnow", lambda: later)
    assert app.test_client().get(path).status_code == 410


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "manager@astana.kz"}, "Этот адрес уже зарегистрирован"),
        ({"email": "no address"}, "name@company.kz"),
        ({"password": "short"}, "короче 6"),
        ({"name": ""}, "Заполните это поле"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_lives_on(
    app: Flask, almaty: Web, astana: Web, changes: dict[str, str], said: str
) -> None:
    path = invite(almaty)
    answer = join(app, path, **changes).answer  # type: ignore[attr-defined]
    assert answer.status_code == 422
    assert said in answer.text
    assert join(app, path).get("/board").status_code == 200


def test_who_has_an_account_is_not_invited(almaty: Web, astana: Web) -> None:
    answer = almaty.post(f"{TEAM}/invitations", {"email": "manager@astana.kz", "role": "viewer"})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text and "Пригласите на другой" in answer.text


def test_a_role_changes_what_one_may(app: Flask, almaty: Web, aigul: Web) -> None:
    who = user_of(app, "aigul@example.kz").id
    assert aigul.post(f"{TEAM}/{who}/role", {"role": "owner"}).status_code == 403
    assert almaty.post(f"{TEAM}/{who}/role", {"role": "boss"}).status_code == 422
    assert almaty.post(f"{TEAM}/{who}/role", {"role": "viewer"}).status_code == 303
    assert aigul.post("/chat", {"text": "Хочу дом"}).status_code == 403


@pytest.mark.parametrize("path", ["role", "enabled", "remove"])
def test_the_last_owner_can_not_go(app: Flask, almaty: Web, aigul: Web, path: str) -> None:
    owner = user_of(app, "manager@almaty.kz").id
    answer = almaty.post(f"{TEAM}/{owner}/{path}", {"role": "viewer", "enabled": "0"})
    assert answer.status_code == 422 and "хотя бы один владелец" in answer.text
    assert almaty.get("/board").status_code == 200


def test_a_shut_out_owner_does_not_count(app: Flask, almaty: Web, aigul: Web) -> None:
    who, owner = user_of(app, "aigul@example.kz").id, user_of(app, "manager@almaty.kz").id
    almaty.post(f"{TEAM}/{who}/role", {"role": "owner"})
    almaty.post(f"{TEAM}/{who}/enabled", {"enabled": "0"})
    assert almaty.post(f"{TEAM}/{owner}/remove").status_code == 422


def test_a_removed_owner_does_not_count(app: Flask, almaty: Web) -> None:
    join(app, invite(almaty, role="owner"))
    assert almaty.post(f"{TEAM}/{user_of(app, 'aigul@example.kz').id}/remove").status_code == 303
    me = user_of(app, "manager@almaty.kz").id
    assert almaty.post(f"{TEAM}/{me}/role", {"role": "manager"}).status_code == 422
    assert user_of(app, "manager@almaty.kz").is_owner


def test_who_is_shut_out_is_out_at_once_and_may_come_back(app: Flask, almaty: Web, aigul: Web) -> None:
    who = user_of(app, "aigul@example.kz").id
    client = app.test_client(use_cookies=False)
    login = {"username": "aigul@example.kz", "password": PASSWORD}
    bearer = {"Authorization": f"Bearer {client.post('/api/auth/login', data=login).json['access_token']}"}
    almaty.post(f"{TEAM}/{who}/enabled", {"enabled": "0"})
    assert aigul.get("/board").status_code == 303
    assert client.get("/api/leads", headers=bearer).status_code == 401
    assert client.post("/api/auth/login", data=login).status_code == 401
    almaty.post(f"{TEAM}/{who}/enabled", {"enabled": "1"})
    assert aigul.get("/board").status_code == 303
    assert client.get("/api/leads", headers=bearer).status_code == 401
    assert log_in_web(app, "aigul@example.kz").get("/board").status_code == 200


def test_who_is_removed_leaves_his_leads_and_his_name(app: Flask, almaty: Web, aigul: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    aigul.post("/leads/1/move", {"status": "in_progress"})
    aigul.post("/conversations/1/take")
    who = user_of(app, "aigul@example.kz").id
    assert almaty.post(f"{TEAM}/{who}/remove").status_code == 303
    assert "Айгуль Серикова" in almaty.get("/leads/1").text
    assert "aigul@example.kz" not in almaty.get(TEAM).text
    assert almaty.post("/conversations/1/take").status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert db.session.scalars(select(Lead)).one().assignee_id == who
    assert almaty.post(f"{TEAM}/{who}/role", {"role": "owner"}).status_code == 404
    for name in ("aigul@example.kz", f"REMOVED {who}", f"removed {who}"):
        login = {"username": name, "password": PASSWORD}
        assert app.test_client().post("/api/auth/login", data=login).status_code == 401
    assert join(app, invite(almaty)).get("/board").status_code == 200


def test_a_changed_password_ends_all_but_this_browser(app: Flask, almaty: Web, api_almaty: Api) -> None:
    other = log_in_web(app, "manager@almaty.kz")
    wrong = almaty.post("/settings/password", {"current": "wrong", "password": "another one"})
    assert wrong.status_code == 422 and "Текущий пароль неверный" in wrong.text
    assert almaty.post("/settings/password", {"current": PASSWORD, "password": "12345"}).status_code == 422
    assert almaty.post("/settings/password", {"current": PASSWORD, "password": "another one"}).status_code == 303
    assert almaty.get("/board").status_code == 200
    assert other.get("/board").status_code == 303
    assert api_almaty.get("/api/leads").status_code == 401
    login = {"username": "manager@almaty.kz", "password": "another one"}
    assert app.test_client().post("/api/auth/login", data=login).status_code == 200


def test_an_owner_hands_out_a_link_for_a_new_password(app: Flask, almaty: Web, aigul: Web) -> None:
    who = user_of(app, "aigul@example.kz").id
    assert almaty.post(f"{TEAM}/{who}/reset").status_code == 303
    path, client = link_on(almaty), app.test_client()
    data = {"password": "brand new", "csrf_token": csrf(client.get(path).text)}
    assert client.post(path, data={**data, "password": "12345"}).status_code == 422
    assert client.post(path, data=data).location == "/login"
    assert client.post(path, data=data).status_code == 410
    assert aigul.get("/board").status_code == 303
    login = {"username": "aigul@example.kz", "password": "brand new"}
    assert app.test_client().post("/api/auth/login", data=login).status_code == 200


def test_a_new_password_kills_the_other_links_for_one(app: Flask, almaty: Web, aigul: Web) -> None:
    who = user_of(app, "aigul@example.kz").id
    paths = []
    for _ in range(2):
        almaty.post(f"{TEAM}/{who}/reset")
        paths.append(link_on(almaty))
    client = app.test_client()
    client.post(paths[0], data={"password": "brand new", "csrf_token": csrf(client.get(paths[0]).text)})
    assert client.get(paths[1]).status_code == 410


def test_without_a_mail_server_the_page_says_whom_to_ask(stranger: FlaskClient) -> None:
    page = stranger.get("/forgot").text
    assert "Попросите ссылку у владельца" in page and 'name="email"' not in page


def test_nobody_learns_who_has_an_account(app: Flask, almaty: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadbot.accounts.links.sends_mail", lambda: True)
    client = app.test_client()
    token = csrf(client.get("/forgot").text)
    answers = [
        client.post("/forgot", data={"email": email, "csrf_token": token})
        for email in ("manager@almaty.kz", "nobody@example.kz", "no address", "\x00")
    ]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/login")}
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert db.session.scalar(select(func.count()).select_from(OneTimeLink)) == 1


def test_the_operator_can_print_a_link(app: Flask, almaty: Web) -> None:
    with app.app_context():
        url = passwords.print_reset("manager@almaty.kz")
        assert passwords.print_reset("nobody@example.kz") is None
    assert url and app.test_client().get("/" + url.split("/", 3)[3]).status_code == 200
