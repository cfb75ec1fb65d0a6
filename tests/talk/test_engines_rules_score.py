"""The score of the embedded qualifier on dialogues, and that scoring itself tells right from wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadbot.engines.rules.scoring import score

HERE = Path(__file__).parents[1]
DEVELOPMENT = HERE.parent.parent / "shared" / "dialogues"
OURS = HERE / "dialogues"

development = pytest.mark.skipif(not DEVELOPMENT.is_dir(), reason="the development set is not beside this checkout")


@pytest.fixture(scope="module")
def development_score():
    return {one.name: one for one in score.run(DEVELOPMENT, score.by_rules, score.by_extractor)}


@development
def test_the_development_dialogues_hold_their_thresholds(development_score):
    core, policy = development_score["dev"].core, development_score["dev"].policy
    total = core.total()
    told = score.report([development_score["dev"]], mistakes=True)
    assert core.exact / core.rows >= 0.95, told
    assert score.recall(total) >= 0.97, told
    assert score.wrong_rate(total) <= 0.015, told
    assert total["forbidden"] + policy.total()["forbidden"] == 0, told
    assert (core.decided, policy.decided) == (core.rows, policy.rows), told


@development
def test_the_development_messages_hold_their_thresholds(development_score):
    total = development_score["dev-messages"].core.total()
    told = score.report([development_score["dev-messages"]], mistakes=True)
    assert score.precision(total) >= 0.96, told
    assert score.recall(total) >= 0.96, told


def test_our_own_dialogues_hold_their_thresholds():
    for one in score.run(OURS, score.by_rules, score.by_extractor):
        total = one.core.total()
        told = score.report([one], mistakes=True)
        assert score.recall(total) >= 0.95, told
        assert score.wrong_rate(total) <= 0.03, told
        assert one.core.decided == one.core.rows, told


ROW = {
    "id": "x", "language": "ru", "tags": [], "turns": ["-"], "must_not": ["name:Роза", "area:10"],
    "expect": {
        "registered": True, "name": "Елена Викторовна", "name_given": "Елена", "phone": "87052221010",
        "phone_e164": "+77052221010", "city": "Усть-Каменогорск", "city_any_of": ["Усть-Каменогорск", "Өскемен"],
        "object_type_any_of": ["дом", "үй"], "area_value": 120, "area_any_of": ["120 м²"], "language": "ru",
    },
}  # fmt: skip
RIGHT = {
    "registered": True, "name": "Елена", "phone": "87052221010", "city": "Усть Каменогорск", "object_type": "дома",
    "area": "120 м²",
}  # fmt: skip


def scored(tmp_path, row, prediction):
    (tmp_path / "set.jsonl").write_text(json.dumps(row), encoding="utf-8")
    [one] = score.run(tmp_path, lambda _: prediction)
    return one


def test_a_right_lead_is_exact_whatever_its_spelling(tmp_path):
    one = scored(tmp_path, ROW, RIGHT)
    assert (one.core.exact, one.mistakes) == (1, [])
    assert score.recall(one.core.total()) == 1


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"name": "Виктор"}, "wrong"),
        ({"name": "Роза"}, "forbidden"),
        ({"name": "Елена Аркадьевна"}, "wrong"),
        ({"name": None}, "missing"),
        ({"phone": "87052221011"}, "wrong"),
        ({"city": "Усть"}, "wrong"),
        ({"object_type": "квартира"}, "wrong"),
        ({"area": "10 м²"}, "forbidden"),
        ({"area": "120 соток"}, "wrong"),
    ],
)
def test_a_mistake_is_found_and_named(tmp_path, change, kind):
    one = scored(tmp_path, ROW, RIGHT | change)
    assert one.core.exact == 0
    assert one.core.total()[kind] == 1


def test_a_lost_lead_and_a_false_one_are_wrong_decisions(tmp_path):
    lost = scored(tmp_path, ROW, {"registered": False})
    assert (lost.core.decided, lost.core.total()["missing"]) == (0, 5)
    nobody = {
        "registered": False,
        "name": None,
        "phone_e164": None,
        "city": None,
        "object_type_any_of": None,
        "area_value": None,
    }
    row = ROW | {"expect": ROW["expect"] | nobody}
    assert scored(tmp_path, row, RIGHT).core.decided == 0
    assert scored(tmp_path, row, {"registered": False}).core.exact == 1


def test_policy_cases_are_counted_apart(tmp_path):
    one = scored(tmp_path, ROW | {"tags": ["policy"]}, RIGHT)
    assert (one.core.rows, one.policy.rows) == (0, 1)


def test_a_folder_without_dialogues_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no dialogues"):
        score.run(tmp_path, score.by_rules)
