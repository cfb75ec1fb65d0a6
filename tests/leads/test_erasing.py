"""After "erase" no byte of the phone or the name is left, in any table or file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from visiting import Visitor

from leadbot.bot import scenarios
from leadbot.conversations import consent, hand_off, talks
from leadbot.database import tenancy
from leadbot.database.session import Base, db, utcnow
from leadbot.leads import moving, records
from leadbot.models import (
    Company,
    Conversation,
    Delivery,
    Lead,
    LeadEvent,
    LeadExport,
    LeadImport,
    LeadNote,
    LeadStatus,
    ModelUsage,
    Source,
    User,
)
from leadbot.texts import phrases
from leadbot.transfer import exports_job

NAME, PHONE = "Бейбітгүл", "87768776637"
OGG = b"OggS" + b"\0" * 24 + b"\x01vorbis" + b"\0" * 60
PDF = b"%PDF-1.7\n" + b"BEIBITGUL-7768776637" * 4


def spellings() -> list[bytes]:
    """The phone and the name as they may be stored: grouped, in E.164, folded, escaped in JSON."""
    phones = [PHONE, "77768776637", "7768776637", "8 776 877 66 37", "8\u00a0776\u00a0877\u00a066\u00a037", "877-66-37"]
    names = [NAME, NAME.lower(), NAME.upper(), json.dumps(NAME)[1:-1], json.dumps(NAME.lower())[1:-1], "BEIBITGUL"]
    return [text.encode() for text in (*phones, *names)]


def in_tables(app: Flask) -> list[str]:
    """Where any of it stands in a row of any company."""
    found = []
    with app.app_context(), tenancy.all_companies(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                text = repr(tuple(row)) + json.dumps([str(cell) for cell in row], ensure_ascii=False)
                found += [f"{table.name}: {one.decode()}" for one in spellings() if one in text.encode()]
    return found


def in_files(folder: Path) -> list[str]:
    """Where any of it stands in a file of the data folder: database, its log, job queue, voice, photos, imports."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [f"{path.name}: {one!r}" for path in files for one in spellings() if one in path.read_bytes()]


def company(app: Flask, web: Web, **values: object) -> str:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        own = db.session.scalars(select(Company)).one()
        for name, value in values.items():
            setattr(own, name, value)
        db.session.commit()
        return str(own.widget_key)


@pytest.fixture
def traces(app: Flask, almaty: Web, api_almaty: Api) -> None:
    """A person who left marks wherever one can."""
    key = company(app, almaty, telegram_chat_id="-1001")
    for text in ("Хочу дом", "Алматы", "150 квадратов", f"{NAME}, {PHONE}", "8 776 877 66 37 мой номер"):
        api_almaty.say(f"client {PHONE}", text)
    visitor = Visitor(app, key)
    visitor.talk(f"Меня зовут {NAME}, хочу баню", "позовите менеджера", "Шымкент, 40 м2", PHONE)
    assert visitor.say("план", file=(io.BytesIO(PDF), "x.pdf")).status_code == 200
    data = {"user_id": "voice", "text": f"{NAME} {PHONE}", "audio_file": (io.BytesIO(OGG), "x.ogg")}
    assert api_almaty.post("/api/chat", data=data).status_code == 200
    almaty.post("/leads/1/notes", {"text": f"{NAME} просит звонить на {PHONE}"})
    file = f"phone,name\n{PHONE},{NAME}\n".encode()
    almaty.post("/leads/import", {"file": (io.BytesIO(file), "x.csv")}, content_type="multipart/form-data")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        owner = db.session.scalars(select(User)).one()
        scenarios.save(talks.get(1), by=owner)
        hand_off.take_over(talks.get(1), by=owner)
        hand_off.write(talks.get(1), f"{NAME}, здравствуйте", by=owner)
        moving.move(records.get(1), LeadStatus.WON, by=owner)
        db.session.add(ModelUsage(day=utcnow().date(), last_sent=f"Имя: {NAME}", last_sent_at=utcnow()))
        db.session.add(Lead(source=Source.MANUAL, phone=PHONE, phone_e164="+77768776637", name=NAME, previous_id=1))
        db.session.commit()
    api_almaty.say("a wish without a lead yet", f"Хочу баню, {PHONE}")
    api_almaty.say("to a manager", "Хочу гараж")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        hand_off.take_over(newest_talk(), by=db.session.scalars(select(User)).one())
    api_almaty.say("to a manager", f"Это {NAME}, +7 (776) 877-66-37")
    api_almaty.say("whatsapp 77768776637", f"Я {NAME}, хочу беседку")


