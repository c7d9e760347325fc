"""Marathons of a gallery server: kills right after acknowledged writes, and how soon a write is searchable."""

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.search.gallery import Entry
from backend.search.milvus_gallery import MilvusGallery, open_gallery
from tests.search.conftest import ENGINES, GalleryServer
from tests.search.entries import DIM, MODEL, an_entry, unit

pytestmark = pytest.mark.soak

KILLS, WRITES = 20, 20
SEARCHABLE_SECONDS = 2.0


@pytest.fixture(params=ENGINES)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GalleryServer]:
    server = GalleryServer(tmp_path / "data", request.param)
    server.start()
    yield server
    server.stop()


def a_gallery(server: GalleryServer) -> MilvusGallery:
    gallery = open_gallery(server.uri, "", tenant_id=str(uuid.uuid4()), model_id=MODEL, dim=DIM)
    gallery.create()
    return gallery


@pytest.mark.timeout(3600)
def test_no_kill_right_after_an_acknowledged_write_loses_anything(running: GalleryServer) -> None:
    gallery = a_gallery(running)
    kept: dict[str, Entry] = {}
    seconds = []
    for number in range(KILLS):
        written = [an_entry(10 * number + place) for place in range(5)]
        gallery.upsert(written)
        gallery.delete_images([written[0].image_id])
        running.kill()
        kept.update({entry.embedding_id: entry for entry in written[1:]})
        start = time.monotonic()
        running.start()

        assert gallery.embedding_ids() == kept.keys()
        seconds.append(time.monotonic() - start)
        (hits,) = gallery.search(written[1].vector[None], limit=100, strong=True)
        assert {hit.embedding_id for hit in hits} == kept.keys()
    told = f"back and complete after {statistics.median(seconds):.1f} s, at most {max(seconds):.1f}"
    print(f"{running.engine}: {KILLS} kills, {len(kept)} rows, none lost, doubled or back from the dead; {told}")


@pytest.mark.timeout(1800)
def test_a_write_and_a_delete_are_searchable_two_seconds_after_they_are_acknowledged(running: GalleryServer) -> None:
    gallery = a_gallery(running)
    gallery.upsert([an_entry(number) for number in range(1000, 1200)])

    def seconds_until(is_so: Callable[[set[str]], bool], number: int) -> float:
        start = time.monotonic()
        while not is_so({hit.product_id for hit in gallery.search(unit(number)[None], limit=5)[0]}):
            time.sleep(0.005)
        return time.monotonic() - start

    shown, gone = [], []
    for number in range(WRITES):
        name = f"p{number}"
        gallery.upsert([an_entry(number)])
        shown.append(seconds_until(lambda found, name=name: name in found, number))  # type: ignore[misc]
        gallery.delete_products([name])
        gone.append(seconds_until(lambda found, name=name: name not in found, number))  # type: ignore[misc]
    for what, took in (("written", shown), ("deleted", gone)):
        print(f"{running.engine}: {what}, searchable after {statistics.median(took):.2f} s, at most {max(took):.2f}")
    assert max(*shown, *gone) <= SEARCHABLE_SECONDS
