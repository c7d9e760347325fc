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

from backend.search.milvus_gallery.effort import APART, APART_PARAMETER
from backend.search.milvus_gallery.lite_index import FEW_ROWS, SOME_ROWS, Index
from backend.search.milvus_gallery.lite_standing import Floats, Mask, Rows, Standing, Standings, rows_passing

_FEW = 0.2
"""Share of the rows up to which theirs alone are compared; copying more of them costs more than it saves."""
_ROWS_PER_GROUP, _MORE = 4, 8  # looked at first; so many times more when they do not suffice


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: each query's rows and their cosines, best first. `starts` are the segments' first rows."""

    segments: Sequence[Any]
    starts: Sequence[int]
    best: list[tuple[Rows, Floats]]


def find(standings: Standings, collection: Any, asked: dict[str, Any]) -> Found | None:
    """Return what a request that Lite has parsed asks for, exact and as of now; None where it is left to Lite.

    That is whatever is not just the nearest rows by cosine. What is not flushed yet is flushed first.
    """
    if not _is_plain(collection, asked):
        return None
    segments, standing = standings.of(collection)
    if not segments:
        return Found([], [], [(np.empty(0, np.int64), np.empty(0, np.float32))] * len(asked["query_vectors"]))
    pools = _pools(collection, segments, standing, asked)
    groups = _groups(standing, segments, asked["group_by_field"])
    apart = float(asked["search_params"].get(APART_PARAMETER, APART))
    queries = _units(asked["query_vectors"])
    best = _found(queries, pools, groups, count=asked["top_k"], apart=apart)
    best = [_exact(query, one, pools) for query, one in zip(queries, best, strict=True)]
    return Found(segments, standing.starts, best)


def _is_plain(collection: Any, asked: dict[str, Any]) -> bool:
    """Say whether nothing is asked but the nearest rows by cosine, grouped perhaps, with named columns."""
    rare = (
        "partition_names", "radius", "range_filter", "offset", "ranker", "rerank", "function_chains", "order_by_fields",
        "has_function_score", "group_size_strict", "time_fields",
    )  # fmt: skip
    field = collection._resolve_anns_field(asked["anns_field"])
    columns = _plain_columns(collection)
    return (
        bool(asked["query_vectors"])
        and not any(asked[name] for name in rare)
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


@dataclass(frozen=True, slots=True)
class _Pool:
    """One segment, what is known of it, and which of its rows a search is for."""

    segment: Any
    start: int
    scale: Floats
    index: Index | None
    passing: Mask
    passed: int


def _pools(collection: Any, segments: Sequence[Any], standing: Standing, asked: dict[str, Any]) -> list[_Pool]:
    """Return the segments that have rows which count and pass the filter."""
    named = (asked["expr"] or "", asked["timezone"])
    if named not in standing.passing:
        standing.passing[named] = rows_passing(collection, *named, (segments, standing))
    passing = standing.passing[named]
    return [
        _Pool(segment, start, scale, standing.indexes.get(segment), each.mask, each.rows)
        for segment, start, scale, each in zip(segments, standing.starts, standing.scales, passing, strict=True)
        if each.rows
    ]


def _units(queries: list[Any]) -> Floats:
    asked = np.asarray(queries, dtype=np.float32)
    return np.asarray(asked / np.linalg.norm(asked, axis=1, keepdims=True))


def _found(
    queries: Floats, pools: Sequence[_Pool], groups: Rows | None, *, count: int, apart: float
) -> list[tuple[Rows, Floats]]:
    """Return each query's best rows, with groups the best of each group alone, and their cosines; best first."""
    total = sum(pool.passed for pool in pools)
    looked_at = min(total, count if groups is None else count * _ROWS_PER_GROUP)
    while True:
        rows, scores = _nearest(queries, pools, looked_at, apart)
        found = [_first_of_groups(*pair, groups, count) for pair in zip(rows, scores, strict=True)]
        if all(len(best) == count for best, _ in found) or (apart == np.inf and looked_at >= total):
            return found
        looked_at, apart = min(total, looked_at * _MORE), np.inf


def _nearest(queries: Floats, pools: Sequence[_Pool], count: int, apart: float) -> tuple[Rows, Floats]:
    """Return the best `count` rows of every pool for each query (down); -1 and -inf where there are none.

    Every list of every index is read when `apart` is infinite.
    """
    rows: list[Rows] = [np.empty((len(queries), 0), np.int64)]
    scores: list[Floats] = [np.empty((len(queries), 0), np.float32)]
    for pool in pools:
        most = min(count, pool.passed)
        lists = _lists_to_read(pool, most, apart)
        if pool.index is None or not lists:
            numbers, cosines = _compared(queries, pool, most)
        else:
            numbers, products = pool.index.nearest(queries, pool.passing, count=most, lists=lists)
            cosines = np.where(numbers < 0, np.float32(-np.inf), products * pool.scale[numbers])
        rows.append(np.where(numbers < 0, -1, numbers + pool.start))
        scores.append(cosines)
    return np.concatenate(rows, axis=1), np.concatenate(scores, axis=1)


def _lists_to_read(pool: _Pool, count: int, apart: float) -> int:
    """Return how many lists of its index to read for a pool; 0 where comparing its rows is quicker, or it has none."""
    if pool.index is None or pool.passed <= FEW_ROWS:
        return 0
    if apart == np.inf:
        return pool.index.lists
    lists = pool.index.lists_to_read(pool.passed, count, apart)
    return 0 if pool.passed <= SOME_ROWS and 2 * lists >= pool.index.lists else lists


def _compared(queries: Floats, pool: _Pool, count: int) -> tuple[Rows, Floats]:
    """Return the pool's best rows for each query, in any order, by comparing with each."""
    rows, vectors = np.flatnonzero(pool.passing), pool.segment.vectors
    if pool.passed <= _FEW * len(vectors):
        scores = (queries @ vectors[rows].T) * pool.scale[rows]
    else:
        scores = (queries @ vectors.T) * pool.scale
        scores = scores if pool.passed == len(vectors) else scores[:, rows]
    if count >= pool.passed:
        return np.broadcast_to(rows, scores.shape), np.asarray(scores)
    best = np.argpartition(scores, -count, axis=1)[:, -count:]
    return rows[best], np.take_along_axis(scores, best, axis=1)


def _first_of_groups(rows: Rows, scores: Floats, groups: Rows | None, count: int) -> tuple[Rows, Floats]:
    """Return the `count` best rows and scores, best first, the first of equals first."""
    there = rows >= 0
    rows, scores = rows[there], scores[there]
    order = np.lexsort((rows, -scores))
    if groups is not None:
        first: dict[int, int] = {}
        for place, group in enumerate(groups[rows[order]].tolist()):
            first.setdefault(group, place)
            if len(first) == count:
                break
        order = order[list(first.values())]
    return rows[order[:count]], scores[order[:count]]


def _exact(query: Floats, best: tuple[Rows, Floats], pools: Sequence[_Pool]) -> tuple[Rows, Floats]:
    """Return what was found with its exact cosines, best first: an index knows them to three digits."""
    rows, scores = best
    scores = scores.copy()
    for pool in pools:
        if pool.index is not None:
            here = (rows >= pool.start) & (rows < pool.start + len(pool.scale))
            numbers = rows[here] - pool.start
            scores[here] = (pool.segment.vectors[numbers] @ query) * pool.scale[numbers]
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]
