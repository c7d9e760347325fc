"""Every page and picture that did not come, with its reason, and the button to ask again."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.errors import NotFound
from backend.ingest import again, runs
from backend.tenants import accounts, review_failures
from backend.tenants.review_failures import KINDS, PAGES
from dashboard.access import asked_id, current_id, shop
from dashboard.locale import t

PAGE = 50


@shop.get("/crawl/failures")
def failures() -> ResponseReturnValue:
    kind, reason = _kind(request.args.get("kind")), request.args.get("reason")
    with transaction(g.tenant_id) as session:
        reasons = {each: review_failures.count_reasons(session, g.tenant_id, each) for each in KINDS}
        found = review_failures.list_failures(
            session, g.tenant_id, kind, reason=reason, after=asked_id("after"), limit=PAGE + 1
        )
    shown, more = found[:PAGE], len(found) > PAGE
    return render_template(
        "failures.html",
        kind=kind,
        kinds=KINDS,
        reason=reason,
        reasons=reasons,
        totals={each: sum(counted.values()) for each, counted in reasons.items()},
        failures=shown,
        next_after=shown[-1].id if more else None,
        first_page="after" not in request.args,
    )


@shop.post("/crawl/failures/<kind>/retry")
def retry_failures(kind: str) -> ResponseReturnValue:
    """Ask again for all that failed, or for all that failed for one reason."""
    kind, reason = _kind(kind), request.form.get("reason") or None
    _retry(kind, reason=reason)
    return redirect(url_for("shop.failures", kind=kind))


@shop.post("/crawl/failures/<kind>/<uuid:failure_id>/retry")
def retry_failure(kind: str, failure_id: UUID) -> ResponseReturnValue:
    kind = _kind(kind)
    if not _retry(kind, failure_id=str(failure_id)):
        raise NotFound("There is no such failure.")
    return redirect(url_for("shop.failures", kind=kind, reason=request.form.get("reason") or None))


def _retry(kind: str, *, failure_id: str | None = None, reason: str | None = None) -> bool:
    with transaction(g.tenant_id) as session:
        if kind == PAGES:
            run = again.retry_pages(session, g.tenant_id, url_id=failure_id, reason=reason)
        else:
            run = again.retry_pictures(session, g.tenant_id, image_id=failure_id, reason=reason)
        if run is None:
            return False
        accounts.audit(session, g.tenant_id, "failures_retried", user_id=current_id(), kind=kind, reason=reason)
    runs.send_outbox(g.tenant_id)
    flash(t("failures.asked"), "note")
    return True


def _kind(given: str | None) -> str:
    return given if given in KINDS else PAGES
