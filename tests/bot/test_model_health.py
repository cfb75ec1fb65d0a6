"""A company's own model: whose server it may be, whether it answers, and who is told when it does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles import OpenAIDouble
from doubles.model import FAULTS, eager, refuse
from doubles.model import say as says
from flask import Flask
from modelled import allow, house, own, say, set_bot
from sqlalchemy import select

from leadbot.accounts import encryption
from leadbot.bot import engine_choice, model_health, publishing
from leadbot.bot.model_health import Failing
from leadbot.config import Config
from leadbot.database.session import db
from leadbot.errors import Forbidden
from leadbot.models import Message, ModelUsage, Role, User

OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 200


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


def owner() -> User:
    return db.session.scalars(select(User)).one()


def test_a_server_that_is_off_the_list_is_not_called(app: Flask, double: OpenAIDouble) -> None:
    with OpenAIDouble() as theirs:
        model = {"key": encryption.seal("sk-their-own"), "base_url": theirs.base_url}
        set_bot(model=model)
        assert say("Хочу дом").text
        assert (bot_lines()[0].engine, bot_lines()[0].engine_note) == ("rules", "model: address not allowed")
        assert "напиш" in say("", audio=OGG).text.lower()
        assert theirs.requests == double.requests == [] and not list(db.session.scalars(select(ModelUsage)))
        assert own().bot["model"] == model and model_health.off_list() == theirs.base_url
        allow(app, theirs)
        say("В Алматы")
        assert len(theirs.requests) == 1 and model_health.off_list() == ""


def test_a_company_with_a_key_has_a_model_of_its_own(app: Flask, double: OpenAIDouble) -> None:
    with OpenAIDouble() as theirs:
        allow(app, theirs)
        set_bot(model={"key": encryption.seal("sk-their-own"), "base_url": theirs.base_url, "model": "their-model"})
        say("Хочу дом")
        assert double.requests == []
        sent = theirs.requests[0]
        assert (sent.headers["Authorization"], sent.json["model"]) == ("Bearer sk-their-own", "their-model")
        assert engine_choice.engine(own()) is engine_choice.engine(own())


# --- tried out at once ------------------------------------------------------------------------------------------------


def test_a_model_is_tried_by_one_tiny_call_that_is_paid_for(double: OpenAIDouble) -> None:
    double.usually = says("Где строим?")
    tried = model_health.try_out(by=owner())
    assert tried is not None and tried.trouble == "" and tried.asked_at == f"{double.base_url}/chat/completions"
    assert len(double.requests) == 1 and double.requests[0].json["tools"]
    row = db.session.scalars(select(ModelUsage)).one()
    assert (row.tokens_in, row.tokens_out, row.reserved, row.calls) == (500, 20, 0, 1)


def test_a_model_that_can_not_be_asked_says_why(double: OpenAIDouble) -> None:
    double.usually = refuse(None, "The model `gpt-9` does not exist; seen: sk-abcdef123456", 404, "model_not_found")
    tried = model_health.try_out(by=owner())
    assert tried is not None and tried.trouble == "HTTP 404 model_not_found"
    assert tried.said == "The model `gpt-9` does not exist; seen: …"


def test_nothing_is_held_while_a_model_is_tried(double: OpenAIDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    from leadbot.engines.trial import Trial

    held: list[bool] = []
    run = Trial.run
    monkeypatch.setattr(
        Trial, "run", lambda self, seconds: (held.append(db.session().in_transaction()), run(self, seconds))[1]
    )
    assert model_health.try_out(by=owner()) is not None
    assert held == [False]


def test_the_drafts_model_is_tried_and_a_viewer_may_not(app: Flask, double: OpenAIDouble) -> None:
    with OpenAIDouble() as theirs:
        allow(app, theirs)
        publishing.set_key("sk-their-own", by=owner())
        publishing.save_draft({"model": {"base_url": theirs.base_url, "model": "m-2"}}, by=owner())
        tried = model_health.try_out(by=owner())
        assert tried is not None and tried.model == theirs.requests[0].json["model"] == "m-2"
        assert double.requests == []
        owner().role = Role.VIEWER
        db.session.flush()
        with pytest.raises(Forbidden):
            model_health.try_out(by=owner())
        assert len(theirs.requests) == 1


def test_no_model_or_an_empty_purse_is_not_tried(double: OpenAIDouble) -> None:
    set_bot(budget={"company": 0})
    assert model_health.try_out(by=owner()) is None
    set_bot(budget={}, model={"key": encryption.seal("sk-their-own"), "base_url": "https://example.com/v1"})
    assert model_health.try_out(by=owner()) is None
    assert double.requests == []


# --- a fault that lasts -----------------------------------------------------------------------------------------------


def failing_turns(double: OpenAIDouble, number: int, first: int = 0) -> None:
    for at in range(first, first + number):
        assert say("Хочу дом", ref=f"client-{at}").text, "clients are answered all the same"


def test_a_lasting_failure_is_told_with_the_servers_code_and_ends_by_itself(double: OpenAIDouble) -> None:
    assert model_health.failing() is None
    double.usually = refuse("messages")
    failing_turns(double, 4)
    assert model_health.failing() is None, "a few failures are no lasting one"
    failing_turns(double, 4, first=4)  # the breaker has opened meanwhile, which is no reason of its own
    assert {line.engine_note for line in bot_lines()} == {
        "model: HTTP 400 unsupported_parameter", "model: resting after failures",
    }  # fmt: skip
    assert model_health.failing() == Failing(0, 8, "HTTP 400 unsupported_parameter")
    double.usually = eager
    engine_choice.engine(own()).breaker.succeeded()  # type: ignore[attr-defined]
    say("Хочу дом", ref="client-9")
    assert bot_lines()[-1].engine == "model" and model_health.failing() is None


def test_turns_that_the_model_was_not_asked_in_say_nothing_of_it(double: OpenAIDouble) -> None:
    say("Хочу дом")
    set_bot(budget={"company": 1})
    for number in range(8):
        say("Хочу дом", ref=f"client-{number}")
        say("Позовите менеджера", ref=f"client-{number}")
    assert model_health.failing() is None


def test_only_the_last_forty_turns_count(double: OpenAIDouble) -> None:
    say("Хочу дом", "Алматы")
    line = bot_lines()[0]
    for seq in range(1000, 1050):
        db.session.add(Message(conversation_id=line.conversation_id, seq=seq, author=line.author, text="",
                               engine="rules", engine_note="model: timeout"))  # fmt: skip
    db.session.commit()
    assert model_health.failing() == Failing(0, 40, "timeout")


def test_another_companys_failure_is_its_own(double: OpenAIDouble) -> None:
    from leadbot.accounts import users

    double.usually = FAULTS["http_401"]
    failing_turns(double, 6)
    assert model_health.failing() is not None
    db.session.remove()
    users.sign_up("owner@astana.kz", "test123", "Астана Ремонт")
    assert model_health.failing() is None
