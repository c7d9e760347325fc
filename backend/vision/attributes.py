"""What the words of a product page say: category, gender, colours, pattern; Japanese and English."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from backend.vision.calibration import calibration
from backend.vision.colors import PALETTE, SHADES, Color
from backend.vision.lexicon import Found, Lexicon, normal

_WORDS = Path(__file__).parent / "words"
PATTERNS = ("plain", "stripe", "check", "floral", "dot", "print")
_NONE = "none"

# What follows belongs to the garment, not the other way round: "dress with belt", "ニット + スカート".
_AFTERTHOUGHT = re.compile(r"\b(?:with|for|and|in|to|incl|including|plus)\b|[+＋&×]|\d+点セット")
# "s/s" (short sleeves) is a word, not two
_SEGMENTS = re.compile(r"\s[-–—:]\s|(?<!\b[sl])/|/(?!s\b)|[|｜／,、()（）\[\]「」【】『』~〜]")
_TAGS = re.compile(r"<[^>]*>")
_TWO_COLORS = re.compile(r"(?<=[白黒紺赤青])(?=[白黒紺赤青]|無地)")
# "short" is a garment only as the last word ("yoga short", 'cargo short 11in'), an adjective elsewhere ("short jacket")
_NOTHING_MORE = re.compile(r"[\s.!]*(?:\d+(?:\.\d+)?\s*(?:\"|''|in|inch|cm)?)?[\s.!]*\Z")


@dataclass(frozen=True, slots=True)
class TextCategory:
    """Coarse category (one of CATEGORIES), the fine name it was read from, and how sure that is, 0 to 1.

    `alternatives` are other categories that the words may mean, with how likely each is: サロペット may be found as a
    dress or as pants. All of them and `confidence` add up to 1 at most. `evidence` is the kind of reading that the
    confidence was measured for; `guessed` that only a cloth was named (denim), which other garments are made of too.
    """

    category: str
    word: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    evidence: str = "title"
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a line names: the head's category and fine name, and the categories of other words beside it."""

    category: str
    word: str
    others: tuple[str, ...]
    guessed: bool = False

    @property
    def loose(self) -> bool:
        return self.word in _lexicons().weak

    @property
    def evidence(self) -> str:
        return "loose" if self.loose else "several" if self.others else "title"


def category_of_text(
    title: str | None, breadcrumbs: Sequence[str] = (), description: str | None = None
) -> TextCategory | None:
    """The garment that a product page sells, None when its words name none, or a thing that is no garment.

    The last garment of the title counts (it is the head noun in both languages), unless it is one that shops use
    loosely and the breadcrumbs are clearer. How sure that is was measured for each kind of evidence (`calibration`).
    """
    line = normal(title or "")
    in_title = _read(line)
    if _lexicons().never.find(line) or (in_title is not None and in_title.category == _NONE):
        return None
    crumbs = (_read(normal(crumb)) for crumb in reversed(breadcrumbs))
    in_crumbs = next((found for found in crumbs if found is not None and found.category != _NONE), None)
    if in_title is None:
        return _named(in_crumbs, "breadcrumbs") if in_crumbs else _described(description)
    if in_crumbs is None:
        return _named(in_title, in_title.evidence)
    if in_title.category == in_crumbs.category:
        family = in_title.word in _lexicons().generic and in_crumbs.word not in _lexicons().weak
        return _named(replace(in_title, word=in_crumbs.word) if family else in_title, "agreed")
    if in_title.loose and not in_crumbs.loose and in_crumbs.word not in _lexicons().generic:
        return _named(_Reading(in_crumbs.category, in_crumbs.word, (in_title.category,)), "breadcrumbs")
    if in_crumbs.category in _lexicons().also.get(in_title.word, ()):
        return _named(_Reading(in_crumbs.category, in_title.word, (in_title.category,)), "breadcrumbs")
    if in_title.loose and not in_crumbs.loose:
        return _named(_Reading(in_crumbs.category, in_crumbs.word, (in_title.category,)), "breadcrumbs")
    others = tuple(dict.fromkeys((in_crumbs.category, *in_title.others)))
    return _named(_Reading(in_title.category, in_title.word, others), "disputed")


def gender_of_text(title: str | None, breadcrumbs: Sequence[str] = (), description: str | None = None) -> str | None:
    """ "men", "women", "unisex" or "kids"; the title before the breadcrumbs before the description."""
    for text in (title or "", " / ".join(breadcrumbs), _TAGS.sub(" ", description or "")):
        found = {one.label for one in _lexicons().gender.find(normal(text))}
        if "kids" in found:
            return "kids"
        if "unisex" in found or {"men", "women"} <= found:
            return "unisex"
        if found:
            return found.pop()
    return None


def colors_of_text(*texts: str | None) -> tuple[str, ...]:
    """Palette names (see `colors.PALETTE`) in the order in which the texts name them, each once."""
    return tuple(dict.fromkeys(color.name for color in shades_of_text(*texts)))


def shades_of_text(*texts: str | None) -> tuple[Color, ...]:
    """Colours with their shades, as `colors.shades_of_crop` names them: ペールピンク is a pink, and a pale pink.

    Of katakana colours written as one word the last counts: モカベージュ is a beige.
    """
    colors: list[Color] = []
    for text in texts:
        found = _lexicons().color.find(_TWO_COLORS.sub(" ", normal(text or "")))
        modifiers = {one for one, after in pairwise(found) if one.end == after.start and len(one.word) > 1}
        colors += [Color(*one.label.split("/")) for one in found if one not in modifiers]
    return tuple(dict.fromkeys(colors))


