"""What shoppers would get, for the seller to see: the same engine, with pictures from our store.

A seller who looks is no shopper: none of it is counted as a search.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import current_app

from backend.db import transaction
from backend.errors import DomainError
from backend.search.answers import Match, PhotoAnswer
from backend.search.engine import Engine, ProductRef
from backend.search.wish import Wish
from backend.tenants import review
from dashboard import formats

SIMILAR = 12
TRIED = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """A match as the dashboard shows it; `picture` is the product's cover, None when nothing is stored."""

    product_id: str
    title: str
    price: str
    tier: str
    score: float
    picture: review.Picture | None


def engine() -> Engine:
    found: Engine = current_app.extensions["niteru_engine"]
    return found


def similar_items(tenant_id: str, product_id: str) -> list[Shown]:
    """Return what a shopper sees as similar to a product; nothing while the gallery does not answer."""
    ref = ProductRef(product_id=product_id)
    try:
        answer, _etag = engine().similar(tenant_id, ref, Wish(limit=SIMILAR, counted=False))
    except DomainError:
        return []
    return shown(tenant_id, answer.matches)


def try_photo(tenant_id: str, photo: bytes) -> tuple[PhotoAnswer, list[list[Shown]]]:
    """Search with a photo as a shopper would; the second part is each object's matches. Raises DomainError."""
    answer = engine().photo(tenant_id, photo, Wish(limit=TRIED, counted=False))
    flat = shown(tenant_id, [match for each in answer.objects for match in each.matches])
    groups, start = [], 0
    for each in answer.objects:
        groups.append(flat[start : start + len(each.matches)])
        start += len(each.matches)
    return answer, groups


def shown(tenant_id: str, matches: Sequence[Match]) -> list[Shown]:
    with transaction(tenant_id) as session:
        pictures = review.pictures_of(session, tenant_id, list({match.product_id for match in matches}))
    return [
        Shown(
            match.product_id,
            match.title,
            formats.price(None if match.price is None else Decimal(str(match.price)), match.currency),
            match.tier,
            match.score,
            review.cover(pictures[match.product_id]),
        )
        for match in matches
    ]
