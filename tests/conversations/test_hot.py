"""The hot lane by a clock that stands still: one nudge, then a lead with a phone, a person without one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from conftest import Api, Clock, Web
from counting import statements
from flask import Flask
from making import week
from test_inbox import rows
from test_inbox_work import sweep

from leadbot.accounts import hours_settings, users
from leadbot.conversations import chat, hand_off, hot_lane, idle, inbox_settings, talks, widget
from leadbot.database import tenancy
from leadbot.database.session import db, set_clock
from leadbot.models import Conversation, Lead, Message, Source, User

HTMX = {"HX-Request": "true"}
PHONE = ("Хочу дом в Алматы", "87768776637")
WISH = ("Хочу дом", "Алматы")


@pytest.fixture
def owner(app: Flask, clock: Clock) -> Iterator[User]:
    """The owner of a company that has set no hours, on a Tuesday at ten."""
    with app.app_context():
        clock.set("2026-11-24 10:00")
        yield users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")


def say(*texts: str, ref: str = "client", source: Source = Source.WIDGET) -> Conversation:
    for text in texts:
        chat.receive(chat.Incoming(source, ref, text))
    talk = talks.find(source, ref)
    assert talk
    return talk


def look() -> list[str]:
    """The lines that the worker adds now."""
    company_id = tenancy.acting_for()
    last = db.session.query(db.func.max(Message.id)).scalar() or 0
    db.session.rollback()
    for due in (idle.nudge_due, idle.finish_due, idle.return_due):
        due()
    tenancy.act_for(company_id)
    db.session.expire_all()
    return [line.text for line in db.session.query(Message).filter(Message.id > last).order_by(Message.id)]


def steps() -> list[str]:
    return [each.step for each in hot_lane.lane().talks]


def leads() -> list[Lead]:
    return db.session.query(Lead).all()


# --- who is in it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "is_hot"),
    [
        (("Здравствуйте",), False),
        (("Хочу дом",), False),
        (("Хочу дом", "Алматы"), True),
        (("сколько будет стоить дом 10 на 12?",), True),
        (("Екі қабатты үй салғым келеді, Қаскелеңде",), True),
        (("87768776637",), True),
        (("Канат",), False),
        (("Хочу дом в Алматы", "Канат, 87768776637"), False),  # a lead already
        (("Ищу работу в Алматы, дом, 87768776637",), False),  # no client
    ],
)
def test_a_phone_or_a_clear_wish_is_hot(owner: User, said: tuple[str, ...], is_hot: bool) -> None:
    say(*said)
    assert hot_lane.lane().count == int(is_hot)


def test_a_talk_that_a_manager_holds_is_not_in_it_and_comes_back(owner: User) -> None:
    talk = say(*WISH)
    hand_off.take_over(talk, by=owner)
    assert hot_lane.lane().count == 0
    hand_off.give_back(talk, by=owner)
    assert hot_lane.lane().count == 1


# --- what happens by the clock ---------------------------------------------------------------------------------------


def test_with_a_phone_it_is_nudged_once_and_then_a_lead_without_a_name(owner: User, clock: Clock) -> None:
    say(*PHONE)
    assert steps() == ["nudge"]
    clock.forward(minutes=2, seconds=59)
    assert look() == []
    clock.forward(seconds=1)
    assert look() == ["Если ещё актуально, продолжим. Как записать ваше имя для менеджера?"]
    assert steps() == ["lead"]
    clock.forward(minutes=1, seconds=59)
    assert look() == [] and leads() == []
    clock.forward(seconds=1)
    assert look() == []
    assert [(lead.name, lead.phone, lead.city) for lead in leads()] == [(None, "87768776637", "Алматы")]
    assert hot_lane.lane().count == 0


def test_without_a_phone_it_waits_for_a_person_and_never_is_a_lead(owner: User, clock: Clock) -> None:
    talk = say(*WISH)
    clock.forward(minutes=10)
    assert [line.partition(" ")[0] for line in look()] == ["Если"]
    assert steps() == ["person"]
    clock.forward(minutes=20)
    assert look() == []
    assert (talk.waits_for, leads(), hot_lane.lane().count) == ("silent", [], 0)
    clock.forward(days=2)
    assert look() == [] and leads() == []
    say("150 квадратов")
    assert (talk.waits_for, hot_lane.lane().count) == (None, 1), "he speaks again"


def test_an_answer_begins_the_count_anew_but_no_second_nudge_comes(owner: User, clock: Clock) -> None:
    talk = say(*WISH)
    clock.forward(minutes=9)
    assert look() == []
    say("150 квадратов")
    clock.forward(minutes=9)
    assert look() == []
    clock.forward(minutes=1)
    assert len(look()) == 1
    say("подумаю")
    assert steps() == ["person"]
    clock.forward(minutes=29)
    assert look() == []
    clock.forward(minutes=1)
    assert look() == [] and talk.waits_for == "silent"


def test_the_nudge_speaks_the_clients_language(owner: User, clock: Clock) -> None:
    say("Астанада үй салғым келеді")
    clock.forward(minutes=10)
    assert look()[0].startswith("Әлі де керек болса, жалғастырайық. ")


def test_a_nudge_asks_nothing_a_third_time(owner: User, clock: Clock) -> None:
    talk = say(*WISH, "ну не знаю", "подумаю ещё", "ок", "хм")
    asks = talk.known["state"]["asks"]
    clock.forward(minutes=10)
    said = look()
    assert len(said) == 1
    assert all(count <= 2 for count in talk.known["state"]["asks"].values()), asks


@pytest.mark.parametrize("source", [Source.API])
def test_who_would_not_see_it_is_not_nudged(owner: User, clock: Clock, source: Source) -> None:
    say(*PHONE, source=source)
    assert steps() == ["lead"]
    clock.forward(minutes=5)
    assert look() == [] and len(leads()) == 1


def test_a_company_may_want_no_nudges(owner: User, clock: Clock) -> None:
    inbox_settings.change("30", False, by=owner)
    talk = say(*WISH)
    assert steps() == ["person"]
    clock.forward(minutes=30)
    assert look() == [] and talk.waits_for == "silent"


def test_who_called_a_person_is_not_nudged(owner: User, clock: Clock) -> None:
    talk = say(*WISH, "позовите менеджера")
    clock.forward(hours=1)
    look()
    assert talk.nudged_at is None and talk.waits_for == "call"
    say(*PHONE, ref="wk_other")
    widget.call_manager("wk_other", None, "ru", may_disturb=True)
    clock.forward(minutes=5)
    look()
    assert [line.text for line in db.session.query(Message) if line.text.startswith("Если ещё")] == []
    assert len(leads()) == 1, "a phone is a lead all the same"


def test_a_new_episode_may_be_nudged_again(owner: User, clock: Clock) -> None:
    say(*WISH)
    clock.forward(minutes=10)
    assert len(look()) == 1
    clock.forward(days=31)
    say(*WISH)
    clock.forward(minutes=10)
    assert len(look()) == 1


def test_a_worker_that_was_down_is_polite_all_the_same(owner: User, clock: Clock) -> None:
    wish = say(*WISH)
    say(*PHONE, ref="other")
    clock.forward(hours=3)
    assert [line.partition(" ")[0] for line in look()] == ["Если"], "the one with a phone is a lead at once"
    assert len(leads()) == 1 and wish.waits_for is None
    clock.forward(minutes=20)
    look()
    assert wish.waits_for == "silent"


# --- working hours ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "opens"),
    [
        ("2026-11-24 22:00", "2026-11-25 09:00"),  # at night
        ("2026-11-24 12:55", "2026-11-24 14:00"),  # over lunch
        ("2026-11-28 15:00", "2026-11-30 09:00"),  # at the weekend
        ("2026-12-15 20:00", "2026-12-17 09:00"),  # before a holiday
    ],
)
def test_outside_working_hours_the_nudge_waits_for_the_morning(
    owner: User, clock: Clock, begin: str, opens: str
) -> None:
    hours_settings.change({"holidays": "16.12", **week()}, by=owner)  # type: ignore[dict-item]
    clock.set(begin)
    talk = say(*WISH)
    clock.set(opens)
    clock.forward(seconds=-1)
    assert look() == [] and talk.waits_for is None
    clock.forward(seconds=1)
    assert len(look()) == 1
    clock.forward(minutes=20)
    look()
    assert talk.waits_for == "silent"


def test_outside_working_hours_a_phone_is_a_lead_in_time_without_a_nudge(owner: User, clock: Clock) -> None:
    hours_settings.change({"holidays": "", **week()}, by=owner)  # type: ignore[dict-item]
    clock.set("2026-11-24 23:00")
    say(*PHONE)
    assert steps() == ["lead"]
    clock.forward(minutes=5)
    assert look() == [] and len(leads()) == 1


def test_hours_that_end_meanwhile_put_the_nudge_off(owner: User, clock: Clock) -> None:
    hours_settings.change({"holidays": "", **week()}, by=owner)  # type: ignore[dict-item]
    clock.set("2026-11-24 17:55")
    say(*WISH)  # due at 18:05, when nobody works
    clock.set("2026-11-24 19:00")
    assert look() == [] and steps() == ["nudge"]
    clock.set("2026-11-25 09:00")
    assert len(look()) == 1


# --- on the board ----------------------------------------------------------------------------------------------------


def test_the_board_shows_the_lane_and_hears_of_it(app: Flask, almaty: Web, api_almaty: Api) -> None:
    empty = almaty.get("/board").text
    assert 'id="hot-lane"' not in empty
    version = re.search(r'data-version="([^"]*)"', empty).group(1)
    api_almaty.say("client_1", "<b>Хочу дом</b> в Алматы")
    page = almaty.get(f"/board/live?v={version}", headers=HTMX).text
    assert "«&lt;b&gt;Хочу дом&lt;/b&gt; в Алматы»" in page
    assert "нет телефона" in page
    assert "К\u00a0менеджеру\u00a0через\u00a030\u00a0мин" in page
    version = re.search(r'data-version="([^"]*)"', page).group(1)
    assert almaty.get(f"/board/live?v={version}", headers=HTMX).status_code == 204
    almaty.post("/conversations/1/take")
    assert 'id="hot-lane"' not in almaty.get(f"/board/live?v={version}", headers=HTMX).text


def test_the_lead_it_becomes_is_marked_with_what_is_missing(
    app: Flask, almaty: Web, api_almaty: Api, clock: Clock
) -> None:
    api_almaty.say("client_1", "87768776637")
    set_clock(lambda: clock.moment)
    clock.forward(minutes=6)
    sweep(app)
    page = almaty.get("/board").text
    assert ">нет имени</b>" in page
    assert "Объект не указан · город не указан" in page


def test_the_lane_is_bounded_and_costs_one_statement(app: Flask, almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("client_0", "Хочу дом в Алматы")
    with statements(app) as few:
        almaty.get("/board")
    for number in range(1, 25):
        api_almaty.say(f"client_{number}", "Хочу дом в Алматы")
    with statements(app) as many:
        page = almaty.get("/board").text
    assert len(few) == len(many)
    assert page.count('class="hot-card"') == 20
    assert 'Горячие <span class="number">25</span>' in page
    assert len(rows(almaty.get("/conversations?show=hot").text)) == 25


def test_another_companys_lane_is_its_own(astana: Web, api_almaty: Api) -> None:
    api_almaty.say("client_1", "Хочу дом в Алматы")
    assert 'id="hot-lane"' not in astana.get("/board").text


def test_junk_leaves_the_lane_at_once(app: Flask, almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("client_1", "Хочу дом в Алматы")
    almaty.post("/conversations/1/junk")
    assert 'id="hot-lane"' not in almaty.get("/board").text
    sweep(app)
    almaty.post("/conversations/1/not-junk")
    assert 'id="hot-lane"' in almaty.get("/board").text
