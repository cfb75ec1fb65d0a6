"""Inflected forms: Russian cases by ending, Kazakh endings as one table.

Two uses. `build()` writes data/*_forms.tsv and data/endings.tsv from the tables people edit (`flask build-forms`;
CI builds them again and compares). And the objects a company adds itself are declined when its set-up is loaded.

Russian: the school declensions by the last letters, every doubtful variant given rather than chosen («Таразом»,
«Таразем»), since a form that nobody writes costs nothing. Kazakh: plural, possessive, case and «I am» endings in
every harmony variant, since people break harmony; they are cut off a word, not attached to each, which also
serves words no table holds («Болатпын»).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from leadbot.engines.rules.words.text import fold, skeleton
from leadbot.texts import places
from leadbot.texts.tables import read_table

DATA = Path(__file__).parent.parent / "data"

_HARD = tuple("гкхжшчщ")
_HISS = tuple("жшчщц")


def decline(word: str, *, masculine: bool = True, animate: bool = False) -> dict[str, set[str]]:
    """The singular cases of one Russian noun or adjective-like name: case -> spellings, folded.

    Cases: nom, gen, dat, acc, ins, loc. A word that doesn't decline («Алматы», «Айгуль» is declined as ends in ь)
    has its nominative in `nom` alone.
    """
    word = fold(word)
    for ending, paradigm in _ADJECTIVES:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return _with_nominative(word, word[: -len(ending)], paradigm)
    return _decline_noun(word, masculine, animate)


def _decline_noun(word: str, masculine: bool, animate: bool) -> dict[str, set[str]]:
    last, stem = word[-1:], word[:-1]
    if last == "а":
        soft = "и" if stem.endswith(_HARD) else "ы"
        return _with_nominative(
            word, stem, {"gen": (soft,), "dat": ("е",), "acc": ("у",), "ins": ("ой", "ей"), "loc": ("е",)}
        )
    if last == "я":
        dative = ("и", "е") if stem.endswith("и") else ("е",)
        return _with_nominative(
            word, stem, {"gen": ("и",), "dat": dative, "acc": ("ю",), "ins": ("ей",), "loc": dative}
        )
    if last == "й":
        local = ("и", "е") if stem.endswith("и") else ("е",)
        return _with_nominative(
            word, stem, {**_object_or_gen("я", "й", animate), "dat": ("ю",), "ins": ("ем",), "loc": local}
        )
    if last == "ь":
        if masculine:
            return _with_nominative(
                word, stem, {**_object_or_gen("я", "ь", animate), "dat": ("ю",), "ins": ("ем",), "loc": ("е",)}
            )
        return _with_nominative(
            word, stem, {"gen": ("и",), "dat": ("и",), "acc": ("ь",), "ins": ("ью",), "loc": ("и",)}
        )
    if last == "о":
        return _with_nominative(
            word, stem, {"gen": ("а",), "dat": ("у",), "acc": ("о",), "ins": ("ом",), "loc": ("е",)}
        )
    if last == "е" and len(word) > 3:
        return _with_nominative(
            word, stem, {"gen": ("я",), "dat": ("ю",), "acc": ("е",), "ins": ("ем",), "loc": ("е", "и")}
        )
    if last.isalpha() and last not in "аеиоуыюя":
        return _with_nominative(
            word, word, {**_object_or_gen("а", "", animate), "dat": ("у",), "ins": ("ом", "ем"), "loc": ("е",)}
        )
    return {"nom": {word}}


def _object_or_gen(genitive: str, nominative: str, animate: bool) -> dict[str, tuple[str, ...]]:
    return {"gen": (genitive,), "acc": (genitive,) if animate else (nominative,)}


def _with_nominative(word: str, stem: str, paradigm: Mapping[str, tuple[str, ...]]) -> dict[str, set[str]]:
    forms = {"nom": {word}}
    for case, endings in paradigm.items():
        forms[case] = {stem + ending for ending in endings}
    return forms


_MASCULINE = {"gen": ("ого", "его"), "dat": ("ому", "ему"), "ins": ("ым", "им"), "loc": ("ом", "ем")}
_FEMININE = {"gen": ("ой", "ей"), "dat": ("ой", "ей"), "acc": ("ую", "юю"), "ins": ("ой", "ей"), "loc": ("ой", "ей")}
_ADJECTIVES = (
    ("ый", _MASCULINE),
    ("кий", _MASCULINE | {"gen": ("кого",), "dat": ("кому",), "ins": ("ким",), "loc": ("ком",)}),
    ("ое", _MASCULINE),
    ("ее", _MASCULINE),
    ("ная", {k: tuple("н" + e for e in v) for k, v in _FEMININE.items()}),
    ("ская", {k: tuple("ск" + e for e in v) for k, v in _FEMININE.items()}),
    ("вая", {k: tuple("в" + e for e in v) for k, v in _FEMININE.items()}),
    ("няя", {k: tuple("н" + e for e in v) for k, v in _FEMININE.items()}),
)


def plurals(word: str) -> set[str]:
    """The plural cases of a Russian noun, folded; gaps such as fleeting vowels are the table's to fill."""
    word = fold(word)
    last, stem = word[-1:], word[:-1]
    if last in "аяоеьй":
        soft = last in "яьй" or (last == "е" and not stem.endswith(_HISS))
        nominative = "и" if soft or stem.endswith(_HARD) else ("а" if last == "о" else "ы")
        genitive = {"а": ("",), "о": ("",), "я": ("ь", "й"), "ь": ("ей",), "й": ("ев",), "е": ("й", "ий", "ев")}[last]
    elif last.isalpha() and last not in "иуыю":
        stem, soft = word, False
        nominative = "и" if word.endswith(_HARD) else "ы"
        genitive = ("ов", "ей") if word.endswith(_HISS) else ("ов",)
    else:
        return set()
    vowel = "я" if soft else "а"
    if last == "е" and stem.endswith("и"):
        nominative = "я"
    return {stem + e for e in (nominative, *genitive, vowel + "м", vowel + "ми", vowel + "х")}


