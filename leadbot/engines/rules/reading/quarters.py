"""Parts of towns: «Майкудук», «ЖК Хайвилл», «на Орбите» are places, tell their town where one alone has them, and
are nobody's name."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cache

from leadbot.engines.rules.reading import city, people
from leadbot.engines.rules.words import forms, morph
from leadbot.engines.rules.words.around import INTRO, back, introducing
from leadbot.engines.rules.words.forms import DATA
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.text import fold, skeleton
from leadbot.engines.rules.words.words import stems, words
from leadbot.texts.tables import read_table

_OPENING = stems("where.quarter_before*")  # мкр, ЖК, район
_CLOSING = stems("where.quarter_behind*")
_PREPOSITIONS = words("where.in") | words("where.from") | words("where.near") | {"на", "в"}
_LONGEST = 3  # words of a name
_CASES = ("nom", "gen", "dat", "acc", "ins", "loc")


@dataclass(frozen=True, slots=True)
class Quarter:
    """A name as listed: its town ("" where several towns have one), and whether it is also something else."""

    town: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A quarter in a message. `sure`: something beside the name says that a place is meant."""

    town: str
    first: int
    last: int
    sure: bool


@dataclass(slots=True)
class _Quarters:
    by_form: dict[str, Quarter] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)


@cache
def _table() -> _Quarters:
    table = _Quarters()
    for row in read_table(DATA / "quarters.tsv"):
        for written in row[1].split(";"):
            name = written.strip().removeprefix("*")
            quarter = Quarter(row[0], written.strip().startswith("*"))
            for form in _spellings(name):
                known = table.by_form.get(form)
                if known is not None and known.town != quarter.town:
                    table.by_form[form] = Quarter("", known.doubtful or quarter.doubtful)
                else:
                    table.by_form[form] = quarter
                table.heads.add(form.partition(" ")[0])
    for name in words("where.quarters_named_so"):
        table.by_form.setdefault(name, Quarter("", doubtful=True))
        table.heads.add(name)
    return table


def load() -> None:
    """Read the table now rather than at the first message."""
    _table()


def _spellings(name: str) -> set[str]:
    """The name and its Russian cases, folded, words apart; a number behind it is left to the message."""
    parts = [part for part in fold(name).replace("-", " ").split() if not part.isdigit()]
    plain = " ".join(parts)
    if not parts or len(parts[-1]) < 4 or plain.isascii():
        return {plain}
    tables = [forms.decline(part) for part in parts]
    cases = {
        " ".join(choice)
        for case in _CASES
        for choice in itertools.product(*(sorted(t.get(case) or t["nom"]) for t in tables))
    }
    return cases | {plain}


def mentions(scene: Scene) -> list[Mention]:
    """All quarters that are meant as such, in order."""
    found: list[Mention] = []
    at = 0
    while at < len(scene.tokens):
        one = _mention_at(scene, at)
        if one:
            found.append(one)
        at = one.last + 1 if one else at + 1
    return found


def _mention_at(scene: Scene, at: int) -> Mention | None:
    if scene.kind(at) != "word" or scene.used[at] or len(scene.key(at)) < 2:
        return None
    for length in range(_LONGEST, 0, -1):
        last, phrase = _phrase(scene, at, length)
        quarter = _known(phrase, latin=scene.tokens[at].latin) if phrase else None
        if quarter:
            return _weighed(scene, quarter, at, last, phrase)
    return None


def _phrase(scene: Scene, at: int, length: int) -> tuple[int, str]:
    parts, last = [scene.key(at)], at
    while len(parts) < length:
        ahead = last + 2 if scene.key(last + 1) == "-" and not scene.tokens[last + 1].spaced else last + 1
        if scene.kind(ahead) != "word" or scene.used[ahead]:
            return at, ""
        parts.append(scene.key(ahead))
        last = ahead
    return last, " ".join(parts)


