"""Web Push: one message to one browser, by the push service of its maker (RFC 8030), encrypted for that browser alone
(RFC 8291) and signed with our key (VAPID, RFC 8292).
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import requests
from py_vapid import Vapid
from pywebpush import WebPushException, webpush
from urllib3.exceptions import NewConnectionError

from leadbot.errors import DeliveryError

TIMEOUT_SECONDS = 10
KEPT_SECONDS = 12 * 3600  # by the push service, for a phone that is off; later it is no news
SAID_CHARACTERS = 300
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class _Session(requests.Session):
    """Posts to the very address it is given: a push service sends nobody elsewhere."""

    def post(self, url: str | bytes, data: Any = None, json: Any = None, **more: Any) -> requests.Response:
        return super().post(url, data=data, json=json, **{**more, "allow_redirects": False})


class PushSender:
    """Signs with one key. One instance serves all threads of a process."""

    def __init__(self, private_key: str, contact: str) -> None:
        self._key = Vapid.from_string(private_key)
        self._contact = contact
        self._session, self._session_here = _Session(), _Session()
        self._session_here.trust_env = False  # a proxy of the environment leads to the world, not to this machine

    def __repr__(self) -> str:
        return "PushSender(***)"

    def send(self, target: str, payload: str) -> str:
        """Send what `render` has made; the address of the message at the push service. Raises DeliveryError."""
        made = json.loads(payload)
        to, message = made["to"], made["message"]
        is_here = urlsplit(to["endpoint"]).hostname in LOOPBACK
        try:
            answer = webpush(
                to,
                json.dumps(message, ensure_ascii=False),
                vapid_private_key=self._key,
                vapid_claims={"sub": self._contact},
                timeout=TIMEOUT_SECONDS,
                ttl=KEPT_SECONDS,
                headers={"Urgency": "high", "Topic": _topic(message["tag"])},
                requests_session=self._session_here if is_here else self._session,
            )
        except WebPushException as error:
            raise _refusal(error) from None
        except requests.ConnectTimeout:
            raise DeliveryError("The push service can't be reached (ConnectTimeout)", unreachable=True) from None
        except requests.Timeout:
            raise DeliveryError(f"The push service did not answer within {TIMEOUT_SECONDS} s") from None
        except requests.RequestException as error:
            reason = f"The push service can't be reached ({type(error).__name__})"
            raise DeliveryError(reason, unreachable=_never_connected(error)) from None
        return str(getattr(answer, "headers", {}).get("Location", ""))[-64:]


def _refusal(error: WebPushException) -> DeliveryError:
    """What a refused message means for its next try."""
    status = error.status_code or 0
    reason = _reason(status, getattr(error.response, "text", "") or error.message)
    if status in {404, 410}:  # the browser has unsubscribed, or forgotten us: never again
        return DeliveryError(reason, is_gone=True)
    if status in {401, 403}:  # signed with another key than the one the browser was given
        return DeliveryError(f"{reason} (check VAPID_PRIVATE_KEY)")
    if status == 429:
        return DeliveryError(reason, retry_after=_seconds(error.retry_after))
    return DeliveryError(reason, permanent=status in {400, 413})


def _reason(status: int, text: str) -> str:
    plain = re.sub(r"<[^>]*>", " ", text)
    words = " ".join("".join(char if char.isprintable() else " " for char in plain).split())
    return f"{status} {words}"[:SAID_CHARACTERS].strip()


def _seconds(value: str | None) -> float | None:
    """Seconds to wait; None for a date, which is as good as nothing said."""
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return seconds if 0 < seconds < 7 * 86_400 else None


def _topic(tag: str) -> str:
    """A message that waits for a phone gives way to a later one of the same topic: 32 characters of base64url."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", tag)[:32]


def _never_connected(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
