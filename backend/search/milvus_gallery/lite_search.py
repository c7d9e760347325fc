"""Milvus Lite's search, made quick and grouped exactly; put in place of its own by lite.py, in the server's process.

Lite 3.2.2 finds out anew for every search which of all rows count, key by key in Python: a quarter of a second for
180,000 rows, whatever the index. Then it turns every column of each row found into Python's objects, the vector too.
And its group-by fetches ten rows for each product asked for and gives up. Here the first is kept until something is
written, the second done only for the columns asked for, and a group's best row is found exactly, so that a search
answers with 50 products instead of 200 rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Hits = list[dict[str, Any]]

_FEW = 0.2
"""Share of the rows up to which theirs alone are compared; copying more of them costs more than it saves."""
_ROWS_PER_GROUP = 4  # looked at first; more are when they do not suffice


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found out of a collection's rows, segment by segment, and holds until something is written."""

    files: tuple[str, ...]
    deleted: dict[Any, int]
    alive: list[NDArray[np.bool_]]
    """Which rows count: neither deleted nor written anew since."""
    scales: list[Floats]
    """One over the length of each row's vector."""
    groups: dict[str, list[Rows]]
    """By column: a number for each row, the same for the same value."""


def install() -> None:
    """Put QuickSearch in the place of the method `search` of Lite's collections, in this process."""
    from milvus_lite.engine.collection import Collection  # noqa: PLC0415 - lite.py's process alone

    quick = QuickSearch(Collection.search)

    def search(self: Any, query_vectors: list[Any], top_k: int = 10, **asked: Any) -> list[Hits]:
        return quick.search(self, query_vectors, top_k, **asked)

    Collection.search = search


class QuickSearch:
    """Stands for the method `search` of Lite's collections."""

    def __init__(self, own_way: Any) -> None:
        self._own_way = own_way
        self._standings: WeakKeyDictionary[Any, Standing] = WeakKeyDictionary()

    def search(self, collection: Any, query_vectors: list[Any], top_k: int = 10, **asked: Any) -> list[Hits]:
        """Answer as `Collection.search` does, exactly, and as of now: what is not flushed yet is flushed first."""
        if not _is_plain(collection, query_vectors, asked):
            answer: list[Hits] = self._own_way(collection, query_vectors, top_k, **asked)
            return answer
        if collection._memtable.size():
            collection.flush()
        segments, deleted = collection._read_snapshot()
        segments = [segment for segment in segments if segment.num_rows]
        if not segments:
            return [[] for _ in query_vectors]
        standing = self._standing(collection, segments, deleted.snapshot)
        rows = _passing(collection, segments, standing, asked)
        scores = _scores(query_vectors, segments, rows, standing)
        groups = self._groups(standing, segments, rows, asked.get("group_by_field"))
        best = [_best(line, top_k, groups) for line in scores]
        entities = _entities(segments, rows, best, [collection._pk_name, *asked["output_fields"]])
        return [_hits(entities, line, places, collection._pk_name) for line, places in zip(scores, best, strict=True)]

    def _standing(self, collection: Any, segments: Sequence[Any], deleted: dict[Any, int]) -> Standing:
        files = tuple(segment.file_path for segment in segments)  # never written twice; named by their rows' numbers
        known = self._standings.get(collection)
        if known is None or known.files != files or known.deleted != deleted:
            scales = [np.float32(1) / np.linalg.norm(segment.vectors, axis=1) for segment in segments]
            known = Standing(files, deleted, _alive(segments, deleted), scales, {})
            self._standings[collection] = known
        return known

    def _groups(self, standing: Standing, segments: Sequence[Any], rows: list[Rows], column: str | None) -> Rows | None:
        """Return the group of each row that is compared, None when nothing is grouped."""
        if column is None:
            return None
        if column not in standing.groups:
            standing.groups[column] = _numbered(segments, column)
        pairs = zip(standing.groups[column], rows, strict=True)
        return np.concatenate([numbers[passing] for numbers, passing in pairs])


def _is_plain(collection: Any, queries: list[Any], asked: dict[str, Any]) -> bool:
    """Say whether nothing is asked but the nearest rows by cosine, grouped perhaps, with named columns."""
    rare = ("partition_names", "radius", "range_filter", "offset", "ranker", "strict_group_size")
    field = collection._resolve_anns_field(asked.get("anns_field"))
    columns = asked.get("output_fields")
    return (
        bool(queries)
        and not any(asked.get(name) for name in rare)
        and asked.get("group_size", 1) == 1
        and field == collection._vector_name
        and collection.resolve_search_metric(field, asked.get("metric_type")) == "COSINE"
        and not collection.list_indexes()
        and columns is not None
        and {*columns, asked.get("group_by_field") or collection._pk_name} <= _plain_columns(collection)
    )


