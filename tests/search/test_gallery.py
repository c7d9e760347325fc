"""Every gallery must answer as the exact one does; the one in Milvus must also keep tenants apart and survive kills."""

import contextlib
import itertools
import os
import random
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.search.gallery import (
    BadEmbedding,
    BadEntry,
    BadFilter,
    Entry,
    ExactGallery,
    Filters,
    Gallery,
    Hit,
    embedding_id,
)
from backend.search.milvus_gallery import GalleryMismatch, GalleryUnavailable, MilvusGallery, open_gallery
from backend.search.milvus_gallery.expression import SHOWN, to_row
from backend.search.milvus_gallery.schema import collection_schema
from backend.search.milvus_gallery.server import server
from tests.conftest import wait_until

if TYPE_CHECKING:
    from tests.search.conftest import GalleryServer

DIM = 8

ODD = ['so-called "red"', "back\\slash", "it's", "赤い ワンピース", "%_", "a] or (true)", '"', "\\", "", "ｶﾅ　全角"]
MODEL = "model_1"


def unit(seed: int, dim: int = DIM) -> np.ndarray[Any, np.dtype[np.float32]]:
    vector = np.random.default_rng(seed).normal(size=dim)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def an_entry(number: int, **facts: Any) -> Entry:
    product, image = facts.pop("product_id", f"p{number}"), facts.pop("image_id", f"i{number}")
    id_ = embedding_id(f"{image}/{number}", (0.1, 0.1, 0.5, 0.5), MODEL)
    return Entry(id_, unit(facts.pop("seed", number)), product, image, **facts)


def a_catalog(size: int = 60) -> list[Entry]:
    """Entries with every kind of fact: several garments a product, odd words, no price, sold out."""
    chance = random.Random(7)
    return [
        an_entry(
            number,
            product_id=f"p{number // 3}",
            image_id=f"i{number // 2}",
            category=chance.choice(ODD),
            gender=chance.choice(["women", "men", ""]),
            colors=tuple(chance.sample(ODD[:8], chance.randint(0, 6))),
            price=chance.choice([None, 0.0, 19.9, 1999.99, 1e16]),
            in_stock=chance.random() < 0.7,
        )
        for number in range(size)
    ]


def assert_same(found: list[list[Hit]], expected: list[list[Hit]]) -> None:
    """Equal but for rounding: float32 sums differ in their last digits from one library to the next."""
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert [(hit.product_id, hit.embedding_id, hit.image_id, hit.colors) for hit in ours] == [
            (hit.product_id, hit.embedding_id, hit.image_id, hit.colors) for hit in theirs
        ]
        np.testing.assert_allclose([hit.score for hit in ours], [hit.score for hit in theirs], atol=1e-5)


@pytest.fixture(params=["exact", "milvus"])
def gallery(request: pytest.FixtureRequest, open_for: Callable[..., MilvusGallery]) -> Gallery:
    return ExactGallery(DIM) if request.param == "exact" else open_for()


@pytest.fixture(scope="session")
def filled(milvus_address: str) -> tuple[ExactGallery, MilvusGallery]:
    """The same catalog in both, for tests that only read."""
    exact = ExactGallery(DIM)
    milvus = open_gallery(milvus_address, "", tenant_id=str(uuid.uuid4()), model_id=MODEL, dim=DIM)
    for each in (exact, milvus):
        each.upsert(a_catalog())
    return exact, milvus


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


def test_an_embedding_id_depends_on_image_box_and_model_alone() -> None:
    box = (0.1, 0.2, 0.3, 0.4)
    first = embedding_id("image", box, "model")

    assert first == embedding_id("image", (0.1 + 1e-9, 0.2, 0.3, 0.4), "model")
    assert len({first, embedding_id("other", box, "model"), embedding_id("image", box, "other")}) == 3
    assert first != embedding_id("image", (0.1, 0.2, 0.3, 0.41), "model")


