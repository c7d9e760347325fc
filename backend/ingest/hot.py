"""Looking at the prices of hot products more often than a whole crawl would: what shoppers chose, what just changed."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from backend.ingest import again, runs
from backend.tenants import accounts
from backend.tenants.history import FOLLOWED
from backend.tenants.models import Event, FrontierUrl, IngestRun, PriceChange, Product

_HOT_FOR = timedelta(days=7)
_MOST = 500
_USUAL_HOURS = 6.0


def start_due(session: Session, tenant_id: str, moment: datetime) -> IngestRun | None:
    """Ask for a run of the hot products' pages if it is time, `prices_every_hours` (0: never) after the last look.

    Returns the run; None when it is not time, another run is open or nothing is hot.
    """
    hours = float(accounts.get_tenant(session, tenant_id).settings.get("prices_every_hours", _USUAL_HOURS))
    looked = select(func.max(IngestRun.created_at)).where(
        IngestRun.tenant_id == tenant_id, IngestRun.kind.in_((runs.CRAWL, runs.PRICES))
    )
    last = session.scalar(looked)
    if hours <= 0 or last is None or moment - last < timedelta(hours=hours):
        return None
    if runs.find_open_run(session, tenant_id) is not None:
        return None
    hot = session.scalars(_hot_pages(tenant_id, moment).limit(_MOST)).all()
    if not hot:
        return None
    run = runs.request(session, tenant_id, runs.PRICES)
    again.ask(session, tenant_id, run, FrontierUrl.id.in_(hot))
    return run


def _hot_pages(tenant_id: str, moment: datetime) -> Select[str]:
    since = moment - _HOT_FOR
    chosen = select(Event.product_id).where(
        Event.tenant_id == tenant_id, Event.created_at >= since, Event.type.in_(FOLLOWED)
    )
    changes = (
        select(PriceChange.product_id)
        .where(PriceChange.tenant_id == tenant_id, PriceChange.created_at >= since)
        .group_by(PriceChange.product_id)
        .having(func.count() > 1)  # the first one is the price it came with
    )
    return (
        select(FrontierUrl.id)
        .join(Product, (Product.id == FrontierUrl.product_id) & (Product.fingerprint == FrontierUrl.fingerprint))
        .where(
            FrontierUrl.tenant_id == tenant_id,
            Product.tenant_id == tenant_id,
            Product.gone_at.is_(None),
            or_(Product.id.in_(chosen), Product.id.in_(changes)),
        )
        .order_by(FrontierUrl.fetched_at)
    )
