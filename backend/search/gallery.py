"""The gallery: a tenant's indexed embeddings, and the exact reference every other gallery must agree with.

An entry is one garment of one product image. A search answers with products: the best garment of each,
best product first. Scores are cosine similarities of unit vectors, higher is better.
"""

import hashlib
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

from backend.errors import DomainError

Vector = NDArray[np.float32]

MAX_LIMIT = 1000
MAX_FILTER_VALUES = 1000
MAX_TEXT = 64
"""Characters of an id, category, gender or colour; 4 bytes each at most in the index."""
MAX_COLORS = 6

_UNIT_TOLERANCE = 1e-3
_EMBEDDING_ID = re.compile(r"[0-9a-f]{32}")
# Control characters have no place in a fashion word, and Milvus Lite's filter language has no escape for most of them.
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class BadEmbedding(DomainError):
    """A vector that is no embedding: wrong length, not finite, zero or not of unit length."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "bad_embedding"


class BadEntry(DomainError):
    """An entry whose facts a gallery cannot hold."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "bad_entry"


class BadFilter(DomainError):
    """A filter or limit that no gallery can apply."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_filter"


@dataclass(frozen=True, slots=True)
class Entry:
    """One gallery row: a garment in a product image.

    An unknown category or gender is "", an unknown price None; `colors` begins with the garment's main colour.
    """

    embedding_id: str
    vector: Vector = field(compare=False, repr=False)
    product_id: str
    image_id: str
    category: str = ""
    gender: str = ""
    colors: tuple[str, ...] = ()
    price: float | None = None
    in_stock: bool = True


class Facts(TypedDict, total=False):
    """What may change about a product without a new embedding; a key that is absent stays as it was."""

    category: str
    gender: str
    colors: tuple[str, ...]
    price: float | None
    in_stock: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that must all hold; an empty tuple or None asks nothing.

    Prices are inclusive, and an entry without a price matches no price condition. An entry matches
    `colors` when it has any of them.
    """

    categories: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    exclude_product_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for value in (*self.categories, *self.genders, *self.colors, *self.exclude_product_ids):
            if not isinstance(value, str) or _UNWRITABLE.search(value):
                raise BadFilter("A filter value must be text without control characters.")
        if "" in self.colors:
            raise BadFilter("A colour in a filter must have a name.")
        longest = max(len(self.categories), len(self.genders), len(self.colors), len(self.exclude_product_ids))
        if longest > MAX_FILTER_VALUES:
            raise BadFilter(f"A filter may list at most {MAX_FILTER_VALUES} values.")
        if any(price is not None and not math.isfinite(price) for price in (self.price_min, self.price_max)):
            raise BadFilter("A price in a filter must be a finite number.")


class Hit(NamedTuple):
    """A product found: its best garment and that garment's cosine similarity, in [-1, 1].

    A tuple: three hundred of them are made for one photo, in a third of the time.
    """

    product_id: str
    embedding_id: str
    image_id: str
    score: float
    colors: tuple[str, ...] = ()


class Gallery(Protocol):
    """The embeddings of one tenant made by one model. One writer at a time: the caller holds the tenant's lease."""

    def upsert(self, entries: Sequence[Entry]) -> None:
        """Write entries by embedding id; durable on return. Raises BadEmbedding or BadEntry before writing any."""

    def delete_images(self, image_ids: Collection[str]) -> int:
        """Forget the entries of these images; return how many there were."""

    def delete_products(self, product_ids: Collection[str]) -> int:
        """Forget the entries of these products; return how many there were."""

    def update_products(self, facts: Mapping[str, Facts]) -> int:
        """Change facts of products, keeping the vectors; return how many entries changed."""

    def search(
        self, vectors: NDArray[np.floating], *, limit: int, filters: Filters | None = None, strong: bool = False
    ) -> list[list[Hit]]:
        """Return for each row of `vectors` (n, d) the best `limit` products, best first; ties by product id.

        With `strong`, entries written a moment ago by anybody are seen; without, they may take a second.
        Raises BadEmbedding, BadFilter.
        """

    def entries_of_product(self, product_id: str) -> list[Entry]:
        """Return the product's entries, ordered by embedding id; sees the newest writes."""

    def entries_of_products(self, product_ids: Collection[str]) -> list[Entry]:
        """Return the products' entries, ordered by embedding id; the newest writes may take a second to be seen."""

    def count(self) -> int:
        """Return how many entries there are."""

    def embedding_ids(self) -> set[str]:
        """Return every entry's id."""

    def drop(self) -> None:
        """Forget everything; the gallery is empty afterwards and may be written again."""


def embedding_id(image_id: str, box: tuple[float, float, float, float], model_id: str) -> str:
    """Return the id of the embedding of `box` (x, y, w, h as fractions) in an image: 32 hex digits.

    Derived, so that embedding the same garment twice writes one row. Boxes closer than 1e-4 are the same box.
    """
    corners = ",".join(str(round(value * 10_000)) for value in box)
    return hashlib.sha256(f"{image_id}\0{corners}\0{model_id}".encode()).hexdigest()[:32]


def check_entries(entries: Sequence[Entry], dim: int) -> list[Entry]:
    """Return the entries to write, the last of each embedding id. Raises BadEmbedding or BadEntry."""
    for entry in entries:
        if np.shape(entry.vector) != (dim,):
            raise BadEmbedding(f"An embedding must have shape ({dim},), not {np.shape(entry.vector)}.")
        _check_facts(entry)
    if entries:
        check_vectors(np.stack([entry.vector for entry in entries]), dim)
    return list({entry.embedding_id: entry for entry in entries}.values())


