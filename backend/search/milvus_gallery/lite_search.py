"""Milvus Lite's search, made quick and grouped exactly; lite_answers.py puts it in place of its own.

Lite 3.2.2 finds out anew for every search which of all rows count: a quarter of a second for 180,000 rows, whatever the
index. Then it makes an object of every row found, with every column, the vector too, and takes those apart again for
its answer. And its group-by fetches ten rows for each product asked for and gives up. Here the first is kept
(lite_standing.py), and so are the texts of the columns asked for, from which those of the rows found are taken at once;
and a group's best row is found exactly, so that a search answers with 50 products instead of 200 rows. Large segments
have an index (lite_index.py); the rest is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from backend.search.milvus_gallery.beside import Beside
from backend.search.milvus_gallery.lite_asked import Asked
from backend.search.milvus_gallery.lite_index import inverse_lengths
from backend.search.milvus_gallery.lite_plan import Part, Plan, Pool, Pools, pools_of
from backend.search.milvus_gallery.lite_standing import Floats, Rows, Standing, Standings

_ROWS_PER_GROUP, _MORE = 4, 8  # looked at first; so many times more when they do not suffice
_BESIDE = Beside()
"""Takes a part of what is read. faiss has threads of its own, but they part and meet twice for each segment."""
_TIE, _BETWEEN_QUERIES = 2.0**-52, 4.0
"""A row number times the one is less than two cosines of 0.25 or more differ by, up to 100 million rows; the other is
more than any two do."""
_GROUPS_OF_A_QUERY = 2**40
"""More than there are groups, or rows: it tells the groups of one query from those of the next."""
_COPIED_AT_ONCE = 256
"""Rows, of a filter's, that are still in the processor's cache when they are compared."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: rows and their cosines, those of one query after the other's, best first.

    `counts` is how many are each query's, `texts` what its columns say of each row, by column.
    """

    rows: Rows
    scores: Floats
    counts: list[int]
    texts: dict[str, list[str]]


def find(standings: Standings, collection: Any, asked: Asked) -> Found:
    """Return what is asked for, exact and as of now. What is not flushed yet is flushed first."""
    segments, standing = standings.of(collection)
    form, queries = asked.form, asked.vectors * inverse_lengths(asked.vectors)[:, None]
    pools = pools_of(collection, segments, standing, form.condition, form.timezone)
    names = (form.key, *form.columns)
    if not pools.rows:
        return Found(np.empty(0, np.int64), np.empty(0, np.float32), [0] * len(queries), {name: [] for name in names})
    groups = _groups(standing, segments, form.group_by) if form.group_by else None
    best, counts = _found(queries, pools, groups, count=form.count, apart=form.apart)
    rows, scores = _exact(queries, best, counts, pools.all)
    taken = pa.array(rows)
    texts = {name: _texts(standing, segments, name).take(taken).to_numpy(zero_copy_only=False) for name in names}
    return Found(rows, scores, counts, {name: column.tolist() for name, column in texts.items()})


def _texts(standing: Standing, segments: Sequence[Any], column: str) -> pa.StringArray:
    """Return the text of each row in that column."""
    if column not in standing.texts:
        standing.texts[column] = _read(segments, column)
    return standing.texts[column]


def _groups(standing: Standing, segments: Sequence[Any], column: str) -> Rows:
    """Return the group of each row: rows with the same text in that column are one."""
    if column not in standing.groups:
        numbers = _read(segments, column).dictionary_encode().indices
        standing.groups[column] = numbers.to_numpy(zero_copy_only=False).astype(np.int64)
    return standing.groups[column]


def _read(segments: Sequence[Any], column: str) -> pa.StringArray:
    return pa.concat_arrays([chunk for segment in segments for chunk in segment.table.column(column).chunks])


def _found(
    queries: Floats, pools: Pools, groups: Rows | None, *, count: int, apart: float
) -> tuple[tuple[Rows, Floats], list[int]]:
    """Return each query's best rows and their cosines, as _first_of_groups does, from as many lists as that takes."""
    wanted = count
    while True:
        looked_at = min(pools.rows, wanted if groups is None else wanted * _ROWS_PER_GROUP)
        plan = pools.plan(looked_at, wanted, apart, len(queries))
        rows, scores = _nearest(queries, plan, looked_at)
        best, counts = _first_of_groups(rows, scores, groups, count)
        if min(counts) == count or (plan.is_exact and looked_at >= pools.rows):
            return best, counts
        if looked_at >= pools.rows or (rows < 0).any():  # these are all that the lists read have, not of few groups
            apart = np.inf
        wanted *= _MORE


