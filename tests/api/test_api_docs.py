"""The API's document says what the API does, and the pages that show it live on files of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import databases
import pytest
from conftest import Api, contract_dialogue
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from leadbot.api import bot_shapes
from leadbot.bot import settings_fields

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough: the document is the same over any."""
    return databases.ready("sqlite", tmp_path)


@pytest.fixture
def document(stranger: FlaskClient) -> dict[str, Any]:
    answer = stranger.get("/openapi.json")
    assert answer.is_json
    told: dict[str, Any] = answer.json
    return told


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, said) for path, methods in document["paths"].items() for method, said in methods.items()]


def assert_fits(document: dict[str, Any], said: dict[str, Any], answer: Any) -> None:
    """The answer is one the document names for this route, and of the shape it names."""
    told = said["responses"][str(answer.status_code)]
    schema = told["content"][answer.mimetype]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json)


def example_of(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A body as the document itself shows it."""
    named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "examples" in named:
        return dict(named["examples"][0])
    return {key: one["examples"][0] for key, one in named["properties"].items() if "examples" in one}


def address(path: str, said: dict[str, Any]) -> str:
    """A route's address as the document's own examples make it."""
    needed = {one["name"]: one["example"] for one in said.get("parameters", ()) if one.get("required")}
    in_path = {name: value for name, value in needed.items() if f"{{{name}}}" in path}
    query = {name: value for name, value in needed.items() if name not in in_path}
    return path.format(**in_path) + (f"?{urlencode(query)}" if query else "")


def gives_a_file(said: dict[str, Any]) -> bool:
    return "application/octet-stream" in said["responses"].get("200", {}).get("content", {})


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_of_the_api_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    told = {(method.upper(), path) for method, path, _ in operations(document)}
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert told == routes | {("GET", "/health"), ("GET", "/ready")}


def test_what_it_calls_public_is_open_and_nothing_else(stranger: FlaskClient, document: dict[str, Any]) -> None:
    for method, path, said in operations(document):
        answer = stranger.open(address(path, said), method=method)
        assert (answer.status_code == 401) == (said.get("security") != []), path


def test_authorize_is_the_log_in_of_the_contract(document: dict[str, Any]) -> None:
    assert document["security"] == [{"password": []}, {"token": []}]
    scheme = document["components"]["securitySchemes"]["password"]
    assert (scheme["type"], scheme["flows"]["password"]["tokenUrl"]) == ("oauth2", "/api/auth/login")


def test_its_examples_run_and_are_answered_as_it_says(api_almaty: Api, document: dict[str, Any]) -> None:
    contract_dialogue(api_almaty)
    tried = 0
    for method, path, said in operations(document):
        if gives_a_file(said):  # see test_api_messages
            continue
        for kind, content in said.get("requestBody", {"content": {"": {}}})["content"].items():
            body = example_of(document, content["schema"]) if kind else {}
            more = {"json": body} if kind == "application/json" else {"data": body, "content_type": kind or None}
            answer = api_almaty.client.open(address(path, said), method=method, headers=api_almaty.headers, **more)
            assert answer.status_code < 300, (path, answer.text)
            assert_fits(document, said, answer)
            tried += 1
    assert tried == len(operations(document)) + 2 - 1  # the chat takes three kinds of body


def test_errors_are_of_the_shape_it_names(api_almaty: Api, document: dict[str, Any]) -> None:
    contract_dialogue(api_almaty)
    said = document["paths"]["/api/leads/{lead_id}/move"]["post"]
    move = {"status": "won", "version": 1}
    for target, body, status in (("1", {}, 422), ("9", move, 404), ("1", {"status": "won", "version": 99}, 409)):
        answer = api_almaty.post(f"/api/leads/{target}/move", json=body)
        assert answer.status_code == status
        assert_fits(document, said, answer)
    for headers in ({}, {"Authorization": "Bearer x"}):
        assert_fits(document, said, api_almaty.client.post("/api/leads/1/move", json=move, headers=headers))


def test_settings_in_it_are_the_settings_there_are(api_almaty: Api, app: Flask) -> None:
    shown = api_almaty.get("/api/settings").json
    assert set(bot_shapes.Settings.model_fields) == set(shown)
    assert set(bot_shapes.SettingsChange.model_fields) == set(shown) - {"widget_key"}
    assert set(settings_fields.DEFAULTS) < set(shown)


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_pages_live_on_our_own_files(stranger: FlaskClient, page: str) -> None:
    answer = stranger.get(page)
    assert answer.status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.text)
    assets = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(assets) >= 4
    for asset in assets:
        assert asset.startswith("/")
        got = stranger.get(asset)
        assert got.status_code == 200, asset
        assert not asset.startswith("/static/") or "immutable" in got.headers["Cache-Control"]
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy


def test_the_bundles_ask_nothing_of_other_hosts() -> None:
    redoc = (VENDOR / "redoc@2.5.4" / "redoc.standalone.js").read_text()
    assert "cdn.redoc.ly" not in redoc
    assert "fonts.googleapis" not in redoc
    assert "@import" not in (VENDOR / "swagger-ui-dist@5.35.0" / "swagger-ui.css").read_text()


def schemas_in(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of every shape."""
    for name, schema in document["components"]["schemas"].items():
        for key, one in schema.get("properties", {}).items():
            yield f"{name}.{key}", one


def test_everything_in_it_is_described(document: dict[str, Any]) -> None:
    bare = [where for where, one in schemas_in(document) if not one.get("description")]
    bare += [name for name, one in document["components"]["schemas"].items() if not one.get("description")]
    bare += [tag["name"] for tag in document["tags"] if not tag.get("description")]
    for _, path, said in operations(document):
        bare += [path for key in ("summary", "description", "operationId") if not said.get(key)]
        bare += [f"{path} {one['name']}" for one in said.get("parameters", ()) if not one.get("description")]
        bare += [f"{path} {status}" for status, one in said["responses"].items() if not one.get("description")]
    assert not bare


def test_its_examples_fit_what_they_are_examples_of(document: dict[str, Any]) -> None:
    components, wrong, bare = {"components": document["components"]}, [], []
    for method, path, said in operations(document):
        bodies = [("", said.get("requestBody", {"content": {}})), *said["responses"].items()]
        for status, one in bodies:
            for kind, content in one["content"].items():
                if "example" not in content:
                    bare.append(f"{method} {path} {status} {kind}")
                    continue
                faults = Draft202012Validator({**content["schema"], **components}).iter_errors(content["example"])
                wrong += [f"{method} {path} {status} {kind}: {fault.message}" for fault in faults]
    for where, one in schemas_in(document):
        for example in one.get("examples", ()):
            faults = Draft202012Validator({**one, **components}).iter_errors(example)
            wrong += [f"{where}: {fault.message}" for fault in faults]
    assert not wrong
    assert [one for one in bare if not one.startswith("get /api/messages/{message_id}/file 200")] == []


def test_form_and_json_are_told_apart_and_a_conflict_shows_the_lead(document: dict[str, Any]) -> None:
    kinds = document["paths"]["/api/chat"]["post"]["requestBody"]["content"]
    names = {kind: content["schema"]["$ref"].rpartition("/")[2] for kind, content in kinds.items()}
    assert len(set(names.values())) == 3
    shapes = document["components"]["schemas"]
    assert shapes[names["application/json"]]["required"] == ["user_id", "text"]
    assert shapes[names["multipart/form-data"]]["anyOf"] == [{"required": ["text"]}, {"required": ["audio_file"]}]
    for path, method in (("/api/leads/{lead_id}", "patch"), ("/api/leads/{lead_id}/move", "post")):
        ref = document["paths"][path][method]["responses"]["409"]["content"]["application/json"]["schema"]["$ref"]
        assert "lead" in shapes[ref.rpartition("/")[2]]["required"]


def test_it_says_what_each_answer_bears(api_almaty: Api, document: dict[str, Any]) -> None:
    for path in ("/api/auth/me", "/api/leads", "/health"):
        said = document["paths"][path]["get"]["responses"]["200"]["headers"]
        answer = api_almaty.get(path)
        limits = {name for name in said if name.startswith("RateLimit")}
        assert said.keys() - limits <= set(answer.headers.keys()), path
        assert bool(limits) == (path != "/health")
