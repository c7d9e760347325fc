"""Trying the search with a photo, as a shopper would."""

from typing import Any

from flask import g, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from backend import http
from backend.db import transaction
from backend.errors import DomainError
from backend.search import uploads
from backend.tenants import accounts, auth
from dashboard import shoppers
from dashboard.access import current_id, needs, shop
from dashboard.locale import knows, said, t

PHOTOS_PER_MINUTE = 30
PHOTO_TRIED = "photo_tried"


@shop.get("/try")
def tryout() -> ResponseReturnValue:
    return render_template("tryout.html")


@shop.post("/try/photo")
@needs("viewer")
def try_photo() -> ResponseReturnValue:
    """Answer tryout.js: the garments of the photo, each with its matches, in the words of the page's language."""
    try:
        http.limit("dashboard-photo", g.tenant_id, PHOTOS_PER_MINUTE)
        photo = uploads.uploaded_photo(most_bytes=auth.settings().photo_max_bytes)
        if photo is None:
            raise http.BadInput("image: send a picture.")
        answer, groups = shoppers.try_photo(g.tenant_id, photo)
        _keep_first()
    except DomainError as error:
        key = f"error.code.{error.code}"
        return jsonify({"problem": t(key) if knows(key) else error.message}), error.status
    return jsonify(
        {
            "primary": answer.primary,
            "ms": round(answer.took_ms["total"]),
            "objects": [
                {"box": each.box, "name": said("category", each.category), "matches": [_match(one) for one in group]}
                for each, group in zip(answer.objects, groups, strict=True)
            ],
        }
    )


def _keep_first() -> None:
    """Remember that somebody has tried it: the last of the first steps. Further ones are nobody's business."""
    with transaction(g.tenant_id) as session:
        if not accounts.has_done(session, g.tenant_id, PHOTO_TRIED):
            accounts.audit(session, g.tenant_id, PHOTO_TRIED, user_id=current_id())


def _match(one: shoppers.Shown) -> dict[str, Any]:
    image = one.picture.image if one.picture else None
    return {
        "title": one.title,
        "price": one.price,
        "tier": t(f"tier.{one.tier}"),
        "href": url_for("shop.product", product_id=one.product_id),
        "image": url_for("shop.picture", image_id=image.id, size="thumb") if image else None,
    }
