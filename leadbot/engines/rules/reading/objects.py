"""What is to be built or repaired, by the set-up's table of objects and the company's own list."""

from __future__ import annotations

from dataclasses import dataclass

from leadbot.engines.rules.reading import in_passing, people, several, unnamed
from leadbot.engines.rules.reading.city import match
from leadbot.engines.rules.words import morph, near
from leadbot.engines.rules.words.around import STAFF
from leadbot.engines.rules.words.object_forms import Table
from leadbot.engines.rules.words.scene import Found, Scene, Thing
from leadbot.engines.rules.words.text import TextToken, skeleton
from leadbot.engines.rules.words.words import stems, words


@dataclass(slots=True)
class _ObjectHit:
    key: str
    first: int
    last: int
    rank: int
    score: float = 0.0
    denied: bool = False


# «у дома», «возле магазина»: a landmark, not the object
_BESIDE, _BESIDE_BEHIND = words("objects.beside"), words("objects.beside_behind")
_INSIDE = words("objects.inside")
_TOWN_BEFORE = words("objects.town_before")
_STREETS = words("objects.streets") | words("objects.streets_before")
_IN_KAZAKH = ("те", "де", "та", "да", "te", "de", "ta", "da")  # «Есікте үй»
_LANDMARK = 2  # ranks lost by what only stands nearby
_WORKING = stems("objects.working*")
_PLACING = words("objects.placing")
_KAZAKH_PLACES = words("objects.kazakh_places") | frozenset(map(skeleton, words("objects.kazakh_places")))
_SOFTENED = {"г": "к", "б": "п"}
_PART, _LAND = 2, 3  # the ranks of what is but a part of a thing, and of land
_GIVEN_UP = words("objects.given_up")
_ANOTHER = words("objects.another")
_AT_US = (["у", "нас"], ["у", "меня"])
_STANDING, _THERE = frozenset({"стоит", "стоят"}), frozenset({"уже", "там"})
_STANDS, _BROKEN = words("objects.stands"), stems("objects.broken*")
_WISHED = words("objects.wished")
_OLD = words("objects.old")
_AWAY = frozenset({"с", "со", "из", "от"})
_COUNTING = words("objects.counting")
_MOST_COUNTED, _LEAST_SIZE = 20, 12
_ONLY = words("objects.only")
_NEEDED, _ARTICLES = words("objects.needed"), frozenset({"the", "a"})
_COUNTED_ENDINGS = ("ов", "ев", "ей", "он", "иц", "мест", "артир")


def find(scene: Scene, objects: Table) -> tuple[Found | None, bool]:
    """The object, and whether one was only refused («не дом»). The objects' tokens are consumed."""
    hits = _mentions(scene, objects)
    good = [h for h in hits if not h.denied and h.score > -5]
    for hit in hits:
        scene.take(hit.first, hit.last)
    if all(h.key in objects.faint for h in good):
        flat = unnamed.flat(scene) if unnamed.FLAT in objects.ranks else None
        if flat or not good:
            return flat or (None if hits else unnamed.as_typed(scene)), any(h.denied for h in hits)
    if any(h.key in objects.own for h in good):
        for hit in good:
            placed = hit.key not in objects.own and _is_where(scene, hit)
            hit.score -= _LANDMARK * placed  # «окна в дом», «үйге терезе», «дверь на кухню»
    only = [h for h in good if _is_only(scene, h)]
    best = max(only or good, key=lambda h: (*_standing(h, objects), h.score, -h.first))
    best.key = unnamed.FLAT if scene.key(best.first).startswith("хат") and unnamed.flat(scene) else best.key
    corrects = any(h.denied for h in hits)
    later = [h for h in good if h.first > best.last and h.key != best.key and h.rank <= best.rank]
    if later and near.corrected(scene, best.last + 1, later[-1].first):
        best, corrects = later[-1], True
    scene.building, scene.object_at = best.rank == 1, (best.first, best.last)
    scene.mentions = [Thing(h.key, h.first, h.last) for h in good]
    scene.further = [] if corrects else _further(scene, best, good, objects)
    return scene.found(
        best.key, best.first, best.last, sure=_is_sure(scene, best, objects), corrects=corrects or bool(only)
    ), False


def _is_sure(scene: Scene, best: _ObjectHit, objects: Table) -> bool:
    return best.score > -1.5 and best.key not in objects.faint and not _is_but_where(scene, best)


def _is_but_where(scene: Scene, hit: _ObjectHit) -> bool:
    """«үйге қосбар керек»: the thing for it no table holds, and no work is named."""
    to_it = any(tag == "dat" and stem in _KAZAKH_PLACES for stem, tag in _cuts(scene, hit.last))
    return to_it and not any(token.key.startswith(_WORKING) for token in scene.tokens)


def _standing(hit: _ObjectHit, objects: Table) -> tuple[int, bool]:
    """What a mention counts beside others before its place in the sentence does."""
    return -hit.rank - _LANDMARK * (hit.score <= -2), hit.key not in objects.vague


