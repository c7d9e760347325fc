"""What a seller changes in the catalog, kept beside the crawled values so that no crawl undoes it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from backend.errors import DomainError
from backend.tenants import catalog_pairs
from backend.tenants.catalog import EDITABLE, SHOWN, decimal, effective, get_product
from backend.tenants.catalog_gallery import requeue_images, tell_gallery
from backend.tenants.models import PLACEMENTS, Product

UNKNOWN, DISAGREES = "category_unknown", "category_disagrees"
"""Reasons for attention that a seller settles by naming the category."""


class BadEdit(DomainError):
    """A seller's edit that cannot be kept."""

    code = "bad_edit"


def override(session: Session, tenant_id: str, product_id: str, edits: dict[str, Any]) -> Product:
    """Keep the seller's edits of a product; None takes an edit back. The gallery follows through the outbox.

    Raises NotFound, BadEdit.
    """
    product = get_product(session, tenant_id, product_id, lock=True)
    kept = dict(product.overrides or {})
    for name, value in edits.items():
        if name not in EDITABLE:
            raise BadEdit(f"{name!r} cannot be edited; these can: {', '.join(EDITABLE)}.")
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = _checked(name, value)
    before = effective(product).category
    product.overrides = kept
    taken_back = "category" in edits and "category" not in kept
    if effective(product).category != before or taken_back:
        requeue_images(session, tenant_id, product_id)  # another category may mean another garment of the photo
    if "category" in kept:
        set_attention(product, dropped=(UNKNOWN, DISAGREES))
    elif taken_back and product.category is None:
        set_attention(product, added=(UNKNOWN,))
    tell_gallery(session, tenant_id, product_ids=[product_id])
    return product


def set_attention(product: Product, *, added: Sequence[str] = (), dropped: Sequence[str] = ()) -> None:
    """Add and drop reasons why a person should look at the product; its state follows."""
    kept = [reason for reason in product.attention if reason not in dropped]
    product.attention = [*kept, *(reason for reason in added if reason not in kept)]
    if product.state in SHOWN:
        product.state = "attention" if product.attention else "live"


def set_hidden(session: Session, tenant_id: str, product_id: str, *, hidden: bool) -> Product:
    """Take a product out of search at the seller's wish, or put it back; no crawl undoes it.

    Where the same thing is listed a second time, that product takes its place.
    """
    product = get_product(session, tenant_id, product_id, lock=True)
    if hidden:
        product.state = "hidden"
    elif product.state == "hidden":
        product.state = "gone" if product.gone_at else "attention" if product.attention else "live"
        if product.state in SHOWN:
            requeue_images(session, tenant_id, product_id)
    tell_gallery(session, tenant_id, product_ids=[product_id])
    catalog_pairs.settle(session, tenant_id)
    return product


def set_placement(session: Session, tenant_id: str, product_id: str, placement: str | None) -> Product:
    """Keep where the seller wants the product among search's answers, None for its own place; no crawl undoes it.

    Raises NotFound, BadEdit.
    """
    if placement is not None and placement not in PLACEMENTS:
        raise BadEdit(f"A product's place is one of {', '.join(PLACEMENTS)}, or none.")
    product = get_product(session, tenant_id, product_id, lock=True)
    product.placement = placement
    return product


def _checked(name: str, value: Any) -> Any:
    if name in {"price", "list_price"}:
        price = decimal(value)
        if price is None or not 0 <= price < 10**10:
            raise BadEdit("A price must be a number, zero or more.")
        return str(price)
    if name == "colors":
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise BadEdit("Colours must be a list of words.")
        return list(value)
    if not isinstance(value, str) or (name == "title" and not value.strip()):
        raise BadEdit(f"The {name} must be text.")
    return value.strip()
