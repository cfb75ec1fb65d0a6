"""Phone numbers: whole ones, beginnings of one, and what only looks like one.

A number is read group by group as the client grouped it and ends where a group completes it, so neither a price behind
it nor a flat number before it is eaten. National numbers are 8, 7 or +7 and ten digits, or the ten digits alone
beginning with a known mobile code; eight and nine digits are a number cut short, never mended by guessing.
Whether a number can exist is the phonenumbers metadata's to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import phonenumbers

from leadbot.engines.rules.reading import decoys
from leadbot.engines.rules.words.numbers import Group
from leadbot.engines.rules.words.preferred import preferred
from leadbot.engines.rules.words.runs import Run, mend_letters, plus_before, runs, says_phone
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.words import stems, words

# Mobile codes of Kazakhstan in the numbering plan (metadata of phonenumbers 9.0).
MOBILE = words("phone.mobile")
_MONEY = words("phone.money")
_DEAD = words("phone.dead")
_ANOTHER = words("phone.another")
_YOURS, _DEVICE = words("phone.yours"), (*stems("phone.number*"), *stems("phone.device*"))
_IS, _BEFORE, _ASKING = stems("phone.is*"), words("phone.before_yours"), words("phone.asking")
_TOWN_CODES = frozenset({"71", "72"})
_DIGITS_OF = {"iin": 12, "card": 16}


@dataclass(slots=True)
class Phones:
    """What a message says of phones. `numbers` are whole, in order; the rest describes a would-be one."""

    numbers: list[Found] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    partial: str = ""
    trouble: str = ""
    trouble_digits: int = 0


def find(scene: Scene, partial: str = "") -> Phones:
    """All phones of the message, their digits consumed; what is not a phone by its company is consumed too."""
    phones = Phones()
    mend_letters(scene)
    phones.trouble = decoys.hide(scene)
    phones.trouble_digits = _DIGITS_OF.get(phones.trouble, 0)
    for run in runs(scene):
        _read_run(scene, run, phones)
    if not phones.numbers and partial:
        _join(scene, partial, phones)
    elif not phones.numbers and not phones.trouble:
        _begin(scene, phones)
    _drop_useless(scene, phones)
    if len(phones.numbers) > 1:
        at = preferred(scene, phones.spans)
        phones.numbers.insert(0, phones.numbers.pop(at))
        phones.spans.insert(0, phones.spans.pop(at))
    return phones


def _read_run(scene: Scene, run: Run, phones: Phones) -> None:
    start = 0
    leftover: list[Group] = []
    while start < len(run.groups):
        plus = plus_before(scene, run.groups[start].first)
        end, e164, sure = _match(scene, run.groups[start:], plus)
        if end > 1 and leftover and _one_too_many(leftover[-1], run.groups[start : start + end]):
            end = 0
        if end:
            _keep(scene, run.groups[start : start + end], e164, sure, phones)
            start += end
            leftover = []
        else:
            leftover.append(run.groups[start])
            start += 1
    if leftover and not phones.numbers:
        _note_trouble(scene, leftover, phones)


def _one_too_many(before: Group, groups: list[Group]) -> bool:
    """«8 777 123 45 678»: the prefix and eleven digits by groups are no number with an 8 before it."""
    return (
        before.digits in ("7", "8") and before.last + 2 >= groups[0].first and sum(len(g.digits) for g in groups) == 11
    )


def _keep(scene: Scene, groups: list[Group], e164: str, sure: bool, phones: Phones) -> None:
    first, last = groups[0].first, groups[-1].last
    if plus_before(scene, first):
        first -= 1 if scene.key(first - 1) != "(" else 2
    scene.take(first, last)
    lettered = any(g.spelled and any(scene.kind(at) == "number" for at in range(g.first, g.last + 1)) for g in groups)
    found = replace(scene.found(as_stored(e164), first, last, sure=sure and not lettered), e164=e164)
    if all(known.e164 != e164 for known in phones.numbers):
        phones.numbers.append(found)
        phones.spans.append((first, last))


def _drop_useless(scene: Scene, phones: Phones) -> None:
    """«не звоните на 8701…, он не работает», «8727… это ваш номер?» give no number to call."""
    for at in reversed(range(len(phones.spans))):
        first, last = phones.spans[at]
        before = [scene.key(back) for back in range(max(0, first - 3), first)]
        refused = "не" in before and before.index("не") + 1 < len(before) and says_phone(before[before.index("не") + 1])
        behind = [scene.key(ahead) for ahead in range(last + 1, last + 5)]
        of_another = behind[:1] == [","] and behind[1] in _ANOTHER  # «вот жены номер 8702…, мой не работает»
        dead = "не" in behind and bool(set(behind[behind.index("не") + 1 :][:1]) & _DEAD) and not of_another
        if (refused or dead or _is_ours(scene, first, last)) and phones.numbers:
            del phones.spans[at], phones.numbers[at]


def _is_ours(scene: Scene, first: int, last: int) -> bool:
    """«ваш номер 8727…», «8727… это ваш телефон?»: the company's, as the client says, and nothing else beside it.

    «Канат 8701… дайте ваш номер» is his own: a lead is not lost to a guess.
    """
    front = _past(scene, first - 1, -1, _IS)
    named = _past(scene, front, -1, _DEVICE)
    is_said = named < front and scene.key(named) in _YOURS
    if is_said and (scene.kind(named - 1) != "word" or scene.key(named - 1) in _BEFORE):
        return True
    back = _past(scene, last + 1, 1, _IS)
    end = _past(scene, back + 1, 1, _DEVICE)
    is_asked = scene.key(back) in _YOURS and end > back + 1
    return is_asked and (scene.kind(end) != "word" or scene.key(end) in _ASKING)


def _past(scene: Scene, at: int, step: int, beginnings: tuple[str, ...]) -> int:
    """The place behind words that begin so, in this direction."""
    while scene.key(at) and scene.key(at).startswith(beginnings):
        at += step
    return at


def as_stored(e164: str) -> str:
    """8 and ten digits for Kazakhstan, E.164 for any other country."""
    return "8" + e164[2:] if e164.startswith("+77") and len(e164) == 12 else e164


def _match(scene: Scene, groups: list[Group], plus: bool) -> tuple[int, str, bool]:
    """How many of these groups make one number, its E.164, and whether it is beyond doubt; 0 where they make none."""
    if _glued_to_word(scene, groups[0].first) or _inside_digits(scene, groups[0]):
        return 0, "", False
    digits = ""
    best: tuple[int, str, bool] = (0, "", False)
    for count, group in enumerate(groups, 1):
        digits += group.digits
        if len(digits) > 17:
            break
        if plus and digits[0] != "7":
            if 8 <= len(digits) <= 15 and (_valid("+" + digits) or _is_whole("+" + digits)):
                best = (count, "+" + digits, _valid("+" + digits))
            continue
        national = _national(digits, plus, groups[:count]) or _unlisted(scene, digits, groups[:count])
        national = national or ("" if plus else _landline(scene, digits, groups[:count]))
        if national and not _is_money(scene, groups, count):
            more = groups[count].digits if count < len(groups) else ""
            if len(more) == 1 and (len(digits) == 10 or count == 11):
                continue  # digit by digit, and not at its end yet
            return count, "+7" + national, _trusted(national)
    if not best[0] and not plus:
        best = _foreign(scene, groups)
    return best


def _inside_digits(scene: Scene, group: Group) -> bool:
    """A number dictated digit by digit begins where the digits begin."""
    before = scene.tokens[group.first - 1] if group.first and len(group.digits) == 1 else None
    return before is not None and before.kind == "number" and len(before.key) == 1 and not scene.used[group.first - 1]


def _glued_to_word(scene: Scene, at: int) -> bool:
    """«KZ8612…» is an account, «тел87…» a phone."""
    if at == 0 or scene.tokens[at].spaced or scene.kind(at - 1) != "word":
        return False
    key = scene.key(at - 1)
    return not says_phone(key) and len(key) < 3 and key not in ("т", "ном", "м", "t", "на", "wa")


def _national(digits: str, plus: bool, groups: list[Group]) -> str:
    """The ten national digits of a number complete in these digits, or ""."""
    if len(digits) == 11 and (digits[0] == "7" or (digits[0] in "80" and not plus)):
        national = digits[1:]
        if digits[0] == "0" and not groups[0].spelled:
            return ""
    elif len(digits) == 10 and digits[0] == "7" and digits[:3] in MOBILE and len(groups[0].digits) > 1 and not plus:
        national = digits
    else:
        return ""
    if national[0] == "7":
        return national if national[:3] in MOBILE or _valid("+7" + national) else ""
    return national if national[0] in "9" and _valid("+7" + national) else ""


def _unlisted(scene: Scene, digits: str, groups: list[Group]) -> str:
    """A mobile code that no plan lists yet, where a phone was asked or named; to be said back."""
    mobile = len(digits) == 11 and digits[0] in "78" and digits[1] == "7" and digits[2] in "045678"
    if not mobile or any(g.spelled for g in groups) or len(set(digits[1:])) < 3:
        return ""
    return digits[1:] if scene.asked in ("phone", "contact") or named(scene, groups[0].first) else ""


def _landline(scene: Scene, digits: str, groups: list[Group]) -> str:
    """«7212 41-20-33», «727 250-11-22»: a town's code and the number in it, without the 8 before them."""
    coded = len(digits) == 10 and digits[:2] in _TOWN_CODES and len(groups[0].digits) in (3, 4, 10)
    wanted = coded and (len(groups) > 2 or scene.asked in ("phone", "contact") or named(scene, groups[0].first))
    return digits if wanted and _valid("+7" + digits) else ""


