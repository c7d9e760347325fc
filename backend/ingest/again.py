"""Asking again for what did not come, or for what a shop says has changed: single pages and pictures of a tenant."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from backend.ingest import addresses, frontier, runs
from backend.tenants.models import FrontierUrl, IngestRun, ProductImage

FAILED = ("failed", "disallowed")


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
    chosen: ColumnElement[bool] = FrontierUrl.state.in_(FAILED)
    if url_id is not None:
        chosen &= FrontierUrl.id == url_id
    if reason is not None:
        chosen &= func.coalesce(FrontierUrl.reason, "") == reason
    if session.scalar(select(FrontierUrl.id).where(FrontierUrl.tenant_id == tenant_id, chosen).limit(1)) is None:
        return None
    run = runs.request(session, tenant_id, runs.URLS)
    ask(session, tenant_id, run, chosen)
    return run


def retry_pictures(
    session: Session, tenant_id: str, *, image_id: str | None = None, reason: str | None = None
) -> IngestRun | None:
    """Let one picture, all with this reason, or all that failed be fetched, or looked at, again. None without any."""
    failed = (ProductImage.tenant_id == tenant_id) & (ProductImage.state == "failed")
    if image_id is not None:
        failed &= ProductImage.id == image_id
    if reason is not None:
        failed &= func.coalesce(ProductImage.reason, "") == reason
    if session.scalar(select(ProductImage.id).where(failed).limit(1)) is None:
        return None
    run = runs.request(session, tenant_id, runs.URLS)
    again = {"attempts": 0, "reason": None, "queued_at": None, "run_id": run.id}
    for missing, state in ((True, "wanted"), (False, "stored")):
        stored = ProductImage.storage_key.is_(None) if missing else ProductImage.storage_key.is_not(None)
        session.execute(update(ProductImage).where(failed, stored).values(state=state, **again))
    return run


def ask(session: Session, tenant_id: str, run: IngestRun, chosen: ColumnElement[bool], **columns: Any) -> None:
    """Put rows at the head of the run's queue; those that a worker has in its hands stay there."""
    session.execute(
        update(FrontierUrl)
        .where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.state != "leased", chosen)
        .values(**frontier.FRESH, run_id=run.id, priority=frontier.PRODUCT, **columns)
    )
