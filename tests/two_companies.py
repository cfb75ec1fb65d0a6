"""Two companies with a lead or two each, for tests that keep them apart: whatever is theirs says «Астана»."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from leadbot.database import tenancy
from leadbot.database.session import Base, db
from leadbot.models import Company, Lead, LeadNote, Source, User

THEIRS = "Астана"


@dataclass
class World:
    """We act for the first company; it has one lead, the other has two."""

    ours: int
    theirs: int
    our_lead: int
    their_lead: int

    def rows_of_theirs(self) -> list[tuple[Any, ...]]:
        """All that is stored of the other company, and whose each row is."""
        found = []
        with tenancy.all_companies():
            for table in Base.metadata.sorted_tables:
                owner = table.c.get("company_id", table.c.id if table.name == "companies" else None)
                if owner is not None:
                    rows = db.session.connection().execute(
                        select(table).where(owner == self.theirs).order_by(table.c.id)
                    )
                    found += [(table.name, *row) for row in rows]
        return found

    def lead_of_theirs(self) -> Lead:
        """A row of theirs that somebody has got hold of, in no session any more."""
        with tenancy.all_companies():
            lead = db.session.scalars(select(Lead).where(Lead.id == self.their_lead)).one()
        assert lead not in db.session
        return lead


def two_companies(app: Flask) -> Iterator[World]:
    with app.app_context():
        (ours, our_lead), (theirs, their_lead) = (_company(name, leads) for name, leads in (("Алматы", 1), (THEIRS, 2)))
        tenancy.act_for(ours)
        yield World(ours, theirs, our_lead, their_lead)
        db.session.rollback()


def _company(name: str, leads: int) -> tuple[int, int]:
    """Ids of a new company and of its first lead."""
    db.session.remove()
    company = Company(name=name)
    db.session.add(company)
    db.session.flush()
    tenancy.act_for(company.id)
    user = User(email=f"{name}@b.kz", email_key=f"{name}@b.kz", hashed_password="x", name=name)
    db.session.add(user)
    db.session.flush()
    rows = [
        Lead(source=Source.MANUAL, phone="87010000000", phone_e164=f"+7701000000{n}", name=name, assignee_id=user.id)
        for n in range(leads)
    ]
    db.session.add_all(rows)
    db.session.flush()
    db.session.add(LeadNote(lead_id=rows[0].id, user_id=user.id, text=name))
    db.session.commit()
    ids = company.id, rows[0].id
    db.session.remove()
    return ids
