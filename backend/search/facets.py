"""What an answer may be narrowed by, with how many of its products each choice keeps."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from backend.tenants import catalog
from backend.tenants.models import Product

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
    """Conditions that only the catalog can check, not the gallery; an empty one admits everything."""

    brands: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.brands or self.sizes)

    def admits(self, product: Product) -> bool:
        values = catalog.effective(product)
        brands, sizes = {_plain(each) for each in self.brands}, {_plain(each) for each in self.sizes}
        return (not brands or _plain(values.brand or "") in brands) and (
            not sizes or not sizes.isdisjoint(map(_plain, sizes_in_stock(product)))
        )


EVERYTHING = Narrowing()


def facets_of(products: Iterable[Product]) -> Facets:
    """Count the choices among the products of an answer."""
    rows = [(product, catalog.effective(product)) for product in products]
    return Facets(
        category=_choices(values.category for _, values in rows),
        gender=_choices(values.gender for _, values in rows),
        color=_choices(color for _, values in rows for color in dict.fromkeys(values.colors)),
        brand=_choices(values.brand for _, values in rows),
        size=_choices(size for product, _ in rows for size in sizes_in_stock(product)),
        in_stock=sum(values.in_stock for _, values in rows),
        price=_span([values for _, values in rows]),
    )


def sizes_in_stock(product: Product) -> list[str]:
    """Return the sizes that can be bought, each once. A size that no variant speaks of is sold as the product is."""
    if not catalog.effective(product).in_stock:
        return []
    told = [variant for variant in product.variants or [] if variant.get("size")]
    if not told:
        return list(dict.fromkeys(product.sizes or []))
    return list(dict.fromkeys(one["size"] for one in told if one.get("availability") not in catalog.SOLD_OUT))


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