def check_vectors(vectors: NDArray[np.floating], dim: int) -> Vector:
    """Return `vectors` as float32 (n, dim). Raises BadEmbedding unless all are finite and of unit length."""
    if vectors.ndim != 2 or vectors.shape[1] != dim:
        raise BadEmbedding(f"Embeddings must have shape (n, {dim}), not {vectors.shape}.")
    matrix = np.ascontiguousarray(vectors, dtype=np.float32)
    # A NaN or an infinity makes the length NaN or infinite, which is not close to one either.
    lengths = np.sqrt(np.vecdot(matrix, matrix, dtype=np.float64))
    if not (np.abs(lengths - 1.0) <= _UNIT_TOLERANCE).all():
        raise BadEmbedding("An embedding must be finite and of unit length.")
    return matrix


def check_limit(limit: int) -> int:
    """Return `limit`. Raises BadFilter unless it is in 1..MAX_LIMIT."""
    if not 1 <= limit <= MAX_LIMIT:
        raise BadFilter(f"The limit must lie between 1 and {MAX_LIMIT}.")
    return limit


def changed_entries(entries: Iterable[Entry], facts: Mapping[str, Facts]) -> list[Entry]:
    """Return the entries that `facts` (by product id) make different, changed. Raises BadEntry for an unknown fact."""
    known = Facts.__annotations__.keys()
    if any(name not in known for change in facts.values() for name in change):
        raise BadEntry(f"A product's facts are {', '.join(known)}.")
    pairs = ((entry, replace(entry, **facts.get(entry.product_id, {}))) for entry in entries)
    return [after for before, after in pairs if after != before]


def rank(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """Return the best hit of each product, best product first, at most `limit`."""
    best: dict[str, Hit] = {}
    for hit in hits:
        rival = best.get(hit.product_id)
        if rival is None or (-hit.score, hit.embedding_id) < (-rival.score, rival.embedding_id):
            best[hit.product_id] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.product_id))[:limit]


class ExactGallery:
    """Exact search with numpy in this process: the reference for tests, and for measuring what an index loses."""

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._entries: dict[str, Entry] = {}

    def upsert(self, entries: Sequence[Entry]) -> None:
        self._entries.update({entry.embedding_id: entry for entry in check_entries(entries, self._dim)})

    def delete_images(self, image_ids: Collection[str]) -> int:
        return self._forget([entry for entry in self._entries.values() if entry.image_id in image_ids])

    def delete_products(self, product_ids: Collection[str]) -> int:
        return self._forget([entry for entry in self._entries.values() if entry.product_id in product_ids])

    def update_products(self, facts: Mapping[str, Facts]) -> int:
        changed = changed_entries(self._entries.values(), facts)
        self.upsert(changed)
        return len(changed)

    def search(
        self, vectors: NDArray[np.floating], *, limit: int, filters: Filters | None = None, strong: bool = False
    ) -> list[list[Hit]]:
        del strong  # there is no other process to be behind of
        queries, limit = check_vectors(vectors, self._dim), check_limit(limit)
        entries = [entry for entry in self._entries.values() if _matches(entry, filters or Filters())]
        if not entries:
            return [[] for _ in queries]
        # One by one: a product of matrices may differ in the last digit between two vectors that are the same.
        stored = np.stack([entry.vector for entry in entries]).astype(np.float32)
        scores = np.clip([np.vecdot(stored, query) for query in queries], -1, 1)
        return [rank(map(_hit, entries, row.tolist()), limit) for row in scores]

    def entries_of_product(self, product_id: str) -> list[Entry]:
        return self.entries_of_products([product_id])

    def entries_of_products(self, product_ids: Collection[str]) -> list[Entry]:
        return [self._entries[name] for name in sorted(self._entries) if self._entries[name].product_id in product_ids]

    def count(self) -> int:
        return len(self._entries)

    def embedding_ids(self) -> set[str]:
        return set(self._entries)

    def drop(self) -> None:
        self._entries.clear()

    def _forget(self, entries: list[Entry]) -> int:
        for entry in entries:
            del self._entries[entry.embedding_id]
        return len(entries)


def _hit(entry: Entry, score: float) -> Hit:
    return Hit(entry.product_id, entry.embedding_id, entry.image_id, score, entry.colors)


def _matches(entry: Entry, filters: Filters) -> bool:
    return (
        (filters.price_min is None or (entry.price is not None and entry.price >= filters.price_min))
        and (filters.price_max is None or (entry.price is not None and entry.price <= filters.price_max))
        and (not filters.categories or entry.category in filters.categories)
        and (not filters.genders or entry.gender in filters.genders)
        and (not filters.colors or not set(entry.colors).isdisjoint(filters.colors))
        and (filters.in_stock is None or entry.in_stock == filters.in_stock)
        and entry.product_id not in filters.exclude_product_ids
    )


def _check_facts(entry: Entry) -> None:
    if not _EMBEDDING_ID.fullmatch(entry.embedding_id):
        raise BadEntry("An embedding id must be made by embedding_id().")
    if not entry.product_id or not entry.image_id:
        raise BadEntry("An entry needs a product and an image.")
    for value in (entry.product_id, entry.image_id, entry.category, entry.gender, *entry.colors):
        if len(value) > MAX_TEXT or _UNWRITABLE.search(value):
            raise BadEntry(f"An entry's text must have at most {MAX_TEXT} characters, and no control characters.")
    if len(entry.colors) > MAX_COLORS or "" in entry.colors:
        raise BadEntry(f"An entry may have at most {MAX_COLORS} colours, each with a name.")
    if entry.price is not None and not 0 <= entry.price < math.inf:
        raise BadEntry("A price must be a finite number, zero or more.")
