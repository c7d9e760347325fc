"""What shop platforms answer to whoever asks for their products: Shopify's products.json, WooCommerce's Store API.

Pure readers: they say which address holds page n and what an answer tells. Read on until a page is empty, not until one
is short: platforms cut the wished size as they please. Ids in them are not to be trusted, addresses are.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import quote, urljoin

from backend.ingest.addresses import canonical
from backend.ingest.reading.facts import best_availability, clean, gender_in, plain_text
from backend.ingest.reading.options import is_color, is_size
from backend.ingest.reading.prices import amount_of, currency_of
from backend.ingest.records import BACK_ORDER, IN_STOCK, OUT_OF_STOCK, ProductRecord, Variant, problems_of

Item = dict[str, Any]
SOURCE = "platform"
_MOST_ROWS, _MOST_VARIANTS, _MOST_IMAGES = 1_000, 400, 60
_COLOR = re.compile(r"colou?r|farbe|couleur|カラー|色", re.IGNORECASE)
_SIZE = re.compile(r"size|größe|taille|talla|サイズ", re.IGNORECASE)


class Platform(Protocol):
    """One shop on one platform."""

    name: str

    def page_url(self, number: int) -> str:
        """Return the address of page `number`, from 1 on."""

    def read(self, value: Any) -> list[ProductRecord] | None:
        """Return an answer's products; None for an answer that this platform never gives. Broken rows are left out."""


class Shopify:
    """`/products.json`: names no currency, so records have none; the pages tell."""

    name = "shopify"

    def __init__(self, shop_url: str) -> None:
        self._shop_url = shop_url

    def page_url(self, number: int) -> str:
        return urljoin(self._shop_url, f"/products.json?limit=250&page={number}")

    def read(self, value: Any) -> list[ProductRecord] | None:
        rows = value.get("products") if isinstance(value, dict) else None
        if not isinstance(rows, list) or any(not isinstance(row, dict) or "handle" not in row for row in rows):
            return None
        return [record for row in rows[:_MOST_ROWS] if (record := self._record(row))]

    def _record(self, row: Item) -> ProductRecord | None:
        title, handle = clean(row.get("title")), clean(row.get("handle"))
        if not title or not handle:
            return None
        variants = [_shopify_variant(one, _option_names(row)) for one in _dicts(row.get("variants"))[:_MOST_VARIANTS]]
        prices = [one.price for one in variants if one.price is not None]
        before = [amount for one in _dicts(row.get("variants")) if (amount := amount_of(one.get("compare_at_price")))]
        tags = row.get("tags")
        words = [
            tag for tag in (tags if isinstance(tags, list) else str(tags or "").split(",")) if isinstance(tag, str)
        ]
        images = _images(self._shop_url, row.get("images"))
        price = min(prices, default=None)
        return ProductRecord(
            url=canonical(urljoin(self._shop_url, "/products/" + quote(handle, safe="%"))),
            title=title,
            description=plain_text(row.get("body_html")) or "",
            sku=next((one.sku for one in variants if one.sku), None),
            brand=clean(row.get("vendor")),
            price=price,
            price_max=_above(max(prices, default=None), price),
            list_price=_above(min(before, default=None), price),
            availability=best_availability(one.availability for one in variants),
            gender=gender_in(title, clean(row.get("product_type")), *words),
            category=clean(row.get("product_type")),
            colors=_distinct(one.color for one in variants),
            sizes=_distinct(one.size for one in variants),
            variants=tuple(variants),
            images=images,
            sources={"title": SOURCE, "price": SOURCE, "availability": SOURCE, "images": SOURCE},
            problems=tuple(one for one in problems_of(price, None, images) if one != "currency_missing"),
        )


