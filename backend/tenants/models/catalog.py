"""What a shop sells, as it was crawled, seen and decided on."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, Float, Index, Integer, Numeric, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base
from backend.tenants.models.columns import (
    Json,
    Owned,
    json_list,
    json_object,
    made,
    moment,
    now,
    one_of,
    reference,
    texts,
)

PLACEMENTS = ("pin", "boost", "bury")


class Product(Owned, Base):
    """One thing sold. `overrides` holds the seller's edits, which win over the crawled columns.

    `price_max` is set where the price is a range. `item_group` joins colour children that have an address each.
    `placement` is where the seller wants it among the answers of search. `missing_since` is when a crawl first missed
    it, `gone_at` when a second look agreed. The plain texts are what words are looked for in (tenants/plain_text.py).
    """

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("tenant_id", "fingerprint"),
        Index("ix_product_tenant_sku", "tenant_id", "sku"),
        one_of("state", "live", "attention", "gone", "hidden"),
        one_of("placement", *PLACEMENTS),
    )

    url: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    sku: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    brand: Mapped[str | None] = mapped_column(Text)
    item_group: Mapped[str | None] = mapped_column(Text)
    gtin: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    price_max: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
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
    variants: Mapped[list[Json]] = json_list()
    breadcrumbs: Mapped[list[str]] = texts()
    language: Mapped[str | None] = mapped_column(Text)
    sources: Mapped[Json] = json_object()
    record: Mapped[Json] = json_object()
    overrides: Mapped[Json] = json_object()
    state: Mapped[str] = mapped_column(Text, default="live", server_default="live")
    attention: Mapped[list[str]] = texts()
    placement: Mapped[str | None] = mapped_column(Text)
    duplicate_of: Mapped[str | None] = reference("product", ondelete="SET NULL")
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    missing_since: Mapped[datetime | None] = moment()
    gone_at: Mapped[datetime | None] = moment()
    plain_title: Mapped[str] = made("niteru_plain(coalesce(overrides ->> 'title', title))")
    plain_near: Mapped[str] = made(
        "niteru_plain(niteru_joined(coalesce(overrides ->> 'brand', brand), coalesce(overrides ->> 'category',"
        " category), fine_category, coalesce(overrides ->> 'pattern', pattern), sku, niteru_joined(VARIADIC colors),"
        " niteru_joined(VARIADIC shades)))"
    )
    plain_crumbs: Mapped[str] = made("niteru_plain(niteru_joined(VARIADIC breadcrumbs))")


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
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[datetime | None] = moment()
    fresh_until: Mapped[datetime | None] = moment()
    bytes: Mapped[int | None] = mapped_column(Integer)
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


class Decision(Owned, Base):
    """A labelled decision of a person (not a duplicate, this box is for sale …), kept for good and for training."""

    __tablename__ = "decision"

    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), index=True)
    label: Mapped[Json] = json_object()
    user_id: Mapped[str | None] = reference("user", ondelete="SET NULL", index=False)


class DuplicatePair(Owned, Base):
    """Two products that may be one, the evidence, and what was decided. `one_id` is the smaller id of the two."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        UniqueConstraint("tenant_id", "one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="order"),
        one_of("state", "merged", "unsure", "parted"),
    )

    one_id: Mapped[str] = reference("product")
    other_id: Mapped[str] = reference("product")
    state: Mapped[str] = mapped_column(Text)
    score: Mapped[float] = mapped_column(Float, default=0)
    reasons: Mapped[Json] = json_object()
    decided_by: Mapped[str | None] = reference("user", ondelete="SET NULL", index=False)
