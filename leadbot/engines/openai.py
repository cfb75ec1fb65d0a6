"""The engine that lets a model lead the talk, over Chat Completions of OpenAI or any compatible server.

The model talks; what is known, whether there is a lead and what is said on registering stay ours. The embedded engine
reads every turn first, the model's proposals are checked against the client's own words, and where its words would be
wrong, untrue or missing, ours are said. So a lead is the same lead whoever led the talk.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from leadbot.engines import client, manner
from leadbot.engines.answer import Body, CutOff, ModelAnswer, opened, read_answer, thinks, tokens
from leadbot.engines.base import Decision, Engine, EngineError, EngineLate, Spent, Turn
from leadbot.engines.client import Access, Refused, TryAgain
from leadbot.engines.grounding import grounded
from leadbot.engines.privacy import Placeholders, spelled
from leadbot.engines.prompt import HISTORY_LINES, messages
from leadbot.engines.rules.dialogue.intents import is_off_topic
from leadbot.engines.rules.dialogue.memory import confirming
from leadbot.engines.rules.dialogue.orders import gives_orders
from leadbot.engines.wording import asked_in, fit, promises
from leadbot.fields import Fields
from leadbot.texts import phrases

RESERVE_SECONDS = 0.5  # of a turn, kept for the engine that steps in and for storing its answer
LEAST_SECONDS = 0.3  # with less time than this a call is not worth making
TRIES = 5  # of one turn: the call itself, and once more for each thing that a server may have to teach us

# What a model is tried with: as short as can be, in the manner of a turn.
TRIAL = (
    {"role": "system", "content": "You find out what a client of a construction company wants. One short sentence."},
    {"role": "user", "content": "Хочу построить дом"},
)


@dataclass(frozen=True, slots=True)
class _Pace:
    """Time, for tests to take into their own hands."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class OpenAIEngine:
    """A model behind our own rules. `reader` is the embedded engine. One instance serves all threads of a process."""

    name = "model"
    needs_network = True

    def __init__(self, access: Access, model: str, reader: Engine, pace: _Pace | None = None) -> None:
        client.warm_up(access)
        self._access = access
        self._model = model
        self._manner = manner.manner_of(access.base_url, model)
        self._reader = reader
        self._pace = pace or _Pace()

    def decide(self, turn: Turn) -> Decision:
        """Answer the last message. Raises EngineError whenever the model's answer can't be had or used.

        1. Let the embedded engine read the message: facts, language, next question, perhaps the lead.
        2. Ask the model, with placeholders for all private data.
        3. Take over what it proposes, as far as the client said it.
        4. Say its words, or ours where ours are due.
        """
        reading = self._reader.decide(turn)
        # A call for a human, abuse, an advert, orders to a machine, homework: settled by our own words.
        if reading.act or gives_orders(turn.message.text) or _leads_away(turn, reading):
            return reading
        private = Placeholders(_phone_quotes(turn, reading), _names(turn, reading))
        call = _Call(
            messages(turn, reading, private), turn.registered, self._ends(turn.seconds_left), turn.company.fields
        )
        try:
            answer = self._ask(call)
            reading = self._heeded(turn, reading, answer, private)
            return replace(_spoken(turn, reading, answer, private), spent=call.spent)
        except EngineError as error:
            error.spent = call.spent
            raise

    def _heeded(self, turn: Turn, reading: Decision, answer: ModelAnswer, private: Placeholders) -> Decision:
        """The reading with what the model wants done, as far as the client's own words bear it."""
        if answer.proposal:
            proposal = {slot: private.reveal(value) for slot, value in answer.proposal.items()}
            reading = self._read_again(turn, reading, proposal)
        return _hand_off(turn, reading) if answer.calls_human else reading

    def _read_again(self, turn: Turn, reading: Decision, proposal: dict[str, str]) -> Decision:
        """The reading once more, with what the model saw in the client's words and our extractors had missed."""
        news = {slot: value for slot, value in proposal.items() if slot not in reading.known["facts"]}
        facts = grounded(news, turn)
        if not facts:
            return reading
        known = {**turn.known, "facts": {**turn.known.get("facts", {}), **facts}}
        return self._reader.decide(replace(turn, known=known))

    def try_out(self, seconds: float) -> Spent:
        """Make one tiny call in the very way of a turn, within so many seconds: what it cost. Raises EngineError."""
        call = _Call(list(TRIAL), registered=False, ends=self._pace.clock() + seconds)
        try:
            self._ask(call)
        except EngineError as error:
            error.spent = call.spent
            raise
        return call.spent

    def _ends(self, seconds_left: float) -> float:
        return self._pace.clock() + seconds_left - RESERVE_SECONDS

    def _ask(self, call: _Call) -> ModelAnswer:
        """The model's answer; asked once more wherever it has taught us how to ask."""
        for _ in range(TRIES):
            sent = self._manner.options(call.registered, call.table)
            call.put({"model": self._model, **sent, "messages": call.messages})
            try:
                body = self._fetch(call)
            except Refused as refused:
                if self._manner.heed(refused, sent, call.registered, call.table):
                    continue
                raise
            has_news = thinks(body) and self._manner.notice_thinking()
            try:
                return read_answer(body, call.table)
            except CutOff:  # by hidden thinking, which the server may not even count
                if not has_news and not self._manner.notice_thinking():
                    raise
        raise EngineError("no way to ask it")

    def _fetch(self, call: _Call) -> Body:
        """The body of one answer. One retry a turn, if the server was busy and there is time for it."""
        try:
            return self._call(call)
        except TryAgain as busy:
            if call.was_retried or self._pace.clock() + busy.pause_seconds + LEAST_SECONDS > call.ends:
                raise
            call.was_retried = True
            self._pace.sleep(busy.pause_seconds)
        return self._call(call)

    def _call(self, call: _Call) -> Body:
        """One call, within its own timeout and what is left of the turn."""
        seconds = min(self._access.timeout_seconds, call.ends - self._pace.clock())
        if seconds < LEAST_SECONDS:
            raise EngineLate("no time left")
        try:
            content = client.complete(self._access, call.spent.sent.encode("utf-8", "surrogatepass"), seconds)
        except EngineError as error:
            call.failed(error)
            raise
        return call.answered(content, self._manner.tokens)


