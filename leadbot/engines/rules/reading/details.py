"""The smaller facts a manager likes to know: rooms, floors, land, kind of work, budget, time to call, materials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from leadbot.engines.rules.reading import city, people, units
from leadbot.engines.rules.words import morph, near, visits
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.text import TextToken, fold
from leadbot.engines.rules.words.words import raw, stems, words


class HasWorks(Protocol):
    """A set-up, as far as kinds of work go."""

    def __hash__(self) -> int: ...

    @property
    def works(self) -> Mapping[str, Mapping[str, Any]]: ...

    @property
    def materials(self) -> Mapping[str, str]: ...

    @property
    def chips(self) -> Mapping[str, tuple[Mapping[str, str], ...]]: ...


def _pairs(name: str) -> dict[str, str]:
    """A list of `stem = value`."""
    return {stem.strip(): value.strip() for stem, _, value in (item.partition("=") for item in raw(name))}


def _numbered(name: str) -> dict[str, int]:
    return {fold(stem): int(value) for stem, value in _pairs(name).items()}


_ROOM_WORDS = _numbered("details.room_words")
FLOOR_WORDS = _numbered("details.floor_words")
_FLOOR = stems("details.floor*")
_ROOM = stems("details.room*")
_ON_FLOOR = frozenset({"этаже", "кабатта", "кабаттагы"})
_ONE_FLOOR = words("details.one_floor")
_MONEY = words("details.money")
_SCALE = words("details.scale")
_SCALE_STEMS = stems("details.scale*")
_WHEN = stems("details.when*")
_CALL = stems("details.call*")
_LAND = stems("details.land*")
_MATERIALS = _pairs("details.materials")
_HOURS = words("details.hours")
_HOUR_BEFORE = words("details.hour_before")
_TIMES = stems("details.times*")
_MONTHS = stems("details.months*")
_ANY_TIME = words("details.any_time")
_POLITE = words("details.polite")
_CALLBACK_WORDS = words("details.callback_words")


def rooms(scene: Scene) -> Found | None:
    """«3 комнаты», «двушка», «екі бөлмелі» -> the number as text."""
    return _worded(scene, _ROOM_WORDS) or _counted(scene, _ROOM, most=12)


def floors(scene: Scene) -> Found | None:
    """«2 этажа», «двухэтажный», «екі қабатты» -> the number as text; «7 этаж» is where a flat is."""
    return _worded(scene, FLOOR_WORDS) or _counted(scene, _FLOOR, most=40, ordinal=_ONE_FLOOR)


def _worded(scene: Scene, table: Mapping[str, int]) -> Found | None:
    stems_of = tuple(table)
    for at, token in enumerate(scene.tokens):
        if token.kind == "word" and token.key.startswith(stems_of):
            count = next(table[stem] for stem in stems_of if token.key.startswith(stem))
            return scene.found(str(count), at, at)
    return None


def _counted(scene: Scene, stems: tuple[str, ...], *, most: int, ordinal: frozenset[str] = frozenset()) -> Found | None:
    for group in scene.groups:
        if not scene.free(group.first, group.last) or not 1 <= group.value <= most:
            continue
        at = group.last + 1
        if scene.key(at) == "-":
            at += 2 if scene.key(at + 1) in ("х", "и", "ти", "ух", "ех", "x") else 1
        elif scene.key(at) in ("х", "x", "ти"):
            at += 1
        if ordinal and scene.key(at) in _ON_FLOOR and scene.key(group.first - 1) in ("на", "в"):
            continue  # «магазин на 1 этаже»
        if (
            scene.key(at).startswith(stems)
            and scene.key(at) != "болмени"
            and not (scene.key(at) in ordinal and group.value > (3 if scene.key(at) == "кабат" else 1))
        ):
            scene.take(group.first, at)
            return scene.found(str(int(group.value)), group.first, at)
    return None


def budget(scene: Scene) -> Found | None:
    """A sum as said: «87 000 000 тенге», «15-20 млн», «500 мың»; consumed, so that it is no phone and no area."""
    found = None
    for index, group in enumerate(scene.groups):
        if not scene.free(group.first, group.last):
            continue
        _, last = units.amount(scene, index)
        at = last + 1
        if scene.key(at) in ("-", "до") and scene.kind(at + 1) == "number":
            at += 2
        scaled = scene.key(last).startswith(_SCALE_STEMS) or scene.key(last) in _SCALE
        while ((scene.key(at) in _SCALE or scene.key(at).startswith(_SCALE_STEMS)) and scene.kind(at) == "word") or (
            scaled and scene.key(at) == "."
        ):
            scaled, at = True, at + 1
        if scene.key(at) in _MONEY:
            scaled, at = True, at + 1
        if scaled and not scene.key(at).startswith(("квадр", "шарш", "кв")):
            found = found or scene.found(
                _plain(scene.text[scene.tokens[group.first].start : scene.tokens[at - 1].end]), group.first, at - 1
            )
            scene.take(group.first, at - 1)
    return found


def _plain(words: str) -> str:
    return " ".join(words.split())


def plot(scene: Scene) -> Found | None:
    """Land in words: «участок есть» -> «есть», «участка нет» -> «нет», «ищем участок» -> «ищет»."""
    for at, token in enumerate(scene.tokens):
        if token.kind != "word" or not token.key.startswith(_LAND) or token.key.startswith("жере"):
            continue
        words = scene.words(at - 3, min(at + 5, max(scene.clause(at)[1], at + 3)))
        if words & {"нет", "нету", "жок", "no", "нема"}:
            return scene.found("нет", at, at)
        if any(w.startswith(("ищ", "подбир", "издеп", "looking")) for w in words):
            return scene.found("ищет", at, at)
        if words & {"есть", "бар", "имеется", "свой", "have", "куплен", "купили", "баримыз"} or token.key in (
            "жеримиз",
            "жерим",
            "жери",
        ):
            return scene.found("есть", at, at)
    return None


@lru_cache(maxsize=32)
def _work_stems(setup: HasWorks) -> tuple[dict[str, tuple[tuple[str, ...], ...]], tuple[str, ...]]:
    """Phrases of word beginnings by the work's name, and the first beginnings of all."""
    by_name = {
        name: tuple(tuple(fold(w).split()) for w in row.get("words") or (name[:6],))
        for name, row in setup.works.items()
    }
    return by_name, tuple(phrase[0] for phrases in by_name.values() for phrase in phrases)