def test_two_tenants_with_the_same_vectors_never_meet(open_for: Callable[..., MilvusGallery]) -> None:
    ours, theirs = open_for(), open_for()
    ours.upsert([an_entry(1, product_id="ours")])
    theirs.upsert([an_entry(1, product_id="theirs")])

    assert [hit.product_id for hit in ours.search(unit(1)[None], limit=10, strong=True)[0]] == ["ours"]
    assert theirs.entries_of_product("ours") == []
    assert ours.delete_products(["theirs"]) == 0
    assert ours.delete_images([an_entry(1).image_id]) == 1
    assert ours.update_products({"theirs": {"price": 0.0}}) == 0
    ours.drop()
    assert theirs.count() == 1


def test_a_guessed_name_opens_nothing_of_another_tenant(open_for: Callable[..., MilvusGallery]) -> None:
    victim = str(uuid.uuid4())
    theirs = open_for(victim)
    theirs.upsert([an_entry(1)])
    name = uuid.UUID(victim).hex

    for guess in (f"g_{name}", f"{victim}_", f"../{name}", "", "*", f"{{{victim}}}", victim.replace("-", "_")):
        with pytest.raises(ValueError, match="tenant"):
            open_for(guess)
    for model_id in (f"../g_{name}_model_1_1", f"x_1 g_{name}", "_" + name):
        assert open_for(model_id=model_id).count() == 0


def test_model_ids_that_look_alike_in_a_name_stay_apart(open_for: Callable[..., MilvusGallery]) -> None:
    tenant = str(uuid.uuid4())
    dotted = open_for(tenant, "hf-hub:lite0.1")
    dotted.upsert([an_entry(1)])

    with pytest.raises(GalleryMismatch):
        open_for(tenant, "hf_hub_lite0_1").search(unit(1)[None], limit=1, strong=True)


def test_publishing_a_new_generation_swaps_all_answers_at_once_and_can_be_undone(
    open_for: Callable[..., MilvusGallery],
) -> None:
    live = open_for()
    live.upsert([an_entry(1, product_id="old")])
    fresh = live.new_generation()
    fresh.upsert([an_entry(2, product_id="new")])
    assert live.embedding_ids() == {an_entry(1).embedding_id}

    fresh.publish()
    assert live.embedding_ids() == {an_entry(2).embedding_id}

    live.drop()
    assert live.count() == 0
    live.upsert([an_entry(3)])
    assert live.count() == 1


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


def test_creating_twice_keeps_what_is_there(open_for: Callable[..., MilvusGallery]) -> None:
    gallery = open_for()
    gallery.create()
    gallery.upsert([an_entry(1)])

    gallery.create()

    assert gallery.count() == 1


def test_a_creation_or_drop_that_was_killed_half_way_does_not_block_the_next(mortal_server: "GalleryServer") -> None:
    tenant, dropped = str(uuid.uuid4()), str(uuid.uuid4())
    ours, old = (open_gallery(mortal_server.uri, "", tenant_id=t, model_id=MODEL, dim=DIM) for t in (tenant, dropped))
    collections = mortal_server.data_dir / "collections"
    name = f"g_{dropped.replace('-', '')}"
    old.upsert([an_entry(1)])
    mortal_server.kill()
    (collections / f"g_{tenant.replace('-', '')}_model_1_1").mkdir()  # the schema was never written
    shutil.rmtree(collections / f"{name}_model_1_1")  # the alias was never removed
    mortal_server.start()

    for gallery in (ours, old):
        assert gallery.count() == 0
        gallery.upsert([an_entry(2)])

        assert gallery.count() == 1


def test_what_a_killed_drop_left_without_an_alias_never_comes_back(open_for: Callable[..., MilvusGallery]) -> None:
    gallery = open_for()
    gallery.upsert([an_entry(1)])
    gallery._server.call("drop_alias", gallery._alias)
    gallery._server.live.clear()

    gallery.upsert([an_entry(2)])
    assert gallery.embedding_ids() == {an_entry(2).embedding_id}

    gallery.drop()
    assert not gallery._server.call("has_collection", f"{gallery._prefix}1")


