"""Where a search of Milvus Lite's looks: which rows of which segments, and how much of their indexes.

The rows are the same for every search with the same filter until something is written, and so is how much of the
indexes for the same number of answers; both are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from cachetools import LRUCache

from backend.search.milvus_gallery.lite_index import Index
from backend.search.milvus_gallery.lite_standing import Floats, Passing, Rows, Standing, rows_passing

_PLANS_KEPT = 8  # of each filter: one for each number of answers asked for


@dataclass(frozen=True, slots=True)
class Pool:
    """One segment, what is known of it, and which of its rows a search is for."""

    segment: Any
    start: int
    scale: Floats
    index: Index | None
    passing: Passing


@dataclass(frozen=True, slots=True)
class ListReading:
    """How many lists of a pool's index are read, and for how many rows; `parameters` tells faiss."""

    pool: Pool
    index: Index
    lists: int
    parameters: Any
    count: int

    @property
    def rows(self) -> int:
        """About how many rows lie in the lists."""
        return int(self.index.rows * self.lists / self.index.lists)

    def best(self, queries: Floats) -> tuple[Rows, Floats]:
        """Return the best rows for each query, in any order; -1 and far below any where there are none."""
        numbers, cosines = self.index.nearest(queries, self.parameters, self.count)
        return np.where(numbers < 0, -1, numbers + self.pool.start), cosines


@dataclass(frozen=True, slots=True)
class Plan:
    """Which pools' lists are read and which pools are compared, how many rows each is, and whether that is all."""

    readings: list[ListReading]
    compared: list[Pool]
    rows_read: int
    rows_compared: int
    is_exact: bool


class Pools:
    """The pools that have rows which count and pass one filter, and how to search them."""

    def __init__(self, segments: Sequence[Any], standing: Standing, passing: Sequence[Passing]) -> None:
        self.indexes = len(standing.indexes)
        """How many there were; with more this has to be made anew."""
        self.passing = passing
        self.all = [
            Pool(segment, start, scale, standing.indexes.get(segment), each)
            for segment, start, scale, each in zip(segments, standing.starts, standing.scales, passing, strict=True)
            if each.rows
        ]
        self.rows = sum(each.rows for each in passing)
        self._plans: LRUCache[tuple[int, int, float], Plan] = LRUCache(_PLANS_KEPT)

    def plan(self, count: int, wanted: int, apart: float) -> Plan:
        """Return how to find the best `count` rows, so that of the best `wanted` almost none is missed."""
        asked = count, wanted, apart
        if asked not in self._plans:
            self._plans[asked] = self._planned(*asked)
        return self._plans[asked]

    def _planned(self, count: int, wanted: int, apart: float) -> Plan:
        readings, compared = [], []
        for pool in self.all:
            passing, index = pool.passing, pool.index
            lists = index.lists_to_read(passing.rows, wanted * passing.rows / self.rows, apart) if index else 0
            if index and lists:
                parameters = index.parameters(lists, passing.bits)
                readings.append(ListReading(pool, index, lists, parameters, min(count, passing.rows)))
            else:
                compared.append(pool)
        return Plan(
            readings,
            compared,
            rows_read=sum(each.rows for each in readings),
            rows_compared=sum(pool.passing.rows for pool in compared),
            is_exact=all(each.lists == each.index.lists for each in readings),
        )


def pools_of(collection: Any, segments: Sequence[Any], standing: Standing, condition: str, timezone: Any) -> Pools:
    """Return where the rows lie that count and meet the condition, "" for all."""
    named = condition, timezone
    kept: Pools | None = standing.kept.get(named)
    if kept is None or kept.indexes != len(standing.indexes):
        passing = kept.passing if kept else rows_passing(collection, *named, (segments, standing))
        kept = standing.kept[named] = Pools(segments, standing, passing)
    return kept
