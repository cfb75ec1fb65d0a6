"""Every page there is, with the data of a firm at work, for whoever may open it: axe finds nothing, nothing is cut off.

The pages are those of the url map: one that is new is looked at too, or says below why it is none.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, ConsoleMessage
from werkzeug.routing import Rule

from browser.conftest import BLOCKED, PHONE, STILL, WIDE, make_site, serving
from browser.test_access import look, too_large
from leadbot.accounts import team, users
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Lead, Role
from leadbot.operations import demo
from leadbot.transfer import exports_job

pytestmark = pytest.mark.slow
OWNER, MANAGER, GUEST = "demo@almaty.example.com", "aigul@almaty.example.com", ""
# What bears no page to look at, by endpoint, and why.
NO_PAGE = {
    "web.exports.fetch": "a file", "web.imports.left": "a file", "web.conversations.file": "a file",
    "web.conversations.voice": "a file", "talk.file": "a file", "page.qr": "a picture", "static": "files",
    "web.lead_fields.show": "a row of the lead's page, opened by test_lead.py",
}  # fmt: skip
# What axe finds in pages that two vendors draw, and nobody else can mend.
VENDORS = {
    "/docs": {"heading-order", "nested-interactive", "region"},
    "/redoc": {"heading-order", "page-has-heading-one", "scrollable-region-focusable"},
}
# Each look: how wide, how light. A page is read in Russian with one of a pair, in Kazakh with the other, so that it is
# seen wide and narrow, light and dark; every second page has the other pair.
LOOKS = (((WIDE, "light"), (PHONE, "dark")), ((PHONE, "light"), (WIDE, "dark")))


@dataclass
class House:
    """The running demonstration: its address, its routes, and what stands for the parts of an address."""

    app: Flask
    site: str
    parts: dict[str, str]

    def pages(self, client: FlaskClient) -> list[str]:
        """The addresses at which this client finds a whole page."""
        found = []
        for rule in self.app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint in NO_PAGE or rule.rule.startswith("/api/"):
                continue
            answer = client.get(path := self.address(rule))
            if answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text[:300]:
                found.append(path)
        return sorted(found)

    def address(self, rule: Rule) -> str:
        """A new kind of part is to be given a value below."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: self.part(rule.endpoint, part[1]), rule.rule)

    def part(self, endpoint: str, name: str) -> str:
        return self.parts.get(f"{endpoint}:{name}") or self.parts[name]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = make_site(tmp_path_factory.mktemp("pages"))
    with app.app_context():
        demo.make()
        db.session.remove()
    with serving(app) as site:
        yield House(app, site, parts_of(app))


def parts_of(app: Flask) -> dict[str, str]:
    """What stands for the parts of an address: a lead with all that one may have, its talk, links that are good."""
    with app.app_context():
        owner = users.by_email(OWNER)
        assert owner is not None
        tenancy.act_for(owner.company_id)
        lead = db.session.query(Lead).filter_by(contact_name="Айгерим").one()
        complaint = db.session.query(Conversation).filter_by(is_complaint=True).one()
        joining = team.invite("new@almaty.example.com", Role.MANAGER, by=owner).url
        reset = team.give_reset(owner, by=owner)
        widget = {"key": str(owner.company.widget_key), "slug": owner.company.slug}
        leads = {"lead_id": str(lead.id), "talk_id": str(complaint.id)}
    client = logged_in(app, OWNER)
    file = {"file": (io.BytesIO("Телефон;Имя\n87010000199;Али\nнет;Вера\n".encode()), "leads.csv")}
    brought = post(client, "/leads/import", file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exports_job, "AT_ONCE_MOST", 0)  # as if there were thousands
        written = post(client, "/leads/export", {})
    links = {"web.join.ask:key": joining, "web.join.ask_password:key": reset}
    jobs = {"web.imports.preview:key": brought, "web.exports.progress:key": written}
    return leads | widget | {part: urlsplit(url).path.rpartition("/")[2] for part, url in (links | jobs).items()}


def logged_in(app: Flask, email: str, language: str = "ru") -> FlaskClient:
    """Somebody who has come in, or a guest, and has chosen his language."""
    client = app.test_client()
    if email:
        assert post(client, "/login", {"email": email, "password": demo.PASSWORD}).endswith("/board")
    post(client, "/language", {"language": language, "next": "/"}, at="/settings/profile" if email else "/login")
    return client


def post(client: FlaskClient, path: str, form: dict[str, Any], at: str = "") -> str:
    """Send a form that stands on the page `at`; where it leads."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(at or path).text)
    assert token, path
    answer = client.post(path, data={"csrf_token": token[1], **form})
    assert answer.status_code == 303, (path, answer.text)
    return str(answer.location)


def is_trouble(said: ConsoleMessage) -> bool:
    """Does the browser complain? Of an address that is not there it is to."""
    return said.type in {"error", "warning"} and said.text != BLOCKED and "status of 4" not in said.text


# Who looks in which language: everybody's pages are seen in both.
@pytest.mark.parametrize(
    ("email", "language"),
    [(OWNER, "ru"), (MANAGER, "kk"), (OWNER, "kk"), (GUEST, "ru"), (GUEST, "kk")],
    ids=["owner-ru", "manager-kk", "owner-kk", "guest-ru", "guest-kk"],
)
def test_nothing_is_wrong_on_any_page(house: House, browser: Browser, email: str, language: str) -> None:
    client = logged_in(house.app, email, language)
    paths = {*house.pages(client)}
    if email:
        paths -= {*house.pages(logged_in(house.app, GUEST))}  # seen by the guest
    elif language == "kk":
        paths -= VENDORS.keys()  # English whatever one reads
    if (email, language) == (OWNER, "kk"):
        paths -= {*house.pages(logged_in(house.app, MANAGER))}  # seen by her
    assert paths
    paths |= {"/no-such-page", "/join/worn-out"}
    context = browser.new_context(**STILL)
    name = house.app.config["SESSION_COOKIE_NAME"]
    context.add_cookies([{"name": name, "value": client.get_cookie(name).value, "url": house.site}])
    wrong: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if is_trouble(said) else None)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    for path in sorted(paths):
        pair = LOOKS[crc32(path.encode()) % 2]
        (size, theme), (other, _) = pair if language == "ru" else pair[::-1]
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        page.goto(house.site + path, wait_until="networkidle" if path in VENDORS else "load")
        found = look(page, f"{path} {language} {theme} {size['width']}")
        wrong += [each for each in found if each.split()[4] not in VENDORS.get(path, ())]
        page.set_viewport_size(other)
        wrong += too_large(page, f"{path} {language} {theme} {other['width']}")
    context.close()
    assert wrong == []
