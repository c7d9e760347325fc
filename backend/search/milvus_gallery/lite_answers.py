"""Milvus Lite's answers to searches by lite_search.py: what was found goes to the wire as columns."""

import contextlib
from typing import Any

import numpy as np
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from milvus_lite.exceptions import MilvusLiteError
from pymilvus.grpc_gen.milvus_pb2 import SearchResults
from pymilvus.grpc_gen.schema_pb2 import DataType

from backend.search.milvus_gallery.lite_asked import Form, Questions
from backend.search.milvus_gallery.lite_search import Found, find
from backend.search.milvus_gallery.lite_standing import Standings


def install(standings: Standings) -> None:
    """Let Lite's gRPC server, in this process, answer by lite_search.py whatever that can."""
    own_way, questions = MilvusServicer.Search, Questions()

    def search(servicer: Any, request: Any, context: Any) -> Any:
        with contextlib.suppress(MilvusLiteError):  # its own way says what is wrong
            collection = servicer._get_collection(request, context)
            asked = questions.of(collection, request)
            if asked:
                return _answer(collection.name, asked.form, find(standings, collection, asked))
        return own_way(servicer, request, context)

    MilvusServicer.Search = search


def _answer(collection: str, form: Form, found: Found) -> Any:
    """Return what was found as Milvus sends it: the rows of all queries one after the other, column by column.

    Made in place: a message that is given to another is copied, by writing and reading it.
    """
    answer = SearchResults(collection_name=collection)
    answer.status.SetInParent()
    results = answer.results
    results.num_queries, results.top_k = len(found.counts), form.count
    results.topks.extend(found.counts)
    results.scores.extend(np.minimum(found.scores, 1.0).tolist())
    results.primary_field_name = form.key
    results.ids.str_id.data.extend(found.texts[form.key])
    results.output_fields.extend(form.columns)
    for name in form.columns:
        column = results.fields_data.add(type=DataType.VarChar, field_name=name)
        column.scalars.string_data.data.extend(found.texts[name])
    return answer
