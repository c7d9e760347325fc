"""kill -9 of whoever builds a gallery, at each of its points: what comes after is the same."""

import pytest

from backend import queues
from backend.ingest import jobs
from backend.ingest.cataloging import reindex
from backend.search.milvus_gallery import MilvusGallery
from backend.tenants import gallery_builds
from tests.ingest.galleries.stand import SeesColors


class Killed(BaseException):
    """No handler of the code under test catches it: what ran is gone, as after kill -9."""


KILLS = [
    # whose method, its name, whether the kill comes before or after its work, at which call
    (MilvusGallery, "begin", "before", 1),
    (MilvusGallery, "begin", "after", 1),
    (SeesColors, "see", "before", 2),
    (SeesColors, "see", "after", 3),
    (MilvusGallery, "upsert", "before", 1),
    (MilvusGallery, "upsert", "after", 2),
    (gallery_builds, "save", "before", 3),
    (gallery_builds, "save", "after", 5),
    (MilvusGallery, "images", "after", 1),
    (MilvusGallery, "publish", "before", 1),
    (MilvusGallery, "publish", "after", 1),
    (MilvusGallery, "forget", "after", 2),
]


def work_on(stand):
    while stand.build().is_open:
        stand.piece()


@pytest.mark.parametrize("kill", KILLS, ids=lambda kill: "-".join(map(str, kill[1:])))
def test_killed_at_any_point_it_ends_as_if_nothing_had_happened(make_stand, monkeypatch, kill):
    owner, name, when, at = kill
    stand = make_stand(pictures=4)
    for _ in range(2):  # so that there is an older generation to drop
        reindex.ask(stand.tenant_id)
        stand.go_on()
    stand.use(SeesColors(shift=1))
    monkeypatch.setattr(jobs, "_SEEN_AGAIN", 1)
    before, former = stand.entries(), stand.live_name()
    calls = []

    def dying(*arguments, **options):
        calls.append(name)
        if when == "before" and len(calls) == at:
            raise Killed
        answer = usual(*arguments, **options)
        if when == "after" and len(calls) == at:
            raise Killed
        return answer

    usual = getattr(owner, name)
    reindex.ask(stand.tenant_id)
    monkeypatch.setattr(owner, name, dying)
    with pytest.raises(Killed):
        work_on(stand)
    queues.redis().flushdb()
    stand.change(min(before), price=99.0)
    build = stand.go_on()

    after = stand.entries()
    assert build.stage == "done"
    assert after.keys() == before.keys()
    assert after[min(before)].price == 99.0
    assert all((after[one].vector != before[one].vector).any() for one in before)
    assert stand.collections().former.collection == former


def test_a_picture_that_kills_the_worker_again_and_again_holds_up_no_other(make_stand, monkeypatch):
    stand = make_stand(pictures=6)
    poison, _ = stand.add((0, 0, 200))
    before = stand.entries()

    def see(pictures):
        if any(picture.pixels[0, 0, 2] == 200 for picture in pictures):
            raise Killed
        return SeesColors.see(stand.vision, pictures)

    reindex.ask(stand.tenant_id)
    monkeypatch.setattr(stand.vision, "see", see)
    deaths = 0
    while stand.build().is_open:
        try:
            stand.piece()
        except Killed:
            deaths += 1
            assert deaths < 8

    assert stand.entries().keys() == before.keys()
    assert poison in stand.entries()
