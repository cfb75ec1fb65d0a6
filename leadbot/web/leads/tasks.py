"""Tasks on a lead: set, put off, ticked off, and listed for the person who has to do them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from leadbot.accounts import team, users
from leadbot.errors import Invalid
from leadbot.leads import records, tasks
from leadbot.models import Lead, LeadTask, User
from leadbot.texts import formats
from leadbot.texts.catalogues import chosen_zone
from leadbot.web.htmx import Action, go, is_htmx, page, part, toast
from leadbot.web.leads import parts

bp = Blueprint("lead_tasks", __name__)


@bp.get("/tasks")
def index() -> Response:
    """What is to be done: by this person or nobody in particular, or by anybody with ?who=all."""
    return _list_page()


@bp.get("/tasks/due")
def due() -> Response:
    """How many tasks of this person are due by now, for the board's link to them."""
    return part("leads/_tasks_due.html", count=tasks.due_for(current_user))


@bp.post("/leads/<int:lead_id>/tasks")
def add(lead_id: int) -> Response:
    """Set a task."""
    lead, form = records.get(lead_id), request.form
    users.check_may_write(current_user)
    try:
        if "soon" in form:
            due_at, person = tasks.soon(form["soon"]), current_user
        else:
            due_at, person = tasks.moment(form.get("day", ""), form.get("time", ""), past="again" in form), _person()
        tasks.add(lead, due_at, form.get("text", ""), by=current_user, to=person)
    except Invalid as error:
        return _refused(lead, error)
    text = _("Undone") if "again" in form else _("Reminder: %(time)s", time=parts.when(due_at))
    return _shown(lead, text)


@bp.post("/leads/<int:lead_id>/tasks/<int:task_id>/done")
def done(lead_id: int, task_id: int) -> Response:
    """Tick a task off; with `undo` take that back."""
    lead = records.get(lead_id)
    task = tasks.get(lead, task_id)
    is_done = "undo" not in request.form
    tasks.set_done(task, is_done, by=current_user)
    undo = Action(_("Undo"), request.path, {"undo": "1", **_from()}, target=_target(), swap="outerHTML settle:0s")
    return _shown(lead, _("Done") if is_done else _("Undone"), undo if is_done else None)


@bp.post("/leads/<int:lead_id>/tasks/<int:task_id>/postpone")
def postpone(lead_id: int, task_id: int) -> Response:
    """Another day and time."""
    lead = records.get(lead_id)
    task = tasks.get(lead, task_id)
    users.check_may_write(current_user)
    try:
        due_at = tasks.moment(request.form.get("day", ""), request.form.get("time", ""))
        tasks.postpone(task, due_at, by=current_user)
    except Invalid as error:
        return _refused(lead, error, task.id)
    return _shown(lead, _("Reminder: %(time)s", time=parts.when(due_at)))


@bp.post("/leads/<int:lead_id>/tasks/<int:task_id>/delete")
def delete(lead_id: int, task_id: int) -> Response:
    """Take a task away."""
    lead = records.get(lead_id)
    task = tasks.get(lead, task_id)
    local = formats.local(task.due_at, chosen_zone())
    same = {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "text": task.text, "assignee": task.assignee_id or ""}
    tasks.delete(task, by=current_user)
    again = Action(
        _("Undo"), url_for(".add", lead_id=lead.id), {**same, "again": "1", **_from()}, _target(), "outerHTML"
    )
    return _shown(lead, _("Reminder deleted"), again)


def _person() -> User | None:
    chosen = request.form.get("assignee", "")
    person = next((each for each in team.people() if str(each.id) == chosen), None)
    if chosen and person is None:
        raise Invalid("This value is not right", field="assignee")
    return person


def _shown(lead: Lead, done: str, undo: Action | None = None) -> Response:
    text = parts.about(lead, done)
    if not is_htmx():
        back = url_for(".index", who=request.form.get("who")) if _is_list() else _page_of(lead)
        return go(back, note=text)
    note = toast(text, action=undo)
    if _is_list():
        response = part("leads/_tasks_list.html", note=note, **_listed())
    else:
        response = part("leads/_tasks.html", note=note + parts.brought_up_to_date(lead), **parts.with_tasks(lead))
    response.headers["HX-Trigger"] = "tasks-changed"  # the rail counts anew
    return response


def _refused(lead: Lead, error: Invalid, task_id: int | None = None) -> Response:
    """What was typed, and what was wrong with it; the task whose form it was stands open."""
    if _is_list():
        return _list_page(error, task_id)
    if is_htmx():
        wrong: dict[str, Any] = {"error": error, "typed": request.form, "open_task": task_id}
        return part("leads/_tasks.html", 422, **parts.with_tasks(lead), **wrong)
    return parts.shown(lead, error, open_task=task_id)


def _list_page(error: Invalid | None = None, task_id: int | None = None) -> Response:
    wrong: dict[str, Any] = {"error": error, "typed": request.form, "open_task": task_id}
    if is_htmx():
        return part("leads/_tasks_list.html", 422 if error else 200, **_listed(), **wrong)
    return page("leads/tasks.html", 422 if error else 200, **_listed(), **wrong)


def _listed() -> dict[str, Any]:
    who = "all" if request.values.get("who") == "all" else "mine"
    found = tasks.open_for(None if who == "all" else current_user)
    return {"who": who, "groups": list(_groups(found)), "now": tasks.now(), "tomorrow": parts.tomorrow()}


def _groups(found: list[LeadTask]) -> Iterator[tuple[str, str, list[LeadTask]]]:
    """Overdue, today's and later ones; a group without a task is left out."""
    now = formats.local(tasks.now(), chosen_zone())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    bounds = (("overdue", _("Overdue"), now), ("today", _("Today"), midnight), ("later", _("Later"), None))
    rest = found
    for key, label, until in bounds:
        group = [task for task in rest if until is None or task.due_at < until]
        rest = rest[len(group) :]
        if group:
            yield key, str(label), group


def _is_list() -> bool:
    return request.form.get("from") == "tasks"


def _from() -> dict[str, str]:
    return {"from": request.form.get("from", ""), "who": request.form.get("who", "")}


def _target() -> str:
    return "#task-list" if _is_list() else "#tasks"


def _page_of(lead: Lead) -> str:
    return url_for("web.leads.show", lead_id=lead.id, _anchor="tasks")
