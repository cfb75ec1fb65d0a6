"""Settings → Stages: a company's own names of stages, everywhere a stage is named, and keys that never change."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from conftest import Api, Web, contract_dialogue
from counting import statements
from flask import Flask
from importing import upload
from making import put_leads
from test_web_board import HTMX

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import LeadStatus, Role, User

URL = "/settings/stages"
OWN = {"in_progress": "Звоним", "estimate": "КП у клиента", "won": "Оплачено", "lost": "Слив"}
USUAL = {"in_progress": "Взяли в работу", "estimate": "Смета отправлена", "won": "Договор", "lost": "Отказ"}


def form(**names: str) -> dict[str, object]:
    return {**{stage.value: "" for stage in LeadStatus}, **names}


def rename(web: Web, **names: str) -> None:
    answer = web.post(URL, form(**names))
    assert (answer.status_code, answer.location) == (303, URL), answer.text


def typed(page: str, stage: str) -> str:
    """What stands in the field of a stage."""
    field = re.search(rf'<input[^>]*name="{stage}"[^>]*>', page)
    assert field
    value = re.search(r'value="([^"]*)"', field[0])
    return html.unescape(value[1]) if value else ""


def told(page: str) -> dict[str, str]:
    """What is said to be wrong, by field."""
    found = re.findall(r'<p class="error" id="(\w+)-e">(.*?)</p>', page, re.DOTALL)
    return {field: re.sub(r"<[^>]+>", "", said).strip() for field, said in found}


def test_names_are_set_shown_again_and_taken_back(almaty: Web) -> None:
    rename(almaty, **OWN)
    page = almaty.get(URL).text
    assert {stage: typed(page, stage) for stage in OWN} == OWN and typed(page, "new") == ""
    assert "Звоним" in almaty.get("/board").text
    rename(almaty)
    board = almaty.get("/board").text
    assert "Звоним" not in board and USUAL["in_progress"] in board


@pytest.mark.parametrize("path", ["/board", "/board?stage=won", "/board/tools", "/board/table", "/leads/export"])
def test_pages_speak_the_companys_names(almaty: Web, api_almaty: Api, path: str) -> None:
    contract_dialogue(api_almaty)
    rename(almaty, **OWN)
    page = almaty.get(path).text
    shown = OWN if path != "/board" else {stage: OWN[stage] for stage in ("in_progress", "estimate", "won", "lost")}
    for stage, name in shown.items():
        assert name in page, stage
        assert USUAL[stage] not in page, stage


def test_a_lead_its_history_and_its_notes_do_too(almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    lead_id = 1
    rename(almaty, **OWN)
    version = re.search(r'name="version" value="(\d+)"', almaty.get(f"/leads/{lead_id}").text)
    assert version
    moved = almaty.post(f"/leads/{lead_id}/move", {"status": "estimate", "version": version[1]}, headers=HTMX)
    assert "«КП у клиента»" in moved.text
    page = almaty.get(f"/leads/{lead_id}").text
    assert "Новая → КП у клиента" in page and "Смета отправлена" not in page
    assert "Оплачено" in almaty.get("/figures").text
    assert api_almaty.get(f"/api/leads/{lead_id}").json["status"] == "estimate"


def test_an_export_bears_the_names_and_comes_back(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id or 0, 1, status=LeadStatus.WON)
    rename(almaty, won="=Оплачено", new="Договор", lost="שלום")
    data = almaty.get("/leads/export.csv").data
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][2] == "'=Оплачено"
    another = data.replace(rows[1][rows[0].index("Телефон")].encode(), b"87015550001")
    preview = almaty.get(upload(almaty, another)).text
    assert "=Оплачено" in preview and "Нет такого этапа" not in preview
    made = "Телефон,Этап\n87015550002,договор\n87015550003,estimate\n87015550004,взяли в работу\n"
    preview = almaty.get(upload(almaty, made.encode())).text
    for stage in ("Договор", "Смета отправлена", "Взяли в работу"):
        assert f"<td>{stage}</td>" in preview


def test_every_language_reads_one_name_and_the_usual_ones_in_its_own(almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    rename(almaty, in_progress="Звоним")
    almaty.post("/language", {"language": "kk", "next": "/board"})
    page = almaty.get("/board").text
    assert "Звоним" in page and "Смета жіберілді" in page


def test_another_company_keeps_its_own(almaty: Web, astana: Web) -> None:
    rename(almaty, **OWN)
    page = astana.get("/board").text
    assert not [name for name in OWN.values() if name in page]
    assert all(name in page for name in USUAL.values())
    assert {typed(astana.get(URL).text, stage) for stage in OWN} == {""}


@pytest.mark.parametrize(
    ("names", "errors"),
    [
        ({"new": "Щ" * 31}, {"new": "Не больше 30 символов, сейчас 31"}),
        ({"new": "а\nб", "won": "а\0б"}, dict.fromkeys(("new", "won"), "Нужна одна строка без служебных символов")),
        ({"new": "Звоним", "won": " звоним "}, {"won": "Так уже называется другой этап"}),
        ({"new": "договор"}, {"new": "Так уже называется другой этап"}),
        ({"lost": "Келісімшарт"}, {"lost": "Так уже называется другой этап"}),
        ({"new": "WON"}, {"new": "Так уже называется другой этап"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_set(
    almaty: Web, names: dict[str, str], errors: dict[str, str]
) -> None:
    rename(almaty, estimate="КП")
    for headers in ({}, HTMX):
        answer = almaty.post(URL, form(estimate="Иначе", **names), headers=headers)
        assert answer.status_code == 422 and told(answer.text) == errors
        assert typed(answer.text, "estimate") == "Иначе"
    assert typed(almaty.get(URL).text, "estimate") == "КП"


def test_two_stages_may_change_their_names(almaty: Web) -> None:
    rename(almaty, won="Отказ", lost="Договор")
    assert typed(almaty.get(URL).text, "won") == "Отказ"


@pytest.mark.parametrize("name", ["<b>x</b>", "{{ 7*7 }}", "🏗️" * 15, "Щ" * 30, "שלום", "a'\"&"])
def test_any_name_is_shown_as_typed(almaty: Web, name: str) -> None:
    rename(almaty, new=name)
    assert typed(almaty.get(URL).text, "new") == name
    page = almaty.get("/board").text
    heading = re.search(r'<h2 id="stage-new"[^>]*>(.*?)</h2>', page)
    assert heading and html.unescape(heading[1]).strip("\u2068\u2069") == name
    assert "<b>x</b>" not in page


def test_marks_nobody_sees_are_no_name(almaty: Web) -> None:
    rename(almaty, new="\u200b\u202e ")
    assert typed(almaty.get(URL).text, "new") == ""


def test_htmx_gets_the_form_again_and_an_open_board_its_names(almaty: Web) -> None:
    before = almaty.get("/board").text
    version = re.search(r'data-version="([^"]+)"', before)
    assert version and almaty.get(f"/board/live?v={version[1]}").status_code == 204
    answer = almaty.post(URL, form(new=" Входящие "), headers=HTMX)
    assert answer.status_code == 200 and answer.text.lstrip().startswith("<form") and "Сохранено" in answer.text
    assert typed(answer.text, "new") == "Входящие"
    assert "Входящие" in almaty.get(f"/board/live?v={version[1]}").text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_all_but_owners_only_read_them(app: Flask, almaty: Web, role: Role) -> None:
    rename(almaty, new="Входящие")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.query(User).one().role = role
        db.session.commit()
    page = almaty.get(URL).text
    assert typed(page, "new") == "Входящие" and '<fieldset class="bare" disabled>' in page
    assert almaty.post(URL, form(new="Иначе")).status_code == 403
    assert typed(almaty.get(URL).text, "new") == "Входящие"


def test_names_cost_no_statement(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id or 0, 12)
    with statements(app) as usual:
        almaty.get("/board")
    rename(almaty, **OWN)
    with statements(app) as own:
        almaty.get("/board")
    assert len(own) == len(usual) <= 6, own