def phrase_forms(phrase: str, *, masculine: bool = True, animate: bool = False) -> dict[str, set[str]]:
    """The cases of a name of several words, joined without spaces; what stands before a hyphen stays."""
    parts = []
    for part in phrase.split():
        head, _, tail = part.rpartition("-")
        declined = decline(tail, masculine=masculine, animate=animate)
        fixed = fold(head).replace("-", "")
        parts.append({case: {fixed + form for form in forms} for case, forms in declined.items()})
    cases: dict[str, set[str]] = {}
    for case in ("nom", "gen", "dat", "acc", "ins", "loc"):
        choices = [part.get(case) or part["nom"] for part in parts]
        cases[case] = {"".join(pick) for pick in itertools.product(*choices)}
    return cases


# Kazakh endings. Tags: what the ending says of the word before it.
_CASES = {
    "gen": "ның нің дың дің тың тің",
    "dat": "ға ге қа ке на не а е",
    "acc": "ны ні ды ді ты ті н",
    "loc": "да де та те нда нде",
    "abl": "дан ден тан тен нан нен",
    "ins": "мен бен пен менен",
    "adj": "дағы дегі тағы тегі ндағы ндегі лық лік дық дік тық тік",
}
_POSSESSIVES = [
    "ым",
    "ім",
    "м",
    "ымыз",
    "іміз",
    "мыз",
    "міз",
    "ың",
    "ің",
    "ң",
    "ыңыз",
    "іңіз",
    "ңыз",
    "ңіз",
    "ы",
    "і",
    "сы",
    "сі",
]
_PLURALS = ["лар", "лер", "дар", "дер", "тар", "тер"]
_BEING = [
    "мын",
    "мін",
    "бын",
    "бін",
    "пын",
    "пін",
    "мыз",
    "міз",
    "быз",
    "біз",
    "пыз",
    "піз",
    "сың",
    "сің",
    "сыз",
    "сіз",
]


def endings() -> dict[str, str]:
    """Every Kazakh ending, folded -> its tag: a case, "cop" (I am), "loccop", "ablcop", "poss" or "plural"."""
    table: dict[str, str] = {}

    def put(ending: str, tag: str) -> None:
        table.setdefault(fold(ending), tag)

    cases = {tag: words.split() for tag, words in _CASES.items()}
    for tag, forms in cases.items():
        for case in forms:
            if not (tag == "dat" and len(case) == 1) and not (tag == "acc" and case == "н"):
                put(case, tag)
    for being in _BEING:
        put(being, "cop")
        for tag in ("loc", "abl"):
            for case in cases[tag]:
                put(case + being, tag + "cop")
        for adjective in cases["adj"][-6:]:
            put(adjective + being, "loccop")
    for stem, tag in [(p, "poss") for p in _POSSESSIVES] + [(p, "plural") for p in _PLURALS]:
        put(stem, tag)
        for case_tag, forms in cases.items():
            for case in forms:
                put(stem + case, case_tag)
    return table


def read_index(path: Path) -> dict[str, str]:
    """A generated table as first field -> the rest of its row, split only when it is looked at: there are thousands."""
    rows = path.read_text(encoding="utf-8").split("\n")[1:]
    return dict(row.split("\t", 1) for row in rows if row)


