"""The charged price among all the prices that a product's page shows."""

import re
from decimal import Decimal

from backend.ingest.reading.layout import Layout, Zone
from backend.ingest.reading.outline import Element
from backend.ingest.reading.prices import Money, charged, find_money

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
        look = f"{element.tag}.{element.names}"
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
            for money in find_money(layout.words(element, 80), url=layout.url)[:1]:
                # Nobody was ever asked ten times as much; that is another number.
                if price < money.amount < price * 10:
                    found.append((abs(element.place - layout.title_place), money.amount))
    return min(found)[1] if found else None


def _price_text(element: Element, layout: Layout) -> str | None:
    """Return the words of an element that may hold one price, or None."""
    if element.tag in {"option", "select", "script", "input", "body"} or layout.is_above_title(element):
        return None
    is_property = element.attributes.get("itemprop") == "price"
    if is_property or _PRICE_NAME.search(element.names):
        if layout.hides_inside(element):
            return element.own_words
        text = layout.words(element, 160)
        content = element.attributes.get("content") if is_property else None
        if content and not text:
            return f"{layout.currency} {content}"  # <meta itemprop=price content=52.00>
        return text if len(text) <= 120 else content
    text = element.own_words
    return text if 0 < len(text) <= 60 else None


def _price_score(element: Element, text: str, layout: Layout) -> float:
    names = element.names
    score = 3.0 if _PRICE_NAME.search(names) else 0.0
    score += 3.0 if element.attributes.get("itemprop") == "price" else 0.0
    score += 1.0 if _CHARGED_NAME.search(names) else 0.0
    score += 1.0 if len(text) <= 25 else 0.0
    score -= 4.0 if _OTHER_MONEY.search(text) or _OTHER_MONEY.search(names) else 0.0
    distance = element.place - layout.title_place
    score += 2.0 if distance > 0 else 0.0
    return score - min(4.0, abs(distance) / 150)
