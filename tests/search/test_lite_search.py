"""Milvus Lite's search as we do it: grouped exactly, with an index and without one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite
from milvus_lite.engine.collection import Collection
from numpy.typing import NDArray

from backend.search.bench_gallery import recall
from backend.search.bench_vectors import units
from backend.search.milvus_gallery.effort import APART_PARAMETER
from backend.search.milvus_gallery.lite_answers import _columns
from backend.search.milvus_gallery.lite_search import RARE, Found, find
from backend.search.milvus_gallery.lite_standing import Standings
from tests.conftest import wait_until

DIM, PRODUCTS, ROWS_EACH, QUERIES, TOP = 32, 120, 60, 6, 50
FIELDS = [
    FieldSchema("key", DataType.VARCHAR, is_primary=True, max_length=64),
    FieldSchema("product", DataType.VARCHAR, max_length=64),
    FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
]

Vectors = NDArray[np.float32]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Sixty photos of each product, all nearer to each other than to most other products."""
    chance = np.random.default_rng(11)
    return np.repeat(units(chance, PRODUCTS, DIM), ROWS_EACH, axis=0) + np.float32(0.35) * units(
        chance, PRODUCTS * ROWS_EACH, DIM
    )


@pytest.fixture
def collection(tmp_path: Path, vectors: Vectors) -> Iterator[Collection]:
    lite = MilvusLite(str(tmp_path))
    made = lite.create_collection("rows", CollectionSchema(FIELDS))
    made.insert(
        [
            {"key": f"{row:06}", "product": f"p{row // ROWS_EACH}", "vector": vector.tolist()}
            for row, vector in enumerate(vectors)
        ]
    )
    made.flush()
    made.load()
    yield made
    lite.close()


def ask(standings: Standings, collection: Collection, queries: Vectors, **otherwise: Any) -> Found:
    asked: dict[str, Any] = {**dict.fromkeys(RARE), "expr": None, "timezone": None, "group_size": None}
    asked |= {"query_vectors": queries.tolist(), "top_k": TOP, "metric_type": "COSINE", "anns_field": "vector"}
    asked |= {"group_by_field": "product", "round_decimal": -1, "output_fields": ["product"]}
    asked |= otherwise
    found = find(standings, collection, {**asked, "search_params": {APART_PARAMETER: 1}})
    assert found is not None
    return found


def test_products_of_many_photos_are_found_with_their_best_one(collection: Collection, vectors: Vectors) -> None:
    queries = vectors[:: len(vectors) // QUERIES] / np.linalg.norm(vectors[:: len(vectors) // QUERIES], axis=1)[:, None]
    cosines = queries @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T
    best = cosines.reshape(QUERIES, PRODUCTS, ROWS_EACH).max(axis=2)
    right = np.argsort(-best, axis=1)[:, :TOP]
    standings = Standings()

    compared = ask(standings, collection, queries)
    (segment,) = compared.segments
    _, standing = standings.of(collection)
    wait_until(lambda: standing.indexes.get(segment) is not None, what="the index")
    by_index = ask(standings, collection, queries)

    for found, least in ((compared, 1.0), (by_index, 0.99)):
        products = (found.rows // ROWS_EACH).reshape(QUERIES, TOP)
        assert found.counts == [TOP] * QUERIES
        assert all(len(set(each)) == TOP for each in products.tolist())
        assert np.mean(recall(products.tolist(), right.tolist())) >= least
        own_best = np.take_along_axis(best, products, axis=1)
        np.testing.assert_allclose(found.scores.reshape(QUERIES, TOP), own_best, atol=2e-3)


@pytest.mark.parametrize("expression", [None, 'product == "p1"'])
def test_a_collection_without_rows_answers_that_it_found_none(tmp_path: Path, expression: str | None) -> None:
    lite = MilvusLite(str(tmp_path))
    made = lite.create_collection("rows", CollectionSchema(FIELDS))
    made.load()

    found = ask(Standings(), made, np.eye(DIM, dtype=np.float32)[:2], expr=expression)

    assert (found.counts, _columns(found, ["key"])) == ([0, 0], {"key": []})
    lite.close()


@pytest.mark.parametrize("count", [1, 3, QUERIES])
def test_an_index_and_what_was_written_since_answer_together(
    collection: Collection, vectors: Vectors, count: int
) -> None:
    queries = vectors[:: len(vectors) // QUERIES][:count] + np.float32(0.1) * units(
        np.random.default_rng(12), count, DIM
    )
    standings = Standings()
    (segment,) = ask(standings, collection, queries).segments
    _, standing = standings.of(collection)
    wait_until(lambda: standing.indexes.get(segment) is not None, what="the index")

    for number, query in enumerate(queries):
        new = {"key": f"new{number}", "product": f"new{number}", "vector": query.tolist()}
        collection.insert([new, {**new, "key": f"far{number}", "product": f"far{number}", "vector": (-query).tolist()}])
        collection.flush()
    found = ask(standings, collection, queries)

    assert found.counts == [TOP] * count
    products = np.reshape(_columns(found, ["product"])["product"], (count, TOP))
    assert products[:, 0].tolist() == [f"new{number}" for number in range(count)]
    assert products[:, 1].tolist() == [f"p{number * PRODUCTS // QUERIES}" for number in range(count)]
