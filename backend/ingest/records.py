"""The fields of one product as its page shows them, before the catalog decides what to do with them."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

IN_STOCK, OUT_OF_STOCK, PRE_ORDER, BACK_ORDER = "InStock", "OutOfStock", "PreOrder", "BackOrder"
DISCONTINUED, LIMITED = "Discontinued", "LimitedAvailability"

Json = dict[str, Any]
# What no database stores (NUL, lone surrogates), no page shows (control characters) and what turns words around.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def printable(text: str) -> str:
    """Return the text without what cannot be stored or seen: control and direction characters, lone surrogates."""
    return _UNPRINTABLE.sub("", text)


def _made_printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return tuple(_made_printable(one) for one in value)
    return value


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

    def __post_init__(self) -> None:
        """Keep every text storable, whichever reader it came from."""
        for one in fields(self):
            object.__setattr__(self, one.name, _made_printable(getattr(self, one.name)))

    def as_json(self) -> Json:
        """Return the fields for a JSON column; the price as text, so that no digit is lost."""
        row = asdict(self)
        row["price"] = None if self.price is None else str(self.price)
        row["images"] = list(self.images)
        return row


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """One product page's facts.

    `url` is canonical (addresses.canonical). `item_group` is what the colours of one product share that have an
    address each. `price` is what is charged (tax included where both are shown),
    `price_max` the highest where colours or sizes differ in price, `list_price` the crossed-out one when it is higher,
    `currency` an ISO 4217 code, `availability` one of the names above (schema.org's, without its address). `images`
    are absolute, in the gallery's order and at full size.
    `language` is ISO 639-1. `sources` tells for each field where it came from: json-ld, microdata, opengraph,
    payload, page, address, feed, offer (what is offered at a price and not called sold out is in stock). `problems`
    are the reasons why a person should look (see `problems_of`).
    """

    url: str
    title: str
    description: str = ""
    sku: str | None = None
    item_group: str | None = None
    brand: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    price_max: Decimal | None = None
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

    def __post_init__(self) -> None:
        """Keep every text storable, whichever reader it came from."""
        for one in fields(self):
            object.__setattr__(self, one.name, _made_printable(getattr(self, one.name)))

    def as_json(self) -> Json:
        """Return every field for a JSON column; prices as text, tuples as lists."""
        row = asdict(self)
        for name in ("price", "price_max", "list_price"):
            row[name] = None if row[name] is None else str(row[name])
        for name in ("breadcrumbs", "colors", "sizes", "images", "problems"):
            row[name] = list(row[name])
        row["variants"] = [variant.as_json() for variant in self.variants]
        return row

    def content_hash(self) -> str:
        """Return what two readings of one product share while its facts are the same (64 hex digits).

        Where a fact was found is no fact, nor is how many digits a price is written with.
        """
        row = self.as_json()
        del row["sources"]
        for name in ("price", "price_max", "list_price"):
            value = getattr(self, name)
            row[name] = None if value is None else f"{value:.4f}"
        return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()


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
