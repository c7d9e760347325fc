"""The places of an answer's products: the seller's rules, what can be bought first, each design once before twice.

Nothing here moves a product across a tier: a rule never calls a product more alike than it is.
"""

import re
import unicodedata
from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import lru_cache

from backend.search.found import Found
from backend.tenants import catalog
from backend.tenants.models import Product
from backend.vision.attributes import colors_of_text

BOOST = 0.05
"""How much score a boosted product gains on the others of its tier: about what parts a product from its next kin."""
_BREAKS = re.compile(r"[\s/|_,、()（）\[\]【】-]+")


def place(group: Sequence[Found], rules: Mapping[str, str], sold_out: Collection[str] = ()) -> list[Found]:
    """Order a group (best first) by the seller's rules: pinned first, boosted a little earlier, buried last.

    What is sold out comes after what a shopper can buy, unless it is pinned.
    """
    tiers = list(dict.fromkeys(one.tier for one in group))
    placed: list[Found] = []
    for tier in tiers:
        members = [one for one in group if one.tier == tier]
        plain = [one for one in members if rules.get(one.product_id) is None]
        for one in members:
            if rules.get(one.product_id) == "boost":
                plain.insert(_place_of(one, plain), one)
        first = [one for one in members if rules.get(one.product_id) == "pin"]
        last = [one for one in members if rules.get(one.product_id) == "bury"]
        placed += [*first, *sorted(plain, key=lambda one: one.product_id in sold_out), *last]
    return placed


def spread(
    group: Sequence[Found],
    marks: Mapping[str, Collection[Hashable]],
    *,
    limit: int,
    seen: Collection[Hashable] = (),
) -> list[Found]:
    """Return at most `limit` of the group in its order; those that repeat a mark only where others are too few.

    `marks` (by product id) are what two products may share so that a shopper sees the same thing twice, `seen` those
    that were shown before.
    """
    taken = set(seen)
    fresh: list[int] = []
    for number, one in enumerate(group):
        own = marks.get(one.product_id, ())
        if taken.isdisjoint(own):
            fresh.append(number)
            taken.update(own)
    again = sorted(set(range(len(group))) - set(fresh))
    kept = sorted([*fresh, *again][:limit])
    return [group[number] for number in kept]


def design_of(product: Product) -> tuple[str, ...]:
    """Return what the colours of one design share: the shop's own group, else maker, kind and title without colours."""
    values = catalog.effective(product)
    if product.item_group:
        return ("group", product.item_group)
    return ("title", values.brand or "", values.category or "", _without_colors(values.title))


@lru_cache(maxsize=20_000)
def _without_colors(title: str) -> str:
    words = [word for word in _BREAKS.split(unicodedata.normalize("NFKC", title).casefold()) if word]
    return " ".join(word for word in words if not colors_of_text(word)) or title


def _place_of(boosted: Found, others: Sequence[Found]) -> int:
    """Return the place before the first that scores no more than the boosted product would."""
    score = boosted.score + BOOST
    return next((place for place, other in enumerate(others) if other.score <= score), len(others))
