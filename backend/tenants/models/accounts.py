"""Who may do what: shops, people, keys, and what they did."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base
from backend.tenants.models.columns import Json, Owned, Row, json_object, moment, one_of, reference, texts


class Tenant(Row, Base):
    """One shop. `allow_hosts` (host:port) are what the operator opens besides public addresses on ports 80, 443."""

    __tablename__ = "tenant"

    name: Mapped[str] = mapped_column(Text)
    shop_url: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, default="ja", server_default="ja")
    allow_hosts: Mapped[list[str]] = texts()
    gallery_uri: Mapped[str | None] = mapped_column(Text)
    settings: Mapped[Json] = json_object()
    next_crawl_at: Mapped[datetime | None] = moment()


class User(Row, Base):
    """A person who signs in; may belong to several shops, so no tenant owns the row."""

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, default="ja", server_default="ja")


class Membership(Owned, Base):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id"), one_of("role", "owner", "editor", "viewer"))

    user_id: Mapped[str] = reference("user")
    role: Mapped[str] = mapped_column(Text)


class ApiKey(Owned, Base):
    """A key. Only its SHA-256 is kept; a publishable one (it stands in the shop's pages) is kept readable too."""

    __tablename__ = "api_key"
    __table_args__ = (one_of("kind", "publishable", "secret"),)

    kind: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    hint: Mapped[str] = mapped_column(Text)
    publishable_key: Mapped[str | None] = mapped_column(Text)
    origins: Mapped[list[str]] = texts()
    revoked_at: Mapped[datetime | None] = moment()


class AuditEntry(Owned, Base):
    """Who did what to this tenant, when."""

    __tablename__ = "audit_entry"

    user_id: Mapped[str | None] = reference("user", ondelete="SET NULL", index=False)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[Json] = json_object()
