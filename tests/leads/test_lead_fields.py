"""A lead's values written over by managers: what is taken, who wins, and that the bot leaves them alone."""

from __future__ import annotations

import re

import pytest
from collecting import over
from conftest import Api, Web, contract_dialogue
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import Invalid
from leadbot.leads import moving, records
from leadbot.models import Company, Delivery, Lead, LeadEvent, Role, User

HTMX = {"HX-Request": "true"}
NBSP = "\u00a0"


@pytest.fixture
def lead(api_almaty: Api) -> int:
    contract_dialogue(api_almaty)
    return 1


def row(api: Api, lead_id: int = 1) -> dict[str, object]:
    return dict(api.get(f"/api/leads/{lead_id}").json)


def opened(web: Web, field: str, lead_id: int = 1) -> dict[str, str]:
    """The hidden fields of a line that is open for writing."""
    form = web.get(f"/leads/{lead_id}/fields/{field}", headers=HTMX).text
    return dict(re.findall(r'type="hidden" name="(version|was)" value="([^"]*)"', form))


def edit(web: Web, field: str, value: str, headers: dict[str, str] | None = None, **more: str) -> object:
    form = {**opened(web, field), "value": value, **more}
    return web.post(f"/leads/1/fields/{field}", form, headers=headers or {})


def events(app: Flask, company_id: int, kind: str) -> list[tuple[str | None, str | None, str | None]]:
    with app.app_context():
        tenancy.act_for(company_id)
        found = db.session.query(LeadEvent).filter(LeadEvent.kind == kind).order_by(LeadEvent.id)
        return [(each.field, each.from_value, each.to_value) for each in found]


