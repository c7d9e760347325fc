"""One product: its pictures and boxes, its way into search, its facts and the seller's corrections."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.tenants import accounts, catalog, catalog_edits, catalog_trace, review
from backend.tenants.catalog_category import note_choice
from backend.tenants.models import PLACEMENTS, Product
from backend.vision.attributes import PATTERNS
from backend.vision.colors import PALETTE
from backend.vision.fusion import seen_in
from backend.vision.values import CATEGORIES, Box, Detection
from dashboard import shoppers, story
from dashboard.access import current_id, shop
from dashboard.locale import t

GENDERS = ("women", "men", "unisex", "kids")
FIELDS = ("title", "price", "category", "gender", "pattern", "colors")


@shop.get("/products/<uuid:product_id>")
def product(product_id: UUID) -> ResponseReturnValue:
    return _page(str(product_id))


def _page(product_id: str, *, given: dict[str, Any] | None = None, problems: dict[str, str] | None = None) -> str:
    """Render the product; `given` are refused values of its form, shown again beside what is wrong with them."""
    with transaction(g.tenant_id) as session:
        row = catalog.get_product(session, g.tenant_id, product_id)
        trace = catalog_trace.trace(session, g.tenant_id, product_id)
        pictures = review.pictures_of(session, g.tenant_id, [product_id])[product_id]
        decided = review.chosen_boxes(session, g.tenant_id, [picture.image.id for picture in pictures])
        twin = catalog.get_product(session, g.tenant_id, row.duplicate_of) if row.duplicate_of else None
    facts = catalog.effective(row)
    return render_template(
        "product.html",
        product=row,
        facts=facts,
        values={**{name: getattr(facts, name) for name in FIELDS}, **(given or {})},
        problems=problems or {},
        trace=trace,
        steps=story.tell(row, trace),
        pictures=pictures,
        decided=decided,
        twin=twin,
        similar=shoppers.similar_items(g.tenant_id, product_id) if trace["searchable"] else [],
        open_category=_open_category(row, pictures),
        categories=CATEGORIES,
        genders=GENDERS,
        patterns=PATTERNS,
        placements=PLACEMENTS,
        palette=[*PALETTE, *(color for color in facts.colors if color not in PALETTE)],
    )


def _open_category(row: Product, pictures: Sequence[review.Picture]) -> tuple[str, ...]:
    """Return the categories that words and pictures name, the words' first, where a person should choose."""
    if not {catalog_edits.DISAGREES, catalog_edits.UNKNOWN}.intersection(row.attention):
        return ()
    return tuple(dict.fromkeys(one for one in (row.category, _seen_category(pictures)) if one))


def _seen_category(pictures: Sequence[review.Picture]) -> str | None:
    seen = seen_in([
        [Detection(Box(box.x, box.y, box.w, box.h), box.category, box.confidence) for box in picture.boxes]
        for picture in pictures
        if picture.image.usefulness == "garment"
    ])  # fmt: skip
    return max(seen, key=seen.__getitem__) if seen else None


@shop.post("/products/<uuid:product_id>/category")
def choose_category(product_id: UUID) -> ResponseReturnValue:
    """Keep a person's word on a category that words and pictures dispute; no crawl and no picture undoes it."""
    chosen = request.form.get("category", "")
    if chosen in CATEGORIES:
        with transaction(g.tenant_id) as session:
            row = catalog_edits.override(session, g.tenant_id, str(product_id), {"category": chosen})
            pictures = review.pictures_of(session, g.tenant_id, [row.id])[row.id]
            note_choice(session, g.tenant_id, row, chosen, seen=_seen_category(pictures), user_id=current_id())
            accounts.audit(
                session, g.tenant_id, "product_edited", user_id=current_id(), subject=row.id, fields=["category"]
            )
        flash(t("product.saved"), "note")
    return redirect(url_for("shop.product", product_id=product_id))


@shop.post("/products/<uuid:product_id>")
def edit_product(product_id: UUID) -> ResponseReturnValue:
    """Keep what differs from the crawled value as the seller's own; what equals it is no edit."""
    given, problems = _read_form()
    if problems:
        return _page(str(product_id), given=given, problems=problems), 422
    with transaction(g.tenant_id) as session:
        row = catalog.get_product(session, g.tenant_id, str(product_id), lock=True)
        edits = {name: _edit(row, name, given[name]) for name in FIELDS}
        changed = {name: value for name, value in edits.items() if value != row.overrides.get(name)}
        if changed:
            catalog_edits.override(session, g.tenant_id, row.id, changed)
            accounts.audit(
                session, g.tenant_id, "product_edited", user_id=current_id(), subject=row.id, fields=sorted(changed)
            )
    flash(t("product.saved" if changed else "product.unchanged"), "note")
    return redirect(url_for("shop.product", product_id=product_id))


