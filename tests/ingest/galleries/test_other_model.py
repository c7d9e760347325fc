"""Reindexing under another model, as after an upgrade: other vectors, of another length."""

import pytest

from backend.db import transaction
from backend.ingest import jobs
from backend.ingest.cataloging import reindex
from backend.search.milvus_gallery import GalleryMismatch
from backend.search.standby import PREPARING, gallery_to_search
from backend.tenants import accounts
from backend.tenants.models import Detection, ProductImage
from tests.ingest.galleries.stand import SeesColors
from tests.search.query_worker import CARD, RED, vector_of


def test_a_gallery_of_another_model_is_replaced_by_one_of_this(outdated, search):
    with pytest.raises(GalleryMismatch):
        outdated.gallery.count()

    reindex.ask(outdated.tenant_id)
    build = outdated.go_on()

    assert build.stage == "done"
    assert build.former.model_id == "older"
    assert len(outdated.entries()) == 4
    assert len(search(outdated.shop).json["objects"][0]["matches"]) == 4
    with transaction(outdated.tenant_id) as session:
        assert {one.model_id for one in session.query(ProductImage)} == {CARD.model_id}
        boxes = {one.embedding_id for one in session.query(Detection)}
    assert boxes == outdated.gallery.embedding_ids()


def test_while_a_gallery_of_another_model_is_replaced_changes_reach_both(outdated):
    with transaction(outdated.tenant_id) as session:
        gone, changed, *_ = sorted(one.product_id for one in session.query(ProductImage))
    older = outdated.gallery.live_generation()
    reindex.ask(outdated.tenant_id)
    outdated.piece()

    outdated.remove(gone)
    outdated.change(changed, price=55.0)
    fresh, _ = outdated.add()
    there = {entry.product_id: entry for entry in older.entries_of_images(set(older.images().values()))}
    outdated.go_on()

    assert gone not in there
    assert there[changed].price == 55.0
    assert outdated.entries().keys() == there.keys() | {fresh}
    assert outdated.entries()[changed].price == 55.0


def test_weights_that_change_in_the_middle_begin_anew(make_stand):
    stand = make_stand(pictures=4)
    reindex.ask(stand.tenant_id)
    stand.piece()
    half_built = stand.build().target

    stand.use(SeesColors("newer", 32))
    build = stand.go_on()

    assert build.target.model_id == "newer"
    assert stand.live_name() == build.target.collection
    assert not stand.gallery._server.call("has_collection", half_built.collection)


def test_without_its_picture_an_entry_of_another_model_goes_with_the_reason(outdated):
    product_id, image_id = outdated.shop.products[0].id, None
    with transaction(outdated.tenant_id) as session:
        row = session.query(ProductImage).filter_by(product_id=product_id).one()
        image_id, row.storage_key = row.id, f"{outdated.tenant_id}/images/nothing.png"

    reindex.ask(outdated.tenant_id)
    build = outdated.go_on()

    assert (build.stage, build.failed) == ("done", 1)
    assert (outdated.image(image_id).state, outdated.image(image_id).reason) == ("failed", "not_found")
    assert len(outdated.entries()) == 3


def test_while_it_is_replaced_searches_find_what_the_new_gallery_holds_so_far(outdated, monkeypatch):
    monkeypatch.setattr(jobs, "_SEEN_AGAIN", 1)
    query = vector_of(RED)[None]

    def found() -> int:
        with transaction(outdated.tenant_id) as session:
            tenant = accounts.get_tenant(session, outdated.tenant_id)
        gallery = gallery_to_search(outdated.settings, tenant, CARD.model_id, CARD.dim)
        return len(gallery.search(query, limit=10, strong=True)[0])

    reindex.ask(outdated.tenant_id)
    with pytest.raises(GalleryMismatch):
        found()
    counts = []
    while outdated.build().is_open:
        outdated.piece()
        counts.append(found())

    assert counts == [0, 1, 2, 3, 4, 4]


def test_a_shopper_sees_the_answer_grow_and_is_told_so(outdated, search, monkeypatch):
    monkeypatch.setattr(jobs, "_SEEN_AGAIN", 1)
    reindex.ask(outdated.tenant_id)
    refused = search(outdated.shop)
    answers = []
    while outdated.build().is_open:
        outdated.piece()
        answers.append(search(outdated.shop))

    assert (refused.status_code, refused.json["error"]["code"]) == (503, "gallery_mismatch")
    assert [answer.status_code for answer in answers] == [200] * 6
    assert [len(answer.json["objects"][0]["matches"]) for answer in answers] == [0, 1, 2, 3, 4, 4]
    assert [answer.json["notice"] for answer in answers] == [PREPARING, *[None] * 5]


def test_under_one_model_the_live_gallery_is_searched_until_the_new_one_takes_over(make_stand):
    stand = make_stand(pictures=2)
    reindex.ask(stand.tenant_id)
    stand.piece()

    with transaction(stand.tenant_id) as session:
        tenant = accounts.get_tenant(session, stand.tenant_id)

    assert gallery_to_search(stand.settings, tenant, CARD.model_id, CARD.dim).count() == 2
