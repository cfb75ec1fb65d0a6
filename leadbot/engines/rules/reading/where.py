"""Where the object is: of all places a message names, the one to build in.

Each mention is weighed by its sentence: a place beside the object or after «объект в» outranks the one where the client
sits or comes from; a street, a district or a firm named after a town is no town; a village outranks its region.
"""

from __future__ import annotations

from leadbot.engines.rules.reading import city, names, people, quarters, regions, unlisted
from leadbot.engines.rules.reading.namesakes import TownHit, is_named_after, on_a_corner
from leadbot.engines.rules.words import morph, near
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.text import skeleton
from leadbot.engines.rules.words.words import stems, words

_IN = words("where.in")
_FROM = words("where.from")
_NEAR = words("where.near")
_BUT = words("where.but")
_PLACE_WORDS = stems("where.place_words*")
_TOWN = words("where.town")
_VILLAGE = words("where.village")
_VILLAGE_BEHIND = words("where.village_behind")
_NAMESAKES = words("where.district_namesakes")
_DISTRICT = words("where.district")
_SELF = stems("where.self*")
_OBJECT = stems("where.object*")
_YOURS = words("objects.yours")
_OUTLETS = stems("where.outlets*")
_OTHERS = words("where.others")
_YOU = frozenset({"вы", "сиздер", "сиз", "you"})
_YOUR_DOING = ("аете", "уете", "яете", "ите", "сыздар", "сиздер", "work")
_ASKING = words("where.asking")
_WISHING = words("objects.wished")
_WORKING = stems("where.working*")
_FEW = 3  # words of «а в Караганде?»
_VENDOR_DONE = stems("where.vendor_done*")
_US = words("where.us")
_FORMERLY, _NATIVE, _LIVED = words("where.formerly"), stems("where.native*"), stems("where.lived*")
_GUESSES_AT_MOST = 8  # misspelt words compared with all towns in one message: a flood must not cost
_REGION_STEM = 5  # letters by which a region and its namesake are alike: «Мангистау», «Мангистауская»
_ASKED_ABOUT_SCORE = 0.3
_ONLY_THERE_SCORE = 0.05  # of «или только по Караганде?»
_ONLY = frozenset({"только", "тек", "лишь", "only"})
_QUARTER_SCORE = 0.4  # of a town known by its quarter alone
_EDGES = ("", "mark", "line")
_GENITIVES = ("нын", "нин", "дын", "дин", "тын", "тин")


def find(scene: Scene) -> tuple[Found | None, bool]:
    """The object's place, and whether one was only taken back («не Алматы»). Every mention is consumed."""
    parts = quarters.mentions(scene)
    hits = _mentions(scene, {at for part in parts for at in range(part.first, part.last + 1)})
    for hit in hits:
        _weigh(scene, hit)
    _prefer_to_namesake(hits)
    hits += [TownHit(part.town, "nom", part.first, part.last, _QUARTER_SCORE) for part in parts if part.town]
    for part in parts:
        scene.take(part.first, part.last)  # whatever else is said, it is nobody's name
    if any(h.denied for h in hits):
        _believe_capitals(scene, hits)
    taken = {at for hit in hits for at in range(hit.first, hit.last + 1)}
    strangers = unlisted.mentions(scene, taken, placed=any(h.score for h in hits))
    hits += [TownHit(s.name, "nom", s.first, s.last, s.score, s.sure) for s in strangers]
    _prefer_to_region(scene, hits)
    good = [h for h in hits if h.score > 0 and not h.denied]
    if not good:
        typed = unlisted.as_typed(scene) if scene.asked == "city" and not any(h.denied for h in hits) else None
        return typed, any(h.denied for h in hits)
    best = max(good, key=lambda h: (h.score, not h.doubtful, -h.first))  # «Nurly Tau, Almaty»
    corrects = any(h.denied for h in hits) or scene.key(best.first - 2) == "лучше"
    later = [
        h
        for h in good
        if h.first > best.first and h.name != best.name and h.score >= max(best.score - 1.6, 2 * _ONLY_THERE_SCORE)
    ]
    between = (best.last + 1, later[-1].first) if later else (0, 0)
    if later and (near.corrected(scene, *between) or scene.words(*between) & _BUT):
        best, corrects = later[-1], True
    for hit in hits:
        if hit.score > 0 or hit.denied:
            scene.take(hit.first, hit.last)
    return scene.found(best.name, best.first, best.last, sure=best.sure, corrects=corrects), False


