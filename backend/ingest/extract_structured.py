"""JSON-LD and microdata: schema.org's Product, wherever a page keeps it.

Read by hand rather than through extruct: two syntaxes of its six are wanted, and the others bring an RDF library.
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from backend.ingest.addresses import fingerprint
from backend.ingest.facts import (
    Facts,
    availability_of,
    best_availability,
    clean,
    gender_in,
    gtin_of,
    plain_text,
    split_words,
)
from backend.ingest.prices import amount_of, currency_of
from backend.ingest.records import Variant

Item = dict[str, Any]
MAX_DEPTH = 12
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
    micro = [_read_scope(node, 0) for node in tree.css("[itemscope]") if "itemprop" not in node.attributes]
    return linked, micro


def facts_of(items: list[Item], source: str, *, url: str, title: str) -> tuple[Facts | None, int]:
    """Return what `items` say of the page's own product, and how many products they name at top level."""
    named = {str(item["@id"]): item for item in items if "@id" in item and len(item) > 1}
    products = list(_products(items, 0))
    product = _own_product(products, url, title)
    if product is None:
        return None, len(products)
    facts = _read_product(product, source, named, url)
    crumbs = next((found for item in items if _is(item, "breadcrumblist") and (found := _read_crumbs(item))), ())
    if not crumbs and isinstance(pages := [item.get("breadcrumb") for item in items], list):
        crumbs = next((found for page in pages if isinstance(page, dict) and (found := _read_crumbs(page))), ())
    facts.breadcrumbs = crumbs
    return facts, len(products)


def read_json(text: str) -> Any | None:
    """Read JSON as shops write it: in comments, with raw line breaks, trailing commas, several values in a row."""
    text = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)+|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$", "", text)
    text = text.strip().rstrip(";")
    for candidate in (text, re.sub(r",\s*([}\]])", r"\1", text)):
        try:
            return json.JSONDecoder(strict=False).raw_decode(candidate)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _tops(value: Any) -> list[Item]:
    rows = value if isinstance(value, list) else [value]
    found: list[Item] = []
    for row in rows:
        if isinstance(row, dict):
            graph = row.get("@graph")
            found.extend(_tops(graph) if isinstance(graph, list | dict) else [])
            found.append(row)
    return found


def _read_scope(node: LexborNode, depth: int) -> Item:
    item: Item = {"@type": (node.attributes.get("itemtype") or "").split()}
    if depth < MAX_DEPTH:
        _read_properties(node, item, depth)
    return item


