"""The catalog: every product with its picture and the garment that was found in it."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.tenants import catalog as rows
from backend.tenants import catalog_pairs, review
from backend.tenants.catalog_trace import why_not_searchable
from backend.tenants.models import Product
from dashboard.access import asked_id, shop

PAGE = 48
STATES = ("live", "attention", "hidden", "gone")


@shop.get("/catalog")
def catalog() -> ResponseReturnValue:
    asked = request.args
    state = asked.get("state", "")
    wanted = rows.ProductFilters(
        state=state if state in STATES else None,
        category=asked.get("category") or None,
        words=asked.get("q", "").strip()[:200],
        needs_attention=True if asked.get("attention") else None,
    )
    with transaction(g.tenant_id) as session:
        found = rows.list_products(session, g.tenant_id, wanted, after=asked_id("after"), limit=PAGE + 1)
        products, more = found[:PAGE], len(found) > PAGE
        total = rows.count_products(session, g.tenant_id, wanted)
        pictures = review.pictures_of(session, g.tenant_id, [product.id for product in products])
        counts = review.count_catalog(session, g.tenant_id)
        pairs = catalog_pairs.count_pairs(session, g.tenant_id)
        categories = review.list_categories(session, g.tenant_id)
    return render_template(
        "catalog.html",
        cards=[_card(product, pictures[product.id]) for product in products],
        total=total,
        counts=counts,
        pairs=pairs,
        categories=categories,
        wanted=wanted,
        states=STATES,
        next_after=products[-1].id if more else None,
        first_page="after" not in asked,
    )


def _card(product: Product, pictures: list[review.Picture]) -> dict[str, object]:
    return {
        "product": product,
        "facts": rows.effective(product),
        "picture": review.cover(pictures),
        "why_not": why_not_searchable(product, [picture.image for picture in pictures]),
    }
