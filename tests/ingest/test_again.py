"""Single pages and pictures asked for again: nothing else is looked at, and nothing is taken for gone."""

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.ingest import again, runs, schedule
from backend.tenants.models import RUN_OPEN, FrontierUrl, IngestRun, Tenant
from tests.ingest.local_shop import DRESS, JEANS, SHIRT, Answer

pytest_plugins = ("tests.ingest.whole",)


@pytest.fixture
def crawled(ingest, selling_shop):
    """A shop that was crawled while the page of its jeans failed and one picture was missing."""
    dress = selling_shop.sell(DRESS, "Navy dress", "89.00", "flat", "worn")
    selling_shop.sell(SHIRT, "White t-shirt", "19.50")
    selling_shop.sell(JEANS, "Indigo jeans", "59.00")
    selling_shop.open()
    selling_shop.pages[f"/products/{JEANS}"] = Answer("no", status=403)
    selling_shop.pages[next(iter(dress.pictures))] = Answer("no", status=404)
    ingest.crawl()
    selling_shop.open()
    selling_shop.forget()
    return ingest


def go(ingest):
    """Let the workers do what was asked for; returns the last run."""
    runs.send_outbox(ingest.tenant_id)
    for _ in range(20):
        ingest.work()
        with transaction(ingest.tenant_id) as session:
            (run, *_) = runs.list_runs(session, ingest.tenant_id)
        if run.state not in RUN_OPEN:
            return run
        schedule.tick(everybody=True)
    raise AssertionError("the run did not end")


def test_a_page_that_failed_is_read_when_it_is_asked_for_again_and_no_other_page_is(crawled, selling_shop):
    with transaction(crawled.tenant_id) as session:
        next_crawl_at = session.get_one(Tenant, crawled.tenant_id).next_crawl_at
        run = again.retry_pages(session, crawled.tenant_id, reason="http_403")

    done = go(crawled)

    assert (done.id, done.kind, done.state) == (run.id, "urls", "succeeded")
    assert {path for path in selling_shop.asked if not path.startswith(("/media", "/robots"))} == {f"/products/{JEANS}"}
    assert {sku: row.state for sku, row in crawled.products().items()} == dict.fromkeys((DRESS, SHIRT, JEANS), "live")
    with transaction(crawled.tenant_id) as session:
        assert session.get_one(Tenant, crawled.tenant_id).next_crawl_at == next_crawl_at


def test_a_picture_that_failed_is_fetched_when_it_is_asked_for_again(crawled, selling_shop):
    with transaction(crawled.tenant_id) as session:
        again.retry_pictures(session, crawled.tenant_id, reason="http_404")

    go(crawled)

    assert {image.state for image in crawled.images().values()} <= {"live", "set_aside"}
    assert [path for path in selling_shop.asked if path.startswith("/products")] == []


def test_there_is_nothing_to_ask_for_again_where_nothing_failed(ingest, selling_shop):
    with transaction(ingest.tenant_id) as session:
        assert again.retry_pages(session, ingest.tenant_id) is None
        assert again.retry_pictures(session, ingest.tenant_id) is None
        assert session.scalars(select(IngestRun)).all() == []


def test_a_page_that_the_shop_says_has_changed_is_read_and_the_rest_is_not(crawled, selling_shop):
    selling_shop.goods[DRESS].price = "44.00"
    selling_shop.sell("sk01-green", "Green skirt", "39.00")
    selling_shop.open()
    with transaction(crawled.tenant_id) as session:
        urls = [f"{selling_shop.url}/products/{slug}" for slug in (DRESS, "sk01-green")]
        again.refresh(session, crawled.tenant_id, urls)

    go(crawled)

    products = crawled.products()
    assert float(products[DRESS].price) == 44.0
    assert "sk01-green" in products
    assert products[SHIRT].state == "live"
    assert selling_shop.count(f"/products/{SHIRT}") == 0
    assert selling_shop.count("/") == 0


def test_what_is_asked_for_while_a_crawl_looks_at_its_pictures_is_read_by_a_run_after_it(crawled, selling_shop):
    with transaction(crawled.tenant_id) as session:
        run = runs.request_crawl(session, crawled.tenant_id)
        run.state, run.stage = "running", "embedding"
        found = again.refresh(session, crawled.tenant_id, [f"{selling_shop.url}/products/{DRESS}"])
        assert found.id == run.id
    with transaction(crawled.tenant_id) as session:
        runs.finish(session, crawled.tenant_id, run.id)

    with transaction(crawled.tenant_id) as session:
        following = runs.find_open_run(session, crawled.tenant_id)
        row = session.scalars(select(FrontierUrl).where(FrontierUrl.url.endswith(DRESS))).one()
    assert following.kind == "urls"
    assert (row.state, row.run_id) == ("queued", following.id)


def test_a_stranger_asks_for_nothing_of_ours(crawled, make_shop):
    stranger = make_shop()
    with transaction(crawled.tenant_id) as session:
        failed = session.scalars(select(FrontierUrl).where(FrontierUrl.state == "failed")).first()

    with transaction(stranger.tenant_id) as session:
        assert again.retry_pages(session, stranger.tenant_id, url_id=failed.id) is None

    with transaction(crawled.tenant_id) as session:
        assert session.get_one(FrontierUrl, failed.id).state == "failed"


def test_a_crawl_that_was_stopped_goes_on_where_it_was(ingest, selling_shop):
    for number in range(6):
        selling_shop.offer(f"dress-{number}", f"Dress {number}")
    selling_shop.open()
    ingest.crawl()
    with transaction(ingest.tenant_id) as session:
        (run, *_) = runs.list_runs(session, ingest.tenant_id)
        rows = session.scalars(select(FrontierUrl).where(FrontierUrl.url.contains("/products/dress-"))).all()
        left = {row.url.removeprefix(selling_shop.url) for row in rows[:2]}
        for row in rows[:2]:
            row.state = "queued"
        run.state = "canceled"
    selling_shop.forget()

    with transaction(ingest.tenant_id) as session:
        again.resume(session, ingest.tenant_id, run.id)
    done = go(ingest)

    assert {path for path in selling_shop.asked if path.startswith("/products")} == left
    assert (done.kind, done.state) == ("crawl", "succeeded")
    assert [row.sku for row in ingest.products().values() if row.gone_at is not None] == []
