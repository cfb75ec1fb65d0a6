"""Who may do what: every route with every role. One that has no entry here fails."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from conftest import PASSWORD, Api, Web, contract_dialogue, log_in_web
from flask import Flask
from flask.testing import FlaskClient
from test_sweep import address, methods
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from leadbot.accounts import links
from leadbot.bot import publishing, scenarios
from leadbot.conversations import chat, talks
from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.models import Author, CannedAnswer, Delivery, LeadTask, LinkKind, Message, OneTimeLink, Role, Source, User

# Each line: who, then the routes. Everybody; members (viewers look); writers (managers work); owners.
TABLE = {
    "everybody": """
        GET / | POST /try
        GET /signup | POST /signup | GET /login | POST /login | POST /language | GET /status | GET /health
        GET /ready | GET /docs | GET /redoc | GET /openapi.json | GET /static/<path:filename> | GET /join/<key>
        POST /join/<key> | GET /forgot | POST /forgot | GET /reset/<key> | POST /reset/<key> | POST /api/auth/register
        POST /api/auth/login | GET /manifest.webmanifest | GET /sw.js | GET /offline
    """,
    "members": """
        GET /quick | POST /search | GET /board/table | GET /figures | GET /figures.csv | GET /figures/ledger
        GET /board | GET /board/live
        GET /chat | GET /chat/lines | GET /conversations
        GET /conversations/live | GET /conversations/<int:talk_id> | GET /conversations/<int:talk_id>/lines
        GET /conversations/<int:talk_id>/voice/<int:message_id> | GET /tasks
        GET /conversations/<int:talk_id>/files/<int:message_id> | GET /leads/<int:lead_id>/fields/<field>
        GET /tasks/due | GET /settings/conversations
        GET /conversations/unread | POST /conversations/read | POST /conversations/<int:talk_id>/read
        GET /leads/<int:lead_id>/transcript.txt | GET /settings/data
        GET /leads/<int:lead_id> | GET /leads/<int:lead_id>/live | GET /settings | GET /settings/company
        GET /settings/telegram | GET /settings/telegram/code | GET /settings/profile/telegram
        POST /settings/profile/telegram/off
        GET /settings/telegram/test | GET /settings/profile | POST /settings/profile
        GET /settings/password | POST /settings/password | GET /settings/team | GET /settings/bot
        GET /settings/hours | GET /settings/stages | GET /settings/bot/versions
        GET /settings/bot/rehearsal | GET /settings/widget | POST /logout
        GET /api/auth/me | GET /api/leads | GET /api/leads/erased | GET /api/leads/<int:lead_id>
        GET /api/leads/<int:lead_id>/messages | GET /api/messages
        GET /api/messages/<int:message_id>/file | GET /api/leads/<int:lead_id>/history
        GET /api/settings | GET /settings/profile/notifications | POST /settings/profile/notifications
        POST /settings/profile/notifications/<name> | POST /settings/profile/notifications/<name>/test
    """,
    "writers": """
        POST /figures/ledger/<int:delivery_id>/retry | GET /board/tools
        POST /chat/new | POST /chat | POST /chat/keep | POST /chat/draft | POST /conversations/<int:talk_id>/take
        POST /conversations/<int:talk_id>/messages | POST /conversations/<int:talk_id>/return
        POST /leads/<int:lead_id>/fields/<field> | POST /leads/<int:lead_id>/tasks
        POST /leads/<int:lead_id>/tasks/<int:task_id>/done | POST /leads/<int:lead_id>/tasks/<int:task_id>/postpone
        POST /leads/<int:lead_id>/tasks/<int:task_id>/delete | GET /leads/<int:lead_id>/merge
        POST /leads/<int:lead_id>/merge | POST /leads/<int:lead_id>/merge/<int:merge_id>/undo
        POST /leads/<int:lead_id>/split/<int:talk_id>
        POST /conversations/<int:talk_id>/notes | POST /conversations/<int:talk_id>/junk
        POST /conversations/<int:talk_id>/not-junk | POST /conversations/<int:talk_id>/settle
        POST /conversations/<int:talk_id>/typing
        POST /conversations/<int:talk_id>/insert | POST /settings/conversations | POST /settings/conversations/answers
        POST /settings/conversations/answers/<int:answer_id>
        POST /settings/conversations/answers/<int:answer_id>/remove
        POST /leads/<int:lead_id>/reply/<int:talk_id> | POST /leads/<int:lead_id>/reply/<int:talk_id>/return
        POST /leads/<int:lead_id>/take | POST /settings/profile/telegram
        POST /leads/<int:lead_id>/move | POST /leads/<int:lead_id>/notes | POST /leads/<int:lead_id>/remove
        POST /leads/<int:lead_id>/deliveries/<int:delivery_id>/retry | POST /settings/bot | POST /settings/bot/order
        POST /settings/bot/questions | POST /settings/bot/model/try | POST /settings/bot/discard
        POST /settings/bot/scenarios | POST /settings/bot/scenarios/<int:scenario_id>/remove
        POST /settings/bot/versions/<int:number>/restore
        POST /settings/widget | POST /settings/widget/pin | POST /settings/widget/pause | POST /api/chat
        GET /board/add | POST /board/add
        POST /board/table/move
        GET /leads/import | POST /leads/import | GET /leads/import/<key> | POST /leads/import/<key>
        POST /leads/import/<key>/choices | POST /leads/import/<key>/undo | GET /leads/import/<key>/left.xlsx
        PATCH /api/leads/<int:lead_id> | POST /api/leads/<int:lead_id>/move
        POST /start/samples | POST /start/samples/remove
    """,
    "owners": """
        GET /settings/log | POST /settings/hours | POST /settings/stages | POST /settings/telegram/code
        POST /settings/telegram/off | POST /api/telegram/code
        POST /settings/company | POST /settings/telegram | POST /settings/telegram/test | POST /settings/bot/publish
        POST /settings/bot/publish/draft | POST /settings/bot/key | POST /settings/bot/rehearsal
        POST /settings/widget/rotate | POST /settings/team/turns | POST /settings/team/invitations
        POST /settings/team/invitations/<int:link_id>/revoke | POST /settings/team/<int:user_id>/role
        POST /settings/team/<int:user_id>/enabled | POST /settings/team/<int:user_id>/remove
        POST /settings/team/<int:user_id>/reset | PATCH /api/settings | POST /start/dismiss
        GET /leads/export | POST /leads/export | GET /leads/export/<key> | GET /leads/export/<key>/leads.xlsx
        GET /leads/export.csv | GET /leads/export.xlsx | POST /settings/data
        GET /leads/<int:lead_id>/erase | POST /leads/<int:lead_id>/erase
        GET /conversations/<int:talk_id>/erase | POST /conversations/<int:talk_id>/erase
    """,
}
# Known by a token of the installation's own: see test_metrics.py.
OPERATORS = {"GET /metrics"}
# The widget's door reads no cookies: whoever comes is a visitor; see test_widget_gate.py.
VISITORS = ("/w/", "/c/", "/widget")
WHO = {
    route: who for who, routes in TABLE.items() for line in routes.strip().splitlines()
    for route in line.strip().split(" | ")
}  # fmt: skip
MAY = {
    "viewer": {"everybody", "members"},
    "manager": {"everybody", "members", "writers"},
    "owner": {"everybody", "members", "writers", "owners"},
}
# What is sent where a route needs more than nothing to come to the question of who may.
FORM = {
    "status": "won", "version": "1", "text": "Хочу дом", "role": "viewer", "enabled": "0", "revision": "1",
    "company_name": "СтройДом", "language": "ru", "time_zone": "Asia/Almaty", "key": "k",
    "talk": "1", "note": "x", "title": "x", "text_ru": "x", "return_minutes": "30",
}  # fmt: skip
ENDS_THE_SESSION = {"POST /logout", "POST /settings/password", "POST /login", "POST /signup", "POST /join/<key>"}


def routes(app: Flask) -> list[tuple[str, Rule, str]]:
    """(route, its rule, its method) of everything but the widget's door."""
    return [
        (f"{method} {rule.rule}", rule, method)
        for rule in app.url_map.iter_rules()
        for method in methods(rule)
        if not rule.rule.startswith(VISITORS) and f"{method} {rule.rule}" not in OPERATORS
    ]