def build(into: Path = DATA) -> list[Path]:
    """Write the generated tables from the edited ones, byte for byte the same each time; returns their paths."""
    cities, names = sorted(_city_rows()), sorted(_name_rows())
    tables = {
        "endings.tsv": _first({}, ((ending, skeleton(ending), tag) for ending, tag in endings().items())),
        "city_forms.tsv": _first({}, ((form, *row) for _, form, _, *row in cities)),
        "city_latin.tsv": _first({}, ((bare, *row) for _, _, bare, *row in cities)),
        "city_heads.tsv": _first({}, ((head,) for head in _city_heads())),
        "name_forms.tsv": _first({}, ((form, *row) for form, _, *row in names)),
        "name_latin.tsv": _first({}, ((bare, *row) for _, bare, *row in names if len(bare) > 2)),
    }
    written = []
    for name, rows in tables.items():
        path = into / name
        lines = "\n".join("\t".join(row) for row in sorted(rows.values()))
        path.write_text(f"# written by forms.build(), not by hand\n{lines}\n", encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _first(table: dict[str, tuple[str, ...]], rows: Iterable[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The rows by their first field; of several with one key the first stays."""
    for row in rows:
        table.setdefault(row[0], row)
    return table


def _city_rows() -> Iterator[tuple[str, ...]]:
    """rank, form, skeleton, official name, case, doubt ("a" or nothing): every form of every name a place goes by.

    The rank decides between places that share a form: nominatives before cases, towns before villages.
    """
    for row in read_table(places.FILE):
        official, kazakh, latin, flags, aliases, odd = row[0], row[1], row[2], row[4], row[5], row[6]
        size = "0" if flags.startswith("t") else "1"
        for name in _names([official, kazakh, latin, aliases]):
            doubt = "a" if name.startswith("*") or ("a" in flags and name in (official, kazakh, latin)) else ""
            declined = name not in (kazakh, latin) or name == official
            plain = name.strip("*")
            forms = _cases_of(plain, masculine="f" not in flags) if declined else _bare(plain)
            for form, bare, case in forms:
                yield (("0" if case == "nom" else "1") + size, form, bare, official, case, doubt)
        for form in _names([odd]):
            key = fold(form).replace(" ", "").replace("-", "")
            yield ("1" + size, key, skeleton(key), official, "loc", "")


def _city_heads() -> Iterator[str]:
    """First words of names of several words, folded and by skeleton."""
    for row in read_table(places.FILE):
        for name in _names([row[0], row[1], row[2], row[5]]):
            parts = fold(name.strip("*")).replace("-", " ").split()
            if len(parts) > 1:
                yield from (parts[0], skeleton(parts[0]))


def _names(fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        yield from (name.strip() for name in field.split(";") if name.strip())


def _cases_of(name: str, *, masculine: bool) -> Iterator[tuple[str, str, str]]:
    """form, skeleton, case; a Latin name has but itself."""
    if fold(name[0]).isascii():
        yield from _bare(name)
        return
    seen: set[str] = set()
    for case, forms in phrase_forms(name, masculine=masculine).items():
        for form in sorted(forms - seen):
            seen.add(form)
            yield (form, skeleton(form), case)


def _bare(name: str) -> Iterator[tuple[str, str, str]]:
    key = fold(name).replace(" ", "").replace("-", "").replace("'", "")
    yield (key, skeleton(key), "nom")


def _name_rows() -> Iterator[tuple[str, ...]]:
    """form, skeleton, name as written, sex, doubt: the nominative of every given name."""
    for row in read_table(DATA / "names.tsv"):
        for form, bare, _ in _bare(row[0]):
            yield (form, bare, row[0], row[1], "a" if "w" in row[2] else "")


# Russian case endings of a name -> the endings its nominative may have, the likelier first.
_UNDECLINED = {
    "а": ("",), "я": ("й", "ь"), "у": ("", "а"), "ю": ("й", "я", "ь"), "е": ("а", "я", "", "й"), "и": ("а", "я", "ь"),
    "ы": ("а",), "ой": ("а",), "ей": ("а", "я"), "ом": ("",), "ем": ("", "й", "ь"), "ью": ("ь",), "ии": ("ия", "ий"),
}  # fmt: skip


def undeclined(word: str) -> Iterator[str]:
    """What the nominative of a folded name in a Russian case may be."""
    for length in (1, 2):
        for ending in _UNDECLINED.get(word[-length:], ()) if len(word) > length + 1 else ():
            yield word[:-length] + ending


@lru_cache(maxsize=256)
def case_of(word: str, name: str, sex: str) -> str | None:
    """The Russian case in which a folded word is a form of a name; None where it is none."""
    if fold(name[0]).isascii():
        return None
    cases = phrase_forms(name, masculine=sex == "m", animate=sex == "m")
    return next((case for case in ("acc", "dat", "gen", "ins", "loc") if word in cases[case]), None)
