"""One chat, many doors: a client's message comes in, the answer goes out."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from leadbot.accounts import hours_settings
from leadbot.bot import company_settings, engine_choice, publishing
from leadbot.bot.engine_choice import Brain
from leadbot.bot.settings_fields import Values
from leadbot.conversations import consent, follow_up, hot_lane, known_clients, talks, unanswered, unasked, voice
from leadbot.database.session import db, utcnow
from leadbot.engines import embedded
from leadbot.engines.base import TURN_SECONDS, CompanyCard, Decision, Engine, LeadDraft, TalkLine, Turn
from leadbot.engines.speech import Speech, SpeechError, SpeechUnavailable
from leadbot.errors import Invalid
from leadbot.events import ClientWrote, publish
from leadbot.fields import CONTACT
from leadbot.files import kinds
from leadbot.leads import registration
from leadbot.leads.registration import Registered
from leadbot.models import Author, Company, Conversation, Lead, Message, Source
from leadbot.texts import phrases, text_input
from leadbot.texts import trades as setups
from leadbot.texts.languages import LANGUAGES

TEXT_MOST = 4096  # code points of one message
REF_MOST, MESSAGE_ID_MOST = 128, 255
HISTORY_LINES = 20  # what an engine is shown of the episode; the rest it has as known facts
STORE_SECONDS = 0.5  # of a turn, kept for saying that nothing was heard, and storing it


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a client, as a door hands it over. `message_id` is the client's own: sent twice, taken once."""

    source: Source
    client_ref: str
    text: str = ""
    audio: bytes | None = None
    message_id: str | None = None
    language: str | None = None  # what the page speaks: for where the words themselves say nothing
    file: bytes | None = None  # a photo or PDF
    name: str = ""  # as the door knows him
    phone: str = ""
    first_touch: dict[str, str] | None = None  # where he came from; kept once a talk
    by_draft: bool = False  # answered as the draft of the bot's settings says; in the test chat only
    is_thrifty: bool = False  # answered without the model, whatever else is set


@dataclass(frozen=True, slots=True)
class ChatReply:
    """The answer. Silent while a manager holds the talk. `seq` is the client's message, see `conversations.unasked`;
    0 where nothing can have been said to him unasked since the one before.
    """

    text: str
    function_called: str | None = None
    lead: Lead | None = None
    silent: bool = False
    seq: int = 0


def receive(incoming: Incoming) -> ChatReply:
    """Answer one message of a client.

    1. Take the conversation and store the message (a repeated message id returns the stored reply).
    2. If a manager holds the conversation, stay silent.
    3. Ask the engine; one that calls over the network is asked with no transaction open.
    4. Store the answer; if the engine proposes a lead, register it; publish what happened. One commit.

    Raises Invalid for a message that can't be taken, StillAnswering and Busy where the talk is being answered already.
    """
    ends_at = time.monotonic() + TURN_SECONDS  # the client waits from now on
    with db.session.no_autoflush:  # a turn is written at its end, not before each question on the way
        return _turn_of(_checked(incoming), ends_at)


def _turn_of(incoming: Incoming, ends_at: float) -> ChatReply:
    digest = talks.digest(incoming.text, incoming.file if incoming.audio is None else incoming.audio)
    talk, seq, reply = talks.take(incoming.source, incoming.client_ref, incoming.message_id, digest)
    if reply is not None:
        return replace(_as_reply(reply), seq=seq or 0)
    has_news = talk.message_count > talk.client_seq  # if only the bot's answer
    if seq is None:
        seq = talks.hear(talk, incoming.text, message_id=incoming.message_id, digest=digest, **_attached(incoming))
    talk.first_touch = talk.first_touch or incoming.first_touch
    if incoming.name or incoming.phone:
        known_clients.remember(talk, incoming.name, incoming.phone)
    company = company_settings.company()  # the session forgets what nobody holds, and reads it anew for each who asks
    if talk.consent is None and incoming.source is Source.WIDGET:
        talk.consent = consent.given(company, incoming.language or company.language)
    if talk.handled_by == "manager":
        return replace(_stay_silent(talk, incoming.text), seq=seq if has_news else 0)
    drafted = publishing.draft().values if incoming.by_draft else None
    brain = engine_choice.take(company, talk, is_thrifty=incoming.is_thrifty, drafted=drafted)
    turn = _turn(talk, seq, incoming, company, drafted)
    if brain.calls_out(hears=incoming.audio is not None):
        talks.hold(talk)
        db.session.commit()
    thought = _think(turn, incoming, brain, ends_at)
    with talks.let_go_if_fails(talk):
        return replace(_answer(talk, turn.message, thought, brain), seq=seq if has_news else 0)


