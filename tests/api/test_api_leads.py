"""The integrator's view of leads and settings; a stranger's company is always in the room."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from collecting import over
from conftest import Api, contract_dialogue
from flask import Flask
from sqlalchemy import update

from leadbot.api import bot_shapes, lead_shapes
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads import listing
from leadbot.models import Lead


@pytest.fixture
def lead(api_almaty: Api) -> dict[str, Any]:
    contract_dialogue(api_almaty)
    leads: list[dict[str, Any]] = api_almaty.get("/api/leads").json["leads"]
    return leads[0]


def three_leads(api: Api) -> list[int]:
    for number in range(3):
        contract_dialogue(api, f"client_{number}", f"8776877663{number}")
    return [lead["id"] for lead in api.get("/api/leads").json["leads"]]


def test_all_leads_in_the_order_they_came(api_almaty: Api, api_astana: Api) -> None:
    ids = three_leads(api_almaty)
    assert ids == sorted(ids)
    assert len(ids) == 3
    assert api_astana.get("/api/leads").json == {"leads": [], "total": 0}


def test_leads_by_stage(api_almaty: Api) -> None:
    first, *_ = three_leads(api_almaty)
    api_almaty.post(f"/api/leads/{first}/move", json={"status": "won"})
    found = api_almaty.get("/api/leads?status=won").json
    assert ([lead["id"] for lead in found["leads"]], found["total"]) == ([first], 1)
    assert api_almaty.get("/api/leads?status=new").json["total"] == 2


def test_leads_changed_since_a_moment(api_almaty: Api, app: Flask) -> None:
    first, second, _ = three_leads(api_almaty)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        for lead_id, moment in ((first, "2026-01-28 15:29:59"), (second, "2026-01-28 15:30:00")):
            changed_at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
            db.session.execute(update(Lead).where(Lead.id == lead_id).values(updated_at=changed_at))
        db.session.commit()
    for since in ("2026-01-28T15:30:00", "2026-01-28T20:30:00%2B05:00", "1769614200"):
        found = api_almaty.get(f"/api/leads?updated_since={since}&limit=1").json
        assert ([lead["id"] for lead in found["leads"]], found["total"], found["next_cursor"]) == ([second], 2, second)
    for since, total in (("0001-01-01T00:00:00%2B14:00", 3), ("9999-12-31T23:59:59-14:00", 0)):
        assert api_almaty.get(f"/api/leads?updated_since={since}").json["total"] == total


def test_values_are_written_over_all_or_none(api_almaty: Api, api_astana: Api, lead: dict[str, Any]) -> None:
    path = f"/api/leads/{lead['id']}"
    values = {"name": "Канат Ахметов", "phone": "+7 701 555 44 33", "city": "в Астане", "area": None}
    assert api_astana.patch(path, json=values).status_code == 404
    changed = api_almaty.patch(path, json=values | {"version": lead["version"]}).json
    assert changed["version"] > lead["version"]
    due = {"name": "Канат Ахметов", "phone": "87015554433", "phone_e164": "+77015554433", "area": None}
    assert {key: changed[key] for key in due} == due
    for wrong, status in (
        ({"name": "Дана", "phone": "123"}, 422), ({"name": "x" * 300}, 422), ([], 422), ({"status": "won"}, 422),
        ({"name": "Дана", "version": lead["version"]}, 409),
    ):  # fmt: skip
        assert api_almaty.patch(path, json=wrong).status_code == status, wrong
    assert api_almaty.get(path).json == changed
    api_almaty.say("client_1", "ой, меня зовут Марат")
    assert api_almaty.get(path).json["name"] == "Канат Ахметов"  # the bot leaves it alone


def test_leads_page_by_page(api_almaty: Api) -> None:
    ids = three_leads(api_almaty)
    page = api_almaty.get("/api/leads?limit=2").json
    assert ([lead["id"] for lead in page["leads"]], page["total"], page["next_cursor"]) == (ids[:2], 3, ids[1])
    rest = api_almaty.get(f"/api/leads?limit=2&cursor={page['next_cursor']}").json
    assert ([lead["id"] for lead in rest["leads"]], rest["total"], rest["next_cursor"]) == (ids[2:], 3, None)
    assert [lead["id"] for lead in api_almaty.get("/api/leads?limit=1&offset=1").json["leads"]] == ids[1:2]


BAD_QUERIES = [
    "updated_since=x", "updated_since=", "limit=-1", "limit=0", "limit=1000000000", "limit=abc", "limit=",
    "limit=1.5", "offset=1e9", "offset=1000000000", "offset=-1", "cursor=x", "cursor=2147483648", "status=<x>",
    "status=", "status=NEW", "sort=;", "owner_id=2",
]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("query", BAD_QUERIES)
def test_parameters_that_are_not_right(api_almaty: Api, query: str) -> None:  # row 81
    answer = api_almaty.get(f"/api/leads?{query}")
    assert answer.status_code == 422
    assert answer.json["detail"][0]["loc"] == ["query", query.partition("=")[0]]


def test_one_lead(api_almaty: Api, lead: dict[str, Any]) -> None:
    assert api_almaty.get(f"/api/leads/{lead['id']}").json == lead
    lead_shapes.LeadRow.model_validate(lead)
    assert lead["source"] == "api"


def test_another_companys_lead_and_none_at_all_look_the_same(api_almaty: Api, api_astana: Api, lead: Any) -> None:
    body = {"status": "won"}
    for number in (lead["id"], 999, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**30, 0, -1, "1;", "%00", "x"):
        for answer in (
            api_astana.get(f"/api/leads/{number}"),
            api_astana.get(f"/api/leads/{number}/messages"),
            api_astana.post(f"/api/leads/{number}/move", json=body),
        ):
            assert (answer.status_code, answer.json) == (404, {"detail": "Not Found"}), number
    assert api_almaty.get(f"/api/leads/{lead['id']}").json == lead


def test_a_lead_is_moved(api_almaty: Api, lead: dict[str, Any]) -> None:
    path = f"/api/leads/{lead['id']}/move"
    moved = api_almaty.post(path, json={"status": "in_progress", "version": lead["version"]})
    assert (moved.status_code, moved.json["status"]) == (200, "in_progress")
    assert moved.json["version"] > lead["version"]
    lost = api_almaty.post(path, json={"status": "lost", "reason": "expensive"})
    assert (lost.json["status"], lost.json["lost_reason"]) == ("lost", "expensive")


def test_the_slower_of_two_gets_the_lead_as_it_stands(api_almaty: Api, lead: dict[str, Any]) -> None:
    path = f"/api/leads/{lead['id']}/move"
    first = api_almaty.post(path, json={"status": "won", "version": lead["version"]})
    second = api_almaty.post(path, json={"status": "estimate", "version": lead["version"]})
    assert (second.status_code, second.json["lead"]) == (409, first.json)
    assert isinstance(second.json["detail"], str)


BAD_MOVES = [
    ({"status": "hacked"}, "status"), ({}, "status"), ({"status": None}, "status"), ({"status": "lost"}, "reason"),
    ({"status": "lost", "reason": "because"}, "reason"), ({"status": "won", "version": "x"}, "version"),
    ({"status": "won", "version": 2**70}, "version"), ({"status": "won", "version": -1}, "version"),
]  # fmt: skip


@over(BAD_MOVES, "body, field")
def test_moves_that_are_not_right(api_almaty: Api, lead: dict[str, Any], body: dict[str, Any], field: str) -> None:
    answer = api_almaty.post(f"/api/leads/{lead['id']}/move", json=body)
    assert (answer.status_code, answer.json["detail"][0]["loc"]) == (422, ["body", field])
    assert api_almaty.get(f"/api/leads/{lead['id']}").json == lead


def test_the_talk_behind_a_lead(api_almaty: Api, lead: dict[str, Any]) -> None:
    path = f"/api/leads/{lead['id']}/messages"
    told = api_almaty.get(path).json
    assert told["total"] == len(told["messages"]) == 8
    assert [line["author"] for line in told["messages"]] == ["client", "bot"] * 4
    assert told["messages"][0]["text"] == "Хочу дом"
    assert told["messages"][-1]["function_called"] == "register_lead"
    lead_shapes.Transcript.model_validate(told)
    assert [line["seq"] for line in api_almaty.get(f"{path}?after=6").json["messages"]] == [7, 8]
    assert api_almaty.get(f"{path}?limit=501").status_code == 422


def test_settings_are_shown_and_changed(api_almaty: Api, api_astana: Api) -> None:
    before = api_almaty.get("/api/settings").json
    bot_shapes.Settings.model_validate(before, extra="forbid")
    assert before["company_name"] == "СтройКомпания Алматы"
    assert before["widget_key"]
    after = api_almaty.patch("/api/settings", json={"telegram_chat_id": None, "language": "kk"})
    assert after.status_code == 200
    assert after.json == {**before, "language": "kk"}
    assert api_almaty.get("/api/settings").json == after.json
    assert api_astana.get("/api/settings").json["language"] == "ru"


BAD_SETTINGS = [
    ({"telegram_chat_id": "not a chat"}, "telegram_chat_id"),
    ({"telegram_chat_id": -100123}, "telegram_chat_id"), ({"language": "de"}, "language"),
    ({"language": []}, "language"),
    ({"time_zone": "Mars/Base"}, "time_zone"), ({"time_zone": {}}, "time_zone"), ({"company_name": ""}, "company_name"),
    ({"widget_key": "x"}, "widget_key"), ({"id": 5}, "id"), ({"phone": 5}, "phone"), ({"about": "x" * 1001}, "about"),
]  # fmt: skip


@over(BAD_SETTINGS, "body, field")
def test_settings_that_are_not_right_change_nothing(api_almaty: Api, body: dict[str, Any], field: str) -> None:
    before = api_almaty.get("/api/settings").json
    answer = api_almaty.patch("/api/settings", json={"hours": "9-18", **body})
    assert (answer.status_code, answer.json["detail"][0]["loc"]) == (422, ["body", field])
    assert api_almaty.get("/api/settings").json == before


def test_while_a_manager_holds_the_talk_the_bot_is_silent(api_almaty: Api, almaty: Any) -> None:
    api_almaty.say("c1", "Хочу дом")
    page = almaty.get("/conversations")
    assert page.status_code == 200
    almaty.post("/conversations/1/take")
    said = api_almaty.say("c1", "Алматы")
    assert (said["response"], said["function_called"], said["handled_by"]) == ("", None, "manager")


def test_a_list_of_many_pages_is_whole(api_almaty: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(5):
        contract_dialogue(api_almaty, f"c{number}", f"8776877663{number}")
    everything = api_almaty.get("/api/leads").json
    ids = [lead["id"] for lead in everything["leads"]]
    assert len(ids) == 5 == everything["total"] and ids == sorted(ids) and "next_cursor" not in everything
    some = api_almaty.get(f"/api/leads?limit=3&cursor={ids[0]}").json
    assert [lead["id"] for lead in some["leads"]] == ids[1:4] and some["next_cursor"] == ids[3]
    assert [lead["id"] for lead in api_almaty.get("/api/leads?limit=4&offset=2").json["leads"]] == ids[2:]
    assert api_almaty.get(f"/api/leads/{ids[0]}").json == everything["leads"][0]


def test_the_database_writes_json_as_we_do(app: Flask, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        odd = "\\ \" ' / \b\t\n\x01\x1f\x7f \u2028 </script> Ә 😀"
        db.session.execute(update(Lead).values(name=odd, summary="", city=None))
        db.session.commit()
    one = api_almaty.get("/api/leads/1")
    assert one.json["name"] == odd
    assert api_almaty.get("/api/leads").text == f'{{"leads":[{one.text.strip()}],"total":1}}\n'
