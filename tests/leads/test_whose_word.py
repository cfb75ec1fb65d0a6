"""Whose word changes a card: that of the talk which made it. A phone alone opens no card to who types it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from making import put_chat
from sqlalchemy import select

from leadbot.accounts import users
from leadbot.conversations import chat, talks
from leadbot.conversations.chat import Incoming
from leadbot.database.session import db
from leadbot.leads import editing, manual_entry, merging, records
from leadbot.models import Conversation, Delivery, Lead, Source, User
from leadbot.transfer import erasure

SAULE, ASKAR = "87055551122", "87474443366"


@pytest.fixture
def owner(app: Flask) -> Iterator[User]:
    with app.app_context():
        own = users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        db.session.commit()
        yield own


def say(ref: str, *texts: str, source: Source = Source.WIDGET) -> chat.ChatReply:
    for text in texts:
        reply = chat.receive(Incoming(source, ref, text))
    return reply


@pytest.fixture
def card(owner: User) -> Lead:
    """Сауле's open lead, made by a talk of her own."""
    made = say("her phone", "Нужен ремонт квартиры 64 квадрата в Шымкенте", f"Сауле, {SAULE}").lead
    assert made
    return records.get(made.id)


def talk_of(ref: str) -> Conversation:
    talk = talks.find(Source.WIDGET, ref)
    assert talk
    return talk


def standing(lead: Lead) -> tuple[object, ...]:
    marks = (lead.is_complaint, lead.is_withdrawn, lead.is_urgent, lead.contact_name)
    return lead.name, lead.phone, lead.phone_e164, lead.city, lead.object_type, lead.area, lead.area_m2, *marks


@pytest.mark.parametrize(
    "texts",
    [
        (f"Нет, мой номер другой: {ASKAR}",),
        ("не нужно уже, нашли других",),
        ("меня зовут Аскар",),
    ],
)
def test_who_typed_the_phone_changes_neither_whom_to_call_nor_cancels(card: Lead, texts: tuple[str, ...]) -> None:
    before = standing(card)
    joined = say("a stranger", f"мой номер {SAULE}")
    assert joined.lead and joined.lead.id == card.id and joined.function_called == "register_lead"
    say("a stranger", *texts)
    db.session.refresh(card)
    assert standing(card) == before


def test_what_he_wants_brings_the_card_up_to_date_with_its_history(card: Lead) -> None:
    say("a stranger", f"мой номер {SAULE}", "это срочно, теперь в Астане")
    db.session.refresh(card)
    assert (card.city, card.is_urgent) == ("Астана", True)
    changed = [(each.from_value, each.to_value) for each in records.history(card) if each.field == "city"]
    assert changed == [("Шымкент", "Астана")]


def test_what_he_says_otherwise_stands_in_the_history_once_and_is_told(card: Lead) -> None:
    say("a stranger", f"мой номер {SAULE}", "Сауле", f"Нет, мой номер другой: {ASKAR}", "спасибо")
    said = [(each.field, each.from_value, each.to_value) for each in records.history(card) if each.kind == "otherwise"]
    assert said.count(("phone", SAULE, ASKAR)) == 1
    assert not [each for each in records.history(card) if each.kind == "changed"]
    assert "repeated" in {each.kind for each in records.history(card)}
    quotes = {proof.field: proof.quote for proof in records.evidence(card)}
    assert SAULE in quotes["phone"] and "Шымкент" in quotes["city"]


def test_a_client_of_another_channel_still_reaches_his_manager(owner: User) -> None:
    put_chat("-1001")
    made = say("her phone", "Нужен ремонт квартиры 64 квадрата в Шымкенте", f"Сауле, {SAULE}").lead
    say("bot", f"Сауле, {SAULE}", f"Нет, мой номер другой: {ASKAR}", "уже не нужно", source=Source.TELEGRAM)
    assert made
    told = list(db.session.scalars(select(Delivery).where(Delivery.lead_id == made.id)))
    assert {"lead.repeated", "lead.otherwise", "withdrawn"} <= {row.event for row in told}


def test_what_is_empty_he_fills_and_her_words_prove_it(owner: User) -> None:
    made = say("her phone", f"Сауле, {SAULE}, хочу баню").lead
    assert made and records.get(made.id).city is None
    say("her laptop", f"Сауле, {SAULE}", "в Таразе, 48 квадратов, пишите только в ватсап")
    lead = records.get(made.id)
    assert (lead.city, lead.area_m2, lead.object_type, lead.contact_by) == ("Тараз", 48, "баня", "whatsapp")
    assert "Тараз" in lead.summary
    proofs = {proof.field: proof.quote for proof in records.evidence(lead)}
    assert "Тараз" in proofs["city"]
    say("her phone", "город Алматы")
    assert records.get(made.id).city == "Алматы", "the talk that made it has the last word"


