"""What a company tells its bot: every field, how it is checked, and what it is when nothing is said.

greeting, chips      by language: the first words, and up to six quick replies below them
tone                 one of TONES
persona              the bot's name
order, optional      what is asked, from first to last, `CONTACT` standing for name and phone (at the end where it is
                     not named); an optional thing is asked once only. An empty order is that of the set-up
questions            the company's own, see `own_questions`
setup, objects       the ready-made set-up of the trade, and what the company makes beside it
about, services, service_area, phone, email, address, hours     one line each
facts                sentences that may be quoted: {"topic", "text" by language, "words"}
forbidden            topics that are a manager's alone
model, hide_names    {"base_url", "model"} for the company's own key; whether names are kept from a model
budget               tokens: {"company", "visitor"} a day, {"month"} of the company
token_price          {"in", "out"}: tenge for a million tokens
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

from leadbot import fields
from leadbot.bot import nested, own_questions
from leadbot.engines import address
from leadbot.errors import Invalid, gathered
from leadbot.fields import KEY_MOST, Fields, Origin, own_field
from leadbot.texts import text_input
from leadbot.texts import trades as setups
from leadbot.texts.languages import LANGUAGES

Values = dict[str, Any]
Check = Callable[[object, str, str], Any]  # (value, field, the company's language) -> as it is stored; raises Invalid

CONTACT = "contact"
TONES = ("business", "friendly", "short")
LINES = {
    "persona": 60, "about": 1000, "services": 1000, "service_area": 500, "phone": 40, "email": 254, "address": 300,
    "hours": 200,
}  # fmt: skip
GREETING_MOST, FACT_MOST, TOPIC_MOST, WORD_MOST, URL_MOST, MODEL_MOST = 300, 500, 60, 60, 300, 100
CHIPS_MOST, FACTS_MOST, WORDS_MOST, OBJECTS_MOST, FORBIDDEN_MOST = 6, 40, 30, 40, 20
TOKENS_MOST = 10**9
PRICE_MOST = 10**6
SLOTS_MOST = 60  # of an order

DEFAULTS: Values = {
    "greeting": {}, "chips": {}, "tone": TONES[0], "persona": "", "order": [], "optional": [], "questions": [],
    "setup": setups.DEFAULT,
    "objects": [], "about": "", "services": "", "service_area": "", "phone": "", "email": "", "address": "",
    "hours": "", "facts": [], "forbidden": [], "model": {}, "hide_names": False, "budget": {}, "token_price": {},
}  # fmt: skip


def complete(stored: Mapping[str, Any]) -> Values:
    """All fields of what a company has stored, secrets left out; a copy of the caller's own."""
    return deepcopy(look(stored))


def look(stored: Mapping[str, Any]) -> Values:
    """The same to be read only: it shares what is stored."""
    values = {key: stored.get(key, default) for key, default in DEFAULTS.items()}
    values["model"] = {key: value for key, value in values["model"].items() if key != "key"}
    return values


def check(
    values: Mapping[str, Any], language: str, hosts: Iterable[str] = (), before: Mapping[str, Any] | None = None
) -> Values:
    """Some of the fields as they are stored. Raises Faults with all that is wrong, an unknown name among it.

    `language` is the company's own: a text that comes without one is taken for that. `hosts` are those a company may
    name as its model's server; the address that it has in what stood `before` may stay whatever they are.
    """
    before = before or {}
    kept = before.get("model", {}).get("base_url", "")
    checked: Values = {}
    with gathered() as faults:
        for key, value in values.items():
            with faults():
                if key not in _CHECKS:
                    raise Invalid("This setting can't be changed", field=key)
                checked[key] = _CHECKS[key](value, key, language)
        with faults():
            _check_host(checked.get("model", {}).get("base_url", ""), hosts, kept)
        for name in ("order", "optional"):
            with faults():
                _check_asked(checked.get(name, ()), name, {**DEFAULTS, **before, **checked})
    return checked


