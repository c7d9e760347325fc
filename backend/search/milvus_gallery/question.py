"""What is asked of a gallery server for a photo: written once for each form of question, but for its vectors.

pymilvus checks and writes every search anew, its parameters as JSON: longer than a small gallery takes to answer.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from pymilvus.client.prepare import Prepare
from pymilvus.client.ts_utils import construct_guarantee_ts
from pymilvus.grpc_gen.common_pb2 import PlaceholderGroup, PlaceholderType, PlaceholderValue
from pymilvus.grpc_gen.milvus_pb2 import SearchRequest

from backend.search.gallery import Vector
from backend.search.milvus_gallery.effort import Effort

_VECTORS = "$0"  # how Milvus calls what a search brings along


@dataclass(frozen=True, slots=True)
class Question:
    """All of a question but its vectors: the nearest `size` rows by cosine, of those that meet `condition`.

    `columns` are to be told of each, `effort` says in how much of the index to look for them, and with `group_by` rows
    of one group count as one.
    """

    condition: str
    size: int
    columns: tuple[str, ...]
    effort: Effort
    strong: bool = False
    group_by: str = ""

    def asked(self, collection: str, vectors: Vector) -> Any:
        """Return the SearchRequest that asks it of a collection, by these vectors (n, d)."""
        request = SearchRequest.FromString(_written(self))
        request.collection_name = collection
        request.nq = len(vectors)
        values = [vector.tobytes() for vector in vectors.astype(np.float32, copy=False)]
        of_kind = PlaceholderValue(tag=_VECTORS, type=PlaceholderType.FloatVector, values=values)
        request.placeholder_group = PlaceholderGroup(placeholders=[of_kind]).SerializeToString()
        return request


@lru_cache(256)
def _written(question: Question) -> bytes:
    """Return the question's SearchRequest, with no collection and no vectors yet."""
    options: dict[str, Any] = {"consistency_level": "Strong" if question.strong else "Bounded"}
    is_default = construct_guarantee_ts("", options)
    if question.group_by:
        options["group_by_field"] = question.group_by
    request = Prepare.search_requests_with_expr(
        "",
        "vector",
        {"metric_type": "COSINE", "params": dict(question.effort)},
        question.size,
        data=[[0.0]],
        expr=question.condition,
        output_fields=list(question.columns),
        use_default_consistency=is_default,
        **options,
    )
    request.ClearField("placeholder_group")
    return bytes(request.SerializeToString())
