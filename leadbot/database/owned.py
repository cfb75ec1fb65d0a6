"""What belongs to a company, and how a foreign key keeps to it."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import Enum, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column


class Tenant:
    """What all else belongs to: a company. The guard in `tenancy` lets nobody see another's record."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Owned:
    """A row of one company. The guard in `tenancy` scopes every statement that touches such a table.

    Its id is given out once: what people still have open of an erased row must not reach another one. PostgreSQL's
    sequences never go back; SQLite has to be told.
    """

    def __init_subclass__(cls, **more: Any) -> None:
        cls.__table_args__ = (*getattr(cls, "__table_args__", ()), {"sqlite_autoincrement": True})
        super().__init_subclass__(**more)

    __table_args__: Any

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))


def same_company(column: str, table: str, *, cascade: bool = True) -> ForeignKeyConstraint:
    """A foreign key (company_id, column) -> table (company_id, id): a row can't point at another company's row."""
    return ForeignKeyConstraint(
        ["company_id", column], [f"{table}.company_id", f"{table}.id"], ondelete="CASCADE" if cascade else None
    )


def referable() -> UniqueConstraint:
    """What `same_company` points at."""
    return UniqueConstraint("company_id", "id")


def where_set(*columns: str) -> Index:
    """An index of the few rows that have something in its last column: all others cost nothing."""
    is_set = text(f"{columns[-1]} IS NOT NULL")
    return Index(None, *columns, sqlite_where=is_set, postgresql_where=is_set)


def stored_enum(kind: type[enum.StrEnum]) -> Enum:
    """A short text column that holds the values of `kind`, alike on SQLite and PostgreSQL."""
    return Enum(
        kind, native_enum=False, length=20, create_constraint=False, values_callable=lambda e: [m.value for m in e]
    )
