"""What a search asks of Milvus Lite: its vectors, and the rest, which many searches share and which is read once.

Lite 3.2.2 takes every request apart anew, its parameters as JSON; that took as long as a filter of few rows does.
"""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from cachetools import LRUCache
from milvus_lite.adapter.grpc.translators.search import parse_search_request
from pymilvus.grpc_gen.common_pb2 import PlaceholderGroup, PlaceholderType

from backend.search.milvus_gallery.effort import APART, APART_PARAMETER
from backend.search.milvus_gallery.lite_standing import Floats

_RARE = (
    "partition_names", "radius", "range_filter", "offset", "ranker", "rerank", "function_chains", "order_by_fields",
    "has_function_score", "group_size_strict", "time_fields",
)  # fmt: skip
"""What a request may also ask for, and is left to Lite."""

_FORMS_KEPT = 256  # of each collection


@dataclass(frozen=True, slots=True)
class Form:
    """All of a question but its vectors: the nearest `count` rows by cosine, of those that meet `condition`.

    With `group_by` rows of one group count as one; `columns` are to be told of each beside the `key`. `apart` is
    effort.py's.
    """

    count: int
    condition: str
    timezone: Any
    group_by: str | None
    key: str
    columns: tuple[str, ...]
    apart: float
    dim: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole question: its form, and the vectors (n, dim)."""

    form: Form
    vectors: Floats


class Questions:
    """The forms of all questions of late, by collection; asked by one thread at a time."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Any, LRUCache[bytes, Form | None]] = WeakKeyDictionary()

    def of(self, collection: Any, request: Any) -> Asked | None:
        """Return what a SearchRequest asks; None where it is left to Lite.

        That is whatever is not just the nearest rows by cosine. Raises MilvusLiteError for what is wrong in itself.
        """
        if not request.HasField("placeholder_group"):
            return None
        packed = request.placeholder_group
        request.ClearField("placeholder_group")
        name = request.SerializeToString()
        request.placeholder_group = packed
        forms = self._known.get(collection)
        if forms is None:
            forms = self._known[collection] = LRUCache(_FORMS_KEPT)
        if name not in forms:
            forms[name] = _form(collection, parse_search_request(request))
        form = forms[name]
        vectors = _vectors(packed, form.dim) if form else None
        return None if form is None or vectors is None else Asked(form, vectors)


def _form(collection: Any, asked: dict[str, Any]) -> Form | None:
    """Return the form of what Lite has parsed, None unless it is plain: the nearest rows, grouped perhaps."""
    field = collection._resolve_anns_field(asked["anns_field"])
    known = _columns(collection)
    is_plain = (
        not any(asked[name] for name in _RARE)
        and (asked["group_size"] or 1) == 1
        and asked["round_decimal"] < 0
        and field == collection._vector_name
        and collection.resolve_search_metric(field, asked["metric_type"]) == "COSINE"
        and asked["output_fields"] is not None
        and {*asked["output_fields"], asked["group_by_field"] or collection._pk_name, collection._pk_name} <= known
    )
    if not is_plain:
        return None
    return Form(
        asked["top_k"],
        asked["expr"] or "",
        asked["timezone"],
        asked["group_by_field"],
        key=collection._pk_name,
        columns=tuple(dict.fromkeys(asked["output_fields"])),
        apart=float(asked["search_params"].get(APART_PARAMETER, APART)),
        dim=next(each.dim for each in collection.schema.fields if each.name == field),
    )


def _columns(collection: Any) -> set[str]:
    """Return the names of the columns of texts that are always there."""
    return {field.name for field in collection.schema.fields if not field.nullable and field.dtype.name == "VARCHAR"}


def _vectors(packed: bytes, dim: int) -> Floats | None:
    """Return the vectors (n, dim) of a PlaceholderGroup, None where it holds none or others."""
    for asked in PlaceholderGroup.FromString(packed).placeholders[:1]:
        numbers = b"".join(asked.values)
        is_whole = all(len(value) == dim * np.dtype(np.float32).itemsize for value in asked.values)
        if asked.type == PlaceholderType.FloatVector and numbers and is_whole:
            return np.frombuffer(numbers, "<f4").reshape(-1, dim)
    return None