def _further(scene: Scene, best: _ObjectHit, good: list[_ObjectHit], objects: Table) -> list[Thing]:
    """The things wanted beside the best: «дом и баня», «забор с воротами»; no parts of it, such as its kitchen."""
    main = Thing(best.key, best.first, best.last)
    others: dict[str, Thing] = {}
    for hit in good:
        alike = hit.rank == 1 or hit.rank == best.rank == _PART or hit.key in objects.own
        if (
            hit.key == best.key
            or hit.key in objects.vague
            or not alike
            or hit.score < -1 - 2 * several.is_attached(scene, hit.first)
        ):
            continue
        if hit.rank > _PART and several.is_attached(scene, hit.first):
            continue  # «дом с пластиковыми окнами»
        others.setdefault(hit.key, Thing(hit.key, hit.first, hit.last))
    return several.further(scene, main, [*others.values()])


def _is_where(scene: Scene, hit: _ObjectHit) -> bool:
    """«в дом», «для дачи», «үйге», «у меня дом»: where the thing goes, not the thing."""
    if scene.key(hit.first - 1) in _PLACING:
        return hit.rank == 1 or not scene.key(hit.first - 2).startswith(_WORKING)  # «ремонт в ванной»
    cuts = _cuts(scene, hit.last)
    return any(tag in ("dat", "loc", "gen", "poss") for stem, tag in cuts if stem in _KAZAKH_PLACES)


def _cuts(scene: Scene, at: int) -> list[tuple[str, str]]:
    """Ways to take a Kazakh ending off this token; of a Latin one the stem is a skeleton."""
    token = scene.tokens[at]
    return [*morph.cuts(skeleton(token.key) if token.latin else token.key, latin=token.latin)]


def _mentions(scene: Scene, objects: Table) -> list[_ObjectHit]:
    hits: list[_ObjectHit] = []
    counted = {at for group in scene.groups if group.spelled for at in range(group.first, group.last + 1)}
    at = 0
    while at < len(scene.tokens):
        token = scene.tokens[at]
        taken = scene.used[at] or (at in counted and not token.raw.isupper())
        if token.kind != "word" or taken or _is_a_town(scene, at):
            at += 1
            continue
        key, last = _object_at(scene, at, objects)
        if key:
            hits.append(_weighed(scene, _ObjectHit(key, at, last, objects.ranks.get(key, 1)), objects))
        at = last + 1
    return hits


def _is_a_town(scene: Scene, at: int) -> bool:
    """«в Есике», «Есік қаласы», or «Есік» where the town was asked: no door (есік), though spelled like one."""
    before = at - 2 if scene.key(at - 1) == "." else at - 1
    token = scene.tokens[at]
    named = token.capital and scene.kind(at - 1) in ("word", "mark") and before >= 0 and scene.key(before) not in ".!?"
    town = match(token) if token.capital else None
    placed = (
        (named and not token.raw.isupper())
        or (town is not None and town.case == "loc" and scene.key(at).endswith(_IN_KAZAKH))
        or scene.asked == "city"
        or scene.key(before) in _TOWN_BEFORE
        or scene.key(at + 1).startswith("каласы")
        or (token.capital and scene.key(at + 1) == "," and bool(scene.words(at + 2, at + 6) & _STREETS))
    )
    return placed and match(scene.tokens[at]) is not None


def _object_at(scene: Scene, at: int, objects: Table) -> tuple[str, int]:
    token = scene.tokens[at]
    if token.key in objects.heads or (token.latin and skeleton(token.key) in objects.latin_heads):
        for length in (3, 2):
            last, phrase = _phrase(scene, at, length)
            if phrase:
                key = _known(phrase, objects, latin=token.latin)
                if key is not None:
                    return key, last
    if token.latin and token.key not in objects.forms and (near.is_everyday(token.key) or _is_person(token)):
        return "", at
    key = _known(token.key, objects, latin=token.latin)
    return key or "", at


def _is_person(token: TextToken) -> bool:
    """Peter is no «пәтер»."""
    return token.capital and people.given(token) is not None


def _phrase(scene: Scene, at: int, length: int) -> tuple[int, str]:
    words, last = [scene.key(at)], at
    while len(words) < length:
        ahead = last + 2 if scene.key(last + 1) == "-" else last + 1
        if scene.kind(ahead) != "word" or scene.used[ahead]:
            return at, ""
        words.append(scene.key(ahead))
        last = ahead
    return last, " ".join(words)


def _known(word: str, objects: Table, *, latin: bool) -> str | None:
    """The object of a word or phrase; "" for a phrase that is none («ас үй» as a house); None for an unknown one."""
    key = objects.forms.get(word)
    if key is None and latin:
        word = skeleton(word)
        key = objects.latin.get(word) or (objects.latin.get(word.removesuffix("s")) if len(word) > 4 else None)
        bases = objects.latin_bases
    else:
        bases = objects.bases
    if key is not None:
        return key
    for stem, tag in morph.cuts(word, latin=latin):
        if tag == "poss" and stem[-1:] in _SOFTENED and stem not in bases:
            stem = stem[:-1] + _SOFTENED[stem[-1]]  # «шарбағын» of «шарбақ»
        if stem in bases and tag not in ("cop", "ins") and len(word) > 2:
            return bases[stem]
    return None if latin else objects.nearest(word)


