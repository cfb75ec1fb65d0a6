"""Scripts and style sheets as small as they can be sent without a build: no indents, comments, needless blanks; and in
scripts short names, for variables that the script itself lists in a line `// short: name, name`."""

from __future__ import annotations

import re
from string import ascii_letters

QUOTED = re.compile(r"""("[^"\n]*"|`[^`]*`)""")
SHORT = re.compile(r"^\s*// short: (.*)$", re.MULTILINE)
# Blanks round signs; line breaks after what can't end a statement; the semicolon before a closing brace.
NEEDLESS = ((r" *([=?:,;(){}<>&|+]) *", r"\1"), (r"(?<=[;{,(:?&|=])\n", ""), (r";(?=\n?})", ""))


def squeeze(source: str) -> str:
    """A script or style sheet without its indents, its empty lines and the comments that have lines of their own."""
    text = re.sub(r"^\s*/\*.*?\*/\s*$", "", source, flags=re.MULTILINE | re.DOTALL)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def script(source: str) -> str:
    """A script squeezed and closed up. It takes it that no loop has an empty body."""
    parts = re.split(QUOTED, squeeze(shortened(source)))
    for rule, instead in NEEDLESS:
        parts[::2] = (re.sub(rule, instead, part) for part in parts[::2])
    return "".join(parts)


def shortened(source: str) -> str:
    """The script with a letter for each variable it lists. Those are no keys of objects, in full or in short, and no
    quoted text has the word; behind a dot it is another's and stays."""
    names = [name.strip() for line in SHORT.findall(source) for name in line.split(",")]
    free = (letter for letter in ascii_letters if not re.search(rf"(?<![\w$]){letter}(?![\w$])", source))
    for name, letter in zip(names, free, strict=False):
        source = re.sub(rf"(?<![\w$])(?<![^.]\.){name}(?![\w$])", letter, source)
    return source