def test_whom_to_call_goes_with_the_number_or_not_at_all(card: Lead) -> None:
    say("a stranger", f"мой номер {SAULE}", f"звоните лучше мужу, Аскару: {ASKAR}")
    db.session.refresh(card)
    assert (card.phone, card.contact_name) == (SAULE, None)
    assert ASKAR in {each.to_value for each in records.history(card) if each.kind == "otherwise"}


def test_she_takes_back_her_own_marks_whoever_has_joined(card: Lead) -> None:
    say("a stranger", f"мой номер {SAULE}")
    say("her phone", "уже не нужно, передумали")
    assert records.get(card.id).is_withdrawn
    say("her phone", "хотя нет, всё-таки нужно, перезвоните")
    assert not records.get(card.id).is_withdrawn


def test_a_talk_that_a_person_has_joined_to_the_card_may_change_it(card: Lead, owner: User) -> None:
    chain = [card]
    for number, ref in ((ASKAR, "husband"), ("87011230011", "son")):
        made = say(ref, "Хочу баню в Таразе", f"Аскар, {number}").lead
        assert made
        kept, gone = records.get(made.id), chain[-1]
        merging.merge(kept, gone, {}, by=owner, versions=(kept.version, gone.version))
        chain.append(kept)
    say("her phone", "город Алматы")
    assert records.get(chain[-1].id).city == "Алматы"


def test_a_lead_put_down_by_hand_is_no_more_open_to_who_types_its_phone(owner: User) -> None:
    made = manual_entry.add({"phone": SAULE, "name": "Сауле", "city": "Шымкент"}, by=owner).lead
    say("a stranger", f"мой номер {SAULE}", "Сауле", "уже не нужно", "в Астане")
    assert (records.get(made.id).city, records.get(made.id).is_withdrawn) == ("Шымкент", False)


def test_what_a_manager_puts_right_is_told_to_her_talk_alone(card: Lead, owner: User) -> None:
    say("a stranger", f"мой номер {SAULE}")
    editing.change(card, {"phone": ASKAR}, by=owner)
    known = [talk_of(ref).known["facts"]["phone"] for ref in ("her phone", "a stranger")]
    assert [(fact["value"], fact["e164"]) for fact in known] == [(ASKAR, f"+7{ASKAR[1:]}"), (SAULE, f"+7{SAULE[1:]}")]


def test_two_clients_are_not_tied_together_for_an_erasure(card: Lead, owner: User) -> None:
    other = say("his phone", "Хочу гараж в Таразе", f"Аскар, {ASKAR}").lead
    say("a stranger", f"мой номер {SAULE}", "Сауле", f"Нет, мой номер другой: {ASKAR}")
    say("a stranger", "ещё нужен отдельно офис 90 квадратов в Астане")
    assert other
    erasure.erase(erasure.of_lead(records.get(other.id)), by=owner)
    left = list(db.session.scalars(select(Lead.phone)))
    assert left == [SAULE] and talk_of("her phone").lead_id
    assert talks.find(Source.WIDGET, "a stranger") is None and talks.find(Source.WIDGET, "his phone") is None


def test_nor_does_the_erasure_of_one_go_on_to_another(card: Lead, owner: User) -> None:
    other = say("his phone", "Хочу гараж в Таразе", f"Аскар, {ASKAR}").lead
    say("a stranger", f"мой номер {SAULE}")
    say("a stranger", f"Нет, мой номер другой: {ASKAR}", "ещё нужен отдельно офис 90 квадратов в Астане")
    assert other
    erasure.erase(erasure.of_lead(card), by=owner)
    assert other.id in set(db.session.scalars(select(Lead.id)))
    assert talk_of("his phone").lead_id == other.id
    assert talks.find(Source.WIDGET, "a stranger") is None


def test_the_talk_erased_takes_the_card_it_came_to_and_nobody_by_another_number(card: Lead, owner: User) -> None:
    other = say("his phone", "Хочу гараж в Таразе", f"Аскар, {ASKAR}").lead
    say("a stranger", f"мой номер {SAULE}", "Сауле", f"Нет, мой номер другой: {ASKAR}")
    assert other
    erasure.erase(erasure.of_talk(talk_of("a stranger")), by=owner)
    assert list(db.session.scalars(select(Lead.id))) == [other.id]
    assert talk_of("his phone").known["facts"]["phone"]["value"] == ASKAR
