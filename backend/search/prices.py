"""Prices and stock in a shopper's words: "under $50", "5千円以下", "3000〜5000円", "in stock"; Japanese and English."""

import re
from dataclasses import dataclass

_ABOUT = 0.2  # of the price: what "about 5000" still means
_LARGEST = 1e10

_MANY = {"万": 10_000, "千": 1_000, "k": 1_000}
_KANJI_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
# Digits are bounded, so that no text makes the search for a price slow.
_AMOUNT = (
    r"(?P<{0}_sign>[¥$€£]\s?)?(?P<{0}>\d{{1,9}}(?:,\d{{3}}){{0,3}}(?:\.\d{{1,2}})?|[一二三四五六七八九](?=[千万]))"
    r"\s?(?P<{0}_many>[万千]|k\b)?(?P<{0}_more>\d千)?\s?"
    r"(?P<{0}_unit>円|yen\b|jpy\b|usd\b|dollars?\b|bucks\b|euros?\b|eur\b|pounds?\b|gbp\b|[€$£])?"
)
_ONE, _LOW, _HIGH = _AMOUNT.format("one"), _AMOUNT.format("low"), _AMOUNT.format("high")
_RANGES = (
    re.compile(rf"(?:\bbetween|\bfrom)\s+{_LOW}\s*(?:and|to|-|~|–)\s*{_HIGH}"),
    re.compile(rf"{_LOW}\s?(?:~|〜|～|から|-|–|\bto\b)\s?{_HIGH}(?:\s?(?:まで|の間|以内|以下))?"),
)
_AT_MOST = (
    re.compile(
        r"(?:\b(?:(?:cheaper|less|lower) than|under|below|up to|at most|max(?:imum)?|no more than|not over|within)\s+"
        rf"|<=?\s?|≤\s?){_ONE}"
    ),
    re.compile(
        rf"{_ONE}\s?(?:以下|以内|まで|未満|より安い|より安く|を切る|アンダー|or (?:less|under|below|cheaper)\b|max\b)"
    ),
)
_AT_LEAST = (
    re.compile(
        rf"(?:\b(?:over|above|more than|at least|min(?:imum)?|not under|starting at|from)\s+|>=?\s?|≥\s?){_ONE}"
    ),
    re.compile(rf"{_ONE}\s?(?:以上|から|より高い|より高く|オーバー|超|or (?:more|over|above)\b|and up\b|\+)"),
)
_AROUND = (
    re.compile(rf"(?:\b(?:around|about|roughly)\s+|~\s?|約\s?){_ONE}"),
    re.compile(rf"{_ONE}\s?(?:くらい|ぐらい|前後|程度|ほど)"),
)
_IN_STOCK = re.compile(r"\b(?:in|on) stock\b|\bavailable(?: now)?\b|在庫(?:あり|有り?|が?ある|のある)|即納|すぐ買える")


@dataclass(frozen=True, slots=True)
class Price:
    """A price asked for, both ends included, None where it is open, and the span of the words that ask for it."""

    low: float | None
    high: float | None
    start: int
    end: int

    @property
    def value(self) -> str:
        """As a chip has it: "-5000", "5000-", "3000-5000"."""
        ends = ("" if price is None else f"{price:.10g}" for price in (self.low, self.high))
        return "-".join(ends)


def find_price(plain: str) -> Price | None:
    """Return the first price that a text asks for; a number alone is no price."""
    for pattern in _RANGES:
        if (match := pattern.search(plain)) and _is_money(match):
            return _range(match)
    for found in (_at_most(plain), _at_least(plain), _around(plain)):
        if found:
            return found
    return None


def find_in_stock(plain: str) -> tuple[int, int] | None:
    match = _IN_STOCK.search(plain)
    return match.span() if match else None


def _range(match: re.Match[str]) -> Price:
    low, high = _amount(match, "low"), _amount(match, "high")
    if match["low_many"] is None and match["high_many"] in ("千", "万") and low < high / _MANY[match["high_many"]]:
        low *= _MANY[match["high_many"]]  # 3〜5千円
    return Price(min(low, high), max(low, high), *match.span())


def _at_most(plain: str) -> Price | None:
    match = _first(_AT_MOST, plain)
    return Price(None, _amount(match, "one"), *match.span()) if match else None


def _at_least(plain: str) -> Price | None:
    match = _first(_AT_LEAST, plain)
    return Price(_amount(match, "one"), None, *match.span()) if match else None


def _around(plain: str) -> Price | None:
    match = _first(_AROUND, plain)
    if match is None:
        return None
    price = _amount(match, "one")
    return Price(round(price * (1 - _ABOUT), 2), round(price * (1 + _ABOUT), 2), *match.span())


def _first(patterns: tuple[re.Pattern[str], ...], plain: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(plain))), None)


def _is_money(match: re.Match[str]) -> bool:
    """Whether a range is one of prices: "10-12" may be of ages or sizes, "between 10 and 12" is not."""
    told = any(match[f"{end}_{name}"] for end in ("low", "high") for name in ("sign", "many", "unit"))
    return told or match[0].startswith("between") or min(len(match["low"]), len(match["high"])) >= 3


def _amount(match: re.Match[str], name: str) -> float:
    number = float(match[name].translate(_KANJI_DIGITS).replace(",", ""))
    number *= _MANY.get(match[f"{name}_many"] or "", 1)
    if match[f"{name}_more"]:
        number += float(match[f"{name}_more"][0]) * _MANY["千"]
    return min(number, _LARGEST)
