"""From stored pictures to gallery entries: look, judge, choose the garment that is on sale, write."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from backend.config import Settings
from backend.db import transaction
from backend.errors import NotFound
from backend.ingest.cataloging.categories import weigh
from backend.ingest.cataloging.generations import Model, Written, written
from backend.ingest.cataloging.publishing import ONLY_PICTURE, entry_facts, writing
from backend.search.gallery import MAX_COLORS, Entry, embedding_id
from backend.storage import Storage
from backend.tenants import catalog
from backend.tenants import models as rows
from backend.tenants.catalog_gallery import tell_gallery
from backend.tenants.models import Product, ProductImage, now
from backend.vision import Box, Garment, ImageError, Picture, Vision, choose_for_sale, images, usefulness

log = logging.getLogger(__name__)
_SHOWN_KINDS = frozenset({"garment"})
_WHOLE = 0.0, 0.0, 1.0, 1.0
"""Names an image's one entry, wherever its garment is: were a kill to come between the gallery's write and the
catalog's, a box found a hair's breadth elsewhere the next time would leave a second entry that nobody knows of."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A stored picture that vision is to look at; `category` is what its product's words say."""

    image_id: str
    product_id: str
    storage_key: str
    category: str | None
    must_show: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What vision saw in a picture. `chosen` is the index of the garment on sale; None sets the picture aside."""

    subject: Subject
    garments: tuple[Garment, ...]
    chosen: int | None
    reason: str | None
    kind: str
    probability: float


def read_subjects(session: Session, tenant_id: str, image_ids: Sequence[str]) -> list[Subject]:
    """Return those of the images that still wait for vision; a picture whose product is not shown is set aside."""
    query = (
        select(ProductImage, Product)
        .join(Product, Product.id == ProductImage.product_id)
        .where(
            ProductImage.tenant_id == tenant_id,
            Product.tenant_id == tenant_id,
            ProductImage.id.in_(image_ids),
            ProductImage.state == "stored",
            ProductImage.storage_key.is_not(None),
        )
        .order_by(ProductImage.position, ProductImage.id)
    )
    subjects = []
    for image, product in session.execute(query):
        if product.state not in catalog.SHOWN:
            image.state, image.reason = "set_aside", "product_not_shown"
            continue
        category = catalog.effective(product).category
        subjects.append(Subject(image.id, product.id, image.storage_key or "", category, image.reason == ONLY_PICTURE))
    return subjects


def look(vision: Vision, storage: Storage, subjects: Sequence[Subject]) -> tuple[list[Look], dict[str, str]]:
    """Look at the pictures in one batch; returns the looks, and image id → reason for those that cannot be read."""
    pictures, broken = _decoded(storage, subjects)
    seen = vision.see([picture for _, picture in pictures])
    looks = [_judge(vision, *pair, garments) for pair, garments in zip(pictures, seen, strict=True)]
    return looks, broken


def look_again(vision: Vision, storage: Storage, subjects: Sequence[Subject]) -> tuple[list[Look], dict[str, str]]:
    """Look at pictures that are searchable already: they are seen with other eyes, and not judged anew."""
    pictures, broken = _decoded(storage, subjects)
    seen = vision.see([picture for _, picture in pictures])
    looks = []
    for (subject, picture), garments in zip(pictures, seen, strict=True):
        chosen = choose_for_sale(garments, subject.category)
        whole = [vision.whole(picture)] if chosen is None else []
        chosen = len(garments) if chosen is None else chosen
        looks.append(Look(subject, (*garments, *whole), chosen, None, "", 0.0))
    return looks, broken


def _decoded(storage: Storage, subjects: Sequence[Subject]) -> tuple[list[tuple[Subject, Picture]], dict[str, str]]:
    pictures: list[tuple[Subject, Picture]] = []
    broken: dict[str, str] = {}
    for subject in subjects:
        try:
            pictures.append((subject, images.decode(storage.read(subject.storage_key))))
        except (ImageError, NotFound) as error:
            broken[subject.image_id] = error.code
    return pictures, broken


def _judge(vision: Vision, subject: Subject, picture: Picture, garments: Sequence[Garment]) -> Look:
    judged = usefulness.judge(picture, garments)
    chosen = choose_for_sale(garments, subject.category)
    reason = None
    if subject.must_show:
        reason = ONLY_PICTURE
    elif judged.kind not in _SHOWN_KINDS:
        chosen, reason = None, judged.kind
    elif chosen is None and garments:
        reason = "other_garment"
    seen = list(garments)
    if chosen is None and (subject.must_show or reason is None):
        # Nothing that could be it was found, yet the picture shows the product: all of it is the garment.
        seen.append(vision.whole(picture))
        chosen = len(seen) - 1
    return Look(subject, tuple(seen), chosen, reason, judged.kind, judged.probability)


def write(settings: Settings, model: Model, tenant_id: str, looks: Sequence[Look], broken: Mapping[str, str]) -> int:
    """Put the chosen garments into the gallery and all boxes into the catalog; return how many entries there are.

    Safe to run twice: ids are derived, and the images' earlier vectors and boxes are replaced.
    """
    with writing(tenant_id) as session:
        products = _products(session, tenant_id, {one.subject.product_id for one in looks})
        entries = {
            one.subject.image_id: entry_of(one, products[one.subject.product_id], model.model_id)
            for one in looks
            if one.chosen is not None and one.subject.product_id in products
        }
        gallery = written(session, settings, tenant_id, model)
        _replace(session, tenant_id, gallery, [one.subject.image_id for one in looks], entries)
        for one in looks:
            _write_look(session, tenant_id, one, entries.get(one.subject.image_id), model.model_id)
        for image_id, reason in broken.items():
            _set(session, tenant_id, image_id, state="failed", reason=reason)
        session.flush()
        weigh(session, tenant_id, products.values())
    return len(entries)


def _products(session: Session, tenant_id: str, product_ids: set[str]) -> dict[str, Product]:
    query = select(Product).where(
        Product.tenant_id == tenant_id, Product.id.in_(product_ids), Product.state.in_(catalog.SHOWN)
    )
    return {product.id: product for product in session.scalars(query)}


def _replace(
    session: Session, tenant_id: str, gallery: Written, image_ids: Sequence[str], entries: Mapping[str, Entry]
) -> None:
    """Write the entries; vectors that the images had before and have no more are forgotten first."""
    condition = _boxes_of(tenant_id, image_ids)
    old = session.execute(
        select(rows.Detection.image_id, rows.Detection.embedding_id).where(
            condition, rows.Detection.embedding_id.is_not(None)
        )
    )
    kept = {entry.embedding_id for entry in entries.values()}
    stale = {image_id for image_id, embedding in old if embedding not in kept}
    gallery.replace(list(entries.values()), outdated=stale & entries.keys(), gone=stale - entries.keys())
    session.execute(delete(rows.Detection).where(condition))


def _boxes_of(tenant_id: str, image_ids: Collection[str]) -> ColumnElement[bool]:
    return (rows.Detection.tenant_id == tenant_id) & rows.Detection.image_id.in_(image_ids)


def entry_of(seen: Look, product: Product, model_id: str) -> Entry:
    """Return the gallery's row of the garment on sale."""
    assert seen.chosen is not None
    garment = seen.garments[seen.chosen]
    facts = entry_facts(product)
    return Entry(
        embedding_id=entry_id(seen.subject.image_id, model_id),
        vector=garment.vector,
        product_id=product.id,
        image_id=seen.subject.image_id,
        category=facts.get("category", garment.category),
        gender=facts["gender"],
        colors=facts.get("colors", garment.colors[:MAX_COLORS]),
        price=facts["price"],
        in_stock=facts["in_stock"],
    )


