"""A run in figures: what `niteru crawl --json` prints and the dashboard shows while it goes on."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from backend.errors import NotFound
from backend.ingest.advice import advice_for
from backend.ingest.traffic import KINDS, STAGES
from backend.tenants.models import RUN_OPEN, FrontierUrl, IngestRun, Product, ProductImage, now

Counts = dict[str, Any]
_OUTCOMES = ("new", "changed", "unchanged")
_IMAGE_STATES = ("wanted", "stored", "live", "set_aside", "failed")


def summary(session: Session, tenant_id: str, run_id: str) -> dict[str, Any]:
    """Return the run in the form of `niteru crawl --json`. Raises NotFound."""
    run = session.scalar(select(IngestRun).where(IngestRun.tenant_id == tenant_id, IngestRun.id == run_id))
    if run is None:
        raise NotFound("There is no such run.")
    counts = counts_of(session, tenant_id, run) if run.state in RUN_OPEN else run.counts
    return {
        "run": run.id,
        "state": run.state,
        "stage": run.stage,
        "pages": counts["pages"],
        "products": counts["products"],
        "images": counts["images"],
        "attention": counts.get("attention", {}),
        "duplicates": counts.get("duplicates", 0),
        "requests": _requests(run.traffic),
        "seconds": round(_seconds(run.started_at, run.finished_at), 1),
        "seconds_by_stage": _seconds_by_stage(run),
        "advice": advice_for(run.advice) if run.advice else None,
        "error": run.error,
    }


def progress(session: Session, tenant_id: str, run_id: str) -> dict[str, Any]:
    """Return the summary with `pages_left`, `images_left`, how many of each are done a minute, and `seconds_left`.

    `seconds_left` is that of the slower one, None where nothing can be said yet; the pages still to come are taken to
    bring as many pictures as those of this run did. Raises NotFound.
    """
    facts = summary(session, tenant_id, run_id)
    pages_left = _count(session, tenant_id, run_id, "queued") + _count(session, tenant_id, run_id, "leased")
    images_left = facts["images"]["wanted"] + facts["images"]["stored"]
    read = facts["pages"]["http"] + facts["pages"]["browser"] + facts["pages"]["failed"]
    looked_at = _count_looked_at(session, tenant_id, run_id)
    page_rate, image_rate = (count / facts["seconds"] if facts["seconds"] > 1 else 0.0 for count in (read, looked_at))
    to_come = images_left + (pages_left * (looked_at + images_left) / read if read else 0)
    waits = [left / rate for left, rate in ((pages_left, page_rate), (to_come, image_rate)) if left and rate]
    return {
        **facts,
        "pages_left": pages_left,
        "images_left": images_left,
        "pages_per_minute": round(page_rate * 60, 1),
        "images_per_minute": round(image_rate * 60, 1),
        "seconds_left": round(max(waits)) if waits and facts["state"] == "running" else None,
    }


def counts_of(session: Session, tenant_id: str, run: IngestRun) -> Counts:
    """Count the run's pages, products and images from the rows themselves, so that no crash makes it wrong."""
    return {
        "pages": _pages(session, tenant_id, run.id),
        "products": _products(session, tenant_id, run),
        "images": _images(session, tenant_id),
        "attention": _attention(session, tenant_id),
        "duplicates": session.scalar(_own(tenant_id).where(Product.duplicate_of.is_not(None))) or 0,
    }


def _pages(session: Session, tenant_id: str, run_id: str) -> Counts:
    query = (
        select(FrontierUrl.state, FrontierUrl.via, func.count())
        .where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.run_id == run_id)
        .group_by(FrontierUrl.state, FrontierUrl.via)
    )
    found = {"http": 0, "browser": 0, "failed": 0, "disallowed": 0, "skipped": 0}
    for state, via, number in session.execute(query):
        read = "browser" if via == "browser" else "http"
        name = state if state != "fetched" else read if via != "feed" else "feed"  # a row of a feed is no page
        if name in found:
            found[name] += number
    return found


