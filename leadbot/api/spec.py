"""The OpenAPI 3.1 document, made from what each route says of itself."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from leadbot import headers
from leadbot.api import error_shapes, operations, rate
from leadbot.api.operations import JSON, MULTIPART, Operation
from leadbot.api.values import ID_MOST
from leadbot.state import state

VERSION = "1.1.0"
ABOUT = (
    "Leadbot talks with a company's clients and turns the talk into leads. Sign up, take a token, pass each message of "
    "a client to `POST /api/chat` with what you know of him, and show him the answer. Every error is "
    '`{"detail": ...}`: a text, or for 422 a list of what is wrong. Times are UTC. A company sees its own data only; a '
    "foreign id is not found. More keys may come into answers: pass over what you don't know.\n\n"
    "**Trying again.** 503 and 429, and 409 with `Retry-After`, mean *not yet*: wait that many seconds and send the "
    "same again. Treat a connection that breaks, or 40 seconds of silence, like 503. Give every message of a client an "
    "`Idempotency-Key` and keep it when you send it again: the message is taken once, and you get the stored answer, "
    "for as long as the message is kept. 409 without `Retry-After` means that somebody was quicker: look at what comes "
    "with it first. `GET` and `PATCH` may be sent again as they are; with a `version` what was written answers "
    "409 then.\n\n"
    "**Limits.** `RateLimit-Limit`, `-Remaining` and `-Reset` on each answer say how many requests a company may make "
    "in a minute, how many are left, and in how many seconds the count begins anew.\n\n"
    "**Which request was it?** `X-Request-ID` stands on each answer: your own, where you send one of at most 128 Latin "
    "letters, digits and `_.:+/=-`, else one of ours."
)
TAGS = {
    "Account": "Signing up, logging in, who one is.",
    "Chat": "A client's talk with the bot, and what managers write in it.",
    "Leads": "What came of the talks.",
    "Settings": "What a company and its bot are set to.",
    "Health": "For supervisors and load balancers.",
}
EXAMPLES = Path(__file__).with_name("examples.json")
REFS = "#/components/schemas/{model}"
# What can go wrong, with the text that is then in `detail`.
ERRORS = {
    400: ("The e-mail is taken", "Email already registered"),
    401: ("No token, or one that is worth nothing", "Could not validate credentials"),
    403: ("The person may only look", "You are not allowed to do this"),
    405: ("Another method", "Method Not Allowed"),
    404: ("Absent, or another company's", "Not Found"),
    409: ("Somebody was quicker", "This has been changed meanwhile"),
    413: ("Too large", "Request body too large"),
    415: ("Of a kind that is not taken", "Unsupported Media Type"),
    429: ("Too often; `Retry-After` says in how many seconds to try again", "Too many requests"),
    503: ("Not now; `Retry-After` says in how many seconds to try again", "Service temporarily unavailable"),
}
STILL_ANSWERING = (
    "This very message is being answered; sent again after `Retry-After` seconds it gets the answer",
    "This message is being answered",
)
WRONG_LOGIN = ("The e-mail or the password is wrong", "Incorrect email or password")
HEADERS = {
    headers.REQUEST_ID: ("What this request is known by", {"type": "string", "maxLength": 128}),
    "Retry-After": ("Whole seconds to wait", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("How to authenticate", {"type": "string", "const": "Bearer"}),
    **{name: (about, {"type": "integer", "minimum": 0}) for name, about in rate.HEADERS.items()},
}
SAID_HEADERS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
SECURITY = {
    "password": {
        "type": "oauth2",
        "description": "Your e-mail and password. The client id and secret stay empty.",
        "flows": {"password": {"tokenUrl": "/api/auth/login", "scopes": {}}},
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of `POST /api/auth/login`.",
    },
}


class _Schemas(GenerateJsonSchema):
    """Without titles that only repeat names, and without defaults that only mean "left out"."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return (
            super().default_schema(schema)
            if schema.get("default") is not None
            else self.generate_inner(schema["schema"])
        )


def build(app: Flask) -> dict[str, Any]:
    """The document of everything that this application says of its routes."""
    told = [
        (rule, said)
        for rule in app.url_map.iter_rules()
        if (said := operations.operation_of(app.view_functions[rule.endpoint]))
    ]
    models = {model for _, said in told for model in (said.gives, *said.takes.values()) if model}
    models |= {error_shapes.Error, error_shapes.Overtaken, error_shapes.ValidationFaults}
    ordered = sorted(models, key=lambda model: model.__name__)
    named: list[tuple[Any, Literal["validation"]]] = [(model, "validation") for model in ordered]
    _, schemas = models_json_schema(named, ref_template=REFS, schema_generator=_Schemas)
    paths: dict[str, dict[str, Any]] = {}
    for rule, said in told:
        method = next(iter(rule.methods & {"GET", "POST", "PATCH", "PUT", "DELETE"})).lower()  # type: ignore[operator]
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[method] = _operation(said, rule.endpoint, sorted(rule.arguments))
    base = state().config.base_url
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadbot API",
            "version": VERSION,
            "description": ABOUT,
            "contact": {"name": "Whoever runs this copy", "url": base},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This copy"}],
        "security": [{"password": []}, {"token": []}],
        "tags": [{"name": tag, "description": TAGS[tag]} for tag in dict.fromkeys(said.tag for _, said in told)],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "headers": {name: {"description": about, "schema": schema} for name, (about, schema) in HEADERS.items()},
            "securitySchemes": SECURITY,
        },
    }


