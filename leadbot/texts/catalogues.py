"""Which language and which clock a page speaks: Russian, Kazakh or English, and the company's time zone.

The words are in some catalogues a language under translations/: `messages` (the ground: public pages, settings,
errors), `work` (chat, and what board, leads and conversations share), `board`, `leads`, `inbox` (conversations),
`hours` (working hours and the take-timer), `company` (team, figures, exports), `bot` (its settings), `widget` and
`notices` (what people are told where). The English text is the key; the English catalogue holds only what reads
otherwise on a page than in the API, and plurals.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context

from leadbot.database.session import utcnow
from leadbot.texts import formats, phrases
from leadbot.texts.folding import order
from leadbot.texts.languages import LANGUAGES

DEFAULT = "ru"
DEFAULT_ZONE = "Asia/Almaty"
TRANSLATIONS = Path(__file__).parent / "translations"
DOMAINS = ("messages", "work", "board", "leads", "inbox", "hours", "company", "bot", "widget", "notices")

# One for the process: flask-babel's own would read the catalogues anew for every request.
_words = Domain([str(TRANSLATIONS)] * len(DOMAINS), ";".join(DOMAINS))


class _Babel(Babel):
    @property
    def domain_instance(self) -> Domain:
        return _words


def init_app(app: Flask) -> None:
    """Set flask-babel up and give templates the filters that format."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", DEFAULT_ZONE)
    _Babel(app, locale_selector=chosen_language, timezone_selector=chosen_zone)
    app.jinja_env.filters["alphabetical"] = lambda pairs: sorted(pairs, key=lambda pair: order(pair[1]))
    app.jinja_env.globals["part_of"] = lambda part, whole: formats.part_of(part, whole, language())
    give_filters(
        app,
        day=lambda moment: formats.day(moment, chosen_zone()),
        clock=lambda moment: formats.clock(moment, chosen_zone()),
        moment=lambda moment: formats.day_and_clock(moment, chosen_zone()),
        age=lambda moment: formats.age(moment, utcnow(), chosen_zone()),
        iso=_iso,
        phone=formats.phone,
        area=lambda stored: formats.area(stored, language()),
        money=lambda tenge: formats.money(tenge, language()),
        number=lambda value: formats.number(value, language()),
        percent=lambda share: formats.percent(share, language()),
        quoted=lambda text: phrases.quoted(text, language()),
        lead_number=lambda lead_id: formats.lead_number(lead_id, language()),
    )


def give_filters(app: Flask, **filters: Callable[[Any], str]) -> None:
    """Give templates filters that speak the reader's language, also where they are put on a constant.

    Jinja works constants out when it compiles a template, in the language of that moment and then for ever; a filter
    that takes the context is asked each time.
    """

    def asked_each_time(speak: Callable[[Any], str]) -> Callable[[Context, Any], str]:
        @pass_context
        def filtered(context: Context, value: Any) -> str:
            return speak(value)

        return filtered

    app.jinja_env.filters.update({name: asked_each_time(speak) for name, speak in filters.items()})


def language() -> str:
    """The language this answer is written in: ru, kk or en."""
    return str(get_locale() or DEFAULT)


def chosen_language() -> str:
    """The language of this page: what the person set, what was picked in this browser, what the browser asks for."""
    if not has_request_context():
        return DEFAULT
    if spoken := g.get("language"):  # a door that knows no person has said it
        return str(spoken)
    return getattr(current_user, "language", None) or picked_language()


def picked_language() -> str:
    """What was picked in this browser, or what the browser asks for."""
    picked = session.get("language") or request.accept_languages.best_match(LANGUAGES)
    return picked if picked in LANGUAGES else DEFAULT


def chosen_zone() -> str:
    """The time zone of the company whose page it is."""
    if zone := g.get("time_zone"):
        return str(zone)
    company = getattr(current_user, "company", None) if has_request_context() else None
    return str(company.time_zone if company else DEFAULT_ZONE)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
