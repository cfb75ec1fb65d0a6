"""Training: from the lines of the corpus to the tables of model/. Needs scikit-learn (requirements-dev.txt).

One logistic regression an act over the signs of `features` (liblinear, one thread, a fixed seed), so that the same
corpus always gives the same tables. Three things beside the plain lines:

1. Pairs. Clients send two things at once, so pairs of lines of one language, drawn with a fixed seed, are learned
   too: an act must not hide another. They are never written into the corpus and never measured on.
2. Lines of no act are learned as one more, `none`: how much of it is in a text counts against each act (`model`). That
   halved the claims on such lines and cost no recall.
3. Calibration. Voices are dealt into three folds; each fold is scored by a model that didn't see its voices, and on
   those scores a logistic curve makes a confidence of a score.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from leadbot.engines.rules.acts import corpus
from leadbot.engines.rules.acts.corpus import NONE, Example, labels
from leadbot.engines.rules.acts.features import signs, tokens
from leadbot.engines.rules.acts.model import IDLE_FLOOR, Label

SEED = 7
FOLDS = 3
PAIRS = 0.6  # pairs for each line of the corpus
STRENGTH = 50.0  # C of the regression; from 30 to 100 all did alike
TOLERANCE = 0.05  # of the regression: 0.0001 took twice as long for nearly the same weights
RAREST = 2  # a sign that stands in one line only says nothing of the next
COMMON = 0.005  # share of lines from which a word is common
_JOINTS = (" ", ", ", ". ", "\n")

Matrix = Any  # scipy and scikit-learn bear no types
Numbers = Any


@dataclass(frozen=True, slots=True)
class _Fit:
    """What a training gave: a row of weights for each sign, a column an act, the last one `none`."""

    names: tuple[str, ...]
    signs: tuple[str, ...]
    weights: Numbers
    biases: Numbers

    def scores(self, examples: Sequence[Example]) -> Numbers:
        """A row an example, a column an act: what speaks for it less what speaks for none."""
        scores = _matrix(examples, self.signs) @ self.weights + self.biases
        scores[:, :-1] -= np.maximum(scores[:, [-1]], IDLE_FLOOR)
        return scores


def build(into: Path, names: tuple[str, ...] = ()) -> list[Path]:
    """Train on all of the corpus that is not kept apart and write the three tables into a folder.

    All acts are learned, or those named: each by itself, so that a few tell whether the others would come out the same.
    """
    seen = [example for example in corpus.read() if not example.kept_apart]
    names = (*(names or labels(seen)), NONE)
    with threadpool_limits(limits=1):
        curves = _calibrate(seen, names)
        fit = _train(seen, names)
    scale = float(np.abs(fit.weights).max()) / 127
    rows = np.rint(fit.weights / scale).astype(np.int8)
    useful = np.flatnonzero(np.abs(rows).max(axis=1))  # the others weigh nothing
    told = {
        "labels": [
            asdict(Label(name, round(float(bias), 4), *curves[name]))
            for name, bias in zip(names, fit.biases, strict=True)
        ],
        "corpus": corpus.digest(),
        "scale": scale,
        "common": _common(seen),
    }
    into.mkdir(exist_ok=True)
    acts, listed, weights = into / "acts.json", into / "signs.txt", into / "weights.bin"
    acts.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    listed.write_text("".join(f"{fit.signs[at]}\n" for at in useful), encoding="utf-8")
    weights.write_bytes(rows[useful].tobytes())
    return [acts, listed, weights]


_signs = lru_cache(maxsize=None)(signs)  # every fold reads the same lines


def _train(examples: Sequence[Example], names: tuple[str, ...]) -> _Fit:
    counts = Counter(sign for example in examples for sign in _signs(example.text))
    kept = tuple(sorted(sign for sign, count in counts.items() if count >= RAREST))
    learned = [*examples, *_pairs(examples)]
    matrix = _matrix(learned, kept)
    weights, biases = np.zeros((len(kept), len(names))), np.zeros(len(names))
    for at, name in enumerate(names):
        bears = np.array([name in (example.labels or {NONE}) for example in learned])
        model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=TOLERANCE, random_state=SEED).fit(matrix, bears)
        weights[:, at], biases[at] = model.coef_[0], model.intercept_[0]
    return _Fit(names, kept, weights, biases)


def _matrix(examples: Sequence[Example], kept: Sequence[str]) -> Matrix:
    """A row an example: one over the root of their number for each sign that is kept."""
    places = {sign: at for at, sign in enumerate(kept)}
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for example in examples:
        found = sorted(places[sign] for sign in _signs(example.text) if sign in places)
        columns += found
        values += [1 / np.sqrt(len(found) or 1)] * len(found)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(examples), len(kept)))


def _pairs(examples: Sequence[Example]) -> list[Example]:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    by_language: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_language[example.language].append(example)
    pairs = []
    for _ in range(round(PAIRS * len(examples))):
        first = chance.choice(examples)
        second = chance.choice(by_language[first.language])
        text = first.text + chance.choice(_JOINTS) + second.text
        pairs.append(Example(text, first.labels | second.labels, first.language))
    return pairs


def _calibrate(examples: Sequence[Example], names: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Slope and offset of the curve of each act."""
    fold_of = _folds(examples)
    scores = np.zeros((len(examples), len(names)))
    for fold in range(FOLDS):
        unseen = [at for at, example in enumerate(examples) if fold_of[example.voice] == fold]
        fit = _train([example for example in examples if fold_of[example.voice] != fold], names)
        scores[unseen] = fit.scores([examples[at] for at in unseen])
    curves = {}
    for at, name in enumerate(names):
        bears = np.array([name in (example.labels or {NONE}) for example in examples])
        curve = LogisticRegression(C=1e6, solver="lbfgs").fit(scores[:, [at]], bears)
        curves[name] = (round(float(curve.coef_[0, 0]), 4), round(float(curve.intercept_[0]), 4))
    return curves


def _folds(examples: Sequence[Example]) -> dict[str, int]:
    """Voices of each language dealt in turn, so that every fold holds every language."""
    by_language: dict[str, dict[str, None]] = defaultdict(dict)
    for example in examples:
        by_language[example.language].setdefault(example.voice)
    return {voice: at % FOLDS for voices in by_language.values() for at, voice in enumerate(sorted(voices))}


def _common(examples: Sequence[Example]) -> list[str]:
    counts = Counter(word for example in examples for word in set(tokens(example.text)) if word.isalpha())
    return sorted(word for word, count in counts.items() if count >= COMMON * len(examples))
