"""What every filling of a gallery beside the live one has in common: which images, how far it came, how it ends."""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from backend.config import Settings
from backend.ingest.cataloging.generations import Model, open_live, open_place, place_of
from backend.search.milvus_gallery import MilvusGallery
from backend.tenants import accounts, catalog, gallery_builds
from backend.tenants.gallery_builds import Build, Collections, Place
from backend.tenants.models import Detection, Product, ProductImage, now

log = logging.getLogger(__name__)
_MISSING_AT_ONCE = 2000
_IDS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """The images that are next, and where the build stands once they are written."""

    image_ids: tuple[str, ...]
    cursor: str
    missing: tuple[str, ...]


def searchable(tenant_id: str) -> ColumnElement[bool]:
    """Return the condition (on ProductImage with its Product) that an image has an entry in the gallery.

    One that waits to be looked at again keeps its entry until then; one whose product left lost it at once.
    """
    has_entry = exists().where(
        Detection.tenant_id == tenant_id,
        Detection.image_id == ProductImage.id,
        Detection.embedding_id.is_not(None),
    )
    shown = and_(Product.state.in_(catalog.SHOWN), Product.duplicate_of.is_(None))
    return and_(
        ProductImage.tenant_id == tenant_id,
        Product.tenant_id == tenant_id,
        or_(ProductImage.state == "live", and_(ProductImage.state == "stored", shown, has_entry)),
    )


def list_searchable(session: Session, tenant_id: str, image_ids: Collection[str]) -> list[tuple[ProductImage, Product]]:
    """Return those of the images that have an entry, with their products."""
    query = select(ProductImage, Product).join(Product, Product.id == ProductImage.product_id)
    found = session.execute(
        query.where(searchable(tenant_id), ProductImage.id.in_(image_ids)).order_by(ProductImage.id)
    )
    return [(image, product) for image, product in found]


def count_searchable(session: Session, tenant_id: str) -> int:
    query = select(func.count()).select_from(ProductImage).join(Product, Product.id == ProductImage.product_id)
    return session.scalar(query.where(searchable(tenant_id))) or 0


def next_batch(session: Session, tenant_id: str, build: Build, limit: int) -> Batch | None:
    """Return the images that come next: those a check found missing, else those after the cursor; None at the end."""
    if build.missing:
        return Batch(build.missing[:limit], build.cursor, build.missing[limit:])
    query = select(ProductImage.id).join(Product, Product.id == ProductImage.product_id).where(searchable(tenant_id))
    if build.cursor:
        query = query.where(ProductImage.id > build.cursor)
    image_ids = tuple(session.scalars(query.order_by(ProductImage.id).limit(limit)))
    return Batch(image_ids, image_ids[-1], ()) if image_ids else None


def cut(batch: Batch, done: int) -> Batch:
    """Return the batch's first images; the others stay for the next one."""
    if done >= len(batch.image_ids):
        return batch
    first, rest = batch.image_ids[:done], batch.image_ids[done:]
    if batch.cursor == batch.image_ids[-1]:
        return Batch(first, first[-1], ())
    return Batch(first, batch.cursor, rest + batch.missing)


def advance(build: Build, batch: Batch, *, written: int, failed: int = 0) -> Build:
    """Return the build with the batch behind it."""
    return replace(
        build,
        cursor=batch.cursor,
        missing=batch.missing,
        step=build.step + 1,
        tries=0,
        written=build.written + written,
        failed=build.failed + failed,
    )


def keep(session: Session, tenant_id: str, kept: Collections, build: Build) -> None:
    gallery_builds.save(session, tenant_id, replace(kept, build=build))


def look_for(build: Build, image_ids: Iterable[str]) -> Build:
    """Return the build with images that the check found missing to be written next."""
    missing = tuple(sorted(image_ids)[:_MISSING_AT_ONCE])
    log.warning("gallery_entries_missing", extra={"build_id": build.id, "images": len(missing)})
    return replace(build, missing=missing, step=build.step + 1)


def ended(build: Build) -> Build:
    return replace(build, stage="done", missing=(), finished_at=now().isoformat())


def not_searchable(session: Session, tenant_id: str, image_ids: Sequence[str]) -> list[str]:
    """Return those of the images that should have no entry."""
    found: set[str] = set()
    query = select(ProductImage.id).join(Product, Product.id == ProductImage.product_id)
    for start in range(0, len(image_ids), _IDS_AT_ONCE):
        some = image_ids[start : start + _IDS_AT_ONCE]
        found.update(session.scalars(query.where(searchable(tenant_id), ProductImage.id.in_(some))))
    return sorted(set(image_ids) - found)


def live_without_entry(session: Session, tenant_id: str, has_entry: Collection[str]) -> list[str]:
    """Return the live images that are not among those that have an entry."""
    query = select(ProductImage.id).where(ProductImage.tenant_id == tenant_id, ProductImage.state == "live")
    return sorted(set(session.scalars(query)) - set(has_entry))


def publish(session: Session, settings: Settings, tenant_id: str, kept: Collections, build: Build) -> None:
    """Let the filled gallery take the former's place, which is kept; what was kept before that is dropped.

    A kill before the commit leaves the alias moved and the build open: the next attempt comes here again.
    """
    assert build.target is not None
    open_place(settings, tenant_id, build.target).publish()
    for place in kept.spare:
        if place not in {build.former, build.target}:
            open_place(settings, tenant_id, place).forget()
    done = ended(build)
    former, undone = (None, build.former) if build.kind == "rollback" else (build.former, None)
    changed = replace(kept, build=done, former=former, undone=undone, published_at=done.finished_at)
    gallery_builds.save(session, tenant_id, changed)
    log.info("gallery_published", extra={"build_id": build.id, "kind": build.kind, "seconds": done.seconds})


def live_place(session: Session, settings: Settings, tenant_id: str, model: Model) -> tuple[MilvusGallery, Place]:
    """Return the live generation, whichever model made it; an empty one is made where there is none."""
    usual = open_live(session, settings, tenant_id, model)
    live = usual.live_generation()
    if live is None:
        usual.create()
        live = usual.live_generation()
    assert live is not None
    known = session.scalars(
        select(ProductImage.model_id)
        .where(ProductImage.tenant_id == tenant_id, ProductImage.model_id.is_not(None))
        .distinct()
    )
    made_by = next((name for name in known if name and live.is_by(name)), "")
    return live, place_of(live, made_by, accounts.get_tenant(session, tenant_id).gallery_uri)
