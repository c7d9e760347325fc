"""What did not come, with its reason and a button for one, for all of a reason, for all; going on after a stop."""

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.tenants.models import AuditEntry, FrontierUrl, IngestRun, ProductImage, now


def failed(me, count=3, reason="timeout"):
    """Let pages of the shop's last crawl have failed."""
    tenant_id = me.shop.tenant_id
    with transaction(tenant_id) as session:
        run = session.scalars(select(IngestRun).order_by(IngestRun.created_at.desc())).first()
        if run is None:
            run = IngestRun(tenant_id=tenant_id, state="succeeded", stage="done", finished_at=now())
            session.add(run)
            session.flush()
        for number in range(count):
            url = f"https://shop.example/{reason}/{number:03}"
            session.add(
                FrontierUrl(tenant_id=tenant_id, run_id=run.id, url=url, fingerprint=url, state="failed", reason=reason)
            )
        return run.id


def states(me):
    with transaction(me.shop.tenant_id) as session:
        rows = session.scalars(select(FrontierUrl).where(FrontierUrl.url.contains("shop.example/")))
        return {row.url.removeprefix("https://shop.example/"): row.state for row in rows}


def test_every_failed_page_is_listed_once_with_its_reason(seller):
    me = seller()
    failed(me, 120)

    found, path = [], "/crawl/failures"
    while path:
        page = me.get(path).get_data(as_text=True)
        found += [line for line in page.split() if "shop.example/timeout/" in line and "address" in line]
        after = page.partition("after=")[2].partition('"')[0]
        path = f"/crawl/failures?kind=pages&after={after.partition('&')[0]}" if after else None

    assert len(found) == len(set(found)) == 120
    assert "No answer in time" in me.get("/crawl/failures").get_data(as_text=True)


def test_failures_are_told_apart_by_their_reason(seller):
    me = seller()
    failed(me, 2), failed(me, 1, "http_403")

    page = me.get("/crawl/failures?reason=http_403").get_data(as_text=True)

    assert "https://shop.example/http_403/000" in page
    assert "https://shop.example/timeout/000" not in page
    assert "No answer in time (2)" in page


@pytest.mark.parametrize(
    ("path", "fields", "queued"),
    [
        ("/crawl/failures/pages/retry", {}, 3),
        ("/crawl/failures/pages/retry", {"reason": "timeout"}, 2),
        ("/crawl/failures/pages/{id}/retry", {}, 1),
    ],
)
def test_a_button_asks_again_for_one_page_a_reason_or_all(seller, path, fields, queued):
    me = seller()
    failed(me, 2), failed(me, 1, "http_403")
    with transaction(me.shop.tenant_id) as session:
        url_id = session.scalars(select(FrontierUrl.id).where(FrontierUrl.url.endswith("timeout/000"))).one()

    answer = me.post(path.format(id=url_id), **fields)

    assert answer.status_code == 302
    assert list(states(me).values()).count("queued") == queued
    with transaction(me.shop.tenant_id) as session:
        assert session.scalars(select(AuditEntry.action)).all()[-1] == "failures_retried"
        run = session.scalars(select(IngestRun).where(IngestRun.state == "queued")).one()
    assert run.kind == "urls"


def test_failures_of_a_crawl_before_the_last_one_are_history(seller):
    me = seller()
    failed(me, 1)
    with transaction(me.shop.tenant_id) as session:
        session.add(IngestRun(tenant_id=me.shop.tenant_id, state="succeeded", stage="done", finished_at=now()))

    assert "shop.example/timeout" not in me.get("/crawl/failures").get_data(as_text=True)
    me.post("/crawl/failures/pages/retry")
    assert states(me) == {"timeout/000": "failed"}


def test_pictures_that_failed_are_listed_with_their_product_and_asked_for_again(seller, stocked):
    me = seller()
    products = stocked(me.shop)

    page = me.get("/crawl/failures?kind=pictures").get_data(as_text=True)
    me.post("/crawl/failures/pictures/retry")

    assert f"/products/{products[-1].id}" in page
    with transaction(me.shop.tenant_id) as session:
        query = select(ProductImage.state).where(ProductImage.product_id == products[-1].id)
        assert set(session.scalars(query)) == {"wanted"}


def test_a_viewer_sees_failures_and_no_button(seller):
    me = seller(role="viewer")
    failed(me, 1)

    page = me.get("/crawl/failures").get_data(as_text=True)

    assert "shop.example/timeout/000" in page
    assert "Try again" not in page


def test_a_crawl_that_was_stopped_can_go_on(seller):
    me = seller()
    run_id = failed(me, 1)
    with transaction(me.shop.tenant_id) as session:
        run = session.get_one(IngestRun, run_id)
        run.state = "canceled"
        pages = dict.fromkeys(("http", "browser", "failed", "disallowed", "skipped"), 0)
        images = dict.fromkeys(("wanted", "stored", "live", "set_aside", "failed"), 0)
        run.counts = {"seeded": True, "pages": pages, "products": {}, "images": images}
        session.scalars(select(FrontierUrl)).one().state = "queued"
    assert "Go on" in me.get("/crawl").get_data(as_text=True)

    me.post(f"/crawl/{run_id}/resume")

    with transaction(me.shop.tenant_id) as session:
        run = session.scalars(select(IngestRun).where(IngestRun.state == "queued")).one()
        row = session.scalars(select(FrontierUrl)).one()
    assert (run.kind, run.counts, row.run_id) == ("crawl", {"seeded": True}, run.id)
