"""What every page of the dashboard shares: headers, words and formats for templates, CSRF, error pages."""

import logging

from flask import Blueprint, Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from backend import http
from backend.errors import DomainError, NotFound
from dashboard import formats
from dashboard.locale import LOCALES, advice, knows, locale, said, t, tn

log = logging.getLogger(__name__)

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy(**otherwise: str) -> str:
    """Return the pages' Content-Security-Policy, with these sources (`img_src="'self' https:"`) for the usual."""
    sources = _SOURCES | {name.replace("_", "-"): said for name, said in otherwise.items()}
    return "; ".join(f"{name} {said}" for name, said in sources.items())


HEADERS = {
    "Content-Security-Policy": policy(),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # The origin at least: over https the CSRF check wants to see where a form came from.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def blueprint(name: str, *, url_prefix: str | None = None) -> Blueprint:
    """Return a blueprint whose pages have the dashboard's headers, CSRF check and error pages."""
    made = Blueprint(
        name, "dashboard", url_prefix=url_prefix, template_folder="templates", static_folder=None, static_url_path=None
    )
    made.before_request(_check_csrf)
    made.after_request(_add_headers)
    made.register_error_handler(DomainError, _domain_page)
    made.register_error_handler(CSRFError, _csrf_page)
    made.register_error_handler(HTTPException, _http_page)
    made.register_error_handler(500, _failure_page)
    return made


def init_app(app: Flask) -> None:
    """Give templates their words and formats, and the dashboard its files and its page for unknown addresses."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=t, tn=tn, knows=knows, said=said, advice=advice, locale=locale, locales=LOCALES, number=formats.number,
        percent=formats.percent, price=formats.price, plain_price=formats.plain_price, moment=formats.moment,
        day=formats.day, seconds=formats.seconds, host=formats.host, path=formats.path, colors=formats.colors,
    )  # fmt: skip
    files = Blueprint("assets", "dashboard", static_folder="static", static_url_path="/assets")
    files.after_request(_keep_assets)
    app.register_blueprint(files)
    app.register_error_handler(404, _unknown_address)


def own_path(given: str | None) -> str | None:
    """Return an address to go on to when it is a path of ours, else None: a link never leads to another host."""
    if not given or not given.startswith("/") or given.startswith(("//", "/\\")) or "\\" in given:
        return None
    return given if given.isprintable() else None


def _check_csrf() -> None:
    guard: CSRFProtect = current_app.extensions["csrf"]
    guard.protect()


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _keep_assets(response: Response) -> Response:
    # Asked for again each time and answered with 304: a new release shows at once, without versions in addresses.
    response.headers["Cache-Control"] = "no-cache"
    return response


def error_page(status: int, *, kind: str, message: str | None = None) -> tuple[str, int, dict[str, str]]:
    """Return a page that says what happened and where to go on; `kind` names its words."""
    page = render_template("error.html", status=status, kind=kind, message=message, request_id=http.request_id())
    return page, status, dict(HEADERS)


def _domain_page(error: DomainError) -> ResponseReturnValue:
    if error.status in {403, 404}:
        return error_page(error.status, kind=str(error.status))
    # The sentences of errors are English; those a seller meets often have words of their own here.
    message = t(f"error.code.{error.code}") if knows(f"error.code.{error.code}") else error.message
    return error_page(error.status, kind="refused", message=message)


def _csrf_page(error: CSRFError) -> ResponseReturnValue:
    log.info("csrf_refused", extra={"reason": error.description})
    return error_page(400, kind="csrf")


def _http_page(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error  # a redirect
    return error_page(error.code, kind=str(error.code) if error.code in {403, 404, 413} else "refused")


def _failure_page(error: Exception) -> ResponseReturnValue:
    del error  # Flask has logged it
    return error_page(500, kind="500")


def _unknown_address(error: HTTPException) -> ResponseReturnValue:
    if request.path.startswith(("/v1", "/widget")):
        return http.answer_error(NotFound(error.description or "There is nothing at this address."))
    return error_page(404, kind="404")
