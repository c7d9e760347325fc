"""A product that was found, before the catalog was asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.search.ranking import Ranked, Tier
from backend.tenants.catalog import Effective


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

    def is_answered_by(self, values: Effective) -> bool:
        category = values.category
        return self.kinds is None or self.tier == "same" or category is None or category in self.kinds


def found(ranked: Sequence[Ranked], kinds: frozenset[str] | None = None) -> list[Found]:
    return [Found(one.hit.product_id, one.hit.score, one.tier, one.hit.image_id, kinds) for one in ranked]
