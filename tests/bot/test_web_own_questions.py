"""A company's own questions on the bot's page: added, put elsewhere and removed, all without JavaScript."""

from __future__ import annotations

from typing import Any

from conftest import Web
from flask import Flask
from test_web_bot import PAGE, as_role, drafted, form_of

from leadbot.models import Role


def add(web: Web, **more: object) -> Any:
    """Type a question into the empty row and press its button."""
    sent = form_of(web.get(PAGE).text)
    last = max(int(name.split(".")[1]) for name in sent if name.startswith("questions."))
    typed = {f"questions.{last}.{name.replace('_', '.')}": value for name, value in more.items()}
    return web.post(f"{PAGE}/questions", {**sent, **typed})


def test_a_question_is_added_moved_and_removed(app: Flask, almaty: Web) -> None:
    answer = add(almaty, text_ru="Есть ли лифт?", label_kk="Лифт", chips_ru="Да, Нет")
    assert answer.status_code == 303 and answer.location.endswith("#own-questions")
    [question] = drafted(app, almaty).values["questions"]
    key = question["key"]
    assert question == {
        "key": key, "text": {"ru": "Есть ли лифт?"}, "label": {"kk": "Лифт"}, "chips": {"ru": ["Да", "Нет"]},
        "required": True,
    }  # fmt: skip
    page = almaty.get(PAGE).text
    assert page.count(f'name="order" value="{key}"') == 1 and "Черновик</span>" in page
    sent = form_of(page)
    assert sent["order"].index(key) == sent["order"].index("contact") - 1  # type: ignore[attr-defined]
    moved = {**sent, "up": key, f"ask.{key}": "optional"}
    assert almaty.post(f"{PAGE}/order", moved).status_code == 303
    draft = drafted(app, almaty).values
    assert draft["order"].index(key) == 2 and draft["questions"][0]["required"] is False
    assert almaty.post(PAGE, form_of(almaty.get(PAGE).text)).status_code == 303  # untouched, it stays
    assert drafted(app, almaty).values == draft
    assert almaty.post(f"{PAGE}/questions", {**form_of(almaty.get(PAGE).text), "drop": key}).status_code == 303
    gone = drafted(app, almaty).values
    assert gone["questions"] == [] and key not in gone["order"]


def test_what_is_wrong_stands_beside_it_and_nothing_typed_is_lost(app: Flask, almaty: Web) -> None:
    add(almaty, text_ru="Есть ли лифт?")
    answer = add(almaty, text_ru="есть ли лифт?")
    assert answer.status_code == 422
    assert "Этот вопрос задан дважды" in answer.text and 'value="есть ли лифт?"' in answer.text
    answer = add(almaty, text_kk="А" * 141)
    assert answer.status_code == 422 and "140" in answer.text
    assert len(drafted(app, almaty).values["questions"]) == 1


def test_ten_are_enough(app: Flask, almaty: Web) -> None:
    for number in range(10):
        assert add(almaty, text_ru=f"Вопрос {number}?").status_code == 303
    page = almaty.get(PAGE).text
    assert len(drafted(app, almaty).values["questions"]) == 10
    assert 'name="questions.9.key"' in page and 'name="questions.10.key"' not in page


def test_a_viewer_adds_none(app: Flask, almaty: Web) -> None:
    sent = form_of(almaty.get(PAGE).text)
    as_role(app, almaty, Role.VIEWER)
    assert almaty.post(f"{PAGE}/questions", {**sent, "questions.0.text.ru": "Есть газ?"}).status_code == 403
    assert drafted(app, almaty).values["questions"] == []
