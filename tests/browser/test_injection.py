"""Markup sent by every door into every page: none of it becomes markup, and no script of a stranger's runs."""

from __future__ import annotations

import io
from typing import Any

from conftest import Api, Web, log_in_web, sign_up_api
from flask import Flask
from importing import bring
from PIL import Image
from playwright.sync_api import Page
from visiting import Visitor

from browser.conftest import Sit
from leadbot.accounts import users
from leadbot.channels.workplace import connecting
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Delivery, Lead

EMAIL, PHONE = "injected@example.kz", "8701000{:04}"
SHOWN = r"[...document.documentElement.outerHTML.matchAll(/data-xss=([\w-]+)/g)].map(each => each[1])"
FOUND = "[...document.querySelectorAll('[data-xss]')].map(each => each.dataset.xss)"
# What a page may not do for anybody: leave the session, and what is no page.
NO_PAGES = ("/static", "/api/", "/logout", "/metrics", "/openapi.json", "/sw.js", "/w/<key>/site.js", "/widget.js")
LEAST_PAGES, LEAST_SHOWN = 60, 30  # doors whose words stand on some page


class Doors:
    """Sends markup by one door after the other; each bears the name of its door."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def bad(self, door: str, *, short: bool = False) -> str:
        """Ends what it may stand in, and would be an element of its own; the long form runs a script too."""
        self.names.append(door)
        markup = f"\"'><b data-xss={door.replace(' ', '-')}>"
        return markup if short else f"{markup}<img src=x onerror=alert(1)></textarea></title><script>alert(2)</script>"

    def api(self, api: Api, door: str, path: str, body: dict[str, Any]) -> None:
        answer = api.patch(path, json=body) if path != "/api/chat" else api.post(path, json=body)
        assert answer.status_code == 200, (door, answer.text)


def photo(doors: Doors) -> bytes:
    """A picture whose camera, author and comment are markup."""
    exif = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x013B, 0x9286):
        exif[tag] = doors.bad("EXIF")
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40)).save(drawn, "JPEG", exif=exif, comment=doors.bad("comment of a photo").encode())
    return drawn.getvalue()


def fill(app: Flask, doors: Doors) -> tuple[Web, str, str]:
    """A company everything of which is markup: its owner's browser, its widget's key and the name of its page."""
    api = sign_up_api(app, EMAIL, doors.bad("company"))
    web = log_in_web(app, EMAIL)
    web.company_id = api.company_id
    web.post("/settings/profile", {"name": doors.bad("person"), "language": "ru", "theme": ""})
    talk(app, api, doors)
    visit(app, api, doors)
    settle(api, web, doors)
    sheet = f"телефон;имя;город;объект;Прочее {doors.bad('header', short=True)}\n" + ";".join(
        [
            "87019998877",
            *(
                f'"{doors.bad(name, short=True).replace(chr(34), chr(34) * 2)}"'
                for name in ("imported name", "imported town", "imported object", "imported note")
            ),
        ]
    )
    bring(app, web, sheet.encode())
    connect(app, api, doors)
    key = api.get("/api/settings").json["widget_key"]
    with app.app_context():
        tenancy.act_for(api.company_id)
        return web, key, users.by_email(EMAIL).company.slug  # type: ignore[union-attr]


def talk(app: Flask, api: Api, doors: Doors) -> None:
    """By the API: who writes, what he writes, what an integrator makes of it."""
    client = doors.bad("user_id")[:128]
    doors.api(api, "chat", "/api/chat", {"user_id": client, "text": doors.bad("first message")})
    doors.api(
        api, "chat", "/api/chat", {"user_id": client, "text": f"дом 150 м² в Алматы, {PHONE.format(1)}, зовут Канат"}
    )
    (lead,) = api.get("/api/leads").json["leads"]
    values = {
        name: doors.bad(f"lead {name}", short=True) for name in ("name", "city", "object_type", "area", "summary")
    }
    for name, value in values.items():
        api.patch(f"/api/leads/{lead['id']}", json={name: value})
    doors.api(api, "chat", "/api/chat", {"user_id": client, "text": doors.bad("later message")})


def visit(app: Flask, api: Api, doors: Doors) -> None:
    """By the widget: where he comes from, what he writes and sends."""
    visitor = Visitor(app, api.get("/api/settings").json["widget_key"])
    marks = f"utm_source={doors.bad('utm source')}&utm_campaign={doors.bad('utm campaign')}"
    page = f"https://stroykz.kz/{doors.bad('page')}?{marks}"
    visitor.say(
        doors.bad("widget"), page=page, referrer=f"https://x.kz/{doors.bad('referrer')}", topic=doors.bad("topic")
    )
    visitor.say(f"Хочу дом 150 м² в Алматы, Айгуль, {PHONE.format(2)}")
    name = doors.bad("file name", short=True).replace('"', "") + ".jpg"
    assert visitor.say("", file=(io.BytesIO(photo(doors)), name)).status_code == 200
    visitor.say(
        "",
        file=(io.BytesIO(b"%PDF-1.4\n" + b"0" * 99), doors.bad("document name", short=True).replace('"', "") + ".pdf"),
    )


def settle(api: Api, web: Web, doors: Doors) -> None:
    """By settings: of the company, its bot, its questions, stages and ready answers; by hand on the board."""
    settings: dict[str, Any] = {
        name: doors.bad(name, short=True)
        for name in ("persona", "about", "services", "service_area", "hours", "address")
    }
    settings |= {name: {"ru": doors.bad(name)} for name in ("greeting",)}
    settings |= {"chips": {"ru": [doors.bad("chip", short=True)]}, "objects": [doors.bad("object", short=True)]}
    settings["facts"] = [{"topic": doors.bad("topic of a fact", short=True), "text": {"ru": doors.bad("fact")}}]
    asked = {"text": {"ru": doors.bad("own question")}, "label": {"ru": doors.bad("label", short=True)}}
    settings["questions"] = [{**asked, "chips": {"ru": [doors.bad("answer", short=True)]}}]
    for name, value in settings.items():
        answer = api.patch("/api/settings", json={name: value})
        assert answer.status_code == 200, (name, answer.text)
    web.post("/settings/stages", {"new": doors.bad("stage", short=True)})
    answer = {"title": doors.bad("ready answer", short=True), "text_ru": doors.bad("words of a ready answer")}
    web.post("/settings/conversations/answers", answer)
    web.post(
        "/board/add",
        {"phone": PHONE.format(3), "name": doors.bad("by hand", short=True), "summary": doors.bad("summary")},
    )
    web.post("/leads/1/notes", {"text": doors.bad("note")})
    web.post("/conversations/1/notes", {"note": doors.bad("note of a talk")})
    web.post("/chat", {"text": doors.bad("test chat")})


def connect(app: Flask, api: Api, doors: Doors) -> None:
    """By Telegram: what a group and a person are called there; and what a vendor's server answers."""
    with app.app_context():
        tenancy.act_for(api.company_id)
        owner = users.by_email(EMAIL)
        assert owner is not None
        code = connecting.make_code(by=owner).code
        chat = {"id": -77, "type": "group", "title": doors.bad("title of a group")}
        sender = {
            "id": 7,
            "first_name": doors.bad("first name in Telegram"),
            "username": doors.bad("user name in Telegram"),
        }
        connecting.take({"update_id": 1, "message": {"chat": chat, "from": sender, "text": f"/start {code}"}})
        tenancy.act_for(api.company_id)
        for row in db.session.query(Delivery):
            row.last_error = doors.bad("vendor's error")
        db.session.commit()


