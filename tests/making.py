"""What many tests set up alike: leads without a talk, a week of hours, a company's values, the worker's part."""

from __future__ import annotations

import re

from flask import Flask

from leadbot import jobs
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company, Lead, LeadStatus, Source
from leadbot.outbox import deliveries


def put_leads(app: Flask, company_id: int, count: int, **values: object) -> None:
    """Leads that are there without a talk, in all six stages unless `status` says which."""
    with app.app_context():
        tenancy.act_for(company_id)
        for number in range(count):
            phone = f"7{number:09d}"
            status = values.get("status") or list(LeadStatus)[number % 6]
            db.session.add(
                Lead(
                    **{
                        "source": Source.API,
                        "phone": "8" + phone,
                        "phone_e164": "+7" + phone,
                        **values,
                        "status": status,
                    }
                )
            )
        db.session.commit()


LUNCH = "9:00–13:00, 14:00–18:00"


def week(**more: str) -> dict[str, object]:
    """The form of a usual week."""
    days = {f"day{number}": LUNCH for number in range(5)}
    return {**days, "day5": "10-15", "day6": "", "take_minutes": "15", "answer_minutes": "5", **more}


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def carry(app: Flask) -> None:
    """Do the worker's part."""
    with app.app_context():
        for row in deliveries.due():
            deliveries.deliver(row, jobs.carrier_for)
        db.session.remove()


def set_company(app: Flask, company_id: int, **values: object) -> None:
    with app.app_context():
        tenancy.act_for(company_id)
        for name, value in values.items():
            setattr(db.session.get_one(Company, company_id), name, value)
        db.session.commit()


def put_chat(chat: str | None) -> Company:
    """The acting company's Telegram chat, past the proof that it asks for."""
    own = db.session.get_one(Company, tenancy.acting_for())
    own.telegram_chat_id = chat
    db.session.commit()
    return own