def _products(session: Session, tenant_id: str, run: IngestRun) -> Counts:
    rank = case({outcome: number for number, outcome in enumerate(_OUTCOMES)}, value=FrontierUrl.reason)
    best = (
        select(func.min(rank).label("rank"))
        .where(
            FrontierUrl.tenant_id == tenant_id,
            FrontierUrl.run_id == run.id,
            FrontierUrl.product_id.is_not(None),
            FrontierUrl.reason.in_(_OUTCOMES),
        )
        .group_by(FrontierUrl.product_id)
        .subquery()
    )
    by_rank = select(best.c.rank, func.count()).group_by(best.c.rank)
    rows: dict[int, int] = {row[0]: row[1] for row in session.execute(by_rank)}
    found: Counts = {outcome: rows.get(number, 0) for number, outcome in enumerate(_OUTCOMES)}
    own = _own(tenant_id)
    started = run.started_at or run.created_at
    found["gone"] = session.scalar(own.where(Product.gone_at >= started)) or 0
    found["attention"] = session.scalar(own.where(Product.state == "attention")) or 0
    return found


def _own(tenant_id: str) -> Select[int]:
    return select(func.count()).select_from(Product).where(Product.tenant_id == tenant_id)


def _attention(session: Session, tenant_id: str) -> Counts:
    """Count the products that want a look, by reason; one may have several."""
    reason = func.unnest(Product.attention).label("reason")
    reasons = select(reason).where(Product.tenant_id == tenant_id, Product.state == "attention").subquery()
    query = select(reasons.c.reason, func.count()).group_by(reasons.c.reason).order_by(reasons.c.reason)
    return {row[0]: row[1] for row in session.execute(query)}


def _requests(traffic: Counts) -> Counts:
    """Return how much was asked of the shop, by kind of request, and the bytes it sent."""
    return {**dict.fromkeys(KINDS, 0), **traffic.get("requests", {}), "bytes": traffic.get("bytes", 0)}


def _seconds_by_stage(run: IngestRun) -> Counts:
    """Return how long each stage that began took, until the next one began."""
    began = [(stage, datetime.fromisoformat(at)) for stage, at in run.traffic.get("began", {}).items()]
    began.sort(key=lambda one: STAGES.index(one[0]))
    ends = [moment for _, moment in began[1:]] + [run.finished_at or now()]
    return {stage: round((end - start).total_seconds(), 1) for (stage, start), end in zip(began, ends, strict=False)}


def _images(session: Session, tenant_id: str) -> Counts:
    query = (
        select(ProductImage.state, ProductImage.usefulness, func.count())
        .where(ProductImage.tenant_id == tenant_id, ProductImage.state != "gone")
        .group_by(ProductImage.state, ProductImage.usefulness)
    )
    found: Counts = dict.fromkeys(_IMAGE_STATES, 0)
    usefulness: Counts = {}
    for state, use, number in session.execute(query):
        found[state] += number
        if use is not None:
            usefulness[use] = usefulness.get(use, 0) + number
    return {**found, "usefulness": usefulness}


def _count(session: Session, tenant_id: str, run_id: str, state: str) -> int:
    query = select(func.count()).where(
        FrontierUrl.tenant_id == tenant_id, FrontierUrl.run_id == run_id, FrontierUrl.state == state
    )
    return session.scalar(query) or 0


def _count_looked_at(session: Session, tenant_id: str, run_id: str) -> int:
    """Count the run's own pictures that are through."""
    through = ProductImage.state.in_(("live", "set_aside", "failed"))
    query = select(func.count()).where(ProductImage.tenant_id == tenant_id, ProductImage.run_id == run_id, through)
    return session.scalar(query) or 0


def _seconds(started: datetime | None, finished: datetime | None) -> float:
    return ((finished or now()) - started).total_seconds() if started else 0.0
