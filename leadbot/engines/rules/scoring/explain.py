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
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from leadbot.engines.rules import dialogue, reading
from leadbot.engines.rules.scoring.score import Row

WATCHED = (reading, dialogue)
_CLIP = 90


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
        part = {**row, "turns": turns[:count]} if "turns" in row else row
        fired = [each for each in dict.fromkeys(_listen(part, hold)) if each not in told]
        told |= set(fired)
        yield f"> {turns[count - 1]}"
        yield from (f"    {each.rule}{f':{each.line}' if each.line else ''}  {each.took}" for each in fired)


def unneeded(rows: Iterable[Row], hold: Callable[[Row], object]) -> Iterator[str]:
    """Rules, branches and patterns that fire in none of the rows: candidates for going, not proof that they may."""
    seen: set[str] = set()
    ends: set[tuple[str, int]] = set()
    for row in rows:
        for each in _listen(row, hold):
            seen.add(each.rule)
            ends.add((each.rule, each.line))
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


def _listen(row: Row, hold: Callable[[Row], object]) -> list[Fired]:
    """Hold a row and take note of all that fires."""
    fired: list[Fired] = []
    files = {module.__file__: _short(module.__name__) for module in _modules()}

    def note(frame: FrameType, event: str, given: Any) -> None:
        if event == "return" and _is_something(given) and (home := files.get(frame.f_code.co_filename)):
            if frame.f_code.co_name.startswith("<"):
                return  # a comprehension is part of its rule
            fired.append(Fired(f"{home}.{frame.f_code.co_name}", frame.f_lineno, _words(given)))

    with _patterns_watched(fired):
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            hold(row)
        finally:
            sys.setprofile(before)
    return fired


@contextmanager
def _patterns_watched(fired: list[Fired]) -> Iterator[None]:
    """Let patterns tell of what they match; modules get their own back afterwards."""
    kept = [
        (vars(module), name, value)
        for module in _modules()
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    ]
    for names, name, value in kept:
        names[name] = _Watched(value, patterns()[value], fired)
    try:
        yield
    finally:
        for names, name, value in kept:
            names[name] = value


class _Watched:
    """A pattern that tells of its matches."""

    def __init__(self, pattern: re.Pattern[str], name: str, fired: list[Fired]) -> None:
        self._pattern, self._name, self._fired = pattern, name, fired

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._pattern, name)
        return self._telling(method) if callable(method) else method

    def _telling(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def told(*args: Any, **more: Any) -> Any:
            for match in self._pattern.finditer(args[-1]) if isinstance(args[-1], str) else ():
                self._fired.append(Fired(self._name, 0, repr(match.group())))
                break
            return method(*args, **more)

        return told


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
