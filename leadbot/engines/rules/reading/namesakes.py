"""Towns' names that name something else: a street, a district, a firm, what a thing is made of."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.engines.rules.reading import regions
from leadbot.engines.rules.words import morph
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import stems, words

_IN = words("where.in")
_DISTRICT = words("where.district")
_STREET = stems("where.street*")
_STREET_EXACT = words("where.street_exact")
_BEFORE_NAME = stems("where.street_before_name*")  # «ул Абая», «мкр Самал»: these open an address
_AFTER_NAME = stems("where.street_after_name*")  # «Абай көшесі» is whole
_CORNERS = frozenset({"угол", "улица", "улице", "пересечение"})
_ADJECTIVE = ("ский", "ского", "ском", "скому", "скии", "ный", "ного")
_FIRMS = words("where.firms")
_THINGS = words("where.things")


@dataclass(slots=True)
class TownHit:
    """A town's name among the tokens first..last, and how much it counts beside others."""

    name: str
    case: str
    first: int
    last: int
    score: float = 0.0
    sure: bool = True
    denied: bool = False
    doubtful: bool = False


def on_a_corner(scene: Scene, hit: TownHit) -> bool:
    """«ул. Сейфуллина угол Абая»: among streets a genitive is one, too."""
    return hit.doubtful and any(word in _STREET_EXACT or word in _CORNERS for word in scene.words(0, hit.first - 1))


def is_named_after(scene: Scene, hit: TownHit, before: str, after: str) -> bool:
    """A street, district, region or firm that bears a town's name."""
    if before == "-" and scene.kind(hit.first - 2) == "word" and not scene.tokens[hit.first].spaced:
        return True  # «трасса Алматы-Бишкек»
    if after in _DISTRICT and before not in _IN and hit.case != "loc":
        return True
    if before in _DISTRICT and scene.key(hit.first - 1) != ",":
        return not _ends_district(scene, hit.first - 2)
    if after.startswith(regions.WORD):
        return hit.case == "nom"
    return _is_firm(scene, hit, after) or _is_a_thing(scene, hit) or _in_street(scene, hit, before, after)


def _is_firm(scene: Scene, hit: TownHit, after: str) -> bool:
    """«Астана Моторс», «возле Шымкент Плаза»: the firm's or the building's name goes on behind the town's."""
    is_firm = hit.case == "nom" and hit.first == hit.last and after in _FIRMS
    if is_firm:
        scene.take(hit.first, hit.last + 1)  # it is nobody's name either
    return is_firm


def _is_a_thing(scene: Scene, hit: TownHit) -> bool:
    """«есік темірден керек»: a word first, and a town only where it is asked for or written as one."""
    key, plain = scene.key(hit.first), scene.asked != "city" and not scene.tokens[hit.first].capital
    return hit.doubtful and plain and (key in _THINGS or any(stem in _THINGS for stem, _ in morph.cuts(key)))


def _in_street(scene: Scene, hit: TownHit, before: str, after: str) -> bool:
    """«ул. Астана», «ЖК Алматы», «Абай көшесі»; not «17 мкр Актау», «Абай көшесі Алматы», «Алматы ул Абая»."""
    if _street(before):
        at = hit.first - 1 if scene.key(hit.first - 1) == before else hit.first - 2
        whole = scene.kind(at - 1) == "number" or (scene.kind(at - 1) == "word" and before.startswith(_AFTER_NAME))
        return not whole
    if not _street(after):
        return False
    opens = after.startswith(_BEFORE_NAME) and not hit.doubtful
    more = scene.kind(hit.last + 2) in ("word", "number") or scene.key(hit.last + 2) in (".", "«", '"')
    return not (opens and (more or hit.case in ("loc", "abl")))


def _ends_district(scene: Scene, at: int) -> bool:
    """Does a district end here? «қарасай ауданы қаскелең», «Карасайский район Каскелен»."""
    kazakh = scene.key(at + 1).startswith("аудан")  # stands behind its name
    return scene.kind(at) == "word" and (kazakh or scene.tokens[at].capital or scene.key(at).endswith(_ADJECTIVE))


def _street(word: str) -> bool:
    return word in _STREET_EXACT or (len(word) > 3 and word.startswith(_STREET))
