"""Rehearsal: kept talks are held anew by the draft, and what comes out otherwise is shown before clients meet it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from conftest import Api, Web, contract_dialogue
from doubles.model import OpenAIDouble
from flask import Flask, current_app
from modelled import allow
from sqlalchemy import func, select

from leadbot.bot import publishing, rehearsal, scenarios
from leadbot.config import Config
from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.engines.base import CompanyCard
from leadbot.engines.recorded import Recorded
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.errors import Forbidden, Invalid, NotFound
from leadbot.models import Conversation, Delivery, Lead, Message, ModelUsage, Role, Source, User

pytestmark = pytest.mark.slow

PAGE = "/settings/bot"
NOON = datetime(2026, 1, 28, 12, tzinfo=UTC)


@pytest.fixture
def kept(app: Flask, api_almaty: Api) -> int:
    """A company's id; it keeps the contract's talk, and one about a thing its bot does not know yet."""
    contract_dialogue(api_almaty, "дом")
    for text in ("Здравствуйте, нужна голубятня", "Алматы, 40 квадратов", "Болат, 87010000001"):
        api_almaty.say("голубятня", text)
    with app.app_context():
        user = act(api_almaty.company_id)
        for talk in db.session.scalars(select(Conversation).order_by(Conversation.id)).all():
            scenarios.save(talk, by=user)
    return api_almaty.company_id


@pytest.fixture
def owner(app: Flask, kept: int) -> Iterator[User]:
    """The owner of that company, who acts."""
    with app.app_context():
        yield act(kept)


def act(company: int) -> User:
    tenancy.act_for(company)
    return db.session.scalars(select(User)).one()


def counts() -> list[int]:
    """How many rows there are of all that a talk could leave behind."""
    return [
        db.session.scalar(select(func.count()).select_from(kind)) or 0
        for kind in (Conversation, Message, Lead, Delivery, ModelUsage)
    ]


def test_without_a_change_all_is_as_it_was(owner: User) -> None:
    done = rehearsal.run()
    assert (done.total, done.same, done.different) == (2, 2, ())


def test_a_change_of_words_alone_changes_no_lead(owner: User) -> None:
    publishing.save_draft({"greeting": {"ru": "Рады вам."}, "tone": "short", "phone": "8 727"}, by=owner)
    assert rehearsal.run().same == 2


def test_a_new_object_is_seen_before_it_is_published(owner: User) -> None:
    publishing.save_draft({"objects": ["голубятня"]}, by=owner)
    before = counts()
    (talk,) = rehearsal.run().different
    assert talk.name == "Здравствуйте, нужна голубятня"
    assert talk.differences == (rehearsal.Difference("object_type", None, "голубятня"),)
    assert counts() == before


def test_another_trade_knows_another_thing(owner: User) -> None:
    publishing.save_draft({"setup": "furniture"}, by=owner)
    fields = {one.field: one for talk in rehearsal.run().different for one in talk.differences}
    assert fields["object_type"].before == "дом" and fields["object_type"].after is None


def test_a_lead_that_gets_lost_is_said_first() -> None:
    before = rehearsal.RehearsalOutcome(True, {"phone": "87010000001", "city": "Алматы"})
    after = rehearsal.RehearsalOutcome(False, {"city": "Астана"})
    lead, *rest = rehearsal.differences(before, after)
    assert lead == rehearsal.Difference("lead", "yes", None)
    assert [one.field for one in rest] == ["phone", "city"]


def test_a_model_is_replayed_by_its_recorded_words() -> None:
    """The model had asked for the name: the odd word that follows is one only because of that question."""
    said = [{"text": text, "answer": "", "engine": "rules"} for text in ("хочу дом", "Бельвита")]
    company, rules = CompanyCard(name="Дом"), Rules()
    recorded = Recorded({1: "Как вас зовут?"}, rules)
    assert rehearsal.replay(tuple(said), company, recorded, NOON, "ru").facts["name"] == "Бельвита"
    assert "name" not in rehearsal.replay(tuple(said), company, rules, NOON, "ru").facts


def test_saving_a_talk_again_brings_it_up_to_date(owner: User, api_almaty: Api) -> None:
    kept = scenarios.everything()[0]
    talk = db.session.get_one(Conversation, kept.conversation_id)
    db.session.commit()
    api_almaty.say("дом", "а сколько это стоит")
    db.session.expire_all()
    assert scenarios.save(talk, by=owner).id == kept.id
    assert scenarios.count() == 2 and scenarios.everything()[0].turns[-1]["text"] == "а сколько это стоит"


def test_a_name_bears_no_number_and_room_is_limited(
    owner: User, api_almaty: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.session.commit()
    api_almaty.say("number", "мой телефон +7 701 000 00 01 звоните")
    talk = db.session.scalars(select(Conversation).order_by(Conversation.id.desc())).first()
    assert talk is not None
    monkeypatch.setattr(scenarios, "MOST", 2)
    with pytest.raises(Invalid):
        scenarios.save(talk, by=owner)
    monkeypatch.undo()
    assert scenarios.save(talk, by=owner).name == "мой телефон +… звоните"


def test_a_scenario_goes_with_its_talk(owner: User) -> None:
    kept = scenarios.everything()[0]
    db.session.delete(db.session.get_one(Conversation, kept.conversation_id))
    db.session.commit()
    db.session.expire_all()
    assert [one.name for one in scenarios.everything()] == ["Здравствуйте, нужна голубятня"]


def test_a_viewer_keeps_nothing_and_a_stranger_finds_nothing(api_astana: Api, owner: User) -> None:
    kept = scenarios.everything()[0]
    talk = db.session.get_one(Conversation, kept.conversation_id)
    owner.role = Role.VIEWER
    for forbidden in (lambda: scenarios.save(talk, by=owner), lambda: scenarios.remove(kept, by=owner)):
        with pytest.raises(Forbidden):
            forbidden()
    with pytest.raises(Forbidden):
        rehearsal.run_live(by=owner)
    db.session.rollback()
    kept_id = scenarios.everything()[0].id
    tenancy.act_for(api_astana.company_id)
    assert scenarios.everything() == []
    for absent in (kept_id, 0, -1, 2**70):
        with pytest.raises(NotFound):
            scenarios.get(absent)


def published(app: Flask, company: int) -> publishing.Values:
    with app.app_context():
        tenancy.act_for(company)
        return publishing.published()


# --- on the pages ----------------------------------------------------------------------------------------------------


def test_differences_are_shown_before_publishing_and_can_be_accepted(app: Flask, kept: int, almaty: Web) -> None:
    form = {"objects": "голубятня", "setup": "construction", "order": ["object_type", "city", "area", "contact"]}
    answer = almaty.post(PAGE + "/publish", form)
    assert answer.location == PAGE + "/rehearsal"
    page = almaty.get(PAGE + "/rehearsal").text
    assert "Репетиция: 1 из 2 сохранённых разговоров дали те же заявки" in page
    assert "Здравствуйте, нужна голубятня" in page and "<td>Объект</td><td>нет</td><td><b>Голубятня</b></td>" in page
    assert published(app, kept)["objects"] == []
    almaty.post(PAGE + "/publish/draft", {"revision": "1"})
    assert published(app, kept)["objects"] == ["голубятня"]
    again = almaty.get(PAGE + "/rehearsal").text
    assert "Репетиция: 2 из 2 сохранённых разговоров дали те же заявки" in again


def test_a_change_that_keeps_all_leads_is_published_at_once(app: Flask, kept: int, almaty: Web) -> None:
    form = {"greeting.ru": "Рады вам.", "setup": "construction", "order": ["object_type", "city", "area", "contact"]}
    assert almaty.post(PAGE + "/publish", form).location == PAGE
    assert published(app, kept)["greeting"] == {"ru": "Рады вам."}


def test_a_talk_is_kept_and_forgotten_from_the_pages(almaty: Web) -> None:
    nothing = almaty.post("/chat/keep", headers={"HX-Request": "true"})
    assert nothing.status_code == 422 and "Клиент здесь ещё ничего не написал" in nothing.text
    almaty.post("/chat", {"text": "хочу дом"})
    assert almaty.post("/chat/keep").location == PAGE + "/rehearsal"
    assert 'name="talk" value="1"' in almaty.get("/conversations/1").text
    answer = almaty.post(PAGE + "/scenarios", {"talk": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "Сохранено для репетиций: хочу дом" in answer.text
    assert almaty.post(PAGE + "/scenarios", {"talk": "1"}).location == PAGE + "/rehearsal"
    page = almaty.get(PAGE + "/rehearsal").text
    assert "хочу дом" in page and "Репетиция: 1 из 1" in page
    for nothing in ({}, {"talk": "99"}, {"talk": "x"}):
        assert almaty.post(PAGE + "/scenarios", nothing).status_code == 404
    almaty.post(PAGE + "/scenarios/1/remove")
    assert "Сохранённых разговоров пока нет" in almaty.get(PAGE + "/rehearsal").text


class TestWithModel:
    """A company whose talks a model leads."""

    @pytest.fixture
    def model(self) -> Iterator[OpenAIDouble]:
        with OpenAIDouble() as model:
            yield model

    @pytest.fixture
    def config(self, config: Config, model: OpenAIDouble) -> Config:
        return config.replace(openai_api_key="sk-test", openai_base_url=model.base_url, openai_model="m")

    def test_offline_nobody_is_asked_and_live_the_model_is(self, owner: User, model: OpenAIDouble) -> None:
        publishing.save_draft({"objects": ["голубятня"]}, by=owner)
        asked = len(model.requests)
        assert asked > 0
        rehearsal.run()
        assert len(model.requests) == asked
        before = counts()
        done = rehearsal.run_live(by=owner)
        assert len(model.requests) > asked and done.total == 2
        assert counts()[:4] == before[:4]  # what the model cost is written down, nothing else

    def test_the_draft_is_rehearsed_on_the_drafts_own_model(self, owner: User, model: OpenAIDouble) -> None:
        with OpenAIDouble() as theirs:
            publishing.set_key("sk-theirs", by=owner)
            address = {"base_url": theirs.base_url, "model": "next"}
            allow(current_app, theirs)
            publishing.save_draft({"model": address}, by=owner)
            asked = len(model.requests)
            assert rehearsal.run_live(by=owner).total == 2
        assert {call.json["model"] for call in theirs.requests} == {"next"}
        assert {call.headers["Authorization"] for call in theirs.requests} == {"Bearer sk-theirs"}
        assert len(model.requests) - asked == len(theirs.requests) > 0

    def test_the_test_chat_on_the_draft_asks_the_drafts_model(self, owner: User, model: OpenAIDouble) -> None:
        publishing.set_key("sk-theirs", by=owner)
        publishing.save_draft({"model": {"model": "next"}}, by=owner)
        for source, by_draft in ((Source.TEST, False), (Source.TEST, True), (Source.WIDGET, True)):
            chat.receive(chat.Incoming(source, "client", "Хочу дом", by_draft=by_draft))
        assert [call.json["model"] for call in model.requests[-3:]] == ["m", "next", "m"]

    def test_an_owner_rehearses_with_it_from_the_page(self, kept: int, almaty: Web, model: OpenAIDouble) -> None:
        assert "Провести с нейросетью" in almaty.get(PAGE + "/rehearsal").text
        asked = len(model.requests)
        assert "На этот раз отвечала сама нейросеть" in almaty.post(PAGE + "/rehearsal").text
        assert len(model.requests) > asked

    def test_over_the_budget_the_rules_hold_the_rehearsal(self, owner: User, model: OpenAIDouble) -> None:
        publishing.save_draft({"budget": {"company": 0}}, by=owner)
        publishing.publish(by=owner)
        asked = len(model.requests)
        assert rehearsal.run_live(by=owner).same == 2
        assert len(model.requests) == asked
