"""Every door that hands out a file of a client or a list of clients: no browser, proxy or cache keeps it."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator

import pytest
from conftest import Api, Web, contract_dialogue, widget_key
from flask import Flask
from importing import upload
from PIL import Image
from visiting import Visitor
from werkzeug.test import TestResponse

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Message
from leadbot.transfer import exports_job

OGG = b"OggS" + b"\0" * 200
SENDS = ("send_file(", "send_from_directory(", "Content-Disposition")
PUBLIC = {"page.qr"}  # a QR code of an address that stands in the shop's window


def doors(app: Flask) -> set[str]:
    """Views that send a file."""
    views = {rule.endpoint: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
    ours = {name: view for name, view in views.items() if inspect.unwrap(view).__module__.startswith("leadbot.")}
    return {name for name, view in ours.items() if any(each in inspect.getsource(view) for each in SENDS)}


def photo() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(drawn, "JPEG")
    return drawn.getvalue()


def files_of(app: Flask, company_id: int) -> dict[str, Message]:
    """The line with a voice message and the one with a photo."""
    with app.app_context():
        tenancy.act_for(company_id)
        lines = db.session.query(Message).filter((Message.audio_file != None) | (Message.file_name != None))  # noqa: E711
        found = {"voice" if line.audio_file else "photo": line for line in lines}
        db.session.expunge_all()
        return found


def written_export(app: Flask, web: Web) -> str:
    """The address of a workbook that the worker has written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exports_job, "AT_ONCE_MOST", 0)
        at = web.post("/leads/export").location
    with app.app_context():
        (job,) = exports_job.due()
        exports_job.carry_on(job)
    return f"{at}/leads.xlsx"


def asked(app: Flask, almaty: Web, api: Api) -> Iterator[tuple[str, TestResponse]]:
    """Each of them, by the name of its door."""
    contract_dialogue(api)
    visitor = Visitor(app, widget_key(api))
    visitor.say("", file=(io.BytesIO(photo()), "plan.jpg"))
    visitor.say("", file=(io.BytesIO(OGG), "voice.ogg"))
    lines = files_of(app, api.company_id)
    for line in lines.values():
        yield "talk.file", visitor.ask("GET", f"/w/{visitor.key}/files/{line.seq}")
        yield "api.messages.file", api.get(f"/api/messages/{line.id}/file")
    talk = lines["photo"].conversation_id
    yield "web.conversations.file", almaty.get(f"/conversations/{talk}/files/{lines['photo'].id}")
    yield "web.conversations.voice", almaty.get(f"/conversations/{talk}/voice/{lines['voice'].id}")
    yield "web.exports.as_csv", almaty.get("/leads/export.csv")
    yield "web.exports.as_xlsx", almaty.get("/leads/export.xlsx")
    yield "web.exports.transcript", almaty.get("/leads/1/transcript.txt")
    yield "web.exports.fetch", almaty.get(written_export(app, almaty))
    yield "web.imports.left", almaty.get(upload(almaty, b"phone,name\n12,A\n87010000001,B\n") + "/left.xlsx")
    yield "web.figures.download", almaty.get("/figures.csv")


def test_no_door_lets_a_clients_file_be_kept(app: Flask, almaty: Web, api_almaty: Api) -> None:
    answers = list(asked(app, almaty, api_almaty))
    for door, answer in answers:
        assert answer.status_code == 200 and answer.data, door
        assert answer.headers.getlist("Cache-Control") == ["no-store"], door
    assert {door for door, _ in answers} == doors(app) - PUBLIC
