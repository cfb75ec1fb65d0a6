"""Telegram: one plain text to one chat through the Bot API, and what comes back from there.

The address of every call contains the bot's token, and so do the texts of `requests` exceptions and the log lines of
urllib3: neither is ever passed on.
"""

from __future__ import annotations

import json
import logging
import re
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from leadbot.errors import DeliveryError
from leadbot.notifications.carriers.telegram.buttons import Button, Buttons

TIMEOUT_SECONDS = 10
TEXT_UNITS = 3500  # UTF-16 units; Telegram takes 4096, the rest is room for what a later edit adds
TOAST_UNITS = 200
SAID_CHARACTERS = 300
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

# 400 answers that will be the same for ever: the chat is gone or closed to the bot.
CLOSED = re.compile(
    r"chat not found|user not found|bot was kicked|peer_id_invalid|chat_write_forbidden|not enough rights"
    r"|message to edit not found|message can't be edited"
    r"|have no rights to send|need administrator rights|group chat was deactivated|chat_restricted|topic_closed",
    re.IGNORECASE,
)
TOKEN_IN_ADDRESS = re.compile(r"/bot[^/\s]+/")


class TelegramSender:
    """Sends as one bot. One instance serves all threads of a process."""

    def __init__(self, token: str, api_url: str = "https://api.telegram.org") -> None:
        self._token = token
        self._address = f"{api_url.rstrip('/')}/bot{token}"
        self._session = requests.Session()
        # A proxy of the environment leads to the world; a server on this very machine is not there.
        self._session.trust_env = urlsplit(api_url).hostname not in LOOPBACK
        _keep_tokens_out_of_the_log()

    def __repr__(self) -> str:
        return "TelegramSender(***)"

    def send(self, target: str, payload: str) -> str:
        """Send what `render` has made to the chat id `target`; the message's id. Raises DeliveryError."""
        made = json.loads(payload)
        buttons = [[Button(**each) for each in row] for row in made["buttons"]]
        return self.say(target, made["text"], buttons, instead_of=made["instead_of"])

    def say(self, target: str, text: str, buttons: Buttons | None = None, *, instead_of: str = "") -> str:
        """Send a plain text; longer ones are cut. The message's id. Raises DeliveryError.

        `instead_of` is that id of a message which is to read so from now on.
        """
        message: dict[str, Any] = {
            "chat_id": target,
            "text": clip_utf16(text, TEXT_UNITS),
            "link_preview_options": {"is_disabled": True},
        }
        if buttons:
            message["reply_markup"] = {"inline_keyboard": [[_key(button) for button in row] for row in buttons]}
        method = "editMessageText" if instead_of else "sendMessage"
        status, answer, header = self._post(method, message | ({"message_id": int(instead_of)} if instead_of else {}))
        if answer.get("ok") is True:
            result = answer.get("result")
            return str(result.get("message_id", "")) if isinstance(result, dict) else ""
        if instead_of and "message is not modified" in self._reason(status, answer):
            return instead_of
        raise self._refusal(status, answer, header)

    def toast(self, press_id: str, text: str, *, is_long: bool = False) -> None:
        """Tell whoever pressed a button; `is_long` stays until it is read. Raises DeliveryError."""
        body = {"callback_query_id": press_id, "text": clip_utf16(text, TOAST_UNITS), "show_alert": is_long}
        status, answer, header = self._post("answerCallbackQuery", body)
        if answer.get("ok") is not True:
            raise self._refusal(status, answer, header)

    def name_of_bot(self) -> str:
        """What the bot that we send as is called. Raises DeliveryError."""
        status, answer, header = self._post("getMe", {})
        result = answer.get("result")
        if answer.get("ok") is True and isinstance(result, dict):
            return f"@{result.get('username', '')}"
        raise self._refusal(status, answer, header)

    def updates(self, first_id: int, wait_seconds: int) -> list[dict[str, Any]]:
        """What people have written to the bot, from the update `first_id` on; all before are forgotten by Telegram.

        Waits so long for the first one. Raises DeliveryError; also where another copy, or a webhook, reads them.
        """
        asked = {"offset": first_id, "timeout": wait_seconds, "allowed_updates": ["message", "callback_query"]}
        status, answer, header = self._post("getUpdates", asked, more_seconds=wait_seconds)
        result = answer.get("result")
        if answer.get("ok") is True and isinstance(result, list):
            return [each for each in result if isinstance(each, dict) and isinstance(each.get("update_id"), int)]
        raise self._refusal(status, answer, header)

    def _post(
        self, method: str, message: dict[str, Any], *, more_seconds: int = 0
    ) -> tuple[int, dict[str, Any], str | None]:
        """Status, body ({} if it isn't an object) and the Retry-After header."""
        try:
            response = self._session.post(
                f"{self._address}/{method}", json=message, timeout=TIMEOUT_SECONDS + more_seconds, allow_redirects=False
            )
        except requests.ConnectTimeout:
            raise DeliveryError("Telegram can't be reached (ConnectTimeout)", unreachable=True) from None
        except requests.Timeout:
            raise DeliveryError(f"Telegram did not answer within {TIMEOUT_SECONDS} s") from None
        except requests.RequestException as error:
            reason = f"Telegram can't be reached ({type(error).__name__})"
            raise DeliveryError(reason, unreachable=_never_connected(error)) from None
        try:
            body = response.json()
        except ValueError:
            body = {}
        return response.status_code, body if isinstance(body, dict) else {}, response.headers.get("Retry-After")

    def _refusal(self, status: int, answer: dict[str, Any], header: str | None) -> DeliveryError:
        """What a refused message means for its next try."""
        reason = self._reason(status, answer)
        hints = answer.get("parameters")
        hints = hints if isinstance(hints, dict) else {}
        moved_to = hints.get("migrate_to_chat_id")
        if moved_to:
            return DeliveryError(reason, new_target=str(moved_to))
        if status == 429:
            return DeliveryError(reason, retry_after=_seconds(hints.get("retry_after")) or _seconds(header))
        if status in {401, 404}:  # the bot itself is unknown: the operator's to mend, so the notices wait for it
            return DeliveryError(f"{reason} (check TELEGRAM_BOT_TOKEN)")
        # 403 for ever, once a user blocks the bot or a group throws it out.
        return DeliveryError(reason, permanent=status == 403 or (status == 400 and bool(CLOSED.search(reason))))

    def _reason(self, status: int, answer: dict[str, Any]) -> str:
        description = answer.get("description")
        text = description if isinstance(description, str) and description else f"HTTP {status}"
        text = "".join(char if char.isprintable() else " " for char in text.replace(self._token, "***"))
        return text[:SAID_CHARACTERS]


