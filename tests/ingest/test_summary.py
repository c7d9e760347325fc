"""What a run says of itself: `niteru crawl --json`."""

from datetime import timedelta

import pytest

from backend.db import transaction
from backend.ingest.summary import progress
from backend.ingest.traffic import KINDS, Traffic
from backend.tenants.models import FrontierUrl, IngestRun, ProductImage, now
from tests.ingest.local_shop import Answer

pytest_plugins = ("tests.ingest.whole",)


@pytest.fixture
def facts(ingest, selling_shop):
    selling_shop.sell("dr01-navy", "Navy dress", "89.00", "flat", "worn")
    selling_shop.offer("dress-1", "A dress without a picture")
    selling_shop.open()
    selling_shop.pages["/about"] = Answer(status=302, headers={"Location": "/"})
    return ingest.crawl()


def test_a_run_counts_its_requests_by_kind_as_the_shop_counts_them(facts, selling_shop):
    asked = selling_shop.asked

    requests = facts["requests"]

    assert requests["robots"] == asked.count("/robots.txt") == 1
    assert requests["image"] == sum(path.startswith("/media") for path in asked) == 2
    assert requests["sitemap"] == asked.count("/sitemap.xml") == 1
    assert asked.count("/favicon.ico") == 0
    assert requests["browser"] == 1  # to see whether the dress has a picture after all
    assert sum(requests[kind] for kind in KINDS) == len(asked)
    assert requests["bytes"] > sum(len(answer.body) for path, answer in selling_shop.pages.items() if "/media" in path)


def test_a_run_says_what_wants_a_look_and_how_long_each_stage_took(facts):
    assert facts["attention"] == {"no_image": 1}
    assert facts["duplicates"] == 0
    assert list(facts["seconds_by_stage"]) == ["pages", "images", "embedding"]
    assert sum(facts["seconds_by_stage"].values()) == pytest.approx(facts["seconds"], abs=1.5)


def test_traffic_goes_on_from_where_a_killed_worker_left_it():
    first = Traffic({})
    first.note("page", 1000, 200)
    first.enter("pages")

    second = Traffic(first.as_json())
    second.note("page", 10, 304)
    second.note_drawing(5, 300)
    second.enter("pages")

    facts = second.as_json()
    assert facts["requests"] == {"page": 2, "not_modified": 1, "browser": 1, "subrequest": 4}
    assert facts["bytes"] == 1310
    assert facts["began"] == first.as_json()["began"]


def test_what_is_left_of_a_run_counts_the_pictures_that_pages_still_to_come_will_bring(make_shop):
    shop = make_shop()
    tenant_id, product = shop.tenant_id, shop.add_product("Dress")
    with transaction(tenant_id) as session:
        run = IngestRun(tenant_id=tenant_id, state="running", stage="pages", started_at=now() - timedelta(seconds=60))
        session.add(run)
        session.flush()
        for number, state in enumerate(["fetched"] * 30 + ["queued"] * 10):
            url = f"https://shop.example/{number}"
            row = FrontierUrl(tenant_id=tenant_id, run_id=run.id, url=url, fingerprint=url, state=state, via="http")
            session.add(row)
        for number, state in enumerate(["live"] * 50 + ["set_aside"] * 10 + ["wanted"] * 20 + ["stored"] * 10):
            url = f"https://shop.example/{number}.jpg"
            image = ProductImage(tenant_id=tenant_id, product_id=product.id, run_id=run.id, url=url, state=state)
            session.add(image)
        session.flush()

        left = progress(session, tenant_id, run.id)

    assert (left["pages_left"], left["images_left"]) == (10, 30)
    assert left["pages_per_minute"] == pytest.approx(30, abs=1)
    assert left["images_per_minute"] == pytest.approx(60, abs=2)
    assert left["seconds_left"] == pytest.approx(60, abs=3)  # 30 pictures and 3 more a page, at one a second


def test_nothing_is_said_of_the_time_left_before_something_was_read(make_shop):
    tenant_id = make_shop().tenant_id
    with transaction(tenant_id) as session:
        run = IngestRun(tenant_id=tenant_id, state="running", stage="pages", started_at=now() - timedelta(seconds=60))
        session.add(run)
        session.flush()

        assert progress(session, tenant_id, run.id)["seconds_left"] is None
