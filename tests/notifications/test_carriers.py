"""What every carrier promises, tried on all of them alike: a new one is found here the day it is listed."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from collecting import over
from flask import Flask

from leadbot import jobs
from leadbot.accounts import users
from leadbot.config import Config
from leadbot.errors import DeliveryError
from leadbot.models import User
from leadbot.notifications import briefs, carriers
from leadbot.notifications.carriers import CARRIERS
from leadbot.notifications.carriers.base import Carrier, Device
from leadbot.notifications.notice import Brief, Notice, NoticeGroup
from leadbot.texts.languages import LANGUAGES

FOLDER = Path(carriers.__file__).parent
FILES = {"__init__.py", "target.py", "render.py", "send.py", "form.py", "settings.html"}
NOTICE = Notice(
    event="lead.created", key="lead.created:1:", group=NoticeGroup.LEADS, lead_id=None, path="/leads/1",
    text=lambda language: f"🆕 {language}: Канат, 8 776 877 66 37\nДом", brief=lambda language: Brief("Новая", "Канат"),
)  # fmt: skip
each = pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.name)


@pytest.fixture
def person(app: Flask) -> Iterator[User]:
    with app.app_context():
        yield users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")


def test_every_folder_is_listed() -> None:
    folders = {path.name for path in FOLDER.iterdir() if (path / "__init__.py").is_file()}
    assert folders == {carrier.name for carrier in CARRIERS}


@each
def test_its_folder_has_the_one_shape(carrier: Carrier) -> None:
    assert {path.name for path in (FOLDER / carrier.name).iterdir()} >= FILES


@each
def test_it_is_called_something_in_every_language_and_has_an_icon(carrier: Carrier) -> None:
    assert set(carrier.label) == set(LANGUAGES) and all(carrier.label.values())
    assert f'id="{carrier.icon}"' in (FOLDER.parents[2] / "static" / "icons.svg").read_text()


@each
def test_what_is_not_set_up_says_so_and_is_offered_to_nobody(app: Flask, config: Config, carrier: Carrier) -> None:
    with app.app_context():
        assert not carrier.is_ready(config)
        with pytest.raises(DeliveryError, match="is not set"):
            _ = jobs.carrier_for(carrier.name).sender
        assert carrier.probe(config).level in {"ok", "warning"}


@each
def test_a_notice_is_written_without_asking_anybody(person: User, carrier: Carrier) -> None:
    for language in LANGUAGES:
        text = carrier.write(NOTICE, language)
        assert text and ("Канат" in text)


@each
def test_its_part_of_the_page_is_drawn_from_what_it_gives(person: User, carrier: Carrier, config: Config) -> None:
    if carrier.shown is not None and carrier.name != "push":  # push needs its key: see test_carrier_push
        given = dict(carrier.shown(person, Device("")))
        assert json.loads(json.dumps(given)).keys() == given.keys(), "plain values alone"


@each
def test_a_sender_is_loaded_by_the_worker_alone(carrier: Carrier) -> None:
    tree = ast.parse((FOLDER / carrier.name / "__init__.py").read_text())
    top = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not [module for module in top if module.endswith(".send")]


@over(LANGUAGES)
def test_nothing_that_looks_like_a_phone_stands_on_a_lock_screen(language: str) -> None:
    for words in ("8 776 877 66 37", "+7 (776) 877-66-37", "Канат 87768776637", "перезвоните на 8.776.877.66.37"):
        assert sum(char.isdigit() for char in briefs.without_phones(words)) < 6, words
        brief = briefs.of_client("call", words, language)
        assert sum(char.isdigit() for char in brief.title + brief.body) < 6, brief
    assert briefs.without_phones("дом, 150 м², 10 соток") == "дом, 150 м², 10 соток"