def clip_utf16(text: str, units: int) -> str:
    """`text` cut to so many UTF-16 units, with an ellipsis if cut; a surrogate pair is never split.

    Lone surrogates, which no JSON may bear, become "?".
    """
    text = text.encode("utf-8", "replace").decode()
    if len(text.encode("utf-16-le")) // 2 <= units:
        return text
    left, end = units - 1, 0
    while end < len(text) and (left := left - (2 if ord(text[end]) > 0xFFFF else 1)) >= 0:
        end += 1
    return text[:end] + "…"


def _never_connected(error: requests.RequestException) -> bool:
    """The connection was refused, or the name leads nowhere; as `requests` wraps what urllib3 says."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _key(button: Button) -> dict[str, str]:
    return {"text": button.text, **({"url": button.url} if button.url else {"callback_data": button.data})}


def _seconds(value: object) -> float | None:
    """Seconds to wait as a vendor writes them; None where that is no sensible number."""
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds < 7 * 86_400 else None


class _TokenFilter(logging.Filter):
    """Blanks the token in lines that show the path of a Bot API call."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "/bot" in text:
            record.msg, record.args = TOKEN_IN_ADDRESS.sub("/bot***/", text), ()
        return True


_TOKEN_FILTER = _TokenFilter()


def _keep_tokens_out_of_the_log() -> None:
    """urllib3 logs every path at DEBUG and every connection trouble at WARNING."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_TOKEN_FILTER)
