"""Milvus Lite's answers to searches by lite_search.py: what was found goes from its segments to the wire as columns."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from milvus_lite.adapter.grpc.translators import search as translator
from milvus_lite.exceptions import MilvusLiteError
from pymilvus.grpc_gen.common_pb2 import PlaceholderGroup, PlaceholderType, Status
from pymilvus.grpc_gen.milvus_pb2 import SearchResults
from pymilvus.grpc_gen.schema_pb2 import DataType, FieldData, IDs, ScalarField, SearchResultData, StringArray

from backend.search.milvus_gallery.lite_search import Found, find
from backend.search.milvus_gallery.lite_standing import Standings

_NUMBER_BYTES = 4


def install(standings: Standings) -> None:
    """Let Lite's gRPC server, in this process, answer by lite_search.py whatever that can."""
    own_way = MilvusServicer.Search

    def search(servicer: Any, request: Any, context: Any) -> Any:
        try:
            collection = servicer._get_collection(request, context)
            asked = translator.parse_search_request(request)
            found = find(standings, collection, asked)
        except MilvusLiteError:  # its own way says what is wrong
            found = None
        if found is None:
            return own_way(servicer, request, context)
        results = _results(found, collection._pk_name, asked)
        return SearchResults(status=Status(), results=results, collection_name=collection.name)

    MilvusServicer.Search = search
    translator._decode_placeholder_group = partial(_vectors, translator._decode_placeholder_group)


def _vectors(own_way: Callable[[bytes], list[Any]], packed: bytes) -> list[Any]:
    """Return what is asked by; vectors as they came: a list of numbers for each took a quarter of a millisecond."""
    for asked in PlaceholderGroup.FromString(packed).placeholders[:1]:
        is_whole = all(value and len(value) % _NUMBER_BYTES == 0 for value in asked.values)
        if asked.type == PlaceholderType.FloatVector and asked.values and is_whole:
            return [np.frombuffer(value, "<f4") for value in asked.values]
    return own_way(packed)


def _results(found: Found, key: str, asked: dict[str, Any]) -> Any:
    """Return what was found as Milvus sends it: the rows of all queries one after the other, column by column."""
    names = list(dict.fromkeys(asked["output_fields"]))
    columns = _columns(found, [key, *names])
    texts = DataType.Value("VarChar")
    fields = [
        FieldData(type=texts, field_name=name, scalars=ScalarField(string_data=StringArray(data=columns[name])))
        for name in names
    ]
    return SearchResultData(
        num_queries=len(found.counts),
        top_k=asked["top_k"],
        topks=found.counts,
        ids=IDs(str_id=StringArray(data=columns[key])),
        scores=np.minimum(found.scores, 1.0).tolist(),
        fields_data=fields,
        output_fields=names,
        primary_field_name=key,
    )


def _columns(found: Found, names: list[str]) -> dict[str, list[str]]:
    """Return the texts of the rows that were found, by column."""
    rows, columns = found.rows, {name: [""] * len(found.rows) for name in names}
    for segment, start in zip(found.segments, found.starts, strict=True):
        places = np.flatnonzero((rows >= start) & (rows < start + segment.num_rows))
        if len(places):
            taken = segment.table.select(list(columns)).take(pa.array(rows[places] - start))
            for name, column in columns.items():
                for place, text in zip(places.tolist(), taken.column(name).to_pylist(), strict=True):
                    column[place] = text
    return columns
