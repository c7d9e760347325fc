"""What a shopper's words were understood to ask for, and what a gallery can check of it."""

from dataclasses import dataclass, replace

from backend.search.answers import Chip, Kind
from backend.search.gallery import Filters
from backend.search.prices import Price


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was understood, and the span of the words that say it."""

    kind: Kind
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Understood:
    """`words` are all of them, `left` those that name no category, gender, colour, price or stock.

    `plain` are those of `left` that name nothing at all that is understood.
    `categories` are the category and what else its name may mean (サロペット). `price` and `in_stock` are None where
    nothing is said. `within` are traits that the fine name says (yoga pants are leggings, and for yoga).
    `passed_over` is what the filters forbid: it is asked for as plain words only.
    """

    words: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    category: str | None = None
    gender: str | None = None
    colors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    fine_category: str | None = None
    shades: tuple[tuple[str, str], ...] = ()
    pattern: str | None = None
    traits: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    price: Price | None = None
    in_stock: bool | None = None
    said: tuple[Chip, ...] = ()
    passed_over: tuple[Chip, ...] = ()

    @property
    def chips(self) -> list[Chip]:
        return list(self.said)

    def narrow(self, filters: Filters) -> Filters:
        """Return the filters with what the words ask for and a gallery can check."""
        # "Men" means what men wear, so unisex too, unless the caller's own filter says which genders.
        genders = (self.gender,) if filters.genders or self.gender == "kids" else (self.gender, "unisex")
        low, high = narrower(filters, self.price)
        return replace(
            filters,
            categories=self.categories or filters.categories,
            genders=tuple(gender for gender in genders if gender) if self.gender else filters.genders,
            colors=self.colors or filters.colors,
            price_min=low,
            price_max=high,
            in_stock=filters.in_stock if self.in_stock is None else self.in_stock,
        )


def narrower(filters: Filters, price: Price | None) -> tuple[float | None, float | None]:
    """Return the lowest and the highest price that both allow, None where neither says."""
    lows = [one for one in (filters.price_min, price.low if price else None) if one is not None]
    highs = [one for one in (filters.price_max, price.high if price else None) if one is not None]
    return max(lows, default=None), min(highs, default=None)
