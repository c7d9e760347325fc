"""Drawn galleries for `niteru bench search`: vectors clustered as a shop's are, with the exact answers to compare with.

A shop's garments come in kinds; a product is a direction near its kind's, and each of its one to five garments (its
photos) lies near the product's. A query is a garment of some product seen once more, as in a shopper's photo. So the
fifty nearest products are of the query's kind and differ by a few hundredths, which is what makes them hard to find.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.search.gallery import Entry, Filters, Vector

DIM = 256
TOP = 50
"""Products asked for."""
QUERIES = 6
"""Garments of one photo, asked at once."""

_KINDS, _CATEGORIES, _MOST_GARMENTS = 200, 10, 5
_PRODUCT_APART, _GARMENT_APART = 0.6, 0.35  # lengths added to a kind's and a product's unit vector
_DRAWN_AT_ONCE = 50_000
_ROWS_LOOKED_AT = TOP * _MOST_GARMENTS * 4

SHARES = {"plain": 1.0, "50 %": 0.5, "10 %": 0.1, "1 %": 0.01, "0.1 %": 0.001}
CATEGORY = "category"
"""A tenth of the rows, but whole kinds of them: most queries are of a kind that the filter shuts out."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A gallery's rows: vectors, which product each is of, its price (uniform in 0…1) and its category."""

    vectors: Vector
    products: NDArray[np.int64]
    prices: NDArray[np.float64]
    categories: NDArray[np.int64]

    def entries(self, rows: range) -> list[Entry]:
        return [
            Entry(
                f"{row:032x}",
                self.vectors[row],
                product_id=f"p{self.products[row]}",
                image_id=f"i{row}",
                category=f"c{self.categories[row]}",
                colors=("navy", "white"),
                price=float(self.prices[row]),
            )
            for row in rows
        ]

    def passing(self, condition: str) -> NDArray[np.bool_]:
        """Return which rows pass the filter of that name."""
        if condition == CATEGORY:
            return np.asarray(self.categories == 0)
        return np.asarray(self.prices <= SHARES[condition])

    def best_products(self, queries: Vector, condition: str) -> list[list[int]]:
        """Return the exact answer: each query's TOP products by their best garment, best first."""
        rows = np.flatnonzero(self.passing(condition))
        scores = queries @ self.vectors[rows].T
        return [self._first_products(rows[best_first(row, _ROWS_LOOKED_AT)]) for row in scores]

    def _first_products(self, rows: NDArray[np.int64]) -> list[int]:
        return list(dict.fromkeys(self.products[rows].tolist()))[:TOP]


def draw(size: int, *, seed: int) -> Drawn:
    """Return `size` rows; the same for the same seed."""
    chance = np.random.default_rng(seed)
    garments = chance.integers(1, _MOST_GARMENTS + 1, size)
    products = np.repeat(np.arange(size), garments)[:size]
    count = int(products[-1]) + 1
    kinds = chance.integers(0, _KINDS, count)
    near = _near(chance, units(chance, _KINDS)[kinds], _PRODUCT_APART)
    order = chance.permutation(size)  # a product's rows do not arrive together
    vectors = np.empty((size, DIM), np.float32)
    for start in range(0, size, _DRAWN_AT_ONCE):
        part = products[order[start : start + _DRAWN_AT_ONCE]]
        vectors[start : start + len(part)] = _near(chance, near[part], _GARMENT_APART)
    return Drawn(vectors, products[order], chance.random(size), (kinds % _CATEGORIES)[products[order]])


def questions(drawn: Drawn, count: int, *, seed: int) -> Iterator[Vector]:
    """Yield `count` photos of QUERIES garments each."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        rows = chance.integers(0, len(drawn.vectors), QUERIES)
        yield _near(chance, drawn.vectors[rows], _GARMENT_APART)


def filters(condition: str) -> Filters:
    """Return the filter of that name as a gallery is asked."""
    if condition == CATEGORY:
        return Filters(categories=("c0",))
    return Filters() if condition == "plain" else Filters(price_max=SHARES[condition])


def best_first(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the places of the `count` highest scores, best first."""
    if count < len(scores):
        best = np.argpartition(scores, -count)[-count:]
        return best[np.argsort(-scores[best])]
    return np.argsort(-scores)


def units(chance: np.random.Generator, count: int, dim: int = DIM) -> Vector:
    """Return `count` directions (count, dim) at random, every one as likely."""
    vectors = chance.standard_normal((count, dim), np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _near(chance: np.random.Generator, vectors: Vector, apart: float) -> Vector:
    moved = vectors + np.float32(apart) * units(chance, len(vectors))
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True))
