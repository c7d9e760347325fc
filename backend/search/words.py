"""What a shopper's words ask for: what is understood, with the piece of the text that says it, and what is left."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import get_args

from backend.search.answers import Chip, Kind
from backend.search.gallery import Filters
from backend.search.prices import Price, find_in_stock, find_price
from backend.search.traits import traits
from backend.search.typed import Typed, katakana
from backend.search.understood import Said, Understood, narrower
from backend.vision.attributes import (
    TWO_COLORS,
    TextCategory,
    category_of_text,
    find_colors,
    gender_of_text,
    pattern_of_text,
)
from backend.vision.lexicon import Found
from backend.vision.word_lists import word_lists

_BREAKS = re.compile(r"[\s,、。・/|+＋]+")
_RUNS = re.compile(r"[a-z0-9'&.-]*[a-z0-9]|[ぁ-ゖ]+|[ァ-ヺー]+|[㐀-鿿々]+|[^\W_a-z0-9ぁ-ゖァ-ヺー㐀-鿿々]+")
_HIRAGANA = re.compile(r"[ぁ-ゖー]{3,}")
_KANA_ONLY = re.compile(r"[ぁ-ゖ]+")
_TRAILING = re.compile(r"(?:色|系|柄)?[いのな]?(?![ぁ-ゖ])")
_MOST_WORDS = 10
_ANY_OUTER = frozenset(("outer", "outers", "outerwear", "outer wear", "アウター", "上着"))
"""Words that the lists call a jacket, and shoppers anything that is worn over the rest."""
_ORDER = get_args(Kind)
_FILTERED = ("category", "gender", "color", "price", "in_stock")


def understand(text: str, filters: Filters, fixes: Mapping[str, str] | None = None) -> Understood:
    """Read a shopper's words, Japanese or English. What contradicts the filters is a plain word, and passed over.

    `fixes` are words to read instead of others: typing errors that the shop's own words told (see spelling.py).
    """
    typed = _kana_read(_spaced(Typed.read(text)))
    typed, fixed = _fixed(typed, fixes or {})
    return _Reader(typed, filters, fixed).read()


class _Reader:
    """One reading of one text; `_rest` is the text in which what was understood of numbers is blank."""

    def __init__(self, typed: Typed, filters: Filters, fixed: list[Said]) -> None:
        self._typed, self._filters, self._fixed = typed, filters, fixed
        self._rest = typed.plain
        self._said: list[Said] = []
        self._passed_over: list[Said] = []
        self._fine: str | None = None

    def read(self) -> Understood:
        price, in_stock = self._price(), self._stock()
        colors = self._colors()
        category = self._category()
        gender = self._gender()
        pattern = self._pattern()
        named, within = self._traits()
        of_fixed = [one for one in self._fixed if not any(_overlap(one, other) for other in self._said)]
        return Understood(
            words=_words(self._typed.plain),
            left=tuple(self._left(_FILTERED)),
            plain=tuple(self._left()),
            category=category.category if category else None,
            gender=gender,
            colors=tuple(dict.fromkeys(name for name, _ in colors)),
            categories=_categories(category, self._filters),
            fine_category=self._fine,
            shades=tuple(pair for pair in colors if pair[0] != pair[1]),
            pattern=pattern,
            traits=named,
            within=within,
            price=price,
            in_stock=in_stock,
            said=tuple(self._chips([*self._said, *of_fixed])),
            passed_over=tuple(self._chips(self._passed_over)),
        )

    def _price(self) -> Price | None:
        found = find_price(self._rest)
        if found is None:
            return None
        low, high = narrower(self._filters, found)
        if low is not None and high is not None and low > high:
            return None
        self._take("price", found.value, found.start, found.end, blank=True)
        return found

    def _stock(self) -> bool | None:
        span = find_in_stock(self._rest)
        if span is None or self._filters.in_stock is False:
            return None
        self._take("in_stock", "yes", *span, blank=True)
        return True

    def _colors(self) -> list[tuple[str, str]]:
        """Return the colours and their shades."""
        wanted = self._filters.colors
        found: list[tuple[str, str]] = []
        for one in find_colors(self._rest):
            name, _, shade = one.label.partition("/")
            if wanted and name not in wanted:
                self._pass_over("color", name, one)
                continue
            found.append((name, shade))
            self._take("color", name, one.start, one.end)
            if shade != name:
                self._take("shade", shade, one.start, one.end)
        return list(dict.fromkeys(found))

    def _category(self) -> TextCategory | None:
        found = category_of_text(self._rest)
        if found is None or found.guessed:
            return None
        if self._filters.categories and found.category not in self._filters.categories:
            self._pass_over("category", found.category, *_heads(self._rest, found))
            return None
        heads = [self._without_traits(one) for one in _heads(self._rest, found)]
        self._fine = next((fine for one in heads if (fine := _fine_name(one))), None)
        for one in heads:
            self._take("category", found.category, one.start, one.end)
            if self._fine:
                self._take("fine_category", self._fine, one.start, one.end)
        return found

    def _without_traits(self, head: Found) -> Found:
        """Return a garment's name without what it does without: shorts of running shorts, jacket of rain jacket."""
        for one in sorted([*traits().find(self._rest), *word_lists().pattern.find(self._rest)], key=_place):
            rest = self._rest[one.end : head.end]
            name = _name(rest.strip(), head.label)
            if one.start == head.start and one.end < head.end and name:
                head = replace(name, start=one.end + len(rest) - len(rest.lstrip()), end=head.end)
        return head

    def _gender(self) -> str | None:
        gender = gender_of_text(self._rest)
        if gender is None:
            return None
        told = word_lists().gender.find(self._rest)
        if self._filters.genders and gender not in self._filters.genders:
            self._pass_over("gender", gender, *told)
            return None
        for one in told:
            self._take("gender", gender, one.start, one.end)
        return gender

    def _pattern(self) -> str | None:
        pattern = pattern_of_text(self._rest)
        for one in word_lists().pattern.find(self._rest):
            if pattern and one.label == pattern:
                self._take("pattern", pattern, one.start, one.end)
        return pattern

    def _traits(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the traits, and those that a garment's name says already."""
        found = {one: [other.kind for other in self._said if _overlap(one, other)] for one in traits().find(self._rest)}
        named = [one for one, kinds in found.items() if not kinds]
        for one in named:
            self._take("word", one.label, one.start, one.end)
        within = (one.label for one, kinds in found.items() if "fine_category" in kinds)
        return tuple(dict.fromkeys(one.label for one in named))[:_MOST_WORDS], tuple(dict.fromkeys(within))

    def _take(self, kind: Kind, value: str, start: int, end: int, *, blank: bool = False) -> None:
        self._said.append(Said(kind, value, start, end))
        if blank:
            self._rest = self._rest[:start] + " " * (end - start) + self._rest[end:]

    def _pass_over(self, kind: Kind, value: str, *told: Found) -> None:
        self._passed_over += [Said(kind, value, one.start, one.end) for one in told]

    def _left(self, kinds: Collection[str] = get_args(Kind)) -> Iterator[str]:
        """Give the words in which nothing of these kinds was understood."""
        rest = list(self._typed.plain)
        for one in [one for one in self._said if one.kind in kinds]:
            rest[one.start : self._end(one)] = " " * (self._end(one) - one.start)
        runs = [run[0].strip("'&.-") for run in _RUNS.finditer("".join(rest))]
        told = [run for run in runs if run and _says_something(run)]
        yield from list(dict.fromkeys(told))[:_MOST_WORDS]

    def _end(self, one: Said) -> int:
        """Return where a word ends with what binds it to the next one: 赤い, 黒の."""
        match = _TRAILING.match(self._typed.plain, one.end)
        return match.end() if match and not self._typed.plain[one.end - 1].isascii() else one.end

    def _chips(self, said: Iterable[Said]) -> Iterator[Chip]:
        chips = [(one.kind, one.value, self._typed.piece(one.start, self._end(one))) for one in said]
        for kind, value, text in sorted(dict.fromkeys(chips), key=lambda chip: _ORDER.index(chip[0])):
            yield Chip(kind, value, text)


def _spaced(typed: Typed) -> Typed:
    """Put a space between two colours of a letter each: 白黒."""
    for match in reversed(list(TWO_COLORS.finditer(typed.plain))):
        typed = typed.spaced(match.start())
    return typed


def _kana_read(typed: Typed) -> Typed:
    """Read hiragana as katakana where that names something: わんぴーす."""
    for run in reversed(list(_HIRAGANA.finditer(typed.plain))):
        for end in range(run.end(), run.start() + 2, -1):
            word = katakana(typed.plain[run.start() : end])
            if word in _katakana_words():
                typed = typed.replaced(run.start(), end, word)
                break
    return typed


@lru_cache(maxsize=1)
def _katakana_words() -> frozenset[str]:
    lists = word_lists()
    return lists.category.words | lists.color.words | lists.pattern.words | lists.gender.words | traits().lexicon.words


def _fixed(typed: Typed, fixes: Mapping[str, str]) -> tuple[Typed, list[Said]]:
    said: list[Said] = []
    for wrong, right in fixes.items():
        start = typed.plain.find(wrong)
        if start >= 0:
            typed = typed.replaced(start, start + len(wrong), right)
            said = [_moved(one, start, len(right) - len(wrong)) for one in said]
            said.append(Said("word", right, start, start + len(right)))
    return typed, said


def _moved(one: Said, start: int, by: int) -> Said:
    return replace(one, start=one.start + by, end=one.end + by) if one.start > start else one


def _heads(line: str, found: TextCategory) -> list[Found]:
    """Return the words that name the garment: those of its fine name, and the last of its category."""
    words = [one for one in word_lists().category.find(line) if one.label.startswith(f"{found.category}/")]
    fine = [one for one in words if one.label == f"{found.category}/{found.word}"]
    return list(dict.fromkeys([*fine, *words[-1:]]))


def _name(rest: str, label: str) -> Found | None:
    """Return what a text names alone, if that is the same fine name, or the category where that says no more."""
    found = word_lists().category.find(rest)
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(rest)):
        return None
    category, _, fine = label.partition("/")
    of_family = fine in word_lists().generic and found[0].label.startswith(f"{category}/")
    return found[0] if found[0].label == label or of_family else None


def _place(one: Found) -> int:
    return one.start


def _fine_name(head: Found) -> str | None:
    """Return the fine name, None where it says no more than the category."""
    category, _, fine = head.label.partition("/")
    return None if fine == category or head.word in _ANY_OUTER else fine


def _categories(found: TextCategory | None, filters: Filters) -> tuple[str, ...]:
    if found is None:
        return ()
    also = (name for name, _ in found.alternatives)
    wanted = tuple(dict.fromkeys((found.category, *also)))
    return tuple(one for one in wanted if not filters.categories or one in filters.categories)


def _overlap(one: Said | Found, other: Said) -> bool:
    return one.start < other.end and other.start < one.end


def _words(plain: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in _BREAKS.split(plain) if word))[:_MOST_WORDS]


def _says_something(run: str) -> bool:
    if run in traits().nothing or (run.isdecimal() and len(run) < 3):
        return False
    return len(run) > (2 if _KANA_ONLY.fullmatch(run) else 1)