def fields_of(values: Mapping[str, Any], retired: Iterable[Mapping[str, Any]] = ()) -> Fields:
    """The whole table of fields under these settings, with those behind it that are no longer asked but have been."""
    own = (own_field(row, Origin.COMPANY) for row in values.get("questions", ()))
    past = (own_field(row, Origin.COMPANY) for row in retired)
    return fields.TABLE.and_(*setups.setup_of(values["setup"]).fields, *own, *past)


def whole_order(values: Mapping[str, Any]) -> list[str]:
    """All that is asked, from first to last, the contact in its place.

    A company's own question that the order does not name stands before the contact; what is no longer asked is
    left out.
    """
    table = fields_of(values)
    named = list(values["order"]) or list(setups.setup_of(values["setup"]).order)
    order = [slot for slot in named if slot == CONTACT or slot in table]
    if CONTACT not in order:
        order.append(CONTACT)
    at = order.index(CONTACT)
    return [*order[:at], *(row["key"] for row in values["questions"] if row["key"] not in order), *order[at:]]


def order_of(values: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is asked before the contact and what after it."""
    order = whole_order(values)
    at = order.index(CONTACT)
    return tuple(order[:at]), tuple(order[at + 1 :])


def asked_once(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Of what is asked, what need not be answered."""
    return (*values["optional"], *(row["key"] for row in values["questions"] if not row["required"]))


# --- one check a kind of field ---------------------------------------------------------------------------------------


def _line(most: int) -> Check:
    """One line; what came as a paragraph is made one."""

    def run(value: object, field: str, language: str) -> str:
        return text_input.line(_unbroken(value), field, most=most, required=False)

    return run


def _unbroken(value: object) -> object:
    return " ".join(value.split("\n")).replace("\r", "").replace("\t", " ") if isinstance(value, str) else value


def _texts(most: int) -> Check:
    """One text by language, empty ones left out."""
    line = _line(most)

    def run(value: object, field: str, language: str) -> dict[str, str]:
        by_language = nested.by_language(value, field, language, str)
        texts: dict[str, str] = {}
        with gathered() as faults:
            for key, text in by_language.items():
                with faults():
                    texts[key] = line(text, f"{field}.{key}", language)
        return {key: texts[key] for key in LANGUAGES if texts.get(key)}

    return run


def _list(item: Callable[[object, str], str], most: int) -> Check:
    """A list of lines, empty ones and repetitions left out."""

    def run(value: object, field: str, language: str) -> list[str]:
        if not isinstance(value, list | tuple):
            raise Invalid("Must be a list", field=field)
        found = list(dict.fromkeys(filter(None, (item(one, field) for one in value))))
        if len(found) > most:
            raise Invalid("At most %(max)s, now %(n)s", field=field, max=most, n=len(found))
        return found

    return run


def _word(value: object, field: str) -> str:
    return text_input.line(value, field, most=WORD_MOST, required=False)


def _chips(value: object, field: str, language: str) -> dict[str, list[str]]:
    by_language = nested.by_language(value, field, language, list)
    check_list = _list(_word, CHIPS_MOST)
    chips: dict[str, list[str]] = {}
    with gathered() as faults:
        for key, words in by_language.items():
            with faults():
                chips[key] = check_list(words, f"{field}.{key}", language)
    return {key: chips[key] for key in LANGUAGES if chips.get(key)}


def _facts(value: object, field: str, language: str) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple):
        raise Invalid("Must be a list", field=field)
    if len(value) > FACTS_MOST:
        raise Invalid("At most %(max)s, now %(n)s", field=field, max=FACTS_MOST, n=len(value))
    found: list[dict[str, Any]] = []
    with gathered() as faults:
        for number, one in enumerate(value):
            with faults():
                found.append(_fact(one, f"{field}.{number}", language))
    return found


def _fact(value: object, field: str, language: str) -> dict[str, Any]:
    given = nested.parts(value, field, ("topic", "text", "words"))
    fact: dict[str, Any] = {}
    with gathered() as faults:
        with faults():
            fact["topic"] = text_input.line(given.get("topic", ""), f"{field}.topic", most=TOPIC_MOST)
        with faults():
            fact["text"] = _texts(FACT_MOST)(given.get("text", ""), f"{field}.text", language)
            if not fact["text"]:
                raise Invalid("Fill in this field", field=f"{field}.text.{language}")
        with faults():
            fact["words"] = _list(_word, WORDS_MOST)(given.get("words", ()), f"{field}.words", language)
    return fact


