"""Scores answers against sets of dialogues and single messages: JSON lines with what is due.

A row of a dialogue bears `turns` and `expect`, a row of a message `text` and `slots` (the shape is told in
tests/dialogues/README.md). Nothing here knows where answers come from: `run` gets a function.

Terms: right; missing: nothing where something was due; wrong: another value; extra: one where none was due;
Terms: right; missing: nothing where something was due; wrong: another value; extra: one where none was due;
no slot missing, wrong or extra. Rows tagged `policy` are scored apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadbot.engines.base import CompanyCard, Known, LeadDraft, TalkLine, Turn
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.engines.rules.dialogue.summary import draft
from leadbot.engines.rules.reading.extract import extract
from leadbot.engines.rules.scoring.judge import SCORED, Gold, forbidden, is_right
from leadbot.texts.languages import LANGUAGES

Row = Mapping[str, Any]
Prediction = Mapping[str, Any]  # "registered", "language" and the slots of SCORED; a message has slots alone
Answer = Callable[[Row], Prediction]

_NOON = datetime(2026, 1, 28, 12, tzinfo=UTC)  # scores must not depend on the hour


@dataclass(slots=True)
class Tally:
    """Counts over some rows."""

    rows: int = 0
    exact: int = 0
    decided: int = 0  # right decisions to register
    language: int = 0  # talks answered in the right language at their end
    slots: dict[str, Counter[str]] = field(default_factory=lambda: {slot: Counter() for slot in SCORED})

    def total(self) -> Counter[str]:
        """The counts of all slots together."""
        return sum(self.slots.values(), Counter())


@dataclass(slots=True)
class Set:
    """One file of rows, scored: `core` without the policy cases, by language, and the mistakes in words."""

    name: str
    dialogues: bool
    core: Tally = field(default_factory=Tally)
    policy: Tally = field(default_factory=Tally)
    languages: dict[str, Tally] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)


def run(folder: Path, answer: Answer, messages: Answer | None = None) -> list[Set]:
    """Score every *.jsonl of a folder: dialogues through `answer`, single messages through `messages`.

    Raises FileNotFoundError where the folder holds no rows.
    """
    sets = []
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if rows and ("expect" in rows[0] or messages is not None):
            sets.append(_score(path.stem, rows, answer if "expect" in rows[0] else messages or answer))
    if not sets:
        raise FileNotFoundError(f"{folder} holds no dialogues (*.jsonl)")
    return sets


def rows(folder: Path) -> list[Row]:
    """All rows of a folder, dialogues and messages."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines())
    return [json.loads(line) for line in lines if line.strip()]


def _score(name: str, rows: list[Row], answer: Answer) -> Set:
    scored = Set(name, "expect" in rows[0])
    for row in rows:
        due, given = _gold(row), answer(row)
        tallies = [scored.policy]
        if "policy" not in row["tags"]:
            tallies = [scored.core, scored.languages.setdefault(_language(row), Tally())]
        outcome = _compare(due, given, scored.dialogues)
        for tally in tallies:
            _add(tally, outcome, due, given)
            tally.language += given.get("language") in due.languages
        if outcome:
            scored.mistakes.append(f"{row['id']} " + "; ".join(f"{slot} {what}" for slot, what in outcome))
    return scored


def _language(row: Row) -> str:
    return "en, translit, other" if row["language"] in ("en", "other") or "translit" in row["tags"] else row["language"]


def _gold(row: Row) -> Gold:
    """What is due, of either kind of row."""
    if "expect" in row:
        due, more = (
            row["expect"],
            {key.removesuffix("_any_of"): value for key, value in row["expect"].items() if "_any_of" in key},
        )
    else:
        due, more = row["slots"], row.get("accept", {})
    keys = {"name": "name", "phone": "phone_e164", "city": "city", "object_type": "object_type", "area": "area_value"}
    accepted = {}
    for slot, key in keys.items():
        values = more.get(key) or ([due[key]] if due.get(key) is not None else [])
        accepted[slot] = () if slot in ("city", "area") and due.get(key) is None else tuple(values)
    optional = {"object": "object_type", "area_value": "area", "phone_e164": "phone"}
    return Gold(
        accepted=accepted,
        optional=frozenset(optional.get(slot, slot) for slot in due.get("optional", row.get("optional", ()))),
        must_not=tuple(row["must_not"]),
        given_name=due.get("name_given"),
        unit=due.get("area_unit", "м²"),
        registered=due.get("registered", True),
        languages=tuple(due.get("language_any_of") or [due.get("language")]),
    )


def _compare(due: Gold, given: Prediction, dialogue: bool) -> list[tuple[str, str]]:
    """The mistakes of one row: (slot or "lead", what is the matter)."""
    if dialogue and bool(given.get("registered")) != due.registered:
        false = [("lead", "false")] + [
            (slot, f"forbidden {given[slot]!r}")
            for slot in SCORED
            if given.get(slot) and forbidden(slot, given[slot], due)
        ]
        return [("lead", "lost")] if due.registered else false
    if not due.registered:
        return []
    return [(slot, what) for slot in SCORED if (what := _mistake(slot, given.get(slot), due))]


