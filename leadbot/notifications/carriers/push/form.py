"""Its part of the profile page: switching it on in this browser, and the browsers that have it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbot.errors import NotFound
from leadbot.models import User
from leadbot.notifications.carriers.base import Device
from leadbot.notifications.carriers.push import target
from leadbot.state import state


def shown(person: User, device: Device) -> Mapping[str, Any]:
    """What `push/settings.html` needs."""
    config = state().config
    session_id = target.session_of(person, device)
    browsers = target.subscriptions_of(person)
    return {
        "key": target.public_key(config),
        "browsers": browsers,
        "session_id": session_id,
        "is_on_here": any(each.session_id == session_id for each in browsers),
    }


def change(person: User, values: Mapping[str, str], device: Device) -> None:
    """Switch it on in this browser, or off in one of his. Raises Invalid, NotFound.

    Part of the caller's transaction.
    """
    if "remove" in values:
        if not values["remove"].isascii() or not values["remove"].isdecimal() or len(values["remove"]) > 9:
            raise NotFound
        target.unsubscribe(person, int(values["remove"]))
    else:
        target.subscribe(person, values.get("endpoint"), values.get("p256dh"), values.get("auth"), device)
