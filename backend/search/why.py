"""Why a product stands where it stands, and why another is not there: for the seller, never for shoppers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Reason = Literal["not_shown", "other_kind", "filtered", "same_picture", "same_design", "over_limit"]
"""`not_shown`: gone, hidden or a duplicate; `other_kind`: no answer to such a garment; `filtered`: by a condition that
only the catalog knows; `same_picture`, `same_design`: what repeats a product above it; `over_limit`: further down."""


@dataclass(frozen=True, slots=True)
class Why:
    """The picture and the garment in it (`box` as fractions) that won, its similarity, and what came after.

    `reaches` are the lowest scores of the tiers. `kinds` are the categories that were searched, null for all;
    `rule` is the seller's (pin, boost, bury). `called_alike`: its words name the same kind of garment (hoodie)
    as those of the product asked about, for which it comes a little earlier in its tier.
    """

    image_id: str | None
    box: list[float] | None
    similarity: float
    reaches: Mapping[str, float]
    kinds: list[str] | None
    rule: str | None
    called_alike: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    product_id: str
    score: float
    reason: Reason
