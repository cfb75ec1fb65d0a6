"""Figures: each number against a slow and obvious way to count it."""

from __future__ import annotations

import csv
import io
import random
import re
import statistics
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from sqlalchemy import event, insert, select, update
from visiting import Visitor

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import (
    BotUser,
    Company,
    Conversation,
    Lead,
    LeadEvent,
    LeadStatus,
    LostReason,
    ModelUsage,
    Opening,
    Source,
)
from leadbot.reports import figures, periods

NOW = datetime(2026, 11, 10, 20, 30, tzinfo=UTC)
ZONE = "Europe/Berlin"  # its clocks go back on 25.10.2026, in the midst of the period
SOURCES = [Source.WIDGET, Source.API, Source.TELEGRAM, Source.TEST, Source.MANUAL]
TOUCHES = [None, {"utm_source": "2gis"}, {"utm_source": "ig", "utm_campaign": "=дома"}, {"page": "https://a.kz/"}]
NO_LEADS = {LostReason.SPAM, LostReason.DUPLICATE}


@pytest.fixture
def busy(request: pytest.FixtureRequest, app: Flask, almaty: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """A company with many leads over some months."""
    monkeypatch.setattr(figures, "utcnow", lambda: NOW)
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        prices = {"token_price": {"in": 1000, "out": 2000}}
        db.session.execute(update(Company).values(time_zone=ZONE, bot=prices, stage_names={"won": "=Сдан"}))
        many = 10_000 if db.engine.dialect.name == "sqlite" else 2_000  # there the writing alone takes a minute
        fill(random.Random(7), many if "agrees" in request.node.name else 400)
        db.session.commit()
    return almaty


def fill(chance: random.Random, size: int) -> None:
    """Talks, leads and what managers did, at random moments; edges of days among them."""
    own = tenancy.acting_for()
    edges = [
        datetime(2026, 10, day, hour, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
        for day in (12, 25, 26)
        for hour in (0, 2, 23)
    ]
    clients, talks, leads, events = [], [], [], []
    for n in range(1, size + 1):
        begun = chance.choice(edges) if n % 50 == 0 else NOW - timedelta(minutes=chance.randrange(150 * 24 * 60))
        source, touch = chance.choice(SOURCES), chance.choice(TOUCHES)
        has_talk, has_lead = source is not Source.MANUAL, chance.random() < 0.7 or source is Source.MANUAL
        asked = chance.choice(["city", "area", "contact", None])
        facts = {"phone": {"value": "87010000000", "seq": 1}} if chance.random() < 0.3 else {}
        if has_talk:
            clients.append({"id": n, "source": source, "client_ref": f"c{n}"})
            talks.append({
                "id": n, "bot_user_id": n, "source": source, "first_touch": touch, "is_junk": chance.random() < 0.05,
                "known": {"asked": asked, "facts": facts}, "created_at": begun,
                "last_message_at": begun + timedelta(hours=1),
            })  # fmt: skip
        if not has_lead:
            continue
        status = chance.choice(list(LeadStatus))
        came = begun + timedelta(minutes=chance.randrange(120))
        leads.append({
            "id": n, "conversation_id": n if has_talk else None, "source": source, "first_touch": touch,
            "phone": "87010000000", "phone_e164": "+77010000000", "status": status, "created_at": came,
            "lost_reason": chance.choice(list(LostReason)) if status is LeadStatus.LOST else None,
            "assignee_id": user_id() if chance.random() < 0.2 else None,
        })  # fmt: skip
        events.append({"lead_id": n, "kind": "created", "user_id": None, "created_at": came})
        for _ in range(chance.randrange(3)):
            at = came + timedelta(seconds=chance.randrange(-600, 3600))  # before: of a duplicate
            events.append({"lead_id": n, "kind": "moved", "user_id": user_id(), "created_at": at})
    days = [{"day": date(2026, 10, 1) + timedelta(days=n), "count": n % 7} for n in range(41)]
    used = [{"day": row["day"], "tokens_in": 900, "tokens_out": 100, "calls": 3} for row in days]
    made = {BotUser: clients, Conversation: talks, Lead: leads, LeadEvent: events, Opening: days, ModelUsage: used}
    for model, rows in made.items():
        put(model, [{"company_id": own, **row} for row in rows])


def put(model: Any, rows: list[dict[str, Any]]) -> None:
    """Many rows at once."""
    with tenancy.all_companies():
        db.session.execute(insert(model), rows)


def user_id() -> int:
    from leadbot.models import User

    found = db.session.info.get("figures_user")
    return found or db.session.info.setdefault("figures_user", db.session.scalars(select(User.id)).first())


def obvious(days: int) -> dict[str, Any]:
    """The same figures by looking at every row."""
    here = ZoneInfo(ZONE)
    last = NOW.astimezone(here).date()
    wanted = {last - timedelta(days=n) for n in range(days)}
    everything = list(db.session.scalars(select(Lead)))
    came = {lead.id: lead.created_at for lead in everything}
    touched: dict[int, datetime] = {}
    done = [row for row in db.session.scalars(select(LeadEvent)) if row.user_id]
    for row in done:
        if row.created_at >= came[row.lead_id]:
            touched[row.lead_id] = min(row.created_at, touched.get(row.lead_id, row.created_at))
    taken = {row.lead_id for row in done}
    real = [lead for lead in everything if lead.source is not Source.TEST]
    leads = [
        lead for lead in real if lead.created_at.astimezone(here).date() in wanted and lead.lost_reason not in NO_LEADS
    ]
    waits = [lead for lead in leads if lead.source is not Source.MANUAL]
    minutes = [(touched[lead.id] - lead.created_at).total_seconds() / 60 for lead in waits if lead.id in touched]
    by_talk = {lead.conversation_id: lead for lead in real if lead.conversation_id and lead.lost_reason not in NO_LEADS}
    talks = [
        talk
        for talk in db.session.scalars(select(Conversation))
        if talk.source is not Source.TEST and not talk.is_junk and talk.created_at.astimezone(here).date() in wanted
    ]
    became = [by_talk[talk.id] for talk in talks if talk.id in by_talk]
    any_lead = {lead.conversation_id for lead in everything}
    opened = sum(row.count for row in db.session.scalars(select(Opening)) if row.day in wanted)
    on_site = sum(talk.source is Source.WIDGET for talk in talks)
    return {
        "leads": len(leads),
        "won": sum(lead.status is LeadStatus.WON for lead in leads),
        "waiting": len(waits),
        "quick": sum(each <= 15 for each in minutes),
        "touch_minutes": statistics.median(minutes),
        "days": Counter(lead.created_at.astimezone(here).date() for lead in leads),
        "funnel": {
            "opened": len(talks) - on_site + max(on_site, opened),
            "wrote": len(talks),
            "phone": sum("phone" in talk.known["facts"] or talk.id in by_talk for talk in talks),
            "lead": len(became),
            "taken": sum(bool(lead.assignee_id) or lead.id in taken for lead in became),
            "won": sum(lead.status is LeadStatus.WON for lead in became),
        },
        "reasons": Counter(
            lead.lost_reason for lead in real
            if lead.lost_reason and lead.created_at.astimezone(here).date() in wanted
        ),
        "stopped": Counter(
            talk.known["asked"] for talk in talks if talk.id not in any_lead and talk.known["asked"]
        ),
        "origins": Counter((lead.source, name_of(lead.first_touch)) for lead in leads),
        "talks": Counter((talk.source, name_of(talk.first_touch)) for talk in talks),
    }  # fmt: skip


def name_of(touch: dict[str, str] | None) -> str:
    return (touch or {}).get("utm_campaign") or (touch or {}).get("utm_source") or ""


def test_every_number_agrees_with_the_slow_way(app: Flask, busy: Web) -> None:
    with app.app_context():
        tenancy.act_for(busy.company_id)
        for days in figures.PERIODS:
            check_agreement(days)


def check_agreement(days: int) -> None:
    found, slow = figures.over(days), obvious(days)
    for name in ("leads", "won", "waiting", "quick"):
        assert getattr(found.now, name) == slow[name], name
    assert found.now.touch_minutes == pytest.approx(slow["touch_minutes"], abs=1e-9)
    assert {day: leads for day, (leads, _) in found.days.items() if leads} == slow["days"]
    assert len(found.days) == days
    assert found.funnel == slow["funnel"]
    assert (found.reasons, found.stopped) == (slow["reasons"], slow["stopped"])
    assert {(row.source, row.campaign): row.leads for row in found.origins if row.leads} == slow["origins"]
    assert {(row.source, row.campaign): row.talks for row in found.origins if row.talks} == slow["talks"]
    tokens = 1000 * sum(
        found.period.first <= date(2026, 10, 1) + timedelta(days=n) <= found.period.last for n in range(41)
    )
    assert found.cost.tokens == tokens
    assert found.cost.tenge == pytest.approx(tokens * 1.1 / 1000)


def test_the_statements_are_as_many_for_a_week_as_for_a_year(app: Flask, busy: Web) -> None:
    said: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda c, k, sql, *rest: said.append(sql))
        sizes = []
        busy.get("/figures")  # the first page of a session looks up more
        for days in (7, 365):
            said.clear()
            assert busy.get(f"/figures?days={days}").status_code == 200
            sizes.append(len(said))
    assert sizes[0] == sizes[1] <= 16


def test_another_company_sees_nothing_of_it(busy: Web, astana: Web) -> None:
    assert "Данных за эти даты нет" in astana.get("/figures?days=365").text


def test_the_page_speaks_and_the_file_is_inert(busy: Web) -> None:
    page = busy.get("/figures?days=90&by=month")
    assert all(words in page.text for words in ("Путь клиента", "Оставили телефон", "Причины отказов", "По месяцам"))
    answer = busy.get("/figures.csv?days=30")
    assert answer.data.startswith("\ufeff".encode()) and answer.mimetype == "text/csv"
    with closing(io.StringIO(answer.data.decode("utf-8-sig"))) as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0] == ["По дням", "Заявки", "Договоры"] and rows[1][0] == "12.10.2026" and len(rows[1:31]) == 30
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in set("=+-@")]
    assert any(cell.endswith("=дома") for cell in cells) and "'=Сдан" in cells
    tables = {"На каком шаге уходят", "Время до первого ответа (медиана)", "Ответили за 15 минут", "Расход на ИИ"}
    assert tables <= set(cells)


