"""What a shopper's words ask for: categories, genders and colours that are understood, and the words that are left."""

import re
import unicodedata
from dataclasses import dataclass, replace

from backend.search.answers import Chip
from backend.search.gallery import Filters
from backend.vision.attributes import category_of_text, colors_of_text, gender_of_text

_BREAKS = re.compile(r"[\s,、。・/|+＋]+")


@dataclass(frozen=True, slots=True)
class Understood:
    """`words` are all of them, `left` those that name no category, gender or colour."""

    words: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    category: str | None = None
    gender: str | None = None
    colors: tuple[str, ...] = ()

    @property
    def chips(self) -> list[Chip]:
        chips = [Chip("color", color) for color in self.colors]
        if self.category:
            chips.append(Chip("category", self.category))
        return [*chips, Chip("gender", self.gender)] if self.gender else chips

    def narrow(self, filters: Filters) -> Filters:
        """Return the filters with what the words ask for; a filter that says something already stands."""
        genders = () if not self.gender else (self.gender,) if self.gender == "kids" else (self.gender, "unisex")
        return replace(
            filters,
            categories=filters.categories or ((self.category,) if self.category else ()),
            genders=filters.genders or genders,
            colors=filters.colors or self.colors,
        )


def understand(text: str) -> Understood:
    """Read a shopper's words, Japanese or English."""
    words = tuple(word for word in _BREAKS.split(unicodedata.normalize("NFKC", text).lower()) if word)
    category = category_of_text(text)
    return Understood(
        words=words,
        left=tuple(word for word in words if not _is_understood(word)),
        category=category.category if category else None,
        gender=gender_of_text(text),
        colors=colors_of_text(text),
    )


def _is_understood(word: str) -> bool:
    return bool(colors_of_text(word) or gender_of_text(word) or category_of_text(word))