def addresses(app: Flask, api_company: int, key: str, slug: str, doors: Doors) -> list[str]:
    """Every page there is, for every lead and talk; and what is looked for in an address."""
    with app.app_context():
        tenancy.act_for(api_company)
        ids = {
            "lead_id": [row.id for row in db.session.query(Lead)],
            "talk_id": [row.id for row in db.session.query(Conversation)],
            "field": ["name"], "key": [key], "slug": [slug], "number": [1],
        }  # fmt: skip
    paths = []
    for rule in app.url_map.iter_rules():
        names = [*rule.arguments]
        if "GET" not in rule.methods or rule.rule.startswith(NO_PAGES) or not ids.keys() >= rule.arguments:
            continue
        if names == ["key"] and not rule.rule.startswith("/w/"):
            continue
        with app.test_request_context():
            for value in ids[names[0]] if names else [None]:
                given = {**{name: ids[name][0] for name in names}, **({names[0]: value} if names else {})}
                paths.append(rule.build(given)[1])
    for path in (
        "/board?q={}",
        "/conversations?q={}",
        "/board/table?q={}",
        "/leads/export?q={}",
        "/login?next={}",
        "/leads/1/merge?q={}",
        "/figures?since={}",
        "/w/" + key + "?lang={}",
    ):
        paths.append(path.format(doors.bad("address")))
    return paths


def test_markup_by_every_door_is_words_on_every_page(site_app: Flask, site: str, sit: Sit) -> None:
    doors = Doors()
    web, key, slug = fill(site_app, doors)
    person = sit(email=EMAIL, expected=r"status of (4|5)\d\d|Failed to load resource")
    ran: list[str] = []
    person.page.on("dialog", lambda dialog: (ran.append(f"{dialog.message} at {person.page.url}"), dialog.dismiss()))
    wrong, shown, seen = [], set[str](), 0
    for path in addresses(site_app, web.company_id or 0, key, slug, doors):
        seen += look(person.page, site + path, wrong, shown)
    assert (ran, wrong) == ([], [])
    assert seen >= LEAST_PAGES and len(shown) >= LEAST_SHOWN, (
        seen,
        {name.replace(" ", "-") for name in doors.names} - shown,
    )


def look(page: Page, url: str, wrong: list[str], shown: set[str]) -> int:
    """Open one address and look for what has become an element; 1 where it is a page that shows what was sent."""
    try:
        answer = page.goto(url, wait_until="domcontentloaded")
    except Exception as error:  # a file to be kept is no page
        if "Download is starting" in str(error) or "ERR_ABORTED" in str(error):
            return 0
        raise
    if answer is not None and answer.status >= 500:
        wrong.append(f"{answer.status} at {url}")
    wrong.extend(f"{door} at {url}" for door in page.evaluate(FOUND))
    shown.update(page.evaluate(SHOWN))
    return 1
