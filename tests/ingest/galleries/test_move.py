"""A gallery that moves to another Milvus: the same rows, searched and written all the while."""

import pytest

from backend.db import transaction
from backend.ingest.cataloging import copying, reindex
from backend.ingest.cataloging.copying import BadGalleryAddress
from backend.ingest.cataloging.generations import open_place
from backend.search.milvus_gallery import GalleryUnavailable, MilvusGallery
from backend.tenants import accounts
from backend.tenants.gallery_builds import GalleryBusy
from tests.conftest import free_port
from tests.ingest.galleries.stand import asked_all_the_time
from tests.ingest.galleries.test_kills import Killed


def home(stand):
    with transaction(stand.tenant_id) as session:
        return accounts.get_tenant(session, stand.tenant_id).gallery_uri


def begin(stand, uri):
    return copying.ask_move(stand.settings, stand.tenant_id, uri)


def carry_through(stand):
    while copying.step(stand.settings, stand.tenant_id, stand.build().id):
        pass
    return stand.build()


def vectors(entries):
    return {one: entry.vector.tolist() for one, entry in entries.items()}


def test_a_move_copies_every_row_as_it_is_and_leaves_the_old_ones_until_they_are_forgotten(
    make_stand, gallery_server, niteru
):
    stand = make_stand(pictures=5)
    before, seen = stand.entries(), stand.vision.seen

    moved = niteru("gallery", "move", stand.tenant_id, gallery_server.uri + "/")
    (left,) = stand.collections().left
    still_there = open_place(stand.settings, stand.tenant_id, left).count()
    forgotten = niteru("gallery", "move", stand.tenant_id, "--forget-old")

    assert (moved["state"], moved["entries"], moved["gallery_uri"]) == ("done", 5, gallery_server.uri)
    assert home(stand) == gallery_server.uri
    assert stand.entries() == before
    assert vectors(stand.entries()) == vectors(before)
    assert stand.vision.seen == seen
    assert (still_there, forgotten["forgotten"]) == (5, [left.collection])
    assert not open_place(stand.settings, stand.tenant_id, left)._server.call("has_collection", left.collection)


def test_a_gallery_moves_back_to_the_deployments_own(make_stand, gallery_server):
    stand = make_stand(pictures=3)
    before = stand.entries()

    for address in (gallery_server.uri, "default"):
        begin(stand, address)
        carry_through(stand)
        stand.add()
        stand.remove(max(set(stand.entries()) - set(before)))

    assert home(stand) is None
    assert stand.entries() == before
    assert len(stand.collections().left) == 2


def test_searches_go_on_and_writes_are_not_lost_while_it_moves(make_stand, gallery_server, search, monkeypatch):
    stand = make_stand(pictures=30)
    monkeypatch.setattr(copying, "_COPIED_AT_ONCE", 4)
    gone, changed, *_ = sorted(stand.entries())

    def ask() -> int:
        response = search(stand.shop)
        assert response.status_code == 200, response.json
        return len(response.json["objects"][0]["matches"])

    with asked_all_the_time(ask) as answers:
        build = begin(stand, gallery_server.uri)
        for _ in range(4):
            copying.step(stand.settings, stand.tenant_id, build.id)
        stand.remove(gone)
        stand.change(changed, price=55.0)
        fresh, _ = stand.add()
        carry_through(stand)

    entries = stand.entries()
    assert min(answers) >= 20
    assert home(stand) == gallery_server.uri
    assert len(entries) == 30
    assert gone not in entries
    assert entries[changed].price == 55.0
    assert fresh in entries


@pytest.mark.parametrize(("name", "at"), [("upsert", 2), ("images", 1), ("images", 2), ("publish", 1)])
def test_a_killed_move_is_taken_up_again(make_stand, gallery_server, monkeypatch, name, at):
    stand = make_stand(pictures=6)
    monkeypatch.setattr(copying, "_COPIED_AT_ONCE", 2)
    before = stand.entries()
    begin(stand, gallery_server.uri)
    usual, calls = getattr(MilvusGallery, name), []

    def dying(*arguments, **options):
        calls.append(name)
        answer = usual(*arguments, **options)
        if len(calls) == at:
            raise Killed
        return answer

    monkeypatch.setattr(MilvusGallery, name, dying)
    with pytest.raises(Killed):
        carry_through(stand)
    stand.remove(min(before))
    build = stand.go_on()  # the scheduler finds it

    assert build.stage == "done"
    assert home(stand) == gallery_server.uri
    assert stand.entries().keys() == before.keys() - {min(before)}


@pytest.mark.parametrize("address", ["gallery.db", "http://", "http://user@host:1/x", "", "ftp://127.0.0.1:1"])
def test_what_is_no_address_changes_nothing(make_stand, address):
    stand = make_stand(pictures=1)

    with pytest.raises(BadGalleryAddress):
        begin(stand, address)

    assert (home(stand), stand.collections().build, len(stand.entries())) == (None, None, 1)


def test_where_nobody_answers_nothing_is_changed(make_stand):
    stand = make_stand(pictures=1)

    with pytest.raises(BadGalleryAddress, match="Nothing was changed"):
        begin(stand, f"http://127.0.0.1:{free_port()}")

    assert (home(stand), stand.collections().build, len(stand.entries())) == (None, None, 1)


def test_moving_to_where_it_lives_does_nothing(make_stand, niteru, settings):
    stand = make_stand(pictures=1)

    told = [niteru("gallery", "move", stand.tenant_id, uri) for uri in ("default", settings.milvus_uri)]

    assert [one["state"] for one in told] == ["unchanged", "unchanged"]
    assert stand.collections().build is None


def test_a_move_whose_new_milvus_went_away_is_stopped_by_naming_the_old_one(make_stand, mortal_server):
    stand = make_stand(pictures=2)
    begin(stand, mortal_server.uri)
    mortal_server.kill()
    with pytest.raises(GalleryUnavailable):
        carry_through(stand)

    stopped = begin(stand, "default")
    product_id, _ = stand.add()

    assert stopped.stage == "canceled"
    assert home(stand) is None
    assert product_id in stand.entries()
    assert len(stand.entries()) == 3


def test_a_gallery_that_is_being_built_does_not_move(make_stand, gallery_server):
    stand = make_stand(pictures=1)
    reindex.ask(stand.tenant_id)

    with pytest.raises(GalleryBusy):
        begin(stand, gallery_server.uri)


def test_a_gallery_that_moved_is_reindexed_where_it_lives(make_stand, gallery_server):
    stand = make_stand(pictures=3)
    begin(stand, gallery_server.uri)
    carry_through(stand)

    reindex.ask(stand.tenant_id)
    build = stand.go_on()

    assert build.target.uri == gallery_server.uri
    assert len(stand.entries()) == 3


def test_the_same_milvus_under_another_name_loses_nothing(make_stand, settings):
    stand = make_stand(pictures=3)
    before = stand.entries()

    begin(stand, settings.milvus_uri.replace("127.0.0.1", "localhost"))
    carry_through(stand)
    copying.forget_left(stand.settings, stand.tenant_id)

    assert stand.entries() == before


def test_strangers_stay_where_they_are(make_stand, gallery_server):
    theirs, ours = make_stand(pictures=2), make_stand(pictures=2)
    before, live = theirs.entries(), theirs.live_name()
    build = begin(ours, gallery_server.uri)

    assert not copying.step(theirs.settings, theirs.tenant_id, build.id)
    carry_through(ours)

    assert (home(theirs), theirs.entries(), theirs.live_name()) == (None, before, live)