@pytest.mark.parametrize("query", ["days=0", "days=x", "days=99999999999", "by=hour", "days=30&by="])
def test_a_period_there_is_not_is_the_usual_one(almaty: Web, query: str) -> None:
    answer = almaty.get(f"/figures?{query}")
    assert answer.status_code == 200 and re.search(r'days=30" aria-current="page"', answer.text)


def test_weeks_and_months_keep_every_lead(app: Flask, busy: Web) -> None:
    from leadbot.web.reports.figures import points

    with app.app_context():
        tenancy.act_for(busy.company_id)
        found = figures.over(90)
        for by, least in (("day", 90), ("week", 13), ("month", 4)):
            made = points(found, by)
            assert sum(each.leads for each in made) == found.now.leads
            assert least <= len(made) <= least + 1 and made[0].first == found.period.first


def test_a_real_talk_and_its_manager_are_counted(api_almaty: Api, almaty: Web) -> None:
    contract_dialogue(api_almaty)
    almaty.post("/leads/1/move", {"status": "won"})
    page = almaty.get("/figures?days=7").text
    assert page.count('<span class="number">1</span>') >= 6
    assert "1\u00a0мин" in page


def test_a_visitor_who_only_looks_counts_once(app: Flask, almaty: Web, key: str) -> None:
    visitor = Visitor(app, key)
    visitor.ask("POST", f"/w/{key}/open", {"page": "https://stroykz.kz/"})
    for _ in range(2):
        visitor.ask("POST", f"/w/{key}/open", {"page": "https://stroykz.kz/", "first": "1"})
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert [row.count for row in db.session.scalars(select(Opening))] == [2]
        assert figures.over(7).funnel["opened"] == 2


