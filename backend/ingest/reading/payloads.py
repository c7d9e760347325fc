"""Products inside JSON: state that a page carries in its scripts, and the answers its scripts fetched."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from backend.ingest.addresses import fingerprint
from backend.ingest.reading.facts import (
    Facts,
    availability_of,
    best_availability,
    clean,
    gtin_of,
    plain_text,
    split_words,
)
from backend.ingest.reading.items import Item, read_json
from backend.ingest.reading.prices import amount_of, charged, currency_of
from backend.ingest.records import IN_STOCK, OUT_OF_STOCK, Variant

MAX_ITEMS = 30_000
MAX_SCRIPT = 4_000_000
_TITLES = ("title", "name", "productName", "product_name", "displayName", "product_title")
_PRICES = ("salePrice", "sale_price", "currentPrice", "current_price", "finalPrice", "sellingPrice", "price", "amount")
_LIST_PRICES = (
    "listPrice",
    "list_price",
    "originalPrice",
    "original_price",
    "compare_at_price",
    "compareAtPrice",
    "wasPrice",
)
_IMAGES = ("images", "media", "gallery", "image", "featured_image", "imageUrl", "image_url", "photos", "pictures")
_STOCKS = (
    "availability",
    "stock",
    "stockStatus",
    "stock_status",
    "available",
    "inStock",
    "in_stock",
    "availableForSale",
)
_URLS = ("url", "link", "canonicalUrl", "canonical_url", "productUrl", "href", "permalink")
_SLUGS = ("slug", "handle", "urlKey", "url_key", "seoName")
_STATE = re.compile(r"(?:window\.|var |let |const |self\.)?[\w$.\[\]\"']{2,80}\s*=\s*(?=\{)")

_UNDEFINED = re.compile(r"(?<=[:,\[])undefined(?=[,}\]])")  # what a script may write and JSON may not


def state_of(tree: LexborHTMLParser) -> list[Any]:
    """Return the JSON that the page's scripts carry: application/json blocks and `name = {…}` assignments."""
    found: list[Any] = []
    for script in tree.css("script:not([src])"):
        kind = (script.attributes.get("type") or "").lower()
        text = script.text(deep=True)
        if "ld+json" in kind or not 20 < len(text) < MAX_SCRIPT:
            continue
        if "json" in kind:
            found.append(read_json(text))
        elif not kind or "javascript" in kind or kind == "module":
            found.extend(_assigned(text))
    return [value for value in found if isinstance(value, dict | list)]


def facts_of(payloads: Sequence[Any], *, url: str, title: str) -> Facts | None:
    """Return the facts of the product in `payloads` that is this page's: by its address, its slug or its title."""
    best: tuple[int, Item] | None = None
    for item in _items(payloads):
        score = _score(item, url, title)
        if score >= 4 and (best is None or score > best[0]):
            best = (score, item)
    return _read(best[1], url) if best else None


