"""Who may do what: every verb of a subject that is told who acts, with every role. One without an entry here fails."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from test_roles import MAY, ids  # noqa: F401

from leadbot.accounts import users
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import Forbidden
from leadbot.models import User

SUBJECTS = (
    "accounts", "bot", "channels", "conversations", "files", "leads", "notifications", "operations", "outbox",
    "reports", "transfer",
)  # fmt: skip
# Each verb that is told who acts, as in TABLE. Those of members want his name, or are part of one that has asked.
VERBS = {
    "members": """
        bot.publishing.store conversations.canned.filled leads.moving.set_free leads.records.begin_work
        leads.records.record
    """,
    "writers": """
        bot.model_health.try_out bot.publishing.discard bot.publishing.restore bot.publishing.save_draft
        bot.scenarios.remove bot.scenarios.save channels.workplace.connecting.make_person_code
        conversations.canned.add conversations.canned.change conversations.canned.remove
        conversations.hand_off.answer conversations.hand_off.give_back conversations.hand_off.take_over
        conversations.hand_off.write
        conversations.inbox_settings.change conversations.junk.put conversations.junk.take_back
        conversations.notes.add conversations.waiting.settle conversations.widget.change
        conversations.widget.pause conversations.widget.pin leads.board_table.move leads.board_table.undo
        leads.editing.change leads.editing.edit leads.manual_entry.add leads.merging.merge leads.merging.split
        leads.merging.unmerge leads.ranking.move leads.records.add_note leads.moving.assign
        leads.moving.move leads.records.remove_test leads.taking.give_up leads.taking.take
        leads.tasks.add leads.tasks.delete leads.tasks.postpone leads.tasks.set_done operations.demo.add_samples
        operations.demo.remove_samples outbox.deliveries.retry
        conversations.presence.manager_types transfer.imports.choose transfer.imports.keep
        transfer.imports.look
        transfer.imports.start transfer.imports.undo transfer.imports_written.left
    """,
    "owners": """
        accounts.hours_settings.change accounts.team.change_role accounts.team.give_reset accounts.team.invite
        accounts.team.remove accounts.team.revoke accounts.team.set_enabled bot.company_settings.change
        bot.publishing.publish bot.publishing.set_key bot.rehearsal.run_live
        channels.workplace.connecting.make_code conversations.widget.rotate leads.rotation.choose
        leads.stages.rename notifications.carriers.telegram.target.put_test reports.onboarding.dismiss
        transfer.erasure.erase
        transfer.erasure.set_retention transfer.exports.rows transfer.exports_job.at_once transfer.exports_job.of_key
        transfer.exports_job.start
    """,
}
ALLOWED = {verb: who for who, verbs in VERBS.items() for verb in verbs.split()}


def verbs() -> dict[str, Callable[..., Any]]:
    """Public functions of the subjects that are told who acts, by name."""
    found = {}
    for subject in SUBJECTS:
        package = importlib.import_module(f"leadbot.{subject}")
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            for name, verb in inspect.getmembers(module, inspect.isfunction):
                is_own = verb.__module__ == module.__name__ and not name.startswith("_")
                if is_own and "by" in inspect.signature(verb).parameters:
                    found[f"{info.name.removeprefix('leadbot.')}.{name}"] = verb
    return found


def refuses(verb: Callable[..., Any], by: User) -> bool:
    """Is this person turned away? What else the verb needs stands there in name only: who may is asked first."""
    wanted = inspect.signature(verb).parameters.values()
    given = {each.name: object() for each in wanted if each.default is each.empty and each.name != "by"}
    try:
        done = verb(**given, by=by)
        if isinstance(done, Iterator):
            next(done, None)
    except Forbidden:
        return True
    except Exception:  # let in, and then stopped by what stands there in name only
        return False
    finally:
        db.session.rollback()
    return False


def test_every_verb_has_an_entry() -> None:
    assert sorted(verbs()) == sorted(ALLOWED), "who may? Say it in VERBS"


@pytest.mark.parametrize("role", ["viewer", "manager", "owner"])
def test_a_verb_lets_in_whom_it_should(app: Flask, ids: dict[str, int], role: str) -> None:  # noqa: F811
    email = "manager@almaty.kz" if role == "owner" else f"the-{role}@almaty.kz"
    with app.test_request_context():
        for name, verb in verbs().items():
            person = users.by_email(email)
            assert person
            tenancy.act_for(person.company_id)
            assert refuses(verb, person) == (ALLOWED[name] not in MAY[role]), name