def _prefer_to_namesake(hits: list[TownHit]) -> None:
    """«Маңғыстауда, Ақтауда»: beside one of its towns the name is the region's, not the village's."""
    places = city.gazetteer().places
    for hit in hits:
        region = hit.name[:_REGION_STEM]
        if hit.doubtful and any(one is not hit and places[one.name].region.startswith(region) for one in hits):
            hit.score = min(hit.score, 2 * unlisted.REGION_SCORE)


def _prefer_to_region(scene: Scene, hits: list[TownHit]) -> None:
    """«Түркістан облысы, Сарыағаш ауданы»: the district's town says more than the region."""
    region = any(h.score == unlisted.REGION_SCORE for h in hits)
    if region or not any(h.score for h in hits):
        for hit in hits:
            namesake = not region and scene.key(hit.first) in _NAMESAKES  # a district of a city
            if not hit.score and scene.key(hit.last + 1) in _DISTRICT and not namesake:
                hit.score, hit.sure = 2 * unlisted.REGION_SCORE, hit.sure and region


def _mentions(scene: Scene, inside: set[int]) -> list[TownHit]:
    """The towns named outside the tokens `inside` a quarter's name."""
    hits: list[TownHit] = []
    at = 0
    while at < len(scene.tokens):
        hit = None if at in inside else _mention_at(scene, at)
        if hit:
            hits.append(hit)
        at = hit.last + 1 if hit else at + 1
    return hits


def _mention_at(scene: Scene, at: int) -> TownHit | None:
    token = scene.tokens[at]
    if token.kind != "word" or scene.used[at]:
        return None
    table = city.gazetteer()
    if token.key in table.heads or (token.latin and skeleton(token.key) in table.heads):
        for last in (at + 4, at + 3, at + 2, at + 1):
            hit = _joined(scene, at, last)
            if hit:
                return hit
    if len(token.key) < 2:
        return None
    known = city.match(token) or _of_a_region(scene, at)
    if known is None:
        return _misspelt(scene, at)
    return TownHit(known.name, known.case, at, at, doubtful=known.doubtful)


def _of_a_region(scene: Scene, at: int) -> city.Match | None:
    """«Қызылорданың Шиелісі»: behind the place it belongs to a town bears the ending of what is possessed."""
    if not scene.key(at - 1).endswith(_GENITIVES) or not scene.tokens[at].capital:
        return None
    towns = (city.look_up(stem) for stem, tag in morph.cuts(scene.key(at), shortest=4) if tag == "poss")
    return next((town for town in towns if town is not None and town.case == "nom"), None)


def _joined(scene: Scene, first: int, last: int) -> TownHit | None:
    if last >= len(scene.tokens) or not scene.free(first, last) or scene.kind(last) != "word":
        return None
    if scene.key(last - 1) != "-" and morph.is_ending(scene.key(last)):
        return None  # «Усть-Каменогорск не»
    parts = [t.key for t in scene.tokens[first : last + 1] if t.key != "-"]
    if any(scene.kind(at) != "word" and scene.key(at) != "-" for at in range(first, last + 1)):
        return None
    key = "".join(parts)
    known = city.look_up(key, skeleton(key) if scene.tokens[first].latin else "")
    return TownHit(known.name, known.case, first, last, doubtful=known.doubtful) if known else None


def _misspelt(scene: Scene, at: int) -> TownHit | None:
    """One letter off, only where a place is expected: it was asked, or «в», «из», «г.» stand before."""
    key, last = scene.key(at), at
    if scene.key(at + 1) == "-" and not scene.tokens[at + 1].spaced and scene.kind(at + 2) == "word":
        key, last = key + scene.key(at + 2), at + 2  # «усть-каменогороск»
    before = scene.key(at - 1)
    expected = scene.asked == "city" or before in _IN | _FROM | _TOWN or (before == "." and scene.key(at - 2) == "г")
    alone = scene.kind(at - 1) in _EDGES and scene.kind(last + 1) in _EDGES and len(key) > 6
    if (
        scene.key(at + 1) in _VILLAGE_BEHIND
        or not (expected or alone)
        or len(key) < 6
        or scene.tokens[at].latin
        or near.is_common(key)
    ):
        return None
    if not expected and people.given(scene.tokens[at]):
        return None
    if scene.guesses >= _GUESSES_AT_MOST:
        return None
    scene.guesses += 1
    name = city.nearest(key)
    return TownHit(name, "loc" if before in _IN else "nom", at, last, sure=False) if name else None


