"""Milvus Lite's answers to questions for rows by their columns, without a look at every row in Python.

A batch that is embedded asks which rows its pictures have; in a gallery of 180,000 rows Lite's own way takes half a
second for it (lite_standing.py says why), in which nobody can search.
"""

import heapq
from typing import Any

import numpy as np
import pyarrow as pa
from milvus_lite.engine.collection import Collection
from milvus_lite.engine.projection import build_projection_plan, project_record

from backend.search.milvus_gallery.lite_standing import Standings, rows_passing


def install(standings: Standings) -> None:
    """Let Lite's collections, in this process, find and count rows so."""
    own_way, own_count = Collection.query, Collection._num_entities

    def query(collection: Any, expr: str | None = None, **asked: Any) -> Any:
        if asked.get("partition_names") or collection.schema.enable_dynamic_field:
            return own_way(collection, expr, **asked)
        collection._require_loaded()
        segments, standing = standings.of(collection)
        passing = rows_passing(collection, expr or "", asked.get("timezone"), (segments, standing))
        found = [
            (segment, row)
            for segment, each in zip(segments, passing, strict=True)
            for row in np.flatnonzero(each.mask).tolist()
        ]
        limit, offset = asked.get("limit"), asked.get("offset", 0)
        last = len(found) if limit is None else offset + limit
        if asked.get("order_by_pk"):
            found = heapq.nsmallest(last, found, key=lambda place: place[0].pks[place[1]])
        plan = build_projection_plan(asked.get("output_fields"), collection.schema, api_kind="query")
        columns = [*dict.fromkeys((*plan.response_schema_fields, collection._pk_name))]
        return [project_record(record, collection.schema, plan) for record in _records(found[offset:last], columns)]

    def count(collection: Any, partition_names: list[str] | None) -> int:
        if partition_names is not None:
            return int(own_count(collection, partition_names))
        _, standing = standings.of(collection)
        return sum(int(mask.sum()) for mask in standing.alive)

    Collection.query, Collection._num_entities = query, count


def _records(places: list[tuple[Any, int]], columns: list[str]) -> list[dict[str, Any]]:
    """Return these columns of the rows, in the order of their places; each segment is read once."""
    records: list[dict[str, Any]] = [{}] * len(places)
    by_segment: dict[int, list[int]] = {}
    for number, (segment, _) in enumerate(places):
        by_segment.setdefault(id(segment), []).append(number)
    for numbers in by_segment.values():
        table = places[numbers[0]][0].table
        taken = table.select(columns).take(pa.array([places[number][1] for number in numbers]))
        for number, record in zip(numbers, taken.to_pylist(), strict=True):
            records[number] = record
    return records
