"""Questions that rows of the table of fields bring themselves, as phrases beside those of data/."""

from __future__ import annotations

from dataclasses import replace

from leadbot.fields import Field, Fields
from leadbot.texts import phrases
from leadbot.texts.languages import LANGUAGES
from leadbot.texts.trades import Setup, Texts


def asking(setup: Setup, table: Fields) -> Setup:
    """The set-up with the questions, names and quick replies of the rows that bring their own."""
    spoken = [row for row in table if row.question or row.label]
    if not spoken:
        return setup
    questions, chips = dict(setup.questions), dict(setup.chips)
    for row in spoken:
        questions[f"label.{row.key}"] = {one: _as_it_is(row.label_in(one)) for one in LANGUAGES}
        if row.question:
            questions |= _wordings(row)
        if row.chips:
            chips[row.key] = row.chips_by_index()
    return replace(setup, questions=questions, chips=chips)


def _wordings(row: Field) -> dict[str, Texts]:
    """The first asking, one with an acknowledgement, and the second asking, which must be another sentence."""
    asked = {one: row.question_in(one) for one in LANGUAGES}
    again = {one: _continued(text, one) for one, text in asked.items()}
    return {
        f"{row.key}.A": {one: _as_it_is(text) for one, text in asked.items()},
        f"{row.key}.B": {one: _as_it_is(phrases.say("own.B", one, question=text)) for one, text in asked.items()},
        f"{row.key}.C": {one: _as_it_is(phrases.say("own.C", one, question=text)) for one, text in again.items()},
    }


def _continued(question: str, language: str) -> str:
    """The question as it goes on behind a colon: a small letter, unless its first word may be a name."""
    first, _, rest = question.partition(" ")
    is_opener = first.lower() in phrases.say("own.openers", language).split()
    return f"{first.lower()} {rest}" if is_opener else question


def _as_it_is(text: str) -> str:
    """What a company wrote is data: its braces stand for themselves."""
    return text.replace("{", "{{").replace("}", "}}")