def test_every_route_has_an_entry(app: Flask) -> None:
    known = {route for route, _, _ in routes(app)}
    assert sorted(known - set(WHO)) == [], "who may use these? Say it in TABLE"


@pytest.fixture
def ids(app: Flask, api_astana: Api, api_almaty: Api) -> dict[str, int]:
    """One of everything that belongs to the second company to sign up, by the parameter that names it in a route."""
    contract_dialogue(api_almaty)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        owner = db.session.query(User).one()
        people = {
            role: User(
                email=f"the-{role}@almaty.kz", email_key=f"the-{role}@almaty.kz", role=role,
                hashed_password=owner.hashed_password,
            )
            for role in (Role.MANAGER, Role.VIEWER)
        }  # fmt: skip
        db.session.add_all(people.values())
        db.session.commit()
        talk = talks.get(db.session.query(Message).first().conversation_id)
        chat.receive(chat.Incoming(Source.TEST, f"user-{owner.id}-1", "Хочу баню"))
        scenario = scenarios.save(talk, by=owner)
        publishing.save_draft({"about": "Строим"}, by=owner)
        publishing.publish(by=owner)
        delivery = Delivery(lead_id=talk.lead_id, event="x", channel="telegram", target="1", text="x", dedup_key="x")
        seq = talks.add(talk, Author.CLIENT, "", audio_file="none.ogg", audio_type="audio/ogg")
        sound = db.session.query(Message).filter_by(conversation_id=talk.id, seq=seq).one()
        link = OneTimeLink(kind=LinkKind.INVITATION, role=Role.VIEWER, made_by_id=owner.id)
        links.make(link, links.INVITATION_LASTS)
        answer = CannedAnswer(title="Рассрочка", texts={"ru": "Есть"})
        task = LeadTask(lead_id=talk.lead_id, due_at=utcnow())
        db.session.add_all([delivery, answer, task])
        db.session.commit()
        return {
            "lead_id": talk.lead_id, "talk_id": talk.id, "message_id": sound.id, "delivery_id": delivery.id,
            "scenario_id": scenario.id, "number": 1, "link_id": link.id, "user_id": people[Role.MANAGER].id,
            "field": "name", "task_id": task.id, "answer_id": answer.id,
        }  # fmt: skip


