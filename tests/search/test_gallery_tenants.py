"""The gallery in Milvus keeps tenants, models and generations apart, whoever opens it and how often."""

import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.search.milvus_gallery import GalleryMismatch, MilvusGallery
from tests.search.entries import an_entry, unit


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


def test_creating_twice_keeps_what_is_there(open_for: Callable[..., MilvusGallery]) -> None:
    gallery = open_for()
    gallery.create()
    gallery.upsert([an_entry(1)])

    gallery.create()

    assert gallery.count() == 1


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
