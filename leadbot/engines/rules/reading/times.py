"""When to call or to come, in the client's own words: «завтра после 6», «кешкі 7-ден кейін», «не звоните с утра»."""

from __future__ import annotations

import re

from leadbot.engines.rules.reading import people
from leadbot.engines.rules.words import morph, near, visits
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.text import fold
from leadbot.engines.rules.words.words import stems, words

_WHEN = stems("details.when*")
_CALL = stems("details.call*")
_HOURS = words("details.hours")
_HOUR_BEFORE = words("details.hour_before")
_TIMES = stems("details.times*")
_MONTHS = stems("details.months*")
_ANY_TIME = words("details.any_time")
_POLITE = words("details.polite")
_CALLBACK_WORDS = words("details.callback_words")
_BUSY = stems("details.busy*")
_COUNTED = stems("details.counted*")
_NOT = frozenset({"не", "not", "don't", "dont"})
_CALL_NOT = re.compile(r"(?:звонда|хабарлас|шал)(?:ма|ме|па|пе)")  # «звондамаңыз», «хабарласпаңыз»
_PREPOSITIONS = words("details.time_prepositions")
_ON = frozenset({"в", "во"})  # «в субботу»
_SINCE = frozenset({"кейин", "дейин"})
_AT, _OF_DAY = frozenset({"на", "в", "к", "сагат", "at"}), ("час", "утр", "вечер", "дня")
_ENDINGS_OF_HOURS = frozenset({"дан", "ден", "тан", "тен", "нан", "нен", "га", "ге", "ка", "ке"})


def callback(scene: Scene) -> Found | None:
    """When to call, in the client's words: «завтра после 6», «кешкі 7-ден кейін»; its hours are consumed.

    A time that is taken back («кешке емес, түсте») or at which he is busy («на работе до шести») is none; «не звоните с
    утра» is kept as it stands.
    """
    spans: list[tuple[int, int]] = []
    denied = False
    for at in range(len(scene.tokens)):
        if (spans and at <= spans[-1][1]) or not _begins(scene, at):
            continue
        last = _callback_end(scene, at)
        if near.denied(scene, at, last):
            denied = True
        elif not _is_busy(scene, at) and not _is_refused(scene, at, last):
            first = _clock_before(scene, at)
            spans.append((first - (scene.key(first - 1) in _ON), _hour_apart(scene, last)))
    if not (denied or scene.asked == "callback"):
        spans = spans[:1]
    if not spans:
        return _not_then(scene)
    for first, last in spans:
        scene.take(first, last)
    said = (scene.text[scene.tokens[first].start : scene.tokens[last].end] for first, last in spans)
    return scene.found(", ".join(said), spans[0][0], spans[-1][1], corrects=denied)


def _begins(scene: Scene, at: int) -> bool:
    """Does a time to call begin with this token?"""
    token = scene.tokens[at]
    if token.kind != "word" and not _hour_behind(scene, at):
        return False
    named = token.key.startswith(_WHEN) and not people.given(token, shaped=False)  # «Жумагуль» is no Friday
    begins = named or _hour_behind(scene, at) or (token.key in _HOUR_BEFORE and _is_hour(scene, at + 1))
    about = _about_calling(scene, at) or scene.asked == "callback" or _only_a_time(scene)
    return begins and (about or visits.is_to_come(scene, at))


def _clock_before(scene: Scene, at: int) -> int:
    """Where the time begins whose hour goes before the day: «18:00 сегодня»."""
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


def _is_busy(scene: Scene, at: int) -> bool:
    """«он на работе до шести», «занята утром»: then he cannot be called."""
    for before in range(at - 1, max(-1, at - 4), -1):
        key = scene.key(before)
        if scene.kind(before) == "mark" or key.startswith(_CALL):
            return False
        if key.startswith(_BUSY):
            return True
    return False


def _is_refused(scene: Scene, first: int, last: int) -> bool:
    """«не звоните утром», «таңертең звондамаңыз»."""
    asked_not = any(
        scene.key(at).startswith(_CALL) and scene.key(at - 1) in _NOT for at in range(max(1, first - 2), first)
    )
    return asked_not or any(_CALL_NOT.match(scene.key(at)) for at in (last + 1, last + 2))


def _not_then(scene: Scene) -> Found | None:
    """When not to call: «не звоните с утра», «таңертең звондамаңыз»."""
    for at in range(len(scene.tokens)):
        if scene.key(at).startswith(_CALL) and scene.key(at - 1) in _NOT:
            begin = at + 1 + (scene.key(at + 1) in _PREPOSITIONS)
            if scene.key(begin).startswith((*_WHEN, *_TIMES)) or (begin > at + 1 and _is_hour(scene, begin)):
                return _taken(scene, at - 1, _callback_end(scene, begin))
        if scene.key(at).startswith(_WHEN):
            last = next((end for end in (at + 1, at + 2) if _CALL_NOT.match(scene.key(end))), None)
            if last:
                return _taken(scene, at, last)
    return None


def _taken(scene: Scene, first: int, last: int) -> Found:
    scene.take(first, last)
    return scene.found(scene.text[scene.tokens[first].start : scene.tokens[last].end], first, last)


def names_a_day(said: str) -> bool:
    """Does it name a day, or a time of the day?"""
    return any(word.startswith(_WHEN) for word in re.findall(r"\w+", fold(said)))


def speaks_of_time(said: str) -> bool:
    """Is there any word of a time in it: a day, an hour, «когда угодно», «на следующей неделе»; «2012 год» is none."""
    spoken = fold(said).replace(",", " ").replace(".", " ").split()
    return any(
        word in (_HOURS | _CALLBACK_WORDS | _ANY_TIME) - _PREPOSITIONS
        or word.startswith((*_WHEN, *_TIMES))
        or (_is_clock(word) and not next_word.startswith(_COUNTED))
        for word, next_word in zip(spoken, [*spoken[1:], ""], strict=False)
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
