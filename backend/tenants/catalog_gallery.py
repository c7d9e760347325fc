"""What the catalog tells the gallery, in the transaction that changes it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from backend.tenants.catalog import list_images
from backend.tenants.models import OutboxMessage

GALLERY_TOPIC = "gallery"
"""An outbox message of this topic names products whose facts, or images whose vectors, the gallery must follow."""


def requeue_images(session: Session, tenant_id: str, product_id: str) -> None:
    """Let vision look again at every stored image of the product: its vectors were taken out of the gallery."""
    for image in list_images(session, tenant_id, product_id):
        if image.storage_key and image.state in {"live", "set_aside"}:
            image.state, image.reason, image.queued_at = "stored", None, None


def tell_gallery(
    session: Session, tenant_id: str, *, product_ids: Sequence[str] = (), image_ids: Sequence[str] = ()
) -> None:
    """Note, in this transaction, that the gallery must follow these products, and forget these images."""
    if product_ids or image_ids:
        payload = {"product_ids": list(product_ids), "image_ids": list(image_ids)}
        session.add(OutboxMessage(tenant_id=tenant_id, topic=GALLERY_TOPIC, payload=payload))
