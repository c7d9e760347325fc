"""A normal fashion shop in Japanese (at /) and English (at /en), to be crawled and to carry the widget.

It knows nothing of Niteru but the one script tag that a seller would paste into every page.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from backend.demo.catalog import DemoCatalog, Product, draw_catalog
from backend.demo.catalog_models import categories
from backend.demo.shop_texts import LISTS, TEXTS, Listing
from backend.demo.structured import breadcrumbs_json, organization_json, product_json

log = logging.getLogger(__name__)

PER_PAGE = 12
DISALLOWED = ("/cart", "/account")


@dataclass(frozen=True, slots=True)
class Embed:
    """What the seller pastes: the widget's address and the publishable key."""

    widget_url: str
    key: str


EmbedSource = Callable[[], Embed | None]
bp = Blueprint("shop", __name__)


def embed_from_file(path: Path) -> EmbedSource:
    """Return a source that reads {"widget_url", "key"} at each request: the key is known only after the shop runs."""

    def read() -> Embed | None:
        try:
            facts = json.loads(path.read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or just being written
            return None
        return Embed(str(facts["widget_url"]), str(facts["key"]))

    return read


def create_shop(catalog: DemoCatalog, *, embed: EmbedSource | None = None) -> Flask:
    """Return the shop; `embed` is asked at each request for the tag to put in the page."""
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["demo_catalog"] = catalog
    app.register_blueprint(bp, name="ja")
    app.register_blueprint(bp, name="en", url_prefix="/en")
    _register_shared(app)

    @app.context_processor
    def shared() -> dict[str, Any]:
        lang = "en" if request.blueprint == "en" else "ja"
        return {
            "lang": lang,
            "t": TEXTS[lang],
            "categories": categories(),
            "embed": embed() if embed else None,
            "here": lambda name, **values: url_for(f"{lang}.{name}", **values),
            "canonical": request.url_root.rstrip("/") + _japanese_path(),
            "alternates": {code: request.url_root.rstrip("/") + path for code, path in _language_paths().items()},
            "organization": organization_json(request.url_root, lang),
        }

    return app


def _register_shared(app: Flask) -> None:
    """Add what has no language: pictures, robots.txt, the sitemap."""

    @app.get("/images/<path:file>")
    def picture(file: str) -> Response:
        return send_from_directory(_catalog().folder.resolve(), file, max_age=3600)

    @app.get("/robots.txt")
    def robots() -> ResponseReturnValue:
        lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for prefix in ("", "/en") for path in DISALLOWED)]
        return Response("\n".join([*lines, "", f"Sitemap: {request.url_root}sitemap.xml", ""]), mimetype="text/plain")

    @app.get("/sitemap.xml")
    def sitemap() -> ResponseReturnValue:
        root = request.url_root.rstrip("/")
        lists = [listing.slug for listing in LISTS]
        paths = ["/", *(f"/category/{slug}" for slug in lists), *(f"/products/{p.slug}" for p in _catalog().products)]
        return Response(render_template("sitemap.xml", root=root, paths=paths), mimetype="application/xml")

    @app.errorhandler(404)
    def missing(_error: Exception) -> ResponseReturnValue:
        return render_template("message.html", kind="missing"), 404


def _catalog() -> DemoCatalog:
    catalog: DemoCatalog = current_app.extensions["demo_catalog"]
    return catalog


def _lang() -> str:
    return "en" if request.blueprint == "en" else "ja"


def _japanese_path() -> str:
    """Return this page's address in Japanese: both languages name it as canonical, so a product counts once."""
    path = request.path.removeprefix("/en") or "/"
    page = request.args.get("page", "")
    return f"{path}?page={page}" if page.isdigit() and page != "1" else path


def _language_paths() -> dict[str, str]:
    path = _japanese_path()
    return {"ja": path, "en": "/en" + path, "x-default": path}


@bp.get("/")
def home() -> ResponseReturnValue:
    products = _catalog().products
    fresh = [p for p in products if p.in_stock][::6][:12]
    return render_template("home.html", fresh=fresh, sale=_listed("sale")[:6], covers=_covers())


def _covers() -> dict[str, str]:
    """Return one picture for each category."""
    return {category.slug: _catalog().in_category(category.slug)[0].shots[0].file for category in categories()}


