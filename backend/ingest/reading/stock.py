"""Whether the product can be had: by the button that a shopper can press, else by a notice."""

import re

from backend.ingest.reading.layout import Layout, Zone
from backend.ingest.reading.outline import Element
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
SOLD_OUT = re.compile(
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
_BUTTON_NAME = re.compile(r"btn|button|add-?to-?(?:cart|bag|basket)|(?:^|[\s_-])buy(?:$|[\s_-])", re.IGNORECASE)
_BUY_NAME = re.compile(r"add-?to-?(?:cart|bag|basket)(?:$|[\s_-])", re.IGNORECASE)


def find_availability(layout: Layout) -> tuple[str | None, bool]:
    """Return the stock that the buy button or a notice shows, and whether there is such a button at all."""
    buttons = [(words, element) for element in layout.own() if (words := _button_words(element, layout))]
    buys = [
        element
        for words, element in buttons
        if not SOLD_OUT.search(words) and (_BUY.search(words) or _is_named_buy(element, words))
    ]
    if any(not is_disabled(element) for element in buys):
        return IN_STOCK, True
    if any(SOLD_OUT.search(words) for words, _ in buttons):
        return OUT_OF_STOCK, True
    return _find_notice(layout), bool(buys)


def _find_notice(layout: Layout) -> str | None:
    for element in layout.own():
        if element.place < layout.title_place or element.tag in {"option", "li", "label", "a", "body"}:
            continue
        words = element.own_words
        if 2 < len(words) <= 60 and not element.zone & Zone.UNSEEN:
            if SOLD_OUT.search(words):
                return OUT_OF_STOCK
            if _IN_STOCK.search(words):
                return IN_STOCK
    return None


def _is_named_buy(element: Element, words: str) -> bool:
    """Say whether a button is called add-to-cart, whatever language it speaks; a box around one is not."""
    return len(words) <= 30 and element.tag in {"button", "a"} and bool(_BUY_NAME.search(element.names))


def is_disabled(element: Element) -> bool:
    """Say whether an element is marked as one that cannot be used."""
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
