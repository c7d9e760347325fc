"""The tag a seller pastes into the shop's pages, and how the widget looks there."""

from collections.abc import Mapping

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from backend.db import transaction
from backend.tenants import accounts, auth, keys, widget
from backend.tenants.models import ApiKey
from dashboard.access import current_id, shop
from dashboard.locale import t

CHOICES = {
    "radius": widget.RADII,
    "columns": widget.COLUMNS,
    "theme": widget.THEMES,
    "camera": widget.CAMERAS,
    "similar": widget.SIMILAR,
    "find": widget.FIND,
}
USUAL = {
    "similar_ja": "似ているアイテム",
    "similar_en": "Similar items",
    "camera_ja": "写真で探す",
    "camera_en": "Search by photo",
}
"""What the widget says where the seller chose nothing."""


@shop.get("/embed")
def embed() -> ResponseReturnValue:
    return _page(_fields(widget.read(g.tenant.settings)), {})


@shop.post("/embed")
def save_look() -> ResponseReturnValue:
    """Keep how the widget looks and where it appears."""
    try:
        look = widget.clean(request.form)
    except widget.BadLook as error:
        return _page(request.form, {error.name: problem_of(error)}), 422
    with transaction(g.tenant_id) as session:
        widget.keep(session, g.tenant_id, look)
        accounts.audit(session, g.tenant_id, "look_saved", user_id=current_id())
    flash(t("look.saved"), "note")
    return redirect(url_for("shop.embed", _anchor="look"))


def problem_of(error: widget.BadLook) -> str:
    """Return what is said beside the field."""
    return t(f"look.error.{error.name.partition('_')[0]}")


def publishable_key(session: Session) -> ApiKey | None:
    """Return the key that stands in the tag."""
    return next((key for key in keys.list_keys(session, g.tenant_id) if key.kind == "publishable"), None)


def _fields(look: widget.Look) -> dict[str, str]:
    """Return the look as the form's fields."""
    said = {
        f"{name}_{language}": look.texts.get(language, {}).get(name, "")
        for language in widget.LANGUAGES
        for name in widget.TEXTS
    }
    plain = {name: str(value) for name in CHOICES if (value := getattr(look, name)) is not None}
    return {**plain, "accent": look.accent or "", "hidden_on": "\n".join(look.hidden_on), **said}


def _page(values: Mapping[str, str], problems: Mapping[str, str]) -> str:
    with transaction(g.tenant_id) as session:
        key = publishable_key(session)
    return render_template(
        "embed.html",
        key=key,
        own_origin=keys.origin_of(g.tenant.shop_url),
        public_url=auth.settings().public_url,
        values=values,
        problems=problems,
        choices=CHOICES,
        texts=USUAL,
        longest_text=widget.LONGEST_TEXT,
    )