def _weighed(scene: Scene, hit: _ObjectHit, objects: Table) -> _ObjectHit:
    before = scene.key(hit.first - 1)
    after = scene.key(hit.last + 1)
    if before in _BESIDE and not (before == "к" and scene.kind(hit.first - 2) == "number"):  # «2к квартира»
        hit.score -= 2
    if after in _BESIDE_BEHIND:
        hit.score -= 3  # «мектеп жанында»
    if before in _INSIDE:
        hit.score -= 1
    before_it = scene.words(hit.first - 3, hit.first - 1)
    hit.score += 0.7 * bool(before_it & _WISHED) - 1.2 * bool(before_it & _OLD)  # «старый дом, хочу баню»
    if scene.key(hit.first - 1).endswith("ом") and scene.key(hit.first - 2) in _INSIDE:
        hit.score -= 2  # «квартира в панельном доме»
    if _is_landmark(scene, hit) or several.is_attached(scene, hit.first):
        hit.score -= 2
    sized = any(group.last == hit.first - 1 and group.value >= _LEAST_SIZE for group in scene.groups)
    numbered = (
        sized and scene.kind(hit.first - 1) == "number" and not _known(scene.key(hit.first - 2), objects, latin=False)
    )
    if after.startswith(("шарш", "квадрат")) or numbered:  # «дом 130 гараж 24»: the 130 is the house's
        hit.score += 0.2
    listed = scene.key(hit.last) in objects.forms
    tag = "" if listed else next((t for _, t in morph.cuts(scene.key(hit.last))), "")
    if tag == "dat" or (tag in ("loc", "abl") and not before):
        hit.score -= 0.5  # «саяжайға монша»
    hit.score -= _owned(scene, hit) + 2.5 * _is_counted(scene, hit)
    thing = Thing(hit.key, hit.first, hit.last)
    if hit.key == "квартира" and in_passing.is_house_number(scene, thing):
        hit.score -= 2  # «Абая 25, кв 14»: it is the flat of that address, if nothing else is named
    elif (
        in_passing.is_so(scene, thing, objects.ranks.get(hit.key, 1))
        or scene.key(hit.first - 1).startswith(STAFF)  # «завхоз детсада»
    ):
        hit.score = -9
    hit.denied = near.denied(scene, hit.first, hit.last) or _is_given_up(scene, hit)
    return hit


def _is_given_up(scene: Scene, hit: _ObjectHit) -> bool:
    """«передумал насчёт дома», «вместо дома хочу гараж»: the house."""
    for at in range(hit.first - 1, max(-1, hit.first - 4), -1):
        if scene.key(at) in _GIVEN_UP:
            return True
        if scene.kind(at) == "mark" or scene.key(at) in _WISHED:
            break
    return False


def _owned(scene: Scene, hit: _ObjectHit) -> float:
    """What «дом уже есть», «үй бар», «у нас дача» count against a thing that stands already."""
    before = [scene.key(at) for at in range(max(0, hit.first - 3), hit.first)]
    behind = [scene.key(at) for at in range(hit.last + 1, hit.last + 3)]
    if behind[:1] == ["уже"]:
        behind = behind[1:]
    if _ANOTHER.intersection(before) or behind[0].startswith(_BROKEN):
        return 0  # «ещё один магазин есть», «у меня кухня осыпалась»
    stands = behind[0] in _STANDS or (behind[0] in _STANDING and not _THERE.isdisjoint(before))
    if stands:
        return 2  # «там уже дом стоит»
    return 1.5 if before[-2:] in _AT_US or (before[-1:] == ["есть"] and before[-3:-1] in _AT_US) else 0


def _is_only(scene: Scene, hit: _ObjectHit) -> bool:
    """«только фундамент», «баня только нужна», «тек шатыр», "just the roof": nothing else is wanted."""
    before = hit.first - 1 - (scene.key(hit.first - 1) in _ARTICLES)
    ends = scene.key(hit.last + 2) in _NEEDED or scene.kind(hit.last + 2) in ("", "mark", "line")
    return scene.key(before) in _ONLY or (scene.key(hit.last + 1) in _ONLY and ends)


def _is_landmark(scene: Scene, hit: _ObjectHit) -> bool:
    """«с Карагандинского офиса», «на 3 кабинета»: where somebody is from, how many rooms of a kind there are."""
    if scene.key(hit.first - 1).endswith("ого") and scene.key(hit.first - 2) in _AWAY:
        return True
    counted = next((g for g in scene.groups if g.last == hit.first - 1), None)
    return counted is not None and 2 <= counted.value <= _MOST_COUNTED and scene.key(counted.first - 1) in _COUNTING


def _is_counted(scene: Scene, hit: _ObjectHit) -> bool:
    """«школа, 12 кабинетов»: what there are several of is less the object than what they are in."""
    counted = next((g for g in scene.groups if g.last == hit.first - 1), None)
    return counted is not None and counted.value >= 2 and scene.key(hit.last).endswith(_COUNTED_ENDINGS)
