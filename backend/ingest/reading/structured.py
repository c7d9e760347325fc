"""JSON-LD and microdata: schema.org's Product, wherever a page keeps it.

Read by hand rather than through extruct: two syntaxes of its six are wanted, and the others bring an RDF library.
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from backend.ingest.addresses import fingerprint
from backend.ingest.reading.facts import (
    Facts,
    availability_of,
    best_availability,
    clean,
    gender_in,
    gtin_of,
    plain_text,
    split_words,
)
from backend.ingest.reading.microdata import microdata_of
from backend.ingest.reading.prices import amount_of, currency_of
from backend.ingest.records import Variant

Item = dict[str, Any]
MAX_DEPTH = 12
_MOST_OFFERS, _MOST_IMAGES = 1_000, 200
_POSITION = re.compile(r"[0-9]{1,6}")
_PRODUCTS = frozenset({"product", "productgroup", "productmodel", "individualproduct", "someproducts"})
# Products below these keys are other products, or the same one's parts.
_ASIDE = frozenset(
    {"isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "isConsumableFor", "itemListElement", "hasVariant",
     "isVariantOf", "itemReviewed", "review", "itemOffered", "offers"}
)  # fmt: skip
_GTINS = ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "ean", "isbn")


def items_of(tree: LexborHTMLParser) -> tuple[list[Item], list[Item]]:
    """Return a page's JSON-LD items and its microdata items, both in JSON-LD's form. Broken ones are left out."""
    linked: list[Item] = []
    for script in tree.css('script[type*="ld+json" i]'):
        linked.extend(_tops(read_json(script.text(deep=True))))
    return linked, microdata_of(tree)


def facts_of(items: list[Item], source: str, *, url: str, title: str) -> tuple[Facts | None, int]:
    """Return what `items` say of the page's own product, and how many products they name at top level."""
    named = {str(item["@id"])[:2000]: item for item in items if "@id" in item and len(item) > 1}
    products = list(_products(items, 0))
    product = _own_product(products, url, title)
    if product is None:
        return None, len(products)
    facts = _Reader(named, url).product(product, source)
    crumbs = next((found for item in items if _is(item, "breadcrumblist") and (found := _read_crumbs(item))), ())
    if not crumbs and isinstance(pages := [item.get("breadcrumb") for item in items], list):
        crumbs = next((found for page in pages if isinstance(page, dict) and (found := _read_crumbs(page))), ())
    facts.breadcrumbs = crumbs
    return facts, len(products)


def read_json(text: str) -> Any | None:
    """Read JSON as shops write it: in comments, with raw line breaks, trailing commas, several values in a row."""
    text = re.sub(r"^(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)+", "", text.strip()).lstrip()
    for candidate in (text, re.sub(r",\s*([}\]])", r"\1", text)):
        try:
            return json.JSONDecoder(strict=False).raw_decode(candidate)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _tops(value: Any, depth: int = 0) -> list[Item]:
    rows = value if isinstance(value, list) else [value]
    found: list[Item] = []
    for row in rows:
        if isinstance(row, dict):
            graph = row.get("@graph")
            found.extend(_tops(graph, depth + 1) if isinstance(graph, list | dict) and depth < MAX_DEPTH else [])
            found.append(row)
    return found


def _is(item: Item, *kinds: str) -> bool:
    types = item.get("@type")
    rows = types if isinstance(types, list) else [types]
    return any(isinstance(row, str) and re.split(r"[/#:]", row)[-1].lower() in kinds for row in rows)


def _products(value: Any, depth: int) -> Iterator[Item]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for row in value:
            yield from _products(row, depth + 1)
    elif isinstance(value, dict):
        if _is(value, *_PRODUCTS):
            yield value
        for key, inner in value.items():
            if key not in _ASIDE and key != "@graph" and isinstance(inner, dict | list):
                yield from _products(inner, depth + 1)


def _own_product(products: Sequence[Item], url: str, title: str) -> Item | None:
    """Choose the page's own among the products it names: by address, by title, or because it is the only one."""
    named = [product for product in products if clean(_first(product.get("name")))]
    for product in named:
        if _same_page(_text(product.get("url")) or _text(product.get("@id")), url):
            return product
    for product in named:
        name = clean(_first(product.get("name"))) or ""
        if title and (name.casefold() == title.casefold() or name.casefold() in title.casefold()):
            return product
    distinct = {clean(_first(product.get("name"))) for product in named}
    return named[0] if len(distinct) == 1 else None


