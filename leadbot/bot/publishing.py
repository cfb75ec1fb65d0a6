"""How a company's bot is set up: what is published, the draft of what comes next, the last versions to go back to.

`Company.bot` is what clients are answered by. A draft holds only the fields that differ from it, so that a change made
elsewhere meanwhile is not undone by publishing. The company's own key to a model stands in no version and no draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from leadbot import fields
from leadbot.accounts import audit, encryption, tenant, users
from leadbot.bot import model_hosts, settings_fields
from leadbot.bot.settings_fields import Values
from leadbot.database.session import db, utcnow
from leadbot.errors import Conflict, Invalid, NotFound
from leadbot.models import AuditEvent, BotVersion, Company, Role, User
from leadbot.texts import text_input

KEPT = 10  # published versions one can go back to
DRAFT = 0  # its number
KEY_MOST = 200
RETIRED, RETIRED_MOST = "retired", 60  # own questions that are asked no longer: leads keep the answers


@dataclass(frozen=True, slots=True)
class Draft:
    """All fields as they would be published, and which of them would change."""

    values: Values
    changed: tuple[str, ...] = ()
    revision: int = 0  # 0: there is none
    saved_at: datetime | None = None
    user: User | None = None


def published() -> Values:
    """All fields as clients meet them."""
    return settings_fields.complete(tenant.company().bot)


def draft() -> Draft:
    """What would be published now."""
    return _as_draft(tenant.company(), _version(DRAFT))


def save_draft(values: Mapping[str, Any], *, by: User) -> Draft:
    """Put some fields into the draft. Raises Faults, and nothing is saved then; Forbidden for who may only look."""
    users.check_may_write(by)
    own = tenant.locked_company()
    before = _as_draft(own, _version(DRAFT)).values
    checked = settings_fields.check(values, own.language, model_hosts.allowed(), before)
    _check_address(checked, before, by)
    kept = _put_draft(own, checked, by)
    db.session.commit()
    return _as_draft(own, kept)


def discard(*, by: User) -> None:
    """Drop the draft: what is published stays."""
    users.check_may_write(by)
    _drop_draft()
    db.session.commit()


def publish(*, by: User, revision: int | None = None) -> BotVersion | None:
    """Answer clients by the draft from now on; None where it changes nothing.

    `revision` is the draft's that was looked at. Raises Conflict where it has been changed since, Forbidden for anyone
    but an owner.
    """
    users.check_is_owner(by)
    own, kept = tenant.locked_company(), _version(DRAFT)
    if revision is not None and kept is not None and kept.revision != revision:
        raise Conflict("The draft has been changed meanwhile. Look at it once more")
    made = store(own, _as_draft(own, kept).values, by=by)
    _drop_draft()
    db.session.commit()
    return made


def store(own: Company, values: Mapping[str, Any], *, by: User | None) -> BotVersion | None:
    """Make these checked values, over what is published, the newest version; None where they change nothing.

    Does not commit. `by` is None where no person does it. What stood before the first change is kept as a version too.
    """
    before = settings_fields.complete(own.bot)
    after = {**before, **values}
    if after == before:
        return None
    newest = db.session.scalar(
        select(BotVersion.number).where(BotVersion.number > DRAFT).order_by(BotVersion.number.desc()).limit(1)
    )
    if newest is None:
        newest = 1
        db.session.add(BotVersion(number=newest, values=before, created_at=own.created_at))
    made = BotVersion(number=newest + 1, values=after, user_id=by.id if by else None)
    db.session.add(made)
    db.session.flush()
    too_old = delete(BotVersion).where(BotVersion.number > DRAFT, BotVersion.number <= made.number - KEPT)
    db.session.execute(too_old)
    own.bot = {**_with_key(after, own.bot), RETIRED: _retired(before, after, own.bot.get(RETIRED, []))}
    if by is not None:
        audit.note(by.id, AuditEvent.BOT, detail=str(made.number))
    return made


def _retired(before: Values, after: Values, so_far: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What has been asked and is no longer, the newest last, as far as there is room."""
    now = settings_fields.fields_of(after)
    gone = [fields.as_row(row) for row in settings_fields.fields_of(before).own if row.key not in now]
    keys = {row["key"] for row in gone}
    kept = [row for row in so_far if row["key"] not in now and row["key"] not in keys]
    return [*kept, *gone][-RETIRED_MOST:]


