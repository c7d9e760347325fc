"""Prices as shops write them, in words and in data, with their currency.

The reading of one number is price-parser's; what is ours: which of several numbers is charged (tax included before
tax excluded), the Japanese forms, and which dollar a bare "$" is.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from urllib.parse import urlsplit

from price_parser import Price

# Longest first: "US$" before "$". A symbol that several currencies share has no code here but an entry in _SHARED.
_SIGNS = {
    "US$": "USD", "HK$": "HKD", "NT$": "TWD", "A$": "AUD", "C$": "CAD", "CA$": "CAD", "AU$": "AUD", "NZ$": "NZD",
    "S$": "SGD", "R$": "BRL", "MX$": "MXN", "€": "EUR", "£": "GBP", "円": "JPY", "₩": "KRW", "원": "KRW", "₹": "INR",
    "₽": "RUB", "руб": "RUB", "₺": "TRY", "TL": "TRY", "₪": "ILS", "₫": "VND", "฿": "THB", "₱": "PHP", "₴": "UAH",
    "грн": "UAH", "₸": "KZT", "тг": "KZT", "тенге": "KZT", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON",
    "лв": "BGN", "ر.س": "SAR", "د.إ": "AED", "ج.م": "EGP", "元": "CNY", "Fr.": "CHF", "SFr": "CHF",
    "Rs": None, "kr": None, "$": None, "¥": None, "р.": None,
}  # fmt: skip
_DOLLARS = {
    "ca": "CAD", "au": "AUD", "nz": "NZD", "ar": "ARS", "cl": "CLP", "mx": "MXN", "co": "COP", "tw": "TWD",
    "hk": "HKD", "sg": "SGD", "uy": "UYU",
}  # fmt: skip
_SHARED = {
    "$": ("USD", _DOLLARS),
    "¥": ("JPY", {"cn": "CNY"}),
    "kr": ("SEK", {"no": "NOK", "dk": "DKK", "is": "ISK"}),
    "Rs": ("INR", {"pk": "PKR", "lk": "LKR", "np": "NPR"}),
    "р.": ("RUB", {"by": "BYN"}),
}
_CODES = frozenset(
    [
        "AED", "ARS", "AUD", "BGN", "BRL", "BYN", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP",
        "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "KZT", "LKR", "MXN", "MYR", "NOK", "NPR", "NZD", "PEN",
        "PHP", "PKR", "PLN", "QAR", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "UYU", "VND",
        "ZAR",
    ]
)  # fmt: skip
_OLD_CODES = {"RMB": "CNY", "YEN": "JPY", "NTD": "TWD", "RUR": "RUB", "BYR": "BYN", "TRL": "TRY"}

_NUMBER = r"\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?![\d])"
_SIGN = "|".join(
    rf"(?<![^\W\d_]){re.escape(sign)}(?![^\W\d_])" if sign[0].isalpha() and sign.isascii() else re.escape(sign)
    for sign in sorted([*_SIGNS, *_CODES, *_OLD_CODES], key=len, reverse=True)
)
_MONEY = re.compile(
    rf"(?P<before>{_SIGN})[ \u00a0\u202f.:]{{0,3}}(?P<first>{_NUMBER})(?:,-|,–)?"
    rf"|(?P<second>{_NUMBER})(?:,-|,–|\.-)?[ \u00a0\u202f]{{0,2}}(?P<after>{_SIGN})",
    re.IGNORECASE,
)
_TAX_IN = re.compile(r"税込|税込み|内税|incl|inkl|TTC|IVA inc|GST inc", re.IGNORECASE)
_TAX_OUT = re.compile(r"税抜|税別|\+ ?税|本体|excl|exkl|\bHT\b|ex\.? ?(?:vat|gst|tax)", re.IGNORECASE)


_DIGIT = re.compile(r"\d")
# "3万円", "1万2千円", "1.5万円", "1万2,800円": written in units of ten thousand and thousand.
_MYRIADS = re.compile(r"(?<![\d.,])(?:(\d{1,4}(?:\.\d{1,2})?)万)?(?:(\d(?:\.\d{1,2})?)千)?(\d{1,4}|\d,\d{3})?(?=\s?円)")
_ARROW = re.compile(r"\s*(?:→|⇒|➡|▶|=>|->|>+)\s*")
_RANGE = re.compile(r"\s*(?:[~〜～–—-]|から|\bto\b|\bbis\b|\bà\b|\ba\b)\s*")
# "5,200～6,800円": only the last of a range carries the sign; before an arrow likewise.
_OPEN_END = re.compile(rf"(?:{_NUMBER})(?=\s*(?:[~〜～–—→⇒➡-]|から)\s*$)")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its ISO 4217 code (None where nothing tells); `high` where a text asks from `amount` to that."""

    amount: Decimal
    currency: str | None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A price in a text: where it stands, and 1 when it is said to include tax, -1 when it is said not to, else 0."""

    money: Money
    start: int
    end: int
    tax: int


def find_money(text: str, *, url: str = "") -> list[Money]:
    """Return every price in a text, in order; a number without a currency sign is none.

    >>> [str(money.amount) for money in find_money("￥5,200(税込)")]
    ['5200']
    """
    return [found.money for found in _find(_normal(text), url)]


def charged(text: str, *, url: str = "") -> Money | None:
    """Return the price a text asks for: the one with tax where it names both, what an arrow leads to, else the first.

    >>> str(charged("本体 4,728円 (税込 5,200円)").amount)
    '5200'
    >>> str(charged("¥12,000 → ¥9,800").amount)
    '9800'
    """
    text = _normal(text)
    found = _find(text, url)
    pairs = [text[one.end : other.start] for one, other in pairwise(found)]
    # "￥5,200～￥6,800(税込)": what is said behind a range is said of both its ends.
    taxes = [
        max(one.tax, other.tax) if _RANGE.fullmatch(between) else one.tax
        for one, other, between in zip(found, found[1:], pairs, strict=False)
    ] + [one.tax for one in found[-1:]]
    place = max(range(len(found)), key=lambda number: taxes[number], default=None)
    if place is None:
        return None
    while place < len(pairs) and _ARROW.fullmatch(pairs[place]):
        place += 1
    best = found[place].money
    high = found[place + 1].money.amount if place < len(pairs) and _RANGE.fullmatch(pairs[place]) else None
    return Money(best.amount, best.currency, high if high is not None and high > best.amount else None)


def amount_of(value: object) -> Decimal | None:
    """Return the amount in a field that holds nothing but a price: 52, "52.00", "1.299,00 €", "￥5,200(税込)"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return _sane(Decimal(str(value)))
    text = unicodedata.normalize("NFKC", str(value)).strip()
    # A machine's number is a machine's number: "1.299" in data is not one thousand and more.
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return _sane(Decimal(text))
    if money := charged(text):
        return money.amount
    return _sane(Price.fromstring(text[:60]).amount)


