"""The same thing listed twice in one shop, told by its whole set of pictures and never by one of them alone."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.tenants import catalog
from backend.tenants.models import Decision, Product, ProductImage

NOT_A_DUPLICATE = "not_a_duplicate"
"""The kind of a decision whose label names the other product: the seller said that these two are two."""
_LEAST_SHARED = 2  # one photo can sell a jacket and a skirt
_LEAST_OVERLAP = 0.8  # of the smaller set
_MOST_SHARERS = 20  # a picture on more products is the shop's own (a size table), and tells nothing


def mark_duplicates(session: Session, tenant_id: str) -> int:
    """Point every duplicate at the product that was there first; return how many new ones there are.

    Two products are one when nearly all pictures of the smaller set are also the other's, and nothing that the pages
    say sets them apart: category, colour or the seller's own word. A pair that is one no more is parted.
    """
    shown = _shown_products(session, tenant_id)
    pictures = _pictures(session, tenant_id, shown)
    parted = _parted(session, tenant_id)
    first: dict[str, str] = {}
    for one, other in sorted(_candidates(pictures)):
        older, newer = sorted((shown[one], shown[other]), key=lambda product: (product.created_at, product.id))
        shared, smaller = len(pictures[one] & pictures[other]), min(len(pictures[one]), len(pictures[other]))
        alike = shared >= _LEAST_SHARED and shared >= _LEAST_OVERLAP * smaller
        if alike and frozenset((one, other)) not in parted and _agree(older, newer):
            first[newer.id] = min(first.get(newer.id, older.id), older.id, key=lambda id_: shown[id_].created_at)
    found = 0
    for product in shown.values():
        target = _root(first, product.id)
        found += target is not None and product.duplicate_of != target
        product.duplicate_of = target
    return found


def _shown_products(session: Session, tenant_id: str) -> dict[str, Product]:
    query = select(Product).where(Product.tenant_id == tenant_id, Product.state.in_(catalog.SHOWN))
    return {product.id: product for product in session.scalars(query)}


def _pictures(session: Session, tenant_id: str, shown: dict[str, Product]) -> dict[str, set[str]]:
    """Return each product's pictures by content, size charts and the like left out."""
    query = select(ProductImage.product_id, ProductImage.content_hash).where(
        ProductImage.tenant_id == tenant_id,
        ProductImage.content_hash.is_not(None),
        ProductImage.state != "gone",
        ProductImage.usefulness.is_distinct_from("size_chart"),
    )
    found: dict[str, set[str]] = defaultdict(set)
    for product_id, content_hash in session.execute(query):
        if product_id in shown and content_hash:
            found[product_id].add(content_hash)
    return found


def _candidates(pictures: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Return the pairs that share a picture, each once."""
    products: dict[str, list[str]] = defaultdict(list)
    for product_id, hashes in pictures.items():
        for content_hash in hashes:
            products[content_hash].append(product_id)
    pairs = {
        pair
        for sharers in products.values()
        if len(sharers) <= _MOST_SHARERS
        for pair in combinations(sorted(sharers), 2)
    }
    yield from pairs


def _parted(session: Session, tenant_id: str) -> set[frozenset[str]]:
    query = select(Decision).where(Decision.tenant_id == tenant_id, Decision.kind == NOT_A_DUPLICATE)
    return {frozenset((row.subject_id, str(row.label.get("product_id")))) for row in session.scalars(query)}


def _agree(older: Product, newer: Product) -> bool:
    """Say whether the pages may speak of one thing; colour children often show one common gallery."""
    one, other = catalog.effective(older), catalog.effective(newer)
    return one.category == other.category and set(one.colors) == set(other.colors)


def _root(first: dict[str, str], product_id: str) -> str | None:
    target = first.get(product_id)
    while target is not None and target in first:
        target = first[target]
    return target
