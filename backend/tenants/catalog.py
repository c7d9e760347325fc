"""The catalog as everybody reads it: products with their effective values, images, boxes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Row, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from backend.errors import NotFound
from backend.tenants.models import Detection, Product, ProductImage, ProductUrl, new_id

SHOWN = ("live", "attention")
EDITABLE = (
    "title", "description", "brand", "price", "list_price", "currency", "availability", "gender", "category", "pattern",
    "colors",
)  # fmt: skip
_TOLD = (
    "id", "url", "sku", "title", "brand", "item_group", "price", "list_price", "currency", "availability", "gender",
    "category", "fine_category", "pattern", "colors", "shades", "sizes", "variants", "overrides", "placement",
    "last_seen_at",
)  # fmt: skip
"""The columns that `effective` reads."""
SOLD_OUT = frozenset({"OutOfStock", "SoldOut", "Discontinued"})


@dataclass(frozen=True, slots=True)
class Effective:
    """What is true of a product now: the seller's edit where there is one, the crawled value elsewhere.

    `placement` is the seller's rule for its place in answers; `price_edited` says that the price is the seller's own.
    """

    product_id: str
    url: str
    sku: str | None
    title: str
    brand: str | None
    item_group: str | None
    price: Decimal | None
    list_price: Decimal | None
    currency: str | None
    availability: str | None
    gender: str | None
    category: str | None
    fine_category: str | None
    pattern: str | None
    colors: tuple[str, ...]
    shades: tuple[str, ...]
    sizes: tuple[str, ...]
    variants: tuple[dict[str, Any], ...]
    placement: str | None
    price_edited: bool
    last_seen_at: datetime

    @property
    def in_stock(self) -> bool:
        """Unknown counts as in stock: a shop that says nothing sells."""
        return self.availability not in SOLD_OUT


@dataclass(frozen=True, slots=True)
class ProductFilters:
    """Conditions of a product list; None and "" ask nothing."""

    state: str | None = None
    category: str | None = None
    gender: str | None = None
    fine_category: str | None = None
    pattern: str | None = None
    words: str = ""
    needs_attention: bool | None = None
    duplicates: bool | None = None


def effective(product: Product | Row[Any]) -> Effective:
    """Return the product's effective values. Everybody who shows or indexes a product goes through here.

    What the words say more finely goes with what they say: a seller's own category or colours have no finer names.
    """
    edits = product.overrides or {}

    def value(name: str) -> Any:
        return edits.get(name, getattr(product, name))

    return Effective(
        product_id=product.id,
        url=product.url,
        sku=product.sku,
        title=value("title"),
        brand=value("brand"),
        item_group=product.item_group,
        price=decimal(value("price")),
        list_price=decimal(value("list_price")),
        currency=value("currency"),
        availability=value("availability"),
        gender=value("gender"),
        category=value("category"),
        fine_category=product.fine_category if value("category") == product.category else None,
        pattern=value("pattern"),
        colors=tuple(value("colors") or ()),
        shades=() if "colors" in edits else tuple(product.shades or ()),
        sizes=tuple(product.sizes or ()),
        variants=tuple(product.variants or ()),
        placement=product.placement,
        price_edited=edits.get("price") is not None,
        last_seen_at=product.last_seen_at,
    )


def get_product(session: Session, tenant_id: str, product_id: str, *, lock: bool = False) -> Product:
    """Return the product, whatever its state. Raises NotFound."""
    query = select(Product).where(Product.tenant_id == tenant_id, Product.id == _uuid(product_id))
    product = session.scalar(query.with_for_update() if lock else query)
    if product is None:
        raise NotFound("There is no such product.")
    return product


def find_product_by_fingerprint(session: Session, tenant_id: str, fingerprint: str) -> Product | None:
    """Return the product that answers to an address, by the address's fingerprint; the primary one of duplicates."""
    product_id = select(ProductUrl.product_id).where(
        ProductUrl.tenant_id == tenant_id, ProductUrl.fingerprint == fingerprint
    )
    return _primary(session, tenant_id, Product.id.in_(product_id))


def find_product_by_sku(session: Session, tenant_id: str, sku: str) -> Product | None:
    """Return the product with this SKU, one that is shown first; the primary one of duplicates."""
    return _primary(session, tenant_id, Product.sku == sku)


def shown_products(session: Session, tenant_id: str, product_ids: Collection[str]) -> dict[str, Effective]:
    """Return what is true of the tenant's products that search may show, by id.

    Ids that are unknown, gone, hidden, a duplicate's or another tenant's are left out: the gallery may lag behind the
    catalog, and the catalog has the last word.
    """
    # Without descriptions and records: a page of answers has a hundred products, and these are most of their bytes.
    query = select(*(getattr(Product, name) for name in _TOLD)).where(
        Product.tenant_id == tenant_id,
        Product.id.in_(product_ids),
        Product.state.in_(SHOWN),
        Product.duplicate_of.is_(None),
    )
    return {row.id: effective(row) for row in session.execute(query)}


