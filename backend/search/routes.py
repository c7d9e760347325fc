"""`/v1`: what the widget and the shops' servers call."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Flask, current_app, g, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from backend import http
from backend.db import transaction
from backend.errors import NotFound
from backend.search import events, listing, look, openapi, uploads
from backend.search.alike import etag_of
from backend.search.answers import ListAnswer
from backend.search.engine import NO_VECTORS, Engine, ProductRef
from backend.search.forms import PhotoForm, ProductsForm, SearchForm, SimilarForm, TextForm
from backend.search.remote import fetch_picture
from backend.search.wish import Wish
from backend.tenants import accounts, auth, keys, showcase
from backend.vision.word_lists import word_lists

SIMILAR_MAX_AGE_S, WIDGET_MAX_AGE_S = 60, 300
_PREVIEW = "Niteru-Preview"
"""A header of the dashboard's preview: a seller who looks is no shopper. Pages elsewhere are not let send it."""
_LEAST_PER_ADDRESS, _WORDS_PER_PHOTO = 30, 5

bp = Blueprint("search", __name__, url_prefix="/v1")
bp.after_request(uploads.drain)
auth.init_blueprint(bp)


@bp.record_once
def _keep_uploads_in_memory(state: BlueprintSetupState) -> None:
    # For the whole application: whoever looks at the form first decides where the files go.
    assert isinstance(state.app, Flask)
    state.app.request_class = uploads.MemoryRequest


def init_app(app: Flask, *, fingerprint: Callable[[str], str]) -> None:
    """Add `/v1` to the application. `fingerprint` gives the identity of a shop's address, or raises ValueError."""
    word_lists()  # a second's work, which no shopper shall wait for
    app.extensions["niteru_engine"] = Engine(app.extensions["niteru_settings"], fingerprint)
    app.register_blueprint(bp)


@bp.post("/search/photo")
@auth.require_key("publishable", "secret")
def search_photo() -> ResponseReturnValue:
    """Find what looks like each garment of a photo."""
    _limit_photos()
    uploads.check_multipart()
    form = http.parse(PhotoForm, request.form.to_dict())
    photo = _photo(form)
    return http.answer(_engine().photo(g.tenant_id, photo, _wish(form), box=form.box, words=form.q))


@bp.get("/similar")
@auth.require_key("publishable", "secret")
def similar() -> ResponseReturnValue:
    """Find what looks like a product of the shop."""
    form = http.parse(SimilarForm, request.args.to_dict())
    ref = ProductRef(url=form.url, product_id=form.product_id, sku=form.sku)
    answer, etag = _similar(form, ref)
    response = http.answer(answer)
    response.set_etag(etag)
    response.cache_control.private = True
    response.cache_control.max_age = SIMILAR_MAX_AGE_S
    return response.make_conditional(request)


@bp.get("/search/text")
@auth.require_key("publishable", "secret")
def search_text() -> ResponseReturnValue:
    """Find products by words."""
    form = http.parse(TextForm, request.args.to_dict())
    http.limit("text", g.tenant_id, auth.settings().photos_per_minute * _WORDS_PER_PHOTO)
    return http.answer(_engine().text(g.tenant_id, form.q, _wish(form)))


@bp.get("/widget")
@auth.require_key("publishable", "secret")
def widget_look() -> ResponseReturnValue:
    """Return how the seller wants the widget."""
    response = http.answer(look.shown(g.tenant_id))
    response.cache_control.private = True
    response.cache_control.max_age = WIDGET_MAX_AGE_S
    return response


@bp.post("/events")
@auth.require_key("publishable", "secret")
def record_event() -> ResponseReturnValue:
    """Note what a shopper did with an answer."""
    events.limit(auth.settings(), g.tenant_id)
    events.record(g.tenant_id, events.read())
    return "", 204


@bp.get("/products")
@auth.require_key("secret")
def list_products() -> ResponseReturnValue:
    """List the catalogue, newest first."""
    form = http.parse(ProductsForm, request.args.to_dict())
    with transaction(g.tenant_id) as session:
        page = listing.page(session, g.tenant_id, form)
    return http.answer(page)


@bp.get("/products/<product_id>")
@auth.require_key("secret")
def get_product(product_id: str) -> ResponseReturnValue:
    """Return one product of the catalogue."""
    with transaction(g.tenant_id) as session:
        product = listing.one(session, g.tenant_id, product_id)
    return http.answer(product)


@bp.get("/openapi.json")
def openapi_document() -> ResponseReturnValue:
    """Return this description of `/v1`."""
    return http.answer(openapi.document(auth.settings().public_url))


def _engine() -> Engine:
    engine: Engine = current_app.extensions["niteru_engine"]
    return engine


def _wish(form: SearchForm) -> Wish:
    """Return what every search takes. Raises BadInput where a page asks what only the shop's server may know."""
    if form.why and g.holder.kind != "secret":
        raise http.BadInput("why: only a secret key may ask it, from the shop's own server.")
    return replace(form.wish(), counted=_PREVIEW not in request.headers)


def _similar(form: SimilarForm, ref: ProductRef) -> tuple[ListAnswer, str]:
    """Answer by the product's vectors; one that has none yet, or is not in the catalogue, by the picture given."""
    wish = _wish(form)
    try:
        answer, etag = _engine().similar(g.tenant_id, ref, wish, known_etags=request.if_none_match, seen=g.seen)
        if form.image_url is None or answer.notice != NO_VECTORS:
            return answer, etag
    except NotFound:
        if form.image_url is None:
            raise
    _limit_photos()
    picture = fetch_picture(auth.settings(), g.tenant_id, form.image_url, is_ours=_is_ours)
    answer = _engine().like_picture(g.tenant_id, picture, wish)
    return answer, etag_of(answer.matches, answer.notice)


def _limit_photos() -> None:
    """Count one photo of the shop, and of the shopper's address unless the shop's own server sends for many."""
    most = auth.settings().photos_per_minute
    http.limit("photo", g.tenant_id, most)
    if g.holder.kind == "publishable":
        address = f"{g.tenant_id}:{http.caller_address()}"
        http.limit("photo-address", address, max(_LEAST_PER_ADDRESS, most // 5))


def _photo(form: PhotoForm) -> bytes:
    """Return the photo of the request, by upload or by address. Raises BadInput unless it is exactly one of them."""
    settings = auth.settings()
    photo = uploads.uploaded_photo(most_bytes=settings.photo_max_bytes)
    if (photo is None) == (form.image_url is None):
        raise http.BadInput("image: send one picture, either as the file `image` or by its address in `image_url`.")
    if photo is None:
        photo = fetch_picture(settings, g.tenant_id, form.image_url or "", is_ours=_is_ours)
    return photo


def _is_ours(origin: str) -> bool:
    with transaction(g.tenant_id) as session:
        shop_url = accounts.get_tenant(session, g.tenant_id).shop_url
        return origin == keys.origin_of(shop_url) or showcase.shows_pictures_from(session, g.tenant_id, origin)
