"""Which rules serve a dialogue: each rule and pattern of the qualifier by its id, and what it took.

A rule is a function of `reading` or `dialogue`, called by the name of its module and its own: `names.introduced`; each
way out of it is a branch. A pattern is a regular expression with a name: `units.PER_METRE`. A rule fires where it gives
something, a pattern where it matches. While a dialogue is held the interpreter is asked to tell of both, so the rules
say nothing of this themselves, and a turn costs what it did.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, partial
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from leadbot.engines.rules import dialogue, reading
from leadbot.engines.rules.scoring.score import Row

WATCHED = (reading, dialogue)
_CLIP = 90
Hear = Callable[[str, int, Any], object]  # told the id, the line and what was taken


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule or pattern that has fired: its id, the line where it ended (0 for a pattern), what it took, in words."""

    rule: str
    line: int
    took: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the lines of its ways out, each from the first to the last line of a statement."""

    name: str
    exits: tuple[tuple[int, int], ...]


def explain(row: Row, hold: Callable[[Row], object]) -> Iterator[str]:
    """The turns of a dialogue, or a single message, and below each which rules fired, in order, each thing once."""
    hold(row)  # tables are made now, not among the rules
    turns = row.get("turns") or [row["text"]]
    told: set[Fired] = set()
    for count in range(1, len(turns) + 1):
        yield f"> {turns[count - 1]}"
        for each in dict.fromkeys(_fired({**row, "turns": turns[:count]} if "turns" in row else row, hold)):
            if each not in told:
                told.add(each)
                yield f"    {each.rule}{f':{each.line}' if each.line else ''}  {each.took}"


def unneeded(rows: Iterable[Row], hold: Callable[[Row], object]) -> Iterator[str]:
    """Rules, branches and patterns that fire in none of the rows: candidates for going, not proof that they may."""
    ends: set[tuple[str, int]] = set()
    with _listening(lambda name, line, took: ends.add((name, line))):
        for row in rows:
            hold(row)
    seen = {name for name, _ in ends}
    for rule in rules():
        if rule.name not in seen:
            yield rule.name
            continue
        for first, last in rule.exits:
            if not any((rule.name, line) in ends for line in range(first, last + 1)):
                yield f"{rule.name}:{first}"
    yield from sorted(name for name in patterns().values() if name not in seen)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules with the ways out that give something."""
    return tuple(rule for module in _modules() for rule in _rules_of(module))


@cache
def patterns() -> dict[re.Pattern[str], str]:
    """All patterns that bear a name, with the id of the module that names them first."""
    named: dict[re.Pattern[str], str] = {}
    for module in _modules():
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                named.setdefault(value, f"{_short(module.__name__)}.{name}")
    return named


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = (
        info.name for package in WATCHED for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    )
    return tuple(importlib.import_module(name) for name in found)


def _rules_of(module: ModuleType) -> Iterator[Rule]:
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            ways = [each for each in ast.walk(node) if isinstance(each, ast.Return) and _gives(each.value)]
            if ways:
                exits = tuple((each.lineno, each.end_lineno or each.lineno) for each in ways)
                yield Rule(f"{_short(module.__name__)}.{node.name}", exits)


def _gives(value: ast.expr | None) -> bool:
    """Can this way out give something?"""
    return value is not None and not (isinstance(value, ast.Constant) and not value.value)


def _fired(row: Row, hold: Callable[[Row], object]) -> list[Fired]:
    fired: list[Fired] = []
    with _listening(lambda name, line, took: fired.append(Fired(name, line, _words(took)))):
        hold(row)
    return fired


@contextmanager
def _listening(hear: Hear) -> Iterator[None]:
    """Tell of all that fires meanwhile."""
    files = {module.__file__: _short(module.__name__) for module in _modules()}

    def note(frame: FrameType, event: str, given: Any) -> None:
        if event != "return" or not given:
            return
        home, name = files.get(frame.f_code.co_filename), frame.f_code.co_name
        if home and not name.startswith("<") and _is_something(given):  # a comprehension is part of its rule
            hear(f"{home}.{name}", frame.f_lineno, given)

    before = sys.getprofile()
    with _patterns_watched(hear):
        sys.setprofile(note)
        try:
            yield
        finally:
            sys.setprofile(before)


@contextmanager
def _patterns_watched(hear: Hear) -> Iterator[None]:
    """Let patterns tell of what they match; modules get their own back afterwards."""
    kept = [
        (vars(module), name, value)
        for module in _modules()
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    ]
    for names, name, value in kept:
        names[name] = _Watched(value, patterns()[value], hear)
    try:
        yield
    finally:
        for names, name, value in kept:
            names[name] = value


class _Watched:
    """A pattern that tells of the first thing it matches in a text."""

    def __init__(self, pattern: re.Pattern[str], name: str, hear: Hear) -> None:
        self._pattern, self._name, self._hear = pattern, name, hear

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._pattern, name)
        return partial(self._tell, method) if callable(method) else method

    def _tell(self, method: Callable[..., Any], *given: Any, **more: Any) -> Any:
        text = next((each for each in reversed(given) if isinstance(each, str)), "")
        if match := self._pattern.search(text):
            self._hear(self._name, 0, match.group())
        return method(*given, **more)


def _is_something(given: Any) -> bool:
    """Has a rule found anything? A place in the text, or an object with nothing in it, is no finding."""
    if isinstance(given, tuple):
        return any(_is_something(part) and (part is True or not isinstance(part, int)) for part in given)
    if is_dataclass(given):
        return any(getattr(given, one.name) for one in fields(given))
    return bool(given)


def _words(given: Any) -> str:
    text = " ".join(repr(given).split())
    return text if len(text) <= _CLIP else f"{text[:_CLIP]}…"


def _short(module: str) -> str:
    return module.rpartition(".")[2]
