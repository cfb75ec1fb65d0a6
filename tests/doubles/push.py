"""A push service on 127.0.0.1, and browsers that subscribe to it: what arrives is decrypted as a browser would.

with PushDouble() as push:
    browser = push.browser()
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doubles.server import Answer, Double, Request
from leadbot.notifications.carriers.push.target import decoded, encoded

PRIVATE_KEY = encoded(bytes(31) + b"\x07")  # any number will do


@dataclass
class Browser:
    """What a browser keeps to itself, and what it tells us; `messages` are those it could read."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"sixteen bytes it"
    messages: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def form(self) -> dict[str, str]:
        """What it sends to be subscribed."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": encoded(point), "auth": encoded(self.secret)}


class PushDouble(Double):
    """Takes what is signed by the very key that signs, for the browser that it names."""

    def __init__(self) -> None:
        super().__init__(self._take)
        self.browsers: list[Browser] = []

    def browser(self) -> Browser:
        made = Browser(f"{self.url}/push/{len(self.browsers)}")
        self.browsers.append(made)
        return made

    @property
    def host(self) -> str:
        """As PUSH_ALLOWED_HOSTS names it."""
        return self.url.removeprefix("http://")

    def _take(self, request: Request) -> Answer:
        browser = self.browsers[int(request.path.rpartition("/")[2])]
        said = dict(part.split("=", 1) for part in request.headers["Authorization"].removeprefix("vapid ").split(","))
        signer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(said["k"]))
        claims = jwt.decode(said["t"], signer, algorithms=["ES256"], audience=self.url)
        if not claims["sub"].startswith(("mailto:", "https:")) or request.headers["Content-Encoding"] != "aes128gcm":
            return Answer(403, b"bad signature")
        plain = http_ece.decrypt(request.body, private_key=browser.key, auth_secret=browser.secret, version="aes128gcm")
        assert len(request.body) <= 4096
        browser.messages.append(json.loads(plain))
        browser.headers.append({name.lower(): value for name, value in request.headers.items()})
        return Answer(201, b"", headers={"Location": f"{self.url}/m/{len(browser.messages)}"})
