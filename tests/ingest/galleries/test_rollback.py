"""Going back to the gallery before the last one."""

import pytest

from backend.db import transaction
from backend.ingest.cataloging import copying, reindex
from backend.ingest.cataloging.copying import NothingToUndo
from backend.tenants.models import Detection, ProductImage
from tests.ingest.galleries.stand import SeesColors


def roll_back(stand):
    build = copying.ask_rollback(stand.settings, stand.tenant_id)
    while copying.step(stand.settings, stand.tenant_id, build.id):
        pass
    return stand.build()


def test_a_rollback_brings_the_former_vectors_back_with_what_happened_since(make_stand):
    stand = make_stand(pictures=4)
    before, former = stand.entries(), stand.live_name()
    gone, changed, *rest = sorted(before)
    stand.use(SeesColors(shift=1))
    reindex.ask(stand.tenant_id)
    stand.go_on()
    with transaction(stand.tenant_id) as session:  # long ago: what came before the reindex came before it for sure
        for row in session.query(ProductImage):
            row.live_at = row.live_at.replace(year=2020)
    stand.remove(gone)
    stand.change(changed, price=55.0)
    fresh, _ = stand.add()

    build = roll_back(stand)
    again = roll_back(stand)

    entries = stand.entries()
    assert stand.live_name() == former
    assert entries.keys() == {changed, *rest, fresh}
    assert entries[changed].price == 55.0
    assert all((entries[one].vector == before[one].vector).all() for one in rest)
    assert again == build


def test_after_a_rollback_the_next_reindex_drops_what_was_undone(make_stand):
    stand = make_stand(pictures=2)
    reindex.ask(stand.tenant_id)
    undone = stand.go_on().target.collection
    roll_back(stand)
    former = stand.live_name()

    reindex.ask(stand.tenant_id)
    build = stand.go_on()

    assert build.target.collection not in {undone, former}
    assert not stand.gallery._server.call("has_collection", undone)
    assert stand.collections().former.collection == former
    assert len(stand.entries()) == 2


def test_a_rollback_to_another_model_looks_again_at_what_that_model_never_saw(outdated):
    reindex.ask(outdated.tenant_id)
    outdated.go_on()
    _, image_id = outdated.add()
    older = SeesColors("older", 64)
    outdated.use(older)  # the weights go back as well

    roll_back(outdated)
    waiting = outdated.image(image_id).state
    outdated.go_on()

    live = outdated.gallery.live_generation()
    assert waiting == "stored"
    assert live.is_by("older")
    assert len(live.images()) == 5
    assert outdated.image(image_id).state == "live"
    with transaction(outdated.tenant_id) as session:
        assert {one.embedding_id for one in session.query(Detection)} == live.embedding_ids()


def test_without_a_former_gallery_there_is_nothing_to_undo(make_stand):
    with pytest.raises(NothingToUndo):
        roll_back(make_stand(pictures=1))


def test_a_reindex_under_way_is_stopped_and_leaves_nothing(make_stand):
    stand = make_stand(pictures=2)
    before, live = stand.entries(), stand.live_name()
    reindex.ask(stand.tenant_id)
    stand.piece()
    half_built = stand.build().target.collection

    reindex.cancel(stand.settings, stand.tenant_id)
    stand.go_on()

    assert stand.build().stage == "canceled"
    assert (stand.entries(), stand.live_name()) == (before, live)
    assert not stand.gallery._server.call("has_collection", half_built)


def test_the_command_asks_tells_and_goes_back(make_stand, niteru):
    stand = make_stand(pictures=3)

    asked = niteru("reindex", stand.tenant_id)
    stand.go_on()
    stand.use()
    undone = niteru("reindex", stand.tenant_id, "--rollback")

    assert (asked["state"], asked["total"]) == ("asked", 3)
    assert (undone["state"], undone["former"]) == ("done", None)
    assert len(stand.entries()) == 3
