"""A gallery built anew beside the live one: searched all the while, right afterwards, whatever is killed."""

import pytest

from backend import queues
from backend.db import transaction
from backend.ingest import jobs
from backend.ingest.cataloging import copying, reindex
from backend.ingest.cataloging.generations import open_place
from backend.ingest.cataloging.publishing import forget_tenant
from backend.tenants.gallery_builds import GalleryBusy, Place
from backend.tenants.models import ProductImage, new_id
from tests.ingest.galleries.stand import SeesColors, asked_all_the_time
from tests.search.query_worker import CARD


def same(entries, others):
    """Say whether two galleries hold the same, vectors included."""
    return entries == others and all((entries[key].vector == others[key].vector).all() for key in entries)


def test_a_reindex_publishes_a_new_collection_of_the_same_products_and_keeps_the_former(make_stand):
    stand = make_stand(pictures=5)
    before, former = stand.entries(), stand.live_name()

    reindex.ask(stand.tenant_id)
    build = stand.go_on()

    assert (build.stage, build.written, build.failed) == ("done", 5, 0)
    assert stand.live_name() == build.target.collection != former
    assert stand.entries().keys() == before.keys()
    assert stand.collections().former.collection == former
    assert open_place(stand.settings, stand.tenant_id, stand.collections().former).count() == 5


def test_pictures_are_looked_at_anew(make_stand):
    stand = make_stand(pictures=2)
    before = stand.entries()
    stand.use(SeesColors(shift=1))

    reindex.ask(stand.tenant_id)
    stand.go_on()

    after = stand.entries()
    assert after == before  # the facts
    assert all((after[one].vector != before[one].vector).any() for one in before)


def test_asking_twice_is_asking_once(make_stand):
    stand = make_stand(pictures=3)

    builds = {reindex.ask(stand.tenant_id).id for _ in range(3)}
    stand.go_on()

    assert len(builds) == 1
    assert stand.vision.seen == 6  # each picture when it came, and once more


def test_of_three_generations_the_oldest_is_dropped(make_stand):
    stand = make_stand(pictures=1)
    names = [stand.live_name()]

    for _ in range(2):
        reindex.ask(stand.tenant_id)
        stand.go_on()
        names.append(stand.live_name())

    there = [stand.gallery._server.call("has_collection", name) for name in names]
    assert len(set(names)) == 3
    assert there == [False, True, True]


def test_what_changes_while_it_is_built_is_right_afterwards(make_stand):
    stand = make_stand(pictures=6)
    jobs._SEEN_AGAIN, usual = 1, jobs._SEEN_AGAIN  # picture by picture, so that each change falls in the middle
    products = sorted(stand.entries())
    try:
        reindex.ask(stand.tenant_id)
        for _ in range(4):  # the collection and three pictures
            stand.piece()
        early, late = stand.add(price=1.0)[0], stand.add(embed=False)
        for product_id in products[:2]:
            stand.remove(product_id)
        for product_id in products[2:4]:
            stand.change(product_id, price=77.0)
        stand.change(products[4], availability="OutOfStock")
        stand.piece()
        stand.embed(late[1])
        stand.change(late[0], price=3.0)
        stand.go_on()
    finally:
        jobs._SEEN_AGAIN = usual

    entries = stand.entries()
    assert entries.keys() == {*products[2:], early, late[0]}
    assert [entries[one].price for one in (*products[2:4], early, late[0])] == [77.0, 77.0, 1.0, 3.0]
    assert [one for one in entries if not entries[one].in_stock] == [products[4]]


def test_a_product_that_left_between_the_look_and_the_write_does_not_come_back(make_stand, monkeypatch):
    stand = make_stand(pictures=3)
    lost = min(stand.entries())
    reindex.ask(stand.tenant_id)
    stand.piece()

    def see_and_lose(pictures):
        stand.remove(lost)
        return SeesColors.see(stand.vision, pictures)

    monkeypatch.setattr(stand.vision, "see", see_and_lose)
    stand.piece()
    stand.go_on()

    assert lost not in stand.entries()
    assert len(stand.entries()) == 2


def test_a_picture_that_waits_to_be_looked_at_again_stays_searchable(make_stand):
    stand = make_stand(pictures=3)
    product_id, image_id = stand.add()
    with transaction(stand.tenant_id) as session:
        session.get_one(ProductImage, image_id).state = "stored"

    reindex.ask(stand.tenant_id)
    for _ in range(4):
        stand.piece()

    assert stand.build().stage == "done"
    assert product_id in stand.entries()
    assert stand.image(image_id).state == "stored"


