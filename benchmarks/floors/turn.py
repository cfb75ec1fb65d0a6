"""The floor of a chat turn: a form comes in, the history is selected, two commits, JSON goes out. Of a lead: one row.
Of a page: somebody is known by his key.

Each commit waits for the disk (`synchronous=FULL`), each transaction begins IMMEDIATE behind one lock a process. With
FLOOR_MODEL_URL a model is asked between the commits, by the openai SDK as it comes. `gunicorn turn:app`, from this
folder: in the checkout's own gunicorn would find our settings.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Line(Base):
    """One message of a talk."""

    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    client: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


class Lead(Base):
    """A lead and no more: no index, no talk, no history, no notice."""

    __tablename__ = "leads"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    name: Mapped[str]
    phone: Mapped[str]
    city: Mapped[str]
    object_type: Mapped[str]
    area: Mapped[str]
    summary: Mapped[str]
    language: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]


class Person(Base):
    """Who is known by a key."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    email: Mapped[str]


engine = create_engine(
    f"sqlite:///{os.environ['LEADBOT_DATA_DIR']}/floor.db", pool_size=20, max_overflow=10, connect_args={"timeout": 10}
)
writers = threading.Lock()


@event.listens_for(engine, "connect")
def set_up(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(engine, "begin")
def begin(connection: Any) -> None:
    if request.method == "GET":
        connection.exec_driver_sql("BEGIN")
        return
    writers.acquire(timeout=10)
    connection.connection.record_info["writes"] = True
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@event.listens_for(engine, "checkin")
def checkin(connection: Any, record: Any) -> None:
    if record.record_info.pop("writes", False):
        writers.release()


TABLE = """
CREATE TABLE IF NOT EXISTS lines (id INTEGER PRIMARY KEY, client TEXT, author TEXT, text TEXT, created_at DATETIME);
CREATE INDEX IF NOT EXISTS by_client ON lines (client, id);
CREATE TABLE IF NOT EXISTS leads (id INTEGER PRIMARY KEY, owner_id INTEGER, name TEXT, phone TEXT, city TEXT,
    object_type TEXT, area TEXT, summary TEXT, language TEXT, status TEXT, created_at DATETIME);
CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, key TEXT UNIQUE, email TEXT);
INSERT OR IGNORE INTO people (key, email) VALUES ('bench', 'bench@leadbot.example');
"""
with sqlite3.connect(f"{os.environ['LEADBOT_DATA_DIR']}/floor.db", timeout=30) as first:
    first.execute("PRAGMA journal_mode=WAL")
    first.executescript(TABLE)

app = Flask(__name__)


@app.post("/api/chat")
def chat() -> Response:
    """Store, commit, answer, store, commit."""
    client, text = request.form["user_id"], request.form["text"]
    with Session(engine) as session:
        session.add(Line(client=client, author="client", text=text, created_at=datetime.now(UTC)))
        session.commit()
        said = select(Line).where(Line.client == client).order_by(Line.id.desc()).limit(20)
        history = [(line.author, line.text) for line in session.scalars(said)][::-1]
        session.rollback()
        answer = _model(history) if "FLOOR_MODEL_URL" in os.environ else "Понятно. А в каком городе?"
        session.add(Line(client=client, author="bot", text=answer, created_at=datetime.now(UTC)))
        session.commit()
    return jsonify(status="success", user_id=client, response=answer, function_called=None)


@app.post("/api/lead")
def lead() -> Response:
    """One row, one commit."""
    values = {"status": "new", "language": "ru", "owner_id": 1, **request.form}
    with Session(engine, expire_on_commit=False) as session:
        row = Lead(**values, created_at=datetime.now(UTC))
        session.add(row)
        session.commit()
    return jsonify(id=row.id, created_at=row.created_at.isoformat(timespec="seconds")[:19], **values)


@app.get("/me")
def me() -> Response:
    """As little as a route can do for somebody who is logged in: look who asks."""
    with Session(engine) as session:
        person = session.scalars(select(Person).where(Person.key == request.cookies.get("key", ""))).one()
        return jsonify(email=person.email)


@app.get("/health")
def health() -> Response:
    return jsonify(status="ok")


def _model(history: list[tuple[str, str]]) -> str:
    roles = {"client": "user", "bot": "assistant"}
    talk: list[Any] = [{"role": "system", "content": "You are the bot of a construction firm. " * 60}]
    talk += [{"role": roles[author], "content": text} for author, text in history]
    answer = _client().chat.completions.create(model="scripted", messages=talk, max_tokens=400)
    return answer.choices[0].message.content or ""


_clients: list[Any] = []


def _client() -> Any:
    if not _clients:
        import openai

        url = os.environ["FLOOR_MODEL_URL"]
        _clients.append(openai.OpenAI(api_key="key", base_url=url, timeout=30, max_retries=0))
    return _clients[0]