class WooCommerce:
    """`/wp-json/wc/store/v1/products`: prices come in the currency's smallest unit."""

    name = "woocommerce"

    def __init__(self, shop_url: str) -> None:
        self._shop_url = shop_url

    def page_url(self, number: int) -> str:
        return urljoin(self._shop_url, f"/wp-json/wc/store/v1/products?per_page=100&page={number}")

    def read(self, value: Any) -> list[ProductRecord] | None:
        known = isinstance(value, list) and all(isinstance(row, dict) and "permalink" in row for row in value)
        return [record for row in value[:_MOST_ROWS] if (record := self._record(row))] if known else None

    def _record(self, row: Item) -> ProductRecord | None:
        title = clean(row.get("name"))
        try:
            url = canonical(urljoin(self._shop_url, clean(row.get("permalink")) or "http:"))
        except ValueError:
            return None
        if not title:
            return None
        prices = row.get("prices")
        money: Item = prices if isinstance(prices, dict) else {}
        spread = money.get("price_range")
        ends: Item = spread if isinstance(spread, dict) else {}
        price = _from_minor(ends.get("min_amount"), money) or _from_minor(money.get("price"), money)
        currency = currency_of(clean(money.get("currency_code")) or "", url=url)
        images = _images(self._shop_url, row.get("images"))
        crumbs = _names(row.get("categories"))
        options = {clean(one.get("name")) or "": _names(one.get("terms")) for one in _dicts(row.get("attributes"))}
        return ProductRecord(
            url=url,
            title=title,
            description=plain_text(row.get("description")) or plain_text(row.get("short_description")) or "",
            sku=clean(row.get("sku")),
            brand=next(iter(_names(row.get("brands"))), None),
            price=price,
            price_max=_above(_from_minor(ends.get("max_amount"), money), price),
            list_price=_above(_from_minor(money.get("regular_price"), money), price),
            currency=currency,
            availability=_woo_stock(row),
            gender=gender_in(title, *crumbs, *_names(row.get("tags"))),
            category=next(iter(crumbs), None),
            colors=_distinct(word for name, words in options.items() if _COLOR.search(name) for word in words),
            sizes=_distinct(word for name, words in options.items() if _SIZE.search(name) for word in words),
            images=images,
            sources={"title": SOURCE, "price": SOURCE, "availability": SOURCE, "images": SOURCE},
            problems=problems_of(price, currency, images),
        )


PLATFORMS: tuple[type[Shopify] | type[WooCommerce], ...] = (Shopify, WooCommerce)


def _option_names(row: Item) -> list[str]:
    """Return what the options are called, by number; a list of names alone is an older form."""
    options = row.get("options")
    rows = options if isinstance(options, list) else []
    return [clean(one.get("name") if isinstance(one, dict) else one) or "" for one in rows[:3]]


def _shopify_variant(row: Item, names: Sequence[str]) -> Variant:
    values = [clean(row.get(f"option{number}")) for number in (1, 2, 3)]
    named = list(zip([*names, "", "", ""], values, strict=False))
    color = next((value for name, value in named if value and _COLOR.search(name)), None)
    size = next((value for name, value in named if value and _SIZE.search(name)), None)
    if not any(names):
        size = next((value for value in reversed(values) if value and is_size(value)), None)
        color = next((value for value in values if value and value != size and is_color(value)), None)
        color = color or next((value for value in values[:1] if value and value not in {size, "Default Title"}), None)
    image = row.get("featured_image")
    available = row.get("available")
    return Variant(
        sku=clean(row.get("sku")),
        color=color,
        size=size,
        price=amount_of(row.get("price")),
        availability={True: IN_STOCK, False: OUT_OF_STOCK}.get(available) if isinstance(available, bool) else None,
        images=tuple(_addresses([image])),
    )


def _woo_stock(row: Item) -> str | None:
    if row.get("on_backorder") is True:
        return BACK_ORDER
    stock = row.get("is_in_stock")
    return (IN_STOCK if stock else OUT_OF_STOCK) if isinstance(stock, bool) else None


def _from_minor(value: Any, money: Item) -> Decimal | None:
    amount, digits = amount_of(value), money.get("currency_minor_unit")
    exact = isinstance(digits, int) and not isinstance(digits, bool) and 0 <= digits <= 4
    return amount.scaleb(-digits) if amount and exact and isinstance(digits, int) else None


def _above(amount: Decimal | None, price: Decimal | None) -> Decimal | None:
    return amount if amount is not None and price is not None and amount > price else None


def _images(shop_url: str, value: Any) -> tuple[str, ...]:
    found: list[str] = []
    for address in _addresses(value if isinstance(value, list) else []):
        try:
            url = urljoin(shop_url, address)
            canonical(url)
        except ValueError:
            continue
        found.append(url)
    return tuple(dict.fromkeys(found))[:_MOST_IMAGES]


def _addresses(rows: Sequence[Any]) -> Iterator[str]:
    for row in rows[:_MOST_IMAGES]:
        address = clean(row.get("src") if isinstance(row, dict) else row)
        if address:
            yield address


def _names(value: Any) -> tuple[str, ...]:
    return _distinct(clean(row.get("name")) for row in _dicts(value)[:100])


def _distinct(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _dicts(value: Any) -> list[Item]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
