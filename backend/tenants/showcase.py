"""What answers need of the catalog besides the products: which picture to show, who is a duplicate, whose hosts."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from backend.tenants.models import Detection, Product, ProductImage


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """Where a picture is, the hash of its bytes, and the perceptual hash of what it looks like."""

    url: str
    content_hash: str | None
    perceptual_hash: str | None


def pictures_by_id(session: Session, tenant_id: str, image_ids: Collection[str]) -> dict[str, ShownPicture]:
    """Return these pictures by id; those that left their page are left out."""
    columns = (ProductImage.id, ProductImage.url, ProductImage.content_hash, ProductImage.perceptual_hash)
    query = select(*columns).where(
        ProductImage.tenant_id == tenant_id, ProductImage.id.in_(image_ids), ProductImage.state != "gone"
    )
    return {row.id: ShownPicture(row.url, row.content_hash, row.perceptual_hash) for row in session.execute(query)}


def boxes_for_sale(session: Session, tenant_id: str, image_ids: Collection[str]) -> dict[str, list[float]]:
    """Return the box (x, y, w, h as fractions) of the garment on sale in each of these pictures."""
    query = select(Detection).where(
        Detection.tenant_id == tenant_id, Detection.image_id.in_(image_ids), Detection.for_sale
    )
    return {box.image_id: [box.x, box.y, box.w, box.h] for box in session.scalars(query)}


def first_pictures(session: Session, tenant_id: str, product_ids: Collection[str]) -> dict[str, str]:
    """Return the address of each product's first picture, one that shows the garment before any other."""
    query = (
        select(ProductImage.product_id, ProductImage.url)
        .ext(distinct_on(ProductImage.product_id))
        .where(
            ProductImage.tenant_id == tenant_id,
            ProductImage.product_id.in_(product_ids),
            ProductImage.state != "gone",
        )
        .order_by(
            ProductImage.product_id,
            (ProductImage.usefulness == "garment").desc().nulls_last(),
            ProductImage.position,
            ProductImage.id,
        )
    )
    return {row.product_id: row.url for row in session.execute(query)}


def duplicate_group(session: Session, tenant_id: str, product: Product) -> list[str]:
    """Return the ids of the product and of all that are the same thing, the primary one first."""
    primary = product.duplicate_of or product.id
    query = select(Product.id).where(Product.tenant_id == tenant_id, Product.duplicate_of == primary)
    return list(dict.fromkeys([primary, product.id, *session.scalars(query.order_by(Product.id))]))


def shows_pictures_from(session: Session, tenant_id: str, origin: str) -> bool:
    """Say whether a picture of some product of this tenant lies at `origin` (scheme://host[:port])."""
    host = origin.partition("://")[2]
    starts = (f"https://{host}/", f"http://{host}/")
    query = select(ProductImage.id).where(
        ProductImage.tenant_id == tenant_id,
        or_(*(ProductImage.url.startswith(start, autoescape=True) for start in starts)),
    )
    return session.scalar(query.limit(1)) is not None
