"""What did not come, page by page and picture by picture, with the reason: since the last crawl of the whole shop."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session

from backend.errors import NotFound
from backend.tenants.catalog import SHOWN
from backend.tenants.catalog_addresses import WHOLE
from backend.tenants.models import FrontierUrl, IngestRun, Product, ProductImage

PAGES, PICTURES = "pages", "pictures"
KINDS = (PAGES, PICTURES)
_Row = TypeVar("_Row", FrontierUrl, ProductImage)


@dataclass(frozen=True, slots=True)
class Failure:
    """One page or picture that did not come, and the product it belongs to where that is known."""

    id: str
    url: str
    reason: str
    at: datetime | None
    product: Product | None


def failed_pages(tenant_id: str, reason: str | None = None) -> ColumnElement[bool]:
    """Return the condition of a page that was not read; those of earlier crawls are history."""
    whole = select(func.max(IngestRun.created_at)).where(IngestRun.tenant_id == tenant_id, IngestRun.kind.in_(WHOLE))
    recent = select(IngestRun.id).where(
        IngestRun.tenant_id == tenant_id, IngestRun.created_at >= whole.scalar_subquery()
    )
    condition = and_(
        FrontierUrl.tenant_id == tenant_id,
        FrontierUrl.state.in_(("failed", "disallowed")),
        FrontierUrl.run_id.in_(recent),
    )
    return condition if reason is None else and_(condition, func.coalesce(FrontierUrl.reason, "") == reason)


def failed_pictures(tenant_id: str, reason: str | None = None) -> ColumnElement[bool]:
    """Return the condition of a shown product's picture that could not be fetched or read."""
    shown = select(Product.id).where(Product.tenant_id == tenant_id, Product.state.in_(SHOWN))
    condition = and_(
        ProductImage.tenant_id == tenant_id, ProductImage.state == "failed", ProductImage.product_id.in_(shown)
    )
    return condition if reason is None else and_(condition, func.coalesce(ProductImage.reason, "") == reason)


def count_reasons(session: Session, tenant_id: str, kind: str) -> dict[str, int]:
    """Return how many pages (or pictures) failed for each reason, the most frequent first."""
    if kind == PAGES:
        reason, failed = func.coalesce(FrontierUrl.reason, ""), failed_pages(tenant_id)
    else:
        reason, failed = func.coalesce(ProductImage.reason, ""), failed_pictures(tenant_id)
    rows = session.execute(select(reason, func.count()).where(failed).group_by(reason))
    return _most_first(rows)


def list_failures(
    session: Session,
    tenant_id: str,
    kind: str,
    *,
    reason: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> list[Failure]:
    """Return failures by address, those after the failure `after`. Raises NotFound when that is none of the shop's."""
    if kind == PAGES:
        return _list_pages(session, tenant_id, reason, after, limit)
    return _list_pictures(session, tenant_id, reason, after, limit)


def _most_first(rows: Iterable[Any]) -> dict[str, int]:
    return {str(row[0]): int(row[1]) for row in sorted(rows, key=lambda row: (-row[1], row[0]))}


def _list_pages(session: Session, tenant_id: str, reason: str | None, after: str | None, limit: int) -> list[Failure]:
    rows = _by_address(session, FrontierUrl, tenant_id, failed_pages(tenant_id, reason), after=after, limit=limit)
    products = _products(session, tenant_id, [row.product_id for row in rows if row.product_id])
    return [
        Failure(row.id, row.url, row.reason or "", row.fetched_at, products.get(row.product_id or "")) for row in rows
    ]


def _list_pictures(
    session: Session, tenant_id: str, reason: str | None, after: str | None, limit: int
) -> list[Failure]:
    rows = _by_address(session, ProductImage, tenant_id, failed_pictures(tenant_id, reason), after=after, limit=limit)
    products = _products(session, tenant_id, [row.product_id for row in rows])
    return [Failure(row.id, row.url, row.reason or "", row.checked_at, products.get(row.product_id)) for row in rows]


def _by_address(
    session: Session, table: type[_Row], tenant_id: str, failed: ColumnElement[bool], *, after: str | None, limit: int
) -> list[_Row]:
    """Return failed rows in the order of their addresses, those behind the row `after`. Raises NotFound."""
    query = select(table).where(failed)
    if after is not None:
        last = session.scalar(select(table).where(table.tenant_id == tenant_id, table.id == after))
        if last is None:
            raise NotFound("There is no such page or picture.")
        query = query.where(tuple_(table.url, table.id) > (last.url, last.id))
    return list(session.scalars(query.order_by(table.url, table.id).limit(limit)))


def _products(session: Session, tenant_id: str, ids: Sequence[str]) -> dict[str, Product]:
    rows = session.scalars(select(Product).where(Product.tenant_id == tenant_id, Product.id.in_(ids)))
    return {row.id: row for row in rows}


def count_shown(session: Session, tenant_id: str, run_id: str) -> dict[str, int]:
    """Return what the pictures that a run brought show (garment, size chart …), the most frequent first."""
    query = select(ProductImage.usefulness, func.count()).where(
        ProductImage.tenant_id == tenant_id, ProductImage.run_id == run_id, ProductImage.usefulness.is_not(None)
    )
    rows = session.execute(query.group_by(ProductImage.usefulness))
    return _most_first(rows)
