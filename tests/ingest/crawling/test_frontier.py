"""The frontier's rows on real PostgreSQL."""

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.ingest.crawling import frontier
from backend.ingest.crawling.frontier import HTTP, Link
from backend.tenants.models import FrontierUrl, IngestRun

SHOP = "https://shop.example"
CALENDAR = "/calendar?d"


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


def test_one_address_in_several_spellings_is_one_url(tenant_id):
    run_id = new_run(tenant_id)

    fresh = add(tenant_id, run_id, "/a", "/a?utm_source=x", "/a#reviews", "/a/")
    again = add(tenant_id, run_id, "/a")

    assert (fresh, again) == (1, 0)


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
    assert found == 1


def test_what_failed_or_was_left_out_and_may_sell_something_comes_again_and_a_trap_does_not(tenant_id):
    ends = {
        "/products/down": ("failed", "timeout"),
        "/products/odd": ("failed", "unreadable"),
        "/dresses/busy": ("failed", "http_503"),
        "/products/late": ("skipped", "page_limit"),
        "/dresses/late": ("skipped", "page_limit"),
        "/cart": ("disallowed", "robots"),
        "/calendar?d=9": ("skipped", "pattern_limit"),
        "/about.bin": ("failed", "not_a_page"),
        "/products/missing": ("failed", "http_404"),
    }
    first = new_run(tenant_id)
    for path in ends:
        add(tenant_id, first, path, priority=frontier.SITEMAP if "/products/" in path else frontier.OTHER)
    for row in lease(tenant_id, first, limit=20):
        state, reason = ends[row.url.removeprefix(SHOP)]
        settle(tenant_id, row, state, reason=reason, status_code=404 if reason == "http_404" else None)
    with transaction(tenant_id) as session:
        session.get_one(IngestRun, first).state = "succeeded"
    second = new_run(tenant_id)

    with transaction(tenant_id) as session:
        frontier.begin(session, tenant_id, second)

    assert set(ends) - set(paths(lease(tenant_id, second, limit=20))) == {
        "/calendar?d=9", "/about.bin", "/products/missing",
    }  # fmt: skip


def test_a_pattern_that_ran_dry_comes_last_and_is_then_left_out_at_one_stroke(tenant_id):
    run_id = new_run(tenant_id)
    add(tenant_id, run_id, *(f"/calendar?d={day}" for day in range(30)))
    add(tenant_id, run_id, "/terms")
    (first,) = lease(tenant_id, run_id, limit=1)

    with transaction(tenant_id) as session:
        frontier.defer(session, tenant_id, run_id, first)
    before_them = lease(tenant_id, run_id, limit=1)
    (last,) = lease(tenant_id, run_id, limit=1)
    with transaction(tenant_id) as session:
        frontier.skip_pattern(session, tenant_id, run_id, last)

    assert paths(before_them) == ["/terms"]
    assert last.pattern == CALENDAR
    assert lease(tenant_id, run_id) == []


def test_a_stranger_leases_nothing(tenant_id, make_shop):
    run_id = new_run(tenant_id)
    add(tenant_id, run_id, "/a")
    stranger = make_shop().tenant_id

    assert lease(stranger, run_id) == []
    with transaction(stranger) as session:
        assert list(session.scalars(select(FrontierUrl))) == []
