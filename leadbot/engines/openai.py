"""The engine that lets a model lead the talk, over Chat Completions of OpenAI or any compatible server.

The model talks; what is known, whether there is a lead and what is said on registering stay ours. The embedded engine
reads every turn first, the model's proposals are checked against the client's own words, and where its words would be
wrong, untrue or missing, ours are said. So a lead is the same lead whoever led the talk.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from leadbot.engines.answer import Answer, read_answer, tokens
from leadbot.engines.base import Decision, Engine, EngineError, EngineLate, Spent, Turn
from leadbot.engines.grounding import grounded
from leadbot.engines.privacy import Placeholders, spelled
from leadbot.engines.prompt import HISTORY_LINES, messages
from leadbot.engines.rules import phrases, setup
from leadbot.engines.rules.intents import is_off_topic
from leadbot.engines.rules.orders import gives_orders
from leadbot.engines.rules.promise import closed
from leadbot.engines.tools import tools
from leadbot.engines.wording import asked_in, fit, promises

if TYPE_CHECKING:
    import openai

OPENAI_URL = "https://api.openai.com/v1"
ANSWER_TOKENS = 400
RESERVE_SECONDS = 0.5  # of a turn, kept for the engine that steps in and for storing its answer
LEAST_SECONDS = 0.3  # with less time than this a call is not worth making
RETRY_PAUSE_SECONDS = 0.4
CLIENTS = 128  # kept of a process: one for each key and address in use


@dataclass(frozen=True, slots=True)
class Access:
    """Where the model is and how to get in. `base_url` None means OpenAI itself."""

    api_key: str = field(repr=False)
    base_url: str | None = None
    timeout_seconds: float = 9.0
    is_strange: bool = False  # an address that somebody typed: only the open net is called


@dataclass(frozen=True, slots=True)
class _Pace:
    """Time, for tests to take into their own hands."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class _Busy(EngineError):
    """The server had no time for us or broke down: the same call may work in a moment."""

    def __init__(self, reason: str, pause_seconds: float) -> None:
        super().__init__(reason)
        self.pause_seconds = pause_seconds


class OpenAIEngine:
    """A model behind our own rules. `reader` is the embedded engine. One instance serves all threads of a process."""

    name = "model"
    needs_network = True

    def __init__(self, access: Access, model: str, reader: Engine, pace: _Pace | None = None) -> None:
        self._client = client_for(access)
        self._url = f"{self._client.base_url}chat/completions"  # whole: the client would put it together for each call
        self._timeout_seconds = access.timeout_seconds
        self._reader = reader
        self._pace = pace or _Pace()
        self._options: dict[str, Any] = {"model": model, **_cap(access.base_url)}

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
        body = {**self._options, "tools": tools(turn.registered), "messages": messages(turn, reading, private)}
        call = _Call(json.dumps(body, ensure_ascii=False))
        try:
            answer = read_answer(self._ask(call, turn.seconds_left))
            reading = self._heeded(turn, reading, answer, private)
            return replace(_spoken(turn, reading, answer, private), spent=call.spent)
        except EngineError as error:
            error.spent = call.spent
            raise

    def _heeded(self, turn: Turn, reading: Decision, answer: Answer, private: Placeholders) -> Decision:
        """The reading with what the model wants done, as far as the client's own words bear it."""
        if answer.calls_human:
            return _hand_off(turn, reading)
        if not answer.proposal:
            return reading
        proposal = {slot: private.reveal(value) for slot, value in answer.proposal.items()}
        return self._read_again(turn, reading, proposal)

    def _read_again(self, turn: Turn, reading: Decision, proposal: dict[str, str]) -> Decision:
        """The reading once more, with what the model saw in the client's words and our extractors had missed."""
        news = {slot: value for slot, value in proposal.items() if slot not in reading.known["facts"]}
        facts = grounded(news, turn)
        if not facts:
            return reading
        known = {**turn.known, "facts": {**turn.known.get("facts", {}), **facts}}
        return self._reader.decide(replace(turn, known=known))

    def _ask(self, call: _Call, seconds_left: float) -> bytes:
        """The body of the model's answer. One retry, if the server was busy and there is time for it."""
        ends = self._pace.clock() + seconds_left - RESERVE_SECONDS
        try:
            return self._call(call, ends)
        except _Busy as busy:
            if self._pace.clock() + busy.pause_seconds + LEAST_SECONDS > ends:
                raise
            self._pace.sleep(busy.pause_seconds)
        return self._call(call, ends)

    def _call(self, call: _Call, ends: float) -> bytes:
        """One call, within its own timeout and what is left of the turn."""
        seconds = min(self._timeout_seconds, ends - self._pace.clock())
        if seconds < LEAST_SECONDS:
            raise EngineLate("no time left")
        import httpx2

        try:
            # chat.completions.create() walks every message and tool to fit its types: 2.8 ms CPU a call instead of 1.1.
            answer = self._client.post(
                self._url,
                cast_to=httpx2.Response,
                content=call.spent.sent.encode("utf-8", "surrogatepass"),
                options={"timeout": seconds, "headers": {"Content-Type": "application/json"}},
            )
            content = answer.content
        except Exception as error:
            # Its text may hold the key's beginning or the client's words: only the reason goes on.
            reason = reason_of(error)
            call.failed(reason)
            raise reason from None
        call.answered(content)
        return content


