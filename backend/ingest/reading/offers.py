"""What schema.org's offers say: the price that is charged, the one before, the highest, and the stock."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from backend.ingest.reading.facts import availability_of, best_availability
from backend.ingest.reading.items import MAX_DEPTH, Item, Items, first, text_of
from backend.ingest.reading.prices import amount_of, currency_of


@dataclass(slots=True, eq=False)
class Offer:
    """One offer; `highest` is an AggregateOffer's, `is_this_page` says that it has the page's own address."""

    price: Decimal | None
    currency: str | None
    availability: str | None
    list_price: Decimal | None = None
    highest: Decimal | None = None
    is_this_page: bool = False


class Offers:
    """Reads the offers of one page. What they say of each other by @id may go in a circle, and is read once."""

    def __init__(self, items: Items, url: str) -> None:
        self._items, self._url = items, url
        self._read: dict[int, Offer] = {}

    def of(self, product: Item) -> list[Offer]:
        """Return a product's offers, each with those inside it."""
        return [self._offer(offer, 0) for offer in self._items.dicts(product.get("offers"))]

    def _offer(self, offer: Item, depth: int) -> Offer:
        if (known := self._read.get(id(offer))) is not None:
            return known
        price = amount_of(first(offer.get("price"))) or amount_of(first(offer.get("lowPrice")))
        currency = currency_of(text_of(offer.get("priceCurrency")) or text_of(offer.get("price")) or "", url=self._url)
        found = Offer(price, currency, availability_of(first(offer.get("availability"))))
        self._read[id(offer)] = found
        found.highest = amount_of(first(offer.get("highPrice")))
        address = (text_of(offer.get("url")) or "").partition("#")[0]
        found.is_this_page = "?" in self._url and address == self._url.partition("#")[0]
        self._read_specifications(offer, found)
        rows = self._items.dicts(offer.get("offers")) if depth < MAX_DEPTH else []
        inner = [self._offer(row, depth + 1) for row in rows]
        if inner and (best := choose_offer(inner)):
            found.price, found.currency = found.price or best.price, found.currency or best.currency
            found.highest = found.highest or highest_of(best, inner)
            found.availability = found.availability or best_availability(row.availability for row in inner)
        return found

    def _read_specifications(self, offer: Item, found: Offer) -> None:
        for row in self._items.dicts(offer.get("priceSpecification"))[:20]:
            amount = amount_of(first(row.get("price"))) or amount_of(first(row.get("minPrice")))
            kind = str(row.get("priceType", ""))[:200]
            found.currency = found.currency or currency_of(text_of(row.get("priceCurrency")) or "", url=self._url)
            if re.search(r"ListPrice|Strikethrough|SRP|RegularPrice", kind, re.IGNORECASE):
                found.list_price = amount
            elif found.price is None:
                found.price = amount


def choose_offer(offers: Sequence[Offer]) -> Offer | None:
    """Return this very page's offer, else the cheapest that can be had, else the cheapest."""
    priced = [offer for offer in offers if offer.price]
    for wanted in (lambda offer: offer.is_this_page, lambda offer: offer.availability == "InStock", lambda _: True):
        if rows := [offer for offer in priced if wanted(offer)]:
            return min(rows, key=lambda offer: offer.price or Decimal(0))
    return offers[0] if offers else None


def highest_of(chosen: Offer, offers: Sequence[Offer]) -> Decimal | None:
    """Return the highest price where several are asked; None where this very page has its own or all are the same."""
    if chosen.is_this_page or chosen.price is None:
        return None
    highest = max(filter(None, (amount for offer in offers for amount in (offer.price, offer.highest))), default=None)
    return highest if highest is not None and highest > chosen.price else None
