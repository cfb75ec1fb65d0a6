"""A client at a company's widget, without a browser."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_numbers = itertools.count(1)


@dataclass
class Visitor:
    """Opens the chat of a key and talks; `address` is where he comes from."""

    app: Flask
    key: str
    language: str = "ru"
    address: str = "127.0.0.1"
    token: str = ""
    after: int = 0
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client(use_cookies=True)
        if not self.token:
            self.token = token_in(self.open().text)

    def open(self) -> TestResponse:
        return self.ask("GET", f"/w/{self.key}?lang={self.language}")

    def ask(self, method: str, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        headers = {"X-Visitor": self.token} if self.token else {}
        return self.client.open(
            path, method=method, data=data, headers=headers, environ_base={"REMOTE_ADDR": self.address}, **more
        )

    def say(self, text: str = "", **more: Any) -> TestResponse:
        data = {"text": text, "message_id": f"m{next(_numbers)}", "after": self.after, **more}
        answer = self.ask("POST", f"/w/{self.key}/messages?lang={self.language}", data)
        found = re.search(r'data-last="(\d+)"', answer.text)
        if answer.status_code == 200 and found:
            self.after = int(found.group(1))
        return answer

    def talk(self, *texts: str) -> str:
        """The bot's last words after all of `texts`."""
        answers = [self.say(text) for text in texts]
        assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
        return bubbles(answers[-1].text, "bot")[-1]

    def lines(self, after: int = 0) -> TestResponse:
        return self.ask("GET", f"/w/{self.key}/lines?after={after}&lang={self.language}")


def token_in(page: str) -> str:
    """The token a page brings for a visitor who has none."""
    found = re.search(r'data-token="([^"]+)"', page)
    assert found, page[:500]
    return found.group(1)


def bubbles(html: str, author: str) -> list[str]:
    """What somebody has said on a page or in a part of one."""
    found = re.findall(
        rf'<(?:p|div) class="bubble said" data-author="{author}"[^>]*>(.*?)</(?:p|div)>', html, re.DOTALL
    )
    return [re.sub(r"<[^>]+>", "", text).strip() for text in found]
