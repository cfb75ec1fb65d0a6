"""The catalogues of words: which texts the house speaks, what a language lacks, and the compiled files pages read.

English texts are the keys. They are found in templates, in gettext calls, and in the errors that services raise.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from leadbot import errors
from leadbot.config import ROOT
from leadbot.texts.catalogues import DOMAINS, TRANSLATIONS
from leadbot.texts.languages import LANGUAGES

Key = tuple[str, str]  # context ("" without one), English text

OF_CARRIERS = "leadbot/notifications/carriers/**.html"
METHODS = [("leadbot/**.py", "python"), ("templates/**.html", "jinja2"), (OF_CARRIERS, "jinja2")]
OPTIONS = {place: {"silent": "false", "trimmed": "true"} for place in ("templates/**.html", OF_CARRIERS)}
# Rooms whose words have a catalogue of their own; all others are in `messages`.
ROOMS = {
    "work": (
        "templates/chat", "templates/macros/talk", "templates/macros/lead", "leadbot/web/leads/cards",
        "leadbot/web/bot/test_chat", "leadbot/web/inbox/talks",
    ),
    "notices": (
        "templates/settings/_notifications", "templates/settings/notifications", "templates/installed",
        "leadbot/web/notifications", "leadbot/web/installed", "leadbot/notifications/choices",
        "leadbot/notifications/carriers",
    ),
    "widget": (
        "templates/widget", "templates/settings/widget", "templates/settings/_widget", "leadbot/widget",
        "leadbot/web/bot/widget", "leadbot/conversations/widget", "leadbot/files",
    ),
    "board": (
        "templates/board", "leadbot/web/leads/board", "leadbot/web/inbox/hot", "leadbot/leads/board",
        "leadbot/conversations/hot",
    ),
    "company": tuple(
        f"{place}{room}"
        for place in ("templates/", "leadbot/web/*/", "leadbot/*/")
        for room in (
            "team", "figures", "ledger", "exports", "imports", "erasing", "erasure", "start", "onboarding", "mail",
            "letters",
            "join", "passwords", "links", "companies", "stored", "stages", "settings/stages", "settings/_stages",
            "audit", "settings/log",
        )
    ),
    "hours": (
        "templates/settings/_connect", "templates/settings/_person", "templates/settings/hours",
        "templates/settings/_hours", "leadbot/web/settings/hours", "leadbot/accounts/hours",
    ),
    "leads": ("templates/lead", "leadbot/web/leads", "leadbot/leads"),
    "inbox": (
        "templates/conversations", "templates/settings/conversations", "templates/settings/_canned",
        "templates/settings/_inbox", "leadbot/web/inbox", "leadbot/conversations",
    ),
    "bot": ("templates/bot", "templates/chat/_draft", "leadbot/web/bot", "leadbot/bot"),
}  # fmt: skip


class Spoken(NamedTuple):
    """A text the house speaks: its key, its plural if it has one, and the file that speaks it."""

    key: Key
    plural: str
    place: str


def error_classes() -> list[type[errors.LeadbotError]]:
    """All errors a person may be shown; the API's own are English by contract."""
    kinds = [errors.LeadbotError]
    for kind in kinds:
        kinds += [each for each in kind.__subclasses__() if not each.__module__.startswith("leadbot.api")]
    return kinds


def spoken() -> Iterator[Spoken]:
    """Every text, wherever it stands."""
    keywords = {
        **DEFAULT_KEYWORDS,
        "lazy_gettext": None,
        "lazy_ngettext": (1, 2),
        "lazy_pgettext": ((1, "c"), 2),
        **{kind.__name__: (1,) for kind in error_classes()},
    }
    with redirect_stderr(io.StringIO()):  # a line for each f-string of the house, none of which is to be translated
        found = list(
            extract_from_dir(
                str(ROOT), METHODS, OPTIONS, keywords=keywords, directory_filter=lambda name: _is_ours(Path(name))
            )
        )
    for place, _line, text, _comments, context in found:
        single, plural = text if isinstance(text, tuple) else (text, "")
        yield Spoken((context or "", single), plural, place)
    for kind in error_classes():
        yield Spoken(("", kind.text), "", "leadbot/errors.py")


