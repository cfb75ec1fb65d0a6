"""What is sent to clients' browsers is read by those that are still about: Chrome and its WebView 74, Samsung Internet
11 (which is Chrome 75), Safari 12.1. A browser that meets one sign it does not know runs nothing of the whole file."""

from __future__ import annotations

import re
from pathlib import Path

import jsbeautifier
import pytest
from jsbeautifier.javascript.tokenizer import TOKEN, Tokenizer

from leadbot.widget.squeezing import script, shortened, squeeze

FOLDER = Path(__file__).resolve().parents[2] / "static" / "widget"
SCRIPTS = sorted(FOLDER.glob("*.js"))
# Signs younger than ES2019, and what of ES2019 Safari 12.1 lacks.
SIGNS = {"?.", "??", "??=", "||=", "&&=", "**="}
# Names of what came later, as properties or alone; where one may be asked for first, its guard.
NAMES = {
    "at", "findLast", "findLastIndex", "replaceAll", "matchAll", "replaceChildren", "requestSubmit", "allSettled",
    "any",
    "structuredClone", "randomUUID", "timeout", "throwIfAborted", "ariaLabel", "ariaPressed", "ariaExpanded", "inert",
    "hasOwn", "WeakRef", "toSorted", "toReversed", "groupBy", "scrollend", "arrayBuffer", "fieldSizing",
    "checkVisibility",
    "moveBefore", "getAnimations", "createImageBitmap", "OffscreenCanvas", "BigInt", "AggregateError",
}  # fmt: skip
GUARDED = {
    "ResizeObserver": "window.ResizeObserver",
    "visualViewport": "visualViewport",
    "MediaRecorder": "window.MediaRecorder",
    "clipboard": "if (navigator.clipboard)",
    "showPopover": "if (shade.showPopover)",
    "sendBeacon": "!navigator.sendBeacon",
    "AudioContext": "webkitAudioContext",
}
# Rules and values that an old browser drops with all that stands beside them.
STYLES = (r":is\(", r":where\(", r":has\(", r"\binset\s*:", r"(?:margin|padding|border|inset)-(?:inline|block)\s*:",
          r"aspect-ratio",
          r"rgba?\([\d.]+ ", r"color-mix", r"@layer", r"@container", r"\s&", r"(?<!-)translate:(?!none)")  # fmt: skip


def tokens(source: str) -> list[tuple[str, str]]:
    """(kind, text) of each token that is neither quoted nor a comment; of templates what stands in their braces too."""
    found = []
    for token in Tokenizer(source, jsbeautifier.default_options()).tokenize():
        if token.type == TOKEN.STRING and token.text.startswith("`"):
            for inside in re.findall(r"\$\{([^}]*)\}", token.text):
                found += tokens(inside)
        elif token.type != TOKEN.STRING:
            found.append((token.type, token.text))
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
@pytest.mark.parametrize("as_sent", [False, True])
def test_old_browsers_read_the_scripts(path: Path, as_sent: bool) -> None:
    source = path.read_text()
    read = tokens(script(source) if as_sent else source)
    assert len(read) > 100
    texts = {text for _, text in read}
    assert not texts & SIGNS
    assert not texts & NAMES
    assert not [text for text in texts if re.fullmatch(r"\d[\d_]*_[\d_]*|\d+n|#\w+", text)]
    assert not re.search(r"\(\?<[=!]", source)
    for name in texts & GUARDED.keys():
        assert GUARDED[name] in source, name


@pytest.mark.parametrize(
    "line",
    ["a?.b", "a ?? b", "a ||= 1", "list.at(-1)", "text.replaceAll('a', 'b')", "crypto.randomUUID()", "x = 1_000",
     "`${a?.b}`", "form.requestSubmit()", "class A { #x = 1 }", "x = /(?<=a)b/.test(c)", "AbortSignal.timeout(1)"],
)  # fmt: skip
def test_the_check_bites(line: str, tmp_path: Path) -> None:
    path = tmp_path / "x.js"
    path.write_text("const a = 1;\n" * 40 + line)
    with pytest.raises(AssertionError):
        test_old_browsers_read_the_scripts(path, False)


def test_old_browsers_read_the_look() -> None:
    sheet = squeeze((FOLDER / "frame.css").read_text())
    assert [found for rule in STYLES for found in re.findall(rule, sheet)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_short_names_meet_nothing_else(path: Path) -> None:
    """A listed name is a variable, or stands behind a dot: never a key, never a word in quotes."""
    source = path.read_text()
    listed = {name.strip() for line in re.findall(r"// short: (.*)", source) for name in line.split(",")}
    read = [text for _, text in tokens(source)]
    assert listed <= set(read), "listed and not used"
    for before, text, after in zip(read, read[1:], read[2:], strict=False):
        assert text not in listed or not (after == ":" and before in ("{", ",")), text
    every = Tokenizer(source, jsbeautifier.default_options()).tokenize()
    quoted = [token.text for token in every if token.type == TOKEN.STRING and token.text[0] in "\"'"]
    assert not listed & {word for text in quoted for word in re.findall(r"[\w$]+", text)}
    assert len(shortened(source)) <= len(source)
