"""The database: one engine a process, and `transaction`, which says whose rows may be seen.

PostgreSQL's row-level security hides every tenant-owned row unless the transaction names its tenant, so a query that
forgets its WHERE finds nothing (migrations/versions/0001_*.py has the policies).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Session

from backend.config import ConfigError

_engine: Engine | None = None


class Base(DeclarativeBase):
    """Every table. Constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """Open this process's engine; called once at its start. Nothing connects until the first transaction."""
    global _engine  # noqa: PLW0603 - one engine a process is the point
    if _engine is not None:
        _engine.dispose()
    _engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        pool_recycle=1800,
        json_deserializer=orjson.loads,
    )
    return _engine


def _forget_parents_connections() -> None:
    if _engine is not None:
        _engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_parents_connections)


@contextmanager
def transaction(tenant_id: str | None = None, *, user_id: str | None = None) -> Iterator[Session]:
    """Open one transaction that sees `tenant_id`'s rows only, and commit it at the end of the block.

    Without a tenant it sees the tables nobody owns (users) and, with `user_id`, that user's own memberships.
    Only the edge (routes, auth, jobs, commands) opens one; no network call, model or sleep inside.
    """
    if _engine is None:
        raise ConfigError("The database is not connected: call backend.db.connect() at the start of the process.")
    with Session(_engine, expire_on_commit=False, info={"tenant_id": tenant_id}) as session, session.begin():
        session.execute(
            text("SELECT set_config('niteru.tenant_id', :tenant, true), set_config('niteru.user_id', :user, true)"),
            {"tenant": tenant_id or "", "user": user_id or ""},
        )
        yield session


def check_role(url: str) -> None:
    """Refuse to start with a role that row-level security does not bind. Raises ConfigError."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            row = connection.execute(
                text(
                    "SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT 1 FROM pg_tables t WHERE t.tableowner = "
                    "current_user AND t.schemaname = 'public') FROM pg_roles r WHERE r.rolname = current_user"
                )
            ).scalar_one()
    finally:
        engine.dispose()
    if row:
        raise ConfigError(
            "DATABASE_URL names a role that row-level security does not bind (a superuser or the tables' owner). "
            "Use the role niteru_app that `niteru migrate` makes, and give the owner in DATABASE_OWNER_URL."
        )
