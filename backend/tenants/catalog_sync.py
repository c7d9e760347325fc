"""How a crawl writes what it saw into the catalog: only what changed, and never over a seller's edit."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.tenants.catalog import Effective, effective, list_images
from backend.tenants.catalog_category import FROM_PICTURE
from backend.tenants.catalog_edits import DISAGREES, UNKNOWN, requeue_images, tell_gallery
from backend.tenants.models import FrontierUrl, IngestRun, PriceChange, Product, ProductImage, ProductUrl, now

PRICE_COLUMNS = ("price", "list_price", "currency", "availability")
COLUMNS = (
    *PRICE_COLUMNS, "url", "sku", "title", "description", "brand", "gtin", "gender", "category", "fine_category",
    "pattern", "colors", "shades", "sizes", "variants", "breadcrumbs", "language", "attention",
)  # fmt: skip
_GONE_STATUS = (404, 410)


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What a shop's page says of one product now; the names are the columns of `product`.

    `fingerprint` is the identity of `url`, `images` are addresses in the gallery's order, `other_urls` maps the
    fingerprint of every other address that led here to that address.
    """

    url: str
    fingerprint: str
    title: str
    description: str = ""
    sku: str | None = None
    brand: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    list_price: Decimal | None = None
    currency: str | None = None
    availability: str | None = None
    gender: str | None = None
    category: str | None = None
    fine_category: str | None = None
    pattern: str | None = None
    colors: list[str] = field(default_factory=list)
    shades: list[str] = field(default_factory=list)
    sizes: list[str] = field(default_factory=list)
    variants: list[dict[str, Any]] = field(default_factory=list)
    breadcrumbs: list[str] = field(default_factory=list)
    language: str | None = None
    attention: list[str] = field(default_factory=list)
    sources: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    other_urls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of a product: `outcome` is new, changed or unchanged."""

    product_id: str
    outcome: str


def upsert_product(session: Session, tenant_id: str, facts: ProductFacts, *, run_id: str | None) -> Synced:
    """Write one product as its page shows it now. Nothing but `last_seen_at` is written when nothing changed."""
    product = _find(session, tenant_id, facts) or _find_moved(session, tenant_id, facts, run_id)
    if product is None:
        product = _insert(session, tenant_id, facts)
        outcome = "new"
    else:
        outcome = "changed" if _update(session, tenant_id, product, facts) else "unchanged"
    _note_urls(session, tenant_id, product.id, facts)
    if _sync_images(session, tenant_id, product, facts.images, run_id) and outcome == "unchanged":
        outcome = "changed"
    product.last_seen_at = now()
    session.flush()
    return Synced(product.id, outcome)


def note_copy(session: Session, tenant_id: str, product_id: str, facts: ProductFacts) -> Synced:
    """Note another address that shows the product, and nothing of what it says there."""
    _note_urls(session, tenant_id, product_id, facts)
    mark_seen(session, tenant_id, product_id)
    return Synced(product_id, "unchanged")


def mark_seen(session: Session, tenant_id: str, product_id: str) -> bool:
    """Note that the product's page is as it was. False when the product is gone or unknown: then read the page."""
    result = session.execute(
        update(Product)
        .where(Product.tenant_id == tenant_id, Product.id == product_id, Product.gone_at.is_(None))
        .values(last_seen_at=now())
        .returning(Product.id)
    )
    return result.first() is not None


def retire_missing(session: Session, tenant_id: str, run_id: str) -> int:
    """Take out of search what this complete run did not see and a second look confirmed; return how many.

    Confirmed is a product whose own page answered 404 or 410 (the crawl asks such a page twice), or one that no page
    showed in this run and the complete one before. Pages that merely failed prove nothing.
    """
    run = session.get_one(IngestRun, run_id)
    started = run.started_at or run.created_at
    before = _previous_start(session, tenant_id, started)
    missing = session.execute(
        select(Product, FrontierUrl.state, FrontierUrl.status_code)
        .outerjoin(
            FrontierUrl,
            (FrontierUrl.tenant_id == tenant_id)
            & (FrontierUrl.fingerprint == Product.fingerprint)
            & (FrontierUrl.run_id == run_id),
        )
        .where(Product.tenant_id == tenant_id, Product.gone_at.is_(None), Product.last_seen_at < started)
    )
    retired = 0
    for product, state, status in list(missing):
        answered_gone = state == "failed" and status in _GONE_STATUS
        missing_twice = state in {None, "fetched"} and before is not None and product.last_seen_at < before
        if answered_gone or missing_twice:
            retire(session, tenant_id, product)
            retired += 1
    return retired


def retire(session: Session, tenant_id: str, product: Product) -> None:
    """Take a vanished product out of search; its rows and history stay."""
    product.gone_at = now()
    if product.state != "hidden":
        product.state = "gone"
    tell_gallery(session, tenant_id, product_ids=[product.id])


def _previous_start(session: Session, tenant_id: str, started: datetime) -> datetime | None:
    query = select(IngestRun.started_at).where(
        IngestRun.tenant_id == tenant_id, IngestRun.state == "succeeded", IngestRun.started_at < started
    )
    return session.scalar(query.order_by(IngestRun.started_at.desc()).limit(1))


