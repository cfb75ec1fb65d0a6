"""The floor of a chat turn: a form comes in, the history is selected, two commits, JSON goes out; and of a lead: a row.

With FLOOR_MODEL_URL a model is asked between the commits, by the openai SDK over the transport we use ourselves.
Served by gunicorn with our own settings: `gunicorn benchmarks.floors.turn:app`.
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
        import httpx2
        import openai

        from leadbot.engines.transport import Urllib3Transport

        url = os.environ["FLOOR_MODEL_URL"]
        http = httpx2.Client(transport=Urllib3Transport(url), trust_env=False)
        _clients.append(openai.OpenAI(api_key="key", base_url=url, timeout=30, max_retries=0, http_client=http))
    return _clients[0]
