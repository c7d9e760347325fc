"""What a product's words and pictures say of its category together, and what becomes of it in the catalog."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.ingest.cataloging.sync import looks_of
from backend.tenants import models as rows
from backend.tenants.catalog_category import keep_decision
from backend.tenants.models import Product, ProductImage
from backend.vision import Box, Detection, TextCategory, category_of_text
from backend.vision.fusion import decide, seen_in, settled


def weigh(session: Session, tenant_id: str, products: Iterable[Product]) -> None:
    """Decide on the products' categories by words and pictures; a contradiction is kept for the seller.

    Pattern and shades are read once more, for products whose page was read before the catalog kept them. Safe to run
    twice: it reads what the catalog holds now.
    """
    by_id = {product.id: product for product in products}
    seen = _seen(session, tenant_id, list(by_id))
    for product_id, product in by_id.items():
        _name_looks(product)
        words = words_of(product)
        decision = decide(words, seen_in(seen[product_id]))
        if decision is not None:
            taken = settled(words, decision)
            keep_decision(session, tenant_id, product, category=taken, disputed=decision.disputed)


def _name_looks(product: Product) -> None:
    named = (product.record or {}).get("colors") or ()
    pattern, colors, shades = looks_of(product.title, product.description, named)
    product.pattern = product.pattern or pattern
    if colors == product.colors:
        product.shades = shades


def words_of(product: Product) -> TextCategory | None:
    """Return what the crawled words say, which `facts_of` read the same way."""
    named = (product.record or {}).get("category")
    crumbs = [*product.breadcrumbs, *([str(named)] if named else [])]
    return category_of_text(product.title, crumbs, product.description)


def _seen(session: Session, tenant_id: str, product_ids: list[str]) -> dict[str, list[list[Detection]]]:
    """Return the garments of every picture that shows any, by product; not those of charts and close-ups."""
    query = (
        select(ProductImage.product_id, rows.Detection)
        .join(rows.Detection, rows.Detection.image_id == ProductImage.id)
        .where(
            ProductImage.tenant_id == tenant_id,
            rows.Detection.tenant_id == tenant_id,
            ProductImage.product_id.in_(product_ids),
            ProductImage.usefulness == "garment",
            ProductImage.state != "gone",
        )
    )
    pictures: dict[str, dict[str, list[Detection]]] = defaultdict(lambda: defaultdict(list))
    for product_id, row in session.execute(query):
        box = Box(row.x, row.y, row.w, row.h)
        pictures[product_id][row.image_id].append(Detection(box, row.category, row.confidence))
    return {product_id: list(pictures[product_id].values()) for product_id in product_ids}
