"""Products that may be one: both side by side, and a person's word on it."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.tenants import catalog, catalog_pairs, review
from backend.tenants.models import DuplicatePair, Product
from dashboard.access import asked_id, current_id, shop
from dashboard.locale import t

PAGE = 20
STATES = (catalog_pairs.UNSURE, catalog_pairs.MERGED, catalog_pairs.PARTED)


@shop.get("/pairs")
def pairs() -> ResponseReturnValue:
    state = request.args.get("state", "")
    state = state if state in STATES else STATES[0]
    with transaction(g.tenant_id) as session:
        found = catalog_pairs.list_pairs(session, g.tenant_id, state, after=asked_id("after"), limit=PAGE + 1)
        shown, more = found[:PAGE], len(found) > PAGE
        counts = catalog_pairs.count_pairs(session, g.tenant_id)
        ids = [id_ for pair in shown for id_ in (pair.one_id, pair.other_id)]
        products = review.products_named(session, g.tenant_id, ids)
        pictures = review.pictures_of(session, g.tenant_id, ids)
    return render_template(
        "pairs.html",
        state=state,
        states=STATES,
        counts=counts,
        pairs=[_side_by_side(pair, products, pictures) for pair in shown],
        next_after=shown[-1].id if more else None,
        first_page="after" not in request.args,
    )


def _side_by_side(
    pair: DuplicatePair, products: dict[str, Product], pictures: dict[str, list[review.Picture]]
) -> dict[str, object]:
    """Return what a pair shows; the product that was there first comes first."""
    sides = sorted((products[pair.one_id], products[pair.other_id]), key=lambda row: (row.created_at, row.id))
    return {
        "pair": pair,
        "signals": [name for name in pair.reasons.get("signals", ()) if name != "pictures"],
        "shared": pair.reasons.get("shared", 0),
        "smaller": pair.reasons.get("smaller", 0),
        "sides": [
            {"product": row, "facts": catalog.effective(row), "picture": _first(pictures[row.id])} for row in sides
        ],
    }


def _first(pictures: list[review.Picture]) -> review.Picture | None:
    """Return the first stored picture in the shop's own order: what tells two products apart at a glance."""
    return next((picture for picture in pictures if picture.image.storage_key), None)


@shop.post("/pairs/<uuid:pair_id>")
def decide_pair(pair_id: UUID) -> ResponseReturnValue:
    """Keep a person's word for good; no crawl undoes it, and search follows at once."""
    same = request.form.get("same", "")
    if same in {"0", "1"}:
        with transaction(g.tenant_id) as session:
            catalog_pairs.decide(session, g.tenant_id, str(pair_id), same=same == "1", user_id=current_id())
        flash(t("pairs.was_merged" if same == "1" else "pairs.was_parted"), "note")
    state = request.form.get("state", "")
    return redirect(url_for("shop.pairs", state=state if state in STATES else None))