def test_acknowledged_writes_survive_kill_9_and_are_not_doubled(mortal_server: "GalleryServer") -> None:
    tenant = str(uuid.uuid4())
    gallery = open_gallery(mortal_server.uri, "", tenant_id=tenant, model_id=MODEL, dim=DIM)
    catalog = a_catalog(40)
    gallery.upsert(catalog)
    gallery.delete_images(["i0"])
    gallery.update_products({"p5": {"price": 5.0}})

    for _ in range(2):
        mortal_server.kill()
        with pytest.raises(GalleryUnavailable):
            gallery.search(unit(1)[None], limit=5, strong=True)
        mortal_server.start()

        assert gallery.embedding_ids() == {entry.embedding_id for entry in catalog if entry.image_id != "i0"}
        assert gallery.count() == 38
        (hits,) = gallery.search(unit(1)[None], limit=100, strong=True)
        assert len(hits) == len({hit.product_id for hit in hits}) == 14
        assert {entry.price for entry in gallery.entries_of_product("p5")} == {5.0}
        gallery.upsert(catalog[2:6])


def test_a_kill_in_the_middle_of_writing_loses_nothing_that_was_acknowledged(mortal_server: "GalleryServer") -> None:
    gallery = open_gallery(mortal_server.uri, "", tenant_id=str(uuid.uuid4()), model_id=MODEL, dim=DIM)
    gallery.create()
    numbers = itertools.count()
    acknowledged: dict[str, Entry] = {}

    def write_until_it_fails() -> None:
        with contextlib.suppress(GalleryUnavailable):
            while True:
                entries = [an_entry(next(numbers)) for _ in range(5)]
                gallery.upsert(entries)
                acknowledged.update({entry.embedding_id: entry for entry in entries})

    for _ in range(3):
        before = len(acknowledged)
        writer = threading.Thread(target=write_until_it_fails)
        writer.start()
        while writer.is_alive() and len(acknowledged) < before + 20:
            time.sleep(0.01)
        mortal_server.kill()
        writer.join()
        mortal_server.start()

        found = gallery.embedding_ids()
        assert len(acknowledged) >= before + 20
        assert acknowledged.keys() <= found
        assert len(found - acknowledged.keys()) <= 15  # at most one unacknowledged batch a kill
        assert gallery.count() == len(found)


def test_rows_that_were_logged_but_not_flushed_survive_kill_9(mortal_server: "GalleryServer") -> None:
    tenant = str(uuid.uuid4())
    gallery = open_gallery(mortal_server.uri, "", tenant_id=tenant, model_id=MODEL, dim=DIM)
    gallery.create()
    server(mortal_server.uri, "").call("upsert", f"g_{uuid.UUID(tenant).hex}_model_1_1", [to_row(an_entry(1))])

    mortal_server.kill()
    mortal_server.start()

    assert gallery.count() == 1


def test_rows_that_a_kill_left_both_in_a_log_and_in_a_file_are_there_once(mortal_server: "GalleryServer") -> None:
    """The state between a flush's manifest and the removal of its log, put together by hand."""
    gallery = open_gallery(mortal_server.uri, "", tenant_id=str(uuid.uuid4()), model_id=MODEL, dim=DIM)
    gallery.create()
    name = f"{gallery._prefix}1"
    folder = mortal_server.data_dir / "collections" / name
    raw = server(mortal_server.uri, "").call
    raw("upsert", name, [to_row(an_entry(1))])
    log = {path: path.read_bytes() for path in (folder / "wal").iterdir()}
    raw("flush", name)
    raw("upsert", name, [to_row(an_entry(2))])
    mortal_server.kill()
    for path, content in log.items():
        path.write_bytes(content)
    mortal_server.start()

    assert len(raw("search", name, [unit(1).tolist()], limit=5)[0]) == 2
    assert gallery.count() == 2
    assert [len(hits) for hits in gallery.search(unit(1)[None], limit=5, strong=True)] == [2]


def test_writers_who_start_at_once_on_a_new_tenant_lose_nothing(open_for: Callable[..., MilvusGallery]) -> None:
    tenant = str(uuid.uuid4())

    def write(part: int) -> None:
        for number in range(5):
            open_for(tenant).upsert([an_entry(10 * part + number)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    assert open_for(tenant).embedding_ids() == {an_entry(10 * p + n).embedding_id for p in range(8) for n in range(5)}


def test_a_forked_child_gets_its_own_connection(open_for: Callable[..., MilvusGallery]) -> None:
    gallery = open_for()
    gallery.upsert([an_entry(1)])

    child = os.fork()
    if child == 0:
        os._exit(0 if gallery.count() == 1 else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert gallery.count() == 1
