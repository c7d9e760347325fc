"""The shop's name and language, its people, and who did what."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.tenants import accounts, review
from dashboard.access import current_id, may, needs, shop
from dashboard.locale import LOCALES, t


@shop.get("/settings")
def settings() -> ResponseReturnValue:
    return _page(g.tenant.name, None)


def _page(name: str, problem: str | None) -> str:
    owner = may("owner")
    with transaction(g.tenant_id) as session:
        members = review.list_members(session, g.tenant_id) if owner else []
        entries = review.list_audit(session, g.tenant_id) if owner else []
        subjects = review.products_named(session, g.tenant_id, [entry.subject for entry, _ in entries if entry.subject])
    return render_template(
        "settings.html", name=name, problem=problem, members=members, entries=entries, subjects=subjects
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