def _read_form() -> tuple[dict[str, Any], dict[str, str]]:
    form = request.form
    given: dict[str, Any] = {
        "title": form.get("title", "").strip()[:500],
        "price": form.get("price", "").strip()[:30],
        "category": form.get("category", ""),
        "gender": form.get("gender", ""),
        "pattern": form.get("pattern", ""),
        "colors": [color[:40] for color in form.getlist("colors")[:20]],
    }
    problems = {}
    if not given["title"]:
        problems["title"] = t("product.error.title")
    try:
        given["price"] = _price(given["price"])
    except InvalidOperation:
        problems["price"] = t("product.error.price")
    for name, known in (("category", CATEGORIES), ("gender", GENDERS), ("pattern", PATTERNS)):
        if given[name] not in {"", *known}:
            problems[name] = t("product.error.choice")
    return given, problems


def _price(text: str) -> Decimal | None:
    """Read a price as people type it (1,280 or ¥1280). Raises InvalidOperation."""
    plain = text.translate({ord(sign): None for sign in ",¥$€£ 円"})
    price = Decimal(plain) if plain else None
    if price is not None and not (price.is_finite() and 0 <= price < 10**10):
        raise InvalidOperation
    return price


def _edit(row: Product, name: str, value: Any) -> Any:
    """Return what to keep as the override of a field: None when the value is the crawled one or says nothing."""
    crawled = getattr(row, name)
    if name == "price":
        return None if value is None or value == crawled else str(value)
    if name == "colors":
        return None if sorted(value) == sorted(crawled or []) else value
    if name == "category" and value == row.overrides.get(name):
        return value  # a choice between words and pictures stays one, also where the words were right
    return None if not value or value == crawled else value


@shop.post("/products/<uuid:product_id>/reset")
def reset_product(product_id: UUID) -> ResponseReturnValue:
    """Take one edit back: the crawled value holds again."""
    name = request.form.get("field", "")
    if name in FIELDS:
        with transaction(g.tenant_id) as session:
            catalog_edits.override(session, g.tenant_id, str(product_id), {name: None})
            accounts.audit(
                session, g.tenant_id, "product_reset", user_id=current_id(), subject=str(product_id), fields=[name]
            )
        flash(t("product.was_reset"), "note")
    return redirect(url_for("shop.product", product_id=product_id))


@shop.post("/products/<uuid:product_id>/hidden")
def hide_product(product_id: UUID) -> ResponseReturnValue:
    hidden = request.form.get("hidden") == "1"
    with transaction(g.tenant_id) as session:
        catalog_edits.set_hidden(session, g.tenant_id, str(product_id), hidden=hidden)
        accounts.audit(
            session,
            g.tenant_id,
            "product_hidden" if hidden else "product_shown",
            user_id=current_id(),
            subject=str(product_id),
        )
    flash(t("product.was_hidden" if hidden else "product.was_shown"), "note")
    return redirect(url_for("shop.product", product_id=product_id))


@shop.post("/products/<uuid:product_id>/place")
def place_product(product_id: UUID) -> ResponseReturnValue:
    placement = request.form.get("placement", "")
    if placement in {"", *PLACEMENTS}:
        with transaction(g.tenant_id) as session:
            catalog_edits.set_placement(session, g.tenant_id, str(product_id), placement or None)
            accounts.audit(
                session, g.tenant_id, "product_placed", user_id=current_id(), subject=str(product_id), place=placement
            )
        flash(t("product.was_placed"), "note")
    return redirect(url_for("shop.product", product_id=product_id))


@shop.post("/products/<uuid:product_id>/for-sale")
def choose_for_sale(product_id: UUID) -> ResponseReturnValue:
    with transaction(g.tenant_id) as session:
        image = review.choose_for_sale(
            session, g.tenant_id, str(product_id), request.form.get("detection", ""), user_id=current_id()
        )
    flash(t("product.was_chosen"), "note")
    return redirect(url_for("shop.product", product_id=product_id, _anchor=f"picture-{image.id}"))
