"""Milvus Lite's search as we do it: grouped exactly, with an index and without one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite
from milvus_lite.engine.collection import Collection
from numpy.typing import NDArray

from backend.search.bench_gallery import recall
from backend.search.bench_vectors import units
from backend.search.milvus_gallery import lite_index, lite_plan
from backend.search.milvus_gallery.lite_asked import Asked, Form
from backend.search.milvus_gallery.lite_plan import first_share, pools_of
from backend.search.milvus_gallery.lite_search import Found, _first_of_groups, find
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


PLAIN = Form(TOP, "", None, "product", key="key", columns=("product",), apart=1, dim=DIM)


def ask(standings: Standings, collection: Collection, queries: Vectors, **otherwise: Any) -> Found:
    return find(standings, collection, Asked(replace(PLAIN, **otherwise), queries))


def test_products_of_many_photos_are_found_with_their_best_one(collection: Collection, vectors: Vectors) -> None:
    queries = vectors[:: len(vectors) // QUERIES] / np.linalg.norm(vectors[:: len(vectors) // QUERIES], axis=1)[:, None]
    cosines = queries @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T
    best = cosines.reshape(QUERIES, PRODUCTS, ROWS_EACH).max(axis=2)
    right = np.argsort(-best, axis=1)[:, :TOP]
    standings = Standings()

    compared = ask(standings, collection, queries)
    (segment,), standing = standings.of(collection)
    wait_until(lambda: standing.indexes.get(segment) is not None, what="the index")
    by_index = ask(standings, collection, queries)

    for found, least in ((compared, 1.0), (by_index, 0.99)):
        products = (found.rows // ROWS_EACH).reshape(QUERIES, TOP)
        assert found.counts == [TOP] * QUERIES
        assert all(len(set(each)) == TOP for each in products.tolist())
        assert np.mean(recall(products.tolist(), right.tolist())) >= least
        own_best = np.take_along_axis(best, products, axis=1)
        np.testing.assert_allclose(found.scores.reshape(QUERIES, TOP), own_best, atol=2e-3)


@pytest.mark.parametrize("condition", ["", 'product == "p1"'])
def test_a_collection_without_rows_answers_that_it_found_none(tmp_path: Path, condition: str) -> None:
    lite = MilvusLite(str(tmp_path))
    made = lite.create_collection("rows", CollectionSchema(FIELDS))
    made.load()

    found = ask(Standings(), made, np.eye(DIM, dtype=np.float32)[:2], condition=condition)

    assert (found.counts, found.texts) == ([0, 0], {"key": [], "product": []})
    lite.close()


@pytest.mark.parametrize("count", [1, 3, QUERIES])
def test_an_index_and_what_was_written_since_answer_together(
    collection: Collection, vectors: Vectors, count: int
) -> None:
    queries = vectors[:: len(vectors) // QUERIES][:count] + np.float32(0.1) * units(
        np.random.default_rng(12), count, DIM
    )
    standings = Standings()
    ask(standings, collection, queries)
    (segment,), standing = standings.of(collection)
    wait_until(lambda: standing.indexes.get(segment) is not None, what="the index")

    for number, query in enumerate(queries):
        new = {"key": f"new{number}", "product": f"new{number}", "vector": query.tolist()}
        collection.insert([new, {**new, "key": f"far{number}", "product": f"far{number}", "vector": (-query).tolist()}])
        collection.flush()
    found = ask(standings, collection, queries)

    assert found.counts == [TOP] * count
    products = np.reshape(found.texts["product"], (count, TOP))
    assert products[:, 0].tolist() == [f"new{number}" for number in range(count)]
    assert products[:, 1].tolist() == [f"p{number * PRODUCTS // QUERIES}" for number in range(count)]


@pytest.fixture
def parts(tmp_path: Path, vectors: Vectors) -> Iterator[tuple[Collection, Vectors, NDArray[np.bool_]]]:
    """A few rows that have no index and many that have one, some of both deleted: all vectors, and what is left."""
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    lite = MilvusLite(str(tmp_path))
    made = lite.create_collection("rows", CollectionSchema(FIELDS))
    for part in np.split(np.arange(len(vectors)), [30]):
        made.insert(
            [
                {"key": f"{row:06}", "product": f"p{row // ROWS_EACH}", "vector": vectors[row].tolist()}
                for row in part.tolist()
            ]
        )
        made.flush()
    left = np.ones(len(vectors), np.bool_)
    left[::7] = False
    made.delete([f"{row:06}" for row in np.flatnonzero(~left).tolist()])
    made.flush()
    made.load()
    yield made, vectors, left
    lite.close()


@pytest.mark.parametrize("apart", [1, np.inf])
@pytest.mark.parametrize("count", [1, 3, QUERIES])
def test_a_filter_and_deletions_shut_out_rows_with_an_index_and_without_one(
    parts: tuple[Collection, Vectors, NDArray[np.bool_]], count: int, apart: float
) -> None:
    collection, vectors, left = parts
    queries = vectors[:: len(vectors) // count][:count]
    standings, asked = Standings(), {"condition": 'product >= "p5"', "group_by": None}
    ask(standings, collection, queries, **asked)
    segments, standing = standings.of(collection)
    wait_until(lambda: any(standing.indexes.get(each) for each in segments), what="the index")
    assert [standing.indexes.get(each) is None for each in segments] == [True, False]

    found = ask(standings, collection, queries, apart=apart, **asked)

    passing = left & np.array([f"p{row // ROWS_EACH}" >= "p5" for row in range(len(vectors))])
    cosines = queries @ vectors.T
    right = np.argsort(-np.where(passing, cosines, -1), axis=1)[:, :TOP]
    rows = np.reshape([int(key) for key in found.texts["key"]], (count, TOP))
    assert passing[rows].all()
    assert np.mean(recall(rows.tolist(), right.tolist())) >= (1.0 if apart == np.inf else 0.99)
    np.testing.assert_allclose(found.scores.reshape(count, TOP), np.take_along_axis(cosines, rows, axis=1), atol=1e-5)
    assert (np.diff(found.scores.reshape(count, TOP)) <= 0).all()


def test_what_is_kept_of_a_filter_knows_new_indexes_and_what_is_written_since(
    collection: Collection, vectors: Vectors
) -> None:
    standings, asked = Standings(), {"condition": 'product >= "p5"', "group_by": None}
    query = vectors[-1:]

    before = ask(standings, collection, query, **asked)
    segments, standing = standings.of(collection)
    wait_until(lambda: len(standing.indexes) == 1, what="the index")
    (pool,) = pools_of(collection, segments, standing, 'product >= "p5"', None).all
    collection.delete(before.texts["key"][:10])
    after = ask(standings, collection, query, **asked)

    assert pool.index is standing.indexes.get(segments[0]) is not None
    assert not {*after.texts["key"]} & {*before.texts["key"][:10]}
    assert after.texts["key"][:5] == before.texts["key"][10:15]


def test_fewer_rows_than_are_wanted_all_come(parts: tuple[Collection, Vectors, NDArray[np.bool_]]) -> None:
    collection, vectors, left = parts
    few = [row for row in (7, 8, 3000, 3001, 7100) if left[row]]
    asked = {"condition": "key in " + str([f"{row:06}" for row in few]).replace("'", '"'), "group_by": None}

    found = ask(Standings(), collection, vectors[:2], **asked)

    assert found.counts == [len(few)] * 2
    assert sorted(found.texts["key"]) == sorted(f"{row:06}" for row in few * 2)


def test_of_a_group_the_best_row_is_kept_and_of_equals_the_first() -> None:
    rows = np.array([[9, 4, 7, -1], [-1, -1, -1, -1], [8, 9, 4, 7]])
    scores = np.array([[0.5, 0.5, 0.9, -np.inf], [-np.inf] * 4, [0.5, 0.5, 0.5, 0.5]], np.float32)
    groups = np.array([0, 0, 0, 0, 1, 0, 0, 2, 0, 1])

    (best, best_scores), counts = _first_of_groups(rows, scores, groups, 3)

    assert (best.tolist(), best_scores.tolist(), counts) == (
        [7, 4, 4, 7, 8],
        [np.float32(0.9), 0.5, 0.5, 0.5, 0.5],
        [2, 0, 3],
    )
    (best, _), counts = _first_of_groups(rows, scores, None, 2)
    assert (best.tolist(), counts) == ([7, 4, 4, 7], [2, 0, 2])


@pytest.mark.parametrize("rows", [7, 39])
def test_rows_that_are_the_same_are_as_near(tmp_path: Path, vectors: Vectors, rows: int) -> None:
    lite = MilvusLite(str(tmp_path))
    made = lite.create_collection("rows", CollectionSchema(FIELDS))
    made.insert([{"key": f"{row}", "product": f"p{row}", "vector": vectors[0].tolist()} for row in range(rows)])
    made.flush()
    made.load()

    standings = Standings()

    for query in vectors[1:20]:
        found = ask(standings, made, query[None])
        assert found.counts == [rows]
        assert len(set(found.scores.tolist())) == 1
    lite.close()


def test_a_vector_of_zeros_is_like_nothing_and_spoils_no_other_answer(collection: Collection, vectors: Vectors) -> None:
    collection.insert([{"key": "zero", "product": "zero", "vector": [0.0] * DIM}])
    collection.flush()

    found = ask(Standings(), collection, np.stack([np.zeros(DIM, np.float32), vectors[0]]))

    assert found.counts == [TOP, TOP]
    assert found.scores[:TOP].tolist() == [0.0] * TOP
    assert found.texts["product"][TOP] == "p0"
    assert found.scores[TOP] == pytest.approx(1, abs=1e-5)


def test_several_indexes_and_what_has_none_answer_together_however_they_are_shared(
    tmp_path: Path, vectors: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lite_index, "INDEXED_ROWS", 2_600)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    lite = MilvusLite(str(tmp_path))
    made = lite.create_collection("rows", CollectionSchema(FIELDS))
    for part in np.split(np.arange(len(vectors)), [4_000, 7_100]):
        rows = [{"key": f"{row:06}", "product": str(row), "vector": vectors[row].tolist()} for row in part.tolist()]
        made.insert(rows)
        made.flush()
    made.load()
    standings = Standings()
    ask(standings, made, vectors[:1])
    segments, standing = standings.of(made)
    wait_until(lambda: [standing.indexes.get(each) is not None for each in segments].count(True) == 2, what="indexes")

    for share in (None, 0, 1, 5, 6, 7, 11, 12):
        if share is not None:
            monkeypatch.setattr(
                lite_plan, "first_share", lambda works, queries, _, n=share: min(n, len(works) * queries)
            )
        standing.kept.clear()
        for count in (1, QUERIES, 3):  # with the same standing: each has a plan of its own
            queries = vectors[[7, 4_900, 7_150, 500, 6_999, 1_000][:count]]
            found = ask(standings, made, queries, group_by="", apart=np.inf)
            cosines = queries @ vectors.T
            best = found.rows.reshape(count, TOP)
            assert np.mean(recall(best.tolist(), np.argsort(-cosines, axis=1)[:, :TOP].tolist())) >= 0.99
            assert all(len(set(each)) == TOP for each in best.tolist())
            told = found.scores.reshape(count, TOP)
            np.testing.assert_allclose(told, np.take_along_axis(cosines, best, axis=1), atol=1e-5)
    lite.close()


@pytest.mark.parametrize(
    ("works", "queries", "comparing", "share"),
    [
        ([10_000], 6, 0, 3),  # evenly
        ([10_000], 6, 10, 3),
        ([3_500], 6, 6_000, 2),  # who compares too reads less
        ([3_500], 6, 100_000, 0),
        ([100_000], 1, 20_000, 0),
        ([100_000], 1, 10, 1),  # nothing to share
        ([2_000, 2_000], 6, 0, 6),  # an index each
        ([2_600, 1_800, 300], 6, 0, 6),
        ([4_000, 400], 6, 0, 3),  # in two parts, since the one index is most of it
        ([400, 4_000], 6, 0, 9),
        ([500], 6, 0, 6),  # sooner done than handed over
        ([], 6, 100_000, 0),
    ],
)
def test_reading_is_shared_where_that_is_quicker(works: list[int], queries: int, comparing: float, share: int) -> None:
    assert first_share(works, queries, comparing) == share