def _plain_columns(collection: Any) -> set[str]:
    return {field.name for field in collection.schema.fields if not field.nullable}


def _alive(segments: Sequence[Any], deleted: dict[Any, int]) -> list[NDArray[np.bool_]]:
    newest: dict[Any, int] = {}
    for segment in segments:
        for key, number in zip(segment.pks, segment.seqs.tolist(), strict=True):
            if number > newest.get(key, -1):
                newest[key] = number
    return [
        np.array(
            [
                newest[key] == number and deleted.get(key, -1) <= number
                for key, number in zip(segment.pks, segment.seqs.tolist(), strict=True)
            ],
            dtype=np.bool_,
        )
        for segment in segments
    ]


def _numbered(segments: Sequence[Any], column: str) -> list[Rows]:
    """Return a number for each row, the same for rows of the same value in whichever segment."""
    parts = [segment.table.column(column) for segment in segments]
    chunks = [chunk for part in parts for chunk in part.chunks]
    encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
    numbers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return np.split(numbers, np.cumsum([len(part) for part in parts])[:-1])


def _passing(collection: Any, segments: Sequence[Any], standing: Standing, asked: dict[str, Any]) -> list[Rows]:
    """Return each segment's rows that count and pass the filter."""
    from milvus_lite.search.indexed_filter import evaluate_segment_filter  # noqa: PLC0415 - lite.py's process alone

    if not asked.get("expr"):
        return [np.flatnonzero(alive) for alive in standing.alive]
    condition = collection._compile_filter(asked["expr"], timezone=asked.get("timezone"))
    plan = collection._indexed_filter_plan(condition)
    pairs = zip(segments, standing.alive, strict=True)
    return [np.flatnonzero(alive & evaluate_segment_filter(segment, condition, plan)) for segment, alive in pairs]


def _scores(queries: list[Any], segments: Sequence[Any], rows: list[Rows], standing: Standing) -> Floats:
    """Return the cosine of each query (down) with each row compared (across)."""
    asked = np.asarray(queries, dtype=np.float32)
    asked = asked / np.linalg.norm(asked, axis=1, keepdims=True)
    parts = zip(segments, rows, standing.scales, strict=True)
    return np.concatenate([_cosines(asked, each.vectors, passing, scale) for each, passing, scale in parts], axis=1)


def _cosines(queries: Floats, vectors: Floats, rows: Rows, scale: Floats) -> Floats:
    if len(rows) <= _FEW * len(vectors):
        return np.asarray((queries @ vectors[rows].T) * scale[rows])
    scores = (queries @ vectors.T) * scale
    return np.asarray(scores if len(rows) == len(vectors) else scores[:, rows])


def _best(scores: Floats, count: int, groups: Rows | None) -> Rows:
    """Return the places of the `count` highest scores, best first; with groups, of each group's highest alone."""
    if groups is None:
        return _highest(scores, count)
    looked_at = count * _ROWS_PER_GROUP
    while True:
        places = _highest(scores, looked_at)
        _, first = np.unique(groups[places], return_index=True)
        if len(first) >= count or looked_at >= len(scores):
            return places[np.sort(first)[:count]]
        looked_at *= 8


def _highest(scores: Floats, count: int) -> Rows:
    """Return the places of the `count` highest scores, best first; the first of equals first."""
    places = np.arange(len(scores))
    if count < len(scores):
        places = np.sort(np.argpartition(scores, -count)[-count:])
    return places[np.argsort(-scores[places], kind="stable")]


def _entities(segments: Sequence[Any], rows: list[Rows], best: list[Rows], columns: list[str]) -> dict[int, Any]:
    """Return the columns of every row found, by its place among the rows compared."""
    found = np.unique(np.concatenate(best))
    names = list(dict.fromkeys(columns))
    entities: dict[int, Any] = {}
    start = 0
    for segment, passing in zip(segments, rows, strict=True):
        places = found[(found >= start) & (found < start + len(passing))]
        if len(places):
            taken = segment.table.select(names).take(pa.array(passing[places - start]))
            entities.update(zip(places.tolist(), taken.to_pylist(), strict=True))
        start += len(passing)
    return entities


def _hits(entities: dict[int, Any], scores: Floats, places: Rows, key: str) -> Hits:
    pairs = zip(places.tolist(), scores[places].tolist(), strict=True)
    return [
        {"id": entities[place][key], "distance": min(1.0, score), "entity": entities[place]} for place, score in pairs
    ]