@over(
    [
        ("name", "  Канат Жумабеков ", "Канат Жумабеков"),
        ("name", "", None),
        ("name", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("name", "\u202eעמית 🏗", "עמית 🏗"),
        ("phone", "+7 (705) 123-45-67", "87051234567"),
        ("phone", "7051234567", "87051234567"),
        ("phone", "٨٧٠٥١٢٣٤٥٦٧", "87051234567"),
        ("phone", "+996 555 123 456", "+996555123456"),
        ("city", "Өскемен", "Усть-Каменогорск"),
        ("city", "karaganda", "Караганда"),
        ("city", "Алматы, Бостандыкский район", "Алматы, Бостандыкский район"),
        ("city", "", None),
        ("object_type", "пәтер", "квартира"),
        ("object_type", "House", "дом"),
        ("object_type", "Дом из кирпича", "Дом из кирпича"),
        ("area", "200", "200 м²"),
        ("area", "150 - 180 кв м", "150–180 м²"),
        ("area", "15 соток", "15 соток"),
        ("area", "как у соседа", "как у соседа"),
        ("summary", "Звонить\nпосле шести", "Звонить\nпосле шести"),
    ],
    "field, typed, stored",
)
def test_a_value_is_stored_as_the_contract_says(
    almaty: Web, lead: int, api_almaty: Api, field: str, typed: str, stored: str | None
) -> None:
    answer = edit(almaty, field, typed)
    assert (answer.status_code, answer.location) == (303, f"/leads/1#fact-{field}")
    assert row(api_almaty)[field] == stored
    page = almaty.get("/leads/1").text
    assert "onerror=alert(1)>" not in page and "\u202e" not in page


def test_values_are_read_and_offered_by_the_companys_trade(app: Flask, almaty: Web, lead: int) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        company = db.session.get_one(Company, almaty.company_id)
        company.bot = {**company.bot, "setup": "landscaping", "objects": ["альпийская горка"]}
        db.session.commit()
    edit(almaty, "area", "15 соток")
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert db.session.get_one(Lead, 1).area_m2 == 1500  # the trade sells land: its sotkas are square metres
    offered = almaty.get("/leads/1/fields/object_type", headers=HTMX).text
    assert 'value="Альпийская горка"' in offered and 'value="Газон"' in offered
    assert 'value="Квартира"' not in offered


def test_the_second_number_in_a_phone_field_becomes_a_note(almaty: Web, lead: int, api_almaty: Api) -> None:
    edit(almaty, "phone", "8 705 123 45 67, жена 8 705 123 45 68")
    assert row(api_almaty)["phone"] == "87051234567"
    assert f"8{NBSP}705{NBSP}123{NBSP}45{NBSP}68" in almaty.get("/leads/1").text


def test_the_second_number_of_a_phone_follows_the_first(almaty: Web, lead: int, api_almaty: Api) -> None:
    edit(almaty, "phone", "8 705 123 45 67")
    assert row(api_almaty)["phone_e164"] == "+77051234567"
    assert 'href="tel:+77051234567"' in almaty.get("/leads/1").text


@over(
    [
        ("phone", "", "Заполните это поле"),
        ("phone", "12345", "Проверьте номер: нужно 11 цифр"),
        ("phone", "900101300123", "Проверьте номер"),
        ("phone", "8 777 six", "Проверьте номер"),
        ("phone", "=HYPERLINK(1)", "Проверьте номер"),
        ("name", "Ж" * 4096, "Не больше 200 символов, сейчас 4096"),
        ("name", "a\nb", "Нужна одна строка"),
        ("city", "Ж" * 101, "Не больше 100 символов"),
        ("area", "Ж" * 65, "Не больше 64 символов"),
        ("summary", "Ж" * 2001, "Не больше 2000 символов"),
        ("budget", "Ж" * 201, "Не больше 200 символов"),
    ],
    "field, typed, said",
)
def test_what_can_not_be_is_said_and_what_was_typed_stays(
    almaty: Web, lead: int, api_almaty: Api, field: str, typed: str, said: str
) -> None:
    before = row(api_almaty)
    for headers in ({}, HTMX):
        answer = edit(almaty, field, typed, headers)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert typed[:1] in answer.text
    assert row(api_almaty) == before


def test_the_loser_of_a_race_sees_the_fresh_value_and_keeps_his_own(almaty: Web, lead: int, api_almaty: Api) -> None:
    seen = opened(almaty, "name")
    edit(almaty, "name", "Канат Жумабеков")
    for headers in ({}, HTMX):
        late = almaty.post("/leads/1/fields/name", {**seen, "value": "Канат бей"}, headers=headers)
        assert late.status_code == 409
        assert "Сейчас здесь: Канат Жумабеков" in late.text
        assert 'value="Канат бей"' in late.text
    assert row(api_almaty)["name"] == "Канат Жумабеков"
    plain = almaty.post("/leads/1/fields/name", {"version": "1", "value": "Канат бей"})
    assert plain.status_code == 409, "a version alone is enough to lose"


def test_another_change_of_the_card_is_no_race(almaty: Web, lead: int, api_almaty: Api) -> None:
    seen = opened(almaty, "name")
    almaty.post("/leads/1/move", {"status": "estimate"})
    assert almaty.post("/leads/1/fields/name", {**seen, "value": "Канат бей"}).status_code == 303
    assert row(api_almaty)["name"] == "Канат бей"


def test_the_history_says_who_wrote_what(app: Flask, almaty: Web, lead: int) -> None:
    edit(almaty, "area", "200")
    edit(almaty, "area", "200 м²")  # the same again is nothing new
    assert events(app, almaty.company_id, "edited") == [("area", "150 м²", "200 м²")]
    page = almaty.get("/leads/1").text
    assert f"Площадь: 150{NBSP}м² → 200{NBSP}м²" in page
    assert "изменено: manager" in page
    assert f"было: 150{NBSP}м²" in page
    kazakh = almaty.get("/leads/1", headers={"Accept-Language": "kk"}).text
    assert f"Ауданы: 150{NBSP}м² → 200{NBSP}м²" in kazakh and "өзгерткен: manager" in kazakh


def test_a_town_is_shown_and_taken_in_the_readers_language(almaty: Web, lead: int, api_almaty: Api) -> None:
    edit(almaty, "city", "Усть-Каменогорск")
    kazakh = {**HTMX, "Accept-Language": "kk"}
    assert 'value="Өскемен"' in almaty.get("/leads/1/fields/city", headers=kazakh).text
    version = str(row(api_almaty)["version"])
    almaty.post("/leads/1/fields/city", {"value": "Өскемен", "version": version}, headers={"Accept-Language": "kk"})
    assert (row(api_almaty)["city"], str(row(api_almaty)["version"])) == ("Усть-Каменогорск", version)


def test_what_a_manager_wrote_stands_against_the_client(app: Flask, almaty: Web, lead: int, api_almaty: Api) -> None:
    connect(app, almaty.company_id)
    edit(almaty, "name", "Канат Жумабеков")
    edit(almaty, "area", "200")
    edit(almaty, "summary", "Очень важный клиент")
    api_almaty.say("client_1", "нет, не 150, а 180 квадратов. меня зовут Руслан")
    api_almaty.say("client_1", "спасибо")
    after = row(api_almaty)
    assert (after["name"], after["area"], after["summary"]) == ("Канат Жумабеков", "200 м²", "Очень важный клиент")
    said = events(app, almaty.company_id, "otherwise")
    assert said == [("name", "Канат Жумабеков", "Руслан"), ("area", "200 м²", "180 м²")], "each value once"
    page = almaty.get("/leads/1").text
    assert f"клиент говорит: 180{NBSP}м²" in page and "Клиент говорит иначе" in page
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        texts = [each.text for each in db.session.query(Delivery).filter(Delivery.event == "lead.otherwise")]
    assert texts == [f"✏️ №{NBSP}1: клиент говорит иначе. Имя: Руслан. В карточке осталось: Канат Жумабеков"]


def test_a_repeat_does_not_write_over_an_edit_either(app: Flask, almaty: Web, lead: int, api_almaty: Api) -> None:
    edit(almaty, "city", "Талгар")
    api_almaty.say("client_2", "Хочу баню 40 квадратов в Астане. Руслан, 87768776637")
    after = row(api_almaty)
    assert (after["city"], after["object_type"]) == ("Талгар", "баня")
    assert ("city", "Талгар", "Астана") in events(app, almaty.company_id, "otherwise")


def test_a_detail_without_a_column_can_be_written_too(app: Flask, almaty: Web, lead: int, api_almaty: Api) -> None:
    assert edit(almaty, "budget", "20 млн").status_code == 303
    api_almaty.say("client_1", "бюджет 30 миллионов тенге")
    page = almaty.get("/leads/1").text
    assert re.search(r'data-field="budget"><b[^>]*>20\sмлн</b>', page)
    assert events(app, almaty.company_id, "otherwise") == [("budget", "20 млн", "30 миллионов тенге")]
    assert edit(almaty, "budget", "").status_code == 303
    assert not re.search(r'data-field="budget"', almaty.get("/leads/1").text), "erased is erased"


def test_the_assignee_is_chosen_among_the_companys_people(app: Flask, almaty: Web, astana: Web, lead: int) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        for name, role in (("Данияр", Role.MANAGER), ("Зритель", Role.VIEWER)):
            user = User(email=name, email_key=name, name=name, hashed_password="x", role=role)
            db.session.add(user)
        db.session.commit()
        ids = {user.shown_name: user.id for user in db.session.query(User)}
    form = almaty.get("/leads/1/fields/assignee", headers=HTMX).text
    assert "Данияр</option>" in form and "Зритель" not in form
    assert edit(almaty, "assignee", str(ids["Данияр"])).status_code == 303
    assert "Ответственный: никто → Данияр" in almaty.get("/leads/1").text
    for stranger in (ids["Зритель"], 2, "x", 10**6):
        assert edit(almaty, "assignee", str(stranger)).status_code == 422
    assert edit(almaty, "assignee", "").status_code == 303
    assert events(app, almaty.company_id, "assigned") == [
        ("assignee", None, "Данияр"), ("assignee", "Данияр", None),
    ]  # fmt: skip


@over([{"role": Role.VIEWER}, {"is_enabled": False}, {"removed_at": utcnow()}], "state")
def test_who_takes_no_work_can_not_be_made_to_answer(
    app: Flask, almaty: Web, lead: int, state: dict[str, object]
) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        owner = db.session.query(User).one()
        other = User(email="x", email_key="x", hashed_password="x", **state)
        db.session.add(other)
        db.session.flush()
        with pytest.raises(Invalid):
            moving.assign(records.get(lead), other, by=owner)


def test_nobody_else_writes(app: Flask, almaty: Web, astana: Web, lead: int, api_almaty: Api) -> None:
    assert astana.get("/leads/1/fields/name").status_code == 404
    assert astana.post("/leads/1/fields/name", {"value": "x"}).status_code == 404
    for field in ("status", "version", "company_id", "phone_e164", "x"):
        assert almaty.post(f"/leads/1/fields/{field}", {"value": "x"}).status_code == 404
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.query(User).one().role = Role.VIEWER
        db.session.commit()
    assert almaty.post("/leads/1/fields/name", {"value": "x"}).status_code == 403
    assert "data-edit aria" not in almaty.get("/leads/1").text
    assert row(api_almaty)["name"] == "Канат"


def connect(app: Flask, company_id: int) -> None:
    with app.app_context():
        tenancy.act_for(company_id)
        db.session.get_one(Company, company_id).telegram_chat_id = "-100"
        db.session.commit()
        assert db.session.query(Lead).count() == 1
