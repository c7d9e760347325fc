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

_PLANS_KEPT = 8  # of each filter: one for each number of answers and of queries asked for
_OPENED, _POOL_OPENED, _HANDED_OVER = 800, 1_000, 2_000
"""So many rows of lists are read, each by one query, in the time that it takes to begin with an index, whatever is read
of it, to begin with comparing a pool, and that each of two threads waits for the other where they share."""
_COMPARED_PER_READ, _CHOSEN_FROM_PER_READ = 3, 2
"""So many rows are compared with a query, and so many lists to choose from, in the time in which one row is read."""


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
    def work(self) -> float:
        """How much one query has to do, in rows read."""
        return float(self.index.rows * self.lists / self.index.lists + self.index.lists / _CHOSEN_FROM_PER_READ)

    def best(self, queries: Floats) -> tuple[Rows, Floats]:
        """Return the best rows for each query, in any order; -1 and far below any where there are none."""
        numbers, cosines = self.index.nearest(queries, self.parameters, self.count)
        return np.where(numbers < 0, -1, numbers + self.pool.start), cosines


@dataclass(frozen=True, slots=True)
class Part:
    """What one thread does of a reading: for which queries, and the columns of all answers where its own go."""

    reading: ListReading
    queries: slice
    columns: slice


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read `here` and `there`, by two threads, and compared here; how wide the answers are; if that is all."""

    here: list[Part]
    there: list[Part]
    compared: list[Pool]
    columns: int
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
        self._plans: LRUCache[tuple[int, int, float, int], Plan] = LRUCache(_PLANS_KEPT)

    def plan(self, count: int, wanted: int, apart: float, queries: int) -> Plan:
        """Return how to find the best `count` rows, so that of the best `wanted` of each query almost none is missed.

        What is compared has the last columns of the answers, as many as are left.
        """
        asked = count, wanted, apart, queries
        if asked not in self._plans:
            self._plans[asked] = self._planned(*asked)
        return self._plans[asked]

    def _planned(self, count: int, wanted: int, apart: float, queries: int) -> Plan:
        readings, compared = [], []
        for pool in self.all:
            passing, index = pool.passing, pool.index
            lists = index.lists_to_read(passing.rows, wanted * passing.rows / self.rows, apart) if index else 0
            if index and lists:
                parameters = index.parameters(lists, passing.bits)
                readings.append(ListReading(pool, index, lists, parameters, min(count, passing.rows)))
            else:
                compared.append(pool)
        rows = sum(pool.passing.rows for pool in compared)
        comparing = len(compared) * _POOL_OPENED + queries * rows / _COMPARED_PER_READ
        here, there = _shared(readings, queries, comparing)
        return Plan(
            here,
            there,
            compared,
            columns=sum(each.count for each in readings) + min(count, rows),
            is_exact=all(each.lists == each.index.lists for each in readings),
        )


def _shared(readings: Sequence[ListReading], queries: int, comparing: float) -> tuple[list[Part], list[Part]]:
    """Return what each of two threads reads, so that both are done early; the first one has to compare as well."""
    left = first_share([each.work for each in readings], queries, comparing)
    here, there = [], []
    column = 0
    for reading in readings:
        columns = slice(column, column + reading.count)
        column += reading.count
        mine = min(left, queries)
        left -= mine
        if mine:
            here.append(Part(reading, slice(mine), columns))
        if mine < queries:
            there.append(Part(reading, slice(mine, queries), columns))
    return here, there


def first_share(works: Sequence[float], queries: int, comparing: float) -> int:
    """Return how many readings, of the first index by one query after the other, then of the next …, are the first's.

    `works` says how much a query has to do in each index; `comparing`, how much the first thread does besides.
    """

    costs = [_OPENED + work * queries for work in works]
    here, there = comparing, sum(costs)
    earliest, share = here + there, len(works) * queries  # all by the first
    for number, (work, cost) in enumerate(zip(works, costs, strict=True)):
        there -= cost
        for mine in range(queries):
            reading = here + (_OPENED + work * mine if mine else 0)
            done = _HANDED_OVER + max(reading, there + _OPENED + work * (queries - mine))
            if done < earliest:
                earliest, share = done, number * queries + mine
        here += cost
    return share


def pools_of(collection: Any, segments: Sequence[Any], standing: Standing, condition: str, timezone: Any) -> Pools:
    """Return where the rows lie that count and meet the condition, "" for all."""
    named = condition, timezone
    kept: Pools | None = standing.kept.get(named)
    if kept is None or kept.indexes != len(standing.indexes):
        passing = kept.passing if kept else rows_passing(collection, *named, (segments, standing))
        kept = standing.kept[named] = Pools(segments, standing, passing)
    return kept
