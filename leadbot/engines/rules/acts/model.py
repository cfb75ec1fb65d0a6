"""The trained tables and what they say of a text, with the standard library alone.

model/ holds three files that `flask build-acts` writes:
- acts.json: the acts in order, `none` last, and for each its bias and its calibration; the scale of the weights, and
  the words so common that they say nothing by themselves;
- signs.txt: the signs of `features`, one a line;
- weights.bin: for each sign in that order one signed byte an act.

The score of an act is the sum of the weights of the signs that stand in the text, over the root of their number, plus
the bias, less the score of `none`: what speaks for no act at all speaks against each. Its confidence is the logistic
function of slope * score + offset, fitted on voices the model hadn't seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, sqrt
from pathlib import Path
from struct import unpack

from leadbot.engines.rules.acts.features import signs

FOLDER = Path(__file__).parent / "model"

# An act is claimed when it is clearly more likely than not: one taken wrongly costs a client more than one not heard.
# At 0.65 a third of the complaints of voices never seen went unheard; a threshold for each act, fitted on the same
# folds, did no better with strangers.
SURE = 0.6
IDLE_FLOOR = -2.0  # below it `none` is out of the question, and says no more for an act

_ZERO = 128
_SHIFTED = bytes((signed + _ZERO) % 256 for signed in range(256))  # a signed byte as one from 0 to 255
_AT_ONCE = 256  # rows whose sum two bytes hold


@dataclass(frozen=True, slots=True)
class Label:
    """One act of the model."""

    name: str  # "complaint", "question.price"
    bias: float
    slope: float
    offset: float


@dataclass(frozen=True, slots=True)
class ActModel:
    """The tables, ready for use."""

    labels: tuple[Label, ...]
    places: Mapping[str, int]  # sign -> its row
    weights: bytes  # row by row a weight for each label, in units of `scale` and of two bytes, _ZERO being none
    scale: float
    common: frozenset[str]

    def confidences(self, text: str) -> dict[str, float]:
        """How sure each act is, 0 to 1; `none` is no act."""
        rows = [self.places[sign] for sign in signs(text) if sign in self.places]
        if not rows:
            return {}
        unit = self.scale / sqrt(len(rows))
        scores = [total * unit + label.bias for label, total in zip(self.labels, self._totals(rows), strict=True)]
        idle = max(scores.pop(), IDLE_FLOOR)
        return {
            label.name: _logistic(label.slope * (score - idle) + label.offset)
            for label, score in zip(self.labels[:-1], scores, strict=True)
        }

    def _totals(self, rows: Sequence[int]) -> list[int]:
        """The sum of the rows, a label each. A row is added as one long number whose two-byte digits never carry."""
        width = 2 * len(self.labels)
        totals = [-_ZERO * len(rows)] * len(self.labels)
        for first in range(0, len(rows), _AT_ONCE):
            some = rows[first : first + _AT_ONCE]
            added = sum(int.from_bytes(self.weights[row * width : (row + 1) * width], "little") for row in some)
            columns = unpack(f"<{len(self.labels)}H", added.to_bytes(width, "little"))
            totals = [total + column for total, column in zip(totals, columns, strict=True)]
        return totals

    def claims(self, text: str) -> dict[str, float]:
        """The acts that are more likely than not."""
        return {name: sure for name, sure in self.confidences(text).items() if sure >= SURE}


def load(folder: Path = FOLDER) -> ActModel:
    """Read the tables of a folder."""
    told = json.loads((folder / "acts.json").read_text(encoding="utf-8"))
    found = tuple(Label(**label) for label in told["labels"])
    names = (folder / "signs.txt").read_text(encoding="utf-8").splitlines()
    stored = (folder / "weights.bin").read_bytes()
    weights = bytearray(2 * len(stored))
    weights[::2] = stored.translate(_SHIFTED)
    return ActModel(
        found, {name: at for at, name in enumerate(names)}, bytes(weights), told["scale"], frozenset(told["common"])
    )


@cache
def shipped() -> ActModel:
    """The tables that come with the package, read once."""
    return load()


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -500 else 0.0