def _trusted(national: str) -> bool:
    return _valid("+7" + national)


@lru_cache(maxsize=512)
def _valid(e164: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(e164, None))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=512)
def _is_whole(e164: str) -> bool:
    """Is it as long as the mobile numbers of its country, whose plan may be newer than ours?"""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return False
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    mobile = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    as_long = mobile is not None and len(str(number.national_number)) == len(str(mobile.national_number))
    return as_long and phonenumbers.is_possible_number(number)


def _is_money(scene: Scene, groups: list[Group], count: int) -> bool:
    """«8 700 000 000 тенге» or «87 000 000 000»: thousands with a currency behind, or round beyond doubt."""
    lengths = [len(g.digits) for g in groups[:count]]
    thousands = lengths[0] <= 3 and all(n == 3 for n in lengths[1:]) and len(lengths) > 2
    after = scene.key(groups[count - 1].last + 1)
    return (after in _MONEY and (thousands or len(lengths) == 1)) or (
        thousands and all(g.digits == "000" for g in groups[1:count])
    )


def _foreign(scene: Scene, groups: list[Group]) -> tuple[int, str, bool]:
    """A number of another country without its plus: only where a phone was asked or named, and never beyond doubt."""
    if not (scene.asked in ("phone", "contact") or named(scene, groups[0].first)):
        return 0, "", False
    digits = ""
    for count, group in enumerate(groups, 1):
        digits += group.digits
        bare = digits[2:] if digits.startswith("00") else digits
        if 11 <= len(bare) <= 13 and bare[0] not in "78" and _valid("+" + bare):
            return count, "+" + bare, digits.startswith("00")
        if len(digits) == 10 and digits[0] == "9" and _valid("+7" + digits):
            return count, "+7" + digits, False
    return 0, "", False