def _weigh(scene: Scene, hit: TownHit) -> None:
    """Set the score of a mention; 0 where it is no place, or none of the client's object."""
    place = city.gazetteer().places[hit.name]
    before, after = scene.key(hit.first - 1), scene.key(hit.last + 1)
    if before == "." and scene.kind(hit.first - 2) == "word":
        before = scene.key(hit.first - 2)
    named = before in _TOWN or before in _VILLAGE or after in _TOWN or after in _VILLAGE
    town = named or after.startswith(_PLACE_WORDS) or place.region in regions.around(scene, hit.first, hit.last)
    if is_named_after(scene, hit, before, after) or (not town and _is_person(scene, hit)):
        return
    if hit.case == "cop" and scene.asked in ("name", "contact"):
        return  # «мен Астанамын»
    preposition = before in _IN or before in _FROM or before in _NEAR
    if before == "на" and "v" in place.flags and hit.doubtful and not town:
        return  # «на Достыке»: a street
    local = hit.case in ("loc", "abl", "loccop", "ablcop") and not (
        hit.case == "loc" and hit.doubtful and not preposition and _russian(scene, hit)
    )
    if hit.doubtful and not (town or preposition or local or _is_given_alone(scene, hit)):
        return
    if hit.case == "gen" and (before == "на" or scene.kind(hit.last + 1) == "number" or on_a_corner(scene, hit)):
        return  # «на Абая 25», «угол Абая»
    if hit.doubtful and preposition and hit.case in ("ins", "dat") and before not in _IN:
        return
    hit.score = 3.0 + (0.5 if before in _IN or hit.case in ("loc",) else 0) + (0.5 if town else 0)
    if before in _FROM or hit.case in ("abl", "ablcop", "loccop"):
        hit.score -= 1.0
    if _is_nearby(scene, hit, before, after):
        hit.score -= 2.5
    if place.abroad:
        hit.score -= 0.5
    _weigh_clause(scene, hit)
    if _is_asked_about(scene, hit):
        hit.sure, hit.score = False, hit.score and _ASKED_ABOUT_SCORE
        if _ONLY.intersection((before, scene.key(hit.first - 2))):
            hit.score = min(hit.score, _ONLY_THERE_SCORE)
    hit.denied = near.denied(scene, hit.first, hit.last) or after == "не"


def _is_nearby(scene: Scene, hit: TownHit, before: str, after: str) -> bool:
    """«под Алматы», «до Караганды 40 км», «между Астаной и Кокшетау», «Атырау жақта»: not there, but near."""
    if before in _NEAR or after in _NEAR:
        return True
    if before in ("и", "мен", "and") and "между" in scene.words(hit.first - 4, hit.first - 2):
        return True
    return hit.case == "gen" and before not in _IN and before not in _FROM


def _is_person(scene: Scene, hit: TownHit) -> bool:
    """«Нурсултан 7051234567», «я Нурсултан»: a town's namesake who gives his name."""
    if hit.first != hit.last or hit.case != "nom":
        return False
    person = people.person_at(scene, hit.first)
    if person is None or person.case != "nom":
        return False
    if person.last > hit.first and people.is_patronymic(scene.key(person.last)):
        return True  # «Нурсултан Абишевич»
    if not hit.doubtful and hit.name in (scene.tokens[hit.first].raw.capitalize(), person.shown):
        return names.speaks_of_names(scene) and names.introduced(
            scene, person
        )  # «Астана» is the town, until somebody is called so
    beside = scene.phone_at is not None and min(abs(hit.first - at) for at in scene.phone_at) <= 2
    return beside or scene.asked in ("name", "contact") or names.introduced(scene, person)