def finish_idle(talk: Conversation) -> Lead | None:
    """Register a talk that went silent with a phone and no name; the worker calls this when its time has come.

    None where there is nothing to register (a person is then to look at it), or where the client is being answered at
    this very moment.
    """
    if not talks.claim(talk):
        db.session.rollback()
        return None
    company = card()
    proposed = (
        None
        if talk.lead_id or talk.is_junk or talk.is_withdrawn
        else embedded.draft(talk.known, company, talk.language or company.language, final=True)
    )
    lead = registration.register(talk, proposed).lead if proposed else None
    hot_lane.finish(talk)
    talks.let_go(talk)
    db.session.commit()
    return lead


def card(*, by_draft: bool = False) -> CompanyCard:
    """What the company tells its bot: as it is published, or as its draft says."""
    return company_settings.card(company_settings.company(), publishing.draft().values if by_draft else None)


def greeting(language: str, *, by_draft: bool = False) -> str:
    """The bot's first words, before a client has said anything; shown only, not stored."""
    return first_words(card(by_draft=by_draft), language)


def first_words(company: CompanyCard, language: str) -> str:
    """The company's own greeting, else one by the hour of its day and who speaks."""
    hour = utcnow().astimezone(ZoneInfo(company.time_zone)).hour
    who = phrases.opening(company.name, company.persona, language, setups.setup_of(company.setup))
    usual = f"{phrases.hello(hour, language)} {who}"
    return company.greeting.get(language, "").strip() or usual


def chips(talk: Conversation | None, language: str, *, by_draft: bool = False) -> tuple[str, ...]:
    """Quick replies to the bot's last question; none while a manager answers."""
    if talk is not None and talk.handled_by == "manager":
        return ()
    company = card(by_draft=by_draft)
    if talk is None:
        return first_replies(company, language)
    return phrases.chips(talk.known.get("asked"), talk.language or language, company.trade)


def first_replies(company: CompanyCard, language: str) -> tuple[str, ...]:
    """Quick replies to the greeting: the company's own, else those of its trade."""
    return company.chips.get(language) or phrases.chips("object_type", language, setups.setup_of(company.setup))


def wanted(*, by_draft: bool = False) -> tuple[str, ...]:
    """What the bot finds out, in its order: name and phone where the company asks for them."""
    company = card(by_draft=by_draft)
    order = company.order or setups.setup_of(company.setup).order
    first = (slot for slot in order if slot in company.fields and slot not in CONTACT)
    return (*first, *CONTACT, *company.later)


def lines(talk: Conversation, *, after: int = 0, most: int = 500) -> list[Message]:
    """The last lines of a talk with a number above `after`, oldest first."""
    found = db.session.scalars(
        select(Message)
        .where(Message.conversation_id == talk.id, Message.seq > min(after, 2**31 - 1))  # no integer column holds more
        .order_by(Message.seq.desc())
        .limit(most)
    )
    return list(found)[::-1]


@dataclass(frozen=True, slots=True)
class _Thought:
    """What came of thinking: the decision, how long it took, and the words heard in a voice message."""

    decision: Decision
    took_ms: int
    heard: str = ""
    has_listened: bool = False


def _checked(incoming: Incoming) -> Incoming:
    ref = text_input.line(incoming.client_ref, "user_id", most=REF_MOST)
    text = text_input.message(incoming.text, "text", most=TEXT_MOST)
    if incoming.audio is not None or incoming.file is not None:
        voice.check_room(incoming.audio, incoming.file)
    if incoming.audio is not None:
        voice.check(incoming.audio)
    file = kinds.clean(incoming.file) if incoming.file is not None else None
    if not text and incoming.audio is None and incoming.file is None:
        raise Invalid("text or audio_file is required", field="text")
    if incoming.message_id is not None:
        text_input.line(incoming.message_id, "Idempotency-Key", most=MESSAGE_ID_MOST)
    language = incoming.language if incoming.language in LANGUAGES else None
    by_draft = incoming.by_draft and incoming.source is Source.TEST
    return replace(incoming, client_ref=ref, text=text, file=file, language=language, by_draft=by_draft)


def _attached(incoming: Incoming) -> dict[str, str]:
    """What the message says of the files that are kept with it."""
    sound = voice.keep(incoming.audio) if incoming.audio is not None else {}
    return sound | (kinds.keep(incoming.file) if incoming.file is not None else {})


def _turn(talk: Conversation, seq: int, incoming: Incoming, own: Company, drafted: Values | None) -> Turn:
    history = (TalkLine(*said) for said in talks.before(talk, seq, most=HISTORY_LINES - 1))
    now = company_settings.local_now(own)
    return Turn(
        history=(*history, TalkLine(Author.CLIENT.value, incoming.text, seq)),
        known=known_clients.recognised(talk, incoming.text),
        answers_here=talk.source is not Source.API or unasked.has_reader(talk.company_id),
        company=company_settings.card(own, drafted),
        now=now,
        opening=hours_settings.opening(own, now),
        language=talk.language or incoming.language,
        registered=talk.lead_id is not None,
    )


