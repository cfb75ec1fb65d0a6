"""What can go wrong in the house, by name.

    LeadbotError                what a user can be told; status, code and a text to translate
    ├── NotFound          404   absent, or another company's: the two look the same
    ├── Invalid           422   a value that is not right; `field` says which
    │   └── Faults              several values are not right; `faults` has them all
    ├── Conflict          409   right in itself, but somebody was quicker; `fresh` is how it stands now
    │   └── StillAnswering      the very same message is being answered; `retry_after_seconds`
    ├── EmailTaken        400   the address has an account
    ├── WrongLogin        401   e-mail or password is wrong, or the account is off
    ├── Forbidden         403   the role does not allow it
    ├── LinkExpired       410   a one-time link that was used, taken back or is out of date
    ├── TooMany           429   a limit is reached; `retry_after_seconds`
    │   └── TooManyLetters      to one address in a day
    └── Busy              503   try again; `retry_after_seconds`
        └── NoRoom              no file is taken while the disk is full; words still are

Engines raise EngineError, carriers DeliveryError; both are caught by their services and never reach a door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any


class LeadbotError(Exception):
    """Base of all errors that a door may show. `text` is English and is what gettext looks up."""

    status = 400
    code = "error"
    text = "Something went wrong"
    retry_after_seconds: int | None = None  # whole seconds, where the same request may work later

    def __init__(self, text: str | None = None, **values: Any) -> None:
        self.text = text or self.text
        self.values = values
        super().__init__(self.text % values if values else self.text)


class NotFound(LeadbotError):
    """Absent or another company's; nobody can tell which."""

    status = 404
    code = "not_found"
    text = "Not Found"


class Invalid(LeadbotError):
    """A value that can't be taken. `field` is its name in the form or the JSON body."""

    status = 422
    code = "invalid"
    text = "This value is not right"

    def __init__(self, text: str | None = None, *, field: str = "", **values: Any) -> None:
        super().__init__(text, **values)
        self.field = field


class Faults(Invalid):
    """Several values that can't be taken; the error itself speaks of the first."""

    def __init__(self, faults: list[Invalid]) -> None:
        super().__init__(faults[0].text, field=faults[0].field, **faults[0].values)
        self.faults = faults


@contextmanager
def gathered() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Run several checks and raise all they refuse together, as Faults."""
    found: list[Invalid] = []

    @contextmanager
    def one() -> Iterator[None]:
        try:
            yield
        except Faults as error:
            found.extend(error.faults)
        except Invalid as error:
            found.append(error)

    yield one
    if found:
        raise Faults(found)


class Conflict(LeadbotError):
    """Somebody was quicker. `fresh` is the record as it stands now."""

    status = 409
    code = "conflict"
    text = "This has been changed meanwhile"

    def __init__(self, text: str | None = None, *, fresh: Any = None, **values: Any) -> None:
        super().__init__(text, **values)
        self.fresh = fresh


class StillAnswering(Conflict):
    """The very same message is being answered; sent again in a moment it gets that answer."""

    code = "still_answering"
    text = "This message is being answered"
    retry_after_seconds = 2


class EmailTaken(LeadbotError):
    """The address already has an account."""

    status = 400
    code = "email_taken"
    text = "Email already registered"


class WrongLogin(LeadbotError):
    """E-mail or password is wrong or the account is switched off: one text for all three."""

    status = 401
    code = "wrong_login"
    text = "Incorrect email or password"


class Forbidden(LeadbotError):
    """The person's role does not allow this."""

    status = 403
    code = "forbidden"
    text = "You are not allowed to do this"


class LinkExpired(LeadbotError):
    """A one-time link that no longer works; whichever way it ended, one text."""

    status = 410
    code = "link_expired"
    text = "The link has expired. Ask for a new one"


class TooMany(LeadbotError):
    """So often is not allowed; it may be tried again when the time is up."""

    status = 429
    code = "too_many"
    text = "Too many requests"
    retry_after_seconds: int

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class TooManyLetters(TooMany):
    """As many letters have gone to this address as may in a day."""

    code = "too_many_letters"
    text = (
        "No more letters to this address today: three a day at most. Look among those that came, or ask an owner of the"
        " company for a link"
    )


class Busy(LeadbotError):
    """Not now; the same request may work in a moment."""

    status = 503
    code = "busy"
    text = "Service temporarily unavailable"
    retry_after_seconds = 2


class NoRoom(Busy):
    """The disk is all but full: what is left of it is for words and leads."""

    code = "no_room"
    text = "There is no room for files just now. Text still arrives"
    retry_after_seconds = 600


class DeliveryError(Exception):
    """A message was not taken.

    `said` is what the vendor said, fit to be shown. `permanent`: it will never be taken by this target. `retry_after`:
    seconds the vendor asks us to wait. `new_target`: the target has moved; send there. `unreachable`: no connection
    came about, so nothing can have been sent. `is_gone`: the target itself is no more.
    """

    def __init__(
        self,
        said: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        new_target: str | None = None,
        unreachable: bool = False,
        is_gone: bool = False,
    ) -> None:
        super().__init__(said)
        self.said = said
        self.permanent = permanent or is_gone
        self.retry_after = retry_after
        self.new_target = new_target
        self.unreachable = unreachable
        self.is_gone = is_gone
