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
    """Give templates the count-down."""
    give_filters(app, count_down=count_down)


def count_down(hot: Hot) -> Markup:
    """«Напоминание через 3 мин» as a time element that static/app/hot.js goes on counting."""
    now, zone = hot.now, chosen_zone()
    minutes = math.ceil((hot.due_at - now) / timedelta(minutes=1))
    counted = str(SOON[hot.step]).replace(" ", formats.NBSP)
    soon = str(_("any moment"))
    if minutes > LONG_MINUTES:
        is_today = formats.day(now, zone) == formats.day(hot.due_at, zone)
        moment = formats.clock(hot.due_at, zone) if is_today else formats.day_and_clock(hot.due_at, zone)
        text = str(AT[hot.step]) % {"time": moment}
    else:
        text = counted % {"n": minutes} if minutes > 0 else soon
    words = {"due": counted % {"n": "{n}"}, "soon": soon, "at": hot.due_at.isoformat(timespec="seconds"), "text": text}
    return Markup('<time class="fine" datetime="{at}" data-due="{due}" data-soon="{soon}">{text}</time>').format(
        **words
    )
