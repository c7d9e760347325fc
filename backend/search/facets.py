"""What an answer may be narrowed by, with how many of its products each choice keeps."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.tenants import catalog

MOST_CHOICES = 30
"""Values of one facet that are told; the rarest are left out."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """The lowest and the highest price of the products whose price is known, in the currency most of them have."""

    min: float
    max: float
    currency: str | None


@dataclass(frozen=True, slots=True)
class Facets:
    """Choices, most products first. A product counts once in each colour and in each size that is in stock."""

    category: list[Choice]
    gender: list[Choice]
    color: list[Choice]
    brand: list[Choice]
    size: list[Choice]
    in_stock: int
    price: PriceSpan | None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Conditions that only the catalog can check, not the gallery; an empty one admits everything.

    The gallery knows the colours that pictures show. What a product comes in the shop says, and of that its facet
    counts; a product of which nobody knows any colour is left to the gallery.
    """

    brands: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()

    def admits(self, values: catalog.Effective) -> bool:
        return (
            (not self.brands or _share(self.brands, [values.brand or ""]))
            and (not self.sizes or _share(self.sizes, sizes_in_stock(values)))
            and (not self.colors or not values.colors or _share(self.colors, values.colors))
        )


def facets_of(rows: Sequence[catalog.Effective]) -> Facets:
    """Count the choices among the products of an answer."""
    return Facets(
        category=_choices(values.category for values in rows),
        gender=_choices(values.gender for values in rows),
        color=_choices(color for values in rows for color in dict.fromkeys(values.colors)),
        brand=_choices(values.brand for values in rows),
        size=_choices(size for values in rows for size in sizes_in_stock(values)),
        in_stock=sum(values.in_stock for values in rows),
        price=_span(rows),
    )


def sizes_in_stock(values: catalog.Effective) -> list[str]:
    """Return the sizes that can be bought, each once. A size that no variant speaks of is sold as the product is."""
    if not values.in_stock:
        return []
    told = [variant for variant in values.variants if variant.get("size")]
    if not told:
        return list(dict.fromkeys(values.sizes))
    return list(dict.fromkeys(one["size"] for one in told if one.get("availability") not in catalog.SOLD_OUT))


def _share(some: Iterable[str], others: Iterable[str]) -> bool:
    return not set(map(_plain, some)).isdisjoint(map(_plain, others))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _choices(values: Iterable[str | None]) -> list[Choice]:
    counts = Counter(value for value in values if value)
    return [Choice(value, count) for value, count in counts.most_common(MOST_CHOICES)]


def _span(rows: Iterable[catalog.Effective]) -> PriceSpan | None:
    priced = [values for values in rows if values.price is not None]
    if not priced:
        return None
    ((currency, _),) = Counter(values.currency for values in priced).most_common(1)
    prices = [float(values.price or 0) for values in priced if values.currency == currency]
    return PriceSpan(min(prices), max(prices), currency)