@pytest.mark.parametrize(
    ("zone", "first", "last", "moments"),
    [
        ("Asia/Almaty", date(2024, 2, 20), date(2024, 3, 5), 15),  # +06 became +05 on 1.3.2024
        ("Europe/Berlin", date(2026, 3, 1), date(2026, 11, 30), 275),
        ("Asia/Kolkata", date(2026, 1, 1), date(2026, 1, 3), 3),
        ("America/St_Johns", date(2026, 3, 1), date(2026, 3, 31), 31),
    ],
)
def test_a_day_is_the_companys_own(
    app: Flask, almaty: Web, monkeypatch: pytest.MonkeyPatch, zone: str, first: date, last: date, moments: int
) -> None:
    period = periods.Period(first, last, zone)
    assert period.days == moments and list(period)[-1] == last
    hours = int((period.end - period.start) / timedelta(minutes=30))
    times = [period.start + timedelta(minutes=30 * n) for n in range(hours)]
    monkeypatch.setattr(figures, "utcnow", lambda: period.end - timedelta(minutes=1))
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.execute(update(Company).values(time_zone=zone))
        rows = [
            {"company_id": almaty.company_id, "source": "api", "phone": "8", "phone_e164": "+7", "created_at": at}
            for at in (period.start - timedelta(seconds=1), *times, period.end)
        ]
        put(Lead, rows)
        told = {day: leads for day, (leads, _) in figures.over(period.days).days.items()}
    assert told == Counter(at.astimezone(ZoneInfo(zone)).date() for at in times)
