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
        self.edited: list[dict[str, Any]] = []
        self.toasts: list[dict[str, Any]] = []
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
        if token == TOKEN and method == "answerCallbackQuery" and not self._script:
            self.toasts.append(request.json)
            return Answer(body={"ok": True, "result": True})
        if token == TOKEN and method == "getMe" and not self._script:
            return Answer(body={"ok": True, "result": {"id": 123456, "is_bot": True, "username": "leadbot_kz_bot"}})
        if token == TOKEN and method == "editMessageText" and not self._script:
            return self._edit(request)
        if token != TOKEN or method not in ("sendMessage", "getMe", "getUpdates", "editMessageText"):
            return refuse(404 if token == TOKEN else 401, "Not Found" if token == TOKEN else "Unauthorized")
        return super().answer(request)

    def write(
        self, text: str | None, chat_id: int = 777, kind: str = "private", language: str = "ru", *,
        sender: int = 777, answers: int | None = None, title: str | None = None,
    ) -> int:  # fmt: skip
        """Somebody writes to the bot, perhaps as an answer to a message of its own; returns the update's number."""
        number = 1000 + len(self._updates)
        message = {"message_id": number, "from": _person(sender, language), "chat": {"id": chat_id, "type": kind}}
        message["chat"] |= {"title": title} if title else {}  # type: ignore[operator]
        message |= {"text": text} if text is not None else {"photo": []}
        message |= {"reply_to_message": {"message_id": answers}} if answers else {}
        self._updates.append({"update_id": number, "message": message})
        return number

    def press(self, label: str, sender: int = 777, chat_id: int = -100500, message_id: int = 1) -> int:
        """Somebody presses the button that bears this label now; returns the update's number."""
        data = next(key["callback_data"] for key in self.buttons(message_id) if key["text"] == label)
        return self.press_data(data, sender, chat_id, message_id)

    def press_data(self, data: str, sender: int = 777, chat_id: int = -100500, message_id: int = 1) -> int:
        """The same with any data, as whoever builds his own Telegram can."""
        number = 1000 + len(self._updates)
        message = {"message_id": message_id, "chat": {"id": chat_id, "type": "supergroup"}}
        query = {"id": f"press {number}", "from": _person(sender), "message": message, "data": data}
        self._updates.append({"update_id": number, "callback_query": query})
        return number

    def shown(self, message_id: int = 1) -> dict[str, Any]:
        """A message of the bot's as it reads by now."""
        return [self.sent[message_id - 1], *(each for each in self.edited if each["message_id"] == message_id)][-1]

    def buttons(self, message_id: int = 1) -> list[dict[str, str]]:
        """The buttons under it."""
        rows = self.shown(message_id).get("reply_markup", {}).get("inline_keyboard", [])
        return [key for row in rows for key in row]

    def labels(self, message_id: int = 1) -> list[str]:
        return [key["text"] for key in self.buttons(message_id)]

    def _edit(self, request: Request) -> Answer:
        message = request.json
        if not 0 < message["message_id"] <= len(self.sent):
            return refuse(400, "Bad Request: message to edit not found")
        before = self.shown(message["message_id"])
        if all(message.get(name) == before.get(name) for name in ("text", "reply_markup")):
            return refuse(400, "Bad Request: message is not modified: specified new message content is the same")
        self.edited.append(message)
        return Answer(body={"ok": True, "result": {"message_id": message["message_id"]}})

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


def _person(telegram_id: int, language: str = "ru") -> dict[str, Any]:
    return {"id": telegram_id, "is_bot": False, "first_name": "Айгуль", "language_code": language}


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
