"""What the API answers when something can't be done: always {"detail": ...}, a list for 422, else a text."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from leadbot.errors import Busy, Faults, Invalid, LeadbotError, WrongLogin
from leadbot.operations import health

DISK_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
TEXTS = {413: "Request body too large"}
CHALLENGE = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: `place` is body, query or header, `path` leads to it there, empty for the whole."""

    place: str
    message: str
    kind: str
    path: tuple[str | int, ...] = ()

    def shown(self) -> dict[str, object]:
        return {"loc": [self.place, *self.path], "msg": self.message, "type": self.kind}


class Rejected(LeadbotError):
    """A request that is not as it should be: 422 with everything that is wrong."""

    status = 422
    code = "rejected"
    text = "The request is not right"

    def __init__(self, *wrongs: Wrong) -> None:
        super().__init__()
        self.wrongs = wrongs


class NotAuthenticated(LeadbotError):
    """No token, or one that is worth nothing."""

    status = 401
    code = "not_authenticated"
    text = "Not authenticated"


def init_app(app: Flask, api: Blueprint) -> None:
    """Answer for everything under the API's address, also where no route is."""
    api.register_error_handler(LeadbotError, domain_error)
    api.register_error_handler(HTTPException, http_error)
    api.register_error_handler(Exception, fault)

    @app.before_request
    def no_such_route() -> Response | None:
        """An absent route or a wrong method belongs to no blueprint, so it is looked at before it is raised."""
        refused = request.routing_exception
        if refused is None or not (request.path + "/").startswith(f"{api.url_prefix}/"):
            return None
        return http_error(refused)


def domain_error(error: LeadbotError) -> Response:
    """A service, or this door, said no."""
    if isinstance(error, Rejected):
        return _answer(422, [wrong.shown() for wrong in error.wrongs])
    if isinstance(error, Invalid):
        faults = error.faults if isinstance(error, Faults) else [error]
        return _answer(422, [_wrong(one).shown() for one in faults])
    response = _answer(error.status, str(error))
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, NotAuthenticated | WrongLogin):
        response.headers.update(CHALLENGE)
    return response


def http_error(error: HTTPException) -> Response:
    """What Flask refuses: an absent route, a wrong method, a body too large."""
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    response = _answer(error.code, TEXTS.get(error.code) or HTTPStatus(error.code).phrase)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def fault(error: Exception) -> Response:
    """Anything else is ours: a database or a disk that can't take it now is told apart, nothing else is told."""
    is_full = isinstance(error, OSError) and error.errno in DISK_TROUBLE
    if is_full or isinstance(error, health.DATABASE_TROUBLE):
        current_app.logger.warning("could not store: %s", type(error).__name__, exc_info=True)
        return domain_error(Busy())
    current_app.logger.exception("a fault in %s", request.endpoint)
    return _answer(500, "Internal Server Error")


def _wrong(error: Invalid) -> Wrong:
    place = "header" if error.field == "Idempotency-Key" else "body"
    steps = error.field.split(".") if error.field else []  # a subject writes `facts.0.text`
    return Wrong(place, str(error), error.code, tuple(int(step) if step.isdecimal() else step for step in steps))


def _answer(status: int, detail: object) -> Response:
    response = jsonify({"detail": detail})
    response.status_code = status
    return response
