"""Leads of copies that kept the client's further words in the talk alone: an upgrade puts them on the lead too."""

from __future__ import annotations

import json
from pathlib import Path

import databases
import history
import pytest
from sqlalchemy import text

from leadbot import create_app
from leadbot.database import tenancy
from leadbot.database.migrate import upgrade
from leadbot.database.session import db

TALKS = {
    1: (1, {"name": "Айгуль", "rooms": "3", "budget": "20 млн ₸"}),
    2: (1, {"rooms": "4", "work": "ремонт" * 50}),  # said later
    3: (3, {}),
    4: (4, {"rooms": "5"}),  # another company's
}
DETAILS = {1: {}, 2: {}, 3: {"work": "ремонт"}, 4: {"rooms": "", "plot": "6 соток"}}  # the manager emptied `rooms`
AFTER = {
    1: {"rooms": "4", "budget": "20 млн ₸", "work": ("ремонт" * 50)[:200]},
    2: {},
    3: {"work": "ремонт"},
    4: {"rooms": "", "plot": "6 соток"},
}


@pytest.mark.parametrize("kind", databases.KINDS)
def test_an_upgrade_puts_what_old_clients_told_on_their_leads(kind: str, tmp_path: Path) -> None:
    with history.at(kind, "0033", tmp_path) as url:
        app = create_app(history.settings(url, tmp_path))
        with app.app_context(), tenancy.all_companies():
            with db.engine.begin() as connection:
                for lead_id, details in DETAILS.items():
                    row = {"id": lead_id, "details": json.dumps(details)}
                    connection.execute(text("UPDATE leads SET details = :details WHERE id = :id"), row)
                for talk_id, (lead_id, facts) in TALKS.items():
                    known = {"facts": {slot: {"value": value} for slot, value in facts.items()}}
                    row = {"id": talk_id, "lead": lead_id, "known": json.dumps(known, ensure_ascii=False)}
                    connection.execute(
                        text("UPDATE conversations SET lead_id = :lead, known = :known WHERE id = :id"), row
                    )
                changed_at = connection.scalars(text("SELECT updated_at FROM leads ORDER BY id")).all()
            upgrade()
            with db.engine.connect() as connection:
                rows = connection.execute(text("SELECT id, details FROM leads WHERE id < 5 ORDER BY id")).all()
                assert connection.scalars(text("SELECT updated_at FROM leads ORDER BY id")).all() == changed_at
            found = {row.id: json.loads(row.details) if isinstance(row.details, str) else row.details for row in rows}
            assert found == AFTER
            db.session.remove()
            db.engine.dispose()