def _operation(said: Operation, endpoint: str, ids: list[str]) -> dict[str, Any]:
    name = endpoint.replace(".", "_")
    shown = _examples().get(name, {})
    parameters = [*map(_path_parameter, ids), *_query_parameters(said.query), *_header_parameters(said.headers)]
    told: dict[str, Any] = {
        "tags": [said.tag],
        "summary": said.summary,
        "description": said.about,
        "operationId": name,
        "parameters": parameters,
        "requestBody": _body(said, shown.get("takes", {})),
        "responses": _responses(said, shown.get("gives", {})),
        "security": [] if said.is_public else None,
    }
    return {key: value for key, value in told.items() if value or (key == "security" and value is not None)}


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": ID_MOST}
    return {"name": name, "in": "path", "description": "Its id", "required": True, "schema": schema, "example": 1}


def _query_parameters(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    schema = query.model_json_schema(schema_generator=_Schemas)
    return [
        _query_parameter(name, one, schema, is_required=name in schema.get("required", ()))
        for name, one in schema["properties"].items()
    ]


def _query_parameter(name: str, one: dict[str, Any], schema: dict[str, Any], *, is_required: bool) -> dict[str, Any]:
    about = next(choice["description"] for choice in (one, *one.get("anyOf", ())) if "description" in choice)
    told = {"name": name, "in": "query", "description": about}
    examples = one.pop("examples", [])
    told |= {"required": True, "example": examples[0]} if is_required else {}
    return {**told, "schema": _inlined(one, schema)}


def _inlined(one: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out, never null."""
    choices = [choice for choice in one.get("anyOf", [one]) if choice.get("type") != "null"]
    found: dict[str, Any] = choices[0]
    if "$ref" in found:
        found = schema["$defs"][found["$ref"].rpartition("/")[2]]
    return {key: value for key, value in found.items() if key not in {"title", "description"}}


def _header_parameters(said: dict[str, str]) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return [{"name": name, "in": "header", "description": about, "schema": schema} for name, about in said.items()]


def _body(said: Operation, shown: dict[str, Any]) -> dict[str, Any] | None:
    if not said.takes:
        return None
    content = {kind: {"schema": _ref(model), **_example(shown.get(kind))} for kind, model in said.takes.items()}
    return {"required": True, "content": content}


def _responses(said: Operation, shown: dict[str, Any]) -> dict[str, Any]:
    file = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    sure = {JSON: {"schema": _ref(said.gives), **_example(shown.get(str(said.status)))}} if said.gives else file
    counted = () if said.is_public else tuple(rate.HEADERS)
    good = {"description": "Done", "headers": _headers(*counted), "content": sure}
    statuses = {*said.errors, *(() if said.is_public else (401, 429, 503)), *((413, 503) if said.takes else ())}
    bad = {str(status): _error(status, said, shown.get(str(status))) for status in sorted(statuses)}
    if said.takes or said.query:
        bad["422"] = {
            "description": "Not as it should be",
            "headers": _headers(),
            "content": {JSON: {"schema": _ref(error_shapes.ValidationFaults), **_example(shown.get("422"))}},
        }
    return {str(said.status): good, **bad}


def _error(status: int, said: Operation, shown: Any) -> dict[str, Any]:
    about, text = WRONG_LOGIN if status == 401 and said.is_public else ERRORS[status]
    more: tuple[str, ...] = SAID_HEADERS.get(status, ())
    model: type[BaseModel] = error_shapes.Error
    if status == 409 and said.can_repeat:
        (about, text), more = STILL_ANSWERING, ("Retry-After",)
    elif status == 409:
        model = error_shapes.Overtaken
    if status == 415 and MULTIPART in said.takes:
        about, text = "No sound that is taken, or a body that is packed", "Unsupported audio"
    example = _example(shown) or ({"example": {"detail": text}} if model is error_shapes.Error else {})
    return {"description": about, "headers": _headers(*more), "content": {JSON: {"schema": _ref(model), **example}}}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (headers.REQUEST_ID, *names)}


def _example(shown: Any) -> dict[str, Any]:
    return {} if shown is None else {"example": shown}


@cache
def _examples() -> dict[str, Any]:
    """What tests have sent and were answered: see tests/api/test_api_examples.py."""
    shown: dict[str, Any] = json.loads(EXAMPLES.read_text("utf-8"))
    return shown


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFS.format(model=model.__name__)}
