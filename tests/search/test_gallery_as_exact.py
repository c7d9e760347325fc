"""The gallery in Milvus answers as the exact one does, under every filter and however near products are."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.search.gallery import ExactGallery, Filters
from backend.search.milvus_gallery import MilvusGallery, open_gallery
from backend.search.milvus_gallery.expression import SHOWN
from backend.search.milvus_gallery.schema import collection_schema
from tests.search.entries import DIM, MODEL, ODD, a_catalog, an_entry, assert_same, unit


@pytest.fixture(scope="session")
def filled(milvus_address: str) -> tuple[ExactGallery, MilvusGallery]:
    """The same catalog in both, for tests that only read."""
    exact = ExactGallery(DIM)
    milvus = open_gallery(milvus_address, "", tenant_id=str(uuid.uuid4()), model_id=MODEL, dim=DIM)
    for each in (exact, milvus):
        each.upsert(a_catalog())
    return exact, milvus


words = st.lists(st.sampled_from([*ODD, "not there"]), max_size=3).map(tuple)
named = words.map(lambda found: tuple(word for word in found if word))
prices = st.none() | st.sampled_from([-5.0, 0.0, 5e-324, 19.9, 1999.99, 1e16, 1e300])


@given(
    filters=st.builds(
        Filters,
        categories=words,
        genders=st.lists(st.sampled_from(["women", "men", ""]), max_size=2).map(tuple),
        colors=named,
        price_min=prices,
        price_max=prices,
        in_stock=st.sampled_from([None, True, False]),
        exclude_product_ids=st.lists(st.sampled_from([f"p{i}" for i in range(22)]), max_size=12).map(tuple),
    ),
    limit=st.sampled_from([1, 3, 10, 1000]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_milvus_finds_what_the_exact_gallery_finds_under_every_filter(
    filled: tuple[ExactGallery, MilvusGallery], filters: Filters, limit: int, seed: int
) -> None:
    exact, milvus = filled
    queries = np.stack([unit(seed), unit(seed + 1)])

    found = milvus.search(queries, limit=limit, filters=filters, strong=True)

    assert_same(found, exact.search(queries, limit=limit, filters=filters, strong=True))


@given(word=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_no_word_breaks_out_of_its_quotes(filled: tuple[ExactGallery, MilvusGallery], word: str) -> None:
    exact, milvus = filled
    filters = Filters(categories=(word,), colors=(word,), exclude_product_ids=(word,))

    found = milvus.search(unit(1)[None], limit=50, filters=filters, strong=True)

    assert_same(found, exact.search(unit(1)[None], limit=50, filters=filters, strong=True))


def test_grouping_loses_no_product_when_one_product_fills_the_nearest_rows(
    open_for: Callable[..., MilvusGallery],
) -> None:
    """300 garments of one product all lie nearer to the query than the only garment of 30 others."""
    query = unit(0)
    crowd = [replace(an_entry(number, product_id="crowd"), vector=nudged(query, number, 0.05)) for number in range(300)]
    others = [replace(an_entry(1000 + number), vector=nudged(query, number, 5.0)) for number in range(30)]
    exact, milvus = ExactGallery(DIM), open_for()
    for each in (exact, milvus):
        each.upsert([*crowd, *others])

    for limit in (1, 2, 10, 31, 500):
        found = milvus.search(query[None], limit=limit, strong=True)
        assert len(found[0]) == min(limit, 31)
        assert_same(found, exact.search(query[None], limit=limit, strong=True))


def nudged(vector: Any, seed: int, amount: float) -> Any:
    moved = vector + amount * unit(seed + 5000)
    return (moved / np.linalg.norm(moved)).astype(np.float32)


@pytest.mark.parametrize("equals", [2, 3, 11, 40])
def test_of_products_that_are_as_near_the_first_by_their_ids_come(
    open_for: Callable[..., MilvusGallery], equals: int
) -> None:
    exact, milvus = ExactGallery(DIM), open_for()
    same = [an_entry(number, product_id=f"p{100 - number}", seed=0) for number in range(equals)]
    for gallery in (exact, milvus):
        gallery.upsert([*same, *(an_entry(number) for number in range(200, 210))])

    for limit in (1, 5):
        found, right = (gallery.search(unit(0)[None], limit=limit, strong=True) for gallery in (milvus, exact))
        assert [hit.product_id for hit in found[0]] == [hit.product_id for hit in right[0]]


def test_a_gallery_made_before_hits_had_a_column_of_their_own_answers_alike(
    open_for: Callable[..., MilvusGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    def former(dim: int) -> Any:
        schema = collection_schema(dim)
        schema._fields = [field for field in schema.fields if field.name != SHOWN]
        return schema

    monkeypatch.setattr("backend.search.milvus_gallery.collection.collection_schema", former)
    exact, old = ExactGallery(DIM), open_for()
    for gallery in (exact, old):
        gallery.upsert(a_catalog())
        gallery.update_products({"p3": {"colors": ("red", "blue")}})

    found = old.search(unit(5)[None], limit=30, strong=True)

    assert_same(found, exact.search(unit(5)[None], limit=30))


def test_a_gallery_that_was_made_quick_has_all_that_was_written(open_for: Callable[..., MilvusGallery]) -> None:
    exact, milvus = ExactGallery(DIM), open_for()
    milvus.make_quick(1)
    for gallery in (exact, milvus):
        gallery.upsert(a_catalog(2000))

    milvus.make_quick(120)

    found = milvus.search(unit(5)[None], limit=50, strong=True)
    assert_same(found, exact.search(unit(5)[None], limit=50))
