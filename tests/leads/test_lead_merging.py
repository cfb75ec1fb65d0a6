"""Duplicates made one and taken apart, repeats split off: whatever is done, nothing is lost."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Delivery, Evidence, Lead, LeadEvent, LeadNote, LeadTask, Role, User

KINDS = (LeadNote, LeadTask, LeadEvent, Delivery, Conversation, Evidence)


@pytest.fixture
def two(app: Flask, almaty: Web, api_almaty: Api) -> None:
    """Leads 1 and 2 of one person who gave two phones; each with a note, a task and a notice."""
    contract_dialogue(api_almaty, "first")
    for words in ("Хочу баню", "Астана", "40 квадратов", "Канат Жумабеков, 87010000001"):
        api_almaty.say("second", words)
    for lead in (1, 2):
        almaty.post(f"/leads/{lead}/notes", {"text": f"заметка {lead}"})
        almaty.post(f"/leads/{lead}/tasks", {"day": f"2029-01-0{lead}", "time": "10:00", "text": f"звонок {lead}"})
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        for lead in (1, 2):
            row = Delivery(lead_id=lead, event="x", channel="telegram", target="1", text="x", dedup_key=f"x{lead}")
            db.session.add(row)
        db.session.commit()


def row(api: Api, lead_id: int) -> dict[str, object]:
    return dict(api.get(f"/api/leads/{lead_id}").json)


def counted(app: Flask, company_id: int) -> dict[str, dict[int | None, int]]:
    """How many rows of each kind hang on which lead, the events of merging left out."""
    found: dict[str, dict[int | None, int]] = {}
    with app.app_context():
        tenancy.act_for(company_id)
        for kind in KINDS:
            for each in db.session.query(kind):
                if getattr(each, "field", "") != "lead":
                    of_kind = found.setdefault(kind.__name__, {})
                    of_kind[each.lead_id] = of_kind.get(each.lead_id, 0) + 1
    return found


def merge(web: Web, **chosen: str) -> object:
    page = web.get("/leads/1/merge?with=2").text
    form = dict(re.findall(r'name="(other|version|other_version)" value="(\d+)"', page))
    return web.post("/leads/1/merge", {**form, **chosen})


def test_a_duplicate_becomes_part_of_the_lead_and_leads_on(app: Flask, almaty: Web, two: None, api_almaty: Api) -> None:
    before = counted(app, almaty.company_id)
    assert merge(almaty, name="other", object_type="own", phone="own").location == "/leads/1"
    kept, gone = row(api_almaty, 1), row(api_almaty, 2)
    assert (kept["name"], kept["object_type"], kept["phone"]) == ("Канат Жумабеков", "дом", "87768776637")
    assert (gone["status"], gone["lost_reason"]) == ("lost", "duplicate")
    after = counted(app, almaty.company_id)
    assert {kind: sum(rows.values()) for kind, rows in after.items()} == {
        kind: sum(rows.values()) for kind, rows in before.items()
    }
    assert all(2 not in after[kind.__name__] for kind in (LeadNote, LeadTask, LeadEvent, Delivery, Conversation))
    page = almaty.get("/leads/1").text
    for words in ("заметка 2", "звонок 2", "Хочу <mark", "40 квадратов", "Объединение с заявкой"):
        assert words in page, words
    assert 'href="/leads/1">Работа идёт в заявке' in almaty.get("/leads/2").text


def test_what_the_client_complains_of_goes_with_the_duplicate(almaty: Web, two: None, api_almaty: Api) -> None:
    api_almaty.say("second", "Крыша, которую вы сделали, течёт, безобразие!")
    api_almaty.say("second", "и пишите только в ватсап")
    marks = ("is_complaint", "is_withdrawn", "contact_by")
    alone, other = ([row(api_almaty, each)[mark] for mark in marks] for each in (1, 2))
    assert (alone, other) == ([False, False, None], [True, False, "whatsapp"])
    merge(almaty, name="own")
    assert [row(api_almaty, 1)[mark] for mark in marks] == other
    almaty.post("/leads/1/merge/1/undo")
    assert [row(api_almaty, 1)[mark] for mark in marks] == alone


def test_a_withdrawal_of_the_later_of_two_counts(almaty: Web, two: None, api_almaty: Api) -> None:
    api_almaty.say("first", "не надо, передумал, отмените заявку")
    assert row(api_almaty, 1)["is_withdrawn"] == 1
    merge(almaty, name="own")
    assert row(api_almaty, 1)["is_withdrawn"] == 0, "he has come back since"
    almaty.post("/leads/1/merge/1/undo")
    assert row(api_almaty, 1)["is_withdrawn"] == 1


def test_a_further_object_is_not_taken_for_a_duplicate(almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty, "first")
    api_almaty.say("first", "теперь нужен ещё ремонт офиса 120 кв в Талгаре")
    assert row(api_almaty, 2)["related_lead_id"] == 1
    assert "Ещё один объект клиента: заявка" in almaty.get("/leads/1").text, "the first one's history says so"
    for lead, other in ((1, 2), (2, 1)):
        page = almaty.get(f"/leads/{lead}").text
        assert "Возможно, тот же клиент" not in page
        assert f'href="/leads/{lead}/merge?with={other}"' in page, "among his other leads it stands"


def test_taken_apart_both_are_as_they_were(app: Flask, almaty: Web, two: None, api_almaty: Api) -> None:
    rows, values = counted(app, almaty.company_id), [row(api_almaty, each) for each in (1, 2)]
    merge(almaty, name="other", city="other", area="other", phone="other")
    assert row(api_almaty, 1)["phone"] == "87010000001"
    assert almaty.post("/leads/1/merge/1/undo").location == "/leads/2"
    assert counted(app, almaty.company_id) == rows
    for before, now in zip(values, [row(api_almaty, each) for each in (1, 2)], strict=True):
        volatile = {"version", "updated_at"}
        assert {k: v for k, v in now.items() if k not in volatile} == {
            k: v for k, v in before.items() if k not in volatile
        }
    assert almaty.post("/leads/1/merge/1/undo").status_code == 404
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert db.session.get_one(Lead, 1).edited == {}


def test_what_was_changed_and_added_since_stays_where_it_is(
    app: Flask, almaty: Web, two: None, api_almaty: Api
) -> None:
    merge(almaty, name="other")
    almaty.post("/leads/1/fields/name", {"value": "Третье имя"})
    almaty.post("/leads/1/notes", {"text": "после"})
    almaty.post("/leads/1/merge/1/undo")
    assert row(api_almaty, 1)["name"] == "Третье имя"
    assert "после" in almaty.get("/leads/1").text and "заметка 2" in almaty.get("/leads/2").text


def test_the_client_goes_on_with_the_lead_that_stayed(app: Flask, almaty: Web, two: None, api_almaty: Api) -> None:
    merge(almaty, phone="own", name="own")
    api_almaty.say("second", "бюджет 30 миллионов тенге")
    api_almaty.say("third", "Хочу дом 90 квадратов в Алматы. Канат, 87010000001")
    assert api_almaty.get("/api/leads").json["total"] == 2, "the second phone finds the lead that stayed"
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert {talk.lead_id for talk in db.session.query(Conversation)} == {1}


@pytest.mark.parametrize(
    ("other", "said"),
    [("1", "Выберите другую"), ("99", "Такой заявки нет"), ("x", "Такой заявки нет"), ("", "Выберите")],
)
def test_what_can_not_be_merged_is_said(almaty: Web, two: None, other: str, said: str) -> None:
    answer = almaty.post("/leads/1/merge", {"other": other, "version": "1", "other_version": "1"})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_a_stale_merge_is_shown_again(almaty: Web, two: None, api_almaty: Api) -> None:
    late = almaty.post("/leads/1/merge", {"other": "2", "version": "0", "other_version": "1", "name": "other"})
    assert late.status_code == 409
    assert "за это время изменили" in late.text and 'name="other_version"' in late.text
    assert row(api_almaty, 2)["status"] == "new"


def test_a_repeat_is_split_off_with_its_values(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty, "first")
    for words in ("Хочу баню 40 квадратов в Астане", "Руслан, 87768776637"):
        api_almaty.say("second", words)
    assert row(api_almaty, 1)["object_type"] == "баня"
    assert almaty.post("/leads/1/split/2").location == "/leads/2"
    first, second = row(api_almaty, 1), row(api_almaty, 2)
    assert (first["name"], first["object_type"], first["city"], first["area"]) == ("Канат", "дом", "Алматы", "150 м²")
    assert (second["name"], second["object_type"], second["city"]) == ("Руслан", "баня", "Астана")
    assert "Хочу баню" not in almaty.get("/leads/1").text
    assert almaty.post("/leads/1/split/2").status_code == 404
    assert almaty.post("/leads/1/split/1").status_code == 404, "its own talk stays"


def test_others_merge_nothing(app: Flask, almaty: Web, astana: Web, two: None) -> None:
    for path in ("merge", "merge/1/undo", "split/1"):
        assert astana.post(f"/leads/1/{path}", {"other": "2"}).status_code == 404
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.query(User).one().role = Role.VIEWER
        db.session.commit()
    for path in ("merge", "merge/1/undo", "split/1"):
        assert almaty.post(f"/leads/1/{path}", {"other": "2"}).status_code == 403


def add(web: Web, **values: str) -> None:
    assert web.post("/board/add", {"as": "new", **values}).status_code == 303


def test_duplicates_are_found_by_phone_and_by_name_and_town(almaty: Web, astana: Web) -> None:
    person = {"name": "Канат Жұмабеков", "city": "Алматы"}
    add(almaty, phone="87010000001", **person)
    add(almaty, phone="87010000002", name="канат жумабеков", city="алматы")
    add(almaty, phone="87010000003", name="Канат Жұмабеков", city="Астана")
    add(almaty, phone="87010000001", name="Жена")
    add(astana, phone="87010000001", **person)
    page = almaty.get("/leads/1").text
    found = set(re.findall(r"/leads/1/merge\?with=(\d+)", page))
    assert found == {"2", "4"} and "Возможно, тот же клиент" in page and "то же имя и город" in page
    assert "Возможно, тот же клиент" not in almaty.get("/leads/3").text
    almaty.post("/leads/2/move", {"status": "lost", "reason": "spam"})
    assert "with=2" in almaty.get("/leads/1").text


def test_the_other_lead_is_searched_for_and_three_clicks_merge(almaty: Web, astana: Web) -> None:
    for number, name in enumerate(("Канат", "Әсел Серікова", "Олег"), 1):
        add(almaty, phone=f"8701000000{number}", name=name, city="Алматы")
    add(astana, phone="87010000009", name="Асель")
    htmx = {"HX-Request": "true"}
    assert 'href="/leads/1/merge"' in almaty.get("/leads/1").text
    for query in ("асел", "0000002", "8 701 000 00 02", "№2", "2"):
        part = almaty.get("/leads/1/merge", query_string={"q": query}, headers=htmx, follow_redirects=True).text
        assert "/leads/1/merge?with=2" in part and 'with=1"' not in part, query
    assert (
        "Ничего не найдено" in almaty.get("/leads/1/merge?q=Несуществующий", headers=htmx, follow_redirects=True).text
    )
    side_by_side = almaty.get("/leads/1/merge?with=2", headers=htmx).text
    assert "Әсел Серікова" in side_by_side and "Канат" in side_by_side
    form = dict(re.findall(r'name="(other|version|other_version)" value="(\d+)"', side_by_side))
    done = almaty.post("/leads/1/merge", {**form, "name": "other"}, headers=htmx)
    assert "/leads/1/merge/1/undo" in done.text and "Әсел Серікова" in almaty.get("/leads/1").text
    almaty.post("/leads/1/merge/1/undo", headers=htmx)
    assert "Әсел Серікова" in almaty.get("/leads/2").text and "Канат" in almaty.get("/leads/1").text
