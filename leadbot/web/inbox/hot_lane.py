"""What happens next to a talk of the hot lane, in words that count down."""

from __future__ import annotations

import math
from datetime import timedelta

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup

from leadbot.conversations.hot_lane import Hot
from leadbot.texts import formats
from leadbot.texts.catalogues import chosen_zone, give_filters

# In so many minutes; and where that is long, by the clock.
SOON = {
    "nudge": lazy_gettext("Reminder in %(n)s min"),
    "lead": lazy_gettext("Lead in %(n)s min"),
    "person": lazy_gettext("To a manager in %(n)s min"),
}
AT = {
    "nudge": lazy_gettext("Reminder: %(time)s"),
    "lead": lazy_gettext("Lead: %(time)s"),
    "person": lazy_gettext("To a manager: %(time)s"),
}
LONG_MINUTES = 60


def init_app(app: Flask) -> None:
    """Give templates the count-down, and the words that static/app/hot.js counts on with."""
    give_filters(app, count_down=count_down)
    app.jinja_env.globals["countdown_words"] = countdown_words


def countdown_words() -> dict[str, str]:
    """What is said while it counts, by step, with {n} for the minutes; and when the moment has come."""
    return {step: _counted(step, "{n}") for step in SOON} | {"soon": str(_("any moment"))}


def count_down(hot: Hot) -> Markup:
    """«Напоминание через 3 мин» as a time element that static/app/hot.js goes on counting."""
    now, zone = hot.now, chosen_zone()
    minutes = math.ceil((hot.due_at - now) / timedelta(minutes=1))
    if minutes > LONG_MINUTES:
        is_today = formats.day(now, zone) == formats.day(hot.due_at, zone)
        moment = formats.clock(hot.due_at, zone) if is_today else formats.day_and_clock(hot.due_at, zone)
        text = str(AT[hot.step]) % {"time": moment}
    else:
        text = _counted(hot.step, minutes) if minutes > 0 else str(_("any moment"))
    at = f"{hot.due_at:%Y-%m-%dT%H:%M:%SZ}"
    return Markup('<time class="fine" datetime="{}" data-step="{}">{}</time>').format(at, hot.step, text)


def _counted(step: str, minutes: object) -> str:
    return str(SOON[step]).replace(" ", formats.NBSP) % {"n": minutes}
