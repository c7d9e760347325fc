"""What shoppers searched for and what they clicked."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.tenants import review
from dashboard.access import asked_id, shop

KINDS = ("photo", "text", "similar")


@shop.get("/searches")
def searches() -> ResponseReturnValue:
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    before = asked_id("before")
    with transaction(g.tenant_id) as session:
        found = review.list_searches(session, g.tenant_id, kind=kind, before=before, limit=review.PAGE + 1)
        shown, more = found[: review.PAGE], len(found) > review.PAGE
        product_ids = {product.id for each in shown for product in each.clicked}
        product_ids |= {each.query.product_id for each in shown if each.query.product_id}
        pictures = review.pictures_of(session, g.tenant_id, sorted(product_ids))
        products = review.products_named(session, g.tenant_id, sorted(product_ids))
    return render_template(
        "searches.html",
        searches=shown,
        kind=kind,
        kinds=KINDS,
        covers={product_id: review.cover(found) for product_id, found in pictures.items()},
        products=products,
        next_before=shown[-1].query.id if more else None,
    )
