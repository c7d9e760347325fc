"""One page cannot end a crawl: odd pages, pages that kill their worker, a full disk."""

import errno

import pytest

from backend.ingest import jobs
from backend.ingest.crawling import visits
from backend.ingest.reading.extract import extract
from backend.storage import open_storage
from tests.ingest.local_shop import DRESS, SHIRT

pytest_plugins = ("tests.ingest.whole",)


@pytest.fixture
def two_goods(selling_shop):
    selling_shop.sell(DRESS, "Navy dress", "89.00")
    selling_shop.sell(SHIRT, "White t-shirt", "19.50")
    selling_shop.open()
    return selling_shop


def failures(ingest):
    return {path: row.reason for path, row in ingest.rows().items() if row.state == "failed"}


def test_a_page_that_breaks_our_reading_is_its_own_failure_and_no_other_pages(ingest, two_goods, monkeypatch):
    def breaking(text, url, **more):
        if url.endswith(DRESS):
            raise RecursionError("a page without a bottom")
        return extract(text, url, **more)

    monkeypatch.setattr(visits, "extract", breaking)

    facts = ingest.crawl()

    assert facts["state"] == "succeeded"
    assert set(ingest.products()) == {SHIRT}
    assert failures(ingest) == {f"/products/{DRESS}": "unreadable"}
    assert two_goods.count(f"/products/{DRESS}") == 1


def test_a_full_disk_ends_the_run_with_advice(ingest, two_goods, monkeypatch):
    class Full:
        def __init__(self, url):
            self._real = open_storage(url)

        def __getattr__(self, name):
            return getattr(self._real, name)

        def write(self, *_):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(jobs, "open_storage", Full)

    facts = ingest.crawl()

    assert (facts["state"], facts["error"]) == ("failed", "disk_full")
    assert "room" in facts["advice"]
