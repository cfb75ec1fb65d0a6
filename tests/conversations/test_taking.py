"""Taking a lead: whose it is from then on, where it stands, what two who are quick get, and how long one has waited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from conftest import PASSWORD, Api, Clock, Web, contract_dialogue, log_in_web
from flask import Flask
from making import week
from sqlalchemy.orm.attributes import set_committed_value

from leadbot.accounts.users import hash_password
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import Conflict
from leadbot.leads import records, take_timer, taking
from leadbot.models import Lead, LeadEvent, LeadStatus, Role, User

URL = "/settings/hours"

HTMX = {"HX-Request": "true"}


@pytest.fixture
def aigul(app: Flask, almaty: Web) -> Web:
    """A colleague of the owner of Almaty's company."""
    person = add(app, almaty, Role.MANAGER, "aigul@almaty.kz", "Айгуль")
    return log_in_web(app, person)


def add(app: Flask, almaty: Web, role: Role, email: str, name: str, **more: object) -> str:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.add(
            User(email=email, email_key=email, name=name, role=role, hashed_password=hash_password(PASSWORD), **more)
        )
        db.session.commit()
    return email


@dataclass
class Seen:
    """The company's only lead, looked at from beside."""

    app: Flask
    company_id: int

    @contextmanager
    def lead(self) -> Iterator[Lead]:
        with self.app.app_context():
            tenancy.act_for(self.company_id)
            yield records.get(1)

    def state(self) -> tuple[str | None, str]:
        with self.lead() as lead:
            return lead.assignee.shown_name if lead.assignee else None, lead.status.value

    @property
    def version(self) -> int:
        with self.lead() as lead:
            return lead.version

    def events(self) -> list[tuple[str, str | None, str | None]]:
        with self.lead():
            found = db.session.query(LeadEvent).order_by(LeadEvent.id)
            return [(each.kind, each.from_value, each.to_value) for each in found]


@pytest.fixture
def own(app: Flask, almaty: Web, api_almaty: Api) -> Seen:
    """A new lead of Almaty's company."""
    contract_dialogue(api_almaty)
    return Seen(app, almaty.company_id or 0)


def test_a_new_lead_that_is_taken_is_in_progress(own: Seen, aigul: Web) -> None:
    page = aigul.get("/leads/1").text
    assert "Взять себе" in page
    answer = aigul.post("/leads/1/take", {"version": own.version})
    assert answer.status_code == 303 and "Заявка ваша" in aigul.get(answer.location).text
    assert own.state() == ("Айгуль", "in_progress")
    assert own.events()[1:] == [("assigned", None, "Айгуль"), ("moved", "new", "in_progress")]
    assert "Взять себе" not in aigul.get("/leads/1").text


def test_further_on_the_stage_stays(own: Seen, almaty: Web, aigul: Web) -> None:
    with own.lead() as lead:
        lead.status = LeadStatus.ESTIMATE
        db.session.commit()
    aigul.post("/leads/1/take", {"version": own.version})
    assert own.state() == ("Айгуль", "estimate")
    assert [kind for kind, _, _ in own.events()] == ["created", "assigned"]


def test_two_who_are_quick(own: Seen, almaty: Web, aigul: Web) -> None:
    version = own.version
    assert aigul.post("/leads/1/take", {"version": version}, headers=HTMX).status_code == 200
    late = almaty.post("/leads/1/take", {"version": version}, headers=HTMX)
    assert late.status_code == 409 and "Заявку уже взяли: Айгуль" in late.text and "data-fresh" in late.text
    plain = almaty.post("/leads/1/take", {"version": version})
    assert plain.status_code == 409 and "Заявку уже взяли: Айгуль" in plain.text
    assert aigul.post("/leads/1/take", {"version": version}).status_code == 303  # hers already: nothing happens
    assert len(own.events()) == 3


