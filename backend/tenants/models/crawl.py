"""How a catalog is kept fresh: runs, addresses, hosts, feeds and the work that follows a commit."""

from datetime import datetime

from sqlalchemy import DateTime, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base
from backend.tenants.models.columns import Json, Owned, json_list, json_object, moment, now, one_of, reference

RUN_OPEN = ("queued", "running")


class IngestRun(Owned, Base):
    """One refresh of a catalog. `attempt` fences a worker that lost the run to a newer one.

    `traffic` counts requests and bytes by kind, and `slices` the times the run made room for other shops.
    """

    __tablename__ = "ingest_run"
    __table_args__ = (
        one_of("state", "queued", "running", "succeeded", "failed", "canceled"),
        one_of("kind", "crawl", "feed", "prices", "urls"),
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
    traffic: Mapped[Json] = json_object()
    advice: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    slices: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    stop_requested: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    heartbeat_at: Mapped[datetime | None] = moment()
    started_at: Mapped[datetime | None] = moment()
    finished_at: Mapped[datetime | None] = moment()


class FrontierUrl(Owned, Base):
    """One URL the crawl knows, its state and the reason for it.

    `found_on` is the pattern of the page that named it. `record_hash` is of the facts read from it, `hint_hash` of what
    a sitemap, feed or platform last said of it: while that is the same, the page need not be asked for again.
    `looks` counts how often in a row it was without its product, since `first_gone_at`.
    """

    __tablename__ = "frontier_url"
    __table_args__ = (
        UniqueConstraint("tenant_id", "fingerprint"),
        Index("ix_frontier_url_product", "tenant_id", "product_id"),
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
    found_on: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str | None] = mapped_column(Text)
    record_hash: Mapped[str | None] = mapped_column(Text)
    hint_hash: Mapped[str | None] = mapped_column(Text)
    looks: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    first_gone_at: Mapped[datetime | None] = moment()
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    leased_until: Mapped[datetime | None] = moment()
    due_at: Mapped[datetime | None] = moment()
    fetched_at: Mapped[datetime | None] = moment()


class ShopHost(Owned, Base):
    """The shop software that a host runs, or that none is known, and when it was asked."""

    __tablename__ = "shop_host"
    __table_args__ = (UniqueConstraint("tenant_id", "host"),)

    host: Mapped[str] = mapped_column(Text)
    platform: Mapped[str | None] = mapped_column(Text)
    platform_at: Mapped[datetime | None] = moment()


class Feed(Owned, Base):
    """A seller's product feed: fetched from `url`, or uploaded and kept under `storage_key`."""

    __tablename__ = "feed"
    __table_args__ = (UniqueConstraint("tenant_id", "url"),)

    url: Mapped[str | None] = mapped_column(Text)
    storage_key: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str | None] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    problems: Mapped[list[Json]] = json_list()
    fetched_at: Mapped[datetime | None] = moment()


class OutboxMessage(Owned, Base):
    """Work that must follow a commit: written in the same transaction, enqueued by whoever is first, then deleted."""

    __tablename__ = "outbox_message"

    topic: Mapped[str] = mapped_column(Text)
    payload: Mapped[Json] = json_object()
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now, index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
