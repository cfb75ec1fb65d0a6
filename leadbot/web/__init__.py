"""The session door: HTML pages for people.

All rooms hang under one blueprint, `web`: it lets only members into every room but the open ones, checks the CSRF token
of every unsafe request, and turns what a subject raises into a page or a note.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request, session
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from leadbot.accounts import users
from leadbot.database import tenancy
from leadbot.errors import LeadbotError
from leadbot.models import User
from leadbot.state import state
from leadbot.web import assets, bodies, errors, installed, notifications, quick, searching, shell, wording
from leadbot.web.accounts import audit, join, log_in, passwords, team
from leadbot.web.bot import bot, test_chat, widget
from leadbot.web.inbox import canned, conversations, hot_lane, inbox, talks
from leadbot.web.leads import (
    board,
    board_add,
    board_table,
    cards,
    fields,
    history,
    lead,
    merging,
    parts,
    replying,
    tasks,
    whatsapp,
)
from leadbot.web.public import landing, status
from leadbot.web.reports import figures, ledger, onboarding
from leadbot.web.settings import company, hours, stages
from leadbot.web.transfer import erasure, exports, imports

OPEN = (landing, log_in, join, status, installed)
MEMBERS = (
    quick,
    searching,
    board,
    board_add,
    board_table,
    lead,
    fields,
    history,
    tasks,
    merging,
    replying,
    conversations,
    inbox,
    test_chat,
    company,
    notifications,
    stages,
    hours,
    bot,
    widget,
    canned,
    team,
    audit,
    figures,
    ledger,
    passwords,
    onboarding,
    exports,
    imports,
    erasure,
)

login_manager = LoginManager()
csrf = CSRFProtect()
web = Blueprint("web", __name__)
web.register_error_handler(LeadbotError, errors.domain_error)
for room in (*OPEN, *MEMBERS):
    web.register_blueprint(room.bp)


@web.before_request
def check_in() -> Response | None:
    """Members only, unless the room is open; and an unsafe request bears the token of its session and is our page's."""
    is_open = request.blueprint in {f"web.{room.bp.name}" for room in OPEN}
    if not is_open and not current_user.is_authenticated:
        return log_in.ask_to_log_in()
    if current_user.is_authenticated:
        bodies.make_room()
    csrf.protect()
    if request.method == "POST" and _is_sent_from_elsewhere():
        raise CSRFError("Sent from another site")
    return searching.unveil_address() if current_user.is_authenticated else None


def _is_sent_from_elsewhere() -> bool:
    origin = request.headers.get("Origin", "null")  # null: some browsers hide it, and the token has been checked
    ours = {request.host, urlsplit(state().config.base_url).netloc}
    return origin != "null" and urlsplit(origin).netloc not in ours


@login_manager.user_loader
def load_user(user_id: str) -> User | None:
    """The person of this session, unless it or all of his sessions have been ended since."""
    if g.get("is_for_nobody") or (request.blueprints and request.blueprints[-1] != web.name):
        return None  # other doors know no members, whoever is logged in at this browser
    user = users.of_session(session.get("key", ""))
    if user is None or user.get_id() != user_id:
        return None
    tenancy.act_for(user.company_id)
    wording.call_stages(user.company.stage_names)
    return user


def init_app(app: Flask) -> None:
    """Hang the door in."""
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)  # checked in check_in; the API reads no cookies
    login_manager.init_app(app)
    csrf.init_app(app)
    for ground in (assets, shell, wording, cards, errors, talks, hot_lane, parts, whatsapp, inbox, notifications):
        ground.init_app(app)
    app.register_blueprint(web)