def _find(session: Session, tenant_id: str, facts: ProductFacts) -> Product | None:
    """Return the product that has or had this address."""
    query = select(Product).where(Product.tenant_id == tenant_id).with_for_update()
    found = session.scalar(query.where(Product.fingerprint == facts.fingerprint))
    if found is None:
        known = select(ProductUrl.product_id).where(
            ProductUrl.tenant_id == tenant_id, ProductUrl.fingerprint == facts.fingerprint
        )
        found = session.scalar(query.where(Product.id.in_(known)))
    return found


def _find_moved(session: Session, tenant_id: str, facts: ProductFacts, run_id: str | None) -> Product | None:
    """Return the product with this SKU and title (colour children share a SKU in some shops), now at this address.

    The first of several addresses that one run shows stays the product's own.
    """
    if not facts.sku:
        return None
    query = select(Product).where(
        Product.tenant_id == tenant_id, Product.sku == facts.sku, Product.title == facts.title
    )
    found = session.scalar(query.order_by(Product.created_at).limit(1).with_for_update())
    run = session.get(IngestRun, run_id) if run_id else None
    if found is not None and (run is None or run.started_at is None or found.last_seen_at < run.started_at):
        found.url, found.fingerprint = facts.url, facts.fingerprint
    return found


def _insert(session: Session, tenant_id: str, facts: ProductFacts) -> Product:
    product = Product(
        tenant_id=tenant_id,
        fingerprint=facts.fingerprint,
        sources=facts.sources,
        record=facts.record,
        state="attention" if facts.attention else "live",
        overrides={},
        **{name: getattr(facts, name) for name in COLUMNS},
    )
    session.add(product)
    session.flush()
    _note_price(session, tenant_id, product)
    return product


def _update(session: Session, tenant_id: str, product: Product, facts: ProductFacts) -> bool:
    facts = _with_what_was_settled(product, facts)
    changed = [name for name in COLUMNS if getattr(product, name) != getattr(facts, name) and name != "url"]
    returned = product.gone_at is not None
    if not changed and not returned:
        return False
    before = effective(product)
    for name in changed:
        setattr(product, name, getattr(facts, name))
    product.sources, product.record, product.gone_at = facts.sources, facts.record, None
    if product.state != "hidden":
        product.state = "attention" if facts.attention else "live"
    if not set(changed).isdisjoint(PRICE_COLUMNS):
        _note_price(session, tenant_id, product)
    after = effective(product)
    if returned or after.category != before.category:
        requeue_images(session, tenant_id, product.id)  # another category may mean another garment of the photo
    if returned or _indexed(after) != _indexed(before):
        tell_gallery(session, tenant_id, product_ids=[product.id])
    return True


def _with_what_was_settled(product: Product, facts: ProductFacts) -> ProductFacts:
    """Keep what pictures and seller said of the category while the words that were read are the same.

    Other words are read afresh: where they name another category, vision looks at the pictures again.
    """
    same_words = all(getattr(product, name) == getattr(facts, name) for name in ("title", "breadcrumbs", "description"))
    if same_words and product.sources.get("category") == FROM_PICTURE:
        sources = {**facts.sources, "category": FROM_PICTURE}
        facts = replace(facts, category=product.category, sources=sources)
    attention = [reason for reason in facts.attention if reason != UNKNOWN or facts.category is None]
    if DISAGREES in product.attention and facts.category == product.category:
        attention.append(DISAGREES)
    if "category" in (product.overrides or {}):
        attention = [reason for reason in attention if reason not in (UNKNOWN, DISAGREES)]
    return replace(facts, attention=attention)


def _indexed(facts: Effective) -> tuple[Any, ...]:
    return facts.price, facts.in_stock, facts.category, facts.gender, facts.colors


def _note_price(session: Session, tenant_id: str, product: Product) -> None:
    columns = {name: getattr(product, name) for name in PRICE_COLUMNS}
    session.add(PriceChange(tenant_id=tenant_id, product_id=product.id, **columns))


def _note_urls(session: Session, tenant_id: str, product_id: str, facts: ProductFacts) -> None:
    """Let every address that led to the product name it; one that named another product stays there."""
    wanted = {**facts.other_urls, facts.fingerprint: facts.url}
    known = set(
        session.scalars(
            select(ProductUrl.fingerprint).where(ProductUrl.tenant_id == tenant_id, ProductUrl.fingerprint.in_(wanted))
        )
    )
    for fingerprint, url in wanted.items():
        if fingerprint not in known:
            session.add(ProductUrl(tenant_id=tenant_id, product_id=product_id, url=url, fingerprint=fingerprint))


def _sync_images(session: Session, tenant_id: str, product: Product, urls: Sequence[str], run_id: str | None) -> bool:
    """Make the product's image rows those of the page; return whether any came or went."""
    known = {image.url: image for image in list_images(session, tenant_id, product.id)}
    changed = False
    for position, url in enumerate(dict.fromkeys(urls)):
        image = known.pop(url, None)
        if image is None:
            image = ProductImage(tenant_id=tenant_id, product_id=product.id, url=url, run_id=run_id)
            session.add(image)
            changed = True
        elif image.state == "gone":
            image.state, image.run_id, image.queued_at = "stored" if image.storage_key else "wanted", run_id, None
            changed = True
        image.position = position
    left = [image for image in known.values() if image.state != "gone"]
    for image in left:
        image.state, image.reason = "gone", "not_on_page"
    if left:
        tell_gallery(session, tenant_id, image_ids=[image.id for image in left])
    return changed or bool(left)
