"""What a model on its server takes and how it thinks: learnt from its own answers, once a process.

Compatible servers differ in a handful of words, and none of them says so beforehand: a 400 names the word it doesn't
know, an answer without a text says that all its tokens went into hidden thinking. Both are remembered for all turns of
the process; after a restart the model is asked anew.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from leadbot.engines import address
from leadbot.engines.client import Refused
from leadbot.engines.tools import tools
from leadbot.fields import Fields

ANSWER_TOKENS = 400
# OpenAI advises to reserve far more for hard tasks; at low effort a question about a house takes some hundreds.
REASONING_TOKENS = 2_000
UNCAPPED_TOKENS = 8_000  # what may be believed of an answer whose server takes no cap

CAPS = ("max_completion_tokens", "max_tokens")
EFFORT, STRICT = "reasoning_effort", "strict"
# Words of a refusal that speaks of the tools' schema, if it names no parameter.
_SCHEMA = re.compile(r"strict|additional_?properties|nullable|function_declarations|\btools\b", re.IGNORECASE)


class Manner:
    """One model on one server. Safe for all threads: what is learnt is only ever added."""

    def __init__(self, *, is_openai: bool) -> None:
        # OpenAI's newer models refuse `max_tokens`, many compatible servers know nothing else.
        self._caps = CAPS if is_openai else CAPS[::-1]
        self._refused: frozenset[str] = frozenset()
        self.reasons = False

    @property
    def tokens(self) -> int:
        """How many tokens an answer may have, hidden thinking among them."""
        if not self._cap:
            return UNCAPPED_TOKENS
        return REASONING_TOKENS if self.reasons else ANSWER_TOKENS

    @property
    def _cap(self) -> str | None:
        return next((name for name in self._caps if name not in self._refused), None)

    def options(self, registered: bool, table: Fields | None = None) -> dict[str, Any]:
        """What goes with the messages of a call."""
        options: dict[str, Any] = {"tools": tools(registered, strict=STRICT not in self._refused, table=table)}
        if self._cap:
            options[self._cap] = self.tokens
        if self.reasons and EFFORT not in self._refused:
            options[EFFORT] = "low"
        return options

    def heed(self, refused: Refused, sent: dict[str, Any], registered: bool, table: Fields | None = None) -> bool:
        """Learn from a refusal of what was sent; True where the same may now be asked in another way."""
        if refused.status not in (400, 422):
            return False
        named = _named(refused, [name for name in (*CAPS, EFFORT) if name in sent])
        if named is None:
            return False
        self._refused |= {named}
        return self.options(registered, table) != sent

    def notice_thinking(self) -> bool:
        """The model thinks before it speaks; True where that is news."""
        is_news, self.reasons = not self.reasons, True
        return is_news


@lru_cache(maxsize=256)
def manner_of(base_url: str | None, model: str) -> Manner:
    """The manner of this model on this server, whoever's key it is asked with."""
    where = address.read(base_url)
    return Manner(is_openai=where.host.endswith("openai.com") or where.is_azure)


def _named(refused: Refused, optional: list[str]) -> str | None:
    """The part of a call that a refusal is about, if we can do without it."""
    if refused.param:
        name = re.split(r"[.\[]", refused.param)[0]
        return name if name in optional else STRICT if name == "tools" else None
    for name in optional:
        if re.search(rf"\b{name}\b", refused.said):
            return name
    return STRICT if _SCHEMA.search(refused.said) else None
