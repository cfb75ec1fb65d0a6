"""After a new SECRET_KEY: what earlier ones have sealed is sealed anew, so that they can be dropped."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from leadbot.accounts import encryption
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Company, Delivery

BATCH = 200


@dataclass(slots=True)
class Sum:
    """How many secrets are sealed with the key of today, and how many no key at hand opens."""

    sealed: int = 0
    lost: int = 0


def reseal() -> Sum:
    """Seal companies' keys to their models, and letters that wait, with the secret key of today.

    Commits by company; may be run again, beside web and worker too.
    """
    done = Sum()
    with tenancy.all_companies():
        ids = list(db.session.scalars(select(Company.id).order_by(Company.id)))
    db.session.rollback()
    for company_id in ids:
        tenancy.act_for(company_id)
        _reseal_key(company_id, done)
        _reseal_letters(done)
        db.session.commit()
        db.session.expunge_all()
    return done


def _reseal_key(company_id: int, done: Sum) -> None:
    locked = select(Company).where(Company.id == company_id).with_for_update()
    own: Company = db.session.scalars(locked.execution_options(populate_existing=True)).one()
    sealed = own.bot.get("model", {}).get("key")
    if sealed and (fresh := _sealed_anew(sealed, done)):
        own.bot = {**own.bot, "model": {**own.bot["model"], "key": fresh}}


def _reseal_letters(done: Sum) -> None:
    """Letters are sealed from head to foot; those that have arrived are sealed no more."""
    is_sealed: ColumnElement[bool] = Delivery.payload.startswith(encryption.MARK) | Delivery.text.startswith(
        encryption.MARK
    )
    last = 0
    while rows := list(
        db.session.scalars(
            select(Delivery).where(Delivery.id > last, is_sealed).order_by(Delivery.id).limit(BATCH).with_for_update()
        )
    ):
        for row in rows:
            for name in ("text", "payload"):
                value = getattr(row, name) or ""
                if value.startswith(encryption.MARK) and (fresh := _sealed_anew(value, done)):
                    setattr(row, name, fresh)
        last = rows[-1].id
        db.session.flush()


def _sealed_anew(sealed: str, done: Sum) -> str | None:
    fresh = encryption.resealed(sealed)
    if fresh is None:
        done.lost += 1
    else:
        done.sealed += 1
    return fresh