def _think(turn: Turn, incoming: Incoming, brain: Brain, ends_at: float) -> _Thought:
    """Listen, then decide, all within one deadline (by time.monotonic).

    Touches no database; never raises, so that no message is lost to a fault of an engine.
    """
    started = time.monotonic()
    heard, trouble = _hear(turn, incoming, brain.speech, ends_at) if incoming.audio is not None else ("", "")
    if trouble and not incoming.text:
        decision = _ask_to_write(turn, trouble)
    elif not incoming.text and not heard:
        decision = _thank_for_file(turn)
    else:
        words = "\n".join(filter(None, (incoming.text, heard)))
        message = replace(turn.message, text=words)
        left = max(0.0, ends_at - time.monotonic())
        asked = replace(turn, history=(*turn.history[:-1], message), seconds_left=left)
        decision = _decide(asked, brain.engine)
    return _Thought(decision, round((time.monotonic() - started) * 1000), heard, incoming.audio is not None)


def _hear(turn: Turn, incoming: Incoming, speech: Speech, ends_at: float) -> tuple[str, str]:
    """The words of a voice message, or the phrase that says why there are none."""
    audio = incoming.audio or b""
    if voice.is_long(audio):
        return "", "voice.big"
    try:
        left = ends_at - time.monotonic() - STORE_SECONDS
        heard = text_input.message(
            speech.transcribe(audio, turn.language, seconds_left=left), "audio_file", most=TEXT_MOST
        )
    except SpeechUnavailable:
        return "", "voice.kept"
    except (SpeechError, Invalid):
        return "", "voice.unclear"
    return heard, "" if heard else "voice.unclear"


def _decide(turn: Turn, engine: Engine) -> Decision:
    try:
        return engine.decide(turn)
    except Exception:
        current_app.logger.exception("the engine failed")
        return _ask_to_write(turn, "answer.other")


def _ask_to_write(turn: Turn, phrase: str) -> Decision:
    language = turn.language or turn.company.language
    text = phrases.say(phrase, language, max_min=str(voice.MOST_MINUTES))
    return Decision(text, turn.known, language, engine="rules", note=phrase)


def _thank_for_file(turn: Turn) -> Decision:
    """A file alone says nothing to an engine: it is kept for the manager, and what was asked is asked again."""
    language, setup = turn.language or turn.company.language, turn.company.trade
    asked = turn.asked or (None if turn.known.get("facts") else "object_type")  # as the greeting does
    question = phrases.say(f"{asked}.C", language, setup) if asked and phrases.knows(f"{asked}.C", setup) else ""
    text = phrases.join((phrases.say("file", language), question))
    return Decision(text, turn.known, language, engine="rules")


def _answer(talk: Conversation, said: TalkLine, thought: _Thought, brain: Brain) -> ChatReply:
    """Store what was decided; register what is proposed; publish what happened. One commit."""
    decision, words = thought.decision, said.text
    if brain.calls_out(hears=thought.has_listened):
        talks.lock(talk)  # a manager may have written while the engine was thinking
    brain.settle(decision.spent, has_listened=thought.has_listened)
    if thought.heard:
        words = "\n".join(filter(None, (words, thought.heard)))
        talks.put_into_words(talk, said.seq, words)
    if talk.handled_by == "manager":  # taken over while the engine was thinking
        return _stay_silent(talk, words)
    talk.known, talk.language = decision.known, decision.language
    if decision.is_another and talk.lead_id is not None:
        talks.turn_over(talk, said.seq)
    registered = _register(talk, decision.register, beside=decision.is_another)
    called = "register_lead" if registered and registered.is_new_request else None
    follow_up.tell(talk, decision, words, registered)
    talks.add(
        talk,
        Author.BOT,
        decision.text,
        answers_seq=said.seq,
        function_called=called,
        engine=decision.engine,
        engine_ms=thought.took_ms,
        engine_note=decision.note[:200] or None,
        tokens_in=decision.spent.tokens_in if decision.spent else None,
        tokens_out=decision.spent.tokens_out if decision.spent else None,
    )
    talks.let_go(talk)
    follow_up.after_turn(talk, decision.act)
    db.session.commit()
    return ChatReply(decision.text, called, registered.lead if registered else None)


def _register(talk: Conversation, proposed: LeadDraft | None, *, beside: bool = False) -> Registered | None:
    """Register what an engine proposes; a draft that can't be a lead must not cost the client his answer."""
    if proposed is None:
        return None
    try:
        return registration.register(talk, proposed, beside=beside)
    except Invalid as error:
        current_app.logger.warning("a draft without a %s that could be called was dropped", error.field)
        return None


def _stay_silent(talk: Conversation, words: str) -> ChatReply:
    unanswered.asked(talk)
    publish(ClientWrote(talk.id, words))
    talks.let_go(talk)
    db.session.commit()
    return ChatReply("", silent=True)


def _as_reply(stored: Message) -> ChatReply:
    reply = ChatReply(stored.text, stored.function_called)
    db.session.rollback()
    return reply
