"""The scheduler finds again what Redis or a worker lost; the database alone has to be enough."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from backend import queues
from backend.db import transaction
from backend.ingest import runs, schedule
from backend.ingest.cataloging import pictures
from backend.tenants.catalog_gallery import tell_gallery
from backend.tenants.models import IngestRun, OutboxMessage, ProductImage, Tenant, new_id, now


@pytest.fixture
def shop(make_shop):
    return make_shop()


def request(tenant_id):
    with transaction(tenant_id) as session:
        return runs.request_crawl(session, tenant_id).id


def change_run(tenant_id, **values):
    with transaction(tenant_id) as session:
        session.execute(update(IngestRun).values(**values))


def add_image(shop, **columns):
    product = shop.products[0] if shop.products else shop.add_product("Dress")
    with transaction(shop.tenant_id) as session:
        image = ProductImage(
            tenant_id=shop.tenant_id, product_id=product.id, url=f"https://shop.example/{new_id()}.jpg",
            storage_key=f"{shop.tenant_id}/images/a.jpg", **{"state": "stored", **columns},
        )  # fmt: skip
        session.add(image)
    return image.id


def waiting(name):
    return queues.queue(name).job_ids


def vision_images():
    return sorted(one for job in queues.queue(queues.VISION).jobs for one in job.kwargs.get("image_ids", []))


def test_a_crawl_that_was_asked_for_is_queued_even_if_the_asker_died(shop):
    run_id = request(shop.tenant_id)

    schedule.tick()

    assert waiting(queues.CRAWL) == [f"crawl-{run_id}-0"]


def test_a_queue_that_redis_forgot_is_filled_again(shop):
    run_id = request(shop.tenant_id)
    schedule.tick()
    queues.redis().flushdb()

    schedule.tick()
    schedule.tick()

    assert waiting(queues.CRAWL) == [f"crawl-{run_id}-0"]


def test_a_crawl_job_that_failed_or_died_before_its_claim_is_queued_again(shop):
    run_id = request(shop.tenant_id)
    schedule.tick()
    queue = queues.queue(queues.CRAWL)

    for status, started_at in (("failed", now()), ("started", now() - timedelta(minutes=5))):
        (job,) = queue.jobs
        queues.redis().lpop(queue.key)
        job.started_at = started_at
        job.save()
        job.set_status(status)
        schedule.tick()

        assert waiting(queues.CRAWL) == [f"crawl-{run_id}-0"]


def test_a_crawl_without_a_heartbeat_gets_its_next_attempt_and_one_that_lives_does_not(shop):
    run_id = request(shop.tenant_id)
    with transaction(shop.tenant_id) as session:
        runs.claim(session, shop.tenant_id, run_id, 0)
        session.execute(update(OutboxMessage).values(topic="done"))

    schedule.tick()
    alive = waiting(queues.CRAWL)
    change_run(shop.tenant_id, heartbeat_at=now() - timedelta(minutes=1))
    schedule.tick()

    assert alive == []
    assert waiting(queues.CRAWL) == [f"crawl-{run_id}-1"]


def test_a_run_whose_worker_dies_without_end_fails_with_advice(shop):
    run_id = request(shop.tenant_id)
    change_run(shop.tenant_id, state="running", stage="pages", attempt=100, heartbeat_at=now() - timedelta(minutes=1))

    schedule.tick()

    with transaction(shop.tenant_id) as session:
        facts = runs.summary(session, shop.tenant_id, run_id)
    assert (facts["state"], facts["error"]) == ("failed", "worker_died")


def test_a_crawl_that_is_due_starts_by_itself_and_only_once(shop):
    with transaction(shop.tenant_id) as session:
        session.get_one(Tenant, shop.tenant_id).next_crawl_at = now() - timedelta(seconds=1)

    schedule.tick()
    schedule.tick()

    assert len(waiting(queues.CRAWL)) == 1
    with transaction(shop.tenant_id) as session:
        assert session.get_one(Tenant, shop.tenant_id).next_crawl_at > now()


def test_pictures_in_no_batch_are_queued_in_batches(shop):
    ids = sorted(add_image(shop) for _ in range(11))

    schedule.tick(everybody=True)

    assert vision_images() == ids
    assert len(waiting(queues.VISION)) == 2


def test_a_batch_that_redis_lost_is_queued_again(shop):
    image_id = add_image(shop, queued_at=now() - timedelta(seconds=30))

    schedule.tick(everybody=True)

    assert vision_images() == [image_id]


def test_a_batch_that_still_waits_is_not_queued_twice_however_long_it_waits(shop):
    queued_at = now() - timedelta(minutes=10)
    image_id = add_image(shop, queued_at=queued_at)
    pictures.enqueue_embed(shop.tenant_id, None, [image_id], queued_at)

    schedule.tick(everybody=True)

    assert vision_images() == [image_id]


def test_a_batch_whose_worker_was_killed_is_queued_again_and_one_under_way_is_not(shop):
    queued_at = now() - timedelta(minutes=10)
    image_id = add_image(shop, queued_at=queued_at)
    pictures.enqueue_embed(shop.tenant_id, None, [image_id], queued_at)
    (job,) = queues.queue(queues.VISION).jobs
    queues.redis().lpop(queues.queue(queues.VISION).key)
    job.set_status("started")

    job.started_at = now()
    job.save()
    schedule.tick(everybody=True)
    under_way = vision_images()
    job.started_at = now() - timedelta(minutes=5)
    job.save()
    schedule.tick(everybody=True)

    assert under_way == []
    assert vision_images() == [image_id]


def test_a_change_of_the_catalog_reaches_the_vision_queue_once(shop):
    product = shop.add_product("Dress")
    with transaction(shop.tenant_id) as session:
        tell_gallery(session, shop.tenant_id, product_ids=[product.id])

    schedule.tick()
    schedule.tick()

    (job,) = waiting(queues.VISION)
    assert job.startswith(f"follow_catalog-{shop.tenant_id}")


def test_a_run_whose_pictures_are_done_is_asked_to_end(shop):
    run_id = request(shop.tenant_id)
    change_run(shop.tenant_id, state="running", stage="embedding", heartbeat_at=now() - timedelta(hours=1))
    image_id = add_image(shop)

    schedule.tick()
    with_open = waiting(queues.VISION)
    with transaction(shop.tenant_id) as session:
        session.get_one(ProductImage, image_id).state = "live"
    schedule.tick()

    assert not [job for job in with_open if job.startswith("finish_run")]
    assert [job for job in waiting(queues.VISION) if job.startswith(f"finish_run-{run_id}")]
    assert waiting(queues.CRAWL) == [f"crawl-{run_id}-0"]  # from its request; a stage without a crawler revives none
