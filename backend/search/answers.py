"""What `/v1` answers with. openapi.py reads these classes, so the document and the answers cannot differ."""

from dataclasses import dataclass, field
from typing import Literal

from backend.search.facets import Facets
from backend.search.ranking import Tier
from backend.search.why import LeftOut, Why

FoundBy = Literal["detector", "box", "whole"]
Kind = Literal["color", "category", "gender", "fine_category", "shade", "pattern", "word", "price", "in_stock"]


@dataclass(frozen=True, slots=True)
class Match:
    """A product that was found. `score` is a cosine similarity (for words, the share of them that it has).

    `price` is today's: null when the product's page was not seen lately, or shows none. `why` is told to secret keys
    that ask for it.
    """

    product_id: str
    title: str
    url: str
    image_url: str | None
    price: float | None
    currency: str | None
    availability: str | None
    score: float
    tier: Tier
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class FoundObject:
    """A garment in the photo: `box` is x, y, w, h as fractions of it.

    `found_by` is "whole" when no garment was told apart and the whole picture stands for one. `shades` are finer names
    of the colours, in their order; `fine_category` and `pattern` are null where the models do not tell them. `facets`
    count all that was found, before `limit`; `left_out` is told where `why` is asked for.
    """

    box: list[float]
    category: str
    confidence: float
    fine_category: str | None
    pattern: str | None
    colors: list[str]
    shades: list[str]
    found_by: FoundBy
    matches: list[Match]
    facets: Facets
    left_out: list[LeftOut]


@dataclass(frozen=True, slots=True)
class Chip:
    """Something the words were understood to ask for, and which was applied.

    `text` is the piece of the words that says it: without it, the words ask for it no more. Chips of the same `text`
    are one thing to a shopper (a cardigan is a top). A `word` is a trait that only titles and descriptions tell, or a
    word that was taken for a mistyped one. A `price` is "-5000", "5000-" or "3000-5000".
    """

    kind: Kind
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """`primary` is the index of the largest object. `notice` says why there is nothing to show, where there is not.

    `passed_over` is what the words name and the filters forbid (red, where blue is chosen): it was not applied.
    """

    query_id: str
    took_ms: dict[str, float]
    primary: int
    objects: list[FoundObject]
    understood: list[Chip]
    notice: str | None
    passed_over: list[Chip] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """The answer to `similar` and to words, best first. `facets` are null for `similar`.

    `passed_over` is as for photos.
    """

    query_id: str
    took_ms: dict[str, float]
    matches: list[Match]
    understood: list[Chip]
    notice: str | None
    facets: Facets | None
    left_out: list[LeftOut]
    passed_over: list[Chip] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    usefulness: str | None


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A product of the catalogue as its owner sees it, in whatever state; the seller's edits win.

    `fine_category` (cardigan) and `shades` (wine) say more finely what `category` (top) and `colors` (red) say.
    """

    product_id: str
    url: str
    sku: str | None
    title: str
    brand: str | None
    price: float | None
    list_price: float | None
    currency: str | None
    availability: str | None
    gender: str | None
    category: str | None
    fine_category: str | None
    pattern: str | None
    colors: list[str]
    shades: list[str]
    images: list[Picture]
    duplicate_of: str | None
    state: str
    attention: list[str]
    last_seen_at: str


@dataclass(frozen=True, slots=True)
class ProductPage:
    """`next` is what `after` must be for the next page, null on the last one."""

    products: list[ListedProduct]
    next: str | None


@dataclass(frozen=True, slots=True)
class WidgetAnswer:
    """How the seller wants the widget; null, "" or nothing where it follows the page.

    `on_accent` is the colour of words on the accent. `product_paths` are the folders of the shop's product pages.
    """

    accent: str | None
    on_accent: str | None
    radius: int | None
    columns: int | None
    theme: str
    camera: str
    similar: str
    find: str
    hidden_on: list[str]
    product_paths: list[str]
    texts: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class RefreshAnswer:
    """What becomes of a wish to read pages again: the run that does it (None without a page), and SKUs not known."""

    run: str | None
    accepted: int
    unknown: list[str]