class _Call:
    """What a turn uses up at the model."""

    def __init__(self, sent: str) -> None:
        self.spent = Spent(sent=sent)

    def answered(self, content: bytes) -> None:
        """The server says what it cost; where it doesn't, the lengths tell."""
        counted = tokens(content) or (estimated(self.spent.sent), estimated(content.decode(errors="replace")))
        # No token is shorter than a byte: a server that claims more must not use up a company's day.
        self._add(min(counted[0], len(self.spent.sent.encode(errors="replace"))), min(counted[1], ANSWER_TOKENS))

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
    """The model has heard the client ask for a human. Said once: who has been called need not be called again."""
    text, asked = _called(turn, reading.language), None
    if any(line.text == text for line in turn.history if line.author == "bot"):
        return reading
    if reading.register and not turn.registered:  # our thanks come first; the manager is called all the same
        return replace(reading, act="call_human")
    question = phrases.sentences(reading.text)[-1:]
    if turn.opening and question and question[0].endswith("?"):  # nobody is there: the bot goes on
        text, asked = f"{text} {question[0]}", reading.known.get("asked")
    return replace(reading, text=text, act="call_human", known={**reading.known, "asked": asked})


def _called(turn: Turn, language: str) -> str:
    """That a manager is called; outside working hours, when one will answer."""
    if turn.opening:
        return closed("handoff.closed", turn.opening, turn.now, language)
    key = "answer.human.phone" if turn.company.phone else "answer.human"
    return phrases.say(key, language, setup.of(turn.company.setup), company_phone=turn.company.phone)


def _spoken(turn: Turn, reading: Decision, answer: Answer, private: Placeholders) -> Decision:
    """The decision: our reading, with the model's words where they may stand."""
    ours = replace(reading, engine=OpenAIEngine.name)
    is_new_lead = reading.register is not None and not turn.registered
    if is_new_lead or reading.act or answer.proposal is not None or _contact_changed(turn, reading):
        return ours
    if private.has_strangers(answer.text):
        return ours
    known = (str(fact[key]) for fact in reading.known["facts"].values() for key in ("value", "e164") if fact.get(key))
    text = fit(private.reveal(answer.text), turn, reading.language, "\n".join((reading.text, *known)))
    if not text or (promises(text) and not turn.registered) or _just_said(text, turn):
        return ours
    return replace(ours, text=text, known={**reading.known, "asked": asked_in(text) or reading.known.get("asked")})


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


def _cap(base_url: str | None) -> dict[str, int]:
    """OpenAI's newer models refuse `max_tokens`, many compatible servers know nothing else."""
    is_openai = (urlsplit(base_url or OPENAI_URL).hostname or "").endswith("openai.com")
    return {"max_completion_tokens" if is_openai else "max_tokens": ANSWER_TOKENS}


@lru_cache(maxsize=CLIENTS)
def client_for(access: Access) -> openai.OpenAI:
    """The openai client for this access: one a process, for all threads. Here the library is first imported."""
    import openai

    from leadbot.engines.transport import Client, Urllib3Transport

    base_url = access.base_url or OPENAI_URL
    http = Client(Urllib3Transport(base_url, only_public=access.is_strange))
    return openai.OpenAI(
        api_key=access.api_key, base_url=base_url, timeout=access.timeout_seconds, max_retries=0, http_client=http
    )


def trouble_with(access: Access, seconds: float) -> EngineError | None:
    """Why the server can't be asked which models it has; None where it answers. Costs no tokens."""
    try:
        client_for(access).models.list(timeout=seconds)
    except Exception as error:
        return reason_of(error)
    return None


def reason_of(error: Exception) -> EngineError:
    """What went wrong with a call, in a word or two without anybody's data."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return EngineError("timeout")
    if isinstance(error, openai.APIStatusError):
        return _status_reason(error)
    if isinstance(error, openai.APIConnectionError):
        # A kept connection may have been closed by the server just now; a new one is made at once.
        broke = type(error.__cause__).__name__ == "ReadError"
        return _Busy("connection broke", 0.0) if broke else EngineError("no connection")
    return EngineError(f"call failed ({type(error).__name__})")


def _status_reason(error: openai.APIStatusError) -> EngineError:
    reason = f"HTTP {error.status_code}"
    if error.status_code != 429 and error.status_code < 500:
        return EngineError(reason)
    try:
        pause = float(error.response.headers.get("retry-after", RETRY_PAUSE_SECONDS))
    except ValueError:  # a date: not worth waiting for within a turn
        return EngineError(reason)
    return _Busy(reason, pause if pause >= 0 else RETRY_PAUSE_SECONDS)
