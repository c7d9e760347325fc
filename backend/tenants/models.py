"""Every table of Niteru. A table that has `tenant_id` is tenant-owned: row-level security guards it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from backend.db import Base

Json = dict[str, Any]
RUN_OPEN = ("queued", "running")


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


def moment() -> Any:
    return mapped_column(DateTime(timezone=True))


def reference(table: str, *, ondelete: str = "CASCADE", index: bool = True) -> Any:
    return mapped_column(Uuid(as_uuid=False), ForeignKey(f"{table}.id", ondelete=ondelete), index=index)


def one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


class Tenant(Row, Base):
    """One shop. `allow_hosts` (host:port) are private addresses the operator lets its crawl reach."""

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


class Product(Owned, Base):
    """One thing sold. `overrides` holds the seller's edits, which win over the crawled columns."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("tenant_id", "fingerprint"),
        Index("ix_product_tenant_sku", "tenant_id", "sku"),
        one_of("state", "live", "attention", "gone", "hidden"),
    )

    url: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    sku: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    brand: Mapped[str | None] = mapped_column(Text)
    gtin: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    list_price: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    currency: Mapped[str | None] = mapped_column(Text)
    availability: Mapped[str | None] = mapped_column(Text)
    gender: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    fine_category: Mapped[str | None] = mapped_column(Text)
    pattern: Mapped[str | None] = mapped_column(Text)
    colors: Mapped[list[str]] = texts()
    shades: Mapped[list[str]] = texts()
    sizes: Mapped[list[str]] = texts()
    variants: Mapped[list[Json]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    breadcrumbs: Mapped[list[str]] = texts()
    language: Mapped[str | None] = mapped_column(Text)
    sources: Mapped[Json] = json_object()
    record: Mapped[Json] = json_object()
    overrides: Mapped[Json] = json_object()
    state: Mapped[str] = mapped_column(Text, default="live", server_default="live")
    attention: Mapped[list[str]] = texts()
    duplicate_of: Mapped[str | None] = reference("product", ondelete="SET NULL")
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    gone_at: Mapped[datetime | None] = moment()


class ProductUrl(Owned, Base):
    """Every address a product answers to, so that `similar` works from any of them."""

    __tablename__ = "product_url"
    __table_args__ = (UniqueConstraint("tenant_id", "fingerprint"),)

    product_id: Mapped[str] = reference("product")
    url: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)


class PriceChange(Owned, Base):
    __tablename__ = "price_change"

    product_id: Mapped[str] = reference("product")
    price: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    list_price: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    currency: Mapped[str | None] = mapped_column(Text)
    availability: Mapped[str | None] = mapped_column(Text)


class ProductImage(Owned, Base):
    """One picture of one product and how far it came: wanted → stored → live, or why it did not."""

    __tablename__ = "product_image"
    __table_args__ = (
        UniqueConstraint("tenant_id", "product_id", "url"),
        Index("ix_product_image_open", "tenant_id", "state"),
        one_of("state", "wanted", "stored", "live", "set_aside", "failed", "gone"),
    )

    product_id: Mapped[str] = reference("product")
    run_id: Mapped[str | None] = reference("ingest_run", ondelete="SET NULL")
    url: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(Text, default="wanted", server_default="wanted")
    reason: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    content_hash: Mapped[str | None] = mapped_column(Text, index=True)
    perceptual_hash: Mapped[str | None] = mapped_column(Text)
    storage_key: Mapped[str | None] = mapped_column(Text)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    usefulness: Mapped[str | None] = mapped_column(Text)
    usefulness_score: Mapped[float | None] = mapped_column(Float)
    color: Mapped[str | None] = mapped_column(Text)
    model_id: Mapped[str | None] = mapped_column(Text)
    queued_at: Mapped[datetime | None] = moment()
    live_at: Mapped[datetime | None] = moment()


class Detection(Owned, Base):
    """One box (fractions of the picture) with label and confidence; `embedding_id` is set when it is in the gallery."""

    __tablename__ = "detection"

    image_id: Mapped[str] = reference("product_image")
    x: Mapped[float] = mapped_column(Float)
    y: Mapped[float] = mapped_column(Float)
    w: Mapped[float] = mapped_column(Float)
    h: Mapped[float] = mapped_column(Float)
    category: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float] = mapped_column(Float)
    for_sale: Mapped[bool] = mapped_column(default=False)
    fine_category: Mapped[str | None] = mapped_column(Text)
    pattern: Mapped[str | None] = mapped_column(Text)
    colors: Mapped[list[str]] = texts()
    shades: Mapped[list[str]] = texts()
    embedding_id: Mapped[str | None] = mapped_column(Text, index=True)


