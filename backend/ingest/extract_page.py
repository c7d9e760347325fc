"""The visible page: the charged price, stock from the buy button, breadcrumbs, description, sku, colours and sizes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from backend.ingest.extract_layout import Element, Layout, Zone, names_of, words_of
from backend.ingest.facts import Facts, clean, gender_in, plain_text
from backend.ingest.prices import Money, charged, find_money
from backend.ingest.records import IN_STOCK, OUT_OF_STOCK

_PRICE_NAME = re.compile(r"price|preis|prix|precio|prezzo|preco|kakaku|pricing|amount", re.IGNORECASE)
_CHARGED_NAME = re.compile(r"sale|current|now|final|special|actual|our|offer|selling|main|today", re.IGNORECASE)
# Money that is no price: delivery, rebates, instalments, points, gift thresholds.
_OTHER_MONEY = re.compile(
    r"shipping|delivery|deliver|versand|livraison|free over|save|saving|discount|% ?off|per month|/mo\b|month"
    r"|installment"
    r"|rate|klarna|afterpay|points?\b|voucher|coupon|per (?:kg|l|m)\b|deposit"
    r"|送料|割引|ポイント|月々|分割|クーポン|以上|円分|OFF",
    re.IGNORECASE,
)
_BUY = re.compile(
    r"add to (?:shopping )?(?:cart|bag|basket|trolley|order)|buy (?:it )?now|buy\b|in den (?:waren"
    r"|einkaufs)korb|kaufen|ajouter au panier"
    r"|acheter|añadir al? (?:carrito|cesta|bolsa)|agregar al? (?:carro|carrito|bolsa)|comprar|aggiungi al|acquista"
    r"|adicionar|do košíka|do košíku|do koszyka|kup teraz|в корзину|купить|köp|læg i|lisa ostukorvi|osta|koriin|i kurv"
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
_SIZE = re.compile(
    r"(?:\d{0,2}X{0,4}[SL]|M|S/M|M/L|L/XL|F|FREE|ONE ?SIZE|フリー|\d{2,3}(?:[.,]5)?(?: ?cm)?|(?:US|UK|EU|IT"
    r"|FR) ?\d{1,2}(?:\.5)?"
    r"|\d{1,2}(?:\.5)?|[\d]{2}[A-H]{1,2}|W?\d{2}[/ ]?L\d{2})",
    re.IGNORECASE,
)
_COLOR_LABEL = re.compile(r"colou?r|farbe|couleur|カラー|色", re.IGNORECASE)
_SIZE_LABEL = re.compile(r"\bsize|größe|taille|talla|サイズ", re.IGNORECASE)
_COLOR_WORD = re.compile(
    r"black|white|gr[ae]y|red|blue|green|yellow|orange|purple|pink|brown|beige|navy|khaki|ivory|cream|silver"
    r"|gold|lavender"
    r"|ブラック|ホワイト|グレー|レッド|ブルー|グリーン|イエロー|オレンジ|パープル|ピンク|ブラウン|ベージュ|ネイビー|カーキ|[黒白灰赤青緑黄紫茶紺]",
    re.IGNORECASE,
)
_CHOOSE = re.compile(r"choose|select|選択", re.IGNORECASE)
_BUTTON_NAME = re.compile(r"btn|button|add-?to-?(?:cart|bag|basket)", re.IGNORECASE)
_HOME = re.compile(r"home|top|トップ(?:ページ)?|ホーム|startseite|accueil|inicio|shop", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    """The visible page's facts, and what speaks for a product page: a price outside the cards, a buy button."""

    facts: Facts
    has_buy_button: bool
    price_twins: int


def read_page(tree: LexborHTMLParser, layout: Layout) -> Seen:
    """Read what a shopper sees."""
    price, twins = find_price(layout)
    availability, has_button = find_availability(layout)
    crumbs = find_breadcrumbs(tree, layout.title)
    colors, sizes = find_options(layout)
    facts = Facts(
        "page",
        title=clean(layout.title),
        description=find_description(layout),
        sku=find_sku(layout),
        price=price.amount if price else None,
        currency=price.currency if price else None,
        availability=availability,
        gender=gender_in(*crumbs[:2]),
        category=crumbs[-1] if crumbs else None,
        breadcrumbs=crumbs,
        colors=colors,
        sizes=sizes,
    )
    return Seen(facts, has_button, twins)


