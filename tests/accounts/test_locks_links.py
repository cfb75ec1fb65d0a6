"""A link is worth as much as whoever gave it: it ends with his removal, his being shut out, his demotion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Web
from flask import Flask
from sqlalchemy import select, update
from test_team import TEAM, invite, join, link_on, user_of

from leadbot.accounts import links, passwords, team
from leadbot.channels.workplace import connecting, members
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.errors import LinkExpired
from leadbot.models import Company, LinkKind, OneTimeLink, Role, User

GIVER = "giver@example.kz"
ENDS: dict[str, dict[str, object]] = {
    "role": {"role": Role.VIEWER},
    "enabled": {"is_enabled": False},
    "remove": {"removed_at": utcnow()},
}
By = Callable[[Web, int], object]
BY_OWNER: dict[str, By] = {
    "role": lambda web, who: web.post(f"{TEAM}/{who}/role", {"role": "viewer"}),
    "enabled": lambda web, who: web.post(f"{TEAM}/{who}/enabled", {"enabled": "0"}),
    "remove": lambda web, who: web.post(f"{TEAM}/{who}/remove"),
}


@pytest.fixture
def giver(app: Flask, almaty: Web) -> Web:
    """A second owner, at his browser."""
    return Web(join(app, invite(almaty, role="owner"), email=GIVER), almaty.company_id)


def given(app: Flask, giver: Web, almaty: Web) -> tuple[str, str, str]:
    """What the second owner hands out: an invitation, a link for the first owner's password, a code for a chat."""
    invitation = invite(giver, role="owner")
    giver.post(f"{TEAM}/{user_of(app, 'manager@almaty.kz').id}/reset")
    reset = link_on(giver)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        code = connecting.make_code(by=db.session.get_one(User, user_of(app, GIVER).id)).code
    return invitation, reset, code


def is_good(app: Flask, code: str, kind: LinkKind = LinkKind.TELEGRAM) -> bool:
    with app.app_context():
        try:
            links.find(code, kind)
        except LinkExpired:
            return False
        return True


@pytest.mark.parametrize("how", BY_OWNER)
def test_links_end_with_whoever_gave_them(app: Flask, almaty: Web, giver: Web, how: str) -> None:
    invitation, reset, code = given(app, giver, almaty)
    assert is_good(app, code)
    BY_OWNER[how](almaty, user_of_giver(app))
    guest = app.test_client()
    assert [guest.get(path).status_code for path in (invitation, reset)] == [410, 410]
    assert not is_good(app, code)
    assert join(app, invitation).answer.status_code == 410  # type: ignore[attr-defined]
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert list(db.session.scalars(select(OneTimeLink))) == []


@pytest.mark.parametrize("how", ENDS)
def test_a_link_that_is_left_over_is_weighed_when_it_is_used(app: Flask, almaty: Web, giver: Web, how: str) -> None:
    """As from before an update, or where a link was made in the very moment its giver lost his office."""
    invitation, reset, code = given(app, giver, almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.execute(update(User).where(User.email_key == GIVER).values(ENDS[how]))
        db.session.commit()
        assert team.invitations() == []
    guest = app.test_client()
    assert [guest.get(path).status_code for path in (invitation, reset)] == [410, 410]
    assert not is_good(app, code)


@pytest.mark.parametrize(("how", "lives_on"), [("role", True), ("enabled", False), ("remove", False)])
def test_a_code_for_ones_own_telegram_ends_with_ones_access(
    app: Flask, almaty: Web, giver: Web, how: str, lives_on: bool
) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        code = members.make_code(db.session.get_one(User, user_of(app, GIVER).id))
        db.session.commit()
    assert is_good(app, code, LinkKind.PERSON)
    BY_OWNER[how](almaty, user_of_giver(app))
    assert is_good(app, code, LinkKind.PERSON) == lives_on


def test_a_link_opens_no_door_but_its_own(app: Flask, almaty: Web, giver: Web) -> None:
    keys = [link.rpartition("/")[2] for link in given(app, giver, almaty)]
    kinds = (LinkKind.INVITATION, LinkKind.RESET, LinkKind.TELEGRAM)
    with app.app_context():
        for key, own in zip(keys, kinds, strict=True):
            assert links.find(key, own).kind is own
            for other in {*kinds} - {own}:
                with pytest.raises(LinkExpired):
                    links.find(key, other)


@pytest.mark.parametrize("how", ["enabled", "remove"])
def test_a_session_that_is_left_over_of_who_is_gone_opens_nothing(
    app: Flask, almaty: Web, giver: Web, how: str
) -> None:
    assert giver.get("/board").status_code == 200
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.execute(update(User).where(User.email_key == GIVER).values(ENDS[how]))
        db.session.commit()
    assert giver.get("/board").status_code == 303


def test_other_owners_links_and_those_one_asked_for_oneself_live_on(app: Flask, almaty: Web, giver: Web) -> None:
    kept = invite(almaty)
    with app.app_context():
        own = passwords.print_reset("manager@almaty.kz")
    almaty.post(f"{TEAM}/{user_of_giver(app)}/remove")
    guest = app.test_client()
    assert own is not None
    assert [guest.get(path).status_code for path in (kept, own.removeprefix("http://localhost:8000"))] == [200, 200]


def test_an_owner_made_owner_again_keeps_what_he_gave(app: Flask, almaty: Web, giver: Web) -> None:
    path = invite(giver)
    almaty.post(f"{TEAM}/{user_of_giver(app)}/role", {"role": "owner"})
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize(("chat", "left"), [("777", None), ("-100500", "-100500")])
@pytest.mark.parametrize("how", ["enabled", "remove"])
def test_who_is_gone_gets_no_leads_in_his_own_chat(
    app: Flask, almaty: Web, giver: Web, how: str, chat: str, left: str | None
) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.execute(update(User).where(User.email_key == GIVER).values(telegram_id=777))
        db.session.execute(update(Company).where(Company.id == almaty.company_id).values(telegram_chat_id=chat))
        db.session.commit()
    BY_OWNER[how](almaty, user_of_giver(app))
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        assert db.session.get_one(Company, almaty.company_id).telegram_chat_id == left


def user_of_giver(app: Flask) -> int:
    return user_of(app, GIVER).id
