"""The tag a seller pastes into the shop's pages."""

from flask import g, render_template
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.tenants import auth, keys
from dashboard.access import shop


@shop.get("/embed")
def embed() -> ResponseReturnValue:
    with transaction(g.tenant_id) as session:
        publishable = [key for key in keys.list_keys(session, g.tenant_id) if key.kind == "publishable"]
    return render_template(
        "embed.html", key=publishable[0] if publishable else None, own_origin=keys.origin_of(g.tenant.shop_url),
        public_url=auth.settings().public_url,
    )  # fmt: skip