def _assigned(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(strict=False)
    text = _UNDEFINED.sub("null", text)
    for number, match in enumerate(_STATE.finditer(text)):
        if number == 20:
            return
        try:
            yield decoder.raw_decode(text, match.end())[0]
        except (ValueError, RecursionError):
            continue


def _items(payloads: Sequence[Any]) -> Iterator[Item]:
    """Yield every object in the payloads, outer ones first, up to a bound."""
    waiting: list[Any] = list(payloads)
    for _ in range(MAX_ITEMS):
        if not waiting:
            return
        value = waiting.pop(0) if len(waiting) < 2000 else waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(inner for inner in value.values() if isinstance(inner, dict | list))
        elif isinstance(value, list):
            waiting.extend(inner for inner in value if isinstance(inner, dict | list))


def _score(item: Item, url: str, title: str) -> int:
    """Say how surely an object is this page's product: 4 and more is."""
    name = _text(item, _TITLES)
    if not name:
        return 0
    has = [any(item.get(key) not in (None, "", []) for key in keys) for keys in (_PRICES, _IMAGES, _STOCKS)]
    has.append(any(isinstance(item.get(key), list) for key in ("variants", "skus", "offers")))
    if sum(has) < 2 and not (has[1] and _shown_price(item)):
        return 0
    path = unquote(urlsplit(url).path).rstrip("/")
    slug = _text(item, _SLUGS)
    score = sum(has)
    address = _text(item, _URLS)
    # Most addresses in a page's state are others'; only what ends alike is worth reading.
    ends_alike = address and path.rpartition("/")[2] in unquote(address)
    score += 4 if ends_alike and _is_here(address, url) else 0
    score += 3 if slug and path.endswith("/" + slug.strip("/")) else 0
    score += 3 if title and name.casefold() == title.casefold() else 0
    return score if score > sum(has) else 0


def _is_here(address: str | None, url: str) -> bool:
    try:
        return bool(address) and fingerprint(urljoin(url, str(address))) == fingerprint(url)
    except ValueError:
        return False


def _read(item: Item, url: str) -> Facts:
    variants = [_read_variant(row, url) for row in item.get("variants") or [] if isinstance(row, dict)]
    facts = Facts(
        "payload",
        title=_text(item, _TITLES),
        description=plain_text(item.get("description") or item.get("body_html") or item.get("descriptionHtml")),
        sku=_text(item, ("sku", "productCode", "product_code", "styleNumber", "productId")),
        brand=_named(item.get("brand")) or _text(item, ("vendor", "brandName", "manufacturer")),
        gtin=gtin_of(item.get("gtin") or item.get("ean") or item.get("barcode")),
        category=_named(item.get("category")) or _text(item, ("product_type", "productType", "categoryName")),
        colors=split_words(item.get("colors") or item.get("color") or ""),
        sizes=split_words(item.get("sizes") or item.get("size") or ""),
        variants=tuple(variants),
        images=tuple(_images(item)),
    )
    _read_price(facts, item, url)
    stocks = [_stock(item), *(variant.availability for variant in variants)]
    facts.availability = stocks[0] or best_availability(stocks)
    facts.sku = facts.sku or next((variant.sku for variant in variants if variant.sku), None)
    return facts


def _read_price(facts: Facts, item: Item, url: str) -> None:
    """Take a price only with its currency: a bare 5200 may be cents."""
    shown = _shown_price(item)
    if shown and (money := charged(shown, url=url)):
        facts.price, facts.currency = money.amount, money.currency
        return
    holder = next((item[key] for key in _PRICES if item.get(key) not in (None, "", [])), None)
    around = holder if isinstance(holder, dict) else item
    value = next((around.get(key) for key in ("value", "amount", *_PRICES) if around.get(key)), holder)
    keys = ("currency", "currencyCode", "currency_code", "priceCurrency", "currencyIso")
    currency = currency_of(_text(around, keys) or _text(item, keys) or "", url=url)
    if currency and not isinstance(value, dict | list):
        facts.price, facts.currency = amount_of(value), currency
        before = next((item[key] for key in _LIST_PRICES if item.get(key)), None)
        facts.list_price = amount_of(before) if isinstance(before, str | int | float) else None


def _shown_price(item: Item) -> str | None:
    """Return a text value that is a price with its sign: "￥5,200(税込)"; the fields called price come first."""
    keys = [*(key for key in _PRICES if key in item), *(key for key in item if key not in _LIST_PRICES)]
    for key in keys:
        value = item[key]
        if isinstance(value, str) and 2 < len(value) < 30 and key not in _TITLES and charged(value):
            return value
    return None


def _read_variant(row: Item, url: str) -> Variant:
    facts = Facts("payload")
    _read_price(facts, row, url)
    options = [clean(row.get(key)) for key in ("option1", "option2")]
    return Variant(
        sku=_text(row, ("sku", "id")),
        color=_text(row, ("color", "colour", "colorName")) or options[0],
        size=_text(row, ("size", "sizeName")) or options[1],
        price=facts.price,
        availability=_stock(row),
        images=tuple(_images(row)),
    )


def _stock(item: Item) -> str | None:
    for key in _STOCKS:
        value = item.get(key)
        if isinstance(value, dict):
            value = value.get("status") or value.get("value")
        if isinstance(value, int) and not isinstance(value, bool) and key == "stock":
            return IN_STOCK if value > 0 else OUT_OF_STOCK
        if found := availability_of(value):
            return found
    return None


def _images(item: Item) -> Iterator[str]:
    for key in _IMAGES:
        value = item.get(key)
        rows = value if isinstance(value, list) else [value]
        found = [address for row in rows if (address := _image(row))]
        if found:
            yield from found
            return


def _image(row: Any) -> str | None:
    if isinstance(row, dict):
        row = next(
            (row[key] for key in ("zoom", "large", "src", "url", "href", "original", "image") if row.get(key)), None
        )
    if not isinstance(row, str) or len(row) > 2000:
        return None
    return row if re.match(r"https?://|//|/", row) or re.search(r"\.(?:jpe?g|png|webp|avif)", row) else None


def _named(value: Any) -> str | None:
    return clean(value.get("name")) if isinstance(value, dict) else clean(value)


def _text(item: Item, keys: Sequence[str]) -> str | None:
    return next(
        (text for key in keys if not isinstance(item.get(key), dict | list) and (text := clean(item.get(key)))), None
    )
