"""What is published, what is only drafted, and the way back: whom the bot answers by which settings."""

from __future__ import annotations

import json
import threading

import pytest
from collecting import over
from conftest import Api
from flask import Flask
from sqlalchemy import select

from leadbot.bot import company_settings, publishing, settings_fields
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import Conflict, Faults, Forbidden, NotFound
from leadbot.models import BotVersion, Company, Role, User


def act(company: int, role: Role = Role.OWNER) -> User:
    """Act for a company as its first person, in this role."""
    tenancy.act_for(company)
    user = db.session.scalars(select(User)).one()
    user.role = role
    db.session.commit()
    return user


@pytest.fixture
def owner(app: Flask, api_almaty: Api) -> object:
    with app.app_context():
        yield act(api_almaty.company_id)


def test_a_draft_is_nobodys_business_until_it_is_published(owner: User) -> None:
    publishing.save_draft({"greeting": {"ru": "Салют"}}, by=owner)
    assert publishing.published()["greeting"] == {}
    assert publishing.draft().values["greeting"] == {"ru": "Салют"} and publishing.draft().changed == ("greeting",)
    made = publishing.publish(by=owner)
    assert made is not None and made.number == 2  # 1 is how it stood from the start
    assert publishing.published()["greeting"] == {"ru": "Салют"}
    assert publishing.draft().changed == () and publishing.draft().revision == 0


def test_a_draft_of_what_is_published_is_none(owner: User) -> None:
    publishing.save_draft({"phone": "8 727 000 00 00"}, by=owner)
    publishing.save_draft({"phone": ""}, by=owner)
    assert publishing.draft() == publishing.Draft(publishing.published())
    assert publishing.publish(by=owner) is None and publishing.versions() == []


def test_parts_of_a_draft_add_up_and_can_be_dropped(owner: User) -> None:
    publishing.save_draft({"phone": "1"}, by=owner)
    publishing.save_draft({"address": "Абая, 1"}, by=owner)
    assert set(publishing.draft().changed) == {"phone", "address"} and publishing.draft().revision == 2
    publishing.discard(by=owner)
    assert publishing.draft().changed == ()


def test_the_way_back_is_a_draft_first(owner: User) -> None:
    for words in ("раз", "два", "три"):
        publishing.save_draft({"greeting": {"ru": words}}, by=owner)
        publishing.publish(by=owner)
    publishing.restore(2, by=owner)
    assert publishing.published()["greeting"] == {"ru": "три"}
    assert publishing.draft().values["greeting"] == {"ru": "раз"}
    again = publishing.publish(by=owner)
    assert again is not None and again.number == 5
    publishing.restore(1, by=owner)
    assert publishing.draft().values == settings_fields.complete({})


def test_the_last_ten_are_kept(owner: User) -> None:
    for number in range(14):
        publishing.save_draft({"about": f"Текст {number}"}, by=owner)
        publishing.publish(by=owner)
    assert [one.number for one in publishing.versions()] == list(range(15, 5, -1))
    for gone in (5, 0, -1, 16, 2**40):
        with pytest.raises(NotFound):
            publishing.restore(gone, by=owner)


def test_a_draft_that_was_changed_meanwhile_is_not_published(owner: User) -> None:
    seen = publishing.save_draft({"phone": "1"}, by=owner).revision
    publishing.save_draft({"phone": "2"}, by=owner)
    with pytest.raises(Conflict):
        publishing.publish(by=owner, revision=seen)
    assert publishing.published()["phone"] == "" and publishing.draft().values["phone"] == "2"
    publishing.publish(by=owner, revision=seen + 1)
    assert publishing.published()["phone"] == "2"


def test_publishing_a_draft_undoes_nothing_that_was_published_beside_it(owner: User) -> None:
    publishing.save_draft({"phone": "1"}, by=owner)
    company_settings.change({"address": "Абая, 1"}, by=owner)
    publishing.publish(by=owner)
    assert (publishing.published()["phone"], publishing.published()["address"]) == ("1", "Абая, 1")


def test_only_an_owner_publishes_and_a_viewer_changes_nothing(app: Flask, api_almaty: Api) -> None:
    with app.app_context():
        manager = act(api_almaty.company_id, Role.MANAGER)
        publishing.save_draft({"phone": "1"}, by=manager)
        for forbidden in (publishing.publish, lambda by: publishing.set_key("sk-1", by=by)):
            with pytest.raises(Forbidden):
                forbidden(by=manager)
        with pytest.raises(Forbidden):
            company_settings.change({"phone": "2"}, by=manager)
        viewer = act(api_almaty.company_id, Role.VIEWER)
        for forbidden in (publishing.discard, lambda by: publishing.save_draft({"phone": "3"}, by=by)):
            with pytest.raises(Forbidden):
                forbidden(by=viewer)
        assert publishing.draft().values["phone"] == "1" and publishing.published()["phone"] == ""


