"""What a company calls the stages of its leads. Their keys stay: only the names that people read are its own."""

from __future__ import annotations

from collections.abc import Mapping

from leadbot.accounts import audit, users
from leadbot.bot import company_settings
from leadbot.database.session import db
from leadbot.errors import Invalid, gathered
from leadbot.leads import board
from leadbot.models import AuditEvent, Company, LeadStatus, User
from leadbot.texts import text_input
from leadbot.texts.folding import fold

NAME_MOST = 30  # characters
Names = Mapping[str, str]  # by key; a stage without an entry has its usual name


def shown() -> dict[str, str]:
    """The company's own name of every stage; empty where it has none."""
    own = company_settings.company().stage_names
    return {stage.value: own.get(stage.value, "") for stage in LeadStatus}


def rename(values: Names, usual: Mapping[str, Names], *, by: User) -> Company:
    """Name the stages as typed, an empty one as `usual` (all names by language); nothing is written unless all are
    right. Raises Faults; Forbidden for all but owners."""
    users.check_is_owner(by)
    own = company_settings.company(lock=True)
    chosen: dict[str, str] = {}
    with gathered() as faults:
        for stage in LeadStatus:
            with faults():
                name = text_input.line(values.get(stage.value, ""), stage.value, most=NAME_MOST, required=False)
                if text_input.is_visible(name):
                    chosen[stage.value] = name
    with gathered() as faults:
        for key in chosen:
            with faults():
                _check_differs(key, chosen, usual)
    own.stage_names = chosen
    board.touch()
    audit.note(by.id, AuditEvent.STAGES)
    db.session.commit()
    return own


def _check_differs(stage: str, chosen: Names, usual: Mapping[str, Names]) -> None:
    """In no language does another stage read the same. Of two new names that do, the later one is refused."""
    earlier = list(chosen)[: list(chosen).index(stage)]
    others = [chosen[each] for each in earlier]
    others += [names[each] for names in usual.values() for each in names if each not in chosen]
    if fold(chosen[stage]) in map(fold, others):
        raise Invalid("Another stage has this name already", field=stage)
