"""Who keeps a copy of the leads learns which are no more, however they went, and nothing else of them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from conftest import PASSWORD, Api, Later, Web, contract_dialogue
from flask import Flask
from importing import upload, work
from sqlalchemy import select

from leadbot import jobs
from leadbot.database import tenancy
from leadbot.database.session import Base, db
from leadbot.leads import listing, records
from leadbot.models import Company, Lead, LeadStatus, Source, User
from leadbot.operations import demo
from leadbot.transfer import erasure

ERASED = "/api/leads/erased"


def ids(api: Api, after: int = 0) -> list[int]:
    return [each["id"] for each in api.get(f"{ERASED}?after={after}").json["erased"]]


def add(app: Flask, company_id: int, count: int = 1, **values: object) -> list[int]:
    """Leads written down by hand."""
    with app.app_context():
        tenancy.act_for(company_id)
        same = {"source": Source.MANUAL, **values}
        leads = [Lead(phone=f"8701{n:07}", phone_e164=f"+7701{n:07}", **same) for n in range(count)]
        db.session.add_all(leads)
        db.session.commit()
        return [lead.id for lead in leads]


def erase(app: Flask, company_id: int, lead_id: int) -> None:
    with app.app_context():
        tenancy.act_for(company_id)
        owner = db.session.scalars(select(User)).one()
        erasure.erase(erasure.of_lead(records.get(lead_id)), by=owner)


def by_a_person(app: Flask, web: Web, api: Api, later: Later) -> list[int]:
    contract_dialogue(api)
    erase(app, api.company_id, 1)
    return [1]


def by_the_companys_rule(app: Flask, web: Web, api: Api, later: Later) -> list[int]:
    contract_dialogue(api)
    made = add(app, api.company_id, status=LeadStatus.LOST)
    with app.app_context():
        tenancy.act_for(api.company_id)
        db.session.get_one(Company, api.company_id).retention_days = 30
        db.session.get_one(Lead, 1).status = LeadStatus.WON
        db.session.commit()
    later(days=31)
    with app.app_context():
        assert erasure.expire() == 3
    return [1, *made]


def by_taking_a_test_lead_away(app: Flask, web: Web, api: Api, later: Later) -> list[int]:
    made = add(app, api.company_id, source=Source.TEST)
    web.post(f"/leads/{made[0]}/remove")
    return made


def by_taking_samples_away(app: Flask, web: Web, api: Api, later: Later) -> list[int]:
    with app.app_context():
        tenancy.act_for(api.company_id)
        owner = db.session.scalars(select(User)).one()
        demo.add_samples(by=owner)
        made = list(db.session.scalars(select(Lead.id).order_by(Lead.id)))
        demo.remove_samples(by=owner)
    return made


def by_taking_an_import_back(app: Flask, web: Web, api: Api, later: Later) -> list[int]:
    path = upload(web, "phone,name\n87010000001,Канат\n87010000002,Айгуль\n".encode())
    web.post(path)
    work(app)
    web.post(f"{path}/undo")
    work(app)
    return [1, 2]


WAYS = [by_a_person, by_the_companys_rule, by_taking_a_test_lead_away, by_taking_samples_away, by_taking_an_import_back]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_whichever_way_a_lead_goes_it_is_told_to_its_own_company_alone(
    app: Flask, almaty: Web, api_almaty: Api, api_astana: Api, later: Later, way: Callable[..., list[int]]
) -> None:
    gone = way(app, almaty, api_almaty, later)
    api_almaty = refreshed(api_almaty)
    assert gone and api_almaty.get("/api/leads").json["total"] == 0
    told = api_almaty.get(ERASED).json
    assert sorted(each["id"] for each in told["erased"]) == gone
    assert {tuple(each) for each in told["erased"]} == {("id", "erased_at")}
    assert refreshed(api_astana).get(ERASED).json == {"erased": [], "next": 0}


def refreshed(api: Api) -> Api:
    """Logged in anew: the clock may have gone on."""
    said = {"username": "manager@almaty.kz" if api.company_id == 1 else "manager@astana.kz", "password": PASSWORD}
    api.token = api.client.post("/api/auth/login", data=said).json["access_token"]
    return api


def test_it_is_read_on_page_by_page_and_any_day_later(app: Flask, api_almaty: Api) -> None:
    made = add(app, api_almaty.company_id, 5)
    for lead_id in made[:3]:
        erase(app, api_almaty.company_id, lead_id)
    first = api_almaty.get(f"{ERASED}?limit=2").json
    assert [each["id"] for each in first["erased"]] == made[:2]
    second = api_almaty.get(f"{ERASED}?limit=2&after={first['next']}").json
    assert [each["id"] for each in second["erased"]] == made[2:3]
    assert api_almaty.get(f"{ERASED}?after={second['next']}").json == {"erased": [], "next": second["next"]}
    erase(app, api_almaty.company_id, made[4])
    assert ids(api_almaty, second["next"]) == [made[4]]


@pytest.mark.parametrize("asked", ["after=-1", "after=x", "limit=0", "limit=1001", "after=2147483648", "since=2026"])
def test_what_makes_no_sense_is_refused(api_almaty: Api, asked: str) -> None:
    assert api_almaty.get(f"{ERASED}?{asked}").status_code == 422


def test_what_fails_to_be_erased_is_not_told(app: Flask, api_almaty: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    (lead_id,) = add(app, api_almaty.company_id)

    def fail(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("leadbot.transfer.erasure.audit.note", fail)
    with pytest.raises(RuntimeError):
        erase(app, api_almaty.company_id, lead_id)
    assert (api_almaty.get("/api/leads").json["total"], ids(api_almaty)) == (1, [])


def test_nothing_but_numbers_is_kept_and_that_for_ninety_days(app: Flask, api_almaty: Api, later: Later) -> None:
    columns = Base.metadata.tables["erased_leads"].columns.keys()
    assert sorted(columns) == ["company_id", "erased_at", "id", "lead_id"]
    made = add(app, api_almaty.company_id, 2)
    erase(app, api_almaty.company_id, made[0])
    later(days=60)
    erase(app, api_almaty.company_id, made[1])
    for days, kept in ((29, made), (2, made[1:]), (60, [])):
        later(days=days)
        jobs.tidying(app).go()
        assert ids(refreshed(api_almaty)) == kept
    assert api_almaty.get(f"{ERASED}?after=2").json["next"] == 2
    (late,) = add(app, api_almaty.company_id)
    erase(app, api_almaty.company_id, late)
    assert ids(api_almaty, 2) == [late], "a number that was told is never given out again"


def test_a_lead_that_is_there_is_never_told_as_erased(app: Flask, api_almaty: Api) -> None:
    """SQLite gives the id of its newest row out again."""
    (lead_id,) = add(app, api_almaty.company_id)
    erase(app, api_almaty.company_id, lead_id)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        db.session.add(Lead(id=lead_id, source=Source.MANUAL, phone="87010000001", phone_e164="+77010000001"))
        db.session.commit()
    assert ids(api_almaty) == []


def test_no_number_is_seen_before_a_smaller_one(app: Flask, api_almaty: Api) -> None:
    """Whoever comes second waits for the first, so a reader that has seen the second has seen both."""
    company_id, begun, over = api_almaty.company_id, threading.Event(), threading.Event()
    made = add(app, company_id, 2)

    def second() -> None:
        with app.app_context():
            tenancy.act_for(company_id)
            begun.set()
            listing.note_erased([made[1]])
            db.session.commit()
        over.set()

    with app.app_context():
        tenancy.act_for(company_id)
        listing.note_erased([made[0]])
        other = threading.Thread(target=second)
        other.start()
        assert begun.wait(5) and not over.wait(0.5)
        for lead_id in made:
            db.session.delete(db.session.get_one(Lead, lead_id))
        db.session.commit()
    other.join(10)
    assert ids(api_almaty) == made


def test_erased_leads_go_with_their_company(app: Flask, api_almaty: Api, api_astana: Api) -> None:
    for api in (api_almaty, api_astana):
        erase(app, api.company_id, add(app, api.company_id)[0])
    with app.app_context(), tenancy.all_companies():
        gone = Base.metadata.tables["companies"]
        with db.engine.begin() as connection:
            connection.execute(gone.delete().where(gone.c.id == api_almaty.company_id))
            left = connection.execute(select(Base.metadata.tables["erased_leads"].c.company_id)).scalars().all()
    assert left == [api_astana.company_id]
