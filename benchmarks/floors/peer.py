"""The peer: FastAPI, AsyncOpenAI and aiosqlite, as a user would write it. Runs in an environment of its own.

`uvicorn --workers 2 peer:app`, from this folder, with PEER_DATA and PEER_MODEL_URL.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Form
from openai import AsyncOpenAI
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Line(Base):
    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    client: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['PEER_DATA']}/peer.db", connect_args={"timeout": 30})
sessions = async_sessionmaker(engine, expire_on_commit=False)
model = AsyncOpenAI(api_key="key", base_url=os.environ["PEER_MODEL_URL"], timeout=30, max_retries=0)
app = FastAPI()
TABLE = """
CREATE TABLE IF NOT EXISTS lines (id INTEGER PRIMARY KEY, client TEXT, author TEXT, text TEXT, created_at DATETIME);
CREATE INDEX IF NOT EXISTS by_client ON lines (client, id);
"""
with Path(os.environ["PEER_DATA"], "first").open("w") as turn, sqlite3.connect(engine.url.database or "") as first:
    fcntl.flock(turn, fcntl.LOCK_EX)  # both workers start at once, and only one can make a database a WAL one
    first.execute("PRAGMA journal_mode=WAL")
    first.executescript(TABLE)


@event.listens_for(engine.sync_engine, "connect")
def set_up(connection, record):
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/api/chat")
async def chat(user_id: str = Form(), text: str = Form()) -> dict[str, str | None]:
    async with sessions() as session:
        session.add(Line(client=user_id, author="client", text=text, created_at=datetime.now(UTC)))
        await session.commit()
        said = select(Line).where(Line.client == user_id).order_by(Line.id.desc()).limit(20)
        history = [(line.author, line.text) for line in await session.scalars(said)][::-1]
        await session.rollback()
        roles = {"client": "user", "bot": "assistant"}
        talk = [{"role": "system", "content": "You are the bot of a construction firm. " * 60}]
        talk += [{"role": roles[author], "content": line} for author, line in history]
        answer = await model.chat.completions.create(model="scripted", messages=talk, max_tokens=400)
        words = answer.choices[0].message.content or ""
        session.add(Line(client=user_id, author="bot", text=words, created_at=datetime.now(UTC)))
        await session.commit()
    return {"status": "success", "user_id": user_id, "response": words, "function_called": None}
