"""Products that a whole crawl no longer found: out of search when two looks agree, and never too many at once."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.tenants import catalog_pairs
from backend.tenants.catalog_addresses import GONE_STATUS, previous_start
from backend.tenants.catalog_sync import retire
from backend.tenants.models import FrontierUrl, IngestRun, Product, now

GONE = "gone"
"""Why a page was settled that answers, but no longer shows its product, both times it was looked at."""
_MOST_AT_ONCE, _MOST_OF_ALL = 10, 0.3


@dataclass(frozen=True, slots=True)
class Retired:
    """How many products left search, and how many a run took for gone and kept, for they were too many."""

    gone: int
    held: int


def retire_missing(session: Session, tenant_id: str, run_id: str) -> Retired:
    """Take out of search what this complete run did not see and a second look confirmed.

    Confirmed is a product whose own page twice answered 404 or 410, or twice showed no product (the crawl looks at
    such a page again, later), or one that no page showed in this run and the complete one before. Pages that merely
    failed prove nothing. More than 10 and 30 % of the catalog at once may be a broken shop: they leave search when
    the next complete run agrees.
    """
    run = session.get_one(IngestRun, run_id)
    started = run.started_at or run.created_at
    missing = _missing(session, tenant_id, run)
    here = session.scalar(
        select(func.count()).select_from(Product).where(Product.tenant_id == tenant_id, Product.gone_at.is_(None))
    )
    too_many = len(missing) > max(_MOST_AT_ONCE, _MOST_OF_ALL * (here or 0))
    gone = held = 0
    for product in missing:
        since = product.missing_since
        missed_before = since is not None and product.last_seen_at < since < started
        if too_many and not missed_before:
            product.missing_since = now()
            held += 1
        else:
            retire(session, tenant_id, product)
            gone += 1
    if gone:
        catalog_pairs.settle(session, tenant_id)
    return Retired(gone, held)


def _missing(session: Session, tenant_id: str, run: IngestRun) -> list[Product]:
    started = run.started_at or run.created_at
    before = previous_start(session, tenant_id, started)
    unseen = session.execute(
        select(Product, FrontierUrl.state, FrontierUrl.status_code, FrontierUrl.reason)
        .outerjoin(
            FrontierUrl,
            (FrontierUrl.tenant_id == tenant_id)
            & (FrontierUrl.fingerprint == Product.fingerprint)
            & (FrontierUrl.run_id == run.id),
        )
        .where(Product.tenant_id == tenant_id, Product.gone_at.is_(None), Product.last_seen_at < started)
    )
    missing: list[Product] = []
    for product, state, status, reason in unseen:
        answered_gone = state == "failed" and status in GONE_STATUS
        shown_gone = state == "fetched" and reason == GONE
        missing_twice = state in {None, "fetched"} and before is not None and product.last_seen_at < before
        if answered_gone or shown_gone or missing_twice:
            missing.append(product)
    return missing
