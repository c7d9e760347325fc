"""Keys: what they are for, where they may be used, making and revoking them. For owners."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.tenants import accounts
from backend.tenants import keys as rows
from dashboard.access import current_id, needs, shop
from dashboard.locale import t

MOST_KEYS = 20


@shop.get("/keys")
@needs("owner")
def keys() -> ResponseReturnValue:
    return _page()


def _page(*, secret: str | None = None, problem: tuple[str, str, str] | None = None) -> str:
    """Render the keys; `secret` is a new key's readable form, `problem` a key's id, its refused origins and why."""
    with transaction(g.tenant_id) as session:
        found = rows.list_keys(session, g.tenant_id)
    return render_template(
        "keys.html", keys=found, secret=secret, problem=problem, own_origin=rows.origin_of(g.tenant.shop_url)
    )


@shop.post("/keys")
@needs("owner")
def create_key() -> ResponseReturnValue:
    """Make a key. A secret one is shown in this answer only: it is kept nowhere, not even in the session."""
    kind = "publishable" if request.form.get("kind") == "publishable" else "secret"
    with transaction(g.tenant_id) as session:
        if len(rows.list_keys(session, g.tenant_id)) >= MOST_KEYS:
            flash(t("keys.too_many", most=MOST_KEYS), "problem")
            return redirect(url_for("shop.keys"))
        key, readable = rows.create_key(session, g.tenant_id, kind=kind)
        accounts.audit(session, g.tenant_id, "key_created", user_id=current_id(), subject=key.id, kind=kind)
    if kind == "publishable":
        flash(t("keys.created"), "note")
        return redirect(url_for("shop.keys"))
    return _page(secret=readable), 201


@shop.post("/keys/<uuid:key_id>/revoke")
@needs("owner")
def revoke_key(key_id: UUID) -> ResponseReturnValue:
    with transaction(g.tenant_id) as session:
        key = rows.revoke_key(session, g.tenant_id, str(key_id))
        accounts.audit(session, g.tenant_id, "key_revoked", user_id=current_id(), subject=key.id, kind=key.kind)
    flash(t("keys.revoked"), "note")
    return redirect(url_for("shop.keys"))


@shop.post("/keys/<uuid:key_id>/origins")
@needs("owner")
def set_origins(key_id: UUID) -> ResponseReturnValue:
    given = request.form.get("origins", "")[:4000]
    try:
        with transaction(g.tenant_id) as session:
            rows.set_origins(session, g.tenant_id, str(key_id), given.split()[:30])
            accounts.audit(session, g.tenant_id, "origins_set", user_id=current_id(), subject=str(key_id))
    except rows.BadOrigin:
        return _page(problem=(str(key_id), given, t("keys.bad_origin"))), 422
    flash(t("keys.origins_saved"), "note")
    return redirect(url_for("shop.keys"))
