"""At which addresses a product stands: its own one, and every other it answers to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.tenants.models import FrontierUrl, IngestRun, Product, ProductUrl

GONE_STATUS = (404, 410)
WHOLE = ("crawl", "feed")
"""The kinds of run that see the whole shop, so that what they miss is missing."""
_MOST_NAMESAKES = 20


def find_at(session: Session, tenant_id: str, fingerprint: str) -> Product | None:
    """Return the product that stands at this address, else the one that also answers to it; its row is locked."""
    query = select(Product).where(Product.tenant_id == tenant_id).with_for_update()
    found = session.scalar(query.where(Product.fingerprint == fingerprint))
    if found is None:
        known = select(ProductUrl.product_id).where(
            ProductUrl.tenant_id == tenant_id, ProductUrl.fingerprint == fingerprint
        )
        found = session.scalar(query.where(Product.id.in_(known)))
    return found


def move(product: Product, *, url: str, fingerprint: str) -> None:
    """Let the product stand at this address; it goes on answering to the one it had."""
    product.url, product.fingerprint = url, fingerprint


def note_addresses(session: Session, tenant_id: str, product_id: str, addresses: Mapping[str, str]) -> None:
    """Let these addresses (fingerprint → URL) lead to the product; one that leads to another product stays there."""
    known = set(
        session.scalars(
            select(ProductUrl.fingerprint).where(
                ProductUrl.tenant_id == tenant_id, ProductUrl.fingerprint.in_(addresses)
            )
        )
    )
    for fingerprint, url in addresses.items():
        if fingerprint not in known:
            session.add(ProductUrl(tenant_id=tenant_id, product_id=product_id, url=url, fingerprint=fingerprint))


def release(session: Session, tenant_id: str, fingerprint: str) -> None:
    """Forget to which product an address leads: it is another one's."""
    session.execute(delete(ProductUrl).where(ProductUrl.tenant_id == tenant_id, ProductUrl.fingerprint == fingerprint))


def find_moved(
    session: Session, tenant_id: str, run_id: str | None, *, sku: str | None, title: str, colors: Sequence[str]
) -> Product | None:
    """Return the product with this SKU and title that left its address.

    Only an address that is seen to be left is: colour children and sizes share SKU and title in some shops, each
    with an address of its own.
    """
    if not sku:
        return None
    query = select(Product).where(Product.tenant_id == tenant_id, Product.sku == sku, Product.title == title)
    for product in session.scalars(query.order_by(Product.created_at).limit(_MOST_NAMESAKES).with_for_update()):
        other_color = product.colors and colors and set(product.colors).isdisjoint(colors)
        if not other_color and has_left(session, tenant_id, product, run_id):
            return product
    return None


def previous_start(session: Session, tenant_id: str, started: datetime) -> datetime | None:
    """Return when the last run began that looked at the whole shop and came to its end before `started`."""
    query = select(IngestRun.started_at).where(
        IngestRun.tenant_id == tenant_id,
        IngestRun.kind.in_(WHOLE),
        IngestRun.state == "succeeded",
        IngestRun.started_at < started,
    )
    return session.scalar(query.order_by(IngestRun.started_at.desc()).limit(1))


def has_left(session: Session, tenant_id: str, product: Product, run_id: str | None) -> bool:
    """Say whether the product is gone, or its page in this run, or whether a whole run before did not show it."""
    if product.gone_at is not None:
        return True
    run = session.get(IngestRun, run_id) if run_id else None
    if run is None:
        return False
    page = session.scalar(
        select(FrontierUrl).where(
            FrontierUrl.tenant_id == tenant_id,
            FrontierUrl.fingerprint == product.fingerprint,
            FrontierUrl.run_id == run_id,
        )
    )
    if page is not None and (page.first_gone_at is not None or page.status_code in GONE_STATUS):
        return True
    before = previous_start(session, tenant_id, run.started_at or run.created_at)
    return before is not None and product.last_seen_at < before
