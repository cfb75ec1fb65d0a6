"""Files of leads taken over in tests: laid aside, started, carried on as the worker does."""

from __future__ import annotations

import csv
import io

from conftest import Web
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Lead, Source
from leadbot.transfer import imports


def act(web: Web) -> None:
    tenancy.act_for(web.company_id or 0)


def table(data: bytes, separator: str = ";") -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))


def upload(web: Web, data: bytes) -> str:
    """Lay a file aside; the address of its preview."""
    answer = web.post("/leads/import", {"file": (io.BytesIO(data), "x.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def work(app: Flask) -> None:
    """What the worker does with files that wait."""
    with app.app_context():
        for import_id in imports.due():
            imports.carry_on(import_id)


def bring(app: Flask, web: Web, data: bytes) -> str:
    """Import a file; what the page says then."""
    path = upload(web, data)
    assert web.post(path).status_code == 303
    work(app)
    return web.get(path).text


def put(app: Flask, web: Web, **values: object) -> None:
    with app.app_context():
        act(web)
        db.session.add(
            Lead(**{"source": Source.WIDGET, "phone": "87010000001", "phone_e164": "+77010000001", **values})
        )
        db.session.commit()