class _Offer:
    __slots__ = ("availability", "currency", "highest", "is_this_page", "list_price", "price")

    def __init__(self, price: Decimal | None, currency: str | None, availability: str | None) -> None:
        self.price, self.currency, self.availability = price, currency, availability
        self.list_price: Decimal | None = None
        self.highest: Decimal | None = None
        self.is_this_page = False


class _Reader:
    """Reads the items of one page. What they say of each other by @id may go in a circle, and is read once."""

    def __init__(self, named: dict[str, Item], url: str) -> None:
        self._named, self._url = named, url
        self._read: dict[int, _Offer] = {}

    def product(self, product: Item, source: str) -> Facts:
        variants = [row for row in self._dicts(product.get("hasVariant")) if _is(row, *_PRODUCTS)]
        own = [self._offer(offer, 0) for offer in self._dicts(product.get("offers"))]
        read = [self._variant(variant) for variant in variants]
        offers = own or [offer for _, rows in read for offer in rows]
        facts = Facts(
            source,
            title=clean(_first(product.get("name"))),
            description=plain_text(_first(product.get("description"))),
            url=_text(product.get("url")),
            sku=clean(_first(product.get("sku"))) or clean(_first(product.get("productID")))
            or clean(_first(product.get("mpn"))) or clean(_first(product.get("productGroupID"))),
            item_group=self._group(product),
            brand=_name(product.get("brand")) or _name(product.get("manufacturer")),
            gtin=next((gtin for key in _GTINS if (gtin := gtin_of(_first(product.get(key))))), None),
            category=_category(product.get("category")),
            gender=gender_in(_name(product.get("audience")), _text(product.get("gender"))),
            colors=split_words(product.get("color")) or _distinct(variant.color for variant, _ in read),
            sizes=_sizes(product.get("size")) or _distinct(variant.size for variant, _ in read),
            variants=tuple(variant for variant, _ in read),
            images=self._images(product.get("image")) or tuple(i for variant, _ in read for i in variant.images),
            is_offered=bool(offers),
        )  # fmt: skip
        if chosen := _choose_offer(offers):
            facts.price, facts.currency, facts.list_price = chosen.price, chosen.currency, chosen.list_price
            facts.price_max = _highest(chosen, offers)
            facts.availability = best_availability(offer.availability for offer in offers)
        return facts

    def _group(self, product: Item) -> str | None:
        """Return the number that the colours of one product share, each of which has a page of its own."""
        above = next(iter(self._dicts(product.get("isVariantOf"))), {})
        return clean(_first(product.get("inProductGroupWithID"))) or clean(_first(above.get("productGroupID")))

    def _offer(self, offer: Item, depth: int) -> _Offer:
        if (known := self._read.get(id(offer))) is not None:
            return known
        price = amount_of(_first(offer.get("price"))) or amount_of(_first(offer.get("lowPrice")))
        currency = currency_of(_text(offer.get("priceCurrency")) or _text(offer.get("price")) or "", url=self._url)
        found = _Offer(price, currency, availability_of(_first(offer.get("availability"))))
        self._read[id(offer)] = found
        found.highest = amount_of(_first(offer.get("highPrice")))
        address = (_text(offer.get("url")) or "").partition("#")[0]
        found.is_this_page = "?" in self._url and address == self._url.partition("#")[0]
        self._read_specifications(offer, found)
        rows = self._dicts(offer.get("offers")) if depth < MAX_DEPTH else []
        inner = [self._offer(row, depth + 1) for row in rows]
        if inner and (best := _choose_offer(inner)):
            found.price, found.currency = found.price or best.price, found.currency or best.currency
            found.highest = found.highest or _highest(best, inner)
            found.availability = found.availability or best_availability(row.availability for row in inner)
        return found

    def _read_specifications(self, offer: Item, found: _Offer) -> None:
        for row in self._dicts(offer.get("priceSpecification"))[:20]:
            amount = amount_of(_first(row.get("price"))) or amount_of(_first(row.get("minPrice")))
            kind = str(row.get("priceType", ""))[:200]
            found.currency = found.currency or currency_of(_text(row.get("priceCurrency")) or "", url=self._url)
            if re.search(r"ListPrice|Strikethrough|SRP|RegularPrice", kind, re.IGNORECASE):
                found.list_price = amount
            elif found.price is None:
                found.price = amount

    def _variant(self, product: Item) -> tuple[Variant, list[_Offer]]:
        offers = [self._offer(offer, 0) for offer in self._dicts(product.get("offers"))]
        chosen = _choose_offer(offers)
        variant = Variant(
            sku=clean(_first(product.get("sku"))),
            color=clean(_first(product.get("color"))),
            size=next(iter(_sizes(product.get("size"))), None),
            price=chosen.price if chosen else None,
            availability=best_availability(offer.availability for offer in offers),
            url=_text(product.get("url")),
            images=self._images(product.get("image")),
        )
        return variant, offers

    def _images(self, value: Any) -> tuple[str, ...]:
        waiting, seen = [value], set[int]()
        found: list[str] = []
        while waiting and len(found) < _MOST_IMAGES:
            row = waiting.pop()
            if isinstance(row, str) and row.strip():
                found.append(row.strip())
            elif isinstance(row, list):
                waiting.extend(reversed(row))
            elif isinstance(row, dict) and id(row) not in seen:
                seen.add(id(row))
                full = row if len(row) > 1 else self._named.get(str(row.get("@id"))[:2000], row)
                waiting.append(full.get("contentUrl") or full.get("url") or full.get("image"))
        return tuple(found)

    def _dicts(self, value: Any) -> list[Item]:
        rows = _dicts(value)[:_MOST_OFFERS]
        return [self._named.get(str(row["@id"])[:2000], row) if set(row) == {"@id"} else row for row in rows]