def catalog(language: str, domain: str) -> Catalog:
    """One catalogue as it is written; empty where there is no file yet."""
    path = _path(language, domain)
    if not path.exists():
        return Catalog(language, domain=domain)
    with path.open("rb") as file:
        return read_po(file, language, domain)


def entries(language: str) -> dict[Key, Message]:
    """All entries of a language over its catalogues."""
    return {_key(each): each for domain in DOMAINS for each in catalog(language, domain) if each.id}


def gaps() -> list[str]:
    """What is wrong, a line each: texts without a translation, doubtful ones, ones nobody speaks, ones written twice.

    English is its own translation, but for plurals and where the page says it otherwise.
    """
    texts = {each.key: each for each in spoken()}
    lines = []
    for language in LANGUAGES:
        written = entries(language)
        for key, text in texts.items():
            entry = written.get(key)
            is_needed = language != "en" or text.plural
            if (entry is None and is_needed) or (entry is not None and not _is_whole(entry)):
                lines.append(f"{language}: missing: {key[1]!r} ({text.place})")
            elif entry is not None and entry.fuzzy:
                lines.append(f"{language}: doubtful: {key[1]!r}")
        lines += [f"{language}: nobody says: {key[1]!r}" for key in written if key not in texts]
        lines += [f"{language}: in two catalogues: {key[1]!r}" for key in _doubles(language)]
    return lines


def add_missing() -> int:
    """Write empty entries for texts that have none, into the catalogue of the room that speaks them; how many."""
    added = 0
    for language in LANGUAGES:
        written = entries(language)
        for domain in DOMAINS:
            book = catalog(language, domain)
            new = {t.key: t for t in spoken() if _domain(t.place) == domain and t.key not in written}
            for key, text in new.items():
                if language == "en" and not text.plural:
                    continue
                book.add((key[1], text.plural) if text.plural else key[1], context=key[0] or None)
                written[key] = book.get(key[1], key[0] or None)  # type: ignore[assignment]
                added += 1
            if len(book) != len(catalog(language, domain)) or not _path(language, domain).exists():
                with _path(language, domain).open("wb") as file:
                    write_po(file, book, width=120, omit_header=False, no_location=True)
    return added


def compile_all() -> None:
    """Make the files that pages read."""
    for language in LANGUAGES:
        for domain in DOMAINS:
            with _path(language, domain).with_suffix(".mo").open("wb") as file:
                write_mo(file, catalog(language, domain))


def _is_ours(path: Path) -> bool:
    place = path.relative_to(ROOT)
    return place == Path() or (place.parts[0] in {"leadbot", "templates"} and place.parts[:2] != ("leadbot", "api"))


def _domain(place: str) -> str:
    return next((domain for domain, rooms in ROOMS.items() if any(fnmatch(place, f"{r}*") for r in rooms)), "messages")


def _doubles(language: str) -> set[Key]:
    keys = Counter(_key(each) for domain in DOMAINS for each in catalog(language, domain) if each.id)
    return {key for key, times in keys.items() if times > 1}


def _key(entry: Message) -> Key:
    return entry.context or "", entry.id[0] if isinstance(entry.id, tuple | list) else entry.id


def _is_whole(entry: Message) -> bool:
    strings = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
    return all(strings)


def _path(language: str, domain: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{domain}.po"


@click.command("catalogs")
@click.option("--add", is_flag=True, help="write empty entries for new texts first")
def catalogs(add: bool) -> None:
    """Compile the words of the pages and print what is missing in which language; fails while something is."""
    if add:
        click.echo(f"{add_missing()} entries added")
    compile_all()
    lines = gaps()
    click.echo("\n".join(lines) or "nothing is missing")
    sys.exit(bool(lines))
