"""Milvus Lite's large segments: an index that misses almost nothing, and no row that does not pass."""

from types import SimpleNamespace

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from backend.search.bench_gallery import recall
from backend.search.bench_vectors import draw, questions, units
from backend.search.gallery import Vector
from backend.search.milvus_gallery.effort import APART
from backend.search.milvus_gallery.lite_index import INDEXED_ROWS, Index, Indexes
from backend.search.milvus_gallery.lite_standing import passing_of
from tests.conftest import wait_until

DRAWN = draw(20_000, seed=3)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(DRAWN.vectors)


def nearest(
    index: Index, queries: Vector, passing: NDArray[np.bool_], *, count: int, lists: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    return index.nearest(queries, index.parameters(lists, passing_of(passing).bits), count)


@pytest.mark.parametrize("condition", ["plain", "50 %", "10 %", "category"])
def test_the_nearest_that_pass_are_found(index: Index, condition: str) -> None:
    passing = DRAWN.passing(condition)
    (queries,) = questions(DRAWN, 1, seed=4)

    lists = index.lists_to_read(int(passing.sum()), 50, APART if condition == "category" else 1) or index.lists
    rows, scores = nearest(index, queries, passing, count=50, lists=lists)

    assert passing[rows].all()
    exact = np.where(passing, queries @ DRAWN.vectors.T, -1)
    np.testing.assert_allclose(scores, np.take_along_axis(exact, rows, axis=1), atol=1e-3)
    best = np.argsort(-exact, axis=1)[:, :50]
    assert np.mean(recall(rows.tolist(), best.tolist())) >= 0.99


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_rows_in_no_clusters_are_found_too_since_the_index_knows_its_own(index: Index, share: float) -> None:
    chance = np.random.default_rng(6)
    vectors, queries = units(chance, len(DRAWN.vectors)), units(chance, 20)
    scattered, passing = Index(vectors), chance.random(len(vectors)) <= share

    lists = scattered.lists_to_read(int(passing.sum()), 50, 1)
    rows, _ = nearest(scattered, queries, passing, count=50, lists=lists)

    best = np.argsort(-np.where(passing, queries @ vectors.T, -1), axis=1)[:, :50]
    assert np.mean(recall(rows.tolist(), best.tolist())) >= 0.99
    assert index.lists_to_read(int(passing.sum()), 50, 1) < lists / 2


def test_few_rows_that_pass_are_compared_and_with_no_end_of_lists_all_are_read(index: Index) -> None:
    rows = len(DRAWN.vectors)

    assert index.lists_to_read(rows // 100, 50, 1) == 0
    assert 0 < index.lists_to_read(rows, 50, 1) < index.lists
    assert index.lists_to_read(rows, 50, np.inf) == index.lists


def test_with_every_list_a_row_nobody_is_near_is_found_and_then_there_are_no_more(index: Index) -> None:
    passing = np.zeros(len(DRAWN.vectors), np.bool_)
    passing[[7, 19_999]] = True
    (queries,) = questions(DRAWN, 1, seed=5)

    rows, _ = nearest(index, queries, passing, count=5, lists=index.lists)

    assert [set(found) for found in rows.tolist()] == [{7, 19_999, -1}] * len(queries)


def test_lists_are_chosen_by_half_floats_which_the_index_gives_back(index: Index) -> None:
    (chooser,) = index._index.referenced_objects

    assert isinstance(faiss.downcast_index(index._index.quantizer), faiss.IndexScalarQuantizer)
    assert int(index._index.quantizer.this) == int(chooser.this)
    assert chooser.thisown


def test_vectors_of_any_length_are_as_near_as_their_directions(index: Index) -> None:
    lengths = np.random.default_rng(9).uniform(0.1, 10, len(DRAWN.vectors)).astype(np.float32)
    (queries,) = questions(DRAWN, 1, seed=4)

    stretched = Index(DRAWN.vectors * lengths[:, None])
    found, right = (each.nearest(queries, each.parameters(each.lists, None), 50) for each in (stretched, index))

    np.testing.assert_allclose(found[1], right[1], atol=1e-3)
    assert stretched.lists_to_read(20_000, 50, 1) == pytest.approx(index.lists_to_read(20_000, 50, 1), rel=0.2)


def test_only_large_segments_get_an_index_and_those_that_were_merged_lose_it() -> None:
    large = SimpleNamespace(file_path="large", num_rows=INDEXED_ROWS, vectors=DRAWN.vectors[:INDEXED_ROWS])
    small = SimpleNamespace(file_path="small", num_rows=10, vectors=DRAWN.vectors[:10])
    indexes = Indexes()

    indexes.keep([large, small])
    wait_until(lambda: indexes.get(large) is not None, what="the index")
    assert indexes.get(small) is None

    indexes.keep([small])
    assert indexes.get(large) is None
