"""What every channel promises the outbox, and how it says that it couldn't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: it either sends `data` back to us (64 bytes at most) or opens `url`."""

    text: str
    data: str = ""
    url: str = ""


Buttons = Sequence[Sequence[Button]]  # rows of buttons


class Channel(Protocol):
    """A way to reach somebody."""

    name: str

    def send(self, target: str, text: str, buttons: Buttons | None = None, *, instead_of: str = "") -> str:
        """Send one plain text and return the vendor's id of the message. Raises DeliveryError.

        `instead_of` is that id of a message which is to read so from now on, where the vendor can do it.
        """
        ...


class DeliveryError(Exception):
    """The message was not taken.

    `said` is what the vendor said, fit to be shown. `permanent`: it will never be taken by this target. `retry_after`:
    seconds the vendor asks us to wait. `new_chat_id`: the target has moved; send there. `unreachable`: no connection
    came about, so nothing can have been sent.
    """

    def __init__(
        self,
        said: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        new_chat_id: str | None = None,
        unreachable: bool = False,
    ) -> None:
        super().__init__(said)
        self.said = said
        self.permanent = permanent
        self.retry_after = retry_after
        self.new_chat_id = new_chat_id
        self.unreachable = unreachable
