"""The corpus of acts: enough of everything, nothing that others are scored on, and tables that were made from it."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from leadbot.engines.rules.acts import corpus, model, train
from leadbot.engines.rules.words.text import fold, skeleton

HERE = Path(__file__).parents[1]
SHARED = HERE.parent.parent / "shared"
DEVELOPMENT = SHARED / "findings" / "acts-dev.tsv"

POLITE = {"greeting", "thanks", "bye"}  # «Добрый день!» is nobody's line
LEAST = {"ru": 40, "kk": 40, "mixed": 15, "en": 15}
LEAST_OF_NONE = 400
_EVERY = 20  # of the acts one in so many is trained in a test


@pytest.fixture(scope="module")
def examples():
    return corpus.read()


def words(text):
    """The text in the classifier's own alphabet, where «қанша», «канша» and "qansha" are one."""
    return " ".join(skeleton(fold(word)) for word in re.findall(r"[^\W_]+", text))


def test_every_act_has_enough_lines_in_every_language():
    counts = {}
    for path in corpus.FOLDER.glob("*.txt"):
        act, _, language = path.stem.rpartition(".")
        lines = path.read_text(encoding="utf-8").splitlines()
        counts[act, language] = sum(bool(line) and not line.startswith("#") for line in lines)
    acts = {act for act, _ in counts}
    few = {key: counts.get(key, 0) for act in acts for key in [(act, one) for one in LEAST]}
    assert {key: count for key, count in few.items() if count < LEAST[key[1]]} == {}
    assert min(counts[corpus.NONE, "ru"], counts[corpus.NONE, "kk"]) >= LEAST_OF_NONE


def test_a_tenth_is_kept_apart_by_voice(examples):
    assert 0.08 <= sum(example.kept_apart for example in examples) / len(examples) <= 0.15


def test_no_line_stands_twice(examples):
    counts = Counter((words(example.text) or example.text, example.language) for example in examples)
    assert [line for line, count in counts.items() if count > 1] == []


def test_no_line_is_one_of_the_dialogues_that_score_us(examples):
    theirs = set()
    for path in [*(HERE / "dialogues").glob("*.jsonl"), *(SHARED / "dialogues").glob("*.jsonl")]:
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            theirs.update(map(words, row.get("turns") or [row["text"]]))
    ours = {words(example.text) for example in examples if not example.labels & POLITE}
    assert {line for line in ours & theirs if " " in line} == set()  # one word, «дом», is nobody's either


@pytest.mark.skipif(not DEVELOPMENT.is_file(), reason="the development set is not beside this checkout")
def test_no_line_is_one_of_the_development_set(examples):
    theirs = {words(row.split("\t")[2]) for row in DEVELOPMENT.read_text(encoding="utf-8").splitlines()[1:]}
    assert {words(example.text) for example in examples} & theirs == set()


def test_a_line_without_a_voice_or_with_an_unknown_act_is_refused(tmp_path):
    (tmp_path / "human.ru.txt").write_text("дайте человека\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"human\.ru\.txt, line 1"):
        corpus.read(tmp_path)
    (tmp_path / "human.ru.txt").write_text("# voice: a\nдайте человека\tnobody\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2"):
        corpus.read(tmp_path)


def test_the_tables_were_made_from_the_corpus_as_it_stands():
    told = json.loads((model.FOLDER / "acts.json").read_text(encoding="utf-8"))
    assert told["corpus"] == corpus.digest(), "run `flask build-acts`"


@pytest.mark.slow
def test_training_some_acts_anew_gives_the_same_predictions(examples, tmp_path):
    """Each act is trained by itself, so some of them tell of all; the digest above tells of the corpus."""
    some = corpus.labels(examples)[::_EVERY]
    train.build(tmp_path, some)
    again, shipped = model.load(tmp_path), model.shipped()
    differ = [
        example.text
        for example in examples
        if set(again.claims(example.text)) != set(shipped.claims(example.text)) & set(some)
    ]
    assert len(differ) <= len(examples) // 1000, f"run `flask build-acts`: {differ[:20]}"