def _known(phrase: str, *, latin: bool) -> Quarter | None:
    table = _table()
    if phrase.partition(" ")[0] not in table.heads and " " in phrase:
        return None
    quarter = table.by_form.get(phrase) or (_latin().get(skeleton(phrase)) if latin else None)
    if quarter or latin:
        return quarter
    for stem, tag in morph.cuts(phrase, shortest=4):
        if tag in ("loc", "abl", "gen", "dat", "loccop", "ablcop") and stem in table.by_form:
            return table.by_form[stem]
    return None


@cache
def _latin() -> dict[str, Quarter]:
    """By skeleton, made when the first Latin message comes."""
    return {skeleton(form): quarter for form, quarter in _table().by_form.items()}


def _weighed(scene: Scene, quarter: Quarter, first: int, last: int, phrase: str) -> Mention | None:
    """Is the place meant? A name that is also a town's, a person's or a word needs a sign beside it."""
    if introducing(back(scene, first, 4), INTRO):
        return None  # «атым Жулдыз»
    numbered = any(
        scene.kind(at) == "number" and len(scene.key(at)) == 1 and not scene.used[at] and scene.kind(at + 1) != "number"
        for at in (last + 1, last + 1 + (scene.key(last + 1) == "-"))
    )
    before = scene.key(first - 2) if scene.key(first - 1) in (".", "«", '"') else scene.key(first - 1)
    named = before.startswith(_OPENING) or scene.key(last + 1).startswith(_CLOSING)
    beside = _stands_by_town(scene, first, last)
    namesake = first == last and people.given(scene.tokens[first]) is not None
    with_phone = scene.phone_at is not None and scene.phone_at[0] - last in (1, 2)
    if namesake and with_phone and not (numbered or named):
        return None  # «Алматы, Сауле 8747…»
    if numbered or named or beside:
        return Mention(quarter.town, first, last, sure=True)
    if first == last and city.match(scene.tokens[first]) is not None and not _is_swallowed(phrase):
        return None  # «Аксай» alone is the town
    placed = scene.asked == "city" and scene.phone_at is None
    if quarter.doubtful or namesake:
        alone = placed and scene.tokens[first].capital and first == 0
        return Mention(quarter.town, first, last, sure=False) if alone else None
    token = scene.tokens[first]
    spelled_out = token.capital and (" " in phrase or token.raw.isupper())  # «Нур Актобе», «КШТ»
    unmistakable = (_is_unmistakable(phrase) and not token.latin) or spelled_out
    if not (scene.tokens[first].capital or placed or unmistakable):
        return None
    if not unmistakable and not (placed or before in _PREPOSITIONS):
        return None
    return Mention(quarter.town, first, last, sure=placed or before in _PREPOSITIONS)


def _is_unmistakable(phrase: str) -> bool:
    """A name no everyday word is spelled like: every name of one word that is not a Russian adjective."""
    return " " not in phrase and not phrase.endswith(("ый", "ии", "ои", "ая", "ое", "ого", "ом")) and len(phrase) > 5


def _is_swallowed(phrase: str) -> bool:
    """A village of the gazetteer that is a town's own quarter by now: «Зачаганск»."""
    match = city.look_up(phrase)
    return match is not None and "v" in city.gazetteer().places[match.name].flags and not match.doubtful


def _stands_by_town(scene: Scene, first: int, last: int) -> bool:
    """«Шымкент Нурсат», «Астана, Хайвилл», «Қарағанды, Майқұдық»."""
    ahead = last + 2 if scene.key(last + 1) in (",", ".") else last + 1
    back = first - 1
    while scene.key(back) in (",", ".", "г", "в", "на", "(", "қ", "к", "каласы"):
        back -= 1
    return any(
        scene.kind(at) == "word"
        and (match := city.match(scene.tokens[at])) is not None
        and not match.doubtful
        and "t" in city.gazetteer().places[match.name].flags
        for at in (back, ahead)
    )
