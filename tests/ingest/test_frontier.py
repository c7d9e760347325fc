"""The frontier's rows on real PostgreSQL, and what is learned about URL patterns."""

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.ingest import frontier
from backend.ingest.extract import Page
from backend.ingest.frontier import BROWSER, HTTP, PROBED, Link, PatternCount
from backend.ingest.patterns import Patterns, shows_more
from backend.tenants.models import FrontierUrl, IngestRun

SHOP = "https://shop.example"
CALENDAR, LISTING, PRODUCTS = "/calendar?d", "/all?page", "/products/*"


@pytest.fixture
def tenant_id(make_shop):
    return make_shop().tenant_id


def new_run(tenant_id, state="running"):
    with transaction(tenant_id) as session:
        run = IngestRun(tenant_id=tenant_id, state=state)
        session.add(run)
    return run.id


def add(tenant_id, run_id, *paths, priority=frontier.OTHER):
    links = [Link(SHOP + path, 1, priority) for path in paths]
    with transaction(tenant_id) as session:
        return frontier.add(session, tenant_id, run_id, links)


def lease(tenant_id, run_id, limit=10):
    with transaction(tenant_id) as session:
        return frontier.lease(session, tenant_id, run_id, limit=limit)


def settle(tenant_id, row, state="fetched", **columns):
    with transaction(tenant_id) as session:
        frontier.settle(session, tenant_id, row.id, state, **columns)


def paths(rows):
    return [row.url.removeprefix(SHOP) for row in rows]


def page(links=(), record=None, reason="not_a_product"):
    return Page(record, tuple(links), (), None, None, False, reason)


def test_one_address_in_several_spellings_is_one_url(tenant_id):
    run_id = new_run(tenant_id)

    fresh = add(tenant_id, run_id, "/a", "/a?utm_source=x", "/a#reviews", "/a/")
    again = add(tenant_id, run_id, "/a")

    assert len(fresh) == 1
    assert again == []


def test_the_most_promising_urls_come_first_and_each_is_handed_out_once(tenant_id):
    run_id = new_run(tenant_id)
    add(tenant_id, run_id, "/about")
    add(tenant_id, run_id, "/products/a", priority=frontier.PRODUCT)

    first, second, third = (lease(tenant_id, run_id, limit=1) for _ in range(3))

    assert (paths(first), paths(second), third) == (["/products/a"], ["/about"], [])


def resume(tenant_id, run_id):
    """Take up what a killed worker held, and let the wait for it pass."""
    with transaction(tenant_id) as session:
        frontier.resume(session, tenant_id, run_id)
        waiting = list(session.scalars(select(FrontierUrl).where(FrontierUrl.tenant_id == tenant_id)))
        for row in waiting:
            row.due_at = None


def test_what_a_killed_worker_had_in_its_hands_is_handed_out_again_and_nothing_else(tenant_id):
    run_id = new_run(tenant_id)
    add(tenant_id, run_id, "/done", "/open")
    done, _ = lease(tenant_id, run_id)
    settle(tenant_id, done, via=HTTP)

    resume(tenant_id, run_id)

    assert len(lease(tenant_id, run_id)) == 1


def test_a_url_that_kills_its_worker_again_and_again_fails_and_takes_no_other_along(tenant_id):
    run_id = new_run(tenant_id)
    add(tenant_id, run_id, "/innocent", "/poison", "/other")
    done = []
    for _ in range(12):
        rows = lease(tenant_id, run_id)
        for row in rows:  # the worker dies at /poison, with the rest of its rows in its hands
            if row.url.endswith("/poison"):
                break
            settle(tenant_id, row, via=HTTP)
            done.append(row)
        resume(tenant_id, run_id)

    with transaction(tenant_id) as session:
        rows = list(session.scalars(select(FrontierUrl).where(FrontierUrl.tenant_id == tenant_id)))
    assert {row.url.removeprefix(SHOP): (row.state, row.reason) for row in rows if row.state == "failed"} == {
        "/poison": ("failed", "killed_worker")
    }
    assert sorted(paths(done)) == ["/innocent", "/other"]


