"""The trained tables and what they say of a text, with the standard library alone.

model/ holds three files that `flask build-acts` writes:
- acts.json: the acts in order and for each its bias and its calibration; the scale of the weights, and the words so
  common that they say nothing by themselves;
- signs.txt: the signs of `features`, one a line;
- weights.bin: for each sign in that order one signed byte an act.

The score of an act is the sum of the weights of the signs that stand in the text, over the root of their number, plus
the bias; its confidence is the logistic function of slope * score + offset, fitted on voices the model hadn't seen.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, sqrt
from pathlib import Path

from leadbot.engines.rules.acts.features import signs

FOLDER = Path(__file__).parent / "model"

# An act is claimed when it is more likely than not. A threshold of its own for each act, fitted on the same folds, did
# no better with strangers: there are too few lines of each.
SURE = 0.5


@dataclass(frozen=True, slots=True)
class Label:
    """One act of the model."""

    name: str  # "complaint", "question.price"
    bias: float
    slope: float
    offset: float


@dataclass(frozen=True, slots=True)
class Model:
    """The tables, ready for use."""

    labels: tuple[Label, ...]
    places: Mapping[str, int]  # sign -> its row
    weights: array[int]  # row by row a weight for each label, in units of `scale`
    scale: float
    common: frozenset[str]

    def confidences(self, text: str) -> dict[str, float]:
        """How sure each act is, 0 to 1."""
        width = len(self.labels)
        starts = [self.places[sign] * width for sign in signs(text) if sign in self.places]
        rows = [self.weights[start : start + width] for start in starts]
        if not rows:
            return {}
        unit = self.scale / sqrt(len(rows))
        return {
            label.name: _logistic(label.slope * (sum(column) * unit + label.bias) + label.offset)
            for label, column in zip(self.labels, zip(*rows, strict=True), strict=True)
        }

    def claims(self, text: str) -> dict[str, float]:
        """The acts that are more likely than not, the surest first."""
        surest = sorted(self.confidences(text).items(), key=lambda one: -one[1])
        return {name: sure for name, sure in surest if sure >= SURE}


def load(folder: Path = FOLDER) -> Model:
    """Read the tables of a folder."""
    told = json.loads((folder / "acts.json").read_text(encoding="utf-8"))
    found = tuple(Label(**label) for label in told["labels"])
    names = (folder / "signs.txt").read_text(encoding="utf-8").splitlines()
    weights = array("b", (folder / "weights.bin").read_bytes())
    return Model(found, {name: at for at, name in enumerate(names)}, weights, told["scale"], frozenset(told["common"]))


@cache
def shipped() -> Model:
    """The tables that come with the package, read once."""
    return load()


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -500 else 0.0
