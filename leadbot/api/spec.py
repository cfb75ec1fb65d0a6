"""The OpenAPI 3.1 document, made from what each route says of itself."""

from __future__ import annotations

import re
from typing import Any, Literal

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from leadbot.api import error_shapes, operations
from leadbot.api.lead_shapes import ID_MOST
from leadbot.api.operations import JSON, MULTIPART, Operation

VERSION = "1.0.0"
ABOUT = (
    "Leadbot talks with a company's clients and turns the talk into leads. Sign up, take a token, pass each message of "
    'a client to `POST /api/chat`, and show him the answer. Every error is `{"detail": ...}`: a text, or for 422 a '
    "list of what is wrong. Times are UTC. A company sees its own data only; a foreign id is not found.\n\n"
    "**Trying again.** 503 and 429, and 409 with `Retry-After`, mean *not yet*: wait that many seconds and send the "
    "same again. Treat a connection that breaks, or 40 seconds of silence, like 503. Give every message of a client an "
    "`Idempotency-Key` and keep it when you send it again: the message is taken once, and you get the stored answer. "
    "409 without `Retry-After` means that somebody was quicker: look at what comes with it first."
)
REFS = "#/components/schemas/{model}"
# What can go wrong, with the text that is then in `detail`.
ERRORS = {
    400: ("The e-mail is taken", "Email already registered"),
    401: ("No token, or one that is worth nothing", "Could not validate credentials"),
    403: ("The person may only look", "You are not allowed to do this"),
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
CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string"}}}
WAIT = {"Retry-After": {"description": "Whole seconds to wait", "schema": {"type": "integer", "minimum": 1}}}
SAID_HEADERS = {401: CHALLENGE, 429: WAIT, 503: WAIT}
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
    described = [
        (rule, operation)
        for rule in app.url_map.iter_rules()
        if (operation := operations.operation_of(app.view_functions[rule.endpoint]))
    ]
    models = {model for _, operation in described for model in (operation.gives, *operation.takes.values())}
    models |= {error_shapes.Error, error_shapes.ValidationFaults}
    ordered = sorted(models, key=lambda model: model.__name__)
    named: list[tuple[Any, Literal["validation"]]] = [(model, "validation") for model in ordered]
    _, schemas = models_json_schema(named, ref_template=REFS, schema_generator=_Schemas)
    paths: dict[str, dict[str, Any]] = {}
    for rule, operation in described:
        method = next(iter(rule.methods & {"GET", "POST", "PATCH", "PUT", "DELETE"})).lower()  # type: ignore[operator]
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[method] = _operation(operation, rule.endpoint, sorted(rule.arguments))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Leadbot API", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"password": []}, {"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for _, operation in described)],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": SECURITY},
    }


def _operation(operation: Operation, endpoint: str, ids: list[str]) -> dict[str, Any]:
    parameters = [
        *map(_path_parameter, ids),
        *_query_parameters(operation.query),
        *_header_parameters(operation.headers),
    ]
    described: dict[str, Any] = {
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.about,
        "operationId": endpoint.replace(".", "_"),
        "parameters": parameters,
        "requestBody": _body(operation),
        "responses": _responses(operation),
        "security": [] if operation.is_public else None,
    }
    return {key: value for key, value in described.items() if value or (key == "security" and value is not None)}


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": ID_MOST}
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": 1}


def _query_parameters(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    schema = query.model_json_schema(schema_generator=_Schemas)
    return [
        {"name": name, "in": "query", "description": one.pop("description", ""), "schema": _inlined(one, schema)}
        for name, one in schema["properties"].items()
    ]


def _inlined(one: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out, never null."""
    choices = [choice for choice in one.get("anyOf", [one]) if choice.get("type") != "null"]
    found: dict[str, Any] = choices[0]
    if "$ref" in found:
        found = schema["$defs"][found["$ref"].rpartition("/")[2]]
    return {key: value for key, value in found.items() if key not in {"title", "description"}}


def _header_parameters(headers: dict[str, str]) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return [{"name": name, "in": "header", "description": about, "schema": schema} for name, about in headers.items()]


def _body(operation: Operation) -> dict[str, Any] | None:
    if not operation.takes:
        return None
    content = {kind: {"schema": _ref(model)} for kind, model in operation.takes.items()}
    return {"required": True, "content": content}


def _responses(operation: Operation) -> dict[str, Any]:
    good = {"description": "Done", "content": {JSON: {"schema": _ref(operation.gives)}}}
    statuses = {
        *operation.errors,
        *(() if operation.is_public else (401, 503)),
        *((413, 503) if operation.takes else ()),
    }
    bad = {str(status): _error(status, operation) for status in sorted(statuses)}
    if operation.takes or operation.query:
        bad["422"] = {
            "description": "Not as it should be",
            "content": {JSON: {"schema": _ref(error_shapes.ValidationFaults)}},
        }
    return {str(operation.status): good, **bad}


def _error(status: int, operation: Operation) -> dict[str, Any]:
    about, text = WRONG_LOGIN if status == 401 and operation.is_public else ERRORS[status]
    headers = SAID_HEADERS.get(status)
    if status == 409 and operation.can_repeat:
        (about, text), headers = STILL_ANSWERING, WAIT
    if status == 415 and MULTIPART in operation.takes:
        about, text = "No sound that is taken", "Unsupported audio"
    described: dict[str, Any] = {
        "description": about,
        "content": {JSON: {"schema": _ref(error_shapes.Error), "example": {"detail": text}}},
    }
    if headers:
        described["headers"] = headers
    return described


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFS.format(model=model.__name__)}
