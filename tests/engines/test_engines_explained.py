"""Rules say who they are: what fires for a dialogue is told by id, and what nothing needs is listed."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from conftest import config_from

from leadbot import create_app
from leadbot.engines.rules.reading import names, units
from leadbot.engines.rules.scoring import explain, score

TALK = {
    "id": "t-1",
    "turns": ["Хочу построить дом 150 м² в Алматы", "Канат, 8 701 222 33 44"],
    "tags": [],
    "language": "ru",
    "expect": {"registered": True},
}


def test_a_dialogue_is_explained_turn_by_turn_by_rule_and_what_it_took() -> None:
    lines = list(explain.explain(TALK, score.by_rules))
    first, second = lines.index(f"> {TALK['turns'][0]}"), lines.index(f"> {TALK['turns'][1]}")
    sizes = [line for line in lines[first:second] if re.match(r"    area\._found:\d+  Found\(value='150 м²'", line)]
    assert len(sizes) == 1
    people = [line for line in lines[second:] if line.strip().startswith("names.") and "Канат" in line]
    assert people
    assert not [line for line in lines[second:] if "150 м²" in line and "area._found" in line], "told of once"


def test_what_was_watched_is_as_before() -> None:
    before = {name: value for module in (names, units) for name, value in vars(module).items()}
    list(explain.explain(TALK, score.by_rules))
    assert sys.getprofile() is None
    assert before == {name: value for module in (names, units) for name, value in vars(module).items()}


def test_rules_that_nothing_needs_are_listed_and_those_that_serve_are_not() -> None:
    lines = list(explain.unneeded([TALK], score.by_rules))
    assert len(lines) > 20
    assert "area.find" not in lines and "names.find" not in lines


def test_each_rule_and_pattern_has_an_id_of_its_own() -> None:
    ids = [rule.name for rule in explain.rules()] + list(explain.patterns().values())
    assert len(ids) > 300
    modules = {each.partition(".")[0] for each in ids}
    assert {"names", "area", "phone", "city", "objects", "replies"} <= modules


def test_the_command_explains_a_row_and_refuses_an_unknown_one(tmp_path: Path) -> None:
    (tmp_path / "talks.jsonl").write_text(json.dumps(TALK) + "\n")
    runner = create_app(config_from({"LEADBOT_DATA_DIR": str(tmp_path)})).test_cli_runner()
    told = runner.invoke(args=["score", str(tmp_path), "--explain", "t-1"])
    assert told.exit_code == 0 and "phone.find" in told.output
    assert runner.invoke(args=["score", str(tmp_path), "--explain", "t-2"]).exit_code == 2
