"""The gallery in Milvus keeps what it acknowledged, and nothing twice, wherever a kill comes."""

import contextlib
import itertools
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from backend.search.gallery import Entry
from backend.search.milvus_gallery import GalleryUnavailable, MilvusGallery, open_gallery
from backend.search.milvus_gallery.expression import to_row
from backend.search.milvus_gallery.server import server
from tests.search.entries import DIM, MODEL, a_catalog, an_entry, unit

if TYPE_CHECKING:
    from tests.search.conftest import GalleryServer


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
