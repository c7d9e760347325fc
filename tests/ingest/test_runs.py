"""Runs: one open per tenant, one worker at a time, an end that stays."""

import threading

import pytest
from sqlalchemy import select

from backend import queues
from backend.db import transaction
from backend.errors import NotFound
from backend.ingest import runs
from backend.ingest.advice import advice_for
from backend.tenants.models import FrontierUrl, IngestRun, OutboxMessage, Product, ProductImage, Tenant, now


@pytest.fixture
def tenant_id(make_shop):
    return make_shop().tenant_id


def request(tenant_id):
    with transaction(tenant_id) as session:
        return runs.request_crawl(session, tenant_id).id


def claim(tenant_id, run_id, attempt):
    with transaction(tenant_id) as session:
        return runs.claim(session, tenant_id, run_id, attempt).attempt


def beat(tenant_id, run_id, attempt):
    with transaction(tenant_id) as session:
        return runs.beat(session, tenant_id, run_id, attempt)


def test_asking_twice_gives_the_same_run(tenant_id):
    assert request(tenant_id) == request(tenant_id)


def test_asking_from_many_threads_at_once_opens_one_run(tenant_id):
    found, start = [], threading.Barrier(6)

    def ask():
        start.wait()
        found.append(request(tenant_id))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert len(set(found)) == 1


def test_a_run_that_ended_makes_room_for_the_next(tenant_id):
    first = request(tenant_id)
    with transaction(tenant_id) as session:
        runs.finish(session, tenant_id, first)

    assert request(tenant_id) != first


def test_the_request_reaches_the_queue_once_and_its_message_is_gone(tenant_id):
    run_id = request(tenant_id)

    runs.send_outbox(tenant_id)
    runs.send_outbox(tenant_id)

    assert queues.queue(queues.CRAWL).job_ids == [f"crawl-{run_id}-0"]
    with transaction(tenant_id) as session:
        assert list(session.scalars(select(OutboxMessage))) == []


def test_only_one_worker_can_claim_an_attempt(tenant_id):
    run_id = request(tenant_id)

    assert claim(tenant_id, run_id, 0) == 1
    with pytest.raises(runs.LostRun):
        claim(tenant_id, run_id, 0)


def test_a_worker_that_lost_its_run_is_told_at_its_next_step(tenant_id):
    run_id = request(tenant_id)
    old = claim(tenant_id, run_id, 0)
    new = claim(tenant_id, run_id, old)

    with pytest.raises(runs.LostRun):
        beat(tenant_id, run_id, old)
    assert beat(tenant_id, run_id, new) is False


def test_a_crawl_that_is_asked_to_stop_hears_it_with_its_heartbeat(tenant_id):
    run_id = request(tenant_id)
    attempt = claim(tenant_id, run_id, 0)

    with transaction(tenant_id) as session:
        runs.request_stop(session, tenant_id, run_id)

    assert beat(tenant_id, run_id, attempt) is True


def test_a_run_that_nobody_took_yet_stops_at_once(tenant_id):
    run_id = request(tenant_id)

    with transaction(tenant_id) as session:
        state = runs.request_stop(session, tenant_id, run_id).state

    assert state == "canceled"
    with pytest.raises(runs.LostRun):
        claim(tenant_id, run_id, 0)


def test_an_ended_run_cannot_end_again_in_another_way(tenant_id):
    run_id = request(tenant_id)

    with transaction(tenant_id) as session:
        first = runs.fail(session, tenant_id, run_id, error="no_products", advice="no_products")
        second = runs.finish(session, tenant_id, run_id)
        facts = runs.summary(session, tenant_id, run_id)

    assert (first, second) == (True, False)
    assert (facts["state"], facts["error"], facts["advice"]) == ("failed", "no_products", advice_for("no_products"))


def test_the_end_of_a_run_says_when_the_next_one_is_due(tenant_id):
    run_id = request(tenant_id)

    with transaction(tenant_id) as session:
        session.get_one(Tenant, tenant_id).settings = {"crawl_every_hours": 2}
        runs.finish(session, tenant_id, run_id)
        due = session.get_one(Tenant, tenant_id).next_crawl_at

    assert 7000 < (due - now()).total_seconds() < 7300


def test_the_summary_counts_rows_and_stays_when_the_frontier_moves_on(tenant_id):
    run_id = request(tenant_id)
    claim(tenant_id, run_id, 0)
    with transaction(tenant_id) as session:
        product = Product(tenant_id=tenant_id, url="u", fingerprint="f", title="t")
        session.add(product)
        session.flush()
        for number, (state, via, reason, product_id) in enumerate(
            [
                ("fetched", "http", "new", product.id),
                ("fetched", "http", "unchanged", product.id),  # the same product under a second address
                ("fetched", "browser", "listing", None),
                ("fetched", "probed", "not_a_product", None),
                ("failed", None, "http_500", None),
                ("disallowed", None, "robots", None),
            ]
        ):
            session.add(
                FrontierUrl(
                    tenant_id=tenant_id, run_id=run_id, url=f"u{number}", fingerprint=f"f{number}", state=state,
                    via=via, reason=reason, product_id=product_id,
                )
            )  # fmt: skip
        session.add(
            ProductImage(tenant_id=tenant_id, product_id=product.id, url="i", state="live", usefulness="garment")
        )

    def read():
        with transaction(tenant_id) as session:
            facts = runs.summary(session, tenant_id, run_id)
        return facts["pages"], facts["products"], facts["images"]["live"], facts["images"]["usefulness"]

    expected = (
        {"http": 3, "browser": 1, "failed": 1, "disallowed": 1, "skipped": 0},
        {"new": 1, "changed": 0, "unchanged": 0, "gone": 0, "attention": 0},
        1,
        {"garment": 1},
    )
    assert read() == expected
    with transaction(tenant_id) as session:
        runs.finish(session, tenant_id, run_id)
        for row in session.scalars(select(FrontierUrl)):
            row.run_id = None
    assert read() == expected


def test_a_stranger_finds_no_run_of_ours(tenant_id, make_shop):
    run_id = request(tenant_id)
    stranger = make_shop().tenant_id

    with transaction(stranger) as session:
        for look in (runs.summary, runs.progress, runs.get_run, runs.request_stop, runs.finish):
            with pytest.raises(NotFound):
                look(session, stranger, run_id)
        with pytest.raises(runs.LostRun):
            runs.claim(session, stranger, run_id, 0)
    with transaction(tenant_id) as session:
        assert session.get_one(IngestRun, run_id).state == "queued"
