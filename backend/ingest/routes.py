"""`/v1` of the catalog's freshness: a shop's own server says which of its products changed."""

from typing import Any

from flask import Blueprint, Flask, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import http
from backend.db import transaction
from backend.ingest import addresses, again, runs
from backend.search.answers import RefreshAnswer
from backend.search.forms import RefreshForm
from backend.tenants import accounts, auth
from backend.tenants.models import Product

PER_MINUTE = 60

bp = Blueprint("ingest", __name__, url_prefix="/v1")
auth.init_blueprint(bp)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.post("/products/refresh")
@auth.require_key("secret")
def refresh_products() -> ResponseReturnValue:
    """Read these products' pages again soon; what they say then reaches search as after any crawl."""
    http.limit("refresh", g.tenant_id, PER_MINUTE)
    form = http.parse(RefreshForm, _body())
    with transaction(g.tenant_id) as session:
        shop_url = accounts.get_tenant(session, g.tenant_id).shop_url
        urls = [_own(url, shop_url) for url in form.urls]
        known = _urls_of(session, g.tenant_id, form.skus)
        wanted = list(dict.fromkeys([*urls, *(url for found in known.values() for url in found)]))
        run = again.refresh(session, g.tenant_id, wanted) if wanted else None
    if run is not None:
        runs.send_outbox(g.tenant_id)
    unknown = [sku for sku in form.skus if sku not in known]
    return http.answer(RefreshAnswer(run.id if run else None, len(wanted), unknown)), 202


def _body() -> dict[str, Any]:
    try:
        given = request.get_json(force=True, silent=True)
    except RecursionError:
        given = None
    if not isinstance(given, dict):
        raise http.BadInput("The body must be a JSON object with `urls` or `skus`.")
    return given


def _own(url: str, shop_url: str) -> str:
    """Return an address of the shop in its canonical form. Raises BadInput for any other."""
    if not addresses.same_site(url, shop_url):
        raise http.BadInput(f"urls: {url[:200]!r} is not an address of this shop.")
    return addresses.canonical(url)


def _urls_of(session: Session, tenant_id: str, skus: list[str]) -> dict[str, list[str]]:
    """Return the pages of the products with these SKUs; colours may share one."""
    query = select(Product.sku, Product.url).where(Product.tenant_id == tenant_id, Product.sku.in_(skus))
    found: dict[str, list[str]] = {}
    for sku, url in session.execute(query):
        found.setdefault(sku or "", []).append(url)
    return found
