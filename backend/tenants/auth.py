"""Who is calling `/v1`: the key names the tenant, and nothing else does."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from flask import Blueprint, Response, current_app, g, request
from flask.typing import ResponseReturnValue

from backend import http
from backend.config import Settings
from backend.db import transaction
from backend.errors import DomainError
from backend.tenants import freshness, keys

Args = ParamSpec("Args")
_BY_ADDRESS, _BY_SERVER = 5, 100
"""Times as many requests as photos: of a shopper's address; of a shop's own server, which asks for many shoppers."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Who holds a key, and the version of the shop at which that is so."""

    holder: keys.KeyHolder
    seen: str


_remembered: freshness.Memory[_Known] = freshness.Memory(most=10_000, seconds=20)


class Unauthorized(DomainError):
    status = 401
    code = "unauthorized"


class Forbidden(DomainError):
    status = 403
    code = "forbidden"


def settings() -> Settings:
    """Return the app's settings."""
    found: Settings = current_app.extensions["niteru_settings"]
    return found


def require_key(*kinds: str) -> Callable[[Callable[Args, ResponseReturnValue]], Callable[Args, ResponseReturnValue]]:
    """Admit holders of a key of these kinds ("publishable", "secret"); sets `g.tenant_id` and `g.holder`.

    `g.seen` is the shop's version (`freshness`) when the key was looked at.
    """

    def decorate(view: Callable[Args, ResponseReturnValue]) -> Callable[Args, ResponseReturnValue]:
        @functools.wraps(view)
        def admitted(*args: Args.args, **kwargs: Args.kwargs) -> ResponseReturnValue:
            known = _admit(kinds)
            g.holder, g.tenant_id, g.seen = known.holder, known.holder.tenant_id, known.seen
            return view(*args, **kwargs)

        return admitted

    return decorate


def _admit(kinds: tuple[str, ...]) -> _Known:
    readable = _given_key()
    known = _remembered.recall(readable)
    if known is not None and known.holder.kind == "secret":
        http.limit("server", known.holder.tenant_id, settings().photos_per_minute * _BY_SERVER)
    else:
        # Counted before the key is looked up, so that guessing keys is as slow as using one that stands in a page.
        http.limit("address", http.caller_address(), settings().photos_per_minute * _BY_ADDRESS)
    known = known or _look_up(readable)
    if known is None:
        raise Unauthorized("This key is unknown or was revoked. Copy the current one from the dashboard.")
    if known.holder.kind not in kinds:
        raise Forbidden("This needs the secret key (sk_), sent as `Authorization: Bearer` by the shop's own server.")
    if known.holder.kind == "publishable":
        _check_origin(known.holder)
    return known


def _look_up(readable: str) -> _Known | None:
    with transaction() as session:
        holder = keys.find_holder(session, readable)
    if holder is None:
        return None
    seen = freshness.version(holder.tenant_id)
    with transaction() as session:
        holder = keys.find_holder(session, readable)  # it may have been revoked before the version was read
    if holder is None:
        return None
    known = _Known(holder, seen)
    _remembered.remember(readable, holder.tenant_id, seen, known)
    return known


def _given_key() -> str:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    key = request.args.get("key", "")
    if key.startswith("sk_"):
        raise Unauthorized("A secret key never goes into an address. Send it as `Authorization: Bearer`.")
    if not key:
        raise Unauthorized("Send a key: `?key=pk_…` from the shop's pages, or `Authorization: Bearer sk_…`.")
    return key


def _check_origin(holder: keys.KeyHolder) -> None:
    """A browser names the page's origin; only the shop's own may use its key. (Others can leave it out or lie.)

    Pages of this service may, too: the dashboard shows a shop's widget to its seller.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin == f"{request.scheme}://{request.host}":
        return
    if origin not in holder.origins:
        raise Forbidden(f"This key may not be used from {origin[:200]}. Add the address in the dashboard under Keys.")
    g.cors_origin = origin


def init_blueprint(blueprint: Blueprint) -> None:
    """Let browsers on the shop's pages read the blueprint's answers, errors included."""
    blueprint.before_request(_answer_preflight)
    blueprint.after_request(_allow_origin)


def _answer_preflight() -> Response | None:
    if request.method != "OPTIONS":
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _allow_origin(response: Response) -> Response:
    # Answers carry no cookie and depend on the key alone, so any page may read a refusal; data needs `_check_origin`.
    response.headers["Access-Control-Allow-Origin"] = g.get("cors_origin") or "*"
    response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id"
    response.vary.add("Origin")
    return response
