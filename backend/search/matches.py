"""From what the gallery found to what a shopper sees: joined with the catalog, which has the last word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from backend.search.answers import Match
from backend.search.ranking import Ranked, Tier
from backend.tenants import catalog, showcase
from backend.tenants.models import Product, now

PRICE_AGE = timedelta(hours=48)
"""A price whose page was last seen longer ago is not today's; a daily crawl may be late by a day."""


@dataclass(frozen=True, slots=True)
class Found:
    """A product that was found, before the catalog was asked.

    `image_id` is the picture that won it. `kinds` are the categories that answer the question, None for any; a product
    that looks the same is an answer whatever its category, and so is one whose category nobody knows.
    """

    product_id: str
    score: float
    tier: Tier
    image_id: str | None = None
    kinds: frozenset[str] | None = None

    def is_answered_by(self, product: Product) -> bool:
        category = catalog.effective(product).category
        return self.kinds is None or self.tier == "same" or category is None or category in self.kinds


def found(ranked: Sequence[Ranked], kinds: frozenset[str] | None = None) -> list[Found]:
    return [Found(one.hit.product_id, one.hit.score, one.tier, one.hit.image_id, kinds) for one in ranked]


def to_matches(session: Session, tenant_id: str, groups: Sequence[Sequence[Found]], *, limit: int) -> list[list[Match]]:
    """Return each group's matches in its order, at most `limit`.

    Left out is what the gallery still holds and search may not show any more (gone, hidden, duplicates), and what is
    of a kind that does not answer the question.
    """
    everything = [one for group in groups for one in group]
    products = catalog.products_by_id(session, tenant_id, [one.product_id for one in everything])
    shown = {product.id: product for product in products}
    kept = [
        [one for one in group if one.product_id in shown and one.is_answered_by(shown[one.product_id])][:limit]
        for group in groups
    ]
    pictures = _Pictures(session, tenant_id, [one for group in kept for one in group])
    return [[_match(shown[one.product_id], one, pictures.of(one)) for one in group] for group in kept]


def price_now(product: Product) -> float | None:
    """Return today's price, None when nobody knows it: the seller's own, else one that was seen lately."""
    price = catalog.effective(product).price
    by_seller = (product.overrides or {}).get("price") is not None
    if price is None or not (by_seller or now() - product.last_seen_at <= PRICE_AGE):
        return None
    return float(price)


def _match(product: Product, one: Found, image_url: str | None) -> Match:
    values = catalog.effective(product)
    price = price_now(product)
    return Match(
        product_id=product.id,
        title=values.title,
        url=values.url,
        image_url=image_url,
        price=price,
        currency=values.currency if price is not None else None,
        availability=values.availability,
        score=round(one.score, 4),
        tier=one.tier,
    )


class _Pictures:
    """The picture of each match: the one that won it, so that the colour is right, else the product's first."""

    def __init__(self, session: Session, tenant_id: str, matches: Sequence[Found]) -> None:
        ids = {one.image_id for one in matches if one.image_id is not None}
        self._won = showcase.picture_addresses(session, tenant_id, ids) if ids else {}
        others = {one.product_id for one in matches if one.image_id not in self._won}
        self._first = showcase.first_pictures(session, tenant_id, others) if others else {}

    def of(self, one: Found) -> str | None:
        return self._won.get(one.image_id or "") or self._first.get(one.product_id)
