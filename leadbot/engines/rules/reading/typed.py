"""An object no table holds, as the client has typed it in answer to the question for it."""

from __future__ import annotations

from leadbot.engines.rules.reading import people
from leadbot.engines.rules.reading.city import match
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.numbers import word_at
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.text import TextToken
from leadbot.engines.rules.words.words import words

_ADJECTIVES = ("ая", "ый", "ой", "ое")
_NO_OBJECTS = words("objects.none")
_MOST_TYPED = 2  # words of an object no table holds


def find(scene: Scene) -> Found | None:
    """The object was asked and one or two unknown words came: they are it, said back where it matters."""
    if scene.asked != "object_type" or scene.groups or scene.key(len(scene.tokens) - 1) == "?":
        return None
    at_words = [at for at, token in enumerate(scene.tokens) if token.kind == "word" and not scene.used[at]]
    if not 1 <= len(at_words) <= _MOST_TYPED or at_words[-1] - at_words[0] >= _MOST_TYPED:
        return None
    if not all(_can_be_object(scene.tokens[at]) for at in at_words):
        return None
    first, last = at_words[0], at_words[-1]
    scene.take(first, last)
    return scene.found(" ".join(scene.tokens[at].raw.lower() for at in at_words), first, last, sure=False)


def _can_be_object(token: TextToken) -> bool:
    if len(token.key) < 3 or near.is_common(token.key, latin=token.latin) or token.key in _NO_OBJECTS:
        return False
    if people.given(token) or match(token) is not None or word_at(token) is not None:
        return False
    return not people.is_verbal(token.key) or token.key.endswith(_ADJECTIVES)
