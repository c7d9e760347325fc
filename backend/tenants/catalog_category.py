"""A product's category when words, pictures and the seller speak of it: the seller first, then the words."""

from typing import Any

from sqlalchemy.orm import Session

from backend.tenants.catalog_edits import DISAGREES, UNKNOWN, set_attention
from backend.tenants.catalog_gallery import tell_gallery
from backend.tenants.models import Decision, Product

FROM_PICTURE = "picture"
"""In `product.sources`, of a category that the pictures decided because the words left it open."""


def keep_decision(session: Session, tenant_id: str, product: Product, *, category: str | None, disputed: bool) -> None:
    """Keep what words and pictures say together. A seller's own category stands, and settles every dispute.

    `category` is the one to take over where the words leave it open, None to leave it as it is.
    """
    if "category" in (product.overrides or {}):
        set_attention(product, dropped=(DISAGREES, UNKNOWN))
        return
    if category is not None and category != product.category:
        product.category = category
        product.sources = {**product.sources, "category": FROM_PICTURE}
        tell_gallery(session, tenant_id, product_ids=[product.id])
    if product.category is not None:
        set_attention(product, dropped=(UNKNOWN,))
    set_attention(product, added=(DISAGREES,) if disputed else (), dropped=() if disputed else (DISAGREES,))


def note_choice(
    session: Session, tenant_id: str, product: Product, chosen: str, *, seen: str | None, user_id: str
) -> None:
    """Remember a person's choice between words and pictures as a label to learn from."""
    label: dict[str, Any] = {"chosen": chosen, "words": product.category, "picture": seen}
    session.add(Decision(tenant_id=tenant_id, kind="category", subject_id=product.id, label=label, user_id=user_id))