def _choose_offer(offers: Sequence[_Offer]) -> _Offer | None:
    """Return this very page's offer, else the cheapest that can be had, else the cheapest."""
    priced = [offer for offer in offers if offer.price]
    for wanted in (lambda offer: offer.is_this_page, lambda offer: offer.availability == "InStock", lambda _: True):
        if rows := [offer for offer in priced if wanted(offer)]:
            return min(rows, key=lambda offer: offer.price or Decimal(0))
    return offers[0] if offers else None


def _highest(chosen: _Offer, offers: Sequence[_Offer]) -> Decimal | None:
    """Return the highest price where several are asked; None where this very page has its own or all are the same."""
    if chosen.is_this_page or chosen.price is None:
        return None
    highest = max(filter(None, (amount for offer in offers for amount in (offer.price, offer.highest))), default=None)
    return highest if highest is not None and highest > chosen.price else None


def _read_crumbs(item: Item) -> tuple[str, ...]:
    rows = _dicts(item.get("itemListElement"))[:50]
    rows.sort(key=lambda row: int(found[0]) if (found := _POSITION.match(str(_first(row.get("position")))[:9])) else 0)
    names = (clean(_first(row.get("name"))) or _name(row.get("item")) for row in rows)
    return tuple(name for name in names if name)


def _dicts(value: Any) -> list[Item]:
    return [row for row in (value if isinstance(value, list) else [value]) if isinstance(row, dict)]


def _first(value: Any) -> Any:
    value = next(iter(value), None) if isinstance(value, list) else value
    return value.get("@value") if isinstance(value, dict) and "@value" in value else value


def _text(value: Any) -> str | None:
    value = _first(value)
    return value.strip() or None if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    value = _first(value)
    if isinstance(value, dict):
        return clean(_first(value.get("name") or value.get("suggestedGender") or value.get("@id")))
    return clean(value)


def _category(value: Any) -> str | None:
    name = _name(value)
    return re.split(r"\s*[>›»|]\s*", name)[-1] if name and not name.startswith("http") else None


def _sizes(value: Any) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else [value]
    return _distinct(_name(row) for row in rows)


def _distinct(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _same_page(address: str | None, url: str) -> bool:
    try:
        return bool(address) and fingerprint(str(address)) == fingerprint(url)
    except ValueError:
        return False
