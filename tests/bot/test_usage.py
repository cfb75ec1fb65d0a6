"""What the model may cost: nobody is turned away, nothing is spent beyond the budget, and what was spent is known."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from doubles import OpenAIDouble
from doubles.model import FAULTS, completion, eager, heard
from doubles.model import say as says
from doubles.server import Answer, Request
from flask import Flask
from modelled import house, leads, own, say, set_bot
from sqlalchemy import select

from leadbot.accounts import encryption
from leadbot.bot import budget, company_settings
from leadbot.config import Config
from leadbot.conversations import chat, talks
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.models import Conversation, Message, ModelUsage

CONTRACT = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")
OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 200
TURN = 520  # what the scripted model says a call has cost


@pytest.fixture
def double() -> Iterator[OpenAIDouble]:
    with OpenAIDouble(eager) as server:
        yield server


@pytest.fixture
def app(config: Config, double: OpenAIDouble) -> Iterator[Flask]:
    with house(config, double, openai_timeout_seconds=9) as app:
        yield app


@pytest.fixture(autouse=True)
def always(app: Flask) -> None:
    """Every test here has the house."""


def bot_lines() -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.engine.is_not(None)).order_by(Message.id)))


def rows() -> dict[int, ModelUsage]:
    return {row.bot_user_id: row for row in db.session.scalars(select(ModelUsage))}


def talk() -> Conversation:
    return db.session.scalars(select(Conversation)).one()


def test_what_a_turn_costs_is_kept_with_its_answer_and_counted() -> None:
    say("Хочу дом", "Алматы")
    assert [(line.tokens_in, line.tokens_out) for line in bot_lines()] == [(500, 20)] * 2
    for row in rows().values():
        assert (row.tokens_in, row.tokens_out, row.calls, row.reserved) == (1000, 40, 2, 0)
    assert set(rows()) == {0, talk().bot_user_id}


def test_a_client_over_his_day_is_answered_by_the_embedded_engine(double: OpenAIDouble) -> None:
    set_bot(budget={"visitor": 2 * TURN})
    say(*CONTRACT)
    lines = bot_lines()
    assert [line.engine for line in lines] == ["model", "model", "rules", "rules"]
    assert [line.engine_note for line in lines] == [None, None, "model: over budget", "model: over budget"]
    assert len(double.requests) == 2
    assert [lead.phone for lead in leads()] == ["87768776637"]
    assert say("Хочу баню", ref="another").text
    assert len(double.requests) == 3


def test_many_clients_can_not_spend_more_than_the_companys_day(double: OpenAIDouble) -> None:
    set_bot(budget={"company": 10 * TURN})
    for number in range(60):
        assert say("Хочу дом", ref=f"client-{number}").text
    assert len(double.requests) == 10


def test_a_budget_of_nothing_is_no_model_at_all(double: OpenAIDouble) -> None:
    set_bot(budget={"company": 0})
    assert say("Хочу дом").text
    assert double.requests == []


def test_first_turns_of_a_day_that_come_at_once_are_all_answered(app: Flask, double: OpenAIDouble) -> None:
    company_id = tenancy.acting_for()
    answers: list[str] = []
    db.session.remove()

    def send(number: int) -> None:
        with app.app_context():
            tenancy.act_for(company_id)
            answers.append(say("Хочу дом", ref=f"client-{number}").text)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len([text for text in answers if text]) == 12
    tenancy.act_for(company_id)
    assert {line.engine_note for line in bot_lines()} == {None}
    assert len(rows()) == 13 and rows()[0].tokens_in == 12 * 500


def test_a_month_has_its_own_limit_where_the_company_wants_one(
    double: OpenAIDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_bot(budget={"month": 3 * TURN})
    first = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for day, asked in ((0, 2), (1, 3), (30, 3), (31, 5)):  # two messages a day; on the 31st a new month begins
        monkeypatch.setattr(company_settings, "utcnow", lambda day=day: first + timedelta(days=day))
        assert all(say("Хочу дом", ref=f"{day}-{number}").text for number in range(2))
        assert len(double.requests) == asked, day
    assert budget.this_month().tokens == 2 * TURN == budget.today().tokens
    assert budget.month_budget(own()) == 3 * TURN
    assert {line.engine_note for line in bot_lines()} == {None, "model: over budget"}


def test_a_month_without_a_limit_costs_no_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **more: object) -> int:
        raise AssertionError("asked for nothing")

    monkeypatch.setattr(budget, "_spent_since", fail)
    assert say("Хочу дом").text and budget.month_budget(own()) is None


def test_a_turn_that_died_holds_its_tokens_no_longer_than_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    set_bot(budget={"company": 2 * budget.TURN_TOKENS})
    say("Хочу дом")
    client, moment = talk(), utcnow().replace(second=0)

    def reserve(seconds: float) -> budget.Ticket | None:
        monkeypatch.setattr(budget, "utcnow", lambda: moment + timedelta(seconds=seconds))
        return budget.reserve(own(), client)

    assert reserve(0) and reserve(59)  # nobody will settle these
    assert reserve(61) is None, "what was begun a minute ago may still be under way"
    late = reserve(120)
    assert late, "by now it has died"
    assert rows()[0].reserved == budget.TURN_TOKENS and rows()[0].reserved_before == 0
    budget.settle(late, None)
    db.session.commit()
    assert {(row.reserved, row.reserved_before) for row in rows().values()} == {(0, 0)}


def test_a_turn_over_the_change_of_periods_is_settled_where_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    say("Хочу дом")
    client, moment = talk(), utcnow().replace(second=0)
    monkeypatch.setattr(budget, "utcnow", lambda: moment)
    early = budget.reserve(own(), client)
    monkeypatch.setattr(budget, "utcnow", lambda: moment + timedelta(seconds=61))
    late = budget.reserve(own(), client)
    db.session.expire_all()
    assert (rows()[0].reserved_before, rows()[0].reserved) == (budget.TURN_TOKENS, budget.TURN_TOKENS)
    assert early and late
    budget.settle(early, None)
    db.session.expire_all()
    assert (rows()[0].reserved_before, rows()[0].reserved) == (0, budget.TURN_TOKENS)
    budget.settle(early, None)  # a ticket that is nobody's any more takes nothing away
    budget.settle(late, None)
    db.session.expire_all()
    assert (rows()[0].reserved_before, rows()[0].reserved) == (0, 0)


def test_the_next_day_begins_anew(double: OpenAIDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    set_bot(budget={"visitor": TURN})
    say("Хочу дом", "Алматы")
    assert len(double.requests) == 1
    tomorrow = utcnow() + timedelta(days=1)
    monkeypatch.setattr(company_settings, "utcnow", lambda: tomorrow)
    say("150 квадратов")
    assert len(double.requests) == 2


def test_turns_at_once_overdraw_by_no_more_than_one(app: Flask, double: OpenAIDouble) -> None:
    set_bot(budget={"company": budget.TURN_TOKENS * 3})
    company_id = tenancy.acting_for()
    answered: list[int] = []
    nine_are_answered = threading.Event()

    def answer(_: Request) -> Answer:
        nine_are_answered.wait(8)  # a turn that is settled makes room for the next
        return says("Где строим?")

    double.usually = answer
    db.session.remove()

    def send(number: int) -> None:
        with app.app_context():
            tenancy.act_for(company_id)
            say("Хочу дом", ref=f"client-{number}")
        answered.append(number)
        if len(answered) == 9:
            nine_are_answered.set()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(double.requests) == 3  # each holds the tokens of a long turn until it is settled
    tenancy.act_for(company_id)
    assert rows()[0].reserved == 0


@pytest.mark.parametrize("fault", ["empty_choices", "huge_text", "unknown_tool", "content_filter"])
def test_a_useless_answer_is_paid_for_all_the_same(double: OpenAIDouble, fault: str) -> None:
    double.usually = FAULTS[fault]
    say("Хочу дом")
    assert rows()[0].tokens_in > 0
    assert bot_lines()[0].engine == "rules"


def test_a_server_that_counts_nothing_is_counted_by_us(double: OpenAIDouble) -> None:
    body = completion({"content": "Где строим?"}) | {"usage": None}
    double.usually = Answer(body=body)
    say("Хочу дом")
    assert 500 < rows()[0].tokens_in < 3000
    for claimed in ({"prompt_tokens": -5, "completion_tokens": 10**12}, {"prompt_tokens": 0, "completion_tokens": 0},
                    {"prompt_tokens": 9_999_999, "completion_tokens": 9_999_999}):  # fmt: skip
        before, double.usually = rows()[0].tokens_in, Answer(body=body | {"usage": claimed})
        say("Алматы")
        db.session.expire_all()
        assert 500 < rows()[0].tokens_in - before < 30_000 and rows()[0].tokens_out < 2000, claimed


def test_a_header_in_any_letters_is_no_fault(double: OpenAIDouble) -> None:
    double.usually = says("Где строим?", headers={"X-Proxy": "caf\xe9"})
    say("Хочу дом")
    assert bot_lines()[0].engine == "model"


def test_a_refused_connection_costs_nothing(double: OpenAIDouble) -> None:
    double.usually = FAULTS["http_401"]
    say("Хочу дом")
    assert rows()[0].tokens_in == 0 and rows()[0].reserved == 0


def test_a_voice_message_counts_too(double: OpenAIDouble) -> None:
    double.usually = lambda request: heard("хочу дом") if "audio" in request.path else says("Где строим?")
    say("", audio=OGG)
    assert rows()[0].tokens_in == 500 + budget.VOICE_TOKENS
    set_bot(budget={"visitor": 100})
    before = len(double.requests)
    assert "менеджер" in say("", audio=OGG).text
    assert len(double.requests) == before


def test_exactly_what_was_last_sent_is_kept(double: OpenAIDouble) -> None:
    assert budget.last_sent() is None
    say("Хочу дом, 8 776 877 66 37", "Канат")
    moment, sent = budget.last_sent() or (None, "")
    assert json.loads(sent) == double.requests[-1].json
    assert "776" not in sent and "[PHONE_1]" in sent
    assert moment and utcnow() - moment < timedelta(minutes=1)


def test_a_talk_and_a_lead_know_their_price() -> None:
    set_bot(token_price={"in": 100, "out": 400})
    say(*CONTRACT)
    cost = budget.of_talk(talk())
    assert (cost.tokens_in, cost.tokens_out, cost.calls) == (2000, 80, 4)
    assert cost.tenge == pytest.approx((2000 * 100 + 80 * 400) / 1_000_000)
    assert budget.of_lead(leads()[0]) == cost
    assert budget.today().tokens == 4 * TURN


def test_another_company_spends_its_own(app: Flask, double: OpenAIDouble) -> None:
    from leadbot.accounts import users

    set_bot(budget={"company": TURN})
    say("Хочу дом", "Алматы")
    db.session.remove()
    users.sign_up("owner@astana.kz", "test123", "Астана Ремонт")
    assert budget.last_sent() is None and budget.today().tokens == 0
    say("Хочу дом")
    assert len(double.requests) == 2


# --- a company's own model --------------------------------------------------------------------------------------------


def test_our_key_never_goes_to_a_companys_address(double: OpenAIDouble) -> None:
    with OpenAIDouble() as theirs:
        set_bot(model={"base_url": theirs.base_url, "model": "their-model"})
        say("Хочу дом")
        assert theirs.requests == []
    assert double.requests[0].json["model"] == "gpt-4o-mini"


def test_a_stored_key_is_no_key_to_who_reads_the_database() -> None:
    sealed = encryption.seal("sk-their-own")
    assert "sk-their-own" not in sealed
    assert encryption.opened(sealed) == "sk-their-own"
    assert encryption.opened(sealed[:-2] + "xx") is None and encryption.opened("junk") is None


def test_what_a_company_sets_is_what_the_model_is_told(double: OpenAIDouble) -> None:
    set_bot(persona="Айгуль", services="Дома и бани", service_area="Алматинская область", forbidden=["политика"],
            order=["area", "contact", "city"], optional=["area"], tone="friendly", hide_names=True)  # fmt: skip
    say("Хочу дом", "Меня зовут Канат")
    told = double.last_talk[0]["content"]
    for part in ("Айгуль", "Дома и бани", "Алматинская область", "Forbidden topics: политика", "area (ask once",
                 "as a good neighbour", encryption.canary(tenancy.acting_for())):  # fmt: skip
        assert part in told, part
    assert "Канат" not in json.dumps(double.last_talk, ensure_ascii=False)
    assert "[NAME_1]" in double.last_talk[-1]["content"]


def test_80_turns_cost_no_more_a_turn_than_20(double: OpenAIDouble) -> None:
    sizes = []

    def counted(request: Request) -> Answer:
        sizes.append(len(request.body))
        return says(f"Понятно, номер {len(sizes)}. Что ещё важно?")

    double.usually = counted
    set_bot(budget={"visitor": 10**9, "company": 10**9})
    for number in range(80):
        say(f"Ещё хочу сказать про этаж {number}: пусть будет светлым, с большими окнами и тёплым полом, без спешки")
    assert len(sizes) == 80
    assert max(sizes[40:]) <= max(sizes[:20]) * 1.1
    assert max(sizes) < 20_000
    assert chat.HISTORY_LINES >= 12 and talks.get(talk().id).message_count == 160