def _read_properties(node: LexborNode, item: Item, depth: int) -> None:
    for child in node.iter():
        names = (child.attributes.get("itemprop") or "").split()
        is_scope = "itemscope" in child.attributes
        value: Any = _read_scope(child, depth + 1) if is_scope else _read_value(child) if names else None
        for name in names:
            known = item.get(name)
            item[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
        if not is_scope and depth < 60:
            _read_properties(child, item, depth)


def _read_value(node: LexborNode) -> str:
    attributes = node.attributes
    for name in ("content", "datetime", "data-zoom-image", "data-zoom", "data-src", "src", "href", "value"):
        usable = name == "content" or node.tag not in {"span", "div", "p", "h1", "h2"}
        if usable and (value := attributes.get(name)):
            return value
    return node.text(deep=True, separator=" ", strip=True)


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


def _read_product(product: Item, source: str, named: dict[str, Item], url: str) -> Facts:
    variants = [row for row in _dicts(product.get("hasVariant"), named) if _is(row, *_PRODUCTS)]
    own = [_read_offer(offer, named, url) for offer in _dicts(product.get("offers"), named)]
    read = [_read_variant(variant, named, url) for variant in variants]
    offers = own or [offer for _, rows in read for offer in rows]
    chosen = _choose_offer(offers)
    facts = Facts(
        source,
        title=clean(_first(product.get("name"))),
        description=plain_text(_first(product.get("description"))),
        url=_text(product.get("url")),
        sku=clean(_first(product.get("sku"))) or clean(_first(product.get("productID")))
        or clean(_first(product.get("mpn"))) or clean(_first(product.get("productGroupID"))),
        brand=_name(product.get("brand")) or _name(product.get("manufacturer")),
        gtin=next((gtin for key in _GTINS if (gtin := gtin_of(_first(product.get(key))))), None),
        category=_category(product.get("category")),
        gender=gender_in(_name(product.get("audience")), _text(product.get("gender"))),
        colors=split_words(product.get("color")) or _distinct(variant.color for variant, _ in read),
        sizes=_sizes(product.get("size")) or _distinct(variant.size for variant, _ in read),
        variants=tuple(variant for variant, _ in read),
        images=tuple(_images(product.get("image"), named)) or tuple(i for variant, _ in read for i in variant.images),
        is_offered=bool(offers),
    )  # fmt: skip
    if chosen:
        facts.price, facts.currency, facts.list_price = chosen.price, chosen.currency, chosen.list_price
        facts.availability = best_availability(offer.availability for offer in offers)
    return facts


class _Offer:
    __slots__ = ("availability", "currency", "is_this_page", "list_price", "price")

    def __init__(self, price: Decimal | None, currency: str | None, availability: str | None) -> None:
        self.price, self.currency, self.availability = price, currency, availability
        self.list_price: Decimal | None = None
        self.is_this_page = False


def _read_offer(offer: Item, named: dict[str, Item], url: str) -> _Offer:
    price = amount_of(_first(offer.get("price"))) or amount_of(_first(offer.get("lowPrice")))
    currency = currency_of(_text(offer.get("priceCurrency")) or _text(offer.get("price")) or "", url=url)
    found = _Offer(price, currency, availability_of(_first(offer.get("availability"))))
    found.is_this_page = "?" in url and (_text(offer.get("url")) or "").partition("#")[0] == url.partition("#")[0]
    for row in _dicts(offer.get("priceSpecification"), named):
        amount = amount_of(_first(row.get("price"))) or amount_of(_first(row.get("minPrice")))
        crossed = re.search(r"ListPrice|Strikethrough|SRP|RegularPrice", str(row.get("priceType", "")), re.IGNORECASE)
        found.currency = found.currency or currency_of(_text(row.get("priceCurrency")) or "", url=url)
        if crossed:
            found.list_price = amount
        elif found.price is None:
            found.price = amount
    inner = [_read_offer(row, named, url) for row in _dicts(offer.get("offers"), named)]
    if inner and (best := _choose_offer(inner)):
        found.price, found.currency = found.price or best.price, found.currency or best.currency
        found.availability = found.availability or best_availability(row.availability for row in inner)
    return found


def _choose_offer(offers: Sequence[_Offer]) -> _Offer | None:
    """Return this very page's offer, else the cheapest that can be had, else the cheapest."""
    priced = [offer for offer in offers if offer.price]
    for wanted in (lambda offer: offer.is_this_page, lambda offer: offer.availability == "InStock", lambda _: True):
        if rows := [offer for offer in priced if wanted(offer)]:
            return min(rows, key=lambda offer: offer.price or Decimal(0))
    return offers[0] if offers else None


def _read_variant(product: Item, named: dict[str, Item], url: str) -> tuple[Variant, list[_Offer]]:
    offers = [_read_offer(offer, named, url) for offer in _dicts(product.get("offers"), named)]
    chosen = _choose_offer(offers)
    variant = Variant(
        sku=clean(_first(product.get("sku"))),
        color=clean(_first(product.get("color"))),
        size=next(iter(_sizes(product.get("size"))), None),
        price=chosen.price if chosen else None,
        availability=best_availability(offer.availability for offer in offers),
        url=_text(product.get("url")),
        images=tuple(_images(product.get("image"), named)),
    )
    return variant, offers


def _read_crumbs(item: Item) -> tuple[str, ...]:
    rows = _dicts(item.get("itemListElement"), {})
    rows.sort(key=lambda row: int(number) if (number := str(_first(row.get("position")) or "")).isdigit() else 0)
    names = (clean(_first(row.get("name"))) or _name(row.get("item")) for row in rows)
    return tuple(name for name in names if name)


def _images(value: Any, named: dict[str, Item]) -> Iterator[str]:
    for row in value if isinstance(value, list) else [value]:
        if isinstance(row, str) and row.strip():
            yield row.strip()
        elif isinstance(row, dict):
            full = row if len(row) > 1 else named.get(str(row.get("@id")), row)
            yield from _images(full.get("contentUrl") or full.get("url") or full.get("image"), named)


def _dicts(value: Any, named: dict[str, Item]) -> list[Item]:
    rows = [row for row in (value if isinstance(value, list) else [value]) if isinstance(row, dict)]
    return [named.get(str(row["@id"]), row) if set(row) == {"@id"} else row for row in rows]


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
