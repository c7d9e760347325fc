"""How the widget would look: a page like the shop's with the real one, beside the form in which it is chosen."""

from flask import g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.search.look import told
from backend.tenants import catalog, review, widget
from dashboard.access import shop
from dashboard.pages.embed import problem_of, publishable_key

HEADERS = {
    # Pictures are the shop's, from wherever it keeps them.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' https: http:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
_SHOWN = catalog.ProductFilters(state="live", duplicates=False)


@shop.get("/embed/preview")
def preview() -> ResponseReturnValue:
    """Show one of the shop's products with the widget as the query has it, without one as it was saved."""
    problem, look = "", widget.read(g.tenant.settings)
    try:
        look = widget.clean(request.args) if request.args else look
    except widget.BadLook as error:
        problem = problem_of(error)
    with transaction(g.tenant_id) as session:
        key = publishable_key(session)
        products = catalog.list_products(session, g.tenant_id, _SHOWN, limit=1)
        pictures = review.pictures_of(session, g.tenant_id, [product.id for product in products])
    page = render_template(
        "preview.html",
        key=key,
        product=products[0] if products else None,
        facts=catalog.effective(products[0]) if products else None,
        cover=review.cover(pictures[products[0].id]) if products else None,
        look=told(look),
        problem=problem,
    )
    response = make_response(page, 422 if problem else 200)
    response.headers.update(HEADERS)
    return response
