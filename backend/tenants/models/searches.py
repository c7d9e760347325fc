"""What shoppers asked and did."""

from sqlalchemy import Float, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base
from backend.tenants.models.columns import Owned, one_of, reference, texts


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
