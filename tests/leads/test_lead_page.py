"""What a lead's page puts first, what it leaves out, and that a passing note says of whom it speaks."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from importing import bring

HTMX = {"HX-Request": "true"}
NAMED = "Канат · "


@pytest.fixture
def lead(api_almaty: Api) -> int:
    """The lead of the contract's dialogue."""
    contract_dialogue(api_almaty)
    return 1


def by_hand(web: Web) -> int:
    """A lead that somebody wrote down: there is no talk."""
    answer = web.post("/board/add", {"phone": "87030000001", "name": "Динара"})
    assert answer.status_code == 303
    return int(re.findall(r'data-lead-id="(\d+)"', web.get("/board").text)[0])


def parts(page: str) -> list[str]:
    """The parts of a lead's page in their order; a bar where its second half begins."""
    found = re.findall(r'<section[^>]* id="(tasks|notes|facts|history)"|(class="lead-talk")|class="stack wide"', page)
    return [name or ("talk" if talk else "|") for name, talk in found]


def test_what_is_to_be_done_stands_above_what_is_known(almaty: Web, lead: int) -> None:
    page = almaty.get(f"/leads/{lead}").text
    assert parts(page) == ["|", "tasks", "notes", "facts", "history", "talk"]
    panel = almaty.get(f"/leads/{lead}", headers=HTMX).text
    assert parts(panel) == parts(page), "over the board as on a page of its own"


def test_where_there_is_no_talk_its_half_holds_notes_and_history(almaty: Web) -> None:
    assert parts(almaty.get(f"/leads/{by_hand(almaty)}").text) == ["|", "tasks", "facts", "|", "notes", "history"]


def test_the_history_says_how_the_lead_came_to_be(app: Flask, almaty: Web, lead: int) -> None:
    """By the bot, by a person, out of a file: each with its own words and mark."""
    written = by_hand(almaty)
    bring(app, almaty, "Имя,Телефон\nСауле,87030000002\n".encode())
    brought = written + 1
    for each, words, mark in (
        (lead, "Заявка зарегистрирована ботом", "bot"),
        (written, "Заявка записана вручную", "pencil"),
        (brought, "Заявка пришла из файла", "download"),
    ):
        page = almaty.get(f"/leads/{each}").text
        history = page[page.index('id="history"') :]
        assert words in history, each
        assert re.search(rf'icons[^"]*#{mark}"', history), each


def test_who_answered_how_quickly_is_for_the_test_chat(almaty: Web, lead: int) -> None:
    almaty.post("/chat", {"text": "Хочу дом"})
    speed = re.compile(r"правила</span>\s*<span>\d+\s*(м?с)|\d\s*мс\b")
    assert speed.search(almaty.get("/chat").text)
    for path in (f"/leads/{lead}", "/conversations/1"):
        page = almaty.get(path).text
        assert 'data-author="bot"' in page and not speed.search(page), path


def test_every_passing_note_names_the_lead(almaty: Web, lead: int) -> None:
    at = f"/leads/{lead}"
    steps = [
        (f"{at}/take", {}, "Заявка ваша"),
        (f"{at}/move", {"status": "estimate"}, "Перенесено: «Смета отправлена»"),
        (f"{at}/notes", {"text": "Ждёт"}, "Заметка добавлена"),
        (f"{at}/tasks", {"day": "2030-01-01", "time": "10:00", "text": ""}, ""),
    ]
    for path, form, words in steps:
        answer = almaty.post(path, form)
        assert answer.status_code == 303, path
        assert f"{NAMED}{words}" in almaty.get(at).text, path
    moved = almaty.post(f"{at}/move", {"status": "won"}, headers=HTMX).text
    assert f"{NAMED}Перенесено: «" in moved
