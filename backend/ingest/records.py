"""The fields of one product as its page shows them, before the catalog decides what to do with them."""

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

IN_STOCK, OUT_OF_STOCK, PRE_ORDER, BACK_ORDER = "InStock", "OutOfStock", "PreOrder", "BackOrder"
DISCONTINUED, LIMITED = "Discontinued", "LimitedAvailability"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """One colour and size of a product; None where the page does not say."""

    sku: str | None = None
    color: str | None = None
    size: str | None = None
    price: Decimal | None = None
    availability: str | None = None
    url: str | None = None
    images: tuple[str, ...] = ()

    def as_json(self) -> Json:
        """Return the fields for a JSON column; the price as text, so that no digit is lost."""
        fields = asdict(self)
        fields["price"] = None if self.price is None else str(self.price)
        fields["images"] = list(self.images)
        return fields


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """One product page's facts.

    `url` is canonical (addresses.canonical). `price` is what is charged (tax included where both are shown),
    `list_price` the crossed-out one when it is higher, `currency` an ISO 4217 code, `availability` one of the names
    above (schema.org's, without its address). `images` are absolute, in the gallery's order and at full size.
    `language` is ISO 639-1. `sources` tells for each field where it came from: json-ld, microdata, opengraph,
    payload, page, address. `problems` are the reasons why a person should look (see `problems_of`).
    """

    url: str
    title: str
    description: str = ""
    sku: str | None = None
    brand: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    list_price: Decimal | None = None
    currency: str | None = None
    availability: str | None = None
    gender: str | None = None
    category: str | None = None
    breadcrumbs: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    images: tuple[str, ...] = ()
    language: str | None = None
    sources: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def as_json(self) -> Json:
        """Return every field for a JSON column; prices as text, tuples as lists."""
        fields = asdict(self)
        for name in ("price", "list_price"):
            fields[name] = None if fields[name] is None else str(fields[name])
        for name in ("breadcrumbs", "colors", "sizes", "images", "problems"):
            fields[name] = list(fields[name])
        fields["variants"] = [variant.as_json() for variant in self.variants]
        return fields


def problems_of(price: Decimal | None, currency: str | None, images: tuple[str, ...]) -> tuple[str, ...]:
    """Return what looks wrong: price_missing, price_zero, currency_missing, no_image."""
    found = []
    if price is None:
        found.append("price_missing")
    elif price <= 0:
        found.append("price_zero")
    if price is not None and currency is None:
        found.append("currency_missing")
    if not images:
        found.append("no_image")
    return tuple(found)
