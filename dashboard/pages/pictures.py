"""Product images from the store, for members of the shop they belong to."""

import contextlib
from uuid import UUID

from flask import Response, g, request
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.errors import NotFound
from backend.storage import open_storage
from backend.tenants import auth, catalog
from dashboard.access import shop


@shop.get("/pictures/<uuid:image_id>")
def picture(image_id: UUID) -> ResponseReturnValue:
    """One stored image; `?size=thumb` is its small form where there is one.

    The address names a row of this shop, never a key of the store, so no path can be forged.
    """
    with transaction(g.tenant_id) as session:
        image = catalog.get_image(session, g.tenant_id, str(image_id))
        key, etag = image.storage_key, image.content_hash or image.id
    if key is None or not key.startswith(f"{g.tenant_id}/"):
        raise NotFound("This picture is not stored.")
    thumb = request.args.get("size") == "thumb"
    response = Response(_read(key, thumb=thumb), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.set_etag(f"{etag}{'-thumb' if thumb else ''}")
    response.make_conditional(request)
    return response


def _read(key: str, *, thumb: bool) -> bytes:
    """Read a stored picture; its thumbnail lies beside it, and a picture without one stands for itself."""
    storage = open_storage(auth.settings().storage_url)
    if thumb:
        with contextlib.suppress(NotFound):
            return storage.read(catalog.thumbnail_key(key))
    return storage.read(key)