class Caller:
    """Somebody who tries every door: with a cookie at the pages, with a token at the API."""

    def __init__(self, app: Flask, email: str = "") -> None:
        self.web = log_in_web(app, email) if email else Web(app.test_client())
        self.api: FlaskClient = app.test_client(use_cookies=False)
        self.token = self.web.token() if email else ""
        self.bearer = {}
        if email:
            answer = self.api.post("/api/auth/login", data={"username": email, "password": PASSWORD})
            self.bearer = {"Authorization": f"Bearer {answer.json['access_token']}"}

    def open(self, rule: Rule, method: str, ids: dict[str, int]) -> TestResponse:
        path = address(rule, "{}").format(*(ids.get(name, 1) for name in _in_order(rule)))
        if path.startswith("/api/"):
            body = {"status": "won", "version": 1, "user_id": "x", "text": "Хочу дом", "company_name": "СтройДом"}
            return self.api.open(path, method=method, headers=self.bearer, json=None if method == "GET" else body)
        form = {**FORM, "csrf_token": self.token} if method != "GET" else None
        return self.web.client.open(path, method=method, data=form)


def _in_order(rule: Rule) -> list[str]:
    return sorted(rule.arguments, key=rule.rule.index)


def is_turned_away(answer: TestResponse) -> bool:
    """Not let in at all, or not allowed."""
    return answer.status_code in {401, 403} or (answer.location or "").startswith("/login")