def find_price(layout: Layout) -> tuple[Money | None, int]:
    """Return the price that is charged, and how many prices of the same look stand on the page."""
    best: tuple[float, int, Money, str] | None = None
    looks: dict[str, int] = {}
    for element in layout.own():
        if element.zone & (Zone.CROSSED | Zone.UNSEEN) or (text := _price_text(element, layout)) is None:
            continue
        money = charged(text, url=layout.url)
        if money is None or money.amount <= 0:
            continue
        look = f"{element.node.tag}.{names_of(element.node)}"
        looks[look] = looks.get(look, 0) + 1
        score = _price_score(element, text, layout)
        if best is None or score > best[0]:
            best = (score, element.place, money, look)
    return (best[2], looks[best[3]]) if best else (None, 0)


def find_list_price(layout: Layout, price: Decimal) -> Decimal | None:
    """Return the crossed-out price that stands nearest after or before the title and is higher than `price`."""
    found: list[tuple[int, Decimal]] = []
    for element in layout.own():
        if element.zone & Zone.CROSSED and not element.zone & Zone.UNSEEN:
            for money in find_money(words_of(element.node, 80), url=layout.url)[:1]:
                # Nobody was ever asked ten times as much; that is another number.
                if price < money.amount < price * 10:
                    found.append((abs(element.place - layout.title_place), money.amount))
    return min(found)[1] if found else None


def _price_text(element: Element, layout: Layout) -> str | None:
    """Return the words of an element that may hold one price, or None."""
    node = element.node
    if node.tag in {"option", "select", "script", "input", "body"} or layout.is_above_title(node):
        return None
    named = _PRICE_NAME.search(names_of(node)) or node.attributes.get("itemprop") == "price"
    if named:
        content = node.attributes.get("content") if node.attributes.get("itemprop") == "price" else None
        inside = [layout.element(child) for child in node.traverse(include_text=False)]
        if any(child and child.zone & (Zone.CROSSED | Zone.UNSEEN) for child in inside[1:]):
            return _own_words(node)
        text = words_of(node, 160)
        return text if len(text) <= 120 else content
    text = _own_words(node)
    return text if 0 < len(text) <= 60 else None


def _own_words(node: LexborNode) -> str:
    return " ".join(node.text(deep=False, separator=" ").split())


def _price_score(element: Element, text: str, layout: Layout) -> float:
    names = names_of(element.node)
    score = 3.0 if _PRICE_NAME.search(names) else 0.0
    score += 3.0 if element.node.attributes.get("itemprop") == "price" else 0.0
    score += 1.0 if _CHARGED_NAME.search(names) else 0.0
    score += 1.0 if len(text) <= 25 else 0.0
    score -= 4.0 if _OTHER_MONEY.search(text) or _OTHER_MONEY.search(names) else 0.0
    distance = element.place - layout.title_place
    score += 2.0 if distance > 0 else 0.0
    return score - min(4.0, abs(distance) / 150)


def find_availability(layout: Layout) -> tuple[str | None, bool]:
    """Return the stock that the buy button or a notice shows, and whether there is such a button at all."""
    buttons = [(words, element.node) for element in layout.own() if (words := _button_words(element))]
    buys = [node for words, node in buttons if _BUY.search(words) and not _SOLD_OUT.search(words)]
    if any(not _is_disabled(node) for node in buys):
        return IN_STOCK, True
    if any(_SOLD_OUT.search(words) for words, _ in buttons):
        return OUT_OF_STOCK, True
    return _find_notice(layout), bool(buys)


