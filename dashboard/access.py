"""Whose shop it is and what the person may do there: asked before every page below `/shops/<tenant_id>`."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from backend.db import transaction
from backend.errors import NotFound
from backend.tenants import accounts, review
from backend.tenants.auth import Forbidden
from backend.tenants.models import IngestRun, ProductImage
from dashboard import frame

View = TypeVar("View", bound=Callable[..., Any])
NAVIGATION = (
    ("overview", "overview"), ("catalog", "catalog"), ("crawl", "crawl"), ("searches", "searches"), ("tryout", "try"),
    ("embed", "embed"), ("keys", "keys"), ("settings", "settings"),
)  # fmt: skip
"""Endpoint and name of each page in the navigation."""

shop = frame.blueprint("shop", url_prefix="/shops/<uuid:tenant_id>")


def needs(role: str) -> Callable[[View], View]:
    """Raise the role a view asks for; without it reading needs a viewer and changing an editor."""

    def mark(view: View) -> View:
        view.needs_role = role  # type: ignore[attr-defined]
        return view

    return mark


def takes(most_bytes: int) -> Callable[[View], View]:
    """Let a view take a larger file than a photo, from people who are signed in."""

    def mark(view: View) -> View:
        view.takes_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


@shop.url_value_preprocessor
def _make_room(endpoint: str | None, _: dict[str, Any] | None) -> None:
    """Raise the bound on what is sent before anything, the form's token first of all, is read of it."""
    most = getattr(current_app.view_functions.get(endpoint or ""), "takes_bytes", None)
    if most and current_user.is_authenticated:
        request.max_content_length = most + 100_000


@shop.url_value_preprocessor
def _take_tenant(_: str | None, values: dict[str, Any] | None) -> None:
    """Take the shop out of the address: views read `g.tenant_id`, which is set only for a member."""
    given = (values or {}).pop("tenant_id", None)
    g.asked_tenant_id = str(given) if isinstance(given, UUID) else ""


@shop.url_defaults
def _keep_tenant(_: str, values: dict[str, Any]) -> None:
    """Links between the shop's pages stay in the shop."""
    if "tenant_id" in g:
        values.setdefault("tenant_id", g.tenant_id)


@shop.before_request
def _admit() -> ResponseReturnValue | None:
    """Admit members of the shop whose role suffices. To everyone else the shop does not exist."""
    if not current_user.is_authenticated:
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("session.sign_in", next=here))
    with transaction(g.asked_tenant_id, user_id=current_user.id) as session:
        role = accounts.find_role(session, g.asked_tenant_id, current_user.id)
        if role is None:
            raise NotFound("There is no such shop.")
        shops = accounts.list_shops_of(session, current_user.id)
    g.tenant_id, g.role, g.shops = g.asked_tenant_id, role, shops
    g.tenant = next(tenant for tenant in shops if tenant.id == g.tenant_id)
    if not may(_needed_role()):
        raise Forbidden("Your role in this shop does not allow this.")
    return None


@shop.app_template_global()
def may(role: str) -> bool:
    """Whether the person who is signed in has at least this role in this shop."""
    return accounts.ROLES.index(g.role) >= accounts.ROLES.index(role)


@shop.context_processor
def _facts() -> dict[str, Any]:
    """What every page of a shop shows: where it is, and how states look."""
    here = (request.endpoint or "").removeprefix("shop.")
    # What a page is part of when it is not in the navigation itself.
    section = {
        "product": "catalog",
        "edit_product": "catalog",
        "pairs": "catalog",
        "failures": "crawl",
        "create_key": "keys",
        "set_origins": "keys",
    }
    again = {name: value for name, value in request.args.items() if value and name != "after"}
    return {
        "here": section.get(here, here),
        "again": again,
        "navigation": [row for row in NAVIGATION if row[0] != "keys" or ("role" in g and may("owner"))],
        "run_kind": _run_kind,
        "image_kind": _image_kind,
    }


def _run_kind(run: IngestRun) -> str:
    """Return which badge a run gets."""
    return {"succeeded": "good", "failed": "warn", "canceled": "off"}.get(run.state, "wait")


def _image_kind(image: ProductImage) -> str:
    """Return which badge an image gets."""
    return {"live": "good", "failed": "warn", "wanted": "wait", "stored": "wait"}.get(image.state, "off")


def _needed_role() -> str:
    view = current_app.view_functions[request.endpoint or ""]
    reading = request.method in {"GET", "HEAD", "OPTIONS"}
    needed: str = getattr(view, "needs_role", "viewer" if reading else "editor")
    return needed


def asked_id(name: str) -> str | None:
    """Return the id in the address's query, None without one. Raises NotFound for what is no id."""
    given = request.args.get(name)
    if not given:
        return None
    if not review.is_id(given):
        raise NotFound("There is no such thing in this shop.")
    return given


def current_id() -> str:
    """Return the id of the person who is signed in; only behind `_admit`."""
    user_id: str = current_user.id
    return user_id