def test_what_has_changed_meanwhile_is_shown_first(own: Seen, aigul: Web) -> None:
    answer = aigul.post("/leads/1/take", {"version": own.version - 1 or 99}, headers=HTMX)
    assert answer.status_code == 409 and own.state()[0] is None


def test_a_take_can_be_undone(own: Seen, aigul: Web) -> None:
    toast = aigul.post("/leads/1/take", {"version": own.version}, headers=HTMX).text
    back = dict(re.findall(r'<input type="hidden" name="(status|undo|version)" value="([^"]*)"', toast))
    assert back["status"] == "new"
    assert "Возвращено" in aigul.post("/leads/1/take", dict(back), headers=HTMX).text
    assert own.state() == (None, "new")
    with own.lead() as lead:
        assert lead.take_due_at is not None


def test_only_ones_own_take_is_undone(own: Seen, almaty: Web, aigul: Web) -> None:
    aigul.post("/leads/1/take", {"version": own.version})
    undo = {"undo": "1", "status": "new", "version": own.version}
    assert almaty.post("/leads/1/take", undo).status_code == 409
    assert aigul.post("/leads/1/take", {**undo, "status": "won"}, headers=HTMX).status_code == 422
    assert aigul.post("/leads/1/take", {**undo, "status": "no"}, headers=HTMX).status_code == 422
    assert own.state()[0] == "Айгуль"


def test_who_may_not(app: Flask, own: Seen, almaty: Web, astana: Web) -> None:
    viewer = log_in_web(app, add(app, almaty, Role.VIEWER, "viewer@almaty.kz", "В"))
    assert viewer.post("/leads/1/take").status_code == 403 and "Взять себе" not in viewer.get("/leads/1").text
    assert astana.post("/leads/1/take").status_code == 404
    for absurd in ("0", "99999999999", "-1", "x"):
        assert almaty.post(f"/leads/{absurd}/take").status_code == 404
    assert almaty.post("/leads/1/take", {"version": "x"}, headers=HTMX).status_code == 422
    assert own.state()[0] is None


def test_who_writes_a_moment_later_hears_who_was_quicker(own: Seen, aigul: Web) -> None:
    seen_version = own.version
    aigul.post("/leads/1/take", {"version": seen_version})
    with own.lead() as lead:
        owner = db.session.query(User).order_by(User.id).first()
        for name, seen in (("version", seen_version), ("assignee_id", None), ("assignee", None)):
            set_committed_value(lead, name, seen)  # read before she wrote
        with pytest.raises(Conflict, match="Already taken by Айгуль"):
            taking.take(lead, by=owner, version=seen_version)
    assert own.state()[0] == "Айгуль" and len(own.events()) == 3


@pytest.mark.parametrize(
    ("minutes", "says"),
    [(14, ""), (15, "Ждёт\u00a015\u00a0мин"), (59, "Ждёт\u00a059\u00a0мин"), (130, "Ждёт\u00a02\u00a0ч")],
)
def test_board_and_lead_say_how_long_it_waits(
    almaty: Web, api_almaty: Api, clock: Clock, minutes: int, says: str
) -> None:
    almaty.post(URL, week(take_minutes="15"))
    clock.set("2026-11-24 09:30")
    contract_dialogue(api_almaty)
    clock.forward(minutes=minutes)
    board, lead = almaty.get("/board").text, almaty.get("/leads/1").text
    assert (says in board and says in lead) if says else ("Ждёт" not in board and "Ждёт" not in lead)


def test_nights_do_not_count_and_days_are_simply_long(almaty: Web, api_almaty: Api, clock: Clock) -> None:
    almaty.post(URL, week())
    clock.set("2026-11-24 17:58")
    contract_dialogue(api_almaty)
    clock.set("2026-11-25 09:10")
    assert "Ждёт" not in almaty.get("/board").text
    clock.set("2026-11-25 09:13")
    assert "Ждёт\u00a015\u00a0мин" in almaty.get("/board").text
    clock.set("2026-11-26 18:00")
    assert "Ждёт долго" in almaty.get("/board").text