def named(scene: Scene, at: int) -> bool:
    """Do the words before say that a phone follows?"""
    return any(says_phone(scene.key(back)) for back in range(max(0, at - 4), at))


def _note_trouble(scene: Scene, groups: list[Group], phones: Phones) -> None:
    """Digits in the shape of a phone that are too few or too many."""
    while groups and groups[0].digits[0] not in "78" and not plus_before(scene, groups[0].first):
        groups = groups[1:]
    if not groups or _priced(scene, groups):
        return
    digits = "".join(g.digits for g in groups)
    wanted = scene.asked in ("phone", "contact") or named(scene, groups[0].first)
    code = digits[1:4] if digits[0] == "8" or digits[:2] == "77" else digits[:3]
    shaped = code in MOBILE or code[:2] in ("71", "72")
    first, last = groups[0].first, groups[-1].last
    if 4 <= len(digits) <= 10 and shaped and (wanted or len(digits) >= 8):
        phones.partial, phones.trouble, phones.trouble_digits = digits, "short", len(digits)
        phones.spans.append((first, last))
        scene.take(first, last)
    elif 12 <= len(digits) <= 15 and (shaped or wanted):
        phones.trouble, phones.trouble_digits = "long", len(digits)
        scene.take(first, last)


def _priced(scene: Scene, groups: list[Group]) -> bool:
    """Thousands, or a unit behind: a sum, an area, a year, not a phone."""
    after = scene.key(groups[-1].last + 1)
    lengths = [len(g.digits) for g in groups]
    thousands = len(lengths) > 1 and all(n == 3 for n in lengths[1:]) and groups[-1].digits == "000"
    return after in _MONEY or thousands


def _begin(scene: Scene, phones: Phones) -> None:
    """«8701», «705» and nothing else: the beginning of a number that comes in pieces, whatever was asked.

    Three digits after the question for the area are that, and may be the beginning all the same.
    """
    if any(t.kind == "word" and not says_phone(t.key) for t in scene.tokens) or not scene.groups:
        return
    groups = [g for run in runs(scene) for g in run.groups]
    digits = "".join(g.digits for g in groups)
    codes = {digits[:3], digits[1:4] if digits[:1] in ("7", "8") else ""}
    if len(groups) != len(scene.groups) or not 3 <= len(digits) <= 8 or codes.isdisjoint(MOBILE):
        return
    if scene.asked == "area" and len(digits) == 3:
        phones.partial = digits
        return
    phones.partial, phones.trouble, phones.trouble_digits = digits, "short", len(digits)
    scene.take(groups[0].first, groups[-1].last)


def _join(scene: Scene, partial: str, phones: Phones) -> None:
    """The rest of a number begun in an earlier message; a single missing digit is not guessed at."""
    groups = [g for run in runs(scene) for g in run.groups]
    digits = "".join(g.digits for g in groups) or phones.partial
    if not groups or len(digits) < 2:
        if not phones.partial:
            return
        groups = [g for g in scene.groups if g.digits]
    joined = partial + digits
    national = _national(joined, False, [groups[0]])
    counted = {at for g in groups for at in range(g.first, g.last + 1)}
    words_ = ((at, t) for at, t in enumerate(scene.tokens) if t.kind == "word")
    others = [t for at, t in words_ if at not in counted and not says_phone(t.key)]
    if national and len(digits) >= 2 and len(others) <= 3:
        phones.partial = phones.trouble = ""
        phones.trouble_digits = 0
        _keep(scene, groups, "+7" + national, _trusted(national), phones)
    elif len(joined) < 11 and not others and len(digits) <= 7:
        phones.partial, phones.trouble, phones.trouble_digits = joined, "short", len(joined)
        scene.take(groups[0].first, groups[-1].last)
