"""Sound in, text out: through /audio/transcriptions of OpenAI or any compatible server, or not at all.

SpeechError             the recording could not be made out; it is kept for the manager
└── SpeechUnavailable   there is nobody who could: no key is set
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from leadbot.engines.audio import HEAD_BYTES, AudioType, sniff
from leadbot.engines.base import TURN_SECONDS, EngineError

if TYPE_CHECKING:
    from leadbot.engines.client import Access

TRANSCRIPT_CHARACTERS = 4096  # as long as a typed message may be


class SpeechError(Exception):
    """The text is a short reason without personal data."""


class SpeechUnavailable(SpeechError):
    """No speech recognition is set up."""


class Speech(Protocol):
    """Turns a recording into text."""

    needs_network: bool  # as with Engine: hold no transaction while it listens

    def transcribe(self, audio: bytes, language: str | None = None, *, seconds_left: float = TURN_SECONDS) -> str:
        """What is said, never empty. `language` (ru, kk, en) is a hint, where one is known.

        Takes no longer than `seconds_left`. Raises SpeechError.
        """
        ...


class NoSpeech:
    """Says that nobody can listen."""

    needs_network = False

    def transcribe(self, audio: bytes, language: str | None = None, *, seconds_left: float = TURN_SECONDS) -> str:
        """Raises SpeechUnavailable."""
        raise SpeechUnavailable("no speech recognition is set up")


class OpenAISpeech:
    """Asks a server. One instance serves all threads of a process."""

    needs_network = True

    def __init__(self, access: Access, model: str) -> None:
        from leadbot.engines import client  # loads `openai`, which a copy without a key never needs

        client.warm_up(access)
        self._access = access
        self._model = model

    def transcribe(self, audio: bytes, language: str | None = None, *, seconds_left: float = TURN_SECONDS) -> str:
        """One call, no retry: a recording that fails once is kept, and the client is asked to write."""
        kind = sniff(audio[:HEAD_BYTES])
        if kind is None:
            raise SpeechError("not a sound")
        seconds = min(self._access.timeout_seconds, seconds_left)
        if seconds <= 0:
            raise SpeechError("no time left")
        text = self._call(audio, kind, language, seconds)
        if not text:
            raise SpeechError("nothing was heard")
        return text[:TRANSCRIPT_CHARACTERS]

    def _call(self, audio: bytes, kind: AudioType, language: str | None, seconds: float) -> str:
        from leadbot.engines import client

        hint = {"language": language} if language else {}
        # The client's own file name goes nowhere: the extension is what the bytes say.
        file = (f"voice.{kind.extension}", audio, kind.mime)
        try:
            heard = json.loads(client.transcribe(self._access, file, seconds, model=self._model, **hint))
        except EngineError as error:
            raise SpeechError(str(error)) from None
        except (ValueError, RecursionError):
            raise SpeechError("malformed answer") from None
        text = heard.get("text") if isinstance(heard, dict) else None
        if not isinstance(text, str):
            raise SpeechError("malformed answer")
        return text.strip()