def pattern_of_text(title: str | None, description: str | None = None) -> str | None:
    """One of PATTERNS, None where no word names one. A description is asked only when the title is silent.

    Plain counts only without another (無地 ボーダー is a list of what there is), a print only without a nearer name.
    """
    for text in (title or "", _TAGS.sub(" ", description or "")):
        found = [one.label for one in _lexicons().pattern.find(normal(text))]
        nearer = [one for one in found if one not in ("plain", "print")]
        if found:
            return nearer[0] if nearer else "print" if "print" in found else "plain"
    return None


def fine_names() -> frozenset[str]:
    """Every fine name that words may be read as."""
    return frozenset(label.partition("/")[2] for label in _lexicons().category.labels if not label.startswith(_NONE))


def shade_names() -> frozenset[str]:
    """Every shade that words or pictures may be named by."""
    return frozenset(label.partition("/")[2] for label in _lexicons().color.labels) | {shade for _, shade in SHADES}


def _described(description: str | None) -> TextCategory | None:
    found = _lexicons().category.find(normal(_TAGS.sub(" ", description or "")))
    garments = [one for one in found if not one.label.startswith(_NONE)]
    return _named(_reading(garments[:1]), "description") if garments else None


def _read(line: str) -> _Reading | None:
    """Read the first segment that names a garment; in it, the last garment before an afterthought."""
    for segment in _SEGMENTS.split(line):
        main = _AFTERTHOUGHT.split(segment, maxsplit=1)[0]
        found = _garments(main) or _garments(segment)
        if found:
            return _reading(found)
    return None


def _garments(text: str) -> list[Found]:
    """The garments of a phrase up to the word that says whom they are for: ベスト メンズ スーツ is a vest."""
    found = [
        one for one in _lexicons().category.find(text) if one.word != "short" or _NOTHING_MORE.match(text, one.end)
    ]
    breaks = [one.start for one in _lexicons().gender.find(text)]
    pieces: dict[int, list[Found]] = {}
    for one in found:
        pieces.setdefault(sum(one.start >= place for place in breaks), []).append(one)
    solid = [[one for one in piece if one.word not in _lexicons().faint] for piece in pieces.values()]
    return next(filter(None, [*solid, *pieces.values()]), [])


def _reading(found: Sequence[Found]) -> _Reading:
    """The head is the last word; where it names a family (coat), a nearer word beside it (trench) is the fine name."""
    named = [one.label.partition("/")[::2] for one in found]
    category, word = named[-1]
    if word in _lexicons().generic:
        nearer = [fine for coarse, fine in named if coarse == category and fine not in _lexicons().generic]
        word = nearer[-1] if nearer else word
    others = tuple(dict.fromkeys(coarse for coarse, _ in named if coarse not in (category, _NONE)))
    return _Reading(category, word, others, guessed=all(one.word in _lexicons().fabrics for one in found))


def _named(reading: _Reading, evidence: str) -> TextCategory:
    """The reading with its measured confidence; what is left is shared by the other categories that it may mean."""
    confidence = calibration().text[evidence]
    also = (*reading.others, *_lexicons().also.get(reading.word, ()))
    others = tuple(dict.fromkeys(one for one in also if one != reading.category))
    share = tuple((one, round((1 - confidence) / len(others), 4)) for one in others)
    return TextCategory(reading.category, reading.word, confidence, share, evidence, reading.guessed)


@dataclass(frozen=True, slots=True)
class _Lexicons:
    category: Lexicon
    never: Lexicon
    gender: Lexicon
    color: Lexicon
    pattern: Lexicon
    weak: frozenset[str]
    faint: frozenset[str]
    fabrics: frozenset[str]
    generic: frozenset[str]
    also: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def _lexicons() -> _Lexicons:
    garments, genders, colors, patterns = map(_toml, ("garments", "genders", "colors", "patterns"))
    fine = _fine({**garments["category"], _NONE: garments["none"]})
    models = _fine(garments["models"])
    fine = {label: [*words, *models.get(label, ())] for label, words in fine.items()}
    shades = {f"{name}/{shade}": _split(words) for name in PALETTE for shade, words in colors[name].items()}
    # Garments are looked for beside the words of colour and gender, because these hold some: ブラ is in ブラック.
    of_others = [words for lists in (shades, _words(genders)) for name, words in lists.items() if name]
    passed = [*_split(garments["ignore"]), *(word for words in of_others for word in words)]
    tails = [*_split(garments["tails"]), *(word for words in fine.values() for word in words)]
    known = [*tails, *passed]
    return _Lexicons(
        Lexicon({"": passed, **fine}, tails),
        Lexicon({_NONE: _split(garments["never"]["words"])}, tails),
        Lexicon(_words(genders), known),
        Lexicon({"": _split(colors["ignore"]), **shades}, known, [*_split(colors["shades"]), *known]),
        Lexicon(_words(patterns), known),
        frozenset(_split(garments["weak"])),
        frozenset(map(normal, [*_split(garments["faint"]), *(word for words in models.values() for word in words)])),
        frozenset(map(normal, [*_split(garments["fabrics"]), *(word for words in models.values() for word in words)])),
        frozenset(_split(garments["generic"])),
        {name: tuple(_split(words)) for name, words in garments["also"].items()},
    )


def _fine(table: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    return {f"{coarse}/{name}": _split(words) for coarse, names in table.items() for name, words in names.items()}


def _words(table: Mapping[str, Any]) -> dict[str, list[str]]:
    return {"": _split(table["ignore"]), **{name: _split(words) for name, words in table["words"].items()}}


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_WORDS / f"{name}.toml").read_text(encoding="utf-8"))


def _split(words: str) -> list[str]:
    return [word for word in re.split(r"\s*[,\n]\s*", words.strip()) if word]