def _mistake(slot: str, value: Any, due: Gold) -> str:
    wanted = due.accepted[slot]
    if value in (None, ""):
        return f"missing, due {wanted[0]!r}" if wanted and slot not in due.optional else ""
    if rule := forbidden(slot, value, due):
        return f"forbidden {value!r} ({rule})"
    if not wanted:
        return "" if slot in due.optional else f"extra {value!r}"
    return "" if is_right(slot, value, due) else f"wrong {value!r}, due {wanted[0]!r}"


def _add(tally: Tally, outcome: list[tuple[str, str]], due: Gold, given: Prediction) -> None:
    mistakes = {slot: what.split(",")[0].split(" ")[0] for slot, what in outcome}
    tally.rows += 1
    tally.exact += not outcome
    tally.decided += "lead" not in mistakes
    if not due.registered or mistakes.get("lead") == "lost":
        lost = [slot for slot in SCORED if due.registered and due.accepted[slot] and slot not in due.optional]
        tally.slots["phone"].update(f for slot, f in mistakes.items() if f == "forbidden")
        for slot in lost:
            tally.slots[slot].update(("due", "missing"))
        return
    for slot in SCORED:
        counts = tally.slots[slot]
        counts["due"] += bool(due.accepted[slot]) and slot not in due.optional
        counts["stored"] += given.get(slot) not in (None, "")
        counts["right"] += bool(due.accepted[slot]) and slot not in due.optional and slot not in mistakes
        if slot in mistakes:
            counts[mistakes[slot]] += 1


def wrong_rate(counts: Counter[str]) -> float:
    """Wrong, extra and forbidden values among what was stored."""
    return (counts["wrong"] + counts["extra"] + counts["forbidden"]) / max(1, counts["stored"])


def recall(counts: Counter[str]) -> float:
    """Right values among what was due."""
    return counts["right"] / max(1, counts["due"])


def precision(counts: Counter[str]) -> float:
    """What is not wrong among what was stored."""
    return 1 - wrong_rate(counts)


def report(sets: Iterable[Set], *, mistakes: bool = False) -> str:
    """The score in words and figures, on request with every mistake."""
    lines: list[str] = []
    for scored in sets:
        lines.append(f"{scored.name}: {scored.core.rows} {'dialogues' if scored.dialogues else 'messages'}")
        lines.append(_outline("core", scored.core, scored.dialogues))
        lines += [_figures(slot, counts) for slot, counts in scored.core.slots.items()]
        lines.append(_figures("all", scored.core.total()))
        if scored.policy.rows:
            lines.append(_outline("policy", scored.policy, scored.dialogues))
        for language, tally in sorted(scored.languages.items()):
            lines += [_outline(language, tally, scored.dialogues), _figures("all", tally.total())]
        lines += [f"  ! {mistake}" for mistake in scored.mistakes] if mistakes else []
    return "\n".join(lines)


def _outline(name: str, tally: Tally, dialogues: bool) -> str:
    said = f"  {name} ({tally.rows} rows): exact {_percent(tally.exact, tally.rows)}"
    if not dialogues:
        return said
    right = f"register decision {_percent(tally.decided, tally.rows)}"
    return f"{said}, {right}, language {_percent(tally.language, tally.rows)}"


def _figures(name: str, counts: Counter[str]) -> str:
    rates = f"precision {precision(counts):6.1%}  recall {recall(counts):6.1%}  wrong {wrong_rate(counts):5.1%}"
    return (
        f"    {name:12} {rates}  due {counts['due']:4}  missing {counts['missing']:3}  forbidden {counts['forbidden']}"
    )


def _percent(part: int, whole: int) -> str:
    return f"{part / max(1, whole):.1%} ({part}/{whole})"


# --- answers of the engine itself ------------------------------------------------------------------------------------


def by_rules(row: Row) -> Prediction:
    """Hold a row's dialogue with the embedded engine alone and give the lead it ends with."""
    company, engine = CompanyCard(name="Лидбот"), Rules()
    known: Known = {}
    language: str | None = None
    kept: LeadDraft | None = None
    history: list[TalkLine] = []
    for text in row["turns"]:
        history.append(TalkLine("client", text, len(history) + 1))
        decision = engine.decide(Turn(tuple(history), known, company, _NOON, language, kept is not None))
        history.append(TalkLine("bot", decision.text, len(history) + 1))
        known, language = decision.known, decision.language
        kept = decision.register or kept
    lead = draft(known, company, language or "ru", final=True) or kept  # who withdraws later has been registered
    if lead is None:
        return {"registered": False, "language": language}
    return {
        "registered": True, "language": language, "name": lead.name, "phone": lead.phone_e164, "city": lead.city,
        "object_type": lead.object_type, "area": lead.area,
    }  # fmt: skip


def by_extractor(row: Row) -> Prediction:
    """What the extractor takes out of a row's single message."""
    language = row["language"] if row.get("language") in LANGUAGES else None
    found = extract(row["text"], asked=row.get("asked"), language=language).slots
    slots: dict[str, Any] = {slot: found[slot].value for slot in SCORED if slot in found}
    if "phone" in found:
        slots["phone"] = found["phone"].e164 or found["phone"].value
    return slots
