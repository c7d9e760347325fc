"""What a caller may wish of any search, whatever it starts from."""

from dataclasses import dataclass, field

from backend.search.facets import Narrowing
from backend.search.gallery import MAX_LIMIT, Filters

_NARROWED = 400  # products among which the catalog looks for those of a brand or a size


@dataclass(frozen=True, slots=True)
class Wish:
    """At most `limit` products, under conditions that must all hold; `why`: the answer explains itself.

    The gallery checks `filters`, the catalog `brands` and `sizes`. Searches are `counted` for the seller's figures,
    unless it is the seller who looks.
    """

    filters: Filters = field(default_factory=Filters)
    brands: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    limit: int = 20
    why: bool = False
    counted: bool = True

    @property
    def narrowing(self) -> Narrowing:
        """What the catalog checks: colours as well, of which it has the last word."""
        return Narrowing(self.brands, self.sizes, self.filters.colors)

    @property
    def candidates(self) -> int:
        """How many to ask the gallery for: some may be gone, hidden, duplicates or of another kind.

        Each row more costs time.
        """
        enough = self.limit * 2
        return min(MAX_LIMIT, max(enough, _NARROWED) if self.brands or self.sizes else enough)