def test_a_guest_gets_in_nowhere_but_where_everybody_does(app: Flask, ids: dict[str, int]) -> None:
    guest = Caller(app)
    for route, rule, method in routes(app):
        answer = guest.open(rule, method, ids)
        if WHO[route] == "everybody":
            assert method != "GET" or not is_turned_away(answer), route
        else:
            assert is_turned_away(answer) or answer.status_code == 400, (route, answer.status_code)


def test_the_owner_of_another_company_finds_nothing(app: Flask, ids: dict[str, int]) -> None:
    foreigner = Caller(app, "manager@astana.kz")
    tried = 0
    for route, rule, method in routes(app):
        if rule.arguments - {"filename", "key"}:
            tried += 1
            assert foreigner.open(rule, method, ids).status_code == 404, route
    assert tried >= 20


@pytest.mark.parametrize("role", ["viewer", "manager"])
def test_what_a_role_does_not_allow_is_refused(app: Flask, ids: dict[str, int], role: str) -> None:
    caller = Caller(app, f"the-{role}@almaty.kz")
    for route, rule, method in routes(app):
        if WHO[route] not in MAY[role]:
            answer = caller.open(rule, method, ids)
            assert answer.status_code == 403, (route, answer.status_code)


@pytest.mark.parametrize("role", ["viewer", "manager", "owner"])
def test_what_a_role_allows_is_done(app: Flask, ids: dict[str, int], role: str) -> None:
    caller = Caller(app, "manager@almaty.kz" if role == "owner" else f"the-{role}@almaty.kz")
    for route, rule, method in routes(app):
        if WHO[route] in MAY[role] and route not in ENDS_THE_SESSION:
            answer = caller.open(rule, method, ids)
            assert not is_turned_away(answer) and answer.status_code < 500, (
                route,
                answer.status_code,
                answer.text[:300],
            )


class Offers(HTMLParser):
    """What a page offers to send: where each button that is on would send its form."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._forms: list[dict[str, str | None]] = []
        self._sets: list[bool] = []  # of fields, the innermost last: is it off?
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self._forms.append(has)
        elif tag == "fieldset":
            self._sets.append("disabled" in has)
        elif tag == "button" and has.get("type", "submit") == "submit" and "disabled" not in has:
            form = self._forms[-1] if self._forms else {}
            if (form.get("method") or "").lower() == "post" and not any(self._sets):
                self.found.add((has.get("formaction") or form.get("action") or "").partition("#")[0])

    def handle_endtag(self, tag: str) -> None:
        if tag in {"form", "fieldset"}:
            (self._forms if tag == "form" else self._sets).pop()


@pytest.mark.parametrize("role", ["viewer", "manager"])
def test_no_page_offers_what_its_reader_may_not_do(app: Flask, ids: dict[str, int], role: str) -> None:
    caller, addresses, tried = Caller(app, f"the-{role}@almaty.kz"), app.url_map.bind("localhost"), 0
    for route, rule, method in routes(app):
        if method != "GET" or WHO[route] not in MAY[role] - {"everybody"} or rule.rule.startswith("/api/"):
            continue
        answer = caller.open(rule, method, ids)
        for action in Offers(answer.text).found if answer.mimetype == "text/html" else ():
            path = (action or answer.request.path).partition("?")[0]
            sent_to, _ = addresses.match(path, method="POST", return_rule=True)
            assert WHO[f"POST {sent_to.rule}"] in MAY[role], (route, sent_to.rule)
            tried += 1
    assert tried >= 5
