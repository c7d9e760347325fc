"""What one source on a page says of its product: every field may be missing."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from backend.ingest.reading.markup import parse_html
from backend.ingest.records import (
    BACK_ORDER,
    DISCONTINUED,
    IN_STOCK,
    LIMITED,
    OUT_OF_STOCK,
    PRE_ORDER,
    Variant,
    printable,
)

MAX_TEXT = 20_000
_ENTITY = re.compile(r"&(?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_AVAILABILITY = {
    "instock": IN_STOCK, "available": IN_STOCK, "instoreonly": IN_STOCK, "onlineonly": IN_STOCK, "true": IN_STOCK,
    "limitedavailability": LIMITED, "limited": LIMITED, "lowstock": LIMITED,
    "outofstock": OUT_OF_STOCK, "soldout": OUT_OF_STOCK, "oos": OUT_OF_STOCK, "unavailable": OUT_OF_STOCK,
    "notavailable": OUT_OF_STOCK, "false": OUT_OF_STOCK, "在庫なし": OUT_OF_STOCK, "売り切れ": OUT_OF_STOCK,
    "preorder": PRE_ORDER, "presale": PRE_ORDER, "backorder": BACK_ORDER, "discontinued": DISCONTINUED,
}  # fmt: skip
# "women" and レディース come first: "women" holds "men", and a unisex garment names both.
_GENDERS = (
    ("unisex", re.compile(r"\bunisex\b|ユニセックス|男女兼用", re.IGNORECASE)),
    ("kids", re.compile(r"\b(?:kids?|boys?|girls?|baby|children)\b|キッズ|ベビー|子供|こども", re.IGNORECASE)),
    ("women", re.compile(r"\b(?:wom[ae]n(?:['’]?s)?|ladies|female)\b|レディース|ウィメンズ|婦人", re.IGNORECASE)),
    ("men", re.compile(r"\b(?:m[ae]n(?:['’]?s)?|male)\b|メンズ|紳士", re.IGNORECASE)),
)


@dataclass(slots=True)
class Facts:
    """One source's fields; images as written (not yet absolute), prices as amounts."""

    source: str
    title: str | None = None
    description: str | None = None
    url: str | None = None
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
    is_offered: bool = field(default=False)


def clean(value: object) -> str | None:
    """Return text on one line with entities resolved, however often they were escaped; None for nothing."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    return " ".join(printable(unescape(str(value)[: MAX_TEXT * 4])).split())[:MAX_TEXT] or None


def unescape(text: str) -> str:
    """Resolve entities until none is left: "&amp;amp;#39;" was escaped three times on its way."""
    for _ in range(4):
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return text


def plain_text(value: object) -> str | None:
    """Return the text of a description that may hold HTML, escaped or not; paragraphs as lines."""
    if not isinstance(value, str):
        return None
    text = unescape(value[: MAX_TEXT * 20])
    if re.search(r"<[a-zA-Z/!]", text):
        tree = parse_html(re.sub(r"<(?:br|/p|/li|/div|/h\d)\b[^<>]*>", "\n", text, flags=re.IGNORECASE))
        tree.strip_tags(["script", "style", "noscript", "template", "iframe"])
        text = tree.root.text(deep=True) if tree.root else ""
    lines = (" ".join(printable(line).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:MAX_TEXT] or None


def availability_of(value: object) -> str | None:
    """Return the name for schema.org's address, Google's word or a platform's flag; None for an unknown one."""
    if not isinstance(value, str | bool):
        return None
    word = re.sub(r"[\s_\-]", "", str(value).strip().rstrip("/").rpartition("/")[2].rpartition("#")[2].lower())
    return _AVAILABILITY.get(word)


def best_availability(values: Iterable[str | None]) -> str | None:
    """Return what several offers or variants amount to: in stock when one of them is."""
    known = [value for value in values if value]
    for wanted in (IN_STOCK, LIMITED, PRE_ORDER, BACK_ORDER):
        if wanted in known:
            return wanted
    return known[0] if known else None


def gender_in(*texts: str | None) -> str | None:
    """Return men, women, kids or unisex as the first text says that names one."""
    for text in texts:
        found = [gender for gender, words in _GENDERS if text and words.search(text)]
        if found:
            return "unisex" if {"men", "women"} <= set(found) else found[0]
    return None


def gtin_of(value: object) -> str | None:
    """Return a GTIN (8, 12, 13 or 14 digits whose check digit is right), else None."""
    digits = re.sub(r"[\s\-]", "", str(value)) if isinstance(value, str | int) else ""
    if not digits.isascii() or not digits.isdigit() or len(digits) not in {8, 12, 13, 14}:
        return None
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return digits if total % 10 == 0 else None


def id_in_address(url: str) -> str | None:
    """Return the number a shop gives the product in its address (/dp/B004SNMXRS, -p400105394.html, ?pid=260591)."""
    parts = urlsplit(url)
    named = re.search(r"(?:^|&)(?:pid|sku|product_?id|item_?id|goods_?no)=([\w-]{3,20})", parts.query, re.IGNORECASE)
    if named:
        return named[1]
    last = re.findall(r"(?:^|[/_-])[a-zA-Z]?(\d{5,14}|[A-Z]\d{2}[A-Z0-9]{7})(?:\.\w{3,5})?(?=/?$|/)", parts.path)
    return last[-1] if last else None


def split_words(value: object) -> tuple[str, ...]:
    """Return the parts of a field such as "Black/Gray, Orange" or a list of such."""
    rows = value if isinstance(value, list) else [value]
    parts = [clean(part) for row in rows if isinstance(row, str) for part in re.split(r"[/,、|;]", row)]
    return tuple(dict.fromkeys(part for part in parts if part and len(part) < 60))
