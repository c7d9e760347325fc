"""The URLs a crawl knows: rows in the database, so that a killed crawl goes on where it was.

A URL has one row in a tenant, whatever the run; `run_id` says which run it belongs to now. `via` says how its page
was got: http, browser, or probed (over HTTP, after the browser had shown nothing more).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.ingest import addresses
from backend.tenants.models import FrontierUrl, Product, new_id, now

PRODUCT, SITEMAP, LISTING, OTHER = 40, 30, 20, 10
"""Priorities: what is most likely to bring a product comes first."""
HTTP, BROWSER, PROBED = "http", "browser", "probed"
KILLED = "killed_worker"
_LEASE = timedelta(minutes=5)
_MOST_DEATHS, _AFTER_DEATH = 3, timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Link:
    """A URL to be crawled: canonical, with how far from the start it is and how soon it should come."""

    url: str
    depth: int
    priority: int


@dataclass(frozen=True, slots=True)
class PatternCount:
    """How many pages of a URL pattern were got in this way, how many of them showed a product, how many in this run."""

    pattern: str
    via: str
    pages: int
    products: int
    in_run: int


def begin(session: Session, tenant_id: str, run_id: str) -> None:
    """Give the rows of earlier runs to this one, to be looked at again.

    Pages that were not there stay behind, unless they are those of a product that is not known to be gone.
    """
    here = select(Product.id).where(Product.tenant_id == tenant_id, Product.gone_at.is_(None))
    session.execute(
        update(FrontierUrl)
        .where(
            FrontierUrl.tenant_id == tenant_id,
            FrontierUrl.run_id.is_distinct_from(run_id),
            or_(FrontierUrl.product_id.in_(here), FrontierUrl.state.in_(("fetched", "queued", "leased"))),
        )
        .values(
            run_id=run_id,
            state="queued",
            reason=None,
            attempts=0,
            due_at=None,
            leased_until=None,
            status_code=None,
            priority=case((FrontierUrl.product_id.is_not(None), PRODUCT), else_=FrontierUrl.priority),
        )
    )


def resume(session: Session, tenant_id: str, run_id: str) -> None:
    """Put back what the run's former worker had in its hands; one of them may be what killed it.

    So they come again later and each alone, and what died in its worker's hands three times in a row has failed.
    """
    deaths = case((FrontierUrl.reason == KILLED, FrontierUrl.attempts), else_=0) + 1
    held = (FrontierUrl.tenant_id == tenant_id) & (FrontierUrl.run_id == run_id) & (FrontierUrl.state == "leased")
    session.execute(
        update(FrontierUrl)
        .where(held, deaths >= _MOST_DEATHS)
        .values(state="failed", reason=KILLED, attempts=deaths, leased_until=None)
    )
    values = {"state": "queued", "reason": KILLED, "attempts": deaths, "leased_until": None}
    session.execute(update(FrontierUrl).where(held).values(**values, due_at=now() + _AFTER_DEATH))


def add(session: Session, tenant_id: str, run_id: str, links: Iterable[Link]) -> list[str]:
    """Add the links this run does not know yet; return the URLs that are new to it."""
    rows: dict[str, dict[str, Any]] = {}
    for link in links:
        fingerprint = addresses.fingerprint(link.url)
        rows.setdefault(fingerprint, _row(tenant_id, run_id, link, fingerprint))
    if not rows:
        return []
    statement = insert(FrontierUrl).values([rows[fingerprint] for fingerprint in sorted(rows)])
    renewed = ("run_id", "state", "depth", "priority", "reason", "attempts", "due_at", "leased_until", "status_code")
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id", "fingerprint"],
        set_={name: statement.excluded[name] for name in renewed},
        where=FrontierUrl.run_id.is_distinct_from(run_id),
    )
    return list(session.scalars(statement.returning(FrontierUrl.url)))


def lease(session: Session, tenant_id: str, run_id: str, *, limit: int) -> list[FrontierUrl]:
    """Take the next URLs that are due, the most promising first; what may have killed a worker comes alone."""
    query = (
        select(FrontierUrl)
        .where(
            FrontierUrl.tenant_id == tenant_id,
            FrontierUrl.run_id == run_id,
            FrontierUrl.state == "queued",
            or_(FrontierUrl.due_at.is_(None), FrontierUrl.due_at <= now()),
        )
        .order_by(FrontierUrl.priority.desc(), FrontierUrl.depth, FrontierUrl.created_at, FrontierUrl.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.scalars(query))
    rows = rows[:1] if rows and rows[0].reason == KILLED else [row for row in rows if row.reason != KILLED]
    for row in rows:
        row.state, row.leased_until = "leased", now() + _LEASE
    return rows


def next_due(session: Session, tenant_id: str, run_id: str) -> datetime | None:
    """Return when the next waiting URL is due; None when none waits."""
    query = select(func.min(func.coalesce(FrontierUrl.due_at, FrontierUrl.created_at))).where(
        FrontierUrl.tenant_id == tenant_id, FrontierUrl.run_id == run_id, FrontierUrl.state == "queued"
    )
    return session.scalar(query)


def settle(session: Session, tenant_id: str, url_id: str, state: str, **columns: Any) -> None:
    """Write what became of a URL: its state and `reason`, `via`, `status_code`, `content_hash`, `product_id` …"""
    values = {"leased_until": None, "due_at": None, **columns, "state": state}
    if state == "fetched":
        values["fetched_at"] = now()
    session.execute(
        update(FrontierUrl).where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.id == url_id).values(**values)
    )


def settle_target(session: Session, tenant_id: str, run_id: str, fingerprint: str, **columns: Any) -> None:
    """Settle the URL that a redirect led to, if it waits: its page is in."""
    session.execute(
        update(FrontierUrl)
        .where(
            FrontierUrl.tenant_id == tenant_id,
            FrontierUrl.run_id == run_id,
            FrontierUrl.fingerprint == fingerprint,
            FrontierUrl.state == "queued",
        )
        .values(state="fetched", fetched_at=now(), **columns)
    )


def find(session: Session, tenant_id: str, fingerprint: str) -> FrontierUrl | None:
    query = select(FrontierUrl).where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.fingerprint == fingerprint)
    return session.scalar(query)


def postpone(session: Session, tenant_id: str, row: FrontierUrl, *, reason: str, seconds: float) -> None:
    """Put a URL back for another try."""
    due_at = now() + timedelta(seconds=seconds)
    settle(session, tenant_id, row.id, "queued", reason=reason, attempts=row.attempts + 1, due_at=due_at)


def pattern_counts(session: Session, tenant_id: str, run_id: str) -> list[PatternCount]:
    """Return what earlier pages (of earlier runs too) taught about each URL pattern."""
    in_run = (FrontierUrl.run_id == run_id) & (FrontierUrl.state == "fetched")
    query = (
        select(
            FrontierUrl.pattern,
            FrontierUrl.via,
            func.count(),
            func.count(FrontierUrl.product_id),
            func.count().filter(in_run),
        )
        .where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.via.is_not(None))
        .group_by(FrontierUrl.pattern, FrontierUrl.via)
    )
    return [PatternCount(pattern, via or HTTP, *counts) for pattern, via, *counts in session.execute(query)]


def _row(tenant_id: str, run_id: str, link: Link, fingerprint: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "run_id": run_id,
        "url": link.url,
        "fingerprint": fingerprint,
        "pattern": addresses.pattern(link.url),
        "depth": link.depth,
        "priority": link.priority,
        "state": "queued",
        "attempts": 0,
        "created_at": now(),
        "reason": None,
        "due_at": None,
        "leased_until": None,
        "status_code": None,
    }
