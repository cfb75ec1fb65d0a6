"""What people read stands in leadbot/texts, in gettext or in a table of three languages, and nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CYRILLIC = re.compile("[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]")
ROOMS = ("leadbot/texts/", "leadbot/engines/")  # the bot's phrases; words by which an engine understands a client

NOTICES = "a table of what managers are told, in three languages"
UNDERSTOOD = "words that are read, never said"
EXAMPLES = "values of the API's own description"
WHY = {
    "leadbot/notifications/briefs.py": NOTICES,
    "leadbot/notifications/notice_marks.py": NOTICES,
    "leadbot/notifications/notice_texts.py": NOTICES,
    "leadbot/notifications/notices.py": NOTICES,
    "leadbot/notifications/carriers/email/__init__.py": "the carrier's name in three languages",
    "leadbot/notifications/carriers/email/texts.py": NOTICES,
    "leadbot/notifications/carriers/push/__init__.py": "the carrier's name in three languages",
    "leadbot/notifications/carriers/telegram/buttons.py": NOTICES,
    "leadbot/accounts/hours_words.py": "hours as people write them, and holidays, in three languages",
    "leadbot/bot/company_settings.py": UNDERSTOOD,
    "leadbot/fields.py": "headers of other people's files, units",
    "leadbot/leads/board_table.py": "letters that sort as others",
    "leadbot/leads/scoring.py": UNDERSTOOD,
    "leadbot/models/slugs.py": "letters as an address writes them",
    "leadbot/transfer/imports_dates.py": UNDERSTOOD,
    "leadbot/transfer/imports_rows.py": UNDERSTOOD,
    "leadbot/transfer/imports_terms.py": UNDERSTOOD,
    "leadbot/transfer/imports_values.py": UNDERSTOOD,
    "leadbot/api/bot_shapes.py": EXAMPLES,
    "leadbot/api/lead_shapes.py": EXAMPLES,
    "leadbot/api/account_shapes.py": EXAMPLES,
    "leadbot/api/chat_shapes.py": EXAMPLES,
    "leadbot/cli.py": "a unit as dialogues write it",
    "leadbot/conversations/landing_demo.py": "what the client of the landing page's example says",
    "leadbot/operations/demo.py": "companies, people and talks of the demo",
    "leadbot/operations/demo_firm.py": "what a company of the demo tells its bot",
    "leadbot/operations/demo_tales.py": "companies, people and talks of the demo",
    "leadbot/operations/trial_talk.py": "the company of the score",
    "leadbot/web/wording.py": "each language calls itself",
}
# Ways to say that a text is translated, and errors, whose English is the key of their translation.
TRANSLATED = {"_", "gettext", "ngettext", "pgettext", "lazy_gettext", "lazy_ngettext", "lazy_pgettext", "npgettext"}
ERRORS = {
    node.name for node in ast.parse((ROOT / "leadbot/errors.py").read_text()).body if isinstance(node, ast.ClassDef)
}
SENTENCE = re.compile(r"[A-Z][\w’']*,?( [\w’'%(){}]+){1,}[.!?]?$")
# Names of makers, keys of tables, and what an error's text is translated from.
NAMES = {
    "Samsung Internet", "Mac OS", "TELEGRAM_BOT_TOKEN is not set", "Telegram can't be reached",
    "Telegram did not answer", "Sent from another site", "SMTPUTF8 is not offered",
}  # fmt: skip
BRANDS = re.compile(r"\b(Leadbot|WhatsApp|Telegram|API)\b")
VISIBLE = re.compile(r'\b(?:title|placeholder|aria-label|alt)="([^"]*)"')


def spoken(tree: ast.AST) -> Iterator[ast.Constant]:
    """Strings that are no docstring."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, kinds) and is_doc(node.body)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node


def is_doc(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[0], ast.Expr)


def in_calls(tree: ast.AST, names: set[str]) -> set[int]:
    """Strings that are given to one of these functions."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [node for node in calls if getattr(node.func, "id", getattr(node.func, "attr", "")) in names]
    return {id(each) for call in named for given in call.args for each in ast.walk(given)}


def in_russian_or_kazakh(source: str) -> list[int]:
    return [node.lineno for node in spoken(ast.parse(source)) if CYRILLIC.search(node.value)]


def in_english(source: str) -> list[str]:
    """Sentences of a door that nothing translates."""
    tree = ast.parse(source)
    translated = in_calls(tree, TRANSLATED | ERRORS)
    found = (node for node in spoken(tree) if id(node) not in translated and SENTENCE.match(node.value.strip()))
    return [f"{node.lineno}: {node.value}" for node in found if node.value not in NAMES]


def untranslated(template: str) -> list[str]:
    """Words of a template that stand there as they are."""
    text = re.sub(r"\{#.*?#\}", "", template, flags=re.S)
    text = re.sub(r"<(script|style|svg|code)\b.*?</\1>", "", text, flags=re.S)
    for kind in (r"set \w+", r"block \w*class", r"macro [^%]*"):  # without a tag inside: an attribute or its value
        text = re.sub(rf"\{{%-?\s*{kind}\s*-?%\}}[^<]*?\{{%-?\s*end\w+\s*-?%\}}", "", text)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)
    pieces = [*VISIBLE.findall(text), *re.split(r"<[^>]*>", text)]
    words = (piece.strip() for piece in pieces if re.search(r"[^\W\d_]{2}", BRANDS.sub("", piece)))
    return [piece for piece in words if not re.fullmatch(r'[\w-]+="[^"]*"', piece)]  # an attribute that a macro writes


def test_russian_and_kazakh_stand_in_texts_or_are_listed_with_a_reason() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in sorted((ROOT / "leadbot").rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(ROOMS)
        if (lines := in_russian_or_kazakh(path.read_text()))
    }
    assert {name: lines for name, lines in found.items() if name not in WHY} == {}
    assert WHY.keys() - found.keys() == set(), "listed, and no longer needed"


def test_doors_say_nothing_that_is_not_translated() -> None:
    doors = [path for door in ("web", "widget") for path in sorted((ROOT / "leadbot" / door).rglob("*.py"))]
    found = {path.relative_to(ROOT).as_posix(): in_english(path.read_text()) for path in doors}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_templates_say_nothing_that_is_not_translated() -> None:
    pages = [*sorted((ROOT / "templates").rglob("*.html")), *sorted((ROOT / "leadbot").rglob("*.html"))]
    pages = [path for path in pages if path.parent.name != "docs"]  # the API's own are English
    found = {path.relative_to(ROOT).as_posix(): untranslated(path.read_text()) for path in pages}
    assert {name: pieces for name, pieces in found.items() if pieces} == {}


def test_what_is_forbidden_is_found() -> None:
    assert in_russian_or_kazakh('"""Докстрока."""\nx = "ok"\ny = f"Заявка {x}"') == [3]
    assert in_english('flash("Saved for you")') == ["1: Saved for you"]
    assert in_english('flash(_("Saved for you"))\nraise Invalid("This is wrong")') == []
    assert untranslated('<p title="Close it">{{ _("Hello") }}</p><b>Leadbot</b>') == ["Close it"]
    assert untranslated("<p>Заявки{# note #}</p>{% set a %}wrap stack{% endset %}") == ["Заявки"]
