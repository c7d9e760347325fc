"""Milvus Lite's search, made quick and grouped exactly; lite_answers.py puts it in place of its own.

Lite 3.2.2 finds out anew for every search which of all rows count: a quarter of a second for 180,000 rows, whatever the
index. Then it makes an object of every row found, with every column, the vector too, and takes those apart again for
its answer. And its group-by fetches ten rows for each product asked for and gives up. Here the first is kept
(lite_standing.py), the columns asked for go from the segments to the answer as they are, and a group's best row is
found exactly, so that a search answers with 50 products instead of 200 rows. Large segments have an index
(lite_index.py); the rest is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from backend.search.milvus_gallery.beside import Beside
from backend.search.milvus_gallery.effort import APART, APART_PARAMETER
from backend.search.milvus_gallery.lite_plan import Plan, Pool, Pools, pools_of
from backend.search.milvus_gallery.lite_standing import (
    Floats,
    Rows,
    Standing,
    Standings,
    inverse_lengths,
)

RARE = (
    "partition_names", "radius", "range_filter", "offset", "ranker", "rerank", "function_chains", "order_by_fields",
    "has_function_score", "group_size_strict", "time_fields",
)  # fmt: skip
"""What a request may also ask for, and is left to Lite."""

_ROWS_PER_GROUP, _MORE = 4, 8  # looked at first; so many times more when they do not suffice
_BESIDE = Beside()
"""Takes a part of a photo's garments. faiss has threads of its own, but they part and meet twice for each segment."""
_COMPARED_PER_READ, _HANDED_OVER = 2, 3_000
"""So many rows are compared in the time in which one of a list is read (where all pass; more with a filter), and so
many are read in that of a hand-over."""
_TIE, _BETWEEN_QUERIES = 2.0**-52, 4.0
"""A row number times the one is less than two cosines of 0.25 or more differ by, up to 100 million rows; the other is
more than any two do."""
_COPIED_AT_ONCE = 256
"""Rows, of a filter's, that are still in the processor's cache when they are compared."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: rows and their cosines, those of one query after the other's, best first.

    `counts` is how many are each query's, `starts` are the segments' first rows.
    """

    segments: Sequence[Any]
    starts: Sequence[int]
    rows: Rows
    scores: Floats
    counts: list[int]


def find(standings: Standings, collection: Any, asked: dict[str, Any]) -> Found | None:
    """Return what a request that Lite has parsed asks for, exact and as of now; None where it is left to Lite.

    That is whatever is not just the nearest rows by cosine. What is not flushed yet is flushed first.
    """
    if not _is_plain(collection, asked):
        return None
    segments, standing = standings.of(collection)
    pools = pools_of(collection, segments, standing, asked)
    if not pools.rows:
        return Found([], [], np.empty(0, np.int64), np.empty(0, np.float32), [0] * len(asked["query_vectors"]))
    groups = _groups(standing, segments, asked["group_by_field"])
    apart = float(asked["search_params"].get(APART_PARAMETER, APART))
    queries = _units(asked["query_vectors"])
    best = _found(queries, pools, groups, count=asked["top_k"], apart=apart)
    return Found(segments, standing.starts, *_exact(queries, best, pools.all), [len(rows) for rows, _ in best])


def _is_plain(collection: Any, asked: dict[str, Any]) -> bool:
    """Say whether nothing is asked but the nearest rows by cosine, grouped perhaps, with named columns."""
    field = collection._resolve_anns_field(asked["anns_field"])
    columns = _plain_columns(collection)
    return (
        bool(asked["query_vectors"])
        and not any(asked[name] for name in RARE)
        and (asked["group_size"] or 1) == 1
        and asked["round_decimal"] < 0
        and field == collection._vector_name
        and collection.resolve_search_metric(field, asked["metric_type"]) == "COSINE"
        and not collection.list_indexes()
        and asked["output_fields"] is not None
        and {*asked["output_fields"], asked["group_by_field"] or collection._pk_name, collection._pk_name} <= columns
    )


def _plain_columns(collection: Any) -> set[str]:
    """Return the names of the columns of texts that are always there."""
    return {field.name for field in collection.schema.fields if not field.nullable and field.dtype.name == "VARCHAR"}


def _groups(standing: Standing, segments: Sequence[Any], column: str | None) -> Rows | None:
    """Return the group of each row, None when nothing is grouped."""
    if column is None:
        return None
    if column not in standing.groups:
        chunks = [chunk for segment in segments for chunk in segment.table.column(column).chunks]
        encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
        standing.groups[column] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return standing.groups[column]


