"""What a person is told, where and in which hours: his choices, and each carrier's own part of the profile page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, Flask, Response, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from leadbot.errors import Invalid, NotFound
from leadbot.models import Delivery
from leadbot.notifications import carriers, choices, tell
from leadbot.notifications.carriers.base import Carrier, Device
from leadbot.notifications.notice import NoticeGroup
from leadbot.state import state
from leadbot.texts import catalogues
from leadbot.web.errors import error_text
from leadbot.web.htmx import go, is_htmx, page, part, toast
from leadbot.web.settings.company import SECTIONS

# Carriers bring their own templates: push/settings.html
bp = Blueprint(
    "notifications", __name__, url_prefix="/settings/profile/notifications",
    template_folder=str(Path(carriers.__file__).parent),
)  # fmt: skip

GROUPS = {
    NoticeGroup.LEADS: lazy_gettext("New leads"),
    NoticeGroup.LATE: lazy_gettext("Leads that nobody takes"),
    NoticeGroup.CLIENTS: lazy_gettext("Clients who wait for a person"),
    NoticeGroup.ANSWERS: lazy_gettext("Messages in conversations I lead"),
    NoticeGroup.TASKS: lazy_gettext("My reminders"),
    NoticeGroup.CHANGES: lazy_gettext("Clients’ corrections"),
    NoticeGroup.SUMMARY: lazy_gettext("Morning summary"),
}
HOURS = {
    "any": lazy_gettext("At any time"),
    "work": lazy_gettext("In the company’s working hours"),
    "own": lazy_gettext("In my own hours"),
}
# By their marks in what browsers call themselves; who claims to be several is the first of these.
BROWSERS = {
    "YaBrowser": "Yandex", "SamsungBrowser": "Samsung Internet", "Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox",
    "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip


def init_app(app: Flask) -> None:
    """Let the profile page draw its part, and the lead's page say what has carried a notice."""
    app.jinja_env.globals.update(notifications=context, carrier_called=called, carrier_icon=icon)
    catalogues.give_filters(app, weekday=lambda day: get_day_names("abbreviated", locale=catalogues.language())[day])


@bp.get("")
def show() -> Response:
    """They stand on the profile page, and by themselves here."""
    return _page(told=context())


@bp.post("")
def save() -> Response:
    """Keep what is ticked, and the hours."""
    form = request.form
    typed = choices.Typed(
        wanted={carrier.name: form.getlist(carrier.name) for carrier in offered()},
        hours=form.get("hours", "any"),
        days=form.getlist("days"),
        begins=form.get("begins", "09:00"),
        ends=form.get("ends", "20:00"),
        sound="sound" in form,
    )
    try:
        choices.change(current_user, typed)
    except Invalid as error:
        return _refused(error)
    return _done(_("Saved"))


@bp.post("/<name>")
def change(name: str) -> Response:
    """What was done in a carrier's own part."""
    choices.change_carrier(current_user, _carrier(name), request.form, device())
    return _done(_("Saved"))


@bp.post("/<name>/test")
def send_test(name: str) -> Response:
    """A test message to this person's own targets of a carrier."""
    if not tell.test(current_user, _carrier(name)):
        raise Invalid("There is nowhere to send it yet", field=name)
    return _done(_("Sent. It arrives within a minute"))


def offered() -> list[Carrier]:
    """The carriers that are set up on this copy."""
    config = state().config
    return [carrier for carrier in carriers.CARRIERS if carrier.is_ready(config)]


def device() -> Device:
    """The browser that asks, and its log-in."""
    agent = request.headers.get("User-Agent", "")
    names = (next((name for mark, name in marks.items() if mark in agent), "") for marks in (BROWSERS, SYSTEMS))
    return Device(session.get("key", ""), ", ".join(filter(None, names)))


def context() -> dict[str, Any]:
    """What `settings/_notifications.html` needs."""
    here, found = device(), offered()
    return {
        "groups": GROUPS,
        "hours_kinds": HOURS,
        "carriers": found,
        "carrier_parts": {each.name: each.shown(current_user, here) for each in found if each.shown},
        "chosen": choices.choices_of(current_user),
        "has_target": {each.name: bool(list(each.of_person(current_user))) for each in found},
        "faults": {},
    }


def called(row: Delivery) -> str:
    """What carries this notice, as the reader calls it."""
    return _carriers_by_name()[row.channel].label[catalogues.language()]


def icon(row: Delivery) -> str:
    """The name of its icon."""
    return _carriers_by_name()[row.channel].icon


def _carriers_by_name() -> dict[str, Carrier]:
    return {carrier.name: carrier for carrier in carriers.CARRIERS}


def _refused(error: Invalid) -> Response:
    told = context() | {"faults": {error.field: error_text(error)}}
    if is_htmx():
        return part("settings/_notifications.html", 422, told=told)
    return _page(422, told=told)


def _done(note: str) -> Response:
    if not is_htmx():
        return go(url_for("web.settings.profile"), note=note)
    return part("settings/_notifications.html", note=toast(note), told=context())


def _page(status: int = 200, **more: Any) -> Response:
    return page("settings/notifications.html", status, sections=SECTIONS, here="settings.profile", **more)


def _carrier(name: str) -> Carrier:
    for carrier in offered():
        if carrier.name == name:
            return carrier
    raise NotFound
