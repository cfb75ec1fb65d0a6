"""Does a company work in a place? What follows from its own sentence about where it works, and nothing more."""

from __future__ import annotations

import re
from functools import lru_cache

from leadbot.engines.rules.reading import city, regions
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.text import TextToken, fold, read, skeleton

# «По всему Казахстану», «вся область», «барлық қалаларда», "nationwide".
_EVERYWHERE = re.compile(
    r"(?:по|в|на) все[мй]\w* (?:казахстан|стран|республ|рк(?!\w)|город)|весь казахстан|вся (?:страна|республика)"
    r"|барлык (?:кала|аимак|облыс|жер)|бук?ил (?:казакстан|ел)|казакстан(?:ны?н)? (?:барлык|бук?ил)|любо[ййм]\w* город"
    r"|all (?:over|of|cities)|nationwide|whole country|anywhere in",
)
# «Только Алматы», «кроме Астаны»: a list that names what is left out says nothing sure of the rest.
_BUT = re.compile(r"(?<!\w)(?:кроме|исключ|не выезжа|не работа|емес|баска|except|not )")
# «И пригород», «до 100 км», «область по договорённости»: who lies near may be served.
_NEAR = re.compile(
    r"(?<!\w)(?:пригород|окрестн|рядом|ближайш|до \d+ ?км|\d+ ?км|радиус|договор|соседн|др\.|другие|и т|манын|айнала"
    r"|жакын|near|suburb|around|within|other|etc)"
)


def covers(sentence: str, place: str) -> bool | None:
    """True and False where the sentence says so of a place by its official name, None where it leaves that open."""
    folded = re.sub(r"\s+", " ", fold(sentence))
    if _BUT.search(folded):
        return None
    if _EVERYWHERE.search(folded):
        return True
    named = _named(sentence)
    if not named:
        return None
    if place in named or _region(place) in named:
        return True
    return None if _NEAR.search(folded) or place not in city.gazetteer().places else False


@lru_cache(maxsize=256)
def _named(sentence: str) -> frozenset[str]:
    """The towns and regions a sentence names."""
    tokens = read(sentence).tokens
    scene = Scene(sentence, tokens, [])
    found: set[str] = set()
    at = 0
    while at < len(tokens):
        region = regions.at(scene, at)
        if region:
            found.add(region)
        town, length = _town(scene, at)
        if town and not regions.at(scene, at + length):  # «Алматы облысы» names the region alone
            found.add(town)
        at += length
    return frozenset(found)


def _town(scene: Scene, at: int) -> tuple[str, int]:
    """The town whose name begins at this token, and how many tokens it takes."""
    for length in (3, 2, 1):
        tokens = scene.tokens[at : at + length]
        if len(tokens) == length and all(token.kind == "word" or token.key == "-" for token in tokens):
            match = city.look_up("".join(token.key for token in tokens if token.key != "-"), _skeleton(tokens))
            if match is not None:
                return match.name, length
    return "", 1


def _skeleton(tokens: list[TextToken]) -> str:
    word = "".join(token.key for token in tokens if token.key != "-")
    return skeleton(word) if all(token.latin for token in tokens if token.kind == "word") else ""


def _region(place: str) -> str:
    known = city.gazetteer().places.get(place)
    return known.region if known else ""