def work(scene: Scene, setup: HasWorks) -> Found | None:
    """The kind of work, the set-up's canonical noun: the first named, but «ремонт» where something closer is, too."""
    general: Found | None = None
    for at, token in enumerate(scene.tokens):
        if token.kind != "word" or not token.key.startswith(_work_stems(setup)[1]) or near.denied(scene, at, at):
            continue
        name, last = _work_at(scene, at, setup)
        if not name or (not scene.building and scene.object_at and _is_of_another(scene, at)):
            continue
        found = scene.found(name, at, last)
        if setup.works[name].get("alone"):
            return found
        general = general or found
    return general


def _is_of_another(scene: Scene, at: int) -> bool:
    """«крышу делал в прошлом году, теперь забор»: the roof is another thing than the one that is wanted."""
    named = any(thing.first <= at <= thing.last for thing in scene.mentions)
    return named and scene.object_at is not None and not scene.object_at[0] <= at <= scene.object_at[1]


def _work_at(scene: Scene, at: int, setup: HasWorks) -> tuple[str, int]:
    """The work whose longest phrase begins at this token, and its last token."""
    best, length = "", 0
    for name, phrases in _work_stems(setup)[0].items():
        for phrase in phrases:
            fits = all(scene.key(at + step).startswith(stem) for step, stem in enumerate(phrase))
            if fits and len(phrase) > length:
                best, length = name, len(phrase)
    return best, at + length - 1


@lru_cache(maxsize=32)
def _with_chips(setup: HasWorks) -> tuple[dict[str, str], tuple[str, ...]]:
    """The same and the quick replies to the question for them, which are understood out of turn, too."""
    known = dict(_materials(setup)[0])
    for chip in setup.chips.get("materials", ()):
        if not near.is_everyday(fold(chip["ru"]).partition(" ")[0]):  # «не знаю»
            known |= {word: chip["ru"] for word in map(_first_word, chip.values()) if word not in known}
    return known, tuple(known)


@lru_cache(maxsize=32)
def _materials(setup: HasWorks) -> tuple[dict[str, str], tuple[str, ...]]:
    """Names by beginnings of words, the trade's own first, and all beginnings together."""
    known = {fold(stem): name for stem, name in setup.materials.items()}
    known |= {stem: name for stem, name in _MATERIALS.items() if stem not in known}
    return known, tuple(known)


def _is_town(token: TextToken) -> bool:
    place = city.match(token)
    return place is not None and not place.doubtful


def _first_word(text: str) -> str:
    return fold(text).partition(" ")[0]


def materials(scene: Scene, setup: HasWorks) -> Found | None:
    """Materials as said, joined by commas, in the nominative."""
    known, stems_of = _materials(setup) if scene.asked == "materials" else _with_chips(setup)
    hits: list[tuple[str, int]] = []
    for at, token in enumerate(scene.tokens):
        is_object = any(at == thing.last for thing in scene.mentions)  # «деревья посадить»
        if token.kind == "word" and token.key.startswith(stems_of) and not (is_object or _is_town(token)):
            name = next(n for stem, n in known.items() if token.key.startswith(stem))
            if scene.asked == "city":
                scene.take(at, at)  # «МДФ» is no place
            if all(name != earlier for earlier, _ in hits):
                hits.append((name, at))
    return scene.found(", ".join(n for n, _ in hits), hits[0][1], hits[-1][1]) if hits else None


_SINCE = frozenset({"кейин", "дейин"})
_AT, _OF_DAY = frozenset({"на", "в", "к", "сагат", "at"}), ("час", "утр", "вечер", "дня")
_ENDINGS_OF_HOURS = frozenset({"дан", "ден", "тан", "тен", "нан", "нен", "га", "ге", "ка", "ке"})


