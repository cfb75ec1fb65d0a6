"""The log of this process: one line an event, as JSON, that tells which request and company it was for and nobody's
phone, e-mail or key."""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import UTC, datetime
from typing import Any, TextIO, cast

from flask import Flask, Response, g, has_request_context, request
from flask.logging import wsgi_errors_stream

from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.headers import request_id

JSON, TEXT = "json", "text"
_READS = ("GET", "HEAD", "OPTIONS")
# With a plus any country's number, else ours as they are dialled; what people write between the digits among them.
_PHONE = re.compile(r"(?<![\w.:-])(?:\+\d|8|7)(?:[ ()\u00a0-]{0,3}\d){9,13}(?![\w:])|(?<![\w.:-])7\d{9}(?![\w:.])")
# The name before the @ has 64 signs at most: what has no bound here takes a time that grows with its square.
_EMAIL = re.compile(
    r"(?<![\w.+-])([^\s@<>\"'(),;:\[\]/=]{1,64})@([^\s@<>\"'(),;:\[\]/]{1,255}\.[^\s@<>\"'(),;:\[\]/]+)"
)
_KEY = re.compile(
    r"(?<!\d)\d{6,12}:[\w-]{30,}"  # a Telegram bot's token
    r"|\b(?:sk|lb|whsec)[-_][\w-]{16,}|\beyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=Bearer )\S+"
    r"|(?<=/join/)[\w-]{20,}|(?<=/reset/)[\w-]{20,}|(?<=/start )[\w-]{20,}"
)


class Lines(logging.Formatter):
    """Makes a record one line: JSON, or plain words for whoever sits before the screen."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        if record.exc_info:
            told["error"] = masked(self.formatException(record.exc_info))
        if record.stack_info:
            told["stack"] = masked(record.stack_info)
        if self._form == JSON:
            return json.dumps(told, ensure_ascii=False)
        said = "".join(f" {key}={told[key]}" for key in ("request", "company") if told.get(key))
        error = "\n" + told["error"] if "error" in told else ""
        return f"{told['time']} {told['level']} {told['logger']}{said}: {one_line(told['message'])}{error}"


def init_app(app: Flask, config: Config) -> None:
    """Write the log of this process to the standard error output, and a line for each request that changes something or
    is refused."""
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, Lines) for handler in root.handlers):
        handler = logging.StreamHandler(cast(TextIO, wsgi_errors_stream))
        handler.setFormatter(Lines(config.log_format))
        root.addHandler(handler)
    app.logger.setLevel(logging.INFO)

    @app.before_request
    def begin() -> None:
        g.request_began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if response.status_code >= 400 or request.method not in _READS:
            said = (request.method, request.url_rule or "", response.status_code)
            app.logger.info("%s %s %s", *said, extra={"answer": _answered(response)})
        return response


def masked(text: str) -> str:
    """The text with phones, e-mails and keys made unreadable; two digits and the first letter tell them apart."""
    text = _KEY.sub("***", text)
    text = _EMAIL.sub(lambda found: f"{found[1][0]}***@{found[2]}", text)
    return _PHONE.sub(lambda found: f"***{found[0][-2:]}", text)


def one_line(text: str) -> str:
    """What would begin a new line, or turn the screen's colours, is written out."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _told(record: logging.LogRecord) -> dict[str, Any]:
    told: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": masked(record.getMessage()),
    }
    if has_request_context():
        told |= {"request": request_id(), "method": request.method, "route": str(request.url_rule or "")}
    company = tenancy.acting()
    if company is not None:
        told["company"] = company
    return told | getattr(record, "answer", {})


def _answered(response: Response) -> dict[str, Any]:
    """The address is told as its route: what was searched for and whose id it was stay out of the log."""
    began = g.get("request_began")
    spent = {} if began is None else {"ms": round((time.perf_counter() - began) * 1000)}
    return {"status": response.status_code, **spent}
