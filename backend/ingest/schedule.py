"""The scheduler: finds in the database what has to go on, whatever Redis or a worker has forgotten."""

import logging
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend import queues
from backend.config import Settings
from backend.db import transaction
from backend.ingest import hot, jobs, runs
from backend.ingest.cataloging import embedding, pictures, publishing
from backend.search import noting
from backend.tenants import accounts, gallery_builds, history
from backend.tenants.catalog_gallery import GALLERY_TOPIC
from backend.tenants.models import IngestRun, OutboxMessage, ProductImage, now

log = logging.getLogger(__name__)
_TICK_S, _SWEEP_S = 2.0, 30.0
_LOST_AFTER = timedelta(seconds=60)
_FORGETS_EVERY, _FORGETS_AT_ONCE, _FORGETS_TIMES = timedelta(hours=1), 5_000, 4


def run_scheduler(settings: Settings) -> None:
    """Look after every tenant until SIGTERM or SIGINT (the process behind `niteru scheduler`)."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    jobs.use(settings)
    log.info("scheduler_started")
    swept = 0.0
    while not told.is_set():
        everybody = time.monotonic() - swept > _SWEEP_S
        try:
            tick(everybody=everybody)
        except (SQLAlchemyError, RedisError) as error:
            # A server that restarts is there again at one of the next ticks.
            log.warning("scheduler_tick_failed", extra={"reason": str(error)[:300]})
        else:
            swept = time.monotonic() if everybody else swept
        told.wait(_TICK_S)
    log.info("scheduler_stopped")


def tick(*, everybody: bool = False) -> None:
    """Look once after the tenants that have work, or after all of them."""
    noting.write_all()
    with transaction() as session:
        tenant_ids = accounts.list_tenant_ids(session) if everybody else accounts.tenants_with_work(session)
    for tenant_id in tenant_ids:
        look_after(tenant_id)
        if everybody:
            forget_history(tenant_id)


def look_after(tenant_id: str) -> None:
    """Start what is due for one tenant, and start again what was lost."""
    moment = now()
    _start_due_crawl(tenant_id, moment)
    runs.send_outbox(tenant_id)
    _revive_run(tenant_id, moment)
    _send_notes(tenant_id)
    _queue_pictures(tenant_id, moment)
    _revive_build(tenant_id)


def forget_history(tenant_id: str) -> None:
    """Delete what was kept long enough: once an hour, and at every look while there is more than is done at once."""
    key = f"niteru:forgot:{tenant_id}"
    if not queues.redis().set(key, 1, nx=True, ex=_FORGETS_EVERY):
        return
    for _ in range(_FORGETS_TIMES):
        with transaction(tenant_id) as session:
            forgotten = history.forget_old(session, tenant_id, now(), most=_FORGETS_AT_ONCE)
        if forgotten < _FORGETS_AT_ONCE:
            return
    queues.redis().delete(key)


def _start_due_crawl(tenant_id: str, moment: datetime) -> None:
    with transaction(tenant_id) as session:
        tenant = accounts.get_tenant(session, tenant_id)
        if tenant.next_crawl_at is not None and tenant.next_crawl_at <= moment:
            runs.schedule_next(session, tenant_id)
            run = runs.request_crawl(session, tenant_id)
            log.info("crawl_due", extra={"tenant_id": tenant_id, "run_id": run.id})
        elif (run_of_prices := hot.start_due(session, tenant_id, moment)) is not None:
            log.info("prices_due", extra={"tenant_id": tenant_id, "run_id": run_of_prices.id})


def _revive_run(tenant_id: str, moment: datetime) -> None:
    """Give a run without a worker its next attempt; ask for the end of one whose pictures are done."""
    with transaction(tenant_id) as session:
        run = runs.find_open_run(session, tenant_id)
        if run is None:
            return
        crawls = runs.is_stale(run, moment) and runs.revive(session, run)
        ends = run.state == "running" and run.stage == "embedding" and not _has_open_images(session, tenant_id)
    if crawls:
        _forget_if_lost(runs.crawl_job_id(run.id, run.attempt))
    if crawls and runs.enqueue_run(tenant_id, run.id, run.attempt):
        log.info("crawl_enqueued", extra={"tenant_id": tenant_id, "run_id": run.id, "attempt": run.attempt})
    if ends:
        jobs.enqueue_finish(tenant_id, run.id)


def _revive_build(tenant_id: str) -> None:
    """Let a gallery that is being built go on where its worker or Redis was lost."""
    with transaction(tenant_id) as session:
        build = gallery_builds.read(session, tenant_id).open_build()
    if build is not None:
        _forget_if_lost(jobs.build_job_id(build))
        jobs.enqueue_build(tenant_id)


def _has_open_images(session: Session, tenant_id: str) -> bool:
    return publishing.count_open_images(session, tenant_id) > 0


def _send_notes(tenant_id: str) -> None:
    with transaction(tenant_id) as session:
        noted = session.scalar(
            select(OutboxMessage.id)
            .where(OutboxMessage.tenant_id == tenant_id, OutboxMessage.topic == GALLERY_TOPIC)
            .limit(1)
        )
    if noted is not None:
        jobs.enqueue_follow(tenant_id)


def _queue_pictures(tenant_id: str, moment: datetime) -> None:
    """Queue stored pictures that are in no batch, and batches whose job is no more."""
    with transaction(tenant_id) as session:
        _dissolve_lost_batches(session, tenant_id, moment)
        run_id = session.scalar(
            select(IngestRun.id).where(IngestRun.tenant_id == tenant_id, IngestRun.state == "running")
        )
    while True:
        queued_at = now()
        with transaction(tenant_id) as session:
            image_ids = embedding.batch_waiting(session, tenant_id, queued_at)
        if not image_ids:
            return
        pictures.enqueue_embed(tenant_id, run_id, image_ids, queued_at)


def _dissolve_lost_batches(session: Session, tenant_id: str, moment: datetime) -> None:
    """Take apart the batches that no worker will do any more, so that they are queued anew."""
    old = (ProductImage.tenant_id == tenant_id) & (ProductImage.state == "stored")
    batches = session.execute(
        select(ProductImage.queued_at, func.count())
        .where(old, ProductImage.queued_at.is_not(None))
        .group_by(ProductImage.queued_at)
    )
    for queued_at, images in list(batches):
        if queued_at is None or _will_be_done(pictures.embed_job_id(tenant_id, queued_at), moment - queued_at):
            continue
        session.execute(update(ProductImage).where(old, ProductImage.queued_at == queued_at).values(queued_at=None))
        log.info("pictures_lost", extra={"tenant_id": tenant_id, "images": images})


def _will_be_done(job_id: str, age: timedelta) -> bool:
    """Say whether Redis still has the job: waiting, or under way for no longer than it can take."""
    job = _find_job(job_id)
    if job is None:
        return age < timedelta(seconds=5)  # its writer may stand between commit and enqueueing
    return _is_alive(job)


def _forget_if_lost(job_id: str) -> None:
    """Make room for a job of the same id: one that failed or lost its worker before its claim would keep it out."""
    job = _find_job(job_id)
    if job is not None and not _is_alive(job):
        job.delete()
        log.info("job_lost", extra={"job": job_id})


def _find_job(job_id: str) -> Job | None:
    try:
        return Job.fetch(job_id, connection=queues.redis(), serializer=JSONSerializer)
    except NoSuchJobError:
        return None


def _is_alive(job: Job) -> bool:
    """Say whether the job waits, or is under way for no longer than it can take."""
    status = job.get_status()
    if status in {JobStatus.QUEUED, JobStatus.SCHEDULED, JobStatus.DEFERRED}:
        return True
    if status == JobStatus.STARTED and job.started_at is not None:
        # It may have waited long before; a worker that was killed leaves it "started" for good.
        return now() - job.started_at.replace(tzinfo=UTC) < _LOST_AFTER
    return False
