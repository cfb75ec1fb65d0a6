"""Telling: from a notice to a row of the outbox for each target, in the caller's transaction."""

from __future__ import annotations

import hashlib
from typing import Any

from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.models import Delivery, User
from leadbot.notifications import briefs, choices
from leadbot.notifications.carriers import CARRIERS
from leadbot.notifications.carriers.base import Carrier
from leadbot.notifications.choices import Wish
from leadbot.notifications.notice import Brief, Notice, NoticeGroup
from leadbot.outbox import deliveries
from leadbot.state import state


def tell(notice: Notice, *, once: bool = False) -> list[Delivery]:
    """Put a row for each target: those of the company, then those of each person who wants it; the rows that were put.

    `once`: it may have been told already, by a worker that did not live to note it down.
    """
    wishes, put = choices.wishes(notice), list[Delivery]()
    for carrier in CARRIERS:
        known = _tell_company(notice, carrier, once, put)
        for wish in wishes if _is_ready(carrier) else ():
            if carrier.name in wish.carriers:
                _tell_person(notice, carrier, wish, known, once, put)
    return put


def test(person: User, carrier: Carrier) -> list[Delivery]:
    """A test message to one's own targets of a carrier; the rows that were put, none where there is no target."""

    def brief(language: str) -> Brief:
        return briefs.check(language)

    notice = Notice(
        event="test.own", key=f"test.own:{person.id}:{utcnow().timestamp()}", group=NoticeGroup.SUMMARY, brief=brief,
        text=lambda language: ". ".join(brief(language)), path="/settings/profile",
    )  # fmt: skip
    put = list[Delivery]()
    _tell_person(notice, carrier, Wish(person, frozenset([carrier.name]), None), set(), False, put)
    db.session.commit()
    return put


def _tell_company(notice: Notice, carrier: Carrier, once: bool, put: list[Delivery]) -> set[str]:
    """The company's own targets of a carrier, told where the notice is for them."""
    company, known = company_settings.company(), set[str]()
    for target in carrier.of_company(company) if notice.of_company else ():
        known.add(target)
        key = notice.key if carrier.name == "telegram" else f"{notice.key}@{carrier.name}:{_mark(target)}"
        if not (once and deliveries.is_put(key)):
            text = carrier.write(notice, company.language)
            put.append(deliveries.put(target, notice.event, text, key, channel=carrier.name, **_about(notice)))
    return known


def _tell_person(
    notice: Notice, carrier: Carrier, wish: Wish, known: set[str], once: bool, put: list[Delivery]
) -> None:
    person = wish.person
    language = person.language or person.company.language
    for target in carrier.of_person(person):
        key = f"{notice.key}@{carrier.name}:{person.id}:{_mark(target)}"
        if target in known or (once and deliveries.is_put(key)):
            continue
        known.add(target)
        more: dict[str, Any] = {**_about(notice), "user_id": person.id, "together": notice.group.value, "at": wish.at}
        text = carrier.write(notice, language)
        put.append(deliveries.put(target, notice.event, text, key, channel=carrier.name, **more))


def _about(notice: Notice) -> dict[str, Any]:
    return {"lead_id": notice.lead_id, "talk_id": notice.talk_id}


def _mark(target: str) -> str:
    return hashlib.sha256(target.encode()).hexdigest()[:12]


def _is_ready(carrier: Carrier) -> bool:
    config = state().config
    return carrier.is_ready(config)
