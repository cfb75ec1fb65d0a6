"""Settings: the company, its Telegram chat, one's own profile. One form, one address, one part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, refresh
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from leadbot.accounts import chats, users
from leadbot.bot import company_settings
from leadbot.channels.workplace import connecting, members
from leadbot.errors import Invalid
from leadbot.models import DeliveryState
from leadbot.notifications.carriers.telegram import target as telegram_target
from leadbot.outbox import deliveries
from leadbot.state import state
from leadbot.texts import catalogues
from leadbot.web.forms import CompanyForm, Form, ProfileForm, TelegramForm
from leadbot.web.htmx import go, is_htmx, page, part, toast

bp = Blueprint("settings", __name__, url_prefix="/settings")

END_POLLING = 286  # htmx stops asking
KAZAKHSTAN = ("Almaty", "Aqtau", "Aqtobe", "Atyrau", "Oral", "Qostanay", "Qyzylorda")


@dataclass(frozen=True)
class Section:
    """One page of the settings."""

    endpoint: str
    icon: str
    label: object
    owners_only: bool = False


SECTIONS = (
    Section("settings.company", "note", lazy_gettext("Company")),
    Section("stages.show", "board", lazy_gettext("Stages")),
    Section("hours.show", "clock", lazy_gettext("Working hours")),
    Section("bot.show", "bot", lazy_gettext("Bot")),
    Section("widget.show", "globe", lazy_gettext("Widget")),
    Section("canned.show", "chat", lazy_gettext("Conversations")),
    Section("settings.telegram", "telegram", "Telegram"),
    Section("team.show", "users", lazy_gettext("Team")),
    Section("erasing.stored", "shield", lazy_gettext("Data")),
    Section("audit.show", "history", lazy_gettext("Log"), owners_only=True),
    Section("settings.profile", "user", lazy_gettext("Profile")),
)


@bp.get("")
def first() -> Response:
    """The first of the settings."""
    return go(url_for(".company"))


@bp.route("/company", methods=["GET", "POST"])
def company() -> Response:
    """Name, language and clock."""
    form = CompanyForm(data=company_settings.shown())
    form.time_zone.choices = time_zone_choices()
    if form.is_sent():
        try:
            company_settings.change(form.values(), by=current_user)
        except Invalid as error:
            form.refuse(error, field="company_name")
        else:
            return _saved(form)
    return _show(form)


@bp.route("/telegram", methods=["GET", "POST"])
def telegram() -> Response:
    """The chat where managers are told of leads, and what they are told every morning."""
    form = TelegramForm(data=company_settings.shown())
    if form.is_sent():
        try:
            company_settings.change(form.values(), by=current_user)
        except Invalid as error:
            form.refuse(error, field="morning_digest")
        else:
            return _saved(form)
    return _show(form, **_telegram_state())


@bp.post("/telegram/off")
def forget_chat() -> Response:
    """Managers are told of leads in no chat any more."""
    company_settings.change({"telegram_chat_id": None}, by=current_user)
    return go(url_for(".telegram"), note=_("Telegram is disconnected"))


@bp.post("/telegram/code")
def telegram_code() -> Response:
    """A code that connects the chat it is sent in; shown once, and watched until it has been sent."""
    made = connecting.make_code(by=current_user)
    if is_htmx():
        return part("settings/_connect.html", made=made, **_telegram_state())
    form = TelegramForm(formdata=None, data=company_settings.shown())
    context = {"form": form, "sections": SECTIONS, "here": "settings.telegram", **_telegram_state()}
    return page("settings/telegram.html", made=made, **context)


@bp.get("/telegram/code")
def telegram_code_state() -> Response:
    """Has the code been sent? Asked again and again while it may be."""
    waits = connecting.waits()
    if waits and is_htmx():
        return Response(status=204)
    if waits is False and company_settings.company().telegram_chat_id:
        return go(url_for(".telegram"), note=_("Telegram is connected"))
    if not is_htmx():
        return go(url_for(".telegram"))
    return part("settings/_connect.html", END_POLLING, is_late=True, **_telegram_state())


@bp.post("/telegram/test")
def send_test() -> Response:
    """Put a test message to the chat in the outbox; what becomes of it is shown until it is known."""
    row = telegram_target.put_test(by=current_user)
    if row is None:
        raise Invalid("Connect a chat first", field="telegram_chat_id")
    if not is_htmx():
        return go(url_for(".telegram"))
    return part("settings/_test.html", **_telegram_state())


@bp.get("/telegram/test")
def test_state() -> Response:
    """How the last test message stands; asked again and again while it is on its way."""
    if not is_htmx():
        return go(url_for(".telegram"))
    test = deliveries.last_test()
    waits = test is not None and test.state is DeliveryState.PENDING
    return part("settings/_delivery.html", 200 if waits else END_POLLING, test=test)


@bp.route("/profile", methods=["GET", "POST"])
def profile() -> Response:
    """Name, language and theme of the person who is logged in."""
    form = ProfileForm(data=_own())
    if form.is_sent():
        try:
            users.change_profile(current_user, form.values())
        except Invalid as error:
            form.refuse(error, field="name")
        else:
            refresh()  # of the language: it may be another now, and so may the colours of the whole page
            return go(url_for(".profile"), note=_("Saved"))
    return _profile(form)


def _profile(form: ProfileForm, **more: Any) -> Response:
    if is_htmx() and request.method == "POST":
        return _part(form)
    context = {"sections": SECTIONS, "here": "settings.profile", **_telegram_state(), **more}
    return page("settings/profile.html", form.status, form=form, **context)


@bp.post("/profile/telegram")
def person_code() -> Response:
    """A code by which this person says who he is in Telegram; shown once, and watched until it has been sent."""
    made = connecting.make_person_code(by=current_user)
    if is_htmx():
        return part("settings/_person.html", made=made, **_telegram_state())
    return _profile(ProfileForm(formdata=None, data=_own()), made=made)


@bp.get("/profile/telegram")
def person_code_state() -> Response:
    """Has the person's code been sent? Asked again and again while it may be."""
    waits = members.waits(current_user)
    if waits and is_htmx():
        return Response(status=204)
    if not is_htmx():
        return go(url_for(".profile"))
    is_late = waits is None
    return part("settings/_person.html", END_POLLING, is_late=is_late, **_telegram_state())


