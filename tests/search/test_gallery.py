"""What every gallery promises: the exact one, and the one in Milvus."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backend.search.gallery import BadEmbedding, BadEntry, BadFilter, ExactGallery, Filters, Gallery, embedding_id
from backend.search.milvus_gallery import MilvusGallery
from tests.conftest import wait_until
from tests.search.entries import DIM, a_catalog, an_entry, unit


@pytest.fixture(params=["exact", "milvus"])
def gallery(request: pytest.FixtureRequest, open_for: Callable[..., MilvusGallery]) -> Gallery:
    return ExactGallery(DIM) if request.param == "exact" else open_for()


def test_a_search_finds_each_product_once_with_its_best_garment_best_first(gallery: Gallery) -> None:
    near, far = an_entry(1, product_id="dress"), an_entry(2, product_id="dress")
    other = an_entry(3, product_id="coat")
    gallery.upsert([far, other, near])

    (hits,) = gallery.search(near.vector[None], limit=10, strong=True)

    assert hits[0].product_id == "dress"
    assert hits[0].embedding_id == near.embedding_id
    assert hits[0].score == pytest.approx(1.0, abs=1e-5)
    assert [hit.product_id for hit in hits] == ["dress", "coat"]


def test_several_vectors_are_answered_in_their_order(gallery: Gallery) -> None:
    entries = [an_entry(number) for number in range(5)]
    gallery.upsert(entries)

    answers = gallery.search(np.stack([entry.vector for entry in reversed(entries)]), limit=1, strong=True)

    assert [hit.product_id for (hit,) in answers] == ["p4", "p3", "p2", "p1", "p0"]


def test_an_empty_gallery_finds_nothing_and_bears_every_call(gallery: Gallery) -> None:
    assert gallery.search(np.stack([unit(1), unit(2)]), limit=5, filters=Filters(in_stock=True), strong=True) == [
        [],
        [],
    ]
    assert gallery.count() == 0
    assert gallery.embedding_ids() == set()
    assert gallery.entries_of_product("nothing") == []
    assert gallery.delete_images(["nothing"]) == 0
    assert gallery.delete_products([]) == 0
    assert gallery.update_products({"nothing": {"price": 1.0}}) == 0
    gallery.upsert([])
    gallery.drop()


def test_writing_an_entry_twice_is_writing_it_once(gallery: Gallery) -> None:
    entry = an_entry(1, price=10.0)
    changed = replace(entry, price=8.0)

    gallery.upsert([entry, entry])
    gallery.upsert([changed])

    assert gallery.count() == 1
    assert gallery.entries_of_product("p1") == [changed]
    assert [len(hits) for hits in gallery.search(entry.vector[None], limit=5, strong=True)] == [1]


def test_an_entry_comes_back_as_it_was_written(gallery: Gallery) -> None:
    entry = an_entry(
        1, product_id='p"\\商品', category="ワンピース", colors=("赤", 'b"lue'), price=1999.99, in_stock=False
    )
    unknown = an_entry(2, product_id='p"\\商品')

    gallery.upsert([entry, unknown])

    found = {each.embedding_id: each for each in gallery.entries_of_product('p"\\商品')}
    assert found == {entry.embedding_id: entry, unknown.embedding_id: unknown}
    np.testing.assert_array_equal(found[entry.embedding_id].vector, entry.vector)


def test_the_entries_of_several_products_come_in_one_answer(gallery: Gallery) -> None:
    entries = [an_entry(number, product_id=f"p{number % 3}") for number in range(7)]
    gallery.upsert(entries)

    wanted = [each for each in entries if each.product_id in {"p0", "p2"}]
    wanted.sort(key=lambda each: each.embedding_id)
    wait_until(lambda: gallery.entries_of_products(["p0", "nothing", "p2"]) == wanted, seconds=5)
    assert gallery.entries_of_products([]) == []


def test_deleted_images_and_products_are_found_no_more(gallery: Gallery) -> None:
    gallery.upsert(a_catalog(12))

    assert gallery.delete_images(["i0", "i1", "never seen"]) == 4
    assert gallery.delete_products(["p3"]) == 3

    (hits,) = gallery.search(unit(0)[None], limit=100, strong=True)
    assert {hit.product_id for hit in hits} == {"p1", "p2"}
    assert gallery.count() == 5
    assert len(gallery.embedding_ids()) == 5


def test_a_deleted_entry_can_be_written_again(gallery: Gallery) -> None:
    entry = an_entry(1)
    gallery.upsert([entry])
    gallery.delete_images([entry.image_id])

    gallery.upsert([entry])

    assert gallery.embedding_ids() == {entry.embedding_id}


def test_facts_of_a_product_change_without_a_new_embedding(gallery: Gallery) -> None:
    first, second, other = an_entry(1, price=10.0), an_entry(2, product_id="p1"), an_entry(3, price=10.0)
    gallery.upsert([first, second, other])

    assert gallery.update_products({"p1": {"price": None, "in_stock": False, "category": "coat"}, "none": {}}) == 2

    for before in (first, second):
        (after,) = [each for each in gallery.entries_of_product("p1") if each.embedding_id == before.embedding_id]
        assert after == replace(before, price=None, in_stock=False, category="coat")
        np.testing.assert_array_equal(after.vector, before.vector)
    assert gallery.entries_of_product("p3") == [other]
    assert gallery.update_products({"p1": {"in_stock": False}}) == 0


@pytest.mark.parametrize(
    "vector",
    [
        np.full(DIM, np.nan),
        np.zeros(DIM),
        np.ones(DIM),
        np.array([np.inf] + [0.0] * (DIM - 1)),
        unit(1, DIM + 1),
        np.eye(DIM)[:1],
    ],
    ids=["not a number", "zero", "not of unit length", "infinite", "too long", "not a vector"],
)
def test_a_vector_that_is_no_embedding_is_refused_and_nothing_is_written(gallery: Gallery, vector: Any) -> None:
    with pytest.raises(BadEmbedding):
        gallery.upsert([an_entry(1), replace(an_entry(2), vector=vector.astype(np.float32))])
    with pytest.raises(BadEmbedding):
        gallery.search(vector[None], limit=1, strong=True)
    assert gallery.count() == 0


@pytest.mark.parametrize(
    "facts",
    [
        {"embedding_id": 'x" or true'},
        {"product_id": ""},
        {"category": "a\nb"},
        {"gender": "x" * 65},
        {"colors": ("c",) * 7},
        {"colors": ("red", "")},
        {"price": -1.0},
        {"price": float("nan")},
    ],
    ids=str,
)
def test_facts_that_a_gallery_cannot_hold_are_refused(gallery: Gallery, facts: dict[str, Any]) -> None:
    with pytest.raises(BadEntry):
        gallery.upsert([replace(an_entry(1), **facts)])
    assert gallery.count() == 0


def test_filters_and_limits_that_cannot_be_applied_are_refused(gallery: Gallery) -> None:
    for bad in (
        {"categories": ("a\0b",)},
        {"colors": ("red", "")},
        {"price_max": float("inf")},
        {"exclude_product_ids": ("x",) * 1001},
    ):
        with pytest.raises(BadFilter):
            Filters(**bad)
    for limit in (0, -1, 1001):
        with pytest.raises(BadFilter):
            gallery.search(unit(1)[None], limit=limit, strong=True)


def test_the_longest_words_and_the_most_colors_fit(gallery: Gallery) -> None:
    entry = an_entry(1, category="服" * 64, colors=tuple("色" * 63 + chr(0x4E00 + i) for i in range(6)))

    gallery.upsert([entry])

    (hits,) = gallery.search(
        entry.vector[None], limit=1, filters=Filters(categories=("服" * 64,), colors=entry.colors), strong=True
    )
    assert [hit.colors for hit in hits] == [entry.colors]


def test_dropping_a_gallery_empties_it_and_it_can_be_filled_again(gallery: Gallery) -> None:
    gallery.upsert([an_entry(1), an_entry(2)])
    gallery.drop()
    assert gallery.count() == 0
    assert gallery.search(unit(1)[None], limit=3, strong=True) == [[]]

    gallery.upsert([an_entry(3)])

    assert gallery.embedding_ids() == {an_entry(3).embedding_id}


def test_an_embedding_id_depends_on_image_box_and_model_alone() -> None:
    box = (0.1, 0.2, 0.3, 0.4)
    first = embedding_id("image", box, "model")

    assert first == embedding_id("image", (0.1 + 1e-9, 0.2, 0.3, 0.4), "model")
    assert len({first, embedding_id("other", box, "model"), embedding_id("image", box, "other")}) == 3
    assert first != embedding_id("image", (0.1, 0.2, 0.3, 0.41), "model")
