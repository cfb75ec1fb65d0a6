"""Clients who wait for a person: told once and honestly, the owner hears of it, the bot goes on with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Api, Clock
from counting import statements
from flask import Flask
from making import put_chat, week

from leadbot.accounts import hours_settings, users
from leadbot.conversations import chat, hand_off, unanswered, waiting, widget
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Author, Company, Conversation, Delivery, Message, Source, User

SORRY = "Извините, пока никто не ответил."
ASKS = f"{SORRY} На какой номер вам перезвонить?"


@pytest.fixture
def owner(app: Flask, clock: Clock) -> Iterator[User]:
    """The owner of a company that works Mon–Fri 9–13 and 14–18 and Sat 10–15, but not on 16 December."""
    with app.app_context():
        clock.set("2026-11-24 10:00")
        user = users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        users.change_profile(user, {"name": "Айгуль", "language": "ru", "theme": ""})
        put_chat("-100500")
        hours_settings.change({"holidays": "16.12", **week()}, by=user)  # type: ignore[dict-item]
        yield user


def say(*texts: str, source: Source = Source.API) -> str:
    for text in texts:
        reply = chat.receive(chat.Incoming(source, "client", text)).text
    return reply


def talk() -> Conversation:
    return db.session.query(Conversation).one()


def tell() -> str:
    """The last line of the talk after the worker has looked."""
    company_id = tenancy.acting_for()
    unanswered.tell_due()
    tenancy.act_for(company_id)
    last = db.session.query(Message).filter(Message.author != Author.CLIENT).order_by(Message.seq.desc()).first()
    return last.text if last else ""


def owner_heard() -> list[str]:
    return [row.text for row in db.session.query(Delivery).filter(Delivery.event == "unanswered")]


def test_nobody_came_so_the_bot_says_so_once_and_goes_on(owner: User, clock: Clock) -> None:
    called = say("Хочу дом", "позовите менеджера")
    clock.forward(minutes=4, seconds=59)
    assert tell() == called and owner_heard() == []
    clock.forward(seconds=1)
    assert tell() == ASKS
    assert owner_heard() == ["❗ Айгуль, клиент ждёт ответа 5 мин: Гость\u00a01. «позовите менеджера»"]
    clock.forward(minutes=30)
    assert tell() == ASKS and len(owner_heard()) == 1
    say("позовите менеджера")
    clock.forward(minutes=30)
    tell()
    assert db.session.query(Message).filter(Message.text == ASKS).count() == 1 and len(owner_heard()) == 1
    assert say("Канат, 87768776637").startswith("Спасибо, Канат!")


@pytest.mark.parametrize(
    ("moment", "when"),
    [
        ("2026-11-24 10:00", "сегодня"),
        ("2026-11-24 12:58", "сегодня с 14:00 до 18:00"),
        ("2026-11-24 17:40", "завтра с 9:00 до 13:00"),
        ("2026-11-24 17:58", "завтра с 9:00 до 13:00"),
        ("2026-11-27 17:57", "завтра с 10:00 до 15:00"),
        ("2026-11-28 14:57", "в понедельник с 9:00 до 13:00"),
        ("2026-12-15 17:57", "в четверг с 9:00 до 13:00"),
    ],
)
def test_who_left_a_phone_hears_when_to_expect_a_call(owner: User, clock: Clock, moment: str, when: str) -> None:
    clock.set(moment)
    say("Хочу дом, 87768776637, Канат", "позовите менеджера")
    clock.forward(minutes=5)
    assert tell() == f"{SORRY} Менеджер позвонит {when} по номеру 87768776637."
    assert owner_heard() == ["❗ Айгуль, клиент ждёт ответа 5 мин: Канат. «позовите менеджера»"]


def test_in_kazakh_and_english(owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 17:58")
    say("Үй салғым келеді, Канат, 87768776637", "менеджерді шақырыңыз")
    clock.forward(minutes=5)
    assert tell() == (
        "Кешіріңіз, әзірге ешкім жауап бермеді. Менеджер ертең 9:00–13:00 аралығында 87768776637 нөміріне хабарласады."
    )
    talk().language = "en"
    talk().answer_due_at = clock.moment
    db.session.commit()
    assert tell() == (
        "Sorry, nobody has answered yet. A manager will call 87768776637 tomorrow between 9:00 and 13:00."
    )


def test_without_hours_it_is_soon(owner: User, clock: Clock) -> None:
    hours_settings.change({"take_minutes": "15", "answer_minutes": "5"}, by=owner)
    say("Хочу дом, 87768776637, Канат", "позовите менеджера")
    clock.forward(minutes=5)
    assert tell() == f"{SORRY} Менеджер позвонит в ближайшее время по номеру 87768776637."


def test_at_night_he_is_told_at_once_and_not_again(owner: User, clock: Clock) -> None:
    clock.set("2026-11-24 22:00")
    told = say("Хочу дом", "позовите менеджера")
    assert told.startswith("Зову менеджера. Сейчас нерабочее время, он позвонит завтра с 9:00 до 13:00")
    clock.forward(hours=14)
    assert tell() == told and owner_heard() == []


def test_a_manager_who_holds_the_talk_and_is_silent_gives_it_back(owner: User, clock: Clock) -> None:
    say("Хочу дом")
    hand_off.take_over(talk(), by=owner)
    started = tell()
    clock.forward(minutes=20)
    assert tell() == started  # the client has not written since
    assert say("Вы тут?") == ""
    clock.forward(minutes=5)
    assert tell() == ASKS
    assert (talk().handled_by, talk().manager_id, talk().known["asked"]) == ("bot", None, "phone")
    assert owner_heard() == ["❗ Айгуль, клиент ждёт ответа 5 мин: Гость\u00a01. «Вы тут?»"]
    assert say("87768776637, Канат").startswith("Спасибо, Канат!")


def test_a_silent_manager_at_night(owner: User, clock: Clock) -> None:
    say("Хочу дом")
    hand_off.take_over(talk(), by=owner)
    clock.set("2026-11-24 21:00")
    say("Вы тут?")
    clock.forward(minutes=5)
    assert tell() == f"{SORRY} Менеджер ответит завтра с 9:00 до 13:00. На какой номер вам перезвонить?"


def test_whoever_answers_ends_the_wait(owner: User, clock: Clock) -> None:
    say("Хочу дом", "позовите менеджера")
    hand_off.take_over(talk(), by=owner)
    clock.forward(minutes=4)
    hand_off.write(talk(), "Здравствуйте!", by=owner)
    clock.forward(minutes=10)
    assert tell() == "Здравствуйте!"
    say("Сколько стоит?")
    clock.forward(minutes=4)
    hand_off.give_back(talk(), by=owner)
    clock.forward(minutes=10)
    assert tell().startswith("С вами снова бот-помощник")
    assert owner_heard() == []


def test_taking_over_begins_the_wait_anew(owner: User, clock: Clock) -> None:
    say("Хочу дом", "позовите менеджера")
    clock.forward(minutes=4)
    hand_off.take_over(talk(), by=owner)
    clock.forward(minutes=4)
    assert tell() == "Теперь вам отвечает Айгуль."
    clock.forward(minutes=1)
    assert tell() == ASKS


def test_who_has_been_asked_for_his_phone_twice_is_not_asked_again(owner: User, clock: Clock) -> None:
    say("Хочу дом", "не дам номер", "нет, номер не дам", "позовите менеджера")
    clock.forward(minutes=5)
    assert tell() == f"{SORRY} Менеджер ответит сегодня."


def test_the_button_of_the_widget_counts_too(owner: User, clock: Clock) -> None:
    say("Хочу дом", source=Source.WIDGET)
    widget.call_manager("client", "m1", "ru", may_disturb=True)
    clock.forward(minutes=5)
    assert tell() == ASKS
    clock.set("2026-11-24 20:00")
    talk().answer_told_at = None
    widget.call_manager("client", "m2", "ru", may_disturb=True)
    assert tell().startswith("Зову менеджера. Сейчас нерабочее время, он ")


def test_who_was_called_back_or_is_junk_is_told_nothing(owner: User, clock: Clock) -> None:
    called = say("Хочу дом", "позовите менеджера")
    waiting.settle(talk(), by=owner)
    clock.forward(minutes=6)
    assert tell() == called
    say("позовите менеджера")
    talk().is_junk = True
    db.session.commit()
    clock.forward(minutes=6)
    assert not tell().startswith(SORRY) and owner_heard() == []


def test_who_is_given_back_stands_among_those_who_wait(owner: User, clock: Clock) -> None:
    say("Хочу дом")
    hand_off.take_over(talk(), by=owner)
    say("Вы тут?")
    clock.forward(minutes=5)
    tell()
    assert talk().waits_for == waiting.CALL and waiting.count() == 1


def test_the_test_chat_disturbs_nobody(owner: User, clock: Clock) -> None:
    say("Хочу дом", "позовите менеджера", source=Source.TEST)
    clock.forward(minutes=5)
    assert tell() == ASKS and owner_heard() == []


def test_it_can_be_turned_off(owner: User, clock: Clock) -> None:
    called = say("Хочу дом", "позовите менеджера")
    hours_settings.change({**week(answer_minutes="0")}, by=owner)  # type: ignore[dict-item]
    clock.forward(minutes=5)
    assert tell() == called and talk().answer_due_at is None
    say("позовите менеджера")
    assert talk().answer_due_at is None


def test_a_company_that_is_off_is_silent(owner: User, clock: Clock) -> None:
    called = say("Хочу дом", "позовите менеджера")
    db.session.get_one(Company, owner.company_id).is_active = False
    db.session.commit()
    clock.forward(minutes=5)
    assert tell() == called


def test_a_client_who_is_being_answered_is_told_after_that(owner: User, clock: Clock) -> None:
    called = say("Хочу дом", "позовите менеджера")
    clock.forward(minutes=5)
    unanswered.talks.hold(talk())
    db.session.commit()
    assert tell() == called
    clock.forward(minutes=1)
    assert tell() == ASKS


def test_the_sweep_asks_once_for_all_companies(app: Flask, owner: User, clock: Clock) -> None:
    say("Хочу дом", "позовите менеджера")
    with statements(app) as said:
        unanswered.tell_due()
    assert len(said) == 1 and "answer_due_at" in said[0]


def test_an_integrator_sees_it_in_the_talk(app: Flask, api_almaty: Api, clock: Clock) -> None:
    clock.set("2026-11-24 10:00")
    api_almaty.say("c", "позовите менеджера")
    clock.forward(minutes=5)
    with app.app_context():
        assert unanswered.tell_due() == 1
        assert unanswered.tell_due() == 0