def callback(scene: Scene) -> Found | None:
    """When to call, in the client's words: «завтра после 6», «кешкі 7-ден кейін»; its hour is consumed."""
    for at, token in enumerate(scene.tokens):
        if token.kind != "word" and not _hour_behind(scene, at):
            continue
        named = token.key.startswith(_WHEN) and not people.given(token, shaped=False)  # «Жумагуль» is no Friday
        begins = named or _hour_behind(scene, at) or (token.key in _HOUR_BEFORE and _is_hour(scene, at + 1))
        about = _about_calling(scene, at) or scene.asked == "callback" or _only_a_time(scene)
        if not begins or not (about or visits.is_to_come(scene, at)):
            continue
        last = _hour_apart(scene, _callback_end(scene, at))
        first = _clock_before(scene, at)
        scene.take(first, last)
        return scene.found(scene.text[scene.tokens[first].start : scene.tokens[last].end], first, last)
    return None


def _clock_before(scene: Scene, at: int) -> int:
    """Where the time begins whose hour goes before the day: «в 18:00 сегодня»."""
    is_clock = scene.key(at - 2) == ":" and scene.kind(at - 1) == scene.kind(at - 3) == "number"
    return at - 3 if is_clock else at


def _hour_apart(scene: Scene, last: int) -> int:
    """The token of the hour that stands apart from its day: «жексенбіге жазыңыз 11ге», «завтра запишите на 10»."""
    end = scene.clause(last)[1]
    for at in range(last + 1, min(last + 5, end) + 1):
        if scene.kind(at) == "number" and len(scene.key(at)) <= 2 and scene.free(at, at):
            if past := _past_hour(scene, at):
                return past - 1
            if scene.key(at - 1) in _AT and (at == end or scene.key(at + 1).startswith(_OF_DAY)):
                return at
    return last


def speaks_of_time(said: str) -> bool:
    """Is there any word of a time in it: a day, an hour, «когда угодно», «на следующей неделе»; «2012 год» is none."""
    spoken = fold(said).replace(",", " ").replace(".", " ").split()
    return any(
        word in _HOURS | _CALLBACK_WORDS | _ANY_TIME or word.startswith((*_WHEN, *_TIMES)) or _is_clock(word)
        for word in spoken
    )


def _is_clock(word: str) -> bool:
    """«15», «15:30», «10-12», «18ге»: an hour or a day of the month."""
    digits = re.match(r"\d+", word)
    return digits is not None and len(digits[0]) <= 2


def _only_a_time(scene: Scene) -> bool:
    """«можно завтра до 11»: said alone, a time is when to call."""
    spoken = [t.key for t in scene.tokens if t.kind == "word"]
    return all(key in _CALLBACK_WORDS | _HOURS | _POLITE or key.startswith(_WHEN) for key in spoken)


def _is_hour(scene: Scene, at: int) -> bool:
    """«6», «шести», «обеда»."""
    key = scene.key(at)
    return (scene.kind(at) == "number" and len(key) <= 2) or key in _HOURS or key.startswith(_WHEN)


def _hour_behind(scene: Scene, at: int) -> bool:
    """«7-ден кейін», «9-дан 18-ге дейін», «жетіден кейін»: in Kazakh the hour comes first."""
    past = at + 1 if scene.key(at) in _HOURS else _past_hour(scene, at)
    return bool(past) and (scene.key(past) in _SINCE or scene.key(_past_hour(scene, past)) in _SINCE)


def _past_hour(scene: Scene, at: int) -> int:
    """The token behind «7-ден», «18ге»; 0 where no such hour stands here."""
    ending = at + 2 if scene.key(at + 1) == "-" else at + 1
    is_hour = scene.kind(at) == "number" and len(scene.key(at)) <= 2 and scene.key(ending) in _ENDINGS_OF_HOURS
    return ending + 1 if is_hour else 0


def _about_calling(scene: Scene, at: int) -> bool:
    return any(t.kind == "word" and any(s in t.key for s in _CALL) for t in scene.tokens[max(0, at - 6) : at + 9])


def _callback_end(scene: Scene, at: int) -> int:
    last = at
    while last + 1 < len(scene.tokens) and last - at < 7:
        token = scene.tokens[last + 1]
        stem = next((s for s, _ in morph.cuts(token.key)), "")
        goes_on = (
            token.key in _CALLBACK_WORDS
            or token.key in _HOURS
            or token.key.startswith((*_WHEN, *_MONTHS))
            or stem in _CALLBACK_WORDS
        )
        if not (
            goes_on
            or (token.kind == "number" and len(token.key) <= 2)
            or (token.key in ":-" and scene.kind(last + 2) == "number")
            or (token.key == "-" and scene.key(last + 2) in _ENDINGS_OF_HOURS)
            or (
                token.key in _ENDINGS_OF_HOURS
                and (scene.key(last) == "-" or scene.key(last + 2) in _SINCE or _past_hour(scene, last + 2))
            )
        ):
            break
        last += 1
    while last > at and scene.key(last) in ("в", "и", "или", "к", "с", "до", "после"):
        last -= 1
    return last