def entry_id(image_id: str, model_id: str) -> str:
    """Return the id of the one entry that a model makes of an image."""
    return embedding_id(image_id, _WHOLE, model_id)


def rewrite(session: Session, tenant_id: str, seen: Look, entry: Entry, model_id: str) -> None:
    """Note in the catalog what a model saw again in a searchable picture."""
    session.execute(delete(rows.Detection).where(_boxes_of(tenant_id, [seen.subject.image_id])))
    _add_boxes(session, tenant_id, seen, entry)
    session.execute(
        update(ProductImage)
        .where(ProductImage.tenant_id == tenant_id, ProductImage.id == seen.subject.image_id)
        .values(model_id=model_id, color=_main_color(seen))
    )


def _main_color(seen: Look) -> str | None:
    colors = seen.garments[seen.chosen].colors if seen.chosen is not None else ()
    return colors[0] if colors else None


def _add_boxes(session: Session, tenant_id: str, seen: Look, entry: Entry | None) -> None:
    for number, garment in enumerate(seen.garments):
        on_sale = number == seen.chosen
        x, y, w, h = _corners(garment.box)
        session.add(
            rows.Detection(
                tenant_id=tenant_id,
                image_id=seen.subject.image_id,
                x=x, y=y, w=w, h=h,
                category=garment.category,
                confidence=garment.confidence,
                for_sale=on_sale,
                fine_category=garment.fine.name if garment.fine else None,
                pattern=garment.pattern.name if garment.pattern else None,
                colors=list(garment.colors),
                shades=list(garment.shades),
                embedding_id=entry.embedding_id if entry and on_sale else None,
            )
        )  # fmt: skip


