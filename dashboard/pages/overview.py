"""The first page: what shoppers see of this shop now."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, render_template
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.ingest import runs
from backend.tenants import accounts, review
from dashboard.access import shop
from dashboard.pages.tryout import PHOTO_TRIED

DAYS = 30


@dataclass(frozen=True, slots=True)
class Sums:
    """Searches and clicks of the last `days` days."""

    days: int
    searches: int
    clicks: int


@shop.get("/")
def overview() -> ResponseReturnValue:
    with transaction(g.tenant_id) as session:
        counts = review.count_catalog(session, g.tenant_id)
        days = review.activity(session, g.tenant_id, days=DAYS)
        latest = runs.list_runs(session, g.tenant_id, limit=1)
        tag_seen = bool(review.list_searches(session, g.tenant_id, limit=1))
        tried = accounts.has_done(session, g.tenant_id, PHOTO_TRIED)
    sums = [_sums(days, 7), _sums(days, DAYS)]
    steps = {"crawl": counts.searchable > 0, "embed": tag_seen, "try": tried or sums[-1].searches > 0}
    return render_template(
        "overview.html", counts=counts, days=days, sums=sums, run=latest[0] if latest else None, steps=steps
    )


def _sums(days: Sequence[review.Day], last: int) -> Sums:
    recent = days[-last:]
    return Sums(last, sum(day.searches for day in recent), sum(day.clicks for day in recent))
