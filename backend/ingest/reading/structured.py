"""JSON-LD and microdata: schema.org's Product, wherever a page keeps it.

Read by hand rather than through extruct: two syntaxes of its six are wanted, and the others bring an RDF library.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from backend.ingest.addresses import fingerprint
from backend.ingest.reading.facts import Facts, best_availability, clean, gender_in, gtin_of, plain_text, split_words
from backend.ingest.reading.items import (
    MAX_DEPTH,
    Item,
    Items,
    dicts,
    first,
    is_a,
    name_of,
    read_json,
    text_of,
    tops_of,
)
from backend.ingest.reading.microdata import microdata_of
from backend.ingest.reading.offers import Offer, Offers, choose_offer, highest_of
from backend.ingest.records import Variant

_POSITION = re.compile(r"[0-9]{1,6}")
_PRODUCTS = frozenset({"product", "productgroup", "productmodel", "individualproduct", "someproducts"})
# Products below these keys are other products, or the same one's parts.
_ASIDE = frozenset(
    {"isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "isConsumableFor", "itemListElement", "hasVariant",
     "isVariantOf", "itemReviewed", "review", "itemOffered", "offers"}
)  # fmt: skip
_GROUP = "productgroup"
_GTINS = ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "ean", "isbn")


def items_of(tree: LexborHTMLParser) -> tuple[list[Item], list[Item]]:
    """Return a page's JSON-LD items and its microdata items, both in JSON-LD's form. Broken ones are left out."""
    linked: list[Item] = []
    for script in tree.css('script[type*="ld+json" i]'):
        linked.extend(tops_of(read_json(script.text(deep=True))))
    return linked, microdata_of(tree)


def facts_of(items: list[Item], source: str, *, url: str, title: str) -> tuple[Facts | None, int]:
    """Return what `items` say of the page's own product, and how many products they name at top level."""
    products = list(_products(items, 0))
    product = _own_product(products, url, title)
    if product is None:
        return None, len(products)
    facts = _Reader(Items(items), url, [item for item in products if is_a(item, _GROUP)]).product(product, source)
    trails = [item for item in items if is_a(item, "breadcrumblist")]
    trails += [trail for item in items if isinstance(trail := item.get("breadcrumb"), dict)]
    facts.breadcrumbs = next(filter(None, map(_read_crumbs, trails)), ())
    return facts, len(products)


def _products(value: Any, depth: int) -> Iterator[Item]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for row in value:
            yield from _products(row, depth + 1)
    elif isinstance(value, dict):
        if is_a(value, *_PRODUCTS):
            yield value
        for key, inner in value.items():
            if key not in _ASIDE and key != "@graph" and isinstance(inner, dict | list):
                yield from _products(inner, depth + 1)


def _own_product(products: Sequence[Item], url: str, title: str) -> Item | None:
    """Choose the page's own among the products it names: by address, by title, or because it is the only one."""
    named = [product for product in products if clean(first(product.get("name")))]
    for product in named:
        if _same_page(text_of(product.get("url")) or text_of(product.get("@id")), url):
            return product
    for product in named:
        name = clean(first(product.get("name"))) or ""
        if title and (name.casefold() == title.casefold() or name.casefold() in title.casefold()):
            return product
    distinct = {clean(first(product.get("name"))) for product in named}
    return named[0] if len(distinct) == 1 else None


