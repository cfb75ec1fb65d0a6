"""Its part of the profile page: whether the bot knows this person; the page itself makes and watches the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbot.models import User
from leadbot.notifications.carriers.base import Device
from leadbot.notifications.carriers.telegram import target
from leadbot.state import state


def shown(person: User, device: Device) -> Mapping[str, Any]:
    """What `telegram/settings.html` needs."""
    return {"has_bot": target.is_ready(state().config) and person.may_write}
