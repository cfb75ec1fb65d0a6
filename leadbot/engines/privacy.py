"""Phones, e-mails, ИИН and card numbers never leave the house: placeholders go out in their place, and back they come.
So do people's names, where a company wants it.

    hide   «Канат, 8 776 877 66 37»  ->  «Канат, [PHONE_1]»
    reveal «Канат, [PHONE_1]»        ->  «Канат, 8 776 877 66 37»

reveal(hide(text)) is the text, whatever it is: words of the client that look like a placeholder are hidden themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from leadbot.engines.rules.reading import people
from leadbot.engines.rules.words import numbers
from leadbot.engines.rules.words import text as texts

KINDS = ("PHONE", "EMAIL", "IIN", "CARD", "NAME", "TEXT")
PLACEHOLDER = rf"(?ai:\[\s*(?:{'|'.join(KINDS)})[\s_-]*\d+\s*\])"
PARTS = re.compile(r"(?ai:([a-z]+)[\s_-]*(\d+))")
# The name before the @ has 64 signs at most (RFC 5321): what has no bound here takes a time that grows with its square.
EMAIL = (
    r"[^\s@＠<>\"'(),;:\[\]]{1,64}+\s{0,2}(?:[@＠]|\(at\)|\[at\])\s{0,2}[^\s@＠<>\"'(),;:\[\]]{1,255}\.[^\s@＠<>\"'(),;:\[\]]+"
    r"|(?i:[\w.+-]{1,64}+\s(?:собак[аи]|собачка|at)\s[\w-]{1,63}(?:\s(?:точка|нүкте|dot)\s|\.)[\w.]{2,20})"
)
IBAN = r"(?ai:\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,7}(?:\s?[a-z0-9]{1,3})?\b)"
ENDING_LETTERS = 4  # «Канаттың», «Айгүлмен»
# Digits of any script with what people write between those of one number: a dot, a comma, or three other signs at most.
DIGITS = r"\+?\d(?:(?:[.,]|[\s()/_*\-\u2010-\u2015\u200b-\u200d\u2060]{0,3})\d){4,}"
# The same between any other signs, always the same ones: «8, 776, 877, 66, 37», «8~776~877~66~37».
GROUPS = r"(?<!\d)(?=(?:[\W_]{0,3}\d){10})\d{1,4}(?P<between>[\W_]{1,3})\d{1,4}(?:(?P=between)\d{1,4}){2,}(?!\d)"
NUMBER = re.compile(f"{DIGITS}|{GROUPS}")
_SIGNS = re.compile(r"[\d\[]")  # of placeholders and numbers
_AT = re.compile(r"[@＠]|[(\[]at[)\]]|\s(?:собак|собачк|at\s)", re.IGNORECASE)  # of e-mails
SPELLED_DIGITS = 7  # from here on a number in words may be a phone

# What follows an amount, not a phone.
UNIT = re.compile(
    r"\s*(?:₸|\$|€|тг\b|тең?ге|тенге|руб|сом\b|usd|kzt|тыс|мың|млн|млрд|миллион|кв|м2|м²|m2|m²|метр|шаршы|сот|га\b|%)",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})")
DECIMAL = re.compile(r"\d+[.,]\d{1,2}")


class Placeholders:
    """The placeholders of one call. `quotes` are further words to hide: a phone the client spelled in words.

    `names` are the people of the talk as far as they are known; given, names are hidden in it, these and all others.
    """

    def __init__(self, quotes: Iterable[str] = (), names: Iterable[str] | None = None) -> None:
        said = sorted({quote for quote in quotes if quote.strip()}, key=len, reverse=True)
        self._numbers = [quote for quote in said if NUMBER.fullmatch(quote)]
        self._spelled = "|".join(re.escape(quote) for quote in said if quote not in self._numbers)
        self._by_value: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._names = None if names is None else {texts.fold(part): part for name in names for part in name.split()}

    def hide(self, text: str) -> str:
        """`text` with a placeholder for every private value; the same value always gets the same one."""
        return "".join(self._pieces(text, str))

    def hide_talk(self, text: str) -> str:
        """The same for what was said in a talk, where there may be names of people too."""
        return "".join(self._pieces(text, str if self._names is None else self._without_names))

    def _pieces(self, text: str, between: Callable[[str], str]) -> Iterator[str]:
        """The text piece by piece: what is private hidden, the rest as `between` leaves it."""
        has_at = _AT.search(text) is not None
        if not (self._spelled or has_at or _SIGNS.search(text)):  # as most lines
            yield between(text)
            return
        private, at = _private(self._spelled, has_at), 0
        while found := private.search(text, at):
            yield between(text[at : found.start()])
            number = next((number for number in self._numbers if found[0].startswith(number)), None)
            if number and found.lastgroup == "digits":  # other digits may follow right behind a phone
                yield self._placeholder("PHONE", number)
                at = found.start() + len(number)
            else:
                yield self._hidden(found)
                at = found.end()
        yield between(text[at:])

    def _without_names(self, text: str) -> str:
        parts, end = [], 0
        for token in texts.read(text).tokens:
            name = self._name(token)
            if name:
                parts += [text[end : token.start], self._placeholder("NAME", name)]
                end = token.end
        return "".join((*parts, text[end:]))

    def _name(self, token: texts.TextToken) -> str:
        """Whose name this word is, in its plain form; empty where it is none."""
        if token.kind != "word":
            return ""
        known = next((shown for key, shown in (self._names or {}).items() if token.key.startswith(key)), "")
        if known and len(token.key) - len(texts.fold(known)) <= ENDING_LETTERS:
            return known
        given = people.given(token)
        if given and token.capital:
            return given.name
        is_family = token.capital and (people.is_surname(token.key, strongly=True) or people.is_patronymic(token.key))
        return token.raw if is_family else ""

    def reveal(self, text: str) -> str:
        """`text` with our placeholders replaced by their values; others stay."""
        return re.sub(PLACEHOLDER, lambda found: self._values.get(_canonical(found[0]), found[0]), text)

    def has_strangers(self, text: str) -> bool:
        """`text`, not yet revealed, has placeholders that stand for nothing."""
        return any(_canonical(found[0]) not in self._values for found in re.finditer(PLACEHOLDER, text))

    def _hidden(self, found: re.Match[str]) -> str:
        value, kind = found[0], (found.lastgroup or "text").upper()
        if kind == "DIGITS":
            number_kind = kind_of_number(value, found.string[found.end() : found.end() + 12])
            if number_kind is None:
                return value
            kind = number_kind
        return self._placeholder(kind, value)

    def _placeholder(self, kind: str, value: str) -> str:
        key = (kind, value)
        if key not in self._by_value:
            placeholder = f"[{kind}_{1 + sum(known == kind for known, _ in self._by_value)}]"
            self._by_value[key] = placeholder
            self._values[placeholder] = value
        return self._by_value[key]


@lru_cache(maxsize=256)
def _private(spelled: str, has_at: bool) -> re.Pattern[str]:
    """All that is hidden; `spelled` are the phones of this talk that are not written in digits.

    Most talks have none, and a pattern takes a millisecond to compile. To look for e-mails takes half of the time of a
    search, so that is done only where a text has a sign of one (`has_at`).
    """
    email = EMAIL if has_at else ""
    patterns = {"text": PLACEHOLDER, "email": email, "phone": spelled, "card": IBAN, "digits": NUMBER.pattern}
    return re.compile("|".join(f"(?P<{kind}>{what})" for kind, what in patterns.items() if what))


def kind_of_number(number: str, after: str = "") -> str | None:
    """PHONE, IIN or CARD for a number that is a person's; None for an amount, a size or a date.

    Ten digits or more are always a person's. Fewer may be the beginning of a phone, unless they read as something else:
    a round sum, a decimal, a date, or a unit stands behind them (`after` is what follows the number).
    """
    digits = sum(char.isdecimal() for char in number)
    if digits >= 10:
        is_phone = number.startswith("+") or digits <= 11
        return "PHONE" if is_phone else "IIN" if digits == 12 else "CARD"
    is_something_else = (
        digits_of(number).endswith("000") or DATE.fullmatch(number) or DECIMAL.fullmatch(number) or UNIT.match(after)
    )
    return None if is_something_else else "PHONE"


def digits_of(text: str) -> str:
    """The digits of `text` in ASCII, whatever script they are written in."""
    return "".join(str(int(char)) for char in text if char.isdecimal())


def numbers_in(text: str) -> list[str]:
    """The digits of every personal number in `text`."""
    found = NUMBER.finditer(text)
    return [digits_of(one[0]) for one in found if kind_of_number(one[0], text[one.end() : one.end() + 12])]


def without_numbers(text: str) -> str:
    """`text` with a gap of the same length where a personal number stood."""
    return NUMBER.sub(
        lambda found: found[0] if kind_of_number(found[0], text[found.end() :][:12]) is None else " " * len(found[0]),
        text,
    )


@lru_cache(maxsize=2048)
def spelled(text: str) -> tuple[str, ...]:
    """The stretches of a text that say a long number in words, all or some of it: «восемь семьсот пять 123 ...»."""
    tokens = texts.read(text).tokens
    runs: list[list[numbers.Group]] = []
    for group in numbers.read(tokens):
        if group.digits and runs and group.first - runs[-1][-1].last <= 2:
            runs[-1].append(group)
        elif group.digits:
            runs.append([group])
    return tuple(
        text[tokens[run[0].first].start : tokens[run[-1].last].end]
        for run in runs
        if any(group.spelled for group in run) and sum(len(group.digits) for group in run) >= SPELLED_DIGITS
    )


def _canonical(placeholder: str) -> str:
    parts = PARTS.search(placeholder)
    return f"[{parts[1].upper()}_{int(parts[2])}]" if parts else placeholder
