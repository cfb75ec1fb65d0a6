"""How a model's server is asked: by the openai SDK as it comes, within a deadline that nothing stretches.

The SDK's asynchronous client runs on one event loop of the process, in a thread of its own; the thread of a turn waits
for it no longer than it may, and then the call is cancelled as a whole. The synchronous client can't do that: its
timeouts count anew with every byte, so that a server which drips would hold a turn for as long as it likes.

EngineError
├── TryAgain      the server had no time or the connection broke: the same call may work in a moment
└── Refused   the server said no; `said` are its own words

Imported only where a model is configured: `openai` takes half a second and tens of megabytes.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx2
import openai

from leadbot.engines import address
from leadbot.engines.base import EngineError

CLIENTS = 128  # kept of a process: one for each key and address in use
CONNECT_SECONDS = 4.0  # of a quiet machine some milliseconds; with 250 turns at once on a busy one, seconds
ANSWER_BYTES = 2_000_000  # an answer of 2,000 tokens has some kilobytes
RETRY_PAUSE_SECONDS = 0.4
SAID_CHARACTERS = 300

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
_KEY = re.compile(r"\b(?:sk|gsk|pk|key|xai)[-_][\w*.-]{6,}")
_broken = (httpx2.ReadError, httpx2.WriteError, httpx2.CloseError, httpx2.RemoteProtocolError)


@dataclass(frozen=True, slots=True)
class Access:
    """Where the model is and how to get in. `base_url` None means OpenAI itself."""

    api_key: str = field(repr=False)
    base_url: str | None = None
    timeout_seconds: float = 9.0


class TryAgain(EngineError):
    """The same call may work after `pause_seconds`."""

    def __init__(self, reason: str, pause_seconds: float) -> None:
        super().__init__(reason)
        self.pause_seconds = pause_seconds


class Refused(EngineError):
    """The server said no. Its text is status and code alone; `said` may repeat what it was sent."""

    def __init__(self, reason: str, status: int, param: str, said: str) -> None:
        super().__init__(reason)
        self.status = status
        self.param = param
        self.said = said


def complete(access: Access, content: bytes, seconds: float) -> bytes:
    """The body of the answer to one chat completion. Takes no longer than `seconds`. Raises EngineError."""

    async def call(client: openai.AsyncOpenAI) -> bytes:
        stream = await client.post(
            "/chat/completions",
            # The SDK's create() walks every message and tool to fit its types: 4 ms CPU a call instead of 2.
            cast_to=object,
            content=content,
            options={
                "timeout": _timeout(seconds),
                "headers": {"Content-Type": "application/json", **_login(access)},
            },
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )
        async with stream:
            return await _whole(stream.response.aiter_bytes())

    return _within(seconds, access, call)


def transcribe(access: Access, file: tuple[str, bytes, str], seconds: float, **options: Any) -> bytes:
    """The body of the answer to one transcription; `file` is its name, bytes and type. As `complete`."""

    async def call(client: openai.AsyncOpenAI) -> bytes:
        asked = client.audio.transcriptions.with_streaming_response.create(
            file=file, timeout=_timeout(seconds), extra_headers=_login(access), **options
        )
        async with asked as response:
            return await _whole(response.iter_bytes())

    return _within(seconds, access, call)


def warm_up(access: Access) -> None:
    """Make the client before the first turn waits for it, with the parts that the SDK loads when they are asked for."""
    client_for(access).audio.transcriptions  # noqa: B018


def _within(seconds: float, access: Access, call: Callable[[openai.AsyncOpenAI], Coroutine[Any, Any, bytes]]) -> bytes:
    """What the call brings, unless it takes longer than that. Raises EngineError without anybody's data."""
    asked = asyncio.run_coroutine_threadsafe(call(client_for(access)), _loop())
    try:
        return asked.result(seconds)
    except Exception as error:
        # Its text may hold the key's beginning or the client's words: only the reason goes on.
        raise reason_of(error, access) from None
    finally:
        asked.cancel()  # does nothing to a call that is over


async def _whole(pieces: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > ANSWER_BYTES:
            raise EngineError("over-long answer")
    return bytes(body)


def _login(access: Access) -> dict[str, Any]:
    """How the key is shown where that is not the SDK's own way: Azure's older form knows this header only."""
    is_azure = address.read(access.base_url).is_azure
    return {"api-key": access.api_key, "Authorization": openai.omit} if is_azure else {}


def _timeout(seconds: float) -> httpx2.Timeout:
    return httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))


_making = threading.Lock()  # two threads that come at once must not make two


def _loop() -> asyncio.AbstractEventLoop:
    """The one loop of this process; a fork begins its own."""
    with _making:
        return _made_loop(os.getpid())


def client_for(access: Access) -> openai.AsyncOpenAI:
    """The SDK's client for this access: one a process, for all threads."""
    with _making:
        return _made_client(access, os.getpid())


@lru_cache(maxsize=1)
def _made_loop(process: int) -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="model", daemon=True).start()
    return loop


@lru_cache(maxsize=CLIENTS)
def _made_client(access: Access, process: int) -> openai.AsyncOpenAI:
    where = address.read(access.base_url)
    return openai.AsyncOpenAI(
        api_key=access.api_key,
        base_url=where.base_url,
        default_query=where.query,
        max_retries=0,
        # Proxies as the environment names them, but never to this machine; and nobody sends our key elsewhere.
        http_client=openai.DefaultAsyncHttpxClient(trust_env=not where.is_here, follow_redirects=False),
    )


def reason_of(error: Exception, access: Access) -> EngineError:
    """What went wrong with a call, in a word or two without anybody's data."""
    if isinstance(error, EngineError):
        return error
    if isinstance(error, openai.APIStatusError):
        return _status_reason(error, access)
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    if isinstance(cause, TimeoutError | httpx2.TimeoutException) and not isinstance(cause, httpx2.ConnectTimeout):
        return EngineError("timeout")
    if isinstance(cause, _broken):
        # A kept connection may have been closed by the server just now; a new one is made at once.
        return TryAgain("connection broke", 0.0)
    if isinstance(cause, httpx2.TransportError):
        return EngineError("no connection")
    return EngineError(f"call failed ({type(error).__name__})")


def _status_reason(error: openai.APIStatusError, access: Access) -> EngineError:
    code = next((word for word in (error.code, error.type) if _IDENTIFIER.fullmatch(str(word or ""))), "")
    reason = f"HTTP {error.status_code} {code}".strip()
    is_busy = error.status_code == 429 or error.status_code >= 500
    if is_busy and error.code != "insufficient_quota":
        pause = _pause(error.response.headers.get("retry-after"))
        if pause is not None:
            return TryAgain(reason, pause)
    return Refused(reason, error.status_code, str(error.param or ""), _said(error, access))


def _pause(told: str | None) -> float | None:
    """Seconds to wait as a server told; None where it names a date: not worth waiting for within a turn."""
    try:
        pause = float(told or RETRY_PAUSE_SECONDS)
    except ValueError:
        return None
    return pause if pause >= 0 else RETRY_PAUSE_SECONDS


def _said(error: openai.APIStatusError, access: Access) -> str:
    """The server's own words, cut, without anything like a key in them."""
    told = error.body.get("message") if isinstance(error.body, dict) else None
    text = " ".join(str(told if isinstance(told, str) else error.response.text).split())
    return _KEY.sub("…", text.replace(access.api_key, "…"))[:SAID_CHARACTERS]
