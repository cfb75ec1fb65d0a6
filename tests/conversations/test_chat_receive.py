"""One chat, many doors: what is stored, what is answered, what becomes a lead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from leadbot import state
from leadbot.accounts import users
from leadbot.conversations import chat, hand_off, talks
from leadbot.conversations.chat import Incoming
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.engines.base import Decision, LeadDraft, Turn
from leadbot.errors import Conflict, Invalid
from leadbot.leads import moving, records
from leadbot.models import Author, Conversation, Lead, LeadStatus, Message, Source, User

CONTRACT = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")


@pytest.fixture
def owner(app: Flask) -> Iterator[User]:
    with app.app_context():
        yield users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")


def say(*texts: str, ref: str = "client", source: Source = Source.API, **more: Any) -> chat.ChatReply:
    for text in texts:
        reply = chat.receive(Incoming(source, ref, text, **more))
    return reply


def count(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def talk_of(ref: str = "client", source: Source = Source.API) -> Conversation:
    talk = talks.find(source, ref)
    assert talk
    return talk


def test_the_contract_makes_the_lead(owner: User) -> None:
    reply = say(*CONTRACT)
    assert reply.text == "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время."
    assert reply.function_called == "register_lead"
    lead = records.get(reply.lead.id)
    assert (lead.name, lead.phone, lead.phone_e164) == ("Канат", "87768776637", "+77768776637")
    assert (lead.city, lead.object_type, lead.area, lead.area_m2) == ("Алматы", "дом", "150 м²", 150)
    assert (lead.language, lead.status, lead.source) == ("ru", LeadStatus.NEW, Source.API)
    assert "Алматы" in lead.summary
    assert "150 м²" in lead.summary


def test_each_value_points_at_the_words_it_came_from(owner: User) -> None:
    lead = say(*CONTRACT).lead
    proof = {row.field: row for row in records.evidence(lead)}
    assert {"name", "phone", "city", "object_type", "area"} <= set(proof)
    for row in proof.values():
        assert db.session.get_one(Message, row.message_id).text[row.start : row.end] == row.quote
    assert proof["phone"].quote == "87768776637"


def test_the_talk_is_kept_line_by_line(owner: User) -> None:
    say(*CONTRACT)
    lines = chat.lines(talk_of())
    assert [line.author for line in lines] == [Author.CLIENT, Author.BOT] * 4
    assert [line.seq for line in lines] == list(range(1, 9))
    assert {line.engine for line in lines if line.author is Author.BOT} == {"rules"}
    assert lines[-1].function_called == "register_lead"


def test_the_same_message_id_is_taken_once(owner: User) -> None:
    say(*CONTRACT[:3])
    first = say(CONTRACT[3], message_id="m-1")
    again = say(CONTRACT[3], message_id="m-1")
    assert (again.text, again.function_called) == (first.text, first.function_called)
    assert (count(Lead), count(Message)) == (1, 8)


def test_a_message_id_with_another_text_is_refused(owner: User) -> None:
    say("Хочу дом", message_id="m-1")
    with pytest.raises(Invalid):
        say("Хочу баню", message_id="m-1")


def test_a_message_that_is_being_answered_is_refused(owner: User) -> None:
    say("Хочу дом", message_id="m-1")
    talk = talk_of()
    db.session.delete(chat.lines(talk)[-1])  # its answer has not come yet
    talk.lease_until = utcnow() + timedelta(seconds=20)
    db.session.commit()
    with pytest.raises(Conflict):
        say("Хочу дом", message_id="m-1")


def test_a_turn_whose_process_died_is_answered_at_the_next_try(owner: User) -> None:
    say("Хочу дом", message_id="m-1")
    talk = talk_of()
    db.session.delete(chat.lines(talk)[-1])
    talk.lease_until, talk.known = utcnow() - timedelta(seconds=1), {}
    db.session.commit()
    assert say("Хочу дом", message_id="m-1").text == "В каком городе?"
    assert [line.author for line in chat.lines(talk_of())].count(Author.CLIENT) == 1


def test_two_doors_are_two_people(owner: User) -> None:
    say("Хочу дом", source=Source.API)
    assert say("Алматы", source=Source.WIDGET).lead is None
    assert count(Conversation) == 2


def test_a_manager_silences_the_bot(owner: User) -> None:
    say("Хочу дом")
    hand_off.take_over(talk_of(), by=owner)
    reply = say("Алматы")
    assert reply.silent
    assert reply.text == ""
    hand_off.write(talk_of(), "Добрый день", by=owner)
    hand_off.give_back(talk_of(), by=owner)
    assert say("в Алматы").text
    assert Author.MANAGER in {line.author for line in chat.lines(talk_of())}


def test_a_correction_after_registration_updates_the_same_lead(owner: User) -> None:
    lead_id = say(*CONTRACT).lead.id
    reply = say("ой, номер другой: 8 701 555 10 10")
    assert reply.function_called is None
    assert (records.get(lead_id).phone, count(Lead)) == ("87015551010", 1)
    changed = [event.field for event in records.history(records.get(lead_id)) if event.kind == "changed"]
    assert "phone" in changed and "phone_e164" not in changed


def test_the_same_phone_from_another_talk_updates_the_open_card(owner: User) -> None:
    first = say(*CONTRACT).lead
    say("Хочу дом в Алматы", "Олег, 87010000002", ref="between")
    before = records.get(first.id).raised_at
    again = say("Хочу баню 6 на 6 в Алматы", "Канат 87768776637", ref="other")
    assert again.function_called == "register_lead"
    assert (again.lead.id, count(Lead)) == (first.id, 2)
    assert "repeated" in {event.kind for event in records.history(first)}
    top = db.session.scalars(select(Lead).order_by(Lead.rank.desc())).first()
    assert top and top.id == first.id and top.raised_at > before


def test_after_a_closed_lead_the_same_phone_makes_a_linked_one(owner: User) -> None:
    first = say(*CONTRACT).lead
    moving.move(records.get(first.id), LeadStatus.WON, by=owner)
    second = say(*CONTRACT).lead
    assert second.id != first.id
    assert second.previous_id == first.id
    assert (first.is_hot, second.is_hot) == (False, True), "who comes back means it"
    assert talk_of().episode == 2


def test_a_month_of_silence_begins_a_new_episode(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    say("Хочу дом", "Алматы")
    late = utcnow() + timedelta(days=31)
    monkeypatch.setattr(talks, "utcnow", lambda: late)
    assert say("Хочу дом").text == "В каком городе?"
    assert talk_of().episode == 2


def test_a_test_lead_does_not_meet_a_real_one(owner: User) -> None:
    real = say(*CONTRACT).lead
    test = say(*CONTRACT, source=Source.TEST).lead
    assert test.id != real.id
    assert test.is_test


def test_a_phone_without_a_name_becomes_a_lead_when_the_talk_goes_silent(owner: User) -> None:
    say("Хочу дом в Алматы, 87768776637")
    talk = talk_of()
    assert talk.idle_due_at and talk.lead_id is None
    lead = chat.finish_idle(talk)
    assert lead and lead.name is None and lead.phone == "87768776637"


def test_a_name_without_a_phone_never_is_a_lead(owner: User) -> None:
    say("Хочу дом в Алматы", "Меня зовут Канат")
    assert chat.finish_idle(talk_of()) is None
    assert count(Lead) == 0


def test_a_failing_engine_loses_no_message(app: Flask, owner: User) -> None:
    class Broken:
        name, needs_network = "broken", False

        def decide(self, turn: Turn) -> Decision:
            raise RuntimeError("boom")

    state.state_of(app).engine = Broken()
    assert say("Хочу дом").text
    assert chat.lines(talk_of())[0].text == "Хочу дом"


def test_twenty_messages_at_once_keep_their_order(app: Flask, owner: User) -> None:
    company_id, errors = owner.company_id, []
    db.session.remove()

    def send(number: int) -> None:
        with app.app_context():
            tenancy.act_for(company_id)
            try:
                say(f"Сообщение {number}")
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert errors == []
    tenancy.act_for(company_id)
    lines = chat.lines(talk_of())
    assert [line.seq for line in lines] == list(range(1, 41))
    assert all(lines[i].author is Author.CLIENT and lines[i + 1].answers_seq == lines[i].seq for i in range(0, 40, 2))


def test_the_final_message_ten_times_at_once_is_one_lead(app: Flask, owner: User) -> None:
    company_id = owner.company_id
    say(*CONTRACT[:3])
    db.session.remove()

    def send() -> None:
        with app.app_context():
            tenancy.act_for(company_id)
            say(CONTRACT[3])

    threads = [threading.Thread(target=send) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    tenancy.act_for(company_id)
    assert count(Lead) == 1


def test_one_phone_from_ten_talks_at_once_is_one_card(app: Flask, owner: User) -> None:
    company_id = owner.company_id
    db.session.remove()

    def send(number: int) -> None:
        with app.app_context():
            tenancy.act_for(company_id)
            say("Хочу дом в Алматы", "Канат, 87768776637", ref=f"client-{number}")

    threads = [threading.Thread(target=send, args=(number,)) for number in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    tenancy.act_for(company_id)
    assert count(Lead) == 1


def test_a_manager_writes_while_a_slow_engine_thinks(app: Flask, owner: User) -> None:
    company_id, thinking, done = owner.company_id, threading.Event(), threading.Event()
    say("Хочу дом")
    hand_off.take_over(talk_of(), by=owner)
    hand_off.give_back(talk_of(), by=owner)

    class Slow:
        name, needs_network = "slow", True

        def decide(self, turn: Turn) -> Decision:
            thinking.set()
            done.wait(60)
            return Decision("Готово", turn.known, "ru")

    state.state_of(app).engine = Slow()
    db.session.remove()

    def client() -> None:
        with app.app_context():
            tenancy.act_for(company_id)
            say("Алматы")

    thread = threading.Thread(target=client)
    thread.start()
    assert thinking.wait(60)
    tenancy.act_for(company_id)
    me = users.by_email("owner@almaty.kz")
    hand_off.take_over(talk_of(), by=me)
    hand_off.write(talk_of(), "Это я, менеджер", by=me)
    done.set()
    thread.join()
    db.session.expire_all()
    lines = chat.lines(talk_of())
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1].text == "Это я, менеджер"  # and the bot kept silent


def test_a_draft_that_cannot_be_a_lead_does_not_cost_the_answer(app: Flask, owner: User) -> None:
    class Careless:
        name, needs_network = "careless", False

        def decide(self, turn: Turn) -> Decision:
            return Decision("Записано", turn.known, "ru", register=LeadDraft(phone="123", phone_e164="123"))

    state.state_of(app).engine = Careless()
    assert say("123").text == "Записано"
    assert count(Lead) == 0
