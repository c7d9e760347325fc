"""What a request asks of Milvus Lite, told apart from its vectors and kept, or left to Lite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite
from milvus_lite.engine.collection import Collection
from pymilvus import Function, FunctionType
from pymilvus.client.prepare import Prepare

from backend.search.bench_vectors import units
from backend.search.milvus_gallery.lite_asked import Asked, Form, Questions

DIM = 8
VECTORS = units(np.random.default_rng(3), 6, DIM)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    fields = [
        FieldSchema("key", DataType.VARCHAR, is_primary=True, max_length=64),
        FieldSchema("product", DataType.VARCHAR, max_length=64),
        FieldSchema("maker", DataType.VARCHAR, max_length=64, nullable=True),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
    ]
    lite = MilvusLite(str(tmp_path))
    yield lite.create_collection("rows", CollectionSchema(fields))
    lite.close()


def a_request(vectors: Any = VECTORS, **otherwise: Any) -> Any:
    param = {"metric_type": "COSINE", "params": {"apart": 2}} | otherwise.pop("param", {})
    asked = {"expr": 'product == "p1"', "output_fields": ["product"], "group_by_field": "product"} | otherwise
    return Prepare.search_requests_with_expr("rows", "vector", param, 5, data=list(vectors), **asked)


def read(questions: Questions, collection: Collection, request: Any) -> Asked:
    asked = questions.of(collection, request)
    assert asked is not None
    return asked


def test_a_plain_question_is_read_whole(collection: Collection) -> None:
    asked = read(Questions(), collection, a_request())

    assert asked.form == Form(5, 'product == "p1"', None, "product", key="key", columns=("product",), apart=2, dim=DIM)
    np.testing.assert_array_equal(asked.vectors, VECTORS)


def test_what_is_asked_again_by_other_vectors_is_read_once(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = Questions()
    first = read(questions, collection, a_request())
    other = read(questions, collection, a_request(expr=""))
    monkeypatch.delattr("backend.search.milvus_gallery.lite_asked.parse_search_request")

    again = read(questions, collection, a_request(VECTORS[::-1]))

    assert again.form is first.form != other.form
    np.testing.assert_array_equal(again.vectors, VECTORS[::-1])


@pytest.mark.parametrize(
    "otherwise",
    [
        {"param": {"radius": 0.5}},
        {"param": {"range_filter": 0.5}},
        {"order_by_fields": "product:asc"},
        {"group_size": 1, "strict_group_size": True},
        {"time_fields": "year"},
        {"ranker": Function("boost", FunctionType.RERANK, [], params={"reranker": "boost", "weight": "2"})},
        {"param": {"metric_type": "L2"}},
        {"offset": 2},
        {"group_size": 2},
        {"round_decimal": 2},
        {"partition_names": ["_default"]},
        {"output_fields": None},
        {"output_fields": ["vector"]},
        {"output_fields": ["maker"]},  # which may be null
        {"group_by_field": "maker"},
        {"vectors": VECTORS[:, :4]},  # Lite says what is wrong with them
    ],
    ids=str,
)
def test_whatever_is_not_plain_is_left_to_lite_as_it_came(collection: Collection, otherwise: dict[str, Any]) -> None:
    request = a_request(**otherwise)
    before = request.SerializeToString()

    assert Questions().of(collection, request) is None
    assert request.SerializeToString() == before


@pytest.mark.parametrize("is_known", [False, True])
def test_a_question_without_vectors_is_left_to_lite(collection: Collection, is_known: bool) -> None:
    questions, request = Questions(), a_request()
    if is_known:
        read(questions, collection, a_request())
    request.ClearField("placeholder_group")

    assert questions.of(collection, request) is None


def test_the_same_question_to_another_collection_is_another(collection: Collection, tmp_path: Path) -> None:
    questions = Questions()
    fields = [
        FieldSchema("name", DataType.VARCHAR, is_primary=True, max_length=64),
        FieldSchema("product", DataType.VARCHAR, max_length=64),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
    ]
    lite = MilvusLite(str(tmp_path / "other"))
    other = lite.create_collection("rows", CollectionSchema(fields))

    keys = [read(questions, each, a_request()).form.key for each in (collection, other)]

    assert keys == ["key", "name"]
    lite.close()