def test_only_an_owner_says_where_the_key_is_sent(app: Flask, api_almaty: Api) -> None:
    """A draft's model is tried before it is published: a manager could else have the key sent to himself."""
    with app.app_context():
        owner = act(api_almaty.company_id)
        publishing.save_draft({"model": {"base_url": "https://api.deepseek.com/v1"}}, by=owner)
        manager = act(api_almaty.company_id, Role.MANAGER)
        for model in ({"base_url": "https://api.groq.com"}, {"model": "m"}):
            with pytest.raises(publishing.Invalid) as caught:
                publishing.save_draft({"model": model, "phone": "1"}, by=manager)
            assert caught.value.field == "model.base_url"
        kept = publishing.save_draft({"model": {"base_url": "https://api.deepseek.com/v1", "model": "m"}}, by=manager)
        assert kept.values["model"]["model"] == "m" and kept.values["phone"] == ""


def test_another_company_has_drafts_and_versions_of_its_own(app: Flask, api_almaty: Api, api_astana: Api) -> None:
    with app.app_context():
        ours = act(api_almaty.company_id)
        publishing.save_draft({"phone": "1"}, by=ours)
        publishing.publish(by=ours)
        publishing.save_draft({"phone": "2"}, by=ours)
        theirs = act(api_astana.company_id)
        assert (
            publishing.versions() == [] and publishing.draft().changed == () and publishing.published()["phone"] == ""
        )
        publishing.discard(by=theirs)
        act(api_almaty.company_id)
        assert publishing.draft().values["phone"] == "2"


def test_the_key_is_sealed_and_in_no_version(owner: User) -> None:
    publishing.set_key("sk-verysecret123", by=owner)
    publishing.save_draft({"model": {"base_url": "https://api.deepseek.com/v1", "model": "m"}}, by=owner)
    publishing.publish(by=owner)
    publishing.restore(1, by=owner)
    publishing.publish(by=owner)
    rows = db.session.scalars(select(BotVersion)).all()
    stored = db.session.scalars(select(Company)).one().bot
    assert len(rows) == 3 and "key" in stored["model"] and publishing.has_key()
    assert "verysecret" not in json.dumps([*(row.values for row in rows), stored, company_settings.shown()])
    assert all("key" not in row.values["model"] for row in rows)
    publishing.set_key("", by=owner)
    assert not publishing.has_key()


@pytest.mark.parametrize("key", ["ключ", "two words", "x" * 300, "a\nb", None])
def test_a_key_that_can_be_none_is_refused(owner: User, key: object) -> None:
    with pytest.raises(publishing.Invalid):
        publishing.set_key(key, by=owner)
    assert not publishing.has_key()


WRONG: dict[str, object] = {
    "greeting": {"ru": "я" * 301}, "chips": {"ru": list("1234567")}, "tone": "rude", "order": ["shoe size"],
    "optional": "city", "setup": "bakery", "objects": ["x" * 61], "facts": [{"topic": "price", "text": {}}],
    "forbidden": [1], "model": {"base_url": "http://example.com"}, "hide_names": "yes", "budget": {"company": -1},
    "token_price": {"in": float("inf")}, "persona": "a\x00b", "about": "я" * 1001, "phone": 87270000000,
}  # fmt: skip


def test_every_wrong_field_is_named_and_none_is_saved(owner: User) -> None:
    with pytest.raises(Faults) as caught:
        publishing.save_draft({**WRONG, "address": "Абая, 1"}, by=owner)
    named = {fault.field.partition(".")[0] for fault in caught.value.faults}
    assert named == set(WRONG)
    assert publishing.draft().changed == ()


@over(["https://127.0.0.1/v1", "https://10.0.0.8", "https://[::1]/v1", "https://localhost", "https://db", "https://a.local",
     "https://169.254.169.254/latest", "https://2130706433/", "https://user:pass@api.openai.com", "https://x y.com",
     "ftp://api.openai.com", "https://", "https://api.openai.com:99999", "javascript:alert(1)", "https://0x7f.1/",
     "https://example.com/v1", "http://api.openai.com/v1"], "url")  # fmt: skip
def test_a_models_server_is_one_of_those_that_are_allowed(owner: User, url: str) -> None:
    with pytest.raises(Faults) as caught:
        publishing.save_draft({"model": {"base_url": url}}, by=owner)
    assert caught.value.faults[0].field == "model.base_url"
    assert "api.openai.com, *.openai.azure.com" in str(caught.value)


def test_an_address_that_is_allowed_no_longer_stays_until_it_is_changed(owner: User) -> None:
    own = db.session.scalars(select(Company)).one()
    own.bot = {**own.bot, "model": {"base_url": "https://model.example.kz/v1"}}
    db.session.commit()
    kept = publishing.save_draft(
        {"model": {"base_url": "https://model.example.kz/v1", "model": "m"}, "phone": "1"}, by=owner
    )
    assert kept.values["model"]["base_url"] == "https://model.example.kz/v1" and kept.values["phone"] == "1"
    with pytest.raises(Faults):
        publishing.save_draft({"model": {"base_url": "https://other.example.kz/v1"}}, by=owner)
    company_settings.change({"model": {"base_url": "https://model.example.kz/v1", "model": "m2"}})
    assert publishing.published()["model"]["model"] == "m2"


def test_two_who_publish_at_once_make_two_versions_or_one(app: Flask, owner: User) -> None:
    company, errors = owner.company_id, []

    def publish(number: int) -> None:
        try:
            with app.app_context():
                tenancy.act_for(company)
                company_settings.change({"address": f"Абая, {number}"})
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(4)]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    numbers = [one.number for one in publishing.versions()]
    assert numbers == [5, 4, 3, 2, 1]
