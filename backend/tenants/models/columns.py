"""What the tables are made of."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ARRAY, CheckConstraint, Computed, DateTime, ForeignKey, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

Json = dict[str, Any]


def new_id() -> str:
    """Return a fresh id: a UUID as text, the form it has everywhere."""
    return str(uuid4())


def now() -> datetime:
    return datetime.now(UTC)


class Row:
    """What every table has: an id and the time it was made."""

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now, server_default=text("now()"))


class Owned(Row):
    """What every tenant-owned table has besides."""

    @declared_attr
    def tenant_id(cls) -> Mapped[str]:  # noqa: N805 - SQLAlchemy hands over the class
        return mapped_column(Uuid(as_uuid=False), ForeignKey("tenant.id", ondelete="CASCADE"), index=True)


def texts() -> Any:
    return mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))


def json_object() -> Any:
    return mapped_column(JSONB, default=dict, server_default=text("'{}'"))


def json_list() -> Any:
    return mapped_column(JSONB, default=list, server_default=text("'[]'"))


def made(by: str) -> Any:
    """A text that the database makes of other columns whenever they change; loaded only where it is asked for."""
    return mapped_column(Text, Computed(by, persisted=True), nullable=False, deferred=True)


def moment() -> Any:
    return mapped_column(DateTime(timezone=True))


def reference(table: str, *, ondelete: str = "CASCADE", index: bool = True) -> Any:
    return mapped_column(Uuid(as_uuid=False), ForeignKey(f"{table}.id", ondelete=ondelete), index=index)


def one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)
