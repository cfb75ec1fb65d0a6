"""The corpus: one file an act and language, one line a message, `# voice: name` before the lines of one voice.

A line that does more than its file says bears the other acts after a tab: `цена и сроки<tab>question.term`.
Languages: ru, kk, mixed, and en, where Russian and Kazakh in Latin letters stand too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
LANGUAGES = ("ru", "kk", "mixed", "en")
NONE = "none"

# Two voices of each language are never trained on: figures on them say how the model does with a stranger.
KEPT_APART = frozenset({"olga", "rustam", "nurgul", "zarina", "saule", "alua", "guest", "visitor"})

_VOICE = "# voice: "


@dataclass(frozen=True, slots=True)
class Example:
    """One message and the acts it bears: keys such as "complaint" and "question.price", none of them for no act."""

    text: str
    labels: frozenset[str]
    language: str
    voice: str = ""

    @property
    def kept_apart(self) -> bool:
        return self.voice in KEPT_APART


def read(folder: Path = FOLDER) -> list[Example]:
    """All lines of the corpus, files by name.

    Raises ValueError for a line before the first voice, and for an act that has no file.
    """
    paths = sorted(folder.glob("*.txt"))
    known = {path.stem.rpartition(".")[0] for path in paths}
    return [example for path in paths for example in _read(path, known)]


def labels(examples: Iterable[Example]) -> tuple[str, ...]:
    """The acts that the examples bear, by name."""
    return tuple(sorted(set().union(*(example.labels for example in examples))))


def digest(folder: Path = FOLDER) -> str:
    """What the corpus as it stands is told by: tables bear it, so that none is shipped that another corpus made."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.txt")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def _read(path: Path, known: set[str]) -> list[Example]:
    act, _, language = path.stem.rpartition(".")
    voice, found = "", []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith(_VOICE):
            voice = line.removeprefix(_VOICE)
        elif line:
            text, _, more = line.partition("\t")
            acts = {act, *more.split()}
            if not voice or not acts <= known:
                raise ValueError(f"{path.name}, line {number}: no voice, or an act without a file")
            found.append(Example(text, frozenset(acts - {NONE}), language, voice))
    return found
