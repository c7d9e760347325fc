"""The words of `words/*.toml` as lexicons, and what the lists say of them."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from backend.vision.colors import PALETTE
from backend.vision.lexicon import Lexicon, Prefixes, normal

_WORDS = Path(__file__).parent / "words"
_CHOICE = re.compile(r"\(([^)]*)\)")
NONE = "none"


class Strength(IntEnum):
    """How much a word says of what is sold: it counts only where no stronger one stands beside it."""

    NOUN = 0
    FAINT = 1  # nouns that describe other garments too: tank, cami, crewneck
    MODEL = 2  # names of models: Air Max
    LEG = 3  # cuts of trousers: a wide leg knit is worn on legs
    CLOTH = 4  # cloths that garments go by: denim, knit
    CUT = 5  # necks, sleeves, heels: parts of a garment that is not named


@dataclass(frozen=True, slots=True)
class WordLists:
    """Lexicons of category ("top/t-shirt", "none/thing"), gender, colours, pattern; `never` ends every search;
    `models` of a `maker` are read only beside its name.

    `strength` of words that are no plain nouns, `guesses` those that are too little to narrow a search by, `last`
    those that count only as the last word of a phrase. `weak`, `generic` and `also` speak of fine names, `unsure` of
    categories that a guess at another may be.
    """

    category: Lexicon
    never: Lexicon
    gender: Lexicon
    color: Lexicon
    pattern: Lexicon
    maker: Lexicon
    models: Mapping[str, Lexicon]
    strength: Mapping[str, Strength]
    guesses: frozenset[str]
    last: frozenset[str]
    weak: frozenset[str]
    generic: frozenset[str]
    also: Mapping[str, tuple[str, ...]]
    unsure: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def word_lists() -> WordLists:
    """Every list, read once per process."""
    garments, genders, colors, patterns = map(_toml, ("garments", "genders", "colors", "patterns"))
    nouns = _fine({**garments["category"], NONE: garments["none"]})
    models, cuts, makers = map(_toml, ("models", "cuts", "makers"))
    hints = _hints(nouns, models, cuts)
    fine = {label: list(words) for label, words in nouns.items()}
    for label, words in (pair for listed in hints.values() for pair in listed.items()):
        fine.setdefault(label, []).extend(words)
    shades = {f"{name}/{shade}": _split(words) for name in PALETTE for shade, words in colors[name].items()}
    # Garments are looked for beside the words of colour and gender, because these hold some: ブラ is in ブラック.
    of_others = [words for lists in (shades, _words(genders)) for name, words in lists.items() if name]
    passed = [*_split(garments["ignore"]), *(word for words in of_others for word in words)]
    tails = Prefixes([*_split(garments["tails"]), *(word for words in fine.values() for word in words)])
    known = [tails, Prefixes(passed)]
    strength = _strengths(garments, hints)
    return WordLists(
        Lexicon({"": passed, **fine}, [tails]),
        Lexicon({NONE: _split(garments["never"]["words"])}, [tails]),
        Lexicon(_words(genders), known),
        Lexicon({"": _split(colors["ignore"]), **shades}, known, [Prefixes(_split(colors["shades"])), *known]),
        Lexicon(_words(patterns), known),
        Lexicon({maker: _split(of_maker["names"]) for maker, of_maker in makers.items()}, known),
        {maker: Lexicon(_fine(of_maker["models"]), known) for maker, of_maker in makers.items()},
        strength,
        _as_found(_split(garments["guesses"])) | {word for word, one in strength.items() if one in hints},
        _as_found([*_split(garments["last"]), *_split(cuts["last"])]),
        frozenset(_split(garments["weak"])),
        frozenset(_split(garments["generic"])),
        {name: tuple(_split(words)) for name, words in garments["also"].items()},
        {name: tuple(_split(words)) for name, words in garments["unsure"].items()},
    )


@lru_cache(maxsize=512)
def usual_words(kind: str, label: str, most: int = 8) -> tuple[str, ...]:
    """The first words of a label, as many of each language: what shops and shoppers call it most.

    `kind` is "category" (label "pants/capri"), "color" ("red/wine") or "pattern" ("floral").
    """
    file = {"category": "garments", "color": "colors", "pattern": "patterns"}[kind]
    table: Any = _toml(file)
    table = table["category"] if kind == "category" else table["words"] if kind == "pattern" else table
    for part in label.split("/"):
        table = table.get(part, {})
    words = [normal(word) for word in _split(table) if not word.startswith("*")] if isinstance(table, str) else []
    latin, japanese = ([one for one in words if one.isascii() is ascii_] for ascii_ in (True, False))
    return (*latin[:most], *japanese[:most])


def _hints(
    nouns: Mapping[str, Iterable[str]], models: Mapping[str, Any], cuts: Mapping[str, Any]
) -> dict[Strength, dict[str, list[str]]]:
    """Words of models and cuts, by strength and label; a word that is a noun or a stronger hint too is left out."""
    known = set(_as_found(word for words in nouns.values() for word in words))
    hints: dict[Strength, dict[str, list[str]]] = {}
    for strength, table in ((Strength.MODEL, models), (Strength.LEG, cuts["leg"]), (Strength.CUT, cuts["part"])):
        listed = {label: [one for one in words if normal(one) not in known] for label, words in _fine(table).items()}
        known |= _as_found(word for words in listed.values() for word in words)
        hints[strength] = listed
    return hints


def _strengths(
    garments: Mapping[str, Any], hints: Mapping[Strength, Mapping[str, Iterable[str]]]
) -> dict[str, Strength]:
    strengths = {word: one for one, lists in hints.items() for words in lists.values() for word in _as_found(words)}
    faint = [*_split(garments["faint"]), *_split(garments["none"]["other"])]
    strengths |= dict.fromkeys(_as_found(faint), Strength.FAINT)
    return strengths | dict.fromkeys(_as_found(_split(garments["cloths"])), Strength.CLOTH)


def _as_found(words: Iterable[str]) -> frozenset[str]:
    return frozenset(normal(word).removeprefix("*") for word in words)


def _fine(table: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    return {f"{coarse}/{name}": _split(words) for coarse, names in table.items() for name, words in names.items()}


def _words(table: Mapping[str, Any]) -> dict[str, list[str]]:
    return {"": _split(table["ignore"]), **{name: _split(words) for name, words in table["words"].items()}}


@lru_cache(maxsize=8)
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_WORDS / f"{name}.toml").read_text(encoding="utf-8"))


def _split(words: str) -> list[str]:
    """The words of a list; "(a|b) c" stands for "a c" and "b c"."""
    return [one for word in re.split(r"\s*[,\n]\s*", words.strip()) if word for one in _spelled_out(word)]


def _spelled_out(word: str) -> list[str]:
    parts = [part.split("|") for part in _CHOICE.split(word)]
    return [" ".join("".join(chosen).split()) for chosen in product(*parts)]