def _find_notice(layout: Layout) -> str | None:
    for element in layout.own():
        if element.place < layout.title_place or element.node.tag in {"option", "li", "label", "a", "body"}:
            continue
        words = _own_words(element.node)
        if 2 < len(words) <= 60 and not element.zone & Zone.UNSEEN:
            if _SOLD_OUT.search(words):
                return OUT_OF_STOCK
            if _IN_STOCK.search(words):
                return IN_STOCK
    return None


def _is_disabled(node: LexborNode) -> bool:
    return "disabled" in node.attributes or node.attributes.get("aria-disabled") == "true"


def _button_words(element: Element) -> str | None:
    """Return what a visible button says; None for anything else."""
    node, attributes = element.node, element.node.attributes
    if element.zone & Zone.UNSEEN:
        return None
    is_input = node.tag == "input" and attributes.get("type") in {"submit", "button", "image"}
    is_drawn = node.tag in {"a", "div", "span"} and (
        attributes.get("role") == "button" or bool(_BUTTON_NAME.search(names_of(node)))
    )
    if node.tag != "button" and not is_input and not is_drawn:
        return None
    labels = (attributes.get(name) for name in ("value", "aria-label", "alt"))
    words = words_of(node, 120) or next(filter(None, labels), "")
    return words if 0 < len(words) <= 80 else None


def find_breadcrumbs(tree: LexborHTMLParser, title: str) -> tuple[str, ...]:
    """Return the way to the page without its home and its own name."""
    where = ", ".join(
        f'[{name}*="{word}" i]' for name in ("class", "id", "aria-label") for word in ("breadcrumb", "topicpath")
    )
    for node in tree.css(where):
        parts = [words_of(part, 120) for part in node.css("li")] or [words_of(part, 120) for part in node.css("a")]
        whole = words_of(node, 400)
        if len(parts) < 2 or len(" ".join(parts)) < len(whole) / 2:
            parts = re.split(r"\s+[/>›»→|]\s+|[>›»→]", whole)
        if crumbs := without_ends(tuple(parts), title):
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
    for element in layout.own():
        node = element.node
        named = re.search(r"description|product-?details?|商品説明", names_of(node), re.IGNORECASE)
        if (named or node.attributes.get("itemprop") == "description") and not layout.is_above_title(node):
            text = plain_text(node.inner_html or "")
            if text and len(text) > 20:
                return text
    return None


def find_sku(layout: Layout) -> str | None:
    for element in layout.own():
        node = element.node
        if given := node.attributes.get("data-sku") or node.attributes.get("data-product-sku"):
            return clean(given)
        words = _own_words(node)
        around = words if len(words) > 14 else words_of(node.parent or node, 80)  # <dt>SKU</dt><dd>12</dd>
        found = _SKU.search(around) if 2 < len(words) <= 80 else None
        if found and re.search(r"\d", found[1]):
            return found[1].rstrip(".-/")
    return None


def find_options(layout: Layout) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the colours and the sizes that the page's choosers offer."""
    colors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    for label, values in _choosers(layout):
        looks_like_sizes = sum(bool(_SIZE.fullmatch(value)) for value in values) * 2 > len(values)
        looks_like_colors = sum(bool(_COLOR_WORD.search(value)) for value in values) * 2 > len(values)
        if not sizes and (_SIZE_LABEL.search(label) or (looks_like_sizes and not _COLOR_LABEL.search(label))):
            sizes = values
        elif not colors and (_COLOR_LABEL.search(label) or looks_like_colors):
            colors = values
    return colors, sizes


def _choosers(layout: Layout) -> Iterator[tuple[str, tuple[str, ...]]]:
    for element in layout.own():
        node = element.node
        if node.tag != "select" or element.place < layout.title_place:
            continue
        rows = [(words_of(option, 60), option.attributes.get("value")) for option in node.css("option")]
        # The first row of many choosers is their label: "Choose a size".
        values = [words for words, value in rows if words and value != "" and not _CHOOSE.match(words)]
        names = ("name", "id", "class", "aria-label", "data-name")
        label = " ".join(filter(None, (node.attributes.get(name) for name in names)))
        if values and len(values) <= 60:
            yield label, tuple(dict.fromkeys(values))