def _nearest(queries: Floats, plan: Plan, count: int) -> tuple[Rows, Floats]:
    """Return the best `count` rows for each query (down), in any order; -1 and far below any where there are none."""
    rows, scores = _looked_at(queries, plan, count)
    if rows.shape[1] > count:
        best = np.argpartition(scores, -count, axis=1)[:, -count:]
        rows, scores = np.take_along_axis(rows, best, axis=1), np.take_along_axis(scores, best, axis=1)
    return rows, scores


def _looked_at(queries: Floats, plan: Plan, count: int) -> tuple[Rows, Floats]:
    """Return each query's best rows in the lists and among what is compared, by two threads where that is quicker."""
    rows = np.empty((len(queries), plan.columns), np.int64)
    scores = np.empty(rows.shape, np.float32)

    def read(parts: Sequence[Part]) -> None:
        for part in parts:
            place = part.queries, part.columns
            rows[place], scores[place] = part.reading.best(queries[part.queries])

    def read_and_compare() -> None:
        read(plan.here)
        if plan.compared:
            best, cosines = _compared(queries, plan.compared, count)
            rows[:, -best.shape[1] :], scores[:, -best.shape[1] :] = best, cosines

    if plan.there:
        _BESIDE.both(read_and_compare, lambda: read(plan.there))
    else:
        read_and_compare()
    return rows, scores


def _compared(queries: Floats, pools: Sequence[Pool], count: int) -> tuple[Rows, Floats]:
    """Return the pools' best rows for each query, in any order, by comparing with each."""
    passing = [np.flatnonzero(pool.passing.mask) for pool in pools]
    rows = np.concatenate([numbers + pool.start for pool, numbers in zip(pools, passing, strict=True)])
    scores = np.empty((len(rows), len(queries)), np.float32)
    start = 0
    for pool, numbers in zip(pools, passing, strict=True):
        part = scores[start : start + len(numbers)]
        _multiply(pool.segment.vectors, numbers, queries, part)
        part *= pool.scale[numbers, None]
        start += len(numbers)
    if count >= len(rows):
        return np.broadcast_to(rows, scores.T.shape), scores.T
    best = np.argpartition(scores.T, -count, axis=1)[:, -count:]
    return rows[best], np.take_along_axis(scores.T, best, axis=1)


def _multiply(vectors: Floats, rows: Rows, queries: Floats, products: Floats) -> None:
    """Write the inner products (rows, queries) with these rows of `vectors`.

    By rows: OpenBLAS takes half as long for the product of a tall matrix as for its transpose's.
    """
    if len(rows) == len(vectors):
        np.matmul(vectors, queries.T, out=products)
        return
    for start in range(0, len(rows), _COPIED_AT_ONCE):
        part = slice(start, start + _COPIED_AT_ONCE)
        np.matmul(vectors[rows[part]], queries.T, out=products[part])


def _first_of_groups(
    rows: Rows, scores: Floats, groups: Rows | None, count: int
) -> tuple[tuple[Rows, Floats], list[int]]:
    """Return the best `count` rows and scores of each query (down), one query after the other, best first; how many.

    Of a group comes the best row alone, and of equals the first.
    """
    order = np.argsort(rows * _TIE - scores, axis=1)
    rows, scores = np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1)
    named = (rows if groups is None else groups[rows]) + np.arange(len(rows))[:, None] * _GROUPS_OF_A_QUERY
    there = np.flatnonzero(rows >= 0)
    _, first = np.unique(named.ravel()[there], return_index=True)
    first = np.sort(there[first])
    found = np.bincount(first // rows.shape[1], minlength=len(rows))
    turn = np.arange(len(first)) - np.repeat(np.cumsum(found) - found, found)
    first = first[turn < count]
    return (rows.ravel()[first], scores.ravel()[first]), np.minimum(found, count).tolist()


def _exact(
    queries: Floats, best: tuple[Rows, Floats], counts: Sequence[int], pools: Sequence[Pool]
) -> tuple[Rows, Floats]:
    """Return what was found, query after query, with its exact cosines, best first.

    An index knows three digits, and in a product of matrices two rows that are the same may differ in the last one.
    """
    rows, scores = best
    asked_by = np.repeat(np.arange(len(counts)), counts)
    for pool in pools:
        here = np.flatnonzero((rows >= pool.start) & (rows < pool.start + len(pool.scale)))
        numbers = rows[here] - pool.start
        products = np.vecdot(pool.segment.vectors[numbers], queries[asked_by[here]])
        scores[here] = products * pool.scale[numbers]
    order = np.argsort(asked_by * _BETWEEN_QUERIES - scores, kind="stable")
    return rows[order], scores[order]
