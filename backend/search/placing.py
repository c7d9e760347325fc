"""The places of an answer's products: the seller's rules, what can be bought first, each design once before twice.

Nothing here moves a product across a tier: a rule never calls a product more alike than it is.
"""

import re
import unicodedata
from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import lru_cache

from backend.search.found import Found
from backend.tenants import catalog
from backend.vision.attributes import colors_of_text

BOOST = 0.05
"""How much score a boosted product gains on the others of its tier: about what parts a product from its next kin."""
CALLED_ALIKE = 0.2
"""How much of what it lacks of a full score a product gains by being called the same (hoodie, coat) as the one asked
about. On train products the share of hoodies beside a hoodie grew quickly up to here, and slowly beyond."""
_FOR_ANYBODY = (None, "unisex")
_FOR_OTHERS = 2  # what one could wear but not buy today comes before what one does not wear
_BREAKS = re.compile(r"[\s/|_,、()（）\[\]【】-]+")


def place(
    group: Sequence[Found],
    rules: Mapping[str, str],
    later: Mapping[str, int] | None = None,
    called_alike: Collection[str] = (),
) -> list[Found]:
    """Order a group (best first): pinned first, boosted or called alike a little earlier, buried last.

    Products that are of less use to the shopper (`later`, by id, the more the later) come after the others, unless
    they are pinned. `called_alike` are those whose fine name is that of the product asked about.
    """
    tiers = list(dict.fromkeys(one.tier for one in group))
    placed: list[Found] = []
    for tier in tiers:
        members = [one for one in group if one.tier == tier]
        plain = [one for one in _by_worth(members, rules, called_alike) if rules.get(one.product_id) in (None, "boost")]
        first = [one for one in members if rules.get(one.product_id) == "pin"]
        last = [one for one in members if rules.get(one.product_id) == "bury"]
        placed += [*first, *sorted(plain, key=lambda one: (later or {}).get(one.product_id, 0)), *last]
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


def lateness(values: catalog.Effective, gender: str | None) -> int:
    """Return how much later a product comes: sold out, or made for others than what it is compared with."""
    for_others = {gender, values.gender}.isdisjoint(_FOR_ANYBODY) and gender != values.gender
    return _FOR_OTHERS * for_others + (not values.in_stock)


def is_called_like(values: catalog.Effective, asked: catalog.Effective) -> bool:
    """Say whether both are called the same, by a name that says more than their category: a hoodie, not a top."""
    name = values.fine_category
    return name not in (None, values.category) and (name, values.category) == (asked.fine_category, asked.category)


def design_of(values: catalog.Effective) -> tuple[str, ...]:
    """Return what the colours of one design share: the shop's own group, else maker, kind and title without colours."""
    if values.item_group:
        return ("group", values.item_group)
    return ("title", values.brand or "", values.category or "", _without_colors(values.title))


@lru_cache(maxsize=20_000)
def _without_colors(title: str) -> str:
    words = [word for word in _BREAKS.split(unicodedata.normalize("NFKC", title).casefold()) if word]
    return " ".join(word for word in words if not colors_of_text(word)) or title


def _by_worth(members: Sequence[Found], rules: Mapping[str, str], called_alike: Collection[str]) -> list[Found]:
    """Order products of one tier by what they score together with what speaks for them.

    A product scores what belongs to its place: among near-ties colours or words have decided the places before.
    """
    scores = sorted((one.score for one in members), reverse=True)

    def worth(place: int) -> float:
        name = members[place].product_id
        boost = BOOST if rules.get(name) == "boost" else 0
        return scores[place] + boost + (CALLED_ALIKE * (1 - scores[place]) if name in called_alike else 0)

    return [members[place] for place in sorted(range(len(members)), key=worth, reverse=True)]