def _write_look(session: Session, tenant_id: str, seen: Look, entry: Entry | None, model_id: str) -> None:
    _add_boxes(session, tenant_id, seen, entry)
    _set(
        session, tenant_id, seen.subject.image_id,
        state="live" if entry else "set_aside",
        reason=seen.reason if entry or seen.reason else "product_not_shown",
        usefulness=seen.kind,
        usefulness_score=seen.probability,
        color=_main_color(seen),
        model_id=model_id,
        live_at=now() if entry else None,
        attempts=0,
    )  # fmt: skip


def _set(session: Session, tenant_id: str, image_id: str, **values: Any) -> None:
    """Write an image's new state, unless it left its page meanwhile: then the gallery forgets it again."""
    changed = session.execute(
        update(ProductImage)
        .where(ProductImage.tenant_id == tenant_id, ProductImage.id == image_id, ProductImage.state == "stored")
        .values(**values)
        .returning(ProductImage.id)
    )
    if changed.first() is None:
        tell_gallery(session, tenant_id, image_ids=[image_id])


def start_attempt(tenant_id: str, image_ids: Sequence[str], *, by: int = 1) -> dict[str, int]:
    """Count an attempt at these pictures before the work, so that one that kills its worker is found out.

    Returns image id → attempts now. Take the count back (`by=-1`) when the work failed for another reason.
    """
    with transaction(tenant_id) as session:
        counted = session.execute(
            update(ProductImage)
            .where(ProductImage.tenant_id == tenant_id, ProductImage.id.in_(image_ids), ProductImage.state == "stored")
            .values(attempts=ProductImage.attempts + by)
            .returning(ProductImage.id, ProductImage.attempts)
        )
        return {image_id: attempts for image_id, attempts in counted}  # noqa: C416 - rows are not pairs to mypy


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.w, box.h


def give_up(tenant_id: str, image_ids: Sequence[str]) -> None:
    """Stop looking at pictures that did not survive several attempts."""
    with transaction(tenant_id) as session:
        for image_id in image_ids:
            _set(session, tenant_id, image_id, state="failed", reason="vision_failed")
    log.error("images_given_up", extra={"images": list(image_ids)})


def batch_waiting(session: Session, tenant_id: str, queued_at: datetime, *, limit: int = 8) -> list[str]:
    """Mark stored pictures that are in no batch as one batch, and return their ids."""
    waiting = (
        select(ProductImage.id)
        .where(ProductImage.tenant_id == tenant_id, ProductImage.state == "stored", ProductImage.queued_at.is_(None))
        .order_by(ProductImage.position, ProductImage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(waiting))
    if ids:
        session.execute(
            update(ProductImage)
            .where(ProductImage.tenant_id == tenant_id, ProductImage.id.in_(ids))
            .values(queued_at=queued_at)
        )
    return ids
