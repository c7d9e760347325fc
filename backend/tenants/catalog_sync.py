"""How a crawl writes what it saw into the catalog: only what changed, and never over a seller's edit."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.tenants.catalog import Effective, effective, list_images
from backend.tenants.catalog_addresses import (
    find_at,
    find_moved,
    move,
    note_addresses,
)
from backend.tenants.catalog_category import FROM_PICTURE
from backend.tenants.catalog_edits import DISAGREES, UNKNOWN
from backend.tenants.catalog_gallery import requeue_images, tell_gallery
from backend.tenants.models import PriceChange, Product, ProductImage, ProductUrl, now

PRICE_COLUMNS = ("price", "list_price", "currency", "availability")
COLUMNS = (
    *PRICE_COLUMNS, "price_max", "url", "sku", "item_group", "title", "description", "brand", "gtin", "gender",
    "category", "fine_category", "pattern", "colors", "shades", "sizes", "variants", "breadcrumbs", "language",
    "attention",
)  # fmt: skip


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
    item_group: str | None = None
    brand: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    price_max: Decimal | None = None
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
    product = find_at(session, tenant_id, facts.fingerprint) or _take_back(session, tenant_id, facts, run_id)
    if product is None:
        product = _insert(session, tenant_id, facts)
        outcome = "new"
    else:
        outcome = "changed" if _update(session, tenant_id, product, facts) else "unchanged"
    note_addresses(session, tenant_id, product.id, _addresses(facts))
    if _sync_images(session, tenant_id, product, facts.images, run_id) and outcome == "unchanged":
        outcome = "changed"
    product.last_seen_at = now()
    session.flush()
    return Synced(product.id, outcome)


def note_copy(session: Session, tenant_id: str, product_id: str, facts: ProductFacts) -> Synced:
    """Note another address that shows the product, and nothing of what it says there."""
    note_addresses(session, tenant_id, product_id, _addresses(facts))
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


def retire(session: Session, tenant_id: str, product: Product) -> None:
    """Take a vanished product out of search; its rows and history stay."""
    product.gone_at = now()
    if product.state != "hidden":
        product.state = "gone"
    tell_gallery(session, tenant_id, product_ids=[product.id])


def fold(session: Session, tenant_id: str, product: Product, into: Product) -> None:
    """Let every address of a product lead to another one that its page says it is a copy of, and take it out."""
    session.execute(
        update(ProductUrl)
        .where(ProductUrl.tenant_id == tenant_id, ProductUrl.product_id == product.id)
        .values(product_id=into.id)
    )
    if product.gone_at is None:
        retire(session, tenant_id, product)


def _take_back(session: Session, tenant_id: str, facts: ProductFacts, run_id: str | None) -> Product | None:
    """Return the product that left its address for the one of these facts, now standing there."""
    product = find_moved(session, tenant_id, run_id, sku=facts.sku, title=facts.title, colors=facts.colors)
    if product is not None:
        move(product, url=facts.url, fingerprint=facts.fingerprint)
    return product


def _addresses(facts: ProductFacts) -> dict[str, str]:
    return {**facts.other_urls, facts.fingerprint: facts.url}


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
