"""Its part of the profile page: the address that letters go to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbot.models import User
from leadbot.notifications.carriers.base import Device


def shown(person: User, device: Device) -> Mapping[str, Any]:
    """What `email/settings.html` needs."""
    return {"address": person.email}
