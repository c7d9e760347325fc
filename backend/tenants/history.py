"""What was searched and what came of it: one row an answered search, one row a thing a shopper did with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.errors import NotFound
from backend.tenants.models import Event, Product, SearchQuery, new_id

KEPT = timedelta(days=400)
"""How long searches and what shoppers did are kept: a year, and what it takes to compare with the one before."""
SIMILAR_KEPT = timedelta(days=2)
"""How long a look at similar items is kept that nobody followed: every view of a product page makes one."""
FOLLOWED = ("click", "add_to_cart", "purchase")
"""What shoppers do with a product they chose."""


def record_query(
    session: Session,
    tenant_id: str,
    query_id: str,
    *,
    kind: str,
    categories: Sequence[str] = (),
    words: str | None = None,
    product_id: str | None = None,
    matches: int,
    took_ms: float,
) -> None:
    """Note an answered search: what was looked for, never the photo."""
    session.add(
        SearchQuery(
            id=query_id,
            tenant_id=tenant_id,
            kind=kind,
            categories=list(categories),
            words=words or None,
            product_id=product_id,
            matches=matches,
            took_ms=took_ms,
        )
    )


def record_queries(session: Session, tenant_id: str, notes: Sequence[Mapping[str, Any]]) -> None:
    """Note answered searches, each a row's values with its id; those that are noted already are passed over."""
    rows = [{**note, "tenant_id": tenant_id} for note in notes]
    session.execute(insert(SearchQuery).on_conflict_do_nothing(), rows)


def record_events(session: Session, tenant_id: str, *, query_id: str, type_: str, product_ids: Sequence[str]) -> int:
    """Note what a shopper did with an answer; what is noted already is passed over. Returns how many are new.

    Raises NotFound unless the search and every product are this tenant's.
    """
    wanted = list(dict.fromkeys(product_ids))
    query = select(SearchQuery.id).where(SearchQuery.tenant_id == tenant_id, SearchQuery.id == query_id)
    if session.scalar(query) is None:
        raise NotFound("There is no such search.")
    known = set(session.scalars(select(Product.id).where(Product.tenant_id == tenant_id, Product.id.in_(wanted))))
    if len(known) != len(wanted):
        raise NotFound("There is no such product.")
    rows = [
        {"id": new_id(), "tenant_id": tenant_id, "query_id": query_id, "type": type_, "product_id": product_id}
        for product_id in wanted
    ]
    written = session.scalars(insert(Event).values(rows).on_conflict_do_nothing().returning(Event.id))
    return len(written.all())


def forget_old(session: Session, tenant_id: str, moment: datetime, *, most: int) -> int:
    """Delete up to `most` searches that were kept long enough, with what shoppers did; return how many."""
    own = SearchQuery.tenant_id == tenant_id
    followed = exists().where(Event.tenant_id == tenant_id, Event.query_id == SearchQuery.id, Event.type.in_(FOLLOWED))
    passed_over = and_(SearchQuery.kind == "similar", SearchQuery.created_at < moment - SIMILAR_KEPT, ~followed)
    old = select(SearchQuery.id).where(own, or_(SearchQuery.created_at < moment - KEPT, passed_over)).limit(most)
    return len(session.scalars(delete(SearchQuery).where(own, SearchQuery.id.in_(old)).returning(SearchQuery.id)).all())
