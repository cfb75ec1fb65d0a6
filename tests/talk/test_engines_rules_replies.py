"""What holds for every answer of the embedded qualifier, over all dialogues we have."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from collecting import over
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from talking import COMPANY, Talk

from leadbot.texts import phrases, trades
from leadbot.texts.languages import LANGUAGES

HERE = Path(__file__).parents[1]
FOLDERS = (HERE / "dialogues", HERE.parent.parent / "shared" / "dialogues")


def rows(kind):
    """All rows that bear this key, of all folders that are there."""
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if kind in row:
                    yield row


DIALOGUES = list(rows("turns"))
EACH = over(range(len(DIALOGUES)), name=lambda number: DIALOGUES[number]["id"])
ANSWERED = 40  # characters more, where a question is answered in the message that makes the lead


@cache
def played(number):
    """The talk of a dialogue, once for all that is asked of it; each answer, its language, the values known by then."""
    talk, said = Talk(), []
    for turn in DIALOGUES[number]["turns"]:
        said.append((talk.say(turn), talk.language, values(talk)))
    return talk, said


def check_answers(talk):
    """At most one question, never long, never a sentence of the message before, something said every time."""
    before = set()
    for answer in talk.answers():
        said = phrases.sentences(answer)
        assert answer.strip()
        assert answer.count("?") <= 1, answer
        assert len(answer) <= phrases.LIMIT + ANSWERED, answer
        assert not before & set(said), answer
        assert "{" not in answer.replace("{phone}", "")
        before = set(said)


@EACH
def test_every_answer_is_short_asks_one_thing_and_repeats_nothing(number):
    check_answers(played(number)[0])


def test_where_there_is_no_room_the_lead_comes_first_and_the_question_later():
    talk = Talk()
    talk.say("Алматы", "87768776637", "Алматы", "how much?")
    check_answers(talk)
    assert talk.lead() is not None
    assert talk.answers()[-1].endswith("shortly.")


@EACH
def test_every_answer_is_in_the_language_of_the_talk(number):
    for answer, language, known in played(number)[1]:
        assert language in LANGUAGES
        own = re.sub("|".join(re.escape(value) for value in known) or "$^", "", answer)
        assert looks_like(own) in (language, None), answer


def values(talk):
    """What the client and the company brought into an answer: those words may be of any language."""
    facts = talk.known["facts"]
    names = [phrases.town(facts[slot]["value"], language) for slot in facts for language in LANGUAGES]
    return [COMPANY.name, "Telegram", "WhatsApp", *(fact["value"] for fact in facts.values()), *names]


def looks_like(text):
    """The language of the bot's own words: Latin letters, Kazakh letters, or neither."""
    if re.search(r"[a-zA-Z]{2}", text.replace("8 7XX XXX XX XX", "")):
        return "en"
    if re.search(r"[әғқңөұүһі]", text.lower()):
        return "kk"
    plain = text.lower()
    return "ru" if re.search(r"[ыэщё]|тся|вас|как", plain) else None


@EACH
def test_no_phone_is_said_that_the_client_did_not_give_and_summaries_are_short(number):
    talk, _ = played(number)
    lead = talk.lead()
    if lead:
        assert 0 < len(lead.summary) <= 300
        assert talk.known["facts"]["phone"]["quote"]
    assert json.loads(json.dumps(talk.known)) == talk.known


@EACH
def test_every_fact_points_at_the_clients_own_words(number):
    talk, _ = played(number)
    for slot, fact in talk.known["facts"].items():
        text = next(line.text for line in talk.history if line.seq == fact["seq"])
        assert text[fact["start"] : fact["end"]] == fact["quote"], slot


SNIPPETS = st.sampled_from(
    ["Хочу дом", "Алматы", "150", "да", "нет", "не знаю", "номер не дам", "сколько стоит?", "Канат", "8776 877",
     "87768776637", "87011112233", "ой, не то", "үй керек", "жоқ", "hello", "how much?", "позовите менеджера", "козлы",
     "😀", "", "не Алматы, а Астана", "спасибо", "до свидания", "вы бот?", "a@b.kz", "12х10", "10 соток", "ыва"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SNIPPETS | st.text(max_size=40), min_size=1, max_size=12))
def test_any_talk_gets_proper_answers_and_at_most_one_lead(turns):
    talk = Talk()
    talk.say(*turns)
    check_answers(talk)
    assert talk.registered <= 1
    for slot, times in talk.known.get("state", {}).get("asks", {}).items():
        assert times <= 2, slot


@st.composite
def repeating(draw):
    """Messages of all our dialogues mixed into one talk, one of them sent twice running."""
    turns = draw(st.lists(SAID, min_size=1, max_size=8))
    again = draw(st.integers(0, len(turns) - 1))
    return [*turns[: again + 1], *turns[again:]]


SAID = st.sampled_from(sorted({turn for dialogue in DIALOGUES for turn in dialogue["turns"]}))


@example(["дом", "дом и гараж рядом, дом 130 гараж 24 метра", "дом и гараж рядом, дом 130 гараж 24 метра"])
@example(["септик срочно", "септик срочно"])
@example(["забор", "баню хочу, и напишите в ватсап", "баню хочу, и напишите в ватсап"])
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(repeating())
def test_what_is_sent_twice_is_not_answered_twice_in_the_same_words(turns):
    talk = Talk()
    talk.say(*turns)
    check_answers(talk)


@over(trades.names())
def test_chips_answer_the_question_they_stand_under(name):
    """A quick reply sent as it stands fills the slot it is shown for, or leaves it for later."""
    trade = trades.load(name)
    company = COMPANY.__class__(name="Проба", setup=name)
    for slot, chips in trade.chips.items():
        for chip in chips:
            for language in LANGUAGES:
                talk = Talk(company)
                talk.known = {"facts": {}, "asked": slot, "state": {"turns": 1, "asks": {slot: 1}}}
                talk.language = language
                talk.say(chip[language])
                left = slot in talk.known["state"].get("skipped", ())
                assert talk.value(slot) or talk.value("work") or left or chip["ru"] == "Другое", (slot, chip[language])
                assert talk.language == language
