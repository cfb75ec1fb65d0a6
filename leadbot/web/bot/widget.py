"""Settings of the widget: the code for the site, how it looks, where it may stand, the company's own page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from leadbot.accounts import hours_settings
from leadbot.bot import company_settings
from leadbot.conversations import widget
from leadbot.errors import Invalid
from leadbot.models import Company, Role
from leadbot.state import state
from leadbot.texts.catalogues import language
from leadbot.texts.languages import LANGUAGES
from leadbot.web.forms import Form
from leadbot.web.htmx import go, is_htmx, page, part, toast
from leadbot.web.settings.company import SECTIONS
from leadbot.web.wording import LANGUAGE_NAMES

bp = Blueprint("widget", __name__, url_prefix="/settings/widget")
AS_PAGE = _("As the page speaks")
TOUCH = {"page": _("Came to the page"), "referrer": _("Came from"), "topic": _("Topic of the page")}
TEXTS = ("title", "bubble")  # in three languages each
MORE = ("offset_x", "offset_y", "hides_closed", "has_sound", "whatsapp", "telegram")


class WidgetForm(Form):
    """How the widget looks and where it may stand."""

    color = StringField(_("Colour"), render_kw={"placeholder": "#0b6b73", "autocomplete": "off", "spellcheck": "false"})
    position = SelectField(
        _("Place on the page"),
        choices=[SelectChoice("right", _("Right, below")), SelectChoice("left", _("Left, below"))],
        validate_choice=False,
    )
    offset_x = IntegerField(_("From the side, pixels"), render_kw={"min": 0, "max": 400})
    offset_y = IntegerField(_("From below, pixels"), render_kw={"min": 0, "max": 400})
    hides_closed = BooleanField(_("No button outside working hours"))
    has_sound = BooleanField(_("A short sound when an answer comes and the chat is closed"))
    widget_language = SelectField(
        _("Language of the chat"),
        choices=[SelectChoice("", AS_PAGE), *(SelectChoice(key, name) for key, name in LANGUAGE_NAMES.items())],
        validate_choice=False,
    )
    title_ru = StringField(_("Title in Russian"))
    title_kk = StringField(_("Title in Kazakh"))
    title_en = StringField(_("Title in English"))
    bubble_ru = StringField(_("Invitation in Russian"))
    bubble_kk = StringField(_("Invitation in Kazakh"))
    bubble_en = StringField(_("Invitation in English"))
    delay_seconds = IntegerField(_("Show the invitation after, seconds"), render_kw={"min": 0, "max": 600})
    domains = TextAreaField(_("Allowed sites"), render_kw={"spellcheck": "false"})
    slug = StringField(_("Address of the page"), render_kw={"autocomplete": "off", "spellcheck": "false"})
    whatsapp = StringField(_("WhatsApp for clients"), render_kw={"inputmode": "tel", "placeholder": "+7 701 000 00 00"})
    telegram = StringField(_("Telegram for clients"), render_kw={"placeholder": "@stroydom", "autocomplete": "off"})
    privacy_url = StringField(_("Your own page about personal data"), render_kw={"inputmode": "url"})


@bp.get("")
def show() -> Response:
    """The whole page."""
    return _page(_filled())


@bp.post("")
def save() -> Response:
    """Set how the widget looks and where it may stand."""
    form = _filled()
    try:
        form.is_sent()
        widget.change(_values(form), by=current_user)
    except Invalid as error:
        form.refuse(error, field="domains")
        return _part(form) if is_htmx() else _page(form)
    return (
        _part(_filled(fresh=True), note=toast(gettext("Saved")))
        if is_htmx()
        else go(url_for(".show"), note=gettext("Saved"))
    )


@bp.post("/pin")
def pin() -> Response:
    """Allow the site that the page has shown, and from then on only what is listed."""
    host = request.form.get("site", "")
    widget.pin(host, by=current_user)
    return go(url_for(".show"), note=gettext("Only listed sites may show the chat now: %(site)s", site=host))


@bp.post("/pause")
def pause() -> Response:
    """Close the chat on all sites, or open it again."""
    is_paused = request.form.get("paused") == "1"
    widget.pause(is_paused, by=current_user)
    note = gettext("The chat is closed on all sites") if is_paused else gettext("The chat is open again")
    return go(url_for(".show"), note=note)


@bp.post("/rotate")
def rotate() -> Response:
    """Another key: the old code stops working wherever it stands."""
    widget.rotate(by=current_user)
    return go(url_for(".show"), note=gettext("The key has been changed. Put the new code on your sites"))


def snippet(own: Company) -> str:
    """The line for the company's site; what is set comes with the file it loads."""
    return f'<script src="{_base()}/widget.js?bot={own.widget_key}" async></script>'


@bp.app_template_filter("touch")
def touch(name: str) -> str:
    """What a part of the first touch is called; the marks of advertising keep their own names."""
    return str(TOUCH.get(name, name))


def _filled(*, fresh: bool = False) -> WidgetForm:
    own = company_settings.company()
    look = widget.look(own)
    data = {
        "color": look.color,
        "position": look.position,
        "widget_language": look.language,
        "delay_seconds": look.delay_seconds,
        "domains": "\n".join(look.domains),
        "slug": own.slug,
        "privacy_url": look.privacy_url,
        **{name: getattr(look, name) for name in MORE},
        **{f"{name}_{key}": getattr(look, name).get(key, "") for name in TEXTS for key in LANGUAGES},
    }
    return WidgetForm(formdata=None, data=data) if fresh else WidgetForm(data=data)


def _values(form: WidgetForm) -> dict[str, object]:
    """What was sent, as the service takes it; a number that is none goes there as it was typed."""
    sent = form.values()
    return {
        **{name: sent[name] for name in ("color", "position", "domains", "slug", "privacy_url")},
        **{name: sent[name] for name in ("hides_closed", "has_sound", "whatsapp", "telegram")},
        **{name: request.form.get(name, "") for name in ("offset_x", "offset_y")},
        "language": sent["widget_language"],
        "delay_seconds": request.form.get("delay_seconds", ""),
        **{name: {key: sent[f"{name}_{key}"] for key in LANGUAGES} for name in TEXTS},
    }


def _state() -> dict[str, Any]:
    own = company_settings.company()
    look = widget.look(own)
    hosts = {host.removeprefix("www.") for host in look.domains}
    return {
        "own": own,
        "look": look,
        "base": _base(),
        "snippet": snippet(own),
        "may_pin": bool(own.widget_seen_host) and (own.widget_seen_host or "").removeprefix("www.") not in hosts,
        "preview_url": url_for("embed.frame", key=own.widget_key, preview=1, lang=look.language or language()),
        "page_url": _base() + url_for("page.show", slug=own.slug),
        "hours": hours_settings.in_words(own).get(language(), ""),
        "is_owner": current_user.role is Role.OWNER,
    }


def _page(form: WidgetForm) -> Response:
    return page("settings/widget.html", form.status, form=form, sections=SECTIONS, here="widget.show", **_state())


def _part(form: WidgetForm, note: str = "") -> Response:
    return part("settings/_widget.html", form.status, note=note, form=form, **_state())


def _base() -> str:
    base: str = state().config.base_url
    return base