class IngestRun(Owned, Base):
    """One refresh of a catalog. `attempt` fences a worker that lost the run to a newer one."""

    __tablename__ = "ingest_run"
    __table_args__ = (
        one_of("state", "queued", "running", "succeeded", "failed", "canceled"),
        Index(
            "uq_ingest_run_open",
            "tenant_id",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    kind: Mapped[str] = mapped_column(Text, default="crawl", server_default="crawl")
    state: Mapped[str] = mapped_column(Text, default="queued", server_default="queued")
    stage: Mapped[str] = mapped_column(Text, default="queued", server_default="queued")
    counts: Mapped[Json] = json_object()
    advice: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    stop_requested: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    heartbeat_at: Mapped[datetime | None] = moment()
    started_at: Mapped[datetime | None] = moment()
    finished_at: Mapped[datetime | None] = moment()


class FrontierUrl(Owned, Base):
    """One URL the crawl knows, its state and the reason for it."""

    __tablename__ = "frontier_url"
    __table_args__ = (
        UniqueConstraint("tenant_id", "fingerprint"),
        Index("ix_frontier_url_next", "tenant_id", "run_id", "state", "priority"),
        one_of("state", "queued", "leased", "fetched", "failed", "disallowed", "skipped"),
    )

    run_id: Mapped[str | None] = reference("ingest_run", ondelete="SET NULL")
    product_id: Mapped[str | None] = reference("product", ondelete="SET NULL")
    url: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    pattern: Mapped[str] = mapped_column(Text, default="", server_default="")
    kind: Mapped[str] = mapped_column(Text, default="page", server_default="page")
    depth: Mapped[int] = mapped_column(Integer, default=0)
    priority: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    state: Mapped[str] = mapped_column(Text, default="queued", server_default="queued")
    reason: Mapped[str | None] = mapped_column(Text)
    via: Mapped[str | None] = mapped_column(Text)
    status_code: Mapped[int | None] = mapped_column(Integer)
    content_hash: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    leased_until: Mapped[datetime | None] = moment()
    due_at: Mapped[datetime | None] = moment()
    fetched_at: Mapped[datetime | None] = moment()


class OutboxMessage(Owned, Base):
    """Work that must follow a commit: written in the same transaction, enqueued by whoever is first, then deleted."""

    __tablename__ = "outbox_message"

    topic: Mapped[str] = mapped_column(Text)
    payload: Mapped[Json] = json_object()
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now, index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class SearchQuery(Owned, Base):
    """One answered search, without the photo."""

    __tablename__ = "search_query"
    __table_args__ = (
        Index("ix_search_query_recent", "tenant_id", "created_at"),
        one_of("kind", "photo", "similar", "text"),
    )

    kind: Mapped[str] = mapped_column(Text)
    categories: Mapped[list[str]] = texts()
    words: Mapped[str | None] = mapped_column(Text)
    product_id: Mapped[str | None] = reference("product", ondelete="SET NULL")
    matches: Mapped[int] = mapped_column(Integer, default=0)
    took_ms: Mapped[float] = mapped_column(Float, default=0)


class Event(Owned, Base):
    """What a shopper did with an answer; from the public, so never trusted alone."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("tenant_id", "query_id", "type", "product_id"),
        Index("ix_event_recent", "tenant_id", "created_at"),
        one_of("type", "impression", "click", "add_to_cart", "purchase"),
    )

    query_id: Mapped[str] = reference("search_query")
    type: Mapped[str] = mapped_column(Text)
    product_id: Mapped[str] = reference("product")


class Decision(Owned, Base):
    """A labelled decision of a person (not a duplicate, this box is for sale …), kept for good and for training."""

    __tablename__ = "decision"

    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), index=True)
    label: Mapped[Json] = json_object()
    user_id: Mapped[str | None] = reference("user", ondelete="SET NULL", index=False)


class AuditEntry(Owned, Base):
    """Who did what to this tenant, when."""

    __tablename__ = "audit_entry"

    user_id: Mapped[str | None] = reference("user", ondelete="SET NULL", index=False)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[Json] = json_object()


TENANT_OWNED = tuple(sorted(table.name for table in Base.metadata.tables.values() if "tenant_id" in table.c))
