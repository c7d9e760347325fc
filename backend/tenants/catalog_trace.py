"""The way of one product into search, with the reason wherever it ended."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.tenants.catalog import SHOWN, detections_of, get_product, list_images
from backend.tenants.models import Detection, FrontierUrl, Product, ProductImage


def trace(session: Session, tenant_id: str, product_id: str) -> dict[str, Any]:
    """Return the product's way page → image → box → embedding → live, with the reason wherever it ended.

    `searchable` says whether a search can find it, `reason` why not: hidden, gone, duplicate, no_images, images_open,
    images_failed, images_set_aside. Raises NotFound.
    """
    product = get_product(session, tenant_id, product_id)
    images = list_images(session, tenant_id, product_id)
    boxes = detections_of(session, tenant_id, [image.id for image in images])
    pages = session.scalars(
        select(FrontierUrl).where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.product_id == product_id)
    )
    reason = why_not_searchable(product, images)
    return {
        "product_id": product.id,
        "state": product.state,
        "attention": list(product.attention),
        "searchable": reason is None,
        "reason": reason,
        "pages": [_page_step(page) for page in pages],
        "images": [_image_step(image, boxes[image.id]) for image in images],
    }


def why_not_searchable(product: Product, images: Sequence[ProductImage]) -> str | None:
    """Return the reason why no search can find the product, None when one can."""
    if product.state not in SHOWN:
        return product.state
    if product.duplicate_of:
        return "duplicate"
    states = {image.state for image in images if image.state != "gone"}
    if "live" in states:
        return None
    if not states:
        return "no_images"
    if states & {"wanted", "stored"}:
        return "images_open"
    return "images_set_aside" if "set_aside" in states else "images_failed"


def _page_step(page: FrontierUrl) -> dict[str, Any]:
    return {
        "url": page.url,
        "state": page.state,
        "reason": page.reason,
        "via": page.via,
        "status_code": page.status_code,
        "fetched_at": page.fetched_at,
    }


def _image_step(image: ProductImage, boxes: Sequence[Detection]) -> dict[str, Any]:
    columns = ("url", "position", "state", "reason", "usefulness", "usefulness_score", "width", "height", "color")
    return {
        "image_id": image.id,
        **{name: getattr(image, name) for name in columns},
        "model_id": image.model_id,
        "live_at": image.live_at,
        "detections": [
            {
                "detection_id": box.id,
                "box": [box.x, box.y, box.w, box.h],
                "category": box.category,
                "confidence": box.confidence,
                "for_sale": box.for_sale,
                "fine_category": box.fine_category,
                "pattern": box.pattern,
                "colors": list(box.colors),
                "shades": list(box.shades),
                "embedding_id": box.embedding_id,
            }
            for box in boxes
        ],
    }