def newest_talk() -> Conversation:
    return db.session.scalars(select(Conversation).order_by(Conversation.id.desc())).first()  # type: ignore[return-value]


def test_no_byte_of_a_person_is_left(
    app: Flask, almaty: Web, astana: Web, traces: None, tmp_path: Path, api_almaty: Api
) -> None:
    contract_dialogue(api_almaty, "somebody else", "87010000002")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        other = newest_talk().lead_id
    almaty.post(f"/leads/{other}/notes", {"text": "звонить мужу: +7 (776) 877-66-37, № 9100000"})
    almaty.post(f"/leads/{other}/tasks", {"text": "набрать 8 776 877 66 37", "day": "2030-01-01", "time": "10:00"})
    almaty.post(f"/leads/{other}/fields/summary", {"value": "баня, контакт 87768776637"})
    assert len(in_tables(app)) > 20 and len(in_files(tmp_path)) >= 5
    answer = almaty.post("/leads/1/erase")
    assert (answer.status_code, answer.location) == (303, "/board")
    assert in_files(tmp_path) == [], "the database's log is cut at once"
    assert in_tables(app) == []
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    assert in_files(tmp_path) == []
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        lead = db.session.scalars(select(Lead)).one()
        assert (lead.phone, lead.summary) == ("87010000002", "баня, контакт " + "•" * 11)
        assert db.session.scalars(select(LeadNote.text)).all() == [f"звонить мужу: {'•' * 18}, № 9100000"]
    assert almaty.get("/leads/1").status_code == 404


