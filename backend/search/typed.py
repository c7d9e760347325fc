"""What a shopper typed, in one spelling, and where each piece of it stood: a chip must name the words it came from."""

import re
import unicodedata
from dataclasses import dataclass

MOST = 200
"""Characters that are read; the API takes no more."""

_JOINS_BEFORE = frozenset("ﾞﾟ")
_HYPHENS = re.compile(r"[‐‑‒−]")
_KANA_SHIFT = ord("ァ") - ord("ぁ")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_KATAKANA = re.compile(r"[ァ-ヶ]")


@dataclass(frozen=True, slots=True)
class Typed:
    """`plain` is NFKC and lower case; `places` tells for every character of it where it begins and ends in `text`."""

    text: str
    plain: str
    places: tuple[tuple[int, int], ...]

    @classmethod
    def read(cls, text: str) -> "Typed":
        text = text[:MOST]
        plain: list[str] = []
        places: list[tuple[int, int]] = []
        for start, end in _clusters(text):
            one = unicodedata.normalize("NFKC", text[start:end]).lower()
            one = _HYPHENS.sub("-", one.replace("’", "'")).replace("\0", " ")
            plain.append(one)
            places += [(start, end)] * len(one)
        return cls(text, "".join(plain), tuple(places))

    def piece(self, start: int, end: int) -> str:
        """Return the typed piece that a span of `plain` stands for, without the space around it."""
        return self.text[self.places[start][0] : self.places[end - 1][1]].strip() if start < end else ""

    def replaced(self, start: int, end: int, word: str) -> "Typed":
        """Return this with another word read at a span; that word's pieces are all of the span."""
        whole = (self.places[start][0], self.places[end - 1][1])
        places = (*self.places[:start], *[whole] * len(word), *self.places[end:])
        return Typed(self.text, self.plain[:start] + word + self.plain[end:], places)

    def spaced(self, place: int) -> "Typed":
        """Return this with a space before a character, which stands for nothing typed."""
        at = self.places[place][0]
        places = (*self.places[:place], (at, at), *self.places[place:])
        return Typed(self.text, f"{self.plain[:place]} {self.plain[place:]}", places)


def katakana(text: str) -> str:
    return _HIRAGANA.sub(lambda one: chr(ord(one[0]) + _KANA_SHIFT), text)


def hiragana(text: str) -> str:
    return _KATAKANA.sub(lambda one: chr(ord(one[0]) - _KANA_SHIFT), text)


def _clusters(text: str) -> list[tuple[int, int]]:
    """Characters with what NFKC joins to the one before them: a half-width kana's voice mark, an accent."""
    starts = [
        place
        for place, one in enumerate(text)
        if place == 0 or not (one in _JOINS_BEFORE or unicodedata.combining(one))
    ]
    return list(zip(starts, [*starts[1:], len(text)], strict=True)) if text else []
