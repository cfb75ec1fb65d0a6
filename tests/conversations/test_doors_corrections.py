"""A correction is a correction, however small; and what a change doesn't do is refused by name."""

from __future__ import annotations

import pytest
from conftest import Api, Web, contract_dialogue, log_in_web
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Lead
from leadbot.transfer import imports_rows


@pytest.fixture
def lead(api_almaty: Api) -> str:
    contract_dialogue(api_almaty)
    return f"/api/leads/{api_almaty.get('/api/leads').json['leads'][0]['id']}"


@pytest.fixture
def web(app: Flask, api_almaty: Api) -> Web:
    return log_in_web(app, "manager@almaty.kz")


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("name", "Канат", "Қанат"),
        ("name", "Семен", "Семён"),
        ("name", "канат", "Канат"),
        ("summary", "нужен замер", "Нужен Замер"),
        ("summary", "замер, затем смета", "замер,\nзатем смета"),
    ],
)
def test_a_correction_of_spelling_is_written(api_almaty: Api, lead: str, field: str, before: str, after: str) -> None:
    api_almaty.patch(lead, json={field: before})
    stood = api_almaty.get(lead).json
    assert stood[field] == before
    changed = api_almaty.patch(lead, json={field: after}).json
    assert changed[field] == after and changed["version"] > stood["version"]


@pytest.mark.parametrize(("before", "after"), [("Канат", "Қанат"), ("Семен", "Семён"), ("канат", "Канат")])
def test_the_lead_page_writes_it_too(api_almaty: Api, web: Web, lead: str, before: str, after: str) -> None:
    for value in (before, after):
        version = api_almaty.get(lead).json["version"]
        web.post(f"{lead.removeprefix('/api')}/fields/name", {"value": value, "version": version})
        assert api_almaty.get(lead).json["name"] == value


def test_what_is_sent_as_it_was_shown_changes_nothing(app: Flask, api_almaty: Api, web: Web, lead: str) -> None:
    """The English page shows «Almaty» for what is stored as «Алматы»."""
    web.post("/settings/profile", {"language": "en", "name": "Aigul"})
    stood = api_almaty.get(lead).json
    shown = {"city": "Almaty", "object_type": "house", "area": "150\u00a0m²", "summary": f"{stood['summary']}\r\n"}
    for field, value in shown.items():
        web.post(f"{lead.removeprefix('/api')}/fields/{field}", {"value": value, "version": stood["version"]})
    assert api_almaty.get(lead).json == stood
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        assert db.session.get(Lead, stood["id"]).version == stood["version"]


@pytest.mark.parametrize("body", [{"status": "won"}, {"nmae": "x"}, {"name": "Айгуль", "owner_id": 2}])
def test_a_change_names_the_field_that_it_does_not_take(api_almaty: Api, lead: str, body: dict[str, object]) -> None:
    before = api_almaty.get(lead).json
    answer = api_almaty.patch(lead, json=body)
    assert answer.status_code == 422
    assert answer.json["detail"][0]["loc"] == ["body", list(body)[-1]]
    assert api_almaty.get(lead).json == before


def test_a_move_and_the_settings_take_no_unknown_field(api_almaty: Api, lead: str) -> None:
    moved = api_almaty.post(f"{lead}/move", json={"status": "won", "note": "x"})
    assert moved.status_code == 422 and moved.json["detail"][0]["loc"] == ["body", "note"]
    fact = {"topic": "price", "text": "От 180 000 ₸", "wrods": ["цена"]}
    for body, path in (({"widget_key": "w"}, ["widget_key"]), ({"facts": [fact]}, ["facts", 0, "wrods"])):
        answer = api_almaty.patch("/api/settings", json={"persona": "Айя", **body})
        assert answer.status_code == 422 and answer.json["detail"][0]["loc"] == ["body", *path]
    assert api_almaty.get("/api/settings").json["persona"] != "Айя"


def test_the_doors_of_the_contract_take_more_than_they_know(app: Flask, api_almaty: Api) -> None:
    more = {"source": "site", "utm": "x"}
    account = {"email": "new@almaty.kz", "password": "test123", "company_name": "Тест"}
    assert app.test_client().post("/api/auth/register", json=account | more).status_code == 201
    said = {"username": "new@almaty.kz", "password": "test123", "grant_type": "password"}
    assert app.test_client().post("/api/auth/login", data=said | more).status_code == 200
    assert api_almaty.post("/api/chat", data={"user_id": "c", "text": "Хочу дом"} | more).status_code == 200
    assert api_almaty.post("/api/chat", json={"user_id": "c", "text": "Хочу дом"} | more).status_code == 200


def test_two_people_whose_names_fold_alike_stay_two() -> None:
    people = imports_rows._by_name({1: "Семен", 2: "Семён", 3: "Әсел"})
    assert people == {"Семен": 1, "Семён": 2, "Әсел": 3, "асел": 3}
