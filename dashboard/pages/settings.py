"""The shop's name and language, its people, and who did what."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.ingest import runs
from backend.tenants import accounts, review
from dashboard.access import current_id, may, needs, shop
from dashboard.locale import LOCALES, t

CHOICES = {"crawl_every_hours": (6, 12, 24, 72, 168), "prices_every_hours": (0, 1, 3, 6, 12)}
USUAL = {"crawl_every_hours": 24, "prices_every_hours": 6}
"""What a shop that chose nothing has."""


@shop.get("/settings")
def settings() -> ResponseReturnValue:
    return _page(g.tenant.name, None)


def _hours(name: str) -> int:
    """Return how often the shop has something looked at: every so many hours, 0 for never."""
    return int(g.tenant.settings.get(name, USUAL[name]))


def _page(name: str, problem: str | None) -> str:
    owner = may("owner")
    with transaction(g.tenant_id) as session:
        members = review.list_members(session, g.tenant_id) if owner else []
        entries = review.list_audit(session, g.tenant_id) if owner else []
        subjects = review.products_named(session, g.tenant_id, [entry.subject for entry, _ in entries if entry.subject])
    return render_template(
        "settings.html",
        name=name,
        problem=problem,
        members=members,
        entries=entries,
        subjects=subjects,
        schedule={each: (_hours(each), CHOICES[each]) for each in CHOICES},
        next_crawl_at=g.tenant.next_crawl_at,
    )


@shop.post("/settings")
@needs("owner")
def save_settings() -> ResponseReturnValue:
    name, chosen = request.form.get("name", "").strip()[:200], request.form.get("locale", "")
    if not name:
        return _page(name, t("settings.error.name")), 422
    with transaction(g.tenant_id) as session:
        tenant = accounts.get_tenant(session, g.tenant_id)
        tenant.name = name
        if chosen in LOCALES:
            tenant.locale = chosen
        accounts.audit(session, g.tenant_id, "settings_saved", user_id=current_id())
    flash(t("settings.saved"), "note")
    return redirect(url_for("shop.settings"))


@shop.post("/settings/schedule")
@needs("owner")
def save_schedule() -> ResponseReturnValue:
    """Keep how often the shop is crawled, and its hot products' prices are looked at."""
    chosen = {name: _chosen(name) for name in CHOICES}
    with transaction(g.tenant_id) as session:
        tenant = accounts.get_tenant(session, g.tenant_id)
        tenant.settings = {**tenant.settings, **chosen}
        runs.schedule_next(session, g.tenant_id)
        accounts.audit(session, g.tenant_id, "schedule_saved", user_id=current_id(), hours=chosen)
    flash(t("settings.saved"), "note")
    return redirect(url_for("shop.settings", _anchor="schedule"))


def _chosen(name: str) -> int:
    given = request.form.get(name, "")
    return int(given) if given in map(str, CHOICES[name]) else _hours(name)
