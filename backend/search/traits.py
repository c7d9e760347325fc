"""What only titles and descriptions tell of a garment (traits.toml): sleeves, necks, lengths, cloths, uses."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from backend.vision.lexicon import Found, Lexicon, Prefixes, normal
from backend.vision.word_lists import word_lists

MOST_WORDS = 24
_FILE = Path(__file__).with_name("traits.toml")
# 綿素材, ランニング用: the lexicon takes what stands before these for a word of something else.
_OF_TRAITS = re.compile("素材|生地|加工|用|対応")


@dataclass(frozen=True, slots=True)
class Traits:
    """`words` are what products are looked through for; `nothing` are words of asking, not of what is asked for."""

    lexicon: Lexicon
    words: dict[str, tuple[str, ...]]
    nothing: frozenset[str]

    def find(self, line: str) -> list[Found]:
        """Traits in a `normal` line, the longest of overlapping words."""
        return self.lexicon.find(_OF_TRAITS.sub(lambda one: " " * len(one[0]), line))


@lru_cache(maxsize=1)
def traits() -> Traits:
    """Read once per process."""
    file = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    words = {label: _split(listed) for label, listed in file["words"].items()}
    lists = word_lists()
    beside = Prefixes([*lists.category.words, *lists.gender.words, *lists.color.words])
    looked_for = {label: listed[:MOST_WORDS] for label, listed in words.items()}
    return Traits(Lexicon(words, [beside]), looked_for, frozenset(_split(file["nothing"])))


def _split(listed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normal(word) for word in re.split(r"\s*,\s*", listed.strip())))