class _Call:
    """The calls of one turn: what they say, until when they may take, and what they use up."""

    def __init__(
        self, messages: list[dict[str, Any]], registered: bool, ends: float, table: Fields | None = None
    ) -> None:
        self.messages = messages
        self.registered = registered
        self.ends = ends
        self.table = table
        self.was_retried = False
        self.spent = Spent()

    def put(self, body: dict[str, Any]) -> None:
        """What is sent next."""
        self.spent = replace(self.spent, sent=json.dumps(body, ensure_ascii=False))

    def answered(self, content: bytes, most: int) -> Body:
        """The body of an answer, paid for: the server says what it cost; where it doesn't, the lengths tell."""
        guess = estimated(self.spent.sent), estimated(content.decode(errors="replace"))
        counted = guess
        try:
            body = opened(content)
            counted = tokens(body) or guess
            return body
        finally:
            # No token is shorter than a byte: a server that claims more must not use up a company's day.
            self._add(min(counted[0], len(self.spent.sent.encode(errors="replace"))), min(counted[1], most))

    def failed(self, reason: EngineError) -> None:
        """A server that was reached and broke off may have read everything; one that refused has not."""
        if str(reason) in {"timeout", "connection broke"}:
            self._add(estimated(self.spent.sent), 0)

    def _add(self, tokens_in: int, tokens_out: int) -> None:
        spent = self.spent
        self.spent = replace(spent, tokens_in=spent.tokens_in + tokens_in, tokens_out=spent.tokens_out + tokens_out)


def estimated(text: str) -> int:
    """Tokens of a text, more or less: a token has some three letters of Russian or Kazakh, more of English."""
    return len(text) // 3 + 1


def _hand_off(turn: Turn, reading: Decision) -> Decision:
    """The model believes that the client wants a human. It decides no act: he is asked, once, and a yes calls one."""
    text = phrases.say("confirm.human", reading.language)
    if (reading.register and not turn.registered) or reading.act or text in {line.text for line in turn.history}:
        return reading
    return replace(reading, text=text, known=confirming(reading.known, "human"))


def _spoken(turn: Turn, reading: Decision, answer: ModelAnswer, private: Placeholders) -> Decision:
    """The decision: our reading, with the model's words where they may stand."""
    ours = replace(reading, engine=OpenAIEngine.name)
    is_new_lead = reading.is_another or (reading.register is not None and not turn.registered)
    is_settled = reading.act or answer.calls_human or reading.known.get("asked") == "confirm"
    if is_new_lead or is_settled or answer.proposal is not None or _contact_changed(turn, reading):
        return ours
    if private.has_strangers(answer.text):
        return ours
    known = (str(fact[key]) for fact in reading.known["facts"].values() for key in ("value", "e164") if fact.get(key))
    text = fit(private.reveal(answer.text), turn, reading.language, "\n".join((reading.text, *known)))
    if not text or (promises(text) and not turn.registered) or _just_said(text, turn):
        return ours
    return replace(
        ours, text=text, known={**reading.known, "asked": asked_in(text, turn.company) or reading.known.get("asked")}
    )


def _just_said(text: str, turn: Turn) -> bool:
    return any(line.text == text for line in turn.history[-3:] if line.author != "client")


def _leads_away(turn: Turn, reading: Decision) -> bool:
    """Does the message want other work done, and say nothing of a project?"""
    return is_off_topic(turn.message.text) and reading.known["facts"] == turn.known.get("facts", {})


def _contact_changed(turn: Turn, reading: Decision) -> bool:
    """Has a client with a lead put his name or phone right? Then he must hear which one is kept now."""
    before, after = turn.known.get("facts", {}), reading.known["facts"]
    return turn.registered and any(before.get(slot, {}).get("value") != after.get(slot, {}).get("value")
                                   for slot in ("name", "phone"))  # fmt: skip


def _phone_quotes(turn: Turn, reading: Decision) -> list[str]:
    """Phones in the client's own words, which may have been words and not digits, and whatever else is spelled so."""
    facts = (known.get("facts", {}).get("phone") for known in (turn.known, reading.known))
    known = [str(fact["quote"]) for fact in facts if fact and fact.get("quote")]
    return known + [words for line in turn.history[-HISTORY_LINES:] for words in spelled(line.text)]


def _names(turn: Turn, reading: Decision) -> list[str] | None:
    """The names that are known, where the company wants them hidden."""
    if not turn.company.hide_names:
        return None
    facts = (known.get("facts", {}).get("name") for known in (turn.known, reading.known))
    return [str(fact["value"]) for fact in facts if fact and fact.get("value")]