def list_products(
    session: Session,
    tenant_id: str,
    filters: ProductFilters | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
) -> list[Product]:
    """Return a page of products, newest first; `after` is the id of the last one of the page before."""
    query = _filtered(select(Product).where(Product.tenant_id == tenant_id), filters or ProductFilters())
    if after is not None:
        last = get_product(session, tenant_id, after)
        query = query.where(tuple_(Product.created_at, Product.id) < (last.created_at, last.id))
    return list(session.scalars(query.order_by(Product.created_at.desc(), Product.id.desc()).limit(limit)))


def count_products(session: Session, tenant_id: str, filters: ProductFilters | None = None) -> int:
    query = select(func.count()).select_from(Product).where(Product.tenant_id == tenant_id)
    return session.scalar(_filtered(query, filters or ProductFilters())) or 0


def list_images(session: Session, tenant_id: str, product_id: str) -> list[ProductImage]:
    """Return the product's images in the page's order, those that left the page included (state `gone`)."""
    query = select(ProductImage).where(ProductImage.tenant_id == tenant_id, ProductImage.product_id == product_id)
    return list(session.scalars(query.order_by(ProductImage.position, ProductImage.id)))


def get_image(session: Session, tenant_id: str, image_id: str) -> ProductImage:
    """Raises NotFound."""
    query = select(ProductImage).where(ProductImage.tenant_id == tenant_id, ProductImage.id == _uuid(image_id))
    image = session.scalar(query)
    if image is None:
        raise NotFound("There is no such picture.")
    return image


def images_of(session: Session, tenant_id: str, product_ids: Sequence[str]) -> dict[str, list[ProductImage]]:
    """Return the images of several products, in the page's order; those that left the page are left out."""
    query = select(ProductImage).where(
        ProductImage.tenant_id == tenant_id, ProductImage.product_id.in_(product_ids), ProductImage.state != "gone"
    )
    found: dict[str, list[ProductImage]] = {product_id: [] for product_id in product_ids}
    for image in session.scalars(query.order_by(ProductImage.position, ProductImage.id)):
        found[image.product_id].append(image)
    return found


def detections_of(session: Session, tenant_id: str, image_ids: Sequence[str]) -> dict[str, list[Detection]]:
    """Return each image's boxes, surest first."""
    query = select(Detection).where(Detection.tenant_id == tenant_id, Detection.image_id.in_(image_ids))
    found: dict[str, list[Detection]] = {image_id: [] for image_id in image_ids}
    for detection in session.scalars(query.order_by(Detection.confidence.desc(), Detection.id)):
        found[detection.image_id].append(detection)
    return found


def _filtered(query: Select[Any], filters: ProductFilters) -> Select[Any]:
    for column in ("state", "category", "gender", "pattern"):
        if wanted := getattr(filters, column):
            stored = getattr(Product, column)
            edited = Product.overrides[column].astext if column in EDITABLE else None
            query = query.where((stored if edited is None else func.coalesce(edited, stored)) == wanted)
    if filters.fine_category:
        own = Product.overrides["category"].astext
        query = query.where(
            Product.fine_category == filters.fine_category, func.coalesce(own, Product.category) == Product.category
        )
    for word in filters.words.split():
        pattern = f"%{_escaped(word)}%"
        query = query.where(
            or_(
                Product.title.ilike(pattern),
                Product.sku.ilike(pattern),
                Product.overrides["title"].astext.ilike(pattern),
            )
        )
    if filters.needs_attention is not None:
        has_any = func.cardinality(Product.attention) > 0
        query = query.where(has_any if filters.needs_attention else ~has_any)
    if filters.duplicates is not None:
        query = query.where(Product.duplicate_of.is_not(None) == filters.duplicates)
    return query


def _primary(session: Session, tenant_id: str, condition: Any) -> Product | None:
    query = select(Product).where(Product.tenant_id == tenant_id, condition)
    rows = list(session.scalars(query.order_by(Product.created_at, Product.id)))
    found = next((row for row in rows if row.state in SHOWN), rows[0] if rows else None)
    if found is not None and found.duplicate_of:
        return get_product(session, tenant_id, found.duplicate_of)
    return found


def thumbnail_key(storage_key: str) -> str:
    """Return where the small copy of a stored picture lies (no side over 320 pixels)."""
    return storage_key.replace("/images/", "/thumbs/")


def decimal(value: Any) -> Decimal | None:
    """Return a price kept as text or number; None when it is no finite number."""
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _uuid(text: str) -> str:
    """Return `text` if it has the form of an id, else an id that nothing has: a bad id is simply not found."""
    compact = text.replace("-", "")
    return text if len(compact) == 32 and all(c in "0123456789abcdef" for c in compact.lower()) else new_id()
