"""The URLs a crawl knows: rows in the database, so that a killed crawl goes on where it was.

A URL has one row in a tenant, whatever the run; `run_id` says which run it belongs to now. `via` says how its page
was got: http, browser, or probed (over HTTP, after the browser had shown nothing more).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.ingest import addresses
from backend.tenants.models import FrontierUrl, Product, new_id, now

PRODUCT, SITEMAP, LISTING, OTHER = 40, 30, 20, 10
"""Priorities: what is most likely to bring a product comes first."""
HTTP, BROWSER, PROBED = "http", "browser", "probed"
DEFERRED = 0
"""The priority of what comes last: addresses of a form that may be a trap."""
KILLED, PAGE_LIMIT, PATTERN_LIMIT = "killed_worker", "page_limit", "pattern_limit"
LANGUAGE_COPY = "language_copy"
PASSING = (
    KILLED, "timeout", "connection", "truncated", "rate_limited", "browser_crashed", "unreadable",
    "robots_unreachable", "bot_check",
)  # fmt: skip
"""Why a page failed that another day may bring."""
FRESH: dict[str, Any] = {
    "state": "queued", "reason": None, "attempts": 0, "due_at": None, "leased_until": None, "status_code": None,
    "looks": 0, "first_gone_at": None,
}  # fmt: skip
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
    """How many pages of a URL pattern were got in this way, how many of them showed a product, how many in this run.

    `finds` counts the products whose address was first named by a page of the pattern, in whatever run.
    """

    pattern: str
    via: str
    pages: int
    products: int
    in_run: int
    finds: int = 0


def begin(session: Session, tenant_id: str, run_id: str) -> None:
    """Give the rows of earlier runs to this one, to be looked at again.

    Pages that were not there stay behind, unless they are those of a product that is not known to be gone; so do
    traps. What failed for a reason that may have passed, or was left out although it may sell something, comes again.
    """
    mine = FrontierUrl.tenant_id == tenant_id
    here = select(Product.id).where(Product.tenant_id == tenant_id, Product.gone_at.is_(None))
    selling = select(FrontierUrl.pattern).where(mine, FrontierUrl.product_id.in_(here))
    promising = or_(FrontierUrl.priority >= SITEMAP, FrontierUrl.pattern.in_(selling))
    passing = or_(FrontierUrl.reason.in_(PASSING), FrontierUrl.reason.startswith("http_5"))
    missing = func.coalesce(FrontierUrl.status_code, 0).in_((404, 410))
    again = or_(
        FrontierUrl.product_id.in_(here),
        FrontierUrl.state.in_(("fetched", "queued", "leased", "disallowed")),
        (FrontierUrl.state == "failed") & ~missing & or_(passing, promising),
        (FrontierUrl.state == "skipped") & or_(FrontierUrl.reason == PAGE_LIMIT, promising),
    )
    priority = case((FrontierUrl.product_id.is_not(None), PRODUCT), else_=func.greatest(FrontierUrl.priority, OTHER))
    session.execute(
        update(FrontierUrl)
        .where(mine, FrontierUrl.run_id.is_distinct_from(run_id), again)
        .values(**FRESH, run_id=run_id, priority=priority)
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


def add(session: Session, tenant_id: str, run_id: str, links: Iterable[Link], *, found_on: str | None = None) -> int:
    """Add the links this run does not know yet; return how many. `found_on` is the pattern of the page they are on."""
    rows: dict[str, dict[str, Any]] = {}
    for link in links:
        fingerprint = addresses.fingerprint(link.url)
        rows.setdefault(fingerprint, _row(tenant_id, run_id, link, fingerprint, found_on))
    if not rows:
        return 0
    statement = insert(FrontierUrl).values([rows[fingerprint] for fingerprint in sorted(rows)])
    renewed = ("run_id", "depth", "priority", *FRESH)
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id", "fingerprint"],
        set_={name: statement.excluded[name] for name in renewed},
        where=FrontierUrl.run_id.is_distinct_from(run_id),
    )
    return len(session.scalars(statement.returning(FrontierUrl.id)).all())


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


def settle_all(session: Session, tenant_id: str, url_ids: Iterable[str], state: str, reason: str) -> None:
    """Write the same end for several URLs."""
    session.execute(
        update(FrontierUrl)
        .where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.id.in_(list(url_ids)))
        .values(state=state, reason=reason, leased_until=None, due_at=None)
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


def look_at_copies(session: Session, tenant_id: str, row: FrontierUrl) -> bool:
    """Put back the other pages of this run that show the row's product, to be read (anew); False without any."""
    others = session.scalars(
        update(FrontierUrl)
        .where(
            FrontierUrl.tenant_id == tenant_id,
            FrontierUrl.run_id == row.run_id,
            FrontierUrl.product_id == row.product_id,
            FrontierUrl.id != row.id,
            or_(FrontierUrl.state.in_(("queued", "fetched")), FrontierUrl.reason == LANGUAGE_COPY),
        )
        .values(state="queued", reason=None, content_hash=None, record_hash=None)
        .returning(FrontierUrl.id)
    )
    return bool(others.all())