def versions() -> list[BotVersion]:
    """The last published versions, newest first."""
    found = select(BotVersion).where(BotVersion.number > DRAFT).order_by(BotVersion.number.desc()).limit(KEPT)
    return list(db.session.scalars(found))


def restore(number: int, *, by: User) -> Draft:
    """Make an old version the draft. Raises NotFound for a number that is not kept, Forbidden."""
    users.check_may_write(by)
    old = _version(number) if DRAFT < number < 2**31 else None
    if old is None:
        raise NotFound
    own = tenant.locked_company()
    _drop_draft()
    kept = _put_draft(own, settings_fields.complete(old.values), by)
    db.session.commit()
    return _as_draft(own, kept)


def has_key() -> bool:
    """Has the company a key of its own?"""
    return bool(tenant.company().bot.get("model", {}).get("key"))


def set_key(key: object, *, by: User) -> None:
    """Keep the company's own key to a model, sealed; an empty one takes it away. Acts at once.

    Raises Invalid, and Forbidden for anyone but an owner.
    """
    users.check_is_owner(by)
    put_key(tenant.locked_company(), key)
    audit.note(by.id, AuditEvent.MODEL_KEY)
    db.session.commit()


def put_key(own: Company, key: object) -> None:
    """See `set_key`; does not commit."""
    text = text_input.line(key, "model.key", most=KEY_MOST, required=False)
    if not text.isascii() or " " in text:
        raise Invalid("A key is one word of Latin letters and digits", field="model.key")
    model = {name: value for name, value in own.bot.get("model", {}).items() if name != "key"}
    own.bot = {**own.bot, "model": {**model, **({"key": encryption.seal(text)} if text else {})}}


def _version(number: int) -> BotVersion | None:
    found: BotVersion | None = db.session.scalars(select(BotVersion).where(BotVersion.number == number)).first()
    return found


def _as_draft(own: Company, kept: BotVersion | None) -> Draft:
    now = settings_fields.complete(own.bot)
    if kept is None:
        return Draft(now)
    changes = {key: value for key, value in kept.values.items() if now.get(key) != value}
    return Draft({**now, **changes}, tuple(changes), kept.revision, kept.created_at, kept.user)


def _put_draft(own: Company, values: Values, by: User) -> BotVersion | None:
    """Lay checked values over the draft; one that changes nothing is none."""
    kept = _version(DRAFT)
    now = settings_fields.complete(own.bot)
    changes = {**(kept.values if kept else {}), **values}
    changes = {key: value for key, value in changes.items() if now.get(key) != value}
    if not changes:
        _drop_draft()
        return None
    if kept is None:
        kept = BotVersion(number=DRAFT, revision=0)
        db.session.add(kept)
    if changes != kept.values:
        kept.values, kept.revision = changes, kept.revision + 1
        kept.user_id, kept.created_at = by.id, utcnow()
    db.session.flush()
    return kept


def _check_address(values: Values, before: Values, by: User) -> None:
    """The company's key goes to the draft's address as soon as the draft is tried: only an owner says where."""
    is_same = "model" not in values or values["model"].get("base_url") == before["model"].get("base_url")
    if not is_same and by.role is not Role.OWNER:
        raise Invalid("Only an owner may change the address", field="model.base_url")


def _drop_draft() -> None:
    db.session.execute(delete(BotVersion).where(BotVersion.number == DRAFT))


def _with_key(values: Values, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values as `Company.bot` holds them: with the key that is there, and whatever else stands beside them."""
    key = stored.get("model", {}).get("key")
    return {**stored, **values, "model": {**values["model"], **({"key": key} if key else {})}}