def test_a_board_that_counts_minutes_is_drawn_each_minute_and_no_other(
    almaty: Web, api_almaty: Api, clock: Clock
) -> None:
    clock.set("2026-11-24 10:00")
    contract_dialogue(api_almaty)

    def version() -> str:
        found = re.search(r'data-version="([\d:]+)" data-stage', almaty.get("/board").text)
        assert found
        return found[1]

    quiet = version()
    clock.forward(minutes=14)
    assert almaty.get(f"/board/live?v={quiet}").status_code == 204
    clock.forward(minutes=2)
    ticking = version()
    assert almaty.get(f"/board/live?v={ticking}").status_code == 204
    clock.forward(minutes=1)
    assert "Ждёт\u00a017\u00a0мин" in almaty.get(f"/board/live?v={ticking}").text
    almaty.post("/leads/1/take")
    assert ":" not in version()


def test_a_lead_is_looked_at_by_the_minutes_that_are_set(own: Seen) -> None:
    with own.lead() as lead:
        hours, later = take_timer.watch().hours, lead.created_at.replace(year=2030)
        assert take_timer.Watch(hours, 0, later).waits(lead) == 0
        assert take_timer.Watch(hours, 5, later).waits(lead) == take_timer.LONG_MINUTES


def test_new_leads_go_to_those_who_can_take_them_in_turn(
    app: Flask, almaty: Web, aigul: Web, astana: Web, api_almaty: Api
) -> None:
    bolat = log_in_web(app, add(app, almaty, Role.MANAGER, "bolat@almaty.kz", "Болат"))
    add(app, almaty, Role.VIEWER, "v@almaty.kz", "Смотритель")
    add(app, almaty, Role.MANAGER, "out@almaty.kz", "Закрыт", is_enabled=False)
    add(app, almaty, Role.MANAGER, "gone@almaty.kz", "Ушёл", removed_at=utcnow())
    almaty.post("/settings/team/turns", {"deals_to": "managers"})
    assert almaty.post("/settings/team/turns", {"deals_to": "x"}).status_code == 422
    for number in range(3):
        contract_dialogue(api_almaty, f"c{number}", f"8701000000{number}")
    almaty.post("/board/add", {"name": "Олег", "phone": "87010000009"})
    almaty.post("/chat", {"text": "Хочу дом в Алматы 150 м2, Олег 8 701 000 00 08"})
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        found = {lead.id: lead for lead in db.session.query(Lead).order_by(Lead.id)}
        whose = [(lead.assignee.shown_name if lead.assignee else "", lead.is_dealt) for lead in found.values()]
        assert whose[:3] == [("Айгуль", True), ("Болат", True), ("Айгуль", True)]
        assert [dealt for _, dealt in whose[3:]] == [False, False]
        assert found[1].status is LeadStatus.NEW and take_timer.is_waiting(found[1]) and found[1].take_due_at
    page = aigul.get("/leads/1").text
    assert "Выдано по очереди: Айгуль" in page and 'id="lead-take"' in page
    assert aigul.post("/leads/1/take", {"version": found[1].version}).status_code == 303
    assert bolat.post("/leads/1/take").status_code == 409  # now it is hers
    assert bolat.post("/leads/3/take").status_code == 303  # she has not looked at this one
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        state = [(lead.assignee_id, lead.is_dealt, lead.status) for lead in db.session.query(Lead).order_by(Lead.id)]
        hers, his = state[0], state[2]
        assert hers[0] != his[0] and hers[1:] == his[1:] == (False, LeadStatus.IN_PROGRESS)
        db.session.query(User).filter_by(name="Айгуль").one().is_enabled = False
        db.session.commit()
    contract_dialogue(api_almaty, "c7", "87010000007")
    assert "Выдано по очереди: Болат" in almaty.get("/leads/6").text