def find(session: Session, tenant_id: str, fingerprint: str) -> FrontierUrl | None:
    query = select(FrontierUrl).where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.fingerprint == fingerprint)
    return session.scalar(query)


def postpone(session: Session, tenant_id: str, row: FrontierUrl, *, reason: str, seconds: float) -> None:
    """Put a URL back for another try."""
    due_at = now() + timedelta(seconds=seconds)
    settle(session, tenant_id, row.id, "queued", reason=reason, attempts=row.attempts + 1, due_at=due_at)


def defer(session: Session, tenant_id: str, run_id: str, row: FrontierUrl) -> None:
    """Put the row's whole pattern last: by then its pages may have led to products after all."""
    session.execute(
        _waiting(tenant_id, run_id, row)
        .where(FrontierUrl.pattern == row.pattern, FrontierUrl.product_id.is_(None))
        .values(priority=DEFERRED, state="queued", leased_until=None)
    )


def skip_pattern(session: Session, tenant_id: str, run_id: str, row: FrontierUrl) -> None:
    """Leave out the row, and what was put last with it."""
    rest = (FrontierUrl.pattern == row.pattern) & (FrontierUrl.priority == DEFERRED) & FrontierUrl.product_id.is_(None)
    session.execute(
        _waiting(tenant_id, run_id, row)
        .where(or_(FrontierUrl.id == row.id, rest))
        .values(state="skipped", reason=PATTERN_LIMIT, leased_until=None, due_at=None)
    )


def skip_rest(session: Session, tenant_id: str, run_id: str, row: FrontierUrl) -> None:
    """Leave out the row, and all that waits: the run has its pages."""
    session.execute(
        _waiting(tenant_id, run_id, row).values(state="skipped", reason=PAGE_LIMIT, leased_until=None, due_at=None)
    )


def _waiting(tenant_id: str, run_id: str, row: FrontierUrl) -> Update:
    """Return an update of the run's rows that wait, and of the one in hand."""
    waits = or_(FrontierUrl.state == "queued", FrontierUrl.id == row.id)
    return update(FrontierUrl).where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.run_id == run_id, waits)


def count(session: Session, tenant_id: str, run_id: str) -> int:
    """Return how many URLs the run knows."""
    query = select(func.count()).where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.run_id == run_id)
    return session.scalar(query) or 0


def pattern_counts(session: Session, tenant_id: str, run_id: str) -> list[PatternCount]:
    """Return what earlier pages (of earlier runs too) taught about each URL pattern."""
    mine = FrontierUrl.tenant_id == tenant_id
    in_run = (FrontierUrl.run_id == run_id) & (FrontierUrl.state == "fetched")
    got = (
        select(
            FrontierUrl.pattern,
            FrontierUrl.via,
            func.count(),
            func.count(FrontierUrl.product_id),
            func.count().filter(in_run),
        )
        .where(mine, FrontierUrl.via.is_not(None))
        .group_by(FrontierUrl.pattern, FrontierUrl.via)
    )
    found = (
        select(FrontierUrl.found_on, func.count(FrontierUrl.product_id.distinct()))
        .where(mine, FrontierUrl.found_on.is_not(None), FrontierUrl.product_id.is_not(None))
        .group_by(FrontierUrl.found_on)
    )
    counts = [PatternCount(pattern, via or HTTP, *numbers) for pattern, via, *numbers in session.execute(got)]
    return counts + [PatternCount(on or "", HTTP, 0, 0, 0, finds) for on, finds in session.execute(found)]


def _row(tenant_id: str, run_id: str, link: Link, fingerprint: str, found_on: str | None) -> dict[str, Any]:
    return {
        **FRESH,
        "id": new_id(),
        "tenant_id": tenant_id,
        "run_id": run_id,
        "url": link.url,
        "fingerprint": fingerprint,
        "pattern": addresses.pattern(link.url),
        "found_on": found_on,
        "depth": link.depth,
        "priority": link.priority,
        "created_at": now(),
    }
