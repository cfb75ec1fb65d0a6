"""Given names, surnames and patronymics: what a word can be, whatever it does in the sentence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from leadbot.engines.rules.reading import city
from leadbot.engines.rules.words import morph, near
from leadbot.engines.rules.words.forms import DATA, case_of, read_index, undeclined
from leadbot.engines.rules.words.numbers import word_at
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.text import TextToken, skeleton
from leadbot.engines.rules.words.words import stems, words

_PATRONYMIC = stems("people.patronymic")
_SURNAME = stems("people.surname")
_STRONG_SURNAME = stems("people.strong_surname")
_NO_SURNAME = words("people.no_surname")
_GIVEN_ENDINGS = stems("people.given_endings")
_KOREAN = words("people.korean")
_IN_FULL = words("people.in_full")
_VERBAL = stems("people.verbal")
HONORIFIC = words("people.honorific")
_GOVERNING = words("names.call") | words("names.with") | words("people.governing")
_GOVERNING_STEMS = stems("names.relation*") + stems("names.staff*")
_OBLIQUE_PATRONYMICS = ("ичу", "ича", "ичем", "вне", "вну", "вной", "вны")
_RESPECTFUL = words("people.respectful")  # «Маке» for Марат: no dative of «Мака»
_BEING_YOU = ("сыз", "сиз", "сын", "син", "сындар", "сиздер", "siz")
BEING = ("мын", "мин", "бын", "бин", "пын", "пин")


@dataclass(frozen=True, slots=True)
class Given:
    """A given name in some form: its nominative as the table writes it, the case, and how much of the word it is."""

    name: str
    case: str
    doubtful: bool
    stem: int  # letters of the word that are the name; the rest is a Kazakh ending; 0: use `name`


@dataclass(slots=True)
class Person:
    """A person named in a message: tokens, the name as shown, its case, how sure the search is of it."""

    first: int
    last: int
    shown: str
    case: str
    known: bool
    doubtful: bool
    score: float = 0.0


@cache
def _table() -> tuple[dict[str, str], dict[str, str]]:
    """Nominatives by folded form and by skeleton: name as written, sex and doubt, tab-separated."""
    return read_index(DATA / "name_forms.tsv"), read_index(DATA / "name_latin.tsv")


def load() -> None:
    _table()


def given(token: TextToken, *, shaped: bool = True) -> Given | None:
    """The given name a word is a form of, if any; `shaped`: also one no list holds, by its ending."""
    if token.kind != "word" or len(token.key) < 2:
        return None
    if not token.capital and near.is_everyday(token.key):
        return None
    return _listed(token.key.removesuffix("'s"), token.latin) or (_shaped(token) if shaped else None)


@lru_cache(maxsize=4096)
def _listed(word: str, latin: bool) -> Given | None:
    """The listed name a word is a form of; remembered, since clients share most of their words."""
    forms, skeletons = _table()
    row = forms.get(word) or (skeletons.get(skeleton(word)) if latin else None)
    if row:
        name, _, doubt = row.split("\t")
        return Given(name, "nom", doubt == "a", len(word))
    if word in _RESPECTFUL and not latin:
        return Given(titled(word), "nom", False, len(word))
    return (None if latin else _declined(word)) or _suffixed(word, latin)


def _declined(word: str) -> Given | None:
    """A name in a Russian case: «Серику», «Айгулей»."""
    table = _table()[0]
    for nominative in undeclined(word):
        row = table.get(nominative)
        if row:
            name, sex, doubt = row.split("\t")
            case = case_of(word, name, sex)
            if case:
                return Given(name, case, doubt == "a", 0)
    return None


def _shaped(token: TextToken) -> Given | None:
    """A capitalised word built as Kazakh names are («Айтбай», «Серікболмын»), though no list holds it."""
    if not token.capital or token.latin or len(token.key) < 6 or near.is_common(token.key) or city.match(token):
        return None
    if token.key.endswith(_GIVEN_ENDINGS):
        return Given(titled(token.raw), "nom", True, len(token.key))
    for stem, tag in morph.cuts(token.key, shortest=6):
        if tag == "cop" and stem.endswith(_GIVEN_ENDINGS):
            return Given(titled(token.raw[: len(stem)]), "cop", True, len(stem))
    return None


def _suffixed(word: str, latin: bool) -> Given | None:
    """A name under a Kazakh ending: «Динарамын», «Болаттың»."""
    table = _table()[1 if latin else 0]
    bare = skeleton(word) if latin else word
    for stem, tag in morph.cuts(bare, latin=latin, shortest=4 if latin else 3):
        row = table.get(stem)
        if row is None or tag in ("poss", "plural", "adj") or bare.endswith(_BEING_YOU):
            continue  # «Саламатсыз ба» greets
        name, _, doubt = row.split("\t")
        return Given(name, tag, doubt == "a" or len(stem) < 4, len(word) - (len(bare) - len(stem)))
    return None


def is_patronymic(key: str) -> bool:
    return len(key) > 5 and key.endswith(_PATRONYMIC)


def is_surname(key: str, *, strongly: bool = False) -> bool:
    """Does the word have the shape of a surname? `strongly`: one that needs no capital letter to be believed."""
    if len(key) < 4 or key in _NO_SURNAME:
        return False
    return key.endswith(_STRONG_SURNAME if strongly else _SURNAME)


def titled(word: str) -> str:
    """Casing mended: «КАНАТ», «канат» -> «Канат»; «Ким-Цой» keeps both capitals, "McDonald" its own."""
    if word.isupper() or word.islower():
        return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
    return word[:1].upper() + word[1:]


def is_korean(key: str) -> bool:
    """Is this a Korean surname?"""
    return key in _KOREAN


def is_verbal(key: str) -> bool:
    """The shape of a verb or adjective: no name ends so."""
    return len(key) > 4 and key.endswith(_VERBAL)


def without_being(token: TextToken) -> str:
    """«Дәулетқалимын» -> «Дәулетқали»."""
    return token.raw[:-3] if len(token.key) > 6 and token.key.endswith(BEING) else token.raw


def _without_being_of(token: TextToken) -> str:
    """«Қайратқызымын» -> «Қайратқызы»: what is left of a surname or patronymic."""
    bare = token.key[:-3]
    ends = token.key.endswith(BEING) and (is_patronymic(bare) or is_surname(bare, strongly=True))
    return token.raw[:-3] if ends else token.raw


def person_at(scene: Scene, at: int) -> Person | None:
    """The person whose given name is this token, with the surname and patronymic beside it."""
    token = scene.tokens[at]
    known = given(token) or _before_patronymic(scene, at)
    if known is None:
        return _korean(scene, at) or _korean_behind(scene, at) or _surname_alone(scene, at)
    known = _of_a_woman(scene, at, known)
    shown = [titled(token.raw[: known.stem]) if known.stem else known.name]
    if _feminine(scene, at, known):
        known, shown = Given(titled(token.raw), "nom", False, len(token.raw)), [titled(token.raw)]
    first = last = at
    if twin := _joined(scene, at):
        last, shown = twin, [f"{shown[0]}-{_joined_part(scene.tokens[twin])}"]
    begun = last
    while last - begun < 3 and _extends(scene, last + 1, token):
        last += 1
        shown.append(titled(_oblique_surname(_without_being_of(scene.tokens[last]), known.case)))
    begin = _surname_before(scene, at)
    if begin is not None:
        shown.insert(0, titled("".join(t.raw for t in scene.tokens[begin:at])))
        first = begin
    return Person(first, last, " ".join(shown), known.case, True, known.doubtful and first == last)


def _joined(scene: Scene, at: int) -> int:
    """Where the second half of «Анна-Мария» stands; 0 for a name of one part."""
    if scene.key(at + 1) != "-" or scene.kind(at + 2) != "word" or scene.used[at + 2]:
        return 0
    mark, half = scene.tokens[at + 1], scene.tokens[at + 2]
    if mark.spaced or half.spaced or half.capital != scene.tokens[at].capital or city.match(half):
        return 0
    return at + 2 if given(half) or (half.capital and _is_unknown(half)) else 0


def _is_unknown(token: TextToken) -> bool:
    plain = not near.is_common(token.key, latin=token.latin) and word_at(token) is None and not is_verbal(token.key)
    return plain and len(token.key) > 2


def _joined_part(token: TextToken) -> str:
    known = given(token)
    return known.name if known and known.case in ("gen", "dat", "acc", "ins") and not known.stem else titled(token.raw)


def _feminine(scene: Scene, at: int, known: Given) -> bool:
    """«Эрика Вальтеровна», «Досжанова Айнура» are no forms of «Эрик», «Айнур»: nothing asks for another case."""
    token, before = scene.tokens[at], scene.key(at - 1)
    if known.case not in ("gen", "acc") or not token.capital or not token.key.endswith(("а", "я")) or known.doubtful:
        return False
    return before not in _GOVERNING and before != "-" and not before.startswith(_GOVERNING_STEMS)


def _oblique_surname(raw: str, case: str) -> str:
    """A surname that stands in the case of the given name: «Ирину Петрову» -> «Петрова»."""
    if case != "nom" and raw.lower().endswith(_OBLIQUE_PATRONYMICS):
        ending = next(e for e in _OBLIQUE_PATRONYMICS if raw.lower().endswith(e))
        return raw[: -len(ending)] + ("ич" if ending.startswith("ич") else "вна")
    if case == "acc" and raw.endswith(("ову", "еву", "ину", "ыну")):
        return raw[:-1] + "а"
    if case in ("gen", "acc", "dat") and raw.endswith(("ова", "ева", "ина", "ову", "еву", "ину")):
        return raw[:-1]
    return raw


def _surname_before(scene: Scene, at: int) -> int | None:
    """Where a surname before the given name begins: «Жумабеков Данияр», «Ким-Цой Александра»."""
    if at == 0 or scene.used[at - 1] or scene.kind(at - 1) != "word":
        return None
    token = scene.tokens[at - 1]
    if (
        token.capital
        and at >= 3
        and scene.key(at - 2) == "-"
        and not (scene.tokens[at - 2].spaced or scene.tokens[at - 1].spaced)
        and scene.kind(at - 3) == "word"
        and scene.tokens[at - 3].capital
    ):
        return at - 3
    if near.is_common(token.key, latin=token.latin) and token.key not in _KOREAN:
        return None
    shaped = is_surname(token.key, strongly=not token.capital) or (token.capital and token.key in _KOREAN)
    place = city.match(token)
    return (
        at - 1 if shaped and not given(token) and place is None and token.capital == scene.tokens[at].capital else None
    )


def _extends(scene: Scene, at: int, name: TextToken) -> bool:
    """Is this word, right behind a given name, a surname or patronymic?"""
    if at >= len(scene.tokens) or scene.used[at] or scene.kind(at) != "word":
        return False
    token = scene.tokens[at]
    if is_patronymic(token.key) or (token.capital and name.capital and token.key in _KOREAN):
        return True
    if token.key in HONORIFIC or near.is_common(token.key, latin=token.latin) or len(token.key) < 2:
        return False
    if is_surname(token.key, strongly=True) and token.capital == name.capital:
        return city.match(token) is None
    if not token.capital or not name.capital or scene.text.isupper() or word_at(token):
        return False
    if given(token, shaped=False) and not is_patronymic(scene.key(at - 1)):
        in_full = bool(scene.words(at - 4, at - 2) & _IN_FULL)  # «аты-жөнім Сейтқали Бекболат»
        opens = scene.kind(at - 2) in ("", "mark", "line") and scene.key(at - 2) not in (",", "и")
        return in_full or (opens and (scene.asked in ("name", "contact") or scene.phone_at is not None))
    if is_verbal(token.key) or token.key in words("names.intro_words"):
        return False
    return city.match(token) is None


def _before_patronymic(scene: Scene, at: int) -> Given | None:
    """«Қалиасқар Әбділдаұлы»: what stands before a patronymic is a given name."""
    token = scene.tokens[at]
    if token.kind != "word" or not token.capital or scene.kind(at + 1) != "word" or near.is_common(token.key):
        return None
    following = scene.tokens[at + 1]
    if (
        not following.capital
        or not is_patronymic(following.key)
        or is_patronymic(token.key)
        or is_surname(token.key, strongly=True)
    ):
        return None
    return Given(titled(token.raw), "nom", False, len(token.raw))


def _of_a_woman(scene: Scene, at: int, known: Given) -> Given:
    """«Валентину Петровну» is Валентина, not Валентин: the patronymic says so."""
    token = scene.tokens[at]
    if known.case == "nom" or token.latin or not scene.key(at + 1).endswith(("вну", "вны", "вне", "вной")):
        return known
    hers = _listed(token.key[:-1] + "а", latin=False)
    return Given(hers.name, known.case, hers.doubtful, 0) if hers and hers.case == "nom" else known


def _korean(scene: Scene, at: int) -> Person | None:
    """«Kim Soo-jin», «Ким Су Джин»: a Korean surname and two syllables that no list holds."""
    if not scene.tokens[at].capital or scene.key(at) not in _KOREAN or scene.kind(at + 1) != "word":
        return None
    last = at + 1
    if scene.key(last + 1) == "-" and scene.kind(last + 2) == "word":
        last += 2
    elif scene.kind(last + 1) == "word" and scene.tokens[last + 1].capital:
        last += 1
    parts = [scene.tokens[i] for i in range(at + 1, last + 1) if scene.kind(i) == "word"]
    if len(parts) < 2 or not parts[0].capital or any(len(p.raw) > 5 or near.is_everyday(p.key) for p in parts):
        return None
    start, end = scene.tokens[at].start, scene.tokens[last].end
    return Person(at, last, scene.text[start:end], "nom", True, False)


def _korean_behind(scene: Scene, at: int) -> Person | None:
    """«Hye-jin Park»: two syllables and the surname behind them."""
    parts = [at, at + 2, at + 3]
    if (
        scene.key(at + 1) != "-"
        or any(scene.kind(part) != "word" for part in parts)
        or scene.key(at + 3) not in _KOREAN
    ):
        return None
    first, last = scene.tokens[at], scene.tokens[at + 3]
    return Person(at, at + 3, scene.text[first.start : last.end], "nom", True, False) if first.capital else None


def _surname_alone(scene: Scene, at: int) -> Person | None:
    """«Абишев Р.К.»: a surname with initials."""
    token = scene.tokens[at]
    if token.kind != "word" or not token.capital or not is_surname(token.key):
        return None
    last = at
    while (
        last - at < 4
        and scene.kind(last + 1) == "word"
        and len(scene.key(last + 1)) == 1
        and scene.key(last + 2) == "."
    ):
        last += 2
    if last == at:
        return None
    initials = "".join(t.raw for t in scene.tokens[at + 1 : last + 1])
    return Person(at, last, f"{titled(token.raw)} {initials}", "nom", True, False)
