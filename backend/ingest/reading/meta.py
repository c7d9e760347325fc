"""What a page's <head> says: OpenGraph, product: and twitter: meta tags, canonical, language."""

import re
from decimal import Decimal
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from backend.ingest.addresses import canonical, same_site
from backend.ingest.reading.facts import Facts, availability_of, clean, gender_in, gtin_of, split_words
from backend.ingest.reading.prices import amount_of, currency_of

Meta = dict[str, list[str]]
_KANA = re.compile(r"[\u3041-\u30ff]")


def read_meta(tree: LexborHTMLParser) -> Meta:
    """Return the contents of the page's meta tags by property or name (lower case), in order."""
    found: Meta = {}
    for node in tree.css("meta[content]"):
        name = (node.attributes.get("property") or node.attributes.get("name") or "").strip().lower()
        if name and (content := clean(node.attributes.get("content"))):
            found.setdefault(name, []).append(content)
    return found


def facts_of(meta: Meta, *, url: str) -> Facts:
    """Return the meta tags' facts; `is_offered` tells that they describe a product, not just any page."""
    sale = _money(meta, "product:sale_price:amount")
    price = _money(meta, "product:price:amount", "og:price:amount", "product:price", "og:price")
    before = _money(meta, "product:original_price:amount", "og:price:standard_amount")
    if sale and price and sale < price:
        price, before = sale, price
    currency = _one(
        meta,
        "product:sale_price:currency",
        "product:price:currency",
        "og:price:currency",
        "product:original_price:currency",
    )
    kind = (_one(meta, "og:type") or "").lower()
    return Facts(
        "opengraph",
        title=_one(meta, "og:title", "twitter:title"),
        description=_one(meta, "og:description", "description"),
        url=_one(meta, "og:url"),
        sku=_one(meta, "product:retailer_item_id", "product:sku", "product:retailer_part_no", "product:mfr_part_no"),
        brand=_one(meta, "product:brand", "og:brand"),
        gtin=next((gtin for value in meta.get("product:ean", []) if (gtin := gtin_of(value))), None),
        price=price,
        list_price=before if before and price and before > price else None,
        currency=currency_of(currency or _one(meta, "product:price", "og:price") or "", url=url),
        availability=availability_of(_one(meta, "product:availability", "og:availability")),
        gender=gender_in(_one(meta, "product:gender", "product:target_gender")),
        category=_one(meta, "product:category"),
        colors=split_words(meta.get("product:color", [])),
        sizes=split_words(meta.get("product:size", [])),
        images=tuple(meta.get("og:image:secure_url") or meta.get("og:image") or meta.get("og:image:url") or ()),
        is_offered=kind in {"product", "product.item", "og:product"}
        or any(name in meta for name in ("product:price:amount", "og:price:amount", "og:price")),
    )


def canonical_of(tree: LexborHTMLParser, url: str) -> str | None:
    """Return the address the page gives itself, when it lies on the same site."""
    link = tree.css_first('link[rel~="canonical" i][href]')
    if link is None:
        return None
    try:
        address = canonical(urljoin(url, (link.attributes.get("href") or "").strip()))
    except ValueError:
        return None
    return address if same_site(address, url) else None


def language_of(tree: LexborHTMLParser, meta: Meta, title: str) -> str | None:
    """Return the page's language (ISO 639-1): kana in the title are Japanese whatever a template's <html> claims."""
    if _KANA.search(title):
        return "ja"
    node = tree.css_first("html")
    declared = (node.attributes.get("lang") or node.attributes.get("xml:lang") if node else "") or _one(
        meta, "og:locale"
    )
    found = re.match(r"[a-zA-Z]{2}(?![a-zA-Z])", declared or "")
    return found[0].lower() if found else None


def _one(meta: Meta, *names: str) -> str | None:
    return next((meta[name][0] for name in names if meta.get(name)), None)


def _money(meta: Meta, *names: str) -> Decimal | None:
    return next((amount for name in names if (amount := amount_of(_one(meta, name)))), None)
