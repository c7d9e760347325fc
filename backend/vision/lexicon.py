"""Finding the words of a list in the titles of shops, Japanese (which has no spaces) and English alike."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import unescape

_KANJI = r"\u4e00-\u9fff"
_JAPANESE = rf"\u3040-\u30ff{_KANJI}"
_KATAKANA = r"[\u30a1-\u30fa\u30fc]"
_KATAKANA_START, _KATAKANA_END = re.compile(_KATAKANA), re.compile(rf"{_KATAKANA}\Z")
_LONE_BEFORE = re.compile(rf"(?<!{_KATAKANA}){_KATAKANA}\Z")
_ENDING = "*"
"""Before a word: it may end a longer one (sundress, 登山靴); a Latin word of one or two letters, Japanese (ロンt)."""
_INITIALS = 2

# ベルト付き: what has a belt is not one. パーカー用, ジャケット風: nor is what is for one or looks like one.
_OF_ANOTHER = (
    "付", "つき", "用", "風", "見え", "掛け", "入れ", "生地", "ポケット付", "に合う", "にも", "対応", "素材", "以外",
    "一体",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A word in a text: its label, the word as the list has it, and where it stands."""

    label: str
    word: str
    start: int
    end: int


class Lexicon:
    """Words with a label each, "" for words to pass over. The longest of overlapping ones counts.

    A katakana word counts only where the katakana around it lets it be one: other listed words and the `tails` may
    follow without a space (パーカーメンズ), any other katakana makes it another word (ブラシ). Of what may stand before
    it without a space nothing is asked (アランニット), unless `heads` lists all that may (ダークレッド).
    """

    def __init__(
        self, labels: Mapping[str, Iterable[str]], tails: Iterable[str] = (), heads: Collection[str] | None = None
    ) -> None:
        listed = {normal(word): label for label, words in labels.items() for word in words}
        self._label = {word.removeprefix(_ENDING): label for word, label in listed.items()}
        self._pattern = _one_pattern(listed)
        katakana = [*self._label, *map(normal, tails)]
        self._rest = _known_katakana(katakana)
        self._heads = None if heads is None else re.compile(rf"(?:{_any_of([*katakana, *map(normal, heads)])})\Z")

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self._label)

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self._label.values()) - {""}

    def find(self, text: str) -> list[Found]:
        """Words in the order of the text, which must be `normal`; none that belongs to another one (ベルト付き)."""
        taken: list[Found] = []
        for one in sorted(self._candidates(text), key=lambda one: one.start - one.end):
            if all(one.end <= other.start or other.end <= one.start for other in taken):
                taken.append(one)
        hits = [one for one in taken if one.label and not text.startswith(_OF_ANOTHER, one.end)]
        return sorted(hits, key=lambda one: one.start)

    def _candidates(self, text: str) -> Iterable[Found]:
        """The longest word at every place, those inside others too, but none that its surroundings make another."""
        start = 0
        while match := self._pattern.search(text, start):
            word = _as_listed(match[0], self._label)
            label = self._label.get(word, "")
            if not label or self._stands_alone(text, match):
                yield Found(label, word, match.start(), match.end())
            start = match.start() + 1

    def _stands_alone(self, text: str, match: re.Match[str]) -> bool:
        """Whether the katakana around a katakana word leaves it a word: it does in ミニスカート, not in ブラシ.

        A single katakana before it makes it another (ユニット, ゼブラ, アドレス): what describes a garment is longer.
        """
        before = text[: match.start()]
        if _KATAKANA_START.match(match[0]) and _KATAKANA_END.search(before):
            known_before = self._heads is None or self._heads.search(before) is not None
            if _LONE_BEFORE.search(before) or not known_before:
                return False
        return not _KATAKANA_END.search(match[0]) or self._rest.match(text, match.end()) is not None


def normal(text: str) -> str:
    """NFKC, lower case, entities and curly quotes resolved, so that ﾊﾟｰｶｰ and Ｔシャツ become what the list has."""
    plain = unicodedata.normalize("NFKC", unescape(unescape(text))).lower()
    return re.sub(r"[‐‑‒−]", "-", plain.replace("’", "'").replace("™", " ").replace("®", " "))


def _one_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """All words as one expression, the longest first; Latin words share one boundary, for speed."""
    longest_first = sorted(words, key=len, reverse=True)
    latin = [word for word in longest_first if word.isascii() and not word.startswith(_ENDING)]
    endings = [word[1:] for word in longest_first if word.isascii() and word.startswith(_ENDING)]
    others = [_pattern(word) for word in longest_first if not word.isascii() or word.startswith(_ENDING)]
    endings = [word for word in endings if len(word) > _INITIALS]
    groups = [
        "|".join(others),
        rf"(?<![a-z0-9])(?:{'|'.join(map(_latin, latin))})(?:e?s)?(?![a-z0-9])" if latin else "",
        rf"(?:{'|'.join(map(_latin, endings))})(?:e?s)?(?![a-z0-9])" if endings else "",
    ]
    return re.compile("|".join(group for group in groups if group))


def _latin(word: str) -> str:
    return re.escape(word).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?")


def _pattern(word: str) -> str:
    if word.startswith(_ENDING):
        return rf"(?<=[{_JAPANESE}]){re.escape(word[1:])}(?![a-z0-9{_JAPANESE}])"
    if re.fullmatch(rf"[{_KANJI}]", word):
        return rf"(?<![{_KANJI}]){word}(?![{_KANJI}])"  # a lone character inside a longer word means something else
    return re.escape(word)


def _as_listed(found: str, known: Collection[str]) -> str:
    """The listed form of what was found: without its plural, with its own spaces and hyphens; "" if none is listed."""
    spaced = re.sub(r"[\s-]+", " ", found)
    for one in (found, spaced, spaced.replace(" ", "-"), spaced.replace(" ", "")):
        for form in (one, one.removesuffix("s"), one.removesuffix("es")):
            if form in known:
                return form
    hyphened = re.sub(r"(?:e?s)?\Z", "", spaced.replace(" ", ""))
    return next((word for word in known if re.sub(r"[\s-]", "", word) == hyphened), "") if " " in spaced else ""


def _known_katakana(words: Iterable[str]) -> re.Pattern[str]:
    """What may follow a katakana word: words that are known, up to the end of the katakana."""
    return re.compile(rf"(?:{_any_of(words)})*(?!{_KATAKANA})")


def _any_of(words: Iterable[str]) -> str:
    known = sorted({word for word in words if _KATAKANA_START.match(word)}, key=len, reverse=True)
    return "|".join(map(re.escape, known)) or r"(?!)"
