"""Starting a crawl, watching it, and what earlier ones found."""

from typing import Any
from uuid import UUID

from flask import g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from backend.db import transaction
from backend.ingest import again, runs
from backend.tenants import accounts, catalog_pairs, review, review_failures
from backend.tenants.models import RUN_OPEN
from backend.tenants.review_failures import KINDS
from dashboard.access import current_id, shop


@shop.get("/crawl")
def crawl() -> ResponseReturnValue:
    with transaction(g.tenant_id) as session:
        facts = _live(session)
        history = runs.list_runs(session, g.tenant_id)
    return render_template("crawl.html", history=history, **facts)


@shop.get("/crawl/live")
def crawl_live() -> ResponseReturnValue:
    """The part of the page that moves; `X-Run-Open` tells live.js whether to ask again."""
    with transaction(g.tenant_id) as session:
        facts = _live(session)
    response = make_response(render_template("crawl_live.html", **facts))
    response.headers["X-Run-Open"] = "1" if facts["open"] else "0"
    return response


def _live(session: Session) -> dict[str, Any]:
    latest = runs.list_runs(session, g.tenant_id, limit=1)
    if not latest:
        return {"run": None, "open": False, "progress": None, "trouble": []}
    run = latest[0]
    failed = (kind for kind in KINDS if review_failures.count_reasons(session, g.tenant_id, kind))
    return {
        "run": run,
        "open": run.state in RUN_OPEN,
        "progress": runs.progress(session, g.tenant_id, run.id),
        "trouble": review.list_trouble(session, g.tenant_id, run.id),
        "failed": next(failed, None),
        "shows": review_failures.count_shown(session, g.tenant_id, run.id),
        "unsure": catalog_pairs.count_pairs(session, g.tenant_id)[catalog_pairs.UNSURE],
        "resumable": again.can_resume(session, g.tenant_id, run),
    }


@shop.post("/crawl/start")
def crawl_start() -> ResponseReturnValue:
    with transaction(g.tenant_id) as session:
        run = runs.request_crawl(session, g.tenant_id)
        accounts.audit(session, g.tenant_id, "crawl_started", user_id=current_id(), run_id=run.id)
    runs.send_outbox(g.tenant_id)
    return redirect(url_for("shop.crawl"))


@shop.post("/crawl/<uuid:run_id>/resume")
def crawl_resume(run_id: UUID) -> ResponseReturnValue:
    """Go on with a crawl that was stopped."""
    with transaction(g.tenant_id) as session:
        run = again.resume(session, g.tenant_id, str(run_id))
        accounts.audit(session, g.tenant_id, "crawl_resumed", user_id=current_id(), run_id=run.id)
    runs.send_outbox(g.tenant_id)
    return redirect(url_for("shop.crawl"))


@shop.post("/crawl/<uuid:run_id>/stop")
def crawl_stop(run_id: UUID) -> ResponseReturnValue:
    with transaction(g.tenant_id) as session:
        runs.request_stop(session, g.tenant_id, str(run_id))
        accounts.audit(session, g.tenant_id, "crawl_stopped", user_id=current_id(), run_id=str(run_id))
    return redirect(url_for("shop.crawl"))
