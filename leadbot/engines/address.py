"""Where a model's server is: an address as people give it, made the one that is called, and who may be named at all.

What vendors document differs: some end in /v1, some have no path, some have their own, Azure wants a version in the
query. All of them are taken as they stand in the vendor's pages, with or without a slash at the end:

    https://api.deepseek.com                                  -> https://api.deepseek.com/v1
    https://api.groq.com/openai/v1/                           -> https://api.groq.com/openai/v1
    https://generativelanguage.googleapis.com/v1beta/openai/  -> …/v1beta/openai
    https://NAME.openai.azure.com                             -> https://NAME.openai.azure.com/openai/v1
    https://NAME.openai.azure.com/openai/deployments/D?api-version=2024-10-21
                                                              -> …/openai/deployments/D, api-version in each call
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

OPENAI_URL = "https://api.openai.com/v1"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")

_PORTS = {"https": 443, "http": 80}
_ENDPOINT = re.compile(r"/(?:chat/completions|audio/transcriptions)$")


class Address(NamedTuple):
    """`base_url` has no slash at its end; `query` goes with every call."""

    base_url: str
    query: Mapping[str, str]
    host: str

    @property
    def is_azure(self) -> bool:
        return self.host.endswith(AZURE)

    @property
    def is_here(self) -> bool:
        """On this very machine."""
        return self.host in LOOPBACK


def read(typed: str | None) -> Address:
    """The address that is called. None is OpenAI itself. Raises ValueError where it is no address.

    1. A whole call's address, as vendors print it, loses its end (/chat/completions).
    2. Without a path it gets the one that vendors have: /v1, on Azure /openai/v1.
    3. Any other path is somebody's own and stays.
    """
    parts = urlsplit((typed or OPENAI_URL).strip())
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host:
        raise ValueError("not an address on the web")
    path = _ENDPOINT.sub("", parts.path.rstrip("/")).rstrip("/")
    if host.endswith(AZURE) and path in ("", "/openai"):
        path = "/openai/v1"
    name = f"[{host}]" if ":" in host else host
    port = "" if parts.port is None else f":{parts.port}"
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Address(f"{parts.scheme}://{name}{port}{path or '/v1'}", query, host)


def is_allowed(typed: str, hosts: Iterable[str]) -> bool:
    """May a company name this address? `hosts` are `host[:port]`, see OPENAI_ALLOWED_HOSTS.

    Over https, at the port that is listed (443 where none is); this very machine over http too, at a listed port.
    """
    try:
        parts = urlsplit(typed)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme not in _PORTS or parts.username is not None or parts.password is not None or parts.fragment:
        return False
    if parts.scheme == "http" and (host not in LOOPBACK or port is None):
        return False
    name = f"[{host}]" if ":" in host else host
    asked = f"{name}:{_PORTS[parts.scheme] if port is None else port}"
    return any(_is_like(asked, entry) for entry in hosts)


def _is_like(asked: str, entry: str) -> bool:
    """Is this host and port the one of the entry?"""
    whole = entry if re.search(r":\d+$", entry) else f"{entry}:443"
    if whole.startswith("*."):
        first, dot, rest = asked.partition(".")
        return bool(re.fullmatch(r"[a-z0-9-]+", first)) and dot + rest == whole[1:]
    return asked == whole
