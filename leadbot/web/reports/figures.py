"""Figures: how talks become contracts, as a page and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, count

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext, lazy_pgettext

from leadbot.bot import company_settings
from leadbot.models import IMPORTED
from leadbot.reports import figures
from leadbot.reports.figures import Figures, SourceFigures
from leadbot.texts import formats, names
from leadbot.texts.catalogues import language
from leadbot.transfer import sheets
from leadbot.web.htmx import page
from leadbot.web.wording import own_stages, reason_label, source_label, stage_label

bp = Blueprint("figures", __name__)
STEPS = {
    "opened": lazy_gettext("Opened the chat"),
    "wrote": lazy_gettext("Wrote"),
    "phone": lazy_gettext("Left a phone"),
    "lead": lazy_gettext("Became leads"),
    "taken": lazy_gettext("Taken"),
    "won": lazy_gettext("Signed a contract"),
}
HEARD = {
    "complaint": lazy_gettext("Complaints"),
    "withdrawn": lazy_gettext("Needed it no more"),
    "urgent": lazy_gettext("Urgent"),
    "beside": lazy_gettext("Further objects"),
}
KINDS = {
    "": lazy_gettext("All leads"),
    figures.CHAT: lazy_gettext("From chats"),
    figures.HAND: lazy_pgettext("source", "By hand"),
    IMPORTED: lazy_pgettext("source", "Import"),
}
BY = {"day": lazy_gettext("By day"), "week": lazy_gettext("By week"), "month": lazy_gettext("By month")}
HEIGHT, STEP, LINES_MOST = 120, 10, 4  # of the chart: its height, one point to the next, lines above the ground
ROUND = (10, 20, 25, 50)  # steps between lines, and these times a power of ten


@dataclass(frozen=True, slots=True)
class Point:
    """A day, a week or a month of the chart, named by its first day in the period."""

    first: date
    leads: int
    won: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The line of leads in the units of its drawing, with what stands beside it."""

    points: list[Point]
    between: int  # two lines, in leads

    @property
    def top(self) -> int:
        """What the highest line stands for: the first of them that no point is above."""
        return max(1, -(-self.highest.leads // self.between)) * self.between

    @property
    def width(self) -> int:
        return max(1, len(self.points) - 1) * STEP

    @property
    def line(self) -> str:
        """The corners of the line: x,y x,y …"""
        drawn = self.points if len(self.points) > 1 else self.points * 2
        return " ".join(f"{n * STEP},{HEIGHT * (1 - each.leads / self.top):g}" for n, each in enumerate(drawn))

    @property
    def scale(self) -> list[int]:
        """What stands at the lines, from the top."""
        return list(range(self.top, -1, -self.between))

    @property
    def grid(self) -> str:
        """The lines themselves, half a unit inside the drawing at its edges."""
        heights = (HEIGHT * (1 - each / self.top) for each in self.scale)
        return "".join(f"M0 {min(max(y, 0.5), HEIGHT - 0.5):g}H{self.width}" for y in heights)

    @property
    def dates(self) -> list[date]:
        """At most five days to write under it."""
        last = len(self.points) - 1
        return [self.points[n].first for n in sorted({last * k // 4 for k in range(5)})]

    @property
    def highest(self) -> Point:
        """The first of those with the most leads."""
        return max(self.points, key=lambda each: each.leads)


@bp.get("/figures")
def show() -> Response:
    """The page."""
    days, by, kind = _chosen()
    found = figures.over(days, kind)
    return page(
        "figures/figures.html",
        figures=found,
        days=days,
        periods=figures.PERIODS,
        by=by,
        kind=kind,
        kinds={key: label for key, label in KINDS.items() if not key or key == kind or found.split[key][0]},
        ways=BY,
        steps=_steps(),
        chart=_chart(points(found, by)),
        origin_label=origin_label,
        slot_label=slot_label,
        heard_label=HEARD.get,
        share=share,
        minutes=minutes,
    )


@bp.get("/figures.csv")
def download() -> Response:
    """The tables of the page, for a spreadsheet."""
    days, by, kind = _chosen()
    found = figures.over(days, kind)
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows(_rows(found, by))
    period = f"{found.period.first:%Y-%m-%d}-{found.period.last:%Y-%m-%d}{f'-{kind}' if kind else ''}"
    answer = Response("\ufeff" + file.getvalue(), mimetype="text/csv")  # the mark by which Excel knows UTF-8
    answer.headers.set("Content-Disposition", "attachment", filename=f"leadbot-{period}.csv")
    return answer


def points(found: Figures, by: str) -> list[Point]:
    """The days put together by day, week or month; a week or month that the period cuts has what lies in it."""
    made: dict[date, Point] = {}
    for day, (leads, won) in found.days.items():
        key = max(_first_of(day, by), found.period.first)
        old = made.get(key, Point(key, 0, 0))
        made[key] = Point(key, old.leads + leads, old.won + won)
    return list(made.values())


def origin_label(origin: SourceFigures) -> str:
    """«Сайт, doma-pod-kluch»: the source and the campaign its links name."""
    return ", ".join(part for part in (source_label(origin.source), origin.campaign) if part)


def slot_label(slot: str) -> str:
    """What a talk without a lead stopped at: the question that was asked last."""
    if slot == "contact":
        return str(_("Name and phone"))
    return names.label(slot, language(), company_settings.fields())


def share(part: int, whole: int) -> str:
    """«43 %»; a dash of nothing."""
    return formats.percent(part / whole, language(), 0) if whole else "–"


def minutes(value: float | None) -> str:
    """«7 мин», «3 ч»; a dash where there is nothing."""
    if value is None:
        return "–"
    if value < 60:
        return str(_("%(n)s min", n=max(1, round(value)))).replace(" ", formats.NBSP)
    return str(_("%(n)s h", n=round(value / 60))).replace(" ", formats.NBSP)


def _steps() -> dict[str, str]:
    """What the steps are called; the last one is a stage, which the company may call otherwise."""
    named = {step: str(label) for step, label in STEPS.items()}
    return {**named, "won": stage_label("won")} if "won" in own_stages() else named


def _chosen() -> tuple[int, str, str]:
    days = request.args.get("days", figures.DAYS, type=int)
    days = days if days in figures.PERIODS else figures.DAYS
    by, kind = request.args.get("by", ""), request.args.get("of", "")
    by = by if by in BY else ("day" if days <= 30 else "week" if days <= 90 else "month")
    return days, by, kind if kind in figures.KINDS else ""


def _first_of(day: date, by: str) -> date:
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def _chart(drawn: list[Point]) -> Chart:
    return Chart(drawn, round_step(max(each.leads for each in drawn)))


def round_step(most: int) -> int:
    """How many leads there are between two lines of a chart that goes up to `most`: a round number, the least with
    LINES_MOST lines."""
    steps: Iterator[int] = chain((1, 2, 5), (each * 10**power for power in count() for each in ROUND))
    return next(step for step in steps if step * LINES_MOST >= most)


def _rows(found: Figures, by: str) -> Iterator[list[str]]:
    """The tables of the page one below the other; no cell of them is a formula to a spreadsheet."""
    for table in _tables(found, by):
        yield from ([sheets.inert(str(cell)) for cell in row] for row in table)
        yield []


def _tables(found: Figures, by: str) -> Iterator[list[Sequence[object]]]:
    steps, now = _steps(), found.now
    yield [
        (BY[by], _("Leads"), _("Contracts")),
        *((f"{each.first:%d.%m.%Y}", each.leads, each.won) for each in points(found, by)),
    ]
    yield [
        (_("How leads came"), _("Leads"), _("Contracts")),
        *((KINDS[kind], *sums) for kind, sums in found.split.items()),
    ]
    yield [(_("The way of a client"), ""), *((steps[step], count) for step, count in found.funnel.items())]
    yield [
        (_("Source"), _("Conversations"), _("Leads"), _("Contracts")),
        *((origin_label(each), each.talks, each.leads, each.won) for each in found.origins),
    ]
    yield [(_("Why leads were lost"), ""), *((reason_label(reason), count) for reason, count in found.reasons.items())]
    yield [(_("Where clients drop out"), ""), *((slot_label(slot), count) for slot, count in found.stopped.items())]
    yield [(_("What clients said"), ""), *((HEARD[name], count) for name, count in found.heard.items())]
    yield [
        (_("Time to first touch (median)"), minutes(now.touch_minutes)),
        (_("Touched within 15 minutes"), share(now.quick, now.waiting), now.quick, now.waiting),
        (_("AI cost"), _("%(n)s tokens", n=found.cost.tokens), *_cost_of_lead(found)),
    ]


def _cost_of_lead(found: Figures) -> list[str]:
    each = found.cost_of_lead
    return [] if each is None else [_("%(sum)s a lead", sum=formats.money(round(each), language()))]
