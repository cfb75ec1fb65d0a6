"""A mail server on 127.0.0.1 that keeps what it is given, and refuses in the ways real ones do.

with SmtpDouble() as smtp:
    smtp.refuses["nobody@example.kz"] = "550 No such user"
"""

from __future__ import annotations

import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

PASSWORD = "a mail password"


class SmtpDouble:
    """`url` is what SMTP_URL takes. `letters` are those that were taken, `refuses` is by address what is answered."""

    def __init__(self, *, wants_login: bool = False) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.refuses: dict[str, str] = {}
        self.answers_data = ""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        login: dict[str, Any] = {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": False}
        self._server = Controller(self, hostname="127.0.0.1", port=self.port, **(login if wants_login else {}))

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def url_with_login(self) -> str:
        return f"smtp://robot%40leadbot.kz:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers_data:
            return self.answers_data
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 OK"

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        is_known = data.login == b"robot@leadbot.kz" and data.password == PASSWORD.encode()
        return AuthResult(success=is_known, handled=False)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.stop()
