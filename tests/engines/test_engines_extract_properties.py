"""Any Kazakhstan number comes out as itself, however it is written and whatever stands around it; none from nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbot.engines.rules.reading.extract import extract

CODES = ["700", "701", "702", "705", "706", "707", "708", "747", "771", "775", "776", "777", "778"]
UNITS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
TEENS = [unit + "надцать" for unit in ("", "один", "две", "три", "четыр", "пят", "шест", "сем", "восем", "девят")]
TEENS[0] = "десять"
TENS = ["-", "-", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]
HUNDREDS = ["-", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]
KK_UNITS = ["нөл", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз"]
KK_TENS = ["-", "он", "жиырма", "отыз", "қырық", "елу", "алпыс", "жетпіс", "сексен", "тоқсан"]


def russian(number: int) -> str:
    """A number below a thousand in words, nothing left to be joined wrongly."""
    words = [HUNDREDS[number // 100]] if number >= 100 else []
    rest = number % 100
    if 10 <= rest < 20:
        return " ".join([*words, TEENS[rest - 10]])
    words += [TENS[rest // 10]] if rest >= 20 else []
    return " ".join([*words, UNITS[rest % 10]] if rest % 10 else words)


def kazakh(number: int) -> str:
    """The same in Kazakh: «жеті жүз бес»."""
    words = [KK_UNITS[number // 100], "жүз"] if number >= 100 else []
    words += [KK_TENS[number // 10 % 10]] if number // 10 % 10 else []
    return " ".join([*words, KK_UNITS[number % 10]] if number % 10 else words)


def spaced(n: str) -> list[str]:
    return [n[:3], n[3:6], n[6:8], n[8:]]


WRITTEN = {
    "eight": lambda n: "8" + n,
    "plus": lambda n: "+7" + n,
    "seven": lambda n: "7" + n,
    "ten digits": lambda n: n,
    "spaces": lambda n: "8 " + " ".join(spaced(n)),
    "brackets": lambda n: "8 ({}) {}-{}-{}".format(*spaced(n)),
    "plus and spaces": lambda n: "+7 " + " ".join(spaced(n)),
    "hyphens": lambda n: "8-" + "-".join(spaced(n)),
    "dots": lambda n: "8." + ".".join(spaced(n)),
    "glued code": lambda n: f"8{n[:3]} {n[3:6]} {n[6:]}",
    "digit by digit": lambda n: " ".join("8" + n),
    "full width": lambda n: "".join(chr(0xFF10 + int(d)) for d in "8" + n),
    "keycaps": lambda n: "".join(d + "\ufe0f\u20e3" for d in "8" + n),
    "letter O": lambda n: ("8" + n).replace("0", "O"),
    "link": lambda n: "https://wa.me/7" + n,
}

numbers = st.builds(lambda code, rest: f"{code}{rest:07d}", st.sampled_from(CODES), st.integers(2_000_000, 9_999_999))
# every group ends in a digit of its own, so that a group read aloud can't run into the next one
spoken_numbers = st.builds(
    lambda code, three, two, last: f"{code}{three}{two}{last}",
    st.sampled_from([code for code in CODES if code != "700"]),
    st.integers(201, 999).filter(lambda n: n % 10),
    st.integers(21, 99).filter(lambda n: n % 10),
    st.integers(21, 99).filter(lambda n: n % 10),
)
decoys = st.one_of(
    st.integers(20, 900).map(lambda n: f"дом {n} квадратов"),
    st.integers(1, 90).map(lambda n: f"бюджет {n} 500 000 тенге"),
    st.integers(1, 90).map(lambda n: f"{n} млн тг"),
    st.integers(1960, 2026).map(lambda n: f"{n} год"),
    st.integers(4, 20).map(lambda n: f"{n}х{n + 1}"),
    st.integers(1, 30).map(lambda n: f"{n} соток"),
    st.integers(1, 28).map(lambda n: f"ИИН 8705{n:02d}300123"),
    st.integers(10_000_000_000, 99_999_999_999).map(lambda n: f"договор № {n}"),
    st.integers(1, 28).map(lambda n: f"{n:02d}.01.2026 15:30"),
    st.integers(1000, 9999).map(lambda n: f"карта 4400 4301 2345 {n}"),
    st.just("ул. Абая 150 кв 87"),
)
some_decoys = st.lists(decoys, max_size=3)
calm = settings(max_examples=150, deadline=timedelta(seconds=2))


@pytest.mark.parametrize("written", WRITTEN)
@calm
@given(number=numbers, before=some_decoys, after=some_decoys)
def test_a_number_comes_out_as_itself(written, number, before, after):
    text = ", ".join([*before, WRITTEN[written](number), *after])
    found = extract(text)
    assert found.slots["phone"].e164 == "+7" + number
    assert found.slots["phone"].value == "8" + number
    assert "phone" not in found.others


@pytest.mark.parametrize("speak", [russian, kazakh])
@calm
@given(number=spoken_numbers)
def test_a_number_said_in_words_comes_out_as_itself(speak, number):
    groups = [8, *(int(group) for group in spaced(number))]
    text = "номер " + " ".join(speak(group) for group in groups)
    assert extract(text, asked="phone").slots["phone"].e164 == "+7" + number


@calm
@given(texts=st.lists(decoys, min_size=1, max_size=6))
def test_other_numbers_give_no_phone(texts):
    found = extract(", ".join(texts))
    assert "phone" not in found.slots
    assert found.partial_phone == ""


@calm
@given(text=st.text(alphabet=st.characters(blacklist_categories=("Nd", "No", "Nl", "Lo")), max_size=300))
def test_a_text_without_a_digit_gives_no_phone(text):
    assert "phone" not in extract(text).slots


@calm
@given(number=numbers, cut=st.integers(4, 8))
def test_a_number_in_two_messages_is_joined(number, cut):
    first = extract("8" + number[: cut - 1], asked="phone")
    assert first.partial_phone == "8" + number[: cut - 1]
    second = extract(number[cut - 1 :], asked="phone", partial_phone=first.partial_phone)
    assert second.slots["phone"].e164 == "+7" + number


@calm
@given(number=numbers)
def test_a_number_one_digit_short_is_never_mended(number):
    found = extract("8" + number[:9], asked="phone")
    assert "phone" not in found.slots
    assert (found.trouble, found.trouble_digits) == ("short", 10)