def _is_given_alone(scene: Scene, hit: TownHit) -> bool:
    """The answer to the question for the town, or «гараж 7х4, Рудный»; «жақсы» only agrees."""
    if near.is_everyday(scene.key(hit.first)):
        return False
    if scene.asked == "city" or _stands_alone(scene, hit):
        return True
    words = [at for at, token in enumerate(scene.tokens) if token.kind in ("word", "number")]
    whole = words == list(range(hit.first, hit.last + 1)) and scene.tokens[hit.first].capital  # «Рудный», asked late
    return whole and hit.case == "nom" and scene.asked != "name" and people.given(scene.tokens[hit.first]) is None


def _is_asked_about(scene: Scene, hit: TownHit) -> bool:
    """«а в Караганде делаете?» asks whether the company works there: the client's town only if he has no other."""
    begin, end = scene.clause(hit.first)
    spoken = scene.words(begin, end)
    if any(word.startswith((*_SELF, *_OBJECT)) for word in spoken) or spoken & _WISHING:
        return False
    asks = scene.key(end + 1) == "?" or bool(spoken & _ASKING)
    brief = len(spoken) <= _FEW and scene.key(hit.first - 1) in _IN
    only = not _ONLY.isdisjoint(spoken)
    return asks and (brief or only or any(word.startswith(_WORKING) for word in spoken))


def _stands_alone(scene: Scene, hit: TownHit) -> bool:
    """A doubtful name, capitalised, a clause of its own: «гараж 7х4, Рудный»; not where a person's name is due."""
    edges = (hit.first - 1, hit.last + 1)
    bounded = all(scene.kind(at) != "word" or scene.used[at] for at in edges)
    if not scene.tokens[hit.first].capital or hit.case != "nom" or not bounded:
        return False
    namesake = people.given(scene.tokens[hit.first]) is not None
    if hit.first == 0 and (namesake or scene.key(hit.last + 1) != "," or scene.asked == "name"):
        return False  # «Алга!»; but «Рудный, склад»
    return not namesake or (scene.phone_at is None and scene.asked not in ("name", "contact"))


def _russian(scene: Scene, hit: TownHit) -> bool:
    """A form that is only Russian: a case ending of a doubtful name without its preposition proves nothing."""
    return city.is_listed(scene.key(hit.last))


def _weigh_clause(scene: Scene, hit: TownHit) -> None:
    begin, end = scene.clause(hit.first)
    words = scene.words(begin, end)
    has_object = any(w.startswith(_OBJECT) for w in words)
    if has_object:
        hit.score += 1.5
    if scene.words(hit.first - 4, hit.first - 1) & _OTHERS and "у" in scene.words(hit.first - 5, hit.first - 2):
        hit.score -= 3  # «как у друзей в Талгаре»
    if words & _YOU and not has_object and any(w.endswith(_YOUR_DOING) for w in words):
        hit.score -= 0.7  # «вы только в Алматы работаете? нам в Тараз надо»
    if any(w.startswith(_SELF) for w in words):
        hit.score -= 1.0 if has_object else 2.0
    if (any(w.startswith(_VENDOR_DONE) for w in words) and words.isdisjoint(_US)) or (
        not has_object and _was_home(words)
    ):
        hit.score = 0.0
    elif words & _YOURS and any(w.startswith(_OUTLETS) for w in words):
        hit.score = 0.15  # «ваш офис в Астане»
    else:
        hit.score = max(hit.score, 0.2)


def _was_home(words: set[str]) -> bool:
    """«раньше жили в Рудном», «Семейде туғанмын»: where he is from, not where he is."""
    lived = any(word.startswith(_LIVED) for word in words) and not words.isdisjoint(_FORMERLY)
    return lived or any(word.startswith(_NATIVE) for word in words)


def _believe_capitals(scene: Scene, hits: list[TownHit]) -> None:
    """«не в Уральске, я же писал Аксай»: beside a place taken back a doubtful name is a place, too."""
    for hit in hits:
        before, after = scene.key(hit.first - 1), scene.key(hit.last + 1)
        if not hit.score and scene.tokens[hit.first].capital and not is_named_after(scene, hit, before, after):
            hit.score = 2.0
            hit.denied = near.denied(scene, hit.first, hit.last)
