"""How the widget would look: a page like the shop's with the real one, beside the form in which it is chosen."""

from dataclasses import replace

from flask import g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.search.look import told
from backend.tenants import catalog, review, widget
from dashboard.access import shop
from dashboard.frame import policy
from dashboard.locale import locale
from dashboard.pages.embed import problem_of, publishable_key

HEADERS = {
    # Pictures are the shop's, from wherever it keeps them.
    "Content-Security-Policy": policy(
        img_src="'self' https: http:", frame_src="'none'", form_action="'none'", frame_ancestors="'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
_SHOWN = catalog.ProductFilters(state="live", duplicates=False)
_LOOKED_AT = 20  # of the newest products, for one that search knows already


@shop.get("/embed/preview")
def preview() -> ResponseReturnValue:
    """Show one of the shop's products with the widget as the query has it, without one as it was saved.

    The widget speaks the query's `lang`, else the shop's language.
    """
    problem, field, look = "", "", widget.read(g.tenant.settings)
    try:
        look = widget.clean(request.args) if request.args else look
    except widget.BadLook as error:
        problem, field = problem_of(error), error.name
    with transaction(g.tenant_id) as session:
        key = publishable_key(session)
        products = catalog.list_products(session, g.tenant_id, _SHOWN, limit=_LOOKED_AT)
        pictures = review.pictures_of(session, g.tenant_id, [product.id for product in products])
    product = next((each for each in products if any(one.image.state == "live" for one in pictures[each.id])), None)
    language = request.args.get("lang") or (product.language if product else None)
    page = render_template(
        "preview.html",
        key=key,
        product=product,
        facts=catalog.effective(product) if product else None,
        cover=review.cover(pictures[product.id]) if product else None,
        look=told(replace(look, hidden_on=())),  # which is about the shop's paths, not ours
        language=language if language in widget.LANGUAGES else locale(),
        problem=problem,
        field=field,
    )
    response = make_response(page, 422 if problem else 200)
    response.headers.update(HEADERS)
    return response