def test_photo_searches_never_fail_and_are_never_empty_during_a_reindex_and_its_rollback(make_stand, search):
    stand = make_stand(pictures=40)

    def ask() -> int:
        response = search(stand.shop)
        assert response.status_code == 200, response.json
        return len(response.json["objects"][0]["matches"])

    with asked_all_the_time(ask) as answers:
        for _ in range(3):
            reindex.ask(stand.tenant_id)
            stand.go_on()
        build = copying.ask_rollback(stand.settings, stand.tenant_id)
        while copying.step(stand.settings, stand.tenant_id, build.id):
            pass

    assert len(answers) > 3
    assert min(answers) >= 20


def test_two_workers_at_once_write_everything_once(make_stand, monkeypatch):
    stand = make_stand(pictures=3)
    reindex.ask(stand.tenant_id)
    stand.piece()

    def see_beside_another(pictures):
        monkeypatch.setattr(stand.vision, "see", lambda pictures: SeesColors.see(stand.vision, pictures))
        stand.piece()
        return SeesColors.see(stand.vision, pictures)

    monkeypatch.setattr(stand.vision, "see", see_beside_another)
    stand.piece()
    build = stand.go_on()

    assert build.written == 3
    assert len(stand.entries()) == 3


def test_a_picture_that_cannot_be_read_any_more_keeps_its_entry(make_stand):
    stand = make_stand(pictures=3)
    product_id, image_id = stand.add((0, 0, 200))
    before = stand.entries()
    with transaction(stand.tenant_id) as session:
        session.get_one(ProductImage, image_id).storage_key = f"{stand.tenant_id}/images/nothing.png"

    reindex.ask(stand.tenant_id)
    stand.go_on()

    assert same({product_id: stand.entries()[product_id]}, {product_id: before[product_id]})
    assert stand.image(image_id).state == "live"


def test_pictures_that_came_meanwhile_are_looked_at_first(make_stand, monkeypatch):
    stand = make_stand(pictures=20)
    waiting = [stand.add(embed=False)[1] for _ in range(2)]
    reindex.ask(stand.tenant_id)
    jobs.enqueue_build(stand.tenant_id)
    seen = []

    def see(pictures):
        if not seen:
            queues.enqueue(
                queues.VISION, "backend.ingest.jobs.embed_images", job_id=f"embed-{new_id()}",
                tenant_id=stand.tenant_id, run_id=None, image_ids=waiting,
            )  # fmt: skip
        seen.append(len(pictures))
        return SeesColors.see(stand.vision, pictures)

    monkeypatch.setattr(stand.vision, "see", see)
    stand.work()

    assert seen[:2] == [8, 2]  # one look of the reindex, then those who wait
    assert len(stand.entries()) == 22


def test_a_stranger_is_neither_touched_nor_reached(make_stand):
    theirs, ours = make_stand(pictures=2), make_stand(pictures=3)
    before, live = theirs.entries(), theirs.live_name()
    reindex.ask(ours.tenant_id)

    jobs.build_gallery(tenant_id=theirs.tenant_id, build_id=ours.build().id)
    with pytest.raises(ValueError, match="tenant"):
        open_place(ours.settings, ours.tenant_id, Place(live, CARD.dim))
    ours.go_on()

    assert (theirs.entries(), theirs.live_name()) == (before, live)
    assert theirs.collections().build is None
    assert not set(ours.entries()) & set(before)


def test_a_tenant_that_is_forgotten_leaves_no_generation(make_stand):
    stand = make_stand(pictures=2)
    names = [stand.live_name()]
    for _ in range(2):
        reindex.ask(stand.tenant_id)
        stand.go_on()
        names.append(stand.live_name())
    reindex.ask(stand.tenant_id)
    stand.piece()
    names.append(stand.build().target.collection)
    gallery = stand.gallery

    forget_tenant(stand.settings, stand.tenant_id)

    assert [name for name in names if gallery._server.call("has_collection", name)] == []


def test_a_shop_without_pictures_is_reindexed_too(make_stand):
    stand = make_stand()

    reindex.ask(stand.tenant_id)
    build = stand.go_on()

    assert (build.stage, build.total, stand.gallery.count()) == ("done", 0, 0)


def test_one_build_at_a_time(make_stand):
    stand = make_stand(pictures=1)
    reindex.ask(stand.tenant_id)

    with pytest.raises(GalleryBusy):
        copying.ask_rollback(stand.settings, stand.tenant_id)
