"""E-mail: one letter to one address over SMTP.

A letter comes as its MIME source, plain and HTML. The address of the server holds a password: no text of an exception
that could bear it is passed on.

An address may be in any letters: its domain travels as IDNA, what stands before the @ needs a server that offers
SMTPUTF8 (RFC 6531).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string, policy
from email.headerregistry import Address
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from leadbot.errors import DeliveryError

TIMEOUT_SECONDS = 10
SAID_CHARACTERS = 300
PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LATIN_ALONE = "SMTPUTF8 is not offered by the mail server: it takes addresses in Latin letters only"
AS_IT_IS = policy.SMTP.clone(refold_source="none")  # headers are short enough already


class EmailSender:
    """Sends by one server, a connection a letter. One instance serves all threads of a process."""

    def __init__(self, url: str, sender: str | None = None) -> None:
        parts = urlsplit(url)
        self._is_ssl = parts.scheme == "smtps"
        self._host, self._port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
        self._is_bare = "tls=no" in parts.query.split("&")
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender = sender or (self._user if "@" in self._user else f"leadbot@{self._host}")

    def __repr__(self) -> str:
        return f"EmailSender({self._host}:{self._port})"

    def send(self, target: str, payload: str) -> str:
        """Send the letter to the address `target`; returns its Message-ID. Raises DeliveryError."""
        letter = message_from_string(payload, policy=AS_IT_IS)
        del letter["From"], letter["To"]
        name, _, address = self.sender.rstrip(">").rpartition("<")
        by, to = _travelling(address), _travelling(target)
        letter["From"], letter["To"] = _header(by, name.strip(' "')), _header(to)
        try:
            with self._connection() as server:
                if not f"{by}{to}".isascii() and not server.has_extn("smtputf8"):
                    raise DeliveryError(LATIN_ALONE, permanent=by.isascii())
                server.send_message(letter, by, [to])
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = error.recipients.get(to, (550, b""))
            raise DeliveryError(_reason(code, answer), permanent=code >= 500) from None
        except smtplib.SMTPAuthenticationError as error:
            raise DeliveryError(f"{_reason(error.smtp_code, error.smtp_error)} (check SMTP_URL)") from None
        except smtplib.SMTPDataError as error:
            raise DeliveryError(_reason(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= 500) from None
        except (
            smtplib.SMTPResponseException
        ) as error:  # the sender, or the server's own trouble: the operator's to mend
            raise DeliveryError(_reason(error.smtp_code, error.smtp_error)) from None
        except ssl.SSLCertVerificationError as error:
            why = f"{error.verify_message} (SSL_CERT_FILE may name its issuer)"
            raise DeliveryError(f"The mail server's certificate is not trusted: {why}") from None
        except TimeoutError:
            raise DeliveryError(f"The mail server did not answer within {TIMEOUT_SECONDS} s") from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(f"The mail server can't be reached ({type(error).__name__})") from None
        return str(letter["Message-ID"] or "")

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """A server that knows us. Letters hold links that let people in, so they go over an encrypted line only, or
        stay on this machine; unless SMTP_URL ends in ?tls=no."""
        safe = ssl.create_default_context()  # reads SSL_CERT_FILE and SSL_CERT_DIR
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=safe)
            if self._is_ssl
            else smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        )
        with server:
            server.ehlo()
            if not self._is_ssl and not self._is_bare and server.has_extn("starttls"):
                server.starttls(context=safe)
                server.ehlo()
            elif not self._is_ssl and not self._is_bare and self._host not in LOOPBACK:
                raise DeliveryError("The mail server offers no encryption (check SMTP_URL)")
            if self._user:
                server.login(self._user, self._password)
            yield server


def _travelling(address: str) -> str:
    """An address with its domain in Latin letters."""
    if address.isascii():
        return address
    try:
        checked = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return address
    return f"{checked.local_part}@{checked.ascii_domain}"


def _header(address: str, name: str = "") -> Address:
    username, _, domain = address.rpartition("@")
    return Address(name, username, domain)


def _reason(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {''.join(char if char.isprintable() else ' ' for char in text)}"[:SAID_CHARACTERS]
