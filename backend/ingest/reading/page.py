"""The visible page: stock from the buy button, breadcrumbs, description, sku, colours and sizes."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from backend.ingest.reading.brand import find_brand
from backend.ingest.reading.facts import Facts, clean, gender_in, plain_text
from backend.ingest.reading.gallery import find_gallery
from backend.ingest.reading.layout import Layout, Zone
from backend.ingest.reading.options import find_options
from backend.ingest.reading.outline import Element
from backend.ingest.reading.page_price import find_price
from backend.ingest.records import IN_STOCK, OUT_OF_STOCK

_BUY = re.compile(
    r"add to (?:my |your |the )?(?:shopping )?(?:cart|bag|basket|trolley|order)|buy (?:it )?now|buy\b|in den (?:waren"
    r"|einkaufs)korb|kaufen|ajouter au panier"
    r"|acheter|añadir al? (?:carrito|cesta|bolsa)|agregar al? (?:carro|carrito|bolsa)|comprar"
    r"|aggiungi al(?:la)? (?:carrello|borsa|cestino)|acquista(?: ora| subito)?\b"
    r"|adicionar (?:ao|à) (?:carrinho|sacola|cest[oa])"
    r"|do košíka|do košíku|do koszyka|kup teraz|в корзину|купить|köp|læg i|lisa ostukorvi|\bosta\b"
    r"|koriin|i kurv"
    r"|sepete ekle|加入購物車|加入购物车|購買|立即|장바구니|구매|أضف|הוסף"
    r"|カートに(?:入れる|追加)|カートへ|買い物(?:かご|カゴ)|(?:ご)?購入|注文する|今すぐ買う|バッグに(?:入れる|追加)",
    re.IGNORECASE,
)
_SOLD_OUT = re.compile(
    r"sold[\s-]?out|out of stock|(?:currently|temporarily) unavailable|no longer available|notify me|email me when"
    r"|not available|back in stock|ausverkauft|nicht (?:verfügbar|lieferbar)|épuisé|rupture de stock"
    r"|indisponible|agotado"
    r"|sin stock|esaurito|non disponibile|esgotado|indisponível|vypredané|wyprzedane|нет в наличии|slutsåld"
    r"|loppuunmyyty"
    r"|売り?切れ|売切|在庫(?:なし|無し|切れ|がありません)|完売|品切れ|欠品|入荷待ち|入荷(?:通知|連絡)|再入荷|販売終了|取扱終了",
    re.IGNORECASE,
)
_IN_STOCK = re.compile(
    r"^\W*(?:in stock|available|auf lager|lieferbar|en stock|disponible|disponibile|em stock|skladom"
    r"|v na[lj]i[cč]|в наличии"
    r"|på lager|varastossa|laos|在庫(?:あり|有り)|残りわずか)",
    re.IGNORECASE,
)
_SKU = re.compile(
    r"(?:\bSKU|item (?:no|number|#|code)|product (?:code|id|number)|art(?:ikel|icle)?\.?[- ]?(?:nr|no|nummer)"
    r"|réf(?:érence)?|ref(?:erencia)?\b|style (?:no|#|code)|品番|商品番号|商品コード|型番|管理番号)"
    r"\.?\s*[::#.]?\s*([A-Za-z0-9][\w./-]{1,30})",
    re.IGNORECASE,
)
_DESCRIPTION_NAME = re.compile(r"description|product-?details?|商品説明", re.IGNORECASE)
_BUTTON_NAME = re.compile(r"btn|button|add-?to-?(?:cart|bag|basket)|(?:^|[\s_-])buy(?:$|[\s_-])", re.IGNORECASE)
_BUY_NAME = re.compile(r"add-?to-?(?:cart|bag|basket)(?:$|[\s_-])", re.IGNORECASE)
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
    colors, sizes = find_options(layout)
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
        colors=colors,
        sizes=sizes,
    )
    return Seen(facts, has_button, twins, bool(find_gallery(layout, ())))


def find_availability(layout: Layout) -> tuple[str | None, bool]:
    """Return the stock that the buy button or a notice shows, and whether there is such a button at all."""
    buttons = [(words, element) for element in layout.own() if (words := _button_words(element, layout))]
    buys = [
        element
        for words, element in buttons
        if not _SOLD_OUT.search(words) and (_BUY.search(words) or _is_named_buy(element, words))
    ]
    if any(not _is_disabled(element) for element in buys):
        return IN_STOCK, True
    if any(_SOLD_OUT.search(words) for words, _ in buttons):
        return OUT_OF_STOCK, True
    return _find_notice(layout), bool(buys)


def _find_notice(layout: Layout) -> str | None:
    for element in layout.own():
        if element.place < layout.title_place or element.tag in {"option", "li", "label", "a", "body"}:
            continue
        words = element.own_words
        if 2 < len(words) <= 60 and not element.zone & Zone.UNSEEN:
            if _SOLD_OUT.search(words):
                return OUT_OF_STOCK
            if _IN_STOCK.search(words):
                return IN_STOCK
    return None


def _is_named_buy(element: Element, words: str) -> bool:
    """Say whether a button is called add-to-cart, whatever language it speaks; a box around one is not."""
    return len(words) <= 30 and element.tag in {"button", "a"} and bool(_BUY_NAME.search(element.names))


def _is_disabled(element: Element) -> bool:
    return "disabled" in element.attributes or element.attributes.get("aria-disabled") == "true"


def _button_words(element: Element, layout: Layout) -> str | None:
    """Return what a visible button says; None for anything else."""
    attributes = element.attributes
    if element.zone & Zone.UNSEEN:
        return None
    is_input = element.tag == "input" and attributes.get("type") in {"submit", "button", "image"}
    is_drawn = element.tag in {"a", "div", "span"} and (
        attributes.get("role") == "button" or bool(_BUTTON_NAME.search(element.names))
    )
    if element.tag != "button" and not is_input and not is_drawn:
        return None
    labels = (attributes.get(name) for name in ("value", "aria-label", "alt"))
    words = layout.words(element, 120) or next(filter(None, labels), "")
    return words if 0 < len(words) <= 80 else None


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
