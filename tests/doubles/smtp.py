"""A mail server on 127.0.0.1 that keeps what it is given, and refuses in the ways real ones do.

with SmtpDouble() as smtp:
    smtp.refuses["nobody@example.kz"] = "550 No such user"

With `tls` it speaks "smtps" or, after STARTTLS only, "smtp"; its certificate, for `localhost`, is in `certificate`.
Without `is_worldwide` it offers no SMTPUTF8.
"""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from leadbot.database.session import utcnow

PASSWORD = "a mail password"


class SmtpDouble:
    """`url` is what SMTP_URL takes. `letters` are those that were taken, `refuses` is by address what is answered."""

    def __init__(
        self, *, wants_login: bool = False, is_worldwide: bool = True, tls: str = "", certificate: Path | None = None
    ) -> None:
        self.tls, self.said = tls, []
        self.letters: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.refuses: dict[str, str] = {}
        self.answers_data = ""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        login: dict[str, Any] = {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": False}
        more: dict[str, Any] = {"enable_SMTPUTF8": is_worldwide} | (login if wants_login else {})
        if certificate and tls == "smtps":
            more |= {"ssl_context": own_context(certificate)}
        elif certificate:
            more |= {"tls_context": own_context(certificate), "require_starttls": True}
        self._server = Controller(self, hostname="localhost" if tls else "127.0.0.1", port=self.port, **more)

    @property
    def url(self) -> str:
        return f"{self.tls}://localhost:{self.port}" if self.tls else f"smtp://127.0.0.1:{self.port}"

    @property
    def url_with_login(self) -> str:
        return f"smtp://robot%40leadbot.kz:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}"

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.said.append("bare" if session.ssl is None and self.tls != "smtps" else "encrypted")
        envelope.mail_from = address
        return "250 OK"

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


def own_certificate(path: Path, name: str = "localhost") -> Path:
    """A certificate that its owner has signed himself, with its key in the same file."""
    key, called = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
    )
    made = (
        x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utcnow() - timedelta(days=1)).not_valid_after(utcnow() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def own_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