def test_a_postponed_url_waits_until_it_is_due(tenant_id):
    run_id = new_run(tenant_id)
    add(tenant_id, run_id, "/a")
    (row,) = lease(tenant_id, run_id)

    with transaction(tenant_id) as session:
        frontier.postpone(session, tenant_id, row, reason="http_503", seconds=60)
    waiting = lease(tenant_id, run_id)
    with transaction(tenant_id) as session:
        due = frontier.next_due(session, tenant_id, run_id)
        frontier.postpone(session, tenant_id, row, reason="http_503", seconds=-1)

    assert waiting == []
    assert due is not None
    assert [(one.attempts, one.reason) for one in lease(tenant_id, run_id)] == [(1, "http_503")]


def test_the_next_run_visits_again_what_was_there_and_not_what_was_not(tenant_id):
    first = new_run(tenant_id)
    add(tenant_id, first, "/there", "/missing")
    for row in lease(tenant_id, first):
        there = row.url.endswith("/there")
        settle(tenant_id, row, "fetched" if there else "failed", via=HTTP if there else None, content_hash="h")
    with transaction(tenant_id) as session:
        session.get_one(IngestRun, first).state = "succeeded"
    second = new_run(tenant_id)

    with transaction(tenant_id) as session:
        frontier.begin(session, tenant_id, second)
    again = lease(tenant_id, second)
    found = add(tenant_id, second, "/missing")

    assert paths(again) == ["/there"]
    assert again[0].content_hash == "h"
    assert paths(lease(tenant_id, second)) == ["/missing"]
    assert len(found) == 1


def test_a_stranger_leases_nothing(tenant_id, make_shop):
    run_id = new_run(tenant_id)
    add(tenant_id, run_id, "/a")
    stranger = make_shop().tenant_id

    assert lease(stranger, run_id) == []
    with transaction(stranger) as session:
        assert list(session.scalars(select(FrontierUrl))) == []


def test_a_pattern_that_never_leads_to_a_product_runs_dry():
    patterns = Patterns()
    visits = 0
    while patterns.admits(CALENDAR) and visits < 100:
        patterns.note_page(CALENDAR, f"{SHOP}/calendar?d={visits}", via=HTTP, is_product=False, is_new_product=False)
        visits += 1

    assert visits < 10


def test_a_listing_goes_on_as_long_as_its_pages_lead_to_new_products():
    patterns = Patterns()
    for number in range(40):
        assert patterns.admits(LISTING)
        url = f"{SHOP}/products/{number}"
        patterns.note_page(LISTING, f"{SHOP}/all?page={number}", via=HTTP, is_product=False, is_new_product=False)
        patterns.note_links(LISTING, [url])
        patterns.note_page(PRODUCTS, url, via=HTTP, is_product=True, is_new_product=True)


def test_a_pattern_that_showed_more_in_the_browser_stays_there_after_a_restart():
    learned = Patterns([PatternCount(PRODUCTS, BROWSER, 1, 1, 1)])

    assert learned.needs_browser(PRODUCTS)
    assert not learned.needs_browser("/pages/*")


def test_rendering_in_vain_stops_after_two_pages():
    patterns = Patterns()
    empty = page(reason="no_content")
    probes = 0
    while patterns.wants_probe("/pages/*", empty, "<html></html>") and probes < 10:
        patterns.note_page("/pages/*", f"{SHOP}/pages/{probes}", via=PROBED, is_product=False, is_new_product=False)
        probes += 1

    assert probes == 2


def test_a_page_without_scripts_is_never_rendered():
    plain = '<script type="application/ld+json">{}</script><a href="/x">x</a>'

    assert not Patterns().wants_probe("/about", page(), plain)
    assert Patterns().wants_probe("/about", page(), plain + "<script src=app.js></script>")


def test_rendering_helps_when_it_shows_links_that_were_not_there():
    assert shows_more(page(links=["/a", "/b", "/c"]), page())
    assert not shows_more(page(links=["/a"]), page(links=["/a"]))
