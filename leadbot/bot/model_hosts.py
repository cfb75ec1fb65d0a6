"""Whom a company may name as its model's server: what whoever runs this copy allows (OPENAI_ALLOWED_HOSTS)."""

from __future__ import annotations

from leadbot.engines import address
from leadbot.state import state


def allowed() -> tuple[str, ...]:
    """The hosts, as they are set."""
    config = state().config
    return config.openai_allowed_hosts


def is_allowed(base_url: str) -> bool:
    """May this address be called? An empty one is the installation's own."""
    return not base_url or address.is_allowed(base_url, allowed())