def _units(queries: list[Any]) -> Floats:
    asked = np.asarray(queries, dtype=np.float32)
    return asked * inverse_lengths(asked)[:, None]


def _found(
    queries: Floats, pools: Pools, groups: Rows | None, *, count: int, apart: float
) -> list[tuple[Rows, Floats]]:
    """Return each query's best rows, with groups the best of each group alone, and their cosines; best first."""
    wanted = count
    while True:
        looked_at = min(pools.rows, wanted if groups is None else wanted * _ROWS_PER_GROUP)
        plan = pools.plan(looked_at, wanted, apart)
        rows, scores = _nearest(queries, plan, looked_at)
        found = _first_of_groups(rows, scores, groups, count)
        if all(len(best) == count for best, _ in found) or (plan.is_exact and looked_at >= pools.rows):
            return found
        if looked_at >= pools.rows or (rows < 0).any():  # these are all that the lists read have, not of few groups
            apart = np.inf
        wanted *= _MORE


def _nearest(queries: Floats, plan: Plan, count: int) -> tuple[Rows, Floats]:
    """Return the best `count` rows for each query (down), in any order; -1 and -inf where there are none."""
    rows, scores = _looked_at(queries, plan, count)
    if rows.shape[1] > count:
        best = np.argpartition(scores, -count, axis=1)[:, -count:]
        rows, scores = np.take_along_axis(rows, best, axis=1), np.take_along_axis(scores, best, axis=1)
    return rows, scores


def _looked_at(queries: Floats, plan: Plan, count: int) -> tuple[Rows, Floats]:
    """Return each query's best rows in the lists and among what is compared, by two threads where that is quicker."""

    def read(part: Floats) -> list[tuple[Rows, Floats]]:
        found = [reading.best(part) for reading in plan.readings if len(part)]
        return [_joined(found, axis=1)] if found else []

    def compare() -> list[tuple[Rows, Floats]]:
        return [_compared(queries, plan.compared, count)] if plan.compared else []

    here = _read_here(len(queries), plan.rows_read, plan.rows_compared)
    if here == len(queries):
        return _joined([*read(queries), *compare()], axis=1)
    (ours, others), theirs = _BESIDE.both(lambda: (read(queries[:here]), compare()), lambda: read(queries[here:]))
    return _joined([_joined([*ours, *theirs], axis=0), *others], axis=1)


def _read_here(queries: int, read: int, compared: int) -> int:
    """Return for how many queries the thread that asks reads the lists, which compares too: all, or a fair share.

    For each query `read` rows lie in its lists, and `compared` rows are compared with it.
    """
    comparing = compared / _COMPARED_PER_READ
    here = round(queries * max(0.0, 1 - comparing / read) / 2) if read else queries
    at_once = min(here * read + queries * comparing, (queries - here) * read)
    return here if at_once > _HANDED_OVER else queries


def _joined(parts: Sequence[tuple[Rows, Floats]], axis: int) -> tuple[Rows, Floats]:
    rows, scores = zip(*parts, strict=True)
    return np.concatenate(rows, axis=axis), np.concatenate(scores, axis=axis)


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


def _first_of_groups(rows: Rows, scores: Floats, groups: Rows | None, count: int) -> list[tuple[Rows, Floats]]:
    """Return each query's `count` best rows and scores, best first, of a group the best alone, the first of equals."""
    best = []
    for order, found, cosines in zip(np.argsort(rows * _TIE - scores, axis=1), rows, scores, strict=True):
        ranked = found[order]
        if ranked[-1] < 0:
            ranked = ranked[ranked >= 0]
        _, first = np.unique(ranked if groups is None else groups[ranked], return_index=True)
        first = np.sort(first)[:count]
        best.append((ranked[first], cosines[order[first]]))
    return best


def _exact(queries: Floats, best: Sequence[tuple[Rows, Floats]], pools: Sequence[Pool]) -> tuple[Rows, Floats]:
    """Return what was found, query after query, with its exact cosines, best first: an index knows three digits."""
    asked_by = np.repeat(np.arange(len(best)), [len(rows) for rows, _ in best])
    rows, scores = (np.concatenate(parts) for parts in zip(*best, strict=True))
    for pool in pools:
        if pool.index is not None:
            here = np.flatnonzero((rows >= pool.start) & (rows < pool.start + len(pool.scale)))
            numbers = rows[here] - pool.start
            products = np.vecdot(pool.segment.vectors[numbers], queries[asked_by[here]])
            scores[here] = products * pool.scale[numbers]
    order = np.argsort(asked_by * _BETWEEN_QUERIES - scores, kind="stable")
    return rows[order], scores[order]
