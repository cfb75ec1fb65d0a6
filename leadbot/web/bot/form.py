"""The form of the bot's settings: what was typed, as the fields of bot.settings_fields, and back to what is shown.

A value that can't be read as what it should be is handed on as it was typed: the service says what is wrong with it,
and the form shows it again.
"""

from __future__ import annotations

import re
from typing import Any

from werkzeug.datastructures import MultiDict

from leadbot.bot import choices
from leadbot.bot.settings_fields import CONTACT, LINES, Values
from leadbot.texts.languages import LANGUAGES

REQUIRED, OPTIONAL, NOT_ASKED = "required", "optional", "no"
_FACT = re.compile(r"facts\.(\d{1,3})\.topic")
_QUESTION = re.compile(r"questions\.(\d{1,3})\.key")
_BLANKS = re.compile(r"[\s\u00a0\u202f]")

Form = MultiDict[str, str]


def read(form: Form, before: Values) -> Values:
    """What was sent. `before` is what the form was made from: an order of its trade is none of the company's own."""
    questions = _questions(form)
    own = {one["key"] for one in questions} | {one["key"] for one in before["questions"]}
    gone = own - {one["key"] for one in questions}
    asked = (slot for slot in form.getlist("order") if slot not in gone)
    order = [slot for slot in asked if slot == CONTACT or form.get(f"ask.{slot}") != NOT_ASKED]
    lines = {name: form.get(name, "") for name in LINES}
    return {  # in the order of the page: the first that is wrong gets the focus
        "persona": lines.pop("persona"),
        "gender": form.get("gender", ""),
        "setup": form.get("setup", ""),
        "objects": _split(form.get("objects", ""), ",\n"),
        "greeting": _texts(form, "greeting"),
        "chips": {language: _split(form.get(f"chips.{language}", ""), ",") for language in LANGUAGES},
        "tone": form.get("tone", ""),
        "questions": questions,
        "order": choices.as_usual(order, {**before, "questions": [one for one in questions if one["key"]]}),
        "optional": [slot for slot in order if form.get(f"ask.{slot}") == OPTIONAL and slot not in own],
        **lines,
        "forbidden": _split(form.get("forbidden", ""), "\n"),
        "facts": _facts(form),
        "hide_names": "hide_names" in form,
        "budget": {name: _whole(form.get(f"budget.{name}", "")) for name in ("company", "visitor", "month")},
        "model": {name: form.get(f"model.{name}", "") for name in ("base_url", "model")},
        "token_price": {name: _number(form.get(f"token_price.{name}", "")) for name in ("in", "out")},
    }


def moved(order: list[str], up: str, down: str) -> list[str]:
    """The order with one thing a place higher or lower; as it is where there is no such thing or place."""
    slot, step = (up, -1) if up else (down, 1)
    if slot not in order or not 0 <= (to := order.index(slot) + step) < len(order):
        return order
    rest = [one for one in order if one != slot]
    return [*rest[:to], slot, *rest[to:]]


def _texts(form: Form, name: str) -> dict[str, str]:
    return {language: form.get(f"{name}.{language}", "") for language in LANGUAGES}


def _facts(form: Form) -> list[dict[str, Any]]:
    """The facts in their order; what was left empty or marked to go is not there."""
    numbers = sorted({int(found[1]) for name in form if (found := _FACT.fullmatch(name))})
    facts = []
    for at in (f"facts.{number}" for number in numbers):
        fact: dict[str, Any] = {
            "topic": form[f"{at}.topic"],
            "text": _texts(form, f"{at}.text"),
            "words": _split(form.get(f"{at}.words", ""), ",\n"),
        }
        is_empty = not any(text.strip() for text in fact["text"].values()) and not fact["words"]
        if not is_empty and f"{at}.remove" not in form:
            facts.append(fact)
    return facts


def _questions(form: Form) -> list[dict[str, Any]]:
    """The company's own questions; what was left empty or is to go is not there."""
    numbers = sorted({int(found[1]) for name in form if (found := _QUESTION.fullmatch(name))})
    questions = []
    for at in (f"questions.{number}" for number in numbers):
        key = form[f"{at}.key"]
        chips = {one: _split(form.get(f"{at}.chips.{one}", ""), ",\n") for one in LANGUAGES}
        question: dict[str, Any] = {
            "key": key,
            "text": _texts(form, f"{at}.text"),
            "label": _texts(form, f"{at}.label"),
            "chips": chips,
            "required": form.get(f"ask.{key}", REQUIRED) == REQUIRED,
        }
        is_empty = not any(text.strip() for part in ("text", "label") for text in question[part].values())
        if form.get("drop") != (key or "new") and not (is_empty and not any(chips.values())):
            questions.append(question)
    return questions


def _split(text: str, marks: str) -> list[str]:
    return [word for part in re.split(f"[{marks}]", text.replace("\r\n", "\n")) if (word := part.strip())]


def _whole(text: str) -> int | str:
    digits = _BLANKS.sub("", text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else digits


def _number(text: str) -> float | str:
    digits = _BLANKS.sub("", text).replace(",", ".")
    try:
        return float(digits) if re.fullmatch(r"[0-9.]{1,16}", digits) else digits
    except ValueError:
        return digits
