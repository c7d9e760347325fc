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
    """`words` are all of them, `left` those that name no category, gender or colour that is asked for."""

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
        """Return the filters with what the words ask for."""
        # "Men" means what men wear, so unisex too, unless the caller's own filter says which genders.
        genders = (self.gender,) if filters.genders or self.gender == "kids" else (self.gender, "unisex")
        return replace(
            filters,
            categories=(self.category,) if self.category else filters.categories,
            genders=tuple(gender for gender in genders if gender) if self.gender else filters.genders,
            colors=self.colors or filters.colors,
        )


def understand(text: str, filters: Filters) -> Understood:
    """Read a shopper's words, Japanese or English. What contradicts the filters is no chip but a plain word."""
    category, gender, colors = _category(text), gender_of_text(text), colors_of_text(text)
    if filters.categories and category not in filters.categories:
        category = None
    if filters.genders and gender not in filters.genders:
        gender = None
    kept = Understood(
        words=tuple(word for word in _BREAKS.split(unicodedata.normalize("NFKC", text).lower()) if word),
        category=category,
        gender=gender,
        colors=tuple(color for color in colors if not filters.colors or color in filters.colors),
    )
    return replace(kept, left=tuple(word for word in kept.words if not _is_asked_for(word, kept)))


def _is_asked_for(word: str, understood: Understood) -> bool:
    return (
        (understood.category is not None and _category(word) == understood.category)
        or (understood.gender is not None and gender_of_text(word) == understood.gender)
        or not set(colors_of_text(word)).isdisjoint(understood.colors)
    )


def _category(text: str) -> str | None:
    found = category_of_text(text)
    return found.category if found and not found.guessed else None