class _Reader:
    """Reads the items of one page."""

    def __init__(self, items: Items, url: str, groups: Sequence[Item]) -> None:
        self._items, self._offers = items, Offers(items, url)
        self._url, self._groups = url, groups

    def product(self, product: Item, source: str) -> Facts:
        variants = self._variants_here(product)
        own = self._offers.of(product)
        read = [self._variant(variant) for variant in variants]
        offers = own or [offer for _, rows in read for offer in rows]
        facts = Facts(
            source,
            title=clean(first(product.get("name"))),
            description=plain_text(first(product.get("description"))),
            url=text_of(product.get("url")),
            sku=clean(first(product.get("sku"))) or clean(first(product.get("productID")))
            or clean(first(product.get("mpn"))) or clean(first(product.get("productGroupID"))),
            item_group=self._group(product),
            brand=name_of(product.get("brand")) or name_of(product.get("manufacturer")),
            gtin=next((gtin for key in _GTINS if (gtin := gtin_of(first(product.get(key))))), None),
            category=_category(product.get("category")),
            gender=gender_in(name_of(product.get("audience")), text_of(product.get("gender"))),
            colors=split_words(product.get("color")) or _distinct(variant.color for variant, _ in read),
            sizes=_sizes(product.get("size")) or _distinct(variant.size for variant, _ in read),
            variants=tuple(variant for variant, _ in read),
            images=self._items.images(product.get("image")) or tuple(i for variant, _ in read for i in variant.images),
            is_offered=bool(offers),
        )  # fmt: skip
        if chosen := choose_offer(offers):
            facts.price, facts.currency, facts.list_price = chosen.price, chosen.currency, chosen.list_price
            facts.price_max = highest_of(chosen, offers)
            facts.availability = best_availability(offer.availability for offer in offers)
        return facts

    def _variants(self, group: Item) -> list[Item]:
        return [row for row in self._items.dicts(group.get("hasVariant")) if is_a(row, *_PRODUCTS)]

    def _variants_here(self, group: Item) -> list[Item]:
        """Return a group's variants; where colours have pages of their own, those of this page alone."""
        variants, page = self._variants(group), _path(self._url)
        here = [variant for variant in variants if _path(text_of(variant.get("url")), self._url) == page]
        return here or variants

    def _group(self, product: Item) -> str | None:
        """Return the number that the colours of one product share, each of which has a page of its own."""
        named = [first(product.get("inProductGroupWithID"))]
        above = [group for group in self._groups if self._lists(group, product)]
        if is_a(product, _GROUP):
            above, named = [product], [*named, *(v.get("inProductGroupWithID") for v in self._variants(product))]
        groups = [*self._items.dicts(product.get("isVariantOf")), *above]
        numbers = (clean(first(number)) for number in [*named, *(group.get("productGroupID") for group in groups)])
        return next(filter(None, numbers), None)

    def _lists(self, group: Item, product: Item) -> bool:
        """Say whether a group lists a product that stands beside it: by its @id, its address or its number."""
        return any(
            variant is product or any(_same(variant.get(key), product.get(key)) for key in ("@id", "url", "sku"))
            for variant in self._variants(group)
        )

    def _variant(self, product: Item) -> tuple[Variant, list[Offer]]:
        offers = self._offers.of(product)
        chosen = choose_offer(offers)
        variant = Variant(
            sku=clean(first(product.get("sku"))),
            color=clean(first(product.get("color"))),
            size=next(iter(_sizes(product.get("size"))), None),
            price=chosen.price if chosen else None,
            availability=best_availability(offer.availability for offer in offers),
            url=text_of(product.get("url")),
            images=self._items.images(product.get("image")),
        )
        return variant, offers


def _read_crumbs(item: Item) -> tuple[str, ...]:
    rows = dicts(item.get("itemListElement"))[:50]
    rows.sort(key=lambda row: int(found[0]) if (found := _POSITION.match(str(first(row.get("position")))[:9])) else 0)
    names = (clean(first(row.get("name"))) or name_of(row.get("item")) for row in rows)
    return tuple(name for name in names if name)


def _category(value: Any) -> str | None:
    name = name_of(value)
    return re.split(r"\s*[>›»|]\s*", name)[-1] if name and not name.startswith("http") else None


def _sizes(value: Any) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else [value]
    return _distinct(name_of(row) for row in rows)


def _distinct(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _same_page(address: str | None, url: str) -> bool:
    try:
        return bool(address) and fingerprint(str(address)) == fingerprint(url)
    except ValueError:
        return False


def _same(one: Any, other: Any) -> bool:
    return (said := clean(first(one))) is not None and said == clean(first(other))


def _path(address: str | None, base: str = "") -> str | None:
    """Return the address without what follows its path; None for none."""
    try:
        parts = urlsplit(urljoin(base, address or ""))
        return f"{parts.netloc}{parts.path.rstrip('/')}" if address else None
    except ValueError:
        return None
