"""Ingest runs: asked for, claimed by one worker at a time, watched, stopped, finished.

A run belongs to the worker that claimed it last. Claiming counts `attempt` up, and every write of a worker names the
attempt it holds, so that a worker that was thought dead and is not finds out at its next step (LostRun).
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend import queues
from backend.db import transaction
from backend.errors import DomainError, NotFound
from backend.ingest.summary import counts_of, progress, summary
from backend.tenants import accounts
from backend.tenants.models import RUN_OPEN, FrontierUrl, IngestRun, OutboxMessage, now

__all__ = [
    "LostRun", "beat", "claim", "count_slice", "crawl_job_id", "enqueue_run", "fail", "find_open_run", "finish",
    "get_run", "is_stale", "list_runs", "progress", "request", "request_crawl", "request_stop", "revive",
    "schedule_next", "send_outbox", "summary",
]  # fmt: skip

CRAWL_TOPIC = "crawl"
CRAWL, PRICES, URLS = "crawl", "prices", "urls"
PARTS = (PRICES, URLS)
"""Kinds of runs that look at the pages they were given, and at nothing else."""
"""Kinds of run: the whole shop, or certain addresses of it, which leads nowhere else and retires nothing."""
CRAWL_JOB = "backend.ingest.jobs.crawl"
STALE_AFTER = timedelta(seconds=15)
"""A crawl without a heartbeat for so long has lost its worker."""
_LONGEST_CRAWL_S = 12 * 3600
_MOST_ATTEMPTS = 100


class LostRun(DomainError):
    """Another worker has this run now, or it ended: whoever gets this stops."""

    status = 409
    code = "lost_run"


def request_crawl(session: Session, tenant_id: str) -> IngestRun:
    """Ask for a crawl; the open run is returned when there is one. `send_outbox` after the commit starts it."""
    return request(session, tenant_id, CRAWL)


def request(session: Session, tenant_id: str, kind: str) -> IngestRun:
    """Ask for a run of a kind: a whole crawl, or one of the URLs that are given to it. The open run goes first.

    A whole crawl that is asked for while a part is looked at is due as soon as that run has ended.
    """
    found = find_open_run(session, tenant_id)
    if found is not None:
        if kind == CRAWL and found.kind in PARTS:
            accounts.get_tenant(session, tenant_id).next_crawl_at = now()
        return found
    try:
        with session.begin_nested():
            # What is to be looked at by a run of a part is in the frontier already.
            run = IngestRun(tenant_id=tenant_id, kind=kind, counts={"seeded": True} if kind in PARTS else {})
            session.add(run)
    except IntegrityError:  # somebody asked at the same moment
        return request(session, tenant_id, kind)
    session.add(OutboxMessage(tenant_id=tenant_id, topic=CRAWL_TOPIC, payload={"run_id": run.id}))
    return run


def send_outbox(tenant_id: str) -> None:
    """Queue the crawls that were asked for. A crash on the way queues one twice, which the claim makes harmless."""
    with transaction(tenant_id) as session:
        due = select(OutboxMessage).where(OutboxMessage.tenant_id == tenant_id, OutboxMessage.topic == CRAWL_TOPIC)
        messages = list(session.scalars(due.order_by(OutboxMessage.created_at)))
        open_run = find_open_run(session, tenant_id)
    if messages and open_run is not None:
        enqueue_run(tenant_id, open_run.id, open_run.attempt)
    with transaction(tenant_id) as session:
        ids = [message.id for message in messages]
        session.execute(delete(OutboxMessage).where(OutboxMessage.tenant_id == tenant_id, OutboxMessage.id.in_(ids)))


def enqueue_run(tenant_id: str, run_id: str, attempt: int) -> bool:
    """Queue the crawl's next attempt; False when it already waits."""
    return queues.enqueue(
        queues.CRAWL,
        CRAWL_JOB,
        job_id=crawl_job_id(run_id, attempt),
        timeout_s=_LONGEST_CRAWL_S,
        retries=0,  # the scheduler sees that the heartbeat stopped, and asks for the next attempt
        tenant_id=tenant_id,
        run_id=run_id,
        attempt=attempt,
    )


def crawl_job_id(run_id: str, attempt: int) -> str:
    return f"crawl-{run_id}-{attempt}"


def claim(session: Session, tenant_id: str, run_id: str, attempt: int) -> IngestRun:
    """Take the run whose last attempt was `attempt`; the returned row has ours. Raises LostRun."""
    moment = now()
    claimed = session.scalar(
        update(IngestRun)
        .where(
            IngestRun.tenant_id == tenant_id,
            IngestRun.id == run_id,
            IngestRun.attempt == attempt,
            IngestRun.state.in_(RUN_OPEN),
        )
        .values(attempt=attempt + 1, state="running", heartbeat_at=moment)
        .returning(IngestRun)
    )
    if claimed is None:
        raise LostRun("This run has another worker or has ended.")
    run: IngestRun = claimed
    if run.started_at is None:
        run.started_at, run.stage = moment, "pages"
    return run


