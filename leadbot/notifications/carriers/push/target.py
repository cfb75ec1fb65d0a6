"""Who can be reached: the browsers that a person has switched it on in, while he is logged in there.

A browser gives the address of its maker's push service, where we post to: only the services that the operator allows
(PUSH_ALLOWED_HOSTS) are taken, so that nobody makes us call anything else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from leadbot.accounts import users
from leadbot.config import Config
from leadbot.database.session import db, utcnow
from leadbot.engines import address
from leadbot.errors import DeliveryError, Invalid
from leadbot.models import Delivery, PushSubscription, User, WebSession
from leadbot.notifications.carriers.base import Device, Probe
from leadbot.state import state
from leadbot.texts import text_input

ENDPOINT_MOST, BROWSER_MOST = 2000, 80
POINT_BYTES, SECRET_BYTES = 65, 16
DEVICES_MOST = 10  # of a person; the oldest gives way


def is_ready(config: Config) -> bool:
    """Has the installation the key that push services know it by?"""
    return config.vapid_private_key is not None


def public_key(config: Config) -> str:
    """What a browser wants to know before it gives an address: our public key, as base64url."""
    from cryptography.hazmat.primitives.asymmetric import ec  # some megabytes, for those who switch it on
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    number = int.from_bytes(decoded(config.vapid_private_key or ""), "big")
    point = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    return encoded(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def contact(config: Config) -> str:
    """Whom a push service may turn to: Apple wants a mailto: or https: address."""
    if config.is_https:
        return config.base_url
    return f"mailto:{(config.mail_from or 'leadbot@example.com').rpartition('<')[2].rstrip('>')}"


def of_person(person: User) -> Iterable[str]:
    """The ids of his subscriptions; those of log-ins that are outworn take nothing any more."""
    good = select(PushSubscription.id).join(WebSession, WebSession.id == PushSubscription.session_id)
    good = good.where(PushSubscription.user_id == person.id, WebSession.user_id == person.id)
    good = good.where(WebSession.created_at > utcnow() - users.SESSION_MOST)
    return [str(number) for number in db.session.scalars(good.order_by(PushSubscription.id))]


def subscriptions_of(person: User) -> list[PushSubscription]:
    """His browsers, the newest first."""
    his = select(PushSubscription).where(PushSubscription.user_id == person.id)
    return list(db.session.scalars(his.order_by(PushSubscription.id.desc())))


def session_of(person: User, device: Device) -> int | None:
    """The log-in of this browser, by id."""
    here = select(WebSession.id).where(
        WebSession.user_id == person.id, WebSession.key_hash == users.key_hash(device.session_key)
    )
    return db.session.scalars(here).first()


def subscribe(person: User, endpoint: object, p256dh: object, auth: object, device: Device) -> PushSubscription:
    """Let this browser take notices for a person; whose it was before takes them no more. Raises Invalid.

    Part of the caller's transaction.
    """
    url = text_input.line(endpoint, "endpoint", most=ENDPOINT_MOST)
    config = state().config
    if not address.is_allowed(url, config.push_allowed_hosts):
        raise Invalid("The push service of this browser is not known here", field="endpoint")
    keys = {"p256dh": _key(p256dh, "p256dh", POINT_BYTES), "auth": _key(auth, "auth", SECRET_BYTES)}
    session_id = session_of(person, device)
    if session_id is None:
        raise Invalid("Log in again on this device", field="endpoint")
    hashed = hashlib.sha256(url.encode()).hexdigest()
    same = PushSubscription.endpoint_hash == hashed, PushSubscription.session_id == session_id
    db.session.execute(delete(PushSubscription).where(same[0] | same[1]))
    for old in subscriptions_of(person)[DEVICES_MOST - 1 :]:
        db.session.delete(old)
    made = PushSubscription(
        user_id=person.id, session_id=session_id, endpoint=url, endpoint_hash=hashed,
        browser=device.browser[:BROWSER_MOST], **keys,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def unsubscribe(person: User, subscription_id: int) -> None:
    """A browser of his takes nothing any more. Part of the caller's transaction."""
    his = PushSubscription.user_id == person.id, PushSubscription.id == subscription_id
    db.session.execute(delete(PushSubscription).where(*his))


def get(target: str) -> PushSubscription | None:
    """The subscription of a row's target, while it is good."""
    found = select(PushSubscription).where(PushSubscription.id == int(target))
    return db.session.scalars(found).first()


def sent(rows: Sequence[Delivery]) -> None:
    """Nothing is kept of what has gone out."""
    for row in rows:
        row.text = ""


def refused(row: Delivery, error: DeliveryError) -> None:
    """A browser that has given its address up gets no more."""
    if error.is_gone:
        db.session.execute(delete(PushSubscription).where(PushSubscription.id == int(row.target)))


def probe(config: Config) -> Probe:
    """Whether there is a key; and https, without which browsers take no notices from anywhere but this machine."""
    if not config.vapid_private_key:
        return Probe("warning", "no VAPID_PRIVATE_KEY: browsers get no notices")
    return Probe("ok", "ready" if config.is_https else "ready; browsers elsewhere want https (PUBLIC_URL)")


def encoded(data: bytes) -> str:
    """base64url without padding, as browsers write keys."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes again. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _key(value: object, field: str, length: int) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec

    text = text_input.line(value, field, most=120)
    try:
        data = decoded(text)
        if length == POINT_BYTES:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        data = b""
    if len(data) != length:
        raise Invalid("This value is not right", field=field)
    return encoded(data)