def _listed(slug: str) -> list[Product]:
    products = _catalog().products
    if slug == "sale":
        return [p for p in products if p.list_price]
    if slug in {"women", "men"}:
        return [p for p in products if p.gender in {slug, "unisex"}]
    return _catalog().in_category(slug)


@bp.get("/category/<slug>")
def category(slug: str) -> ResponseReturnValue:
    listing = next((one for one in LISTS if one.slug == slug), None)
    if listing is None:
        abort(404)
    return _listing_page(listing.title(_lang()), _listed(slug), listing)


@bp.get("/search")
def search() -> ResponseReturnValue:
    query = request.args.get("q", "").strip()[:80]
    words = query.lower().split()
    found = [p for p in _catalog().products if words and all(word in _words(p) for word in words)]
    return _listing_page(f"{TEXTS[_lang()]['results']} “{query}”", found, None)


def _words(product: Product) -> str:
    parts = (product.title_ja, product.title_en, product.brand, product.category.ja, product.category.en, product.sku)
    return " ".join(parts).lower()


def _listing_page(title: str, products: list[Product], listing: Listing | None) -> ResponseReturnValue:
    pages = max(1, -(-len(products) // PER_PAGE))
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= pages:
        abort(404)
    shown = products[(page - 1) * PER_PAGE : page * PER_PAGE]
    crumbs = [(TEXTS[_lang()]["home"], url_for(f"{_lang()}.home")), (title, request.path)]
    return render_template(
        "listing.html", title=title, products=shown, total=len(products), page=page, pages=pages, listing=listing,
        breadcrumbs=breadcrumbs_json(request.url_root, crumbs),
    )  # fmt: skip


@bp.get("/products/<slug>")
def product(slug: str) -> ResponseReturnValue:
    found = _catalog().find(slug)
    if found is None:
        abort(404)
    lang = _lang()
    crumbs = [
        (TEXTS[lang]["home"], url_for(f"{lang}.home")),
        (
            found.category.ja if lang == "ja" else found.category.en,
            url_for(f"{lang}.category", slug=found.category.slug),
        ),
        (found.title(lang), url_for(f"{lang}.product", slug=slug)),
    ]
    related = [p for p in _catalog().in_category(found.category.slug) if p.group != found.group][:6]
    return render_template(
        "product.html", product=found, crumbs=crumbs, related=related, colors=_catalog().of_group(found.group),
        facts=product_json(found, request.url_root, lang), breadcrumbs=breadcrumbs_json(request.url_root, crumbs),
    )  # fmt: skip


@bp.get("/<any(cart, account, about, shipping):kind>")
def message(kind: str) -> ResponseReturnValue:
    return render_template("message.html", kind=kind)


class _QuietHandler(WSGIRequestHandler):
    """Logs as the other parts do, and only for those who look for it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        log.debug("demo_shop_request", extra={"path": self.path, "status": str(code), "size": str(size)})


def shop_server(app: Flask, *, host: str, port: int) -> BaseWSGIServer:
    """Return a server of the shop, bound and not yet answering; with port 0 the system picks one (`server_port`)."""
    return make_server(host, port, app, threaded=True, request_handler=_QuietHandler)


@contextmanager
def running(app: Flask, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the shop from a thread while the block runs; yields its address, without a slash at the end."""
    server = shop_server(app, host=host, port=port)
    thread = threading.Thread(target=server.serve_forever, name="demo-shop", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8800,
    widget_url: str | None = None,
    key: str | None = None,
    embed_file: Path | None = None,
) -> None:
    """Draw the shop into the folder if needed and serve it until the process is stopped.

    The tag comes from `widget_url` and `key`, or from `embed_file`, which may appear and change while the shop runs.
    """
    fixed = Embed(widget_url, key) if widget_url and key else None
    source: EmbedSource = embed_from_file(embed_file) if embed_file and fixed is None else lambda: fixed
    catalog = draw_catalog(folder)
    server = shop_server(create_shop(catalog, embed=source), host=host, port=port)
    log.info(
        "demo_shop_ready", extra={"address": f"http://{host}:{server.server_port}", "products": len(catalog.products)}
    )
    try:
        server.serve_forever()
    finally:
        server.server_close()
