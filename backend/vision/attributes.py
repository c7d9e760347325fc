"""What the words of a product page say: category, gender, colours; Japanese and English."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path

_WORDS = Path(__file__).parent / "words.toml"

_IN_TITLE, _IN_BREADCRUMBS, _IN_DESCRIPTION, _LOOSE = 0.95, 0.85, 0.5, 0.6
_DISPUTED = 0.75  # the title names two categories, or the breadcrumbs another one

# What follows belongs to the garment, not the other way round: "dress with belt", "ニット + スカート".
_AFTERTHOUGHT = re.compile(r"\b(?:with|for|and|incl|including|plus)\b|[+＋&]|\d+点セット")
_SEGMENTS = re.compile(r"\s[-–—:]\s|[|｜/／,、()（）\[\]「」【】『』~〜]")
_TAGS = re.compile(r"<[^>]*>")
_KANJI = r"\u4e00-\u9fff"
_KATAKANA = r"[\u30a1-\u30fa\u30fc]"
_KATAKANA_START, _KATAKANA_END = re.compile(_KATAKANA), re.compile(rf"{_KATAKANA}\Z")
_LONE_BEFORE = re.compile(rf"(?<!{_KATAKANA}){_KATAKANA}\Z")


@dataclass(frozen=True, slots=True)
class TextCategory:
    """Coarse category (one of CATEGORIES), the fine word it was read from, and how sure that is, 0 to 1."""

    category: str
    word: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Found:
    label: str
    start: int
    end: int


class _Lexicon:
    """One pattern for many words, each for a label, "" for words to pass over. The longest of overlapping ones counts.

    With `tails` a katakana word counts only where the katakana around it lets it be one: other listed words and the
    tails may follow without a space (パーカーメンズ), any other katakana makes it another word (ブラシ, スーツケース).
    """

    def __init__(self, labels: Mapping[str, Iterable[str]], tails: Iterable[str] | None = None) -> None:
        self._label = {_normal(word): label for label, words in labels.items() for word in words}
        longest_first = sorted(self._label, key=len, reverse=True)
        self._pattern = re.compile("|".join(_pattern(word) for word in longest_first))
        self._rest = None if tails is None else _compound_rest({*self._label, *map(_normal, tails)})

    def find(self, text: str) -> list[_Found]:
        taken: list[_Found] = []
        for one in sorted(self._candidates(text), key=lambda one: one.start - one.end):
            if all(one.end <= other.start or other.end <= one.start for other in taken):
                taken.append(one)
        hits = [one for one in taken if one.label and not _belongs_to_another(text, one.end)]
        return sorted(hits, key=lambda one: one.start)

    def _candidates(self, text: str) -> Iterable[_Found]:
        """The longest word at every place, those inside others too, but none that its surroundings make another."""
        start = 0
        while match := self._pattern.search(text, start):
            label = self._label.get(_singular_or_plural(match[0], self._label), "")
            if not label or self._rest is None or _stands_alone(text, match, self._rest):
                yield _Found(label, match.start(), match.end())
            start = match.start() + 1


def category_of_text(
    title: str | None, breadcrumbs: Sequence[str] = (), description: str | None = None
) -> TextCategory | None:
    """The garment that a product page sells, None when its words name none.

    The last garment word of the title counts (it is the head noun in both languages), unless it is one that shops use
    loosely and the breadcrumbs are clearer. Words that name a cloth as well (ニット, denim) count only without another.
    """
    in_title = _category_of_line(_normal(title or ""), _IN_TITLE)
    crumbs = (_category_of_line(_normal(crumb), _IN_BREADCRUMBS) for crumb in reversed(breadcrumbs))
    in_crumbs = next((found for found in crumbs if found is not None), None)
    if in_title is not None and in_crumbs is not None:
        if in_title.category == in_crumbs.category:
            return TextCategory(in_title.category, in_title.word, 0.98)
        if in_title.confidence < in_crumbs.confidence:
            return in_crumbs
        return TextCategory(in_title.category, in_title.word, min(in_title.confidence, _DISPUTED))
    if in_title is not None or in_crumbs is not None:
        return in_title or in_crumbs
    first = next(iter(_lexicons().category.find(_normal(_TAGS.sub(" ", description or "")))), None)
    return None if first is None else _text_category(first.label, _IN_DESCRIPTION)


def gender_of_text(title: str | None, breadcrumbs: Sequence[str] = (), description: str | None = None) -> str | None:
    """ "men", "women", "unisex" or "kids"; the title before the breadcrumbs before the description."""
    for text in (title or "", " / ".join(breadcrumbs), _TAGS.sub(" ", description or "")):
        found = {one.label for one in _lexicons().gender.find(_normal(text))}
        if "kids" in found:
            return "kids"
        if "unisex" in found or {"men", "women"} <= found:
            return "unisex"
        if found:
            return found.pop()
    return None


def colors_of_text(*texts: str | None) -> tuple[str, ...]:
    """Palette names (see `colors.PALETTE`) in the order in which the texts name them, each once."""
    found = [one.label for text in texts for one in _lexicons().color.find(_normal(text or ""))]
    return tuple(dict.fromkeys(found))


def _category_of_line(line: str, confidence: float) -> TextCategory | None:
    """Read the first segment that names a garment; in it, the last garment before an afterthought."""
    for segment in _SEGMENTS.split(line):
        main = _AFTERTHOUGHT.split(segment, maxsplit=1)[0]
        found = _garments(main) or _garments(segment)
        if found:
            coarse = {one.label.partition("/")[0] for one in found}
            return _text_category(found[-1].label, confidence if len(coarse) == 1 else min(confidence, _DISPUTED + 0.1))
    return None


def _garments(text: str) -> list[_Found]:
    found = _lexicons().category.find(text)
    # "short" is a garment only as the last word ("yoga short"), an adjective elsewhere ("short jacket")
    found = [one for one in found if text[one.start : one.end] != "short" or not text[one.end :].strip(" .!™®")]
    return [one for one in found if text[one.start : one.end] not in _lexicons().cloth] or found


def _text_category(label: str, confidence: float) -> TextCategory:
    category, _, word = label.partition("/")
    return TextCategory(category, word, min(confidence, _LOOSE) if word in _lexicons().weak else confidence)


@dataclass(frozen=True, slots=True)
class _Lexicons:
    category: _Lexicon
    gender: _Lexicon
    color: _Lexicon
    weak: frozenset[str]
    cloth: frozenset[str]


@lru_cache(maxsize=1)
def _lexicons() -> _Lexicons:
    words = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    ignored = words["ignore"]
    categories = {
        f"{coarse}/{fine}": names for coarse, fines in words["category"].items() for fine, names in fines.items()
    }
    # Garments are looked for beside the words of colour and gender, because these hold some: ブラ is in ブラック.
    named = [word for kind in ("color", "gender") for names in words[kind].values() for word in names]
    return _Lexicons(
        _Lexicon({"": [*ignored, *named], **categories}, words["tails"]),
        _Lexicon(words["gender"]),
        _Lexicon({"": ignored, **words["color"]}),
        frozenset(words["weak"]),
        frozenset(_normal(word) for word in words["cloth"]),
    )


def _normal(text: str) -> str:
    """NFKC, lower case, entities and curly quotes resolved, so that ﾊﾟｰｶｰ and Ｔシャツ become what the list has."""
    plain = unicodedata.normalize("NFKC", unescape(unescape(text))).lower()
    return re.sub(r"[‐‑‒−]", "-", plain.replace("’", "'").replace("™", " ").replace("®", " "))


def _pattern(word: str) -> str:
    if word.isascii():
        body = re.escape(word).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?")
        return rf"(?<![a-z0-9]){body}(?:e?s)?(?![a-z0-9])"
    if re.fullmatch(rf"[{_KANJI}]", word):
        return rf"(?<![{_KANJI}]){word}(?![{_KANJI}])"  # a lone character inside a longer word means something else
    return re.escape(word)


def _singular_or_plural(found: str, known: Mapping[str, str]) -> str:
    spaced = re.sub(r"[\s-]+", " ", found)
    candidates = (found, spaced, spaced.replace(" ", "-"), spaced.replace(" ", ""))
    for one in candidates:
        for form in (one, one.removesuffix("s"), one.removesuffix("es")):
            if form in known:
                return form
    return ""


def _compound_rest(words: set[str]) -> re.Pattern[str]:
    """What may follow a katakana word: words that are known, up to the end of the katakana."""
    known = sorted((word for word in words if _KATAKANA_START.match(word)), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, known))})*(?!{_KATAKANA})")


def _stands_alone(text: str, match: re.Match[str], rest: re.Pattern[str]) -> bool:
    """Whether the katakana around a katakana word leaves it a word: ミニスカート ends in one, ブラシ begins with none.

    A single katakana before it makes it another (ユニット, ゼブラ, アドレス): what describes a garment is longer.
    """
    if _KATAKANA_START.match(match[0]) and _LONE_BEFORE.search(text[: match.start()]):
        return False
    return not _KATAKANA_END.search(match[0]) or rest.match(text, match.end()) is not None


def _belongs_to_another(text: str, end: int) -> bool:
    """ベルト付き: what has a belt is not one. パーカー用, ジャケット風: nor is what is for one or looks like one."""
    return text.startswith(("付", "つき", "用", "風", "見え", "掛け", "入れ", "生地", "ポケット付"), end)