def _slot(value: object, field: str) -> str:
    """A key; whether there is such a field is seen once all fields are read."""
    return text_input.line(CONTACT if value in fields.CONTACT else value, field, most=KEY_MOST)


def _check_asked(slots: Iterable[str], field: str, values: Mapping[str, Any]) -> None:
    known = (*fields_of(values).askable, CONTACT)
    if any(slot not in known for slot in slots):
        raise Invalid("Choose among: %(names)s", field=field, names=", ".join(known))


def _order(value: object, field: str, language: str) -> list[str]:
    order: list[str] = _list(_slot, SLOTS_MOST)(value, field, language)
    return order[:-1] if order[-1:] == [CONTACT] else order


def _optional(value: object, field: str, language: str) -> list[str]:
    return [slot for slot in _list(_slot, SLOTS_MOST)(value, field, language) if slot != CONTACT]


def _one_of(names: Callable[[], tuple[str, ...]]) -> Check:
    def run(value: object, field: str, language: str) -> str:
        if value not in names():
            raise Invalid("Choose among: %(names)s", field=field, names=", ".join(names()))
        return str(value)

    return run


def _tone(value: object, field: str, language: str) -> str:
    tone: str = _one_of(lambda: TONES)(TONES[0] if value in nested.NOTHING else value, field, language)
    return tone


def _flag(value: object, field: str, language: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid("Must be true or false", field=field)
    return value


def _model(value: object, field: str, language: str) -> dict[str, str]:
    given = nested.parts(value, field, ("base_url", "model"))
    model: dict[str, str] = {}
    with gathered() as faults:
        with faults():
            given_url = text_input.line(given.get("base_url", ""), f"{field}.base_url", most=URL_MOST, required=False)
            model["base_url"] = given_url.rstrip("/")
        with faults():
            model["model"] = text_input.line(given.get("model", ""), f"{field}.model", most=MODEL_MOST, required=False)
    return {key: text for key, text in model.items() if text}


def _check_host(url: str, hosts: Iterable[str], kept: str) -> None:
    if url and url != kept and not address.is_allowed(url, hosts):
        raise Invalid(
            "Only over https and to these servers: %(names)s. Whoever runs this copy may add others",
            field="model.base_url",
            names=", ".join(hosts),
        )


def _numbers(names: tuple[str, ...], most: int, *, whole: bool) -> Check:
    """Numbers by name, from 0; an empty one is left out."""

    def run(value: object, field: str, language: str) -> dict[str, float]:
        numbers: dict[str, float] = {}
        with gathered() as faults:
            for key, number in nested.parts(value, field, names).items():
                with faults():
                    if number not in nested.NOTHING:
                        numbers[key] = _number(number, f"{field}.{key}", most, whole=whole)
        return numbers

    return run


def _number(value: object, field: str, most: int, *, whole: bool) -> float:
    is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value) and not whole)
    if isinstance(value, bool) or not is_number or not 0 <= value <= most:  # type: ignore[operator]
        if whole:
            raise Invalid("Only a whole number, for example 200000", field=field)
        raise Invalid("Only a number, for example 75.5", field=field)
    return value  # type: ignore[return-value]


_CHECKS: dict[str, Check] = {
    **{key: _line(most) for key, most in LINES.items()},
    "greeting": _texts(GREETING_MOST),
    "chips": _chips,
    "tone": _tone,
    "order": _order,
    "optional": _optional,
    "questions": lambda value, field, language: own_questions.check(value, field, language, _texts),
    "setup": _one_of(setups.names),
    "objects": _list(_word, OBJECTS_MOST),
    "facts": _facts,
    "forbidden": _list(lambda value, field: text_input.line(value, field, most=100, required=False), FORBIDDEN_MOST),
    "model": _model,
    "hide_names": _flag,
    "budget": _numbers(("company", "visitor", "month"), TOKENS_MOST, whole=True),
    "token_price": _numbers(("in", "out"), PRICE_MOST, whole=False),
}
