"""A scripted Bot API server: takes sendMessage, records it, and refuses in all the ways the real one does.

with TelegramDouble() as telegram:
    telegram.then(too_many(retry_after=2), OK)
"""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from doubles.server import Answer, Double, Request

TOKEN = "123456:scripted-token"


class TelegramDouble(Double):
    """`url` is what TELEGRAM_API_URL takes. Unscripted, every message is taken; `sent` holds those that were."""

    def __init__(self) -> None:
        super().__init__(self._take)
        self.sent: list[dict[str, Any]] = []
        self._ids = count(1)
        self._updates: list[dict[str, Any]] = []
        self.polls: list[dict[str, Any]] = []

    @property
    def texts(self) -> list[str]:
        """The texts of the messages that were taken."""
        return [message["text"] for message in self.sent]

    def answer(self, request: Request) -> Answer:
        token, _, method = request.path.removeprefix("/bot").partition("/")
        if token == TOKEN and method == "getUpdates" and not self._script:
            return self._give_out(request)
        if token != TOKEN or method not in ("sendMessage", "getMe", "getUpdates"):
            return refuse(404 if token == TOKEN else 401, "Not Found" if token == TOKEN else "Unauthorized")
        return super().answer(request)

    def write(self, text: str, chat_id: int = 777, kind: str = "private", language: str = "ru") -> int:
        """Somebody writes to the bot; returns the number of the update."""
        number = 1000 + len(self._updates)
        sender = {"id": 777, "is_bot": False, "first_name": "Айгуль", "language_code": language}
        message = {"message_id": number, "from": sender, "chat": {"id": chat_id, "type": kind}, "text": text}
        self._updates.append({"update_id": number, "message": message})
        return number

    def _give_out(self, request: Request) -> Answer:
        """As the Bot API does: the updates from `offset` on."""
        self.polls.append(request.json)
        waiting = [each for each in self._updates if each["update_id"] >= request.json.get("offset", 0)]
        return Answer(body=json.dumps({"ok": True, "result": waiting}).encode())

    def _take(self, request: Request) -> Answer:
        message = request.json
        if not message.get("chat_id") or not message.get("text"):
            return refuse(400, "Bad Request: message text is empty")
        if len(message["text"].encode("utf-16-le")) // 2 > 4096:
            return refuse(400, "Bad Request: message is too long")
        self.sent.append(message)
        return Answer(body={"ok": True, "result": {"message_id": next(self._ids), "chat": {"id": message["chat_id"]}}})


def refuse(status: int, description: str, **parameters: Any) -> Answer:
    """An error as the Bot API words it."""
    body = {"ok": False, "error_code": status, "description": description}
    return Answer(status, body | ({"parameters": parameters} if parameters else {}))


def too_many(retry_after: int) -> Answer:
    """429, with the seconds to wait."""
    return refuse(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


BLOCKED = refuse(403, "Forbidden: bot was blocked by the user")
NO_CHAT = refuse(400, "Bad Request: chat not found")
MOVED = refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001234567890)
CANT_PARSE = refuse(400, "Bad Request: can't parse entities")
BROKEN = Answer(500, b"<html>oops</html>", headers={"Content-Type": "text/html"})
HANGS = Answer(body={"ok": True}, wait_seconds=60)
DROPS = Answer(drop=True)