@bp.post("/profile/telegram/off")
def forget_person() -> Response:
    """Nobody in Telegram is this person any more."""
    members.disconnect(current_user)
    return go(url_for(".profile"), note=_("Telegram is disconnected"))


def time_zone_choices() -> list[SelectChoice]:
    """All zones, Kazakhstan's first, by the names of their towns in the reader's language."""
    towns = Locale.parse(catalogues.language()).time_zones
    ours = {f"Asia/{town}": _("Kazakhstan") for town in KAZAKHSTAN}
    places = [zone for zone in sorted(company_settings.time_zones()) if "/" in zone and not zone.startswith("Etc/")]
    others = {zone: _("Other countries") for zone in (*places, "UTC") if zone not in ours}
    return [
        SelectChoice(zone, towns.get(zone, {}).get("city") if zone in ours else zone.replace("_", " "), optgroup=group)
        for zone, group in (ours | others).items()
    ]


def _own() -> dict[str, str]:
    return {
        "name": current_user.name,
        "language": current_user.language or catalogues.language(),
        "theme": current_user.theme or "",
    }


def _telegram_state() -> dict[str, Any]:
    config = state().config
    return {
        "has_bot": bool(config.telegram_bot_token),
        "chat": chats.title(),
        "test": deliveries.last_test(),
    }


def _saved(form: Form) -> Response:
    """Saved: without JavaScript the same page again, with htmx the form as it is now stored."""
    here = url_for(f".{_section()}")
    if not is_htmx():
        return go(here, note=_("Saved"))
    fresh = type(form)(formdata=None, data=company_settings.shown())
    if isinstance(fresh, CompanyForm):
        fresh.time_zone.choices = time_zone_choices()
    return _part(fresh, note=toast(_("Saved")))


def _show(form: Form, **more: Any) -> Response:
    if is_htmx() and request.method == "POST":
        return _part(form, **more)
    return page(
        f"settings/{_section()}.html", form.status, form=form, sections=SECTIONS, here=f"settings.{_section()}", **more
    )


def _part(form: Form, note: str = "", **more: Any) -> Response:
    state = _telegram_state() | more if isinstance(form, TelegramForm) else more
    return part(f"settings/_{_section()}.html", form.status, note=note, form=form, **state)


def _section() -> str:
    return str(request.endpoint).rpartition(".")[2]