def beat(
    session: Session,
    tenant_id: str,
    run_id: str,
    attempt: int,
    *,
    stage: str | None = None,
    traffic: dict[str, Any] | None = None,
) -> bool:
    """Say that the run's worker lives; return whether somebody asked it to stop. Raises LostRun.

    In a transaction that writes, call it first: the row's lock then keeps a newer worker out until the commit.
    """
    values: dict[str, Any] = {"heartbeat_at": now()}
    values |= {name: value for name, value in (("stage", stage), ("traffic", traffic)) if value}
    stop = session.scalar(
        update(IngestRun)
        .where(
            IngestRun.tenant_id == tenant_id,
            IngestRun.id == run_id,
            IngestRun.attempt == attempt,
            IngestRun.state == "running",
        )
        .values(**values)
        .returning(IngestRun.stop_requested)
    )
    if stop is None:
        raise LostRun("This run has another worker or has ended.")
    return bool(stop)


def get_run(session: Session, tenant_id: str, run_id: str) -> IngestRun:
    """Raises NotFound."""
    run = session.scalar(select(IngestRun).where(IngestRun.tenant_id == tenant_id, IngestRun.id == run_id))
    if run is None:
        raise NotFound("There is no such run.")
    return run


def count_slice(session: Session, tenant_id: str, run_id: str) -> None:
    """Note that the run made room for other shops: its next attempt follows no death."""
    session.execute(
        update(IngestRun)
        .where(IngestRun.tenant_id == tenant_id, IngestRun.id == run_id)
        .values(slices=IngestRun.slices + 1)
    )


def find_open_run(session: Session, tenant_id: str) -> IngestRun | None:
    query = select(IngestRun).where(IngestRun.tenant_id == tenant_id, IngestRun.state.in_(RUN_OPEN))
    return session.scalar(query)


def list_runs(session: Session, tenant_id: str, *, limit: int = 20) -> list[IngestRun]:
    """Return the latest runs, newest first."""
    query = select(IngestRun).where(IngestRun.tenant_id == tenant_id)
    return list(session.scalars(query.order_by(IngestRun.created_at.desc()).limit(limit)))


def request_stop(session: Session, tenant_id: str, run_id: str) -> IngestRun:
    """Ask the run to stop; one that no worker has yet, or that only waits for vision, ends at once."""
    run = _locked(session, tenant_id, run_id)
    if run.state in RUN_OPEN:
        run.stop_requested = True
        if run.stage not in {"pages", "images"}:
            _end(session, run, "canceled")
    return run


def finish(session: Session, tenant_id: str, run_id: str, *, state: str = "succeeded") -> bool:
    """End an open run; False when it had ended before."""
    run = _locked(session, tenant_id, run_id)
    if run.state not in RUN_OPEN:
        return False
    _end(session, run, state)
    return True


def fail(session: Session, tenant_id: str, run_id: str, *, error: str, advice: str | None = None) -> bool:
    """End an open run that cannot go on, with what happened and the reason that the seller gets advice for."""
    run = _locked(session, tenant_id, run_id)
    if run.state not in RUN_OPEN:
        return False
    run.error, run.advice = error[:500], advice
    _end(session, run, "failed")
    return True


def revive(session: Session, run: IngestRun) -> bool:
    """Say whether a crawl whose worker is gone may be tried again; a run that died too often has failed instead."""
    if run.attempt - run.slices < _MOST_ATTEMPTS:
        return True
    fail(session, run.tenant_id, run.id, error="worker_died", advice="worker_died")
    return False


def is_stale(run: IngestRun, moment: datetime) -> bool:
    """Say whether the run should have a crawl worker and has none."""
    if run.state == "queued":
        return True
    crawling = run.stage in {"queued", "pages", "images"}
    return crawling and (run.heartbeat_at is None or moment - run.heartbeat_at > STALE_AFTER)


def _locked(session: Session, tenant_id: str, run_id: str) -> IngestRun:
    query = select(IngestRun).where(IngestRun.tenant_id == tenant_id, IngestRun.id == run_id).with_for_update()
    run = session.scalar(query)
    if run is None:
        raise NotFound("There is no such run.")
    return run


def schedule_next(session: Session, tenant_id: str) -> None:
    """Set when the shop is crawled again: `crawl_every_hours` of the tenant's settings from now, by default a day."""
    tenant = accounts.get_tenant(session, tenant_id)
    tenant.next_crawl_at = now() + timedelta(hours=float(tenant.settings.get("crawl_every_hours") or 24))


def _end(session: Session, run: IngestRun, state: str) -> None:
    run.state, run.stage, run.finished_at = state, "done", now()
    if run.kind not in PARTS:
        schedule_next(session, run.tenant_id)
    # The frontier's rows move on to the next run, so the figures are kept here.
    run.counts = {**run.counts, **counts_of(session, run.tenant_id, run)}
    session.flush()
    if state == "succeeded":
        _follow_up(session, run)


def _follow_up(session: Session, run: IngestRun) -> None:
    """Ask for a run of the URLs that were given to this one when its pages were done."""
    late = (FrontierUrl.tenant_id == run.tenant_id) & (FrontierUrl.run_id == run.id) & (FrontierUrl.state == "queued")
    if session.scalar(select(FrontierUrl.id).where(late).limit(1)) is not None:
        following = request(session, run.tenant_id, URLS)
        session.execute(update(FrontierUrl).where(late).values(run_id=following.id))
