"""The visible page as one source of facts: breadcrumbs, description and sku are found here, the rest beside it."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from backend.ingest.reading.brand import find_brand
from backend.ingest.reading.facts import Facts, clean, gender_in, plain_text
from backend.ingest.reading.gallery import find_gallery
from backend.ingest.reading.layout import Layout
from backend.ingest.reading.options import find_options
from backend.ingest.reading.page_price import find_price
from backend.ingest.reading.stock import find_availability

_SKU = re.compile(
    r"(?:\bSKU|item (?:no|number|#|code)|product (?:code|id|number)|art(?:ikel|icle)?\.?[- ]?(?:nr|no|nummer)"
    r"|réf(?:érence)?|ref(?:erencia)?\b|style (?:no|#|code)|品番|商品番号|商品コード|型番|管理番号)"
    r"\.?\s*[::#.]?\s*([A-Za-z0-9][\w./-]{1,30})",
    re.IGNORECASE,
)
_DESCRIPTION_NAME = re.compile(r"description|product-?details?|商品説明", re.IGNORECASE)
_HOME = re.compile(r"home|top|トップ(?:ページ)?|ホーム|startseite|accueil|inicio|shop", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    """The visible page's facts, and what speaks for a product page: a price outside the cards, a buy button."""

    facts: Facts
    has_buy_button: bool
    price_twins: int
    has_gallery: bool


def read_page(tree: LexborHTMLParser, layout: Layout) -> Seen:
    """Read what a shopper sees."""
    price, twins = find_price(layout)
    availability, has_button = find_availability(layout)
    crumbs = find_breadcrumbs(tree, layout)
    options = find_options(layout)
    facts = Facts(
        "page",
        title=clean(layout.title),
        description=find_description(layout),
        sku=find_sku(layout),
        brand=find_brand(layout),
        price=price.amount if price else None,
        price_max=price.high if price else None,
        currency=price.currency if price else None,
        availability=availability,
        gender=gender_in(*crumbs[:2]),
        category=crumbs[-1] if crumbs else None,
        breadcrumbs=crumbs,
        colors=options.colors,
        sizes=options.sizes,
        variants=options.variants,
    )
    return Seen(facts, has_button, twins, bool(find_gallery(layout, ())))


def find_breadcrumbs(tree: LexborHTMLParser, layout: Layout) -> tuple[str, ...]:
    """Return the way to the page without its home and its own name."""
    where = ", ".join(
        f'[{name}*="{word}" i]' for name in ("class", "id", "aria-label") for word in ("breadcrumb", "topicpath")
    )
    for trail in filter(None, map(layout.element, tree.css(where)[:20])):
        inside = layout.inside(trail)[:400]
        parts = [layout.words(part, 120) for part in inside if part.tag == "li"]
        parts = parts or [layout.words(part, 120) for part in inside if part.tag == "a"]
        whole = layout.words(trail, 400)
        if len(parts) < 2 or len(" ".join(parts)) < len(whole) / 2:
            parts = re.split(r"\s+[/>›»→|]\s+|[>›»→]", whole)
        if crumbs := without_ends(tuple(parts), layout.title):
            return crumbs
    return ()


def without_ends(crumbs: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Return breadcrumbs without the shop's home, the product itself, separators and repetitions."""
    names = dict.fromkeys(name for crumb in crumbs if (name := crumb.strip(" /<>›»→|\u00a0")) and len(name) < 80)
    kept = [name for name in names if name.casefold() != title.casefold()]
    if kept and _HOME.fullmatch(kept[0]):
        kept = kept[1:]
    return tuple(kept[:10])


def find_description(layout: Layout) -> str | None:
    tried = 0
    for element in layout.own():
        named = element.attributes.get("itemprop") == "description" or _DESCRIPTION_NAME.search(element.names)
        if not named or layout.is_above_title(element) or len(layout.words(element, 40)) <= 20:
            continue
        text = plain_text(element.node.inner_html or "")
        tried += 1
        if (text and len(text) > 20) or tried > 5:
            return text
    return None


def find_sku(layout: Layout) -> str | None:
    for element in layout.own():
        if given := element.attributes.get("data-sku") or element.attributes.get("data-product-sku"):
            return clean(given)
        words = element.own_words
        around = words if len(words) > 14 else layout.words(element.parent or element, 80)  # <dt>SKU</dt><dd>12</dd>
        found = _SKU.search(around) if 2 < len(words) <= 80 else None
        if found and re.search(r"\d", found[1]):
            return found[1].rstrip(".-/")
    return None