def currency_of(text: str, *, url: str = "") -> str | None:
    """Return the ISO code that a text names by code, sign or word; the shop's address decides between dollars."""
    text = unicodedata.normalize("NFKC", text).strip()
    upper = text.upper()
    if upper in _CODES or upper in _OLD_CODES:
        return _OLD_CODES.get(upper, upper)
    found = re.search(_SIGN, text[:200], re.IGNORECASE)
    return _code(found[0], url) if found else None


def _normal(text: str) -> str:
    """Return the text with plain digits and signs; nothing of one without a digit, which most of a page's texts are."""
    text = text[:2000]
    return _MYRIADS.sub(_in_digits, unicodedata.normalize("NFKC", text)) if _DIGIT.search(text) else ""


def _in_digits(match: re.Match[str]) -> str:
    if not match[1] and not match[2]:
        return match[0]
    rest = Decimal((match[3] or "0").replace(",", ""))
    return str(int(Decimal(match[1] or 0) * 10_000 + Decimal(match[2] or 0) * 1_000 + rest))


def _find(text: str, url: str) -> list[_Found]:
    matches = list(_MONEY.finditer(text))
    tax = [0] * len(matches)
    for words, value in ((_TAX_OUT, -1), (_TAX_IN, 1)):
        for word in words.finditer(text) if matches else ():
            # A word belongs to the price it stands nearest to: "4,728円 (税込 5,200円)", "4,728円(税抜) 5,200円(税込)".
            nearest = min(range(len(matches)), key=lambda number: _distance(matches[number], word))
            tax[nearest] = value
    found: list[_Found] = []
    for match, value in zip(matches, tax, strict=True):
        amount = _sane(Price.fromstring(match["first"] or match["second"]).amount)
        if amount is None:
            continue
        currency = _code(match["before"] or match["after"], url)
        last = found[-1].end if found else 0
        unsigned = _OPEN_END.search(text, max(last, match.start() - 24), match.start()) if match["after"] else None
        low = _sane(Price.fromstring(unsigned[0]).amount) if unsigned else None
        if unsigned and low is not None and low * 10 > amount:
            found.append(_Found(Money(low, currency), unsigned.start(), unsigned.end(), value))
        found.append(_Found(Money(amount, currency), match.start(), match.end(), value))
    return found


def _distance(match: re.Match[str], word: re.Match[str]) -> int:
    return max(match.start() - word.end(), word.start() - match.end())


def _code(sign: str, url: str) -> str | None:
    upper = sign.upper()
    if upper in _CODES or upper in _OLD_CODES:
        return _OLD_CODES.get(upper, upper)
    named = next((name for name in _SIGNS if name.lower() == sign.lower()), "")
    if named in _SHARED:
        usual, by_country = _SHARED[named]
        return by_country.get(_country(url), usual)
    return _SIGNS.get(named)


def _country(url: str) -> str:
    """Return the country an address names: its last label, or a first path segment such as /ca/ or /en-ca/."""
    parts = urlsplit(url)
    top = (parts.hostname or "").rpartition(".")[2]
    if len(top) == 2:
        return top
    first = re.match(r"/(?:[a-z]{2}[-_])?([a-z]{2})(?:/|$)", parts.path.lower())
    return first[1] if first else ""


def _sane(amount: Decimal | None) -> Decimal | None:
    try:
        return amount if amount is not None and amount.is_finite() and 0 <= amount < Decimal(10**9) else None
    except InvalidOperation:
        return None
