"""Pictures on their way in: asked for again in time, within robots.txt and budget, whatever the store does."""

import errno
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import queues
from backend.db import transaction
from backend.demo.pictures import garment_picture
from backend.ingest.cataloging.picture_files import freshness
from backend.ingest.cataloging.pictures import Pump, retry_failed
from backend.ingest.fetching import robots
from backend.ingest.fetching.fetch import Fetcher
from backend.ingest.fetching.manners import Manners
from backend.ingest.pulse import Pulse
from backend.storage import open_storage
from backend.tenants.models import IngestRun, ProductImage, now
from tests.ingest.local_shop import Answer

pytest_plugins = ("tests.ingest.whole",)

PATH = "/media/dress.jpg"
FLAT, WORN = garment_picture("dr01-navy", "flat"), garment_picture("dr01-navy", "worn")


@pytest.fixture
def pictures(ingest, selling_shop):
    return Pictures(ingest, selling_shop)


class Conditional(dict):
    """Pages of a shop that answers 304 to who knows the picture."""

    def __init__(self, shop, etag):
        super().__init__(shop.pages)
        self.shop, self.etag = shop, etag

    def get(self, path, default=None):
        if path == PATH and self.shop.headers.get("if-none-match") == self.etag:
            return Answer("", status=304, headers={"ETag": self.etag, "Cache-Control": "max-age=60"})
        return super().get(path, default)


class Pictures:
    """One product of a local shop, and its pictures on their way in."""

    def __init__(self, ingest, shop):
        self.ingest, self.shop, self.tenant_id = ingest, shop, ingest.tenant_id
        self.product = ingest.shop.add_product("Navy dress")
        shop.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /secret/\n", kind="text/plain")
        self.show(PATH, FLAT, ETag='"1"')

    def show(self, path, jpeg, **headers):
        self.shop.pages[path] = Answer(jpeg, kind="image/jpeg", headers=headers)

    def want(self, *paths, **columns):
        with transaction(self.tenant_id) as session:
            for position, path in enumerate(paths):
                session.add(
                    ProductImage(
                        tenant_id=self.tenant_id,
                        product_id=self.product.id,
                        url=self.shop.url + path,
                        position=position,
                        **columns,
                    )
                )

    def take_in(self, *, storage=None, **bounds):
        """Run the pump until nothing is left; returns whether the crawl was stopped."""
        settings = self.ingest.settings
        with transaction(self.tenant_id) as session:
            for run in session.scalars(select(IngestRun)):
                run.state = "succeeded"
            session.flush()
            run = IngestRun(tenant_id=self.tenant_id, state="running", attempt=1)
            session.add(run)
        pulse = Pulse(self.tenant_id, run.id, 1)
        manners = Manners(settings, pulse, lambda url: robots.load(fetcher, url))
        with Fetcher(settings, self.tenant_id, self.shop.url, allows=manners.allows) as fetcher:
            pump = Pump(
                self.tenant_id, run.id, fetcher=fetcher, storage=storage or open_storage(settings.storage_url),
                manners=manners, pulse=pulse, **bounds,
            )  # fmt: skip
            pump.start()
            try:
                pump.finish()
            finally:
                self.stopped = pulse.stopped

    def make_live(self, **columns):
        """Let the picture be in search, its time up, and the queues empty."""
        self.want(PATH)
        self.take_in()
        queues.redis().flushdb()
        self.shop.forget()
        with transaction(self.tenant_id) as session:
            image = session.scalars(select(ProductImage)).one()
            image.state, image.fresh_until = "live", now() - timedelta(days=1)
            for name, value in columns.items():
                setattr(image, name, value)

    def rows(self):
        with transaction(self.tenant_id) as session:
            rows = session.scalars(select(ProductImage).order_by(ProductImage.position)).all()
        return {row.url.removeprefix(self.shop.url): row for row in rows}


def test_a_picture_that_the_shop_says_is_the_same_is_left_alone(pictures):
    pictures.make_live()
    before = pictures.rows()[PATH]
    pictures.shop.pages = Conditional(pictures.shop, '"1"')

    pictures.take_in()

    after = pictures.rows()[PATH]
    assert pictures.shop.count(PATH) == 1
    assert (after.state, after.content_hash, after.etag) == ("live", before.content_hash, '"1"')
    assert after.checked_at > before.checked_at
    assert after.fresh_until > now() + timedelta(days=6)
    assert queues.depth()[queues.VISION] == 0


