"""The vision worker's jobs on a real gallery: what becomes searchable, what is set aside, and running them twice."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.demo.pictures import garment_picture, outfit_picture
from backend.ingest import jobs
from backend.ingest.cataloging import embedding, reindex
from backend.ingest.cataloging.duplicates import mark_duplicates
from backend.ingest.cataloging.publishing import finish_run, forget_tenant, gallery_of, rescue
from backend.storage import open_storage
from backend.tenants import catalog_edits, catalog_pairs
from backend.tenants.catalog_gallery import requeue_images
from backend.tenants.models import Detection, IngestRun, OutboxMessage, Product, ProductImage, Tenant, User, now
from backend.vision import Box, Garment, images

pytest_plugins = ("tests.ingest.whole",)


@pytest.fixture
def stored(ingest):
    """Return a function that puts one product with a stored picture into the catalog; gives (product, image) ids."""
    storage = open_storage(ingest.settings.storage_url)

    def store(title, picture, *, category=None, **columns):
        shop = ingest.shop
        product = shop.add_product(title, category=category, price=10, currency="USD")
        key = f"{shop.tenant_id}/images/{images.content_hash(picture)}.jpg"
        storage.write(key, picture)
        with transaction(shop.tenant_id) as session:
            image = ProductImage(
                tenant_id=shop.tenant_id, product_id=product.id, url=f"https://shop.example/{product.id}.jpg",
                state="stored", storage_key=key, **columns,
            )  # fmt: skip
            session.add(image)
        return product.id, image.id

    return store


def embed(ingest, *image_ids):
    jobs.embed_images(tenant_id=ingest.tenant_id, run_id=None, image_ids=list(image_ids))


def image(ingest, image_id):
    with transaction(ingest.tenant_id) as session:
        return session.get_one(ProductImage, image_id)


def boxes(ingest, image_id):
    with transaction(ingest.tenant_id) as session:
        return list(session.scalars(select(Detection).where(Detection.image_id == image_id)))


def test_of_an_outfit_only_the_garment_that_the_title_names_is_searchable(ingest, stored):
    picture = outfit_picture(1)
    for category in ("shoes", "top"):
        _, image_id = stored(f"the {category}", picture, category=category)

        embed(ingest, image_id)

        assert [one.category for one in boxes(ingest, image_id) if one.for_sale] == [category]
        assert len(boxes(ingest, image_id)) > 1
        assert image(ingest, image_id).state == "live"


def test_running_a_job_twice_writes_everything_once(ingest, stored):
    product_id, image_id = stored("Navy dress", garment_picture("dr01-navy"), category="dress")
    embed(ingest, image_id)
    first, looked = ingest.embedding_ids(), len(boxes(ingest, image_id))

    embed(ingest, image_id)
    with transaction(ingest.tenant_id) as session:
        requeue_images(session, ingest.tenant_id, product_id)
    embed(ingest, image_id)

    assert len(first) == 1
    assert ingest.embedding_ids() == first
    assert len(boxes(ingest, image_id)) == looked


def test_another_category_replaces_the_vector_of_the_picture(ingest, stored):
    product_id, image_id = stored("the outfit", outfit_picture(1), category="top")
    embed(ingest, image_id)
    gallery = gallery_of(ingest.settings, ingest.tenant_id)
    (before,) = gallery.entries_of_product(product_id)

    with transaction(ingest.tenant_id) as session:
        catalog_edits.override(session, ingest.tenant_id, product_id, {"category": "pants"})
    embed(ingest, image_id)

    (after,) = gallery.entries_of_product(product_id)
    assert after.category == "pants"
    assert not np.allclose(after.vector, before.vector)
    assert gallery.count() == 1


def test_a_picture_that_is_not_stored_any_more_fails_alone(ingest, stored):
    _, good = stored("Navy dress", garment_picture("dr01-navy"), category="dress")
    _, lost = stored("Blue jeans", garment_picture("pt01-indigo"), category="pants")
    with transaction(ingest.tenant_id) as session:
        session.get_one(ProductImage, lost).storage_key = f"{ingest.tenant_id}/images/nothing.jpg"

    embed(ingest, good, lost)

    assert (image(ingest, good).state, image(ingest, lost).state) == ("live", "failed")
    assert image(ingest, lost).reason == "not_found"


def test_a_picture_that_killed_its_worker_again_and_again_is_given_up(ingest, stored):
    _, poison = stored("Navy dress", garment_picture("dr01-navy"), category="dress", attempts=4)

    embed(ingest, poison)

    assert (image(ingest, poison).state, image(ingest, poison).reason) == ("failed", "vision_failed")


def test_a_product_whose_pictures_were_all_set_aside_gets_its_best_one_back(ingest, stored):
    _, image_id = stored("Navy dress", garment_picture("dr01-navy", "close_up"), category="dress")
    with transaction(ingest.tenant_id) as session:
        row = session.get_one(ProductImage, image_id)
        row.state, row.reason = "set_aside", "close_up"

    with transaction(ingest.tenant_id) as session:
        chosen = rescue(session, ingest.tenant_id)
    embed(ingest, *chosen)

    assert chosen == [image_id]
    assert (image(ingest, image_id).state, image(ingest, image_id).reason) == ("live", "only_picture")
    with transaction(ingest.tenant_id) as session:
        assert rescue(session, ingest.tenant_id) == []


def test_hiding_a_product_takes_it_out_of_the_gallery_and_showing_it_brings_it_back(ingest, stored):
    product_id, image_id = stored("Navy dress", garment_picture("dr01-navy"), category="dress")
    embed(ingest, image_id)
    before = ingest.embedding_ids()

    with transaction(ingest.tenant_id) as session:
        catalog_edits.set_hidden(session, ingest.tenant_id, product_id, hidden=True)
    jobs.follow_catalog(tenant_id=ingest.tenant_id)
    hidden = ingest.embedding_ids()
    with transaction(ingest.tenant_id) as session:
        catalog_edits.set_hidden(session, ingest.tenant_id, product_id, hidden=False)
    jobs.follow_catalog(tenant_id=ingest.tenant_id)
    embed(ingest, image_id)

    assert len(before) == 1
    assert hidden == set()
    assert ingest.embedding_ids() == before


def test_the_gallery_holds_one_of_two_doubles_and_both_again_when_they_are_parted(ingest, stored):
    pairs = [stored("Navy dress", garment_picture("dr01-navy"), category="dress", content_hash="same") for _ in "12"]
    embed(ingest, *(image_id for _, image_id in pairs))
    before = ingest.embedding_ids()

    with transaction(ingest.tenant_id) as session:
        mark_duplicates(session, ingest.tenant_id)
        (pair,) = catalog_pairs.list_pairs(session, ingest.tenant_id, "merged")
    jobs.follow_catalog(tenant_id=ingest.tenant_id)
    merged = ingest.embedding_ids()
    with transaction(ingest.tenant_id) as session:
        user = session.scalars(select(User).where(User.email == ingest.shop.email)).one()
        catalog_pairs.decide(session, ingest.tenant_id, pair.id, same=False, user_id=user.id)
    jobs.follow_catalog(tenant_id=ingest.tenant_id)
    embed(ingest, *(image_id for _, image_id in pairs))

    assert (len(before), len(merged)) == (2, 1)
    assert ingest.embedding_ids() == before
    assert {image(ingest, image_id).state for _, image_id in pairs} == {"live"}


def test_a_colour_that_the_seller_named_is_what_search_filters_by(ingest, stored):
    product_id, image_id = stored("Navy dress", garment_picture("dr01-navy"), category="dress")
    embed(ingest, image_id)

    with transaction(ingest.tenant_id) as session:
        catalog_edits.override(session, ingest.tenant_id, product_id, {"colors": ["purple"]})
    jobs.follow_catalog(tenant_id=ingest.tenant_id)

    (entry,) = gallery_of(ingest.settings, ingest.tenant_id).entries_of_product(product_id)
    assert entry.colors == ("purple",)
    with transaction(ingest.tenant_id) as session:
        assert list(session.scalars(select(OutboxMessage))) == []


def test_a_run_ends_only_when_no_picture_is_open(ingest, stored):
    _, image_id = stored("Navy dress", garment_picture("dr01-navy"), category="dress")
    with transaction(ingest.tenant_id) as session:
        run = IngestRun(tenant_id=ingest.tenant_id, state="running", stage="embedding", started_at=now())
        session.add(run)

    too_early = finish_run(ingest.settings, ingest.tenant_id, run.id)
    embed(ingest, image_id)
    in_time = finish_run(ingest.settings, ingest.tenant_id, run.id)

    assert (too_early, in_time) == (False, True)
    assert ingest.summary(run.id)["state"] == "succeeded"


class SeesBelts:
    """A stand-in for the models where the case needs garments that no drawing has."""

    model_id, dim = "belts", 128

    def see(self, pictures):
        vector = np.eye(1, 128, dtype=np.float32)[0]
        return [[Garment(Box(0.2, 0.4, 0.6, 0.1), "belt", 0.9, ("black",), vector)] for _ in pictures]

    def whole(self, picture):
        return replace(self.see([picture])[0][0], box=Box(0.1, 0.1, 0.8, 0.8), category="hat")


def test_a_picture_of_another_garment_is_set_aside_with_that_reason(ingest, stored):
    _, image_id = stored("A straw hat", garment_picture("ht02-camel"), category="hat")
    with transaction(ingest.tenant_id) as session:
        subjects = embedding.read_subjects(session, ingest.tenant_id, [image_id])

    looks, broken = embedding.look(SeesBelts(), open_storage(ingest.settings.storage_url), subjects)

    assert broken == {}
    assert (looks[0].chosen, looks[0].reason) == (None, looks[0].reason)
    assert looks[0].reason in {"other_garment", "close_up"}


def test_a_reindex_by_the_same_models_finds_the_same_garments_again(ingest, stored):
    for number, category in enumerate(("top", "shoes")):
        _, image_id = stored(f"the {category}", outfit_picture(number), category=category)
        embed(ingest, image_id)
    gallery = gallery_of(ingest.settings, ingest.tenant_id)
    before, looked = gallery.entries_of_images(set(gallery.images().values())), boxes(ingest, image_id)

    build_id = reindex.ask(ingest.tenant_id).id
    for _ in range(3):  # the collection, the pictures, the end
        jobs.build_gallery(tenant_id=ingest.tenant_id, build_id=build_id)

    after = gallery.entries_of_images(set(gallery.images().values()))
    assert gallery.live_generation().collection.endswith("_2")
    assert after == before
    assert all(np.allclose(one.vector, other.vector, atol=1e-5) for one, other in zip(before, after, strict=True))
    assert [box.id for box in boxes(ingest, image_id)] == [box.id for box in looked]


def test_a_stranger_can_embed_nothing_of_ours(ingest, stored, make_shop):
    _, image_id = stored("Navy dress", garment_picture("dr01-navy"), category="dress")

    jobs.embed_images(tenant_id=make_shop().tenant_id, run_id=None, image_ids=[image_id])

    assert image(ingest, image_id).state == "stored"
    assert ingest.embedding_ids() == set()


def test_forgetting_a_tenant_leaves_no_vector_no_picture_and_no_row(ingest, stored):
    _, image_id = stored("Navy dress", garment_picture("dr01-navy"), category="dress")
    embed(ingest, image_id)
    key = image(ingest, image_id).storage_key
    gallery = gallery_of(ingest.settings, ingest.tenant_id)

    forget_tenant(ingest.settings, ingest.tenant_id)

    assert gallery.count() == 0
    with pytest.raises(Exception, match="not stored"):
        open_storage(ingest.settings.storage_url).read(key)
    with transaction(ingest.tenant_id) as session:
        assert session.get(Tenant, ingest.tenant_id) is None
        assert list(session.scalars(select(Product))) == []
