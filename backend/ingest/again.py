"""Asking again for what did not come, or for what a shop says has changed: single pages and pictures of a tenant."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from backend.ingest import addresses, runs
from backend.ingest.crawling import frontier
from backend.tenants.models import FrontierUrl, IngestRun, ProductImage
from backend.tenants.review_failures import failed_pages, failed_pictures


def refresh(session: Session, tenant_id: str, urls: Sequence[str]) -> IngestRun:
    """Let these addresses of the shop be read again soon; returns the run that does it.

    The open run takes them along where there is one. `runs.send_outbox` after the commit starts a new one.
    """
    run = runs.request(session, tenant_id, runs.URLS)
    wanted = {addresses.fingerprint(url): addresses.canonical(url) for url in urls}
    links = [frontier.Link(url, 1, frontier.PRODUCT) for url in wanted.values()]
    frontier.add(session, tenant_id, run.id, links)
    # Whoever says that a page changed knows better than what a cache remembers of it.
    ask(session, tenant_id, run, FrontierUrl.fingerprint.in_(wanted), etag=None, last_modified=None)
    return run


def retry_pages(
    session: Session, tenant_id: str, *, url_id: str | None = None, reason: str | None = None
) -> IngestRun | None:
    """Let one page, all with this reason, or all that were not read be asked for again. None when there are none."""
    chosen = failed_pages(tenant_id, reason)
    if url_id is not None:
        chosen &= FrontierUrl.id == url_id
    ids = list(session.scalars(select(FrontierUrl.id).where(chosen)))
    if not ids:
        return None
    run = runs.request(session, tenant_id, runs.URLS)
    ask(session, tenant_id, run, FrontierUrl.id.in_(ids))
    return run


def retry_pictures(
    session: Session, tenant_id: str, *, image_id: str | None = None, reason: str | None = None
) -> IngestRun | None:
    """Let one picture, all with this reason, or all that failed be fetched, or looked at, again. None without any."""
    failed = failed_pictures(tenant_id, reason)
    if image_id is not None:
        failed &= ProductImage.id == image_id
    if session.scalar(select(ProductImage.id).where(failed).limit(1)) is None:
        return None
    run = runs.request(session, tenant_id, runs.URLS)
    again = {"attempts": 0, "reason": None, "queued_at": None, "run_id": run.id}
    for missing, state in ((True, "wanted"), (False, "stored")):
        stored = ProductImage.storage_key.is_(None) if missing else ProductImage.storage_key.is_not(None)
        session.execute(update(ProductImage).where(failed, stored).values(state=state, **again))
    return run


def resume(session: Session, tenant_id: str, run_id: str) -> IngestRun:
    """Go on with a crawl that was stopped: what it read stays read, and only what it left open is looked at.

    Raises NotFound. A run that is open, was not stopped or had not begun is followed by a crawl of its own.
    """
    stopped = runs.get_run(session, tenant_id, run_id)
    open_run = runs.find_open_run(session, tenant_id)
    run = open_run or runs.request_crawl(session, tenant_id)
    if open_run is None and can_resume(session, tenant_id, stopped):
        run.counts = {"seeded": True}
        session.execute(
            update(FrontierUrl)
            .where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.run_id == stopped.id)
            .values(run_id=run.id)
        )
    return run


def can_resume(session: Session, tenant_id: str, run: IngestRun) -> bool:
    """Say whether a run was stopped with pages left."""
    if run.state != "canceled" or run.kind != runs.CRAWL or not run.counts.get("seeded"):
        return False
    left = select(FrontierUrl.id).where(
        FrontierUrl.tenant_id == tenant_id, FrontierUrl.run_id == run.id, FrontierUrl.state.in_(("queued", "leased"))
    )
    return session.scalar(left.limit(1)) is not None


def ask(session: Session, tenant_id: str, run: IngestRun, chosen: ColumnElement[bool], **columns: Any) -> None:
    """Put rows at the head of the run's queue; those that a worker has in its hands stay there."""
    session.execute(
        update(FrontierUrl)
        .where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.state != "leased", chosen)
        .values(**frontier.FRESH, run_id=run.id, priority=frontier.PRODUCT, **columns)
    )