def test_the_same_bytes_from_a_shop_without_conditions_touch_nothing_either(pictures):
    pictures.make_live(etag=None)
    pictures.show(PATH, FLAT)

    pictures.take_in()

    after = pictures.rows()[PATH]
    assert (pictures.shop.count(PATH), after.state) == (1, "live")
    assert after.fresh_until > now()
    assert queues.depth()[queues.VISION] == 0


def test_another_photo_under_the_same_address_goes_to_vision(pictures):
    pictures.make_live()
    before = pictures.rows()[PATH]
    pictures.show(PATH, WORN, ETag='"2"')

    pictures.take_in()

    after = pictures.rows()[PATH]
    assert (after.state, after.etag) == ("stored", '"2"')
    assert after.content_hash != before.content_hash
    assert queues.depth()[queues.VISION] == 1


@pytest.mark.parametrize("answer", [Answer("gone", status=404), Answer("<h1>Sorry</h1>")])
def test_a_picture_that_cannot_be_looked_at_again_stays_in_search(pictures, answer):
    pictures.make_live()
    pictures.shop.pages[PATH] = answer

    pictures.take_in()

    after = pictures.rows()[PATH]
    assert (after.state, after.reason) == ("live", None)
    assert now() < after.fresh_until < now() + timedelta(days=2)


def test_a_picture_whose_time_is_not_up_is_not_asked_for(pictures):
    pictures.make_live(fresh_until=now() + timedelta(days=1))

    pictures.take_in()

    assert pictures.shop.count(PATH) == 0


def test_new_pictures_come_before_those_that_are_looked_at_again(pictures):
    pictures.make_live()
    pictures.show("/media/new.jpg", WORN)
    pictures.want("/media/new.jpg")

    pictures.take_in()

    assert [path for path in pictures.shop.asked if path.startswith("/media")] == ["/media/new.jpg", PATH]


class FailingStore:
    """A store whose disk answers every write with an error."""

    def __init__(self, number):
        self.number = number

    def write(self, _key, _data):
        raise OSError(self.number, "no")


def test_a_full_disk_ends_the_crawl_and_loses_no_picture(pictures):
    pictures.want(PATH)

    with pytest.raises(OSError, match="no"):
        pictures.take_in(storage=FailingStore(errno.ENOSPC))

    assert pictures.stopped
    assert pictures.rows()[PATH].state == "wanted"
    pictures.take_in()
    assert pictures.rows()[PATH].state == "stored"


def test_a_store_that_fails_is_the_reason_of_that_picture_and_another_run_asks_again(pictures):
    pictures.want(PATH, attempts=3)

    pictures.take_in(storage=FailingStore(errno.EIO))

    assert (pictures.rows()[PATH].state, pictures.rows()[PATH].reason) == ("failed", "store_failed")
    with transaction(pictures.tenant_id) as session:
        retry_failed(session, pictures.tenant_id)
    assert pictures.rows()[PATH].state == "wanted"


def test_pictures_that_robots_forbids_are_written_down_and_never_asked_for(pictures):
    pictures.want("/secret/dress.jpg")

    pictures.take_in()

    row = pictures.rows()["/secret/dress.jpg"]
    assert (row.state, row.reason) == ("failed", "disallowed")
    assert pictures.shop.count("/secret/dress.jpg") == 0


def test_a_run_downloads_no_more_than_its_budget(pictures):
    paths = [f"/media/{number}.jpg" for number in range(30)]
    for path in paths:
        pictures.show(path, FLAT)
    pictures.want(*paths)

    pictures.take_in(most_bytes=len(FLAT))

    reasons = {row.reason for row in pictures.rows().values() if row.state == "failed"}
    assert reasons == {"budget"}
    assert sum(path.startswith("/media") for path in pictures.shop.asked) < 10


@pytest.mark.parametrize(
    ("header", "days"),
    [
        ("", 7),
        ("max-age=60", 7),
        ("public, max-age=2592000, immutable", 30),
        ("max-age=999999999", 365),
        ("no-store", 7),
    ],
)
def test_a_picture_is_fresh_as_long_as_the_shop_says_and_a_week_at_least(header, days):
    assert freshness({"cache-control": header}) == timedelta(days=days)