def test_one_message_for_several_leads_is_made_anew_without_him(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty, "he", PHONE)
    contract_dialogue(api_almaty, "somebody else", "87010000002")
    company(app, almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        his, other = (talk.id for talk in db.session.scalars(select(Conversation).order_by(Conversation.id)))
        notices = [(1, None, "b1"), (2, None, "b1"), (2, None, "b2"), (None, his, "b3"), (None, other, "b3")]
        for number, (lead_id, talk_id, batch) in enumerate(notices):
            row = Delivery(event="new", channel="email", target="a@b.kz", text="x", dedup_key=f"row {number}")
            row.lead_id, row.talk_id, row.batch, row.payload = lead_id, talk_id, batch, f"1. {NAME}, 2. другой"
            db.session.add(row)
        for talk_id in (his, 10 * his + 1):  # as copies wrote them that named no talk
            key = f"call:{talk_id}:1"
            db.session.add(Delivery(event="call", channel="email", target="a@b.kz", text=NAME, dedup_key=key))
        db.session.commit()
    assert almaty.post("/leads/1/erase").status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        left = list(db.session.scalars(select(Delivery).order_by(Delivery.id)))
        assert [(row.batch, row.payload is None) for row in left] == [
            ("b1", True), ("b2", False), ("b3", True), (None, True),
        ]  # fmt: skip
        assert left[-1].dedup_key == f"call:{10 * his + 1}:1"


def test_imports_and_tables_under_way_stop_with_an_erasure(
    app: Flask, almaty: Web, api_almaty: Api, tmp_path: Path
) -> None:
    contract_dialogue(api_almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        by = db.session.scalars(select(User)).one().id
        db.session.add(LeadImport(key="a", user_id=by, total=9, words={"city": NAME}))
        db.session.add(LeadExport(key="b", user_id=by, total=9, asked={"city": NAME}))
        db.session.commit()
        table = exports_job._folder() / f"{almaty.company_id}-b.xlsx"
        table.write_bytes(b"x")
    almaty.post("/leads/1/erase")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        brought, written = db.session.scalars(select(LeadImport)).one(), db.session.scalars(select(LeadExport)).one()
        assert (brought.state, brought.words, written.state, written.asked) == ("stopped", {}, "failed", {})
    assert not table.exists()


def test_the_counts_of_the_board_follow(app: Flask, almaty: Web, traces: None) -> None:
    almaty.post("/leads/1/erase")
    page = almaty.get("/board").text
    assert 'data-count="won">0<' in page and 'data-count="new">0<' in page


def test_a_talk_without_a_lead_is_erased_too(app: Flask, almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("quiet", f"Меня зовут {NAME}")
    assert "Стереть" in almaty.get("/conversations/1/erase").text
    almaty.post("/conversations/1/erase")
    assert in_tables(app) == [] and almaty.get("/conversations/1").status_code == 404


def test_a_talk_takes_the_lead_it_repeated_along_whatever_its_number_is_now(
    app: Flask, almaty: Web, api_almaty: Api
) -> None:
    almaty.post("/board/add", {"phone": PHONE, "name": "Канат"})
    assert api_almaty.say("client", f"Хочу баню, Канат, {PHONE}")["function_called"] == "register_lead"
    almaty.post("/leads/1/fields/phone", {"value": "87010000009"})
    assert almaty.post("/conversations/1/erase").status_code == 303
    assert almaty.get("/leads/1").status_code == 404


@pytest.mark.parametrize(
    ("link", "erased"), [("previous_id", 1), ("merged_into_id", 1), ("related_lead_id", 1), ("merged_into_id", 2)]
)
def test_what_hangs_on_a_lead_goes_with_it(app: Flask, almaty: Web, api_almaty: Api, link: str, erased: int) -> None:
    contract_dialogue(api_almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.add(Lead(source=Source.MANUAL, phone="87010000009", phone_e164="+77010000009", **{link: 1}))
        db.session.commit()
    assert almaty.post(f"/leads/{erased}/erase").status_code == 303
    assert [almaty.get(f"/leads/{number}").status_code for number in (1, 2)] == [404, 404]


def test_only_an_owner_erases(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.scalars(select(User)).one().role = "manager"
        db.session.commit()
    assert almaty.get("/leads/1/erase").status_code == 403
    assert almaty.post("/leads/1/erase").status_code == 403
    assert "/leads/1/erase" not in almaty.get("/leads/1").text


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_the_consent_is_kept_as_it_was_read(app: Flask, almaty: Web, language: str) -> None:
    visitor = Visitor(app, company(app, almaty, name="Ас-Үй"), language=language)
    shown = phrases.say("consent", language, company="Ас-Үй")
    assert shown in visitor.open().text
    visitor.talk("Хочу дом")
    company(app, almaty, name="Другое имя")
    visitor.talk("Алматы")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        kept = db.session.scalars(select(Conversation)).one().consent
    assert kept and (kept["text"], kept["language"], kept["version"]) == (shown, language, consent.VERSION)


def test_another_wording_needs_another_version() -> None:
    words = "".join(phrases.say("consent", language, company="X") for language in ("ru", "kk", "en"))
    assert (consent.VERSION, sum(words.encode()), len(words)) == ("2026-11", 59170, 232)


def test_the_page_says_what_is_stored(almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty)
    page = almaty.get("/settings/data").text
    assert "Диалогов: 1, заявок: 1" in page and consent.VERSION in page


def test_history_and_notes_go_with_the_lead(app: Flask, almaty: Web, traces: None) -> None:
    almaty.post("/leads/1/erase")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert [db.session.scalars(select(kind)).all() for kind in (LeadEvent, LeadNote)] == [[], []]


def test_a_statement_that_fails_tells_no_log_whom_it_was_about(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(sql("INSERT INTO nowhere VALUES (:phone)"), {"phone": PHONE})
    assert "nowhere" in str(failed.value) and PHONE not in str(failed.value)
