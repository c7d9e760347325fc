"""The tenant's gallery, kept in step with the catalog: facts that changed, products and pictures that went."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.orm import Session, aliased

from backend.config import Settings
from backend.db import transaction
from backend.ingest import runs
from backend.ingest.cataloging.duplicates import mark_duplicates
from backend.ingest.cataloging.generations import Written, forget_galleries, open_live, written
from backend.search.gallery import MAX_COLORS, Facts
from backend.search.milvus_gallery import MilvusGallery
from backend.storage import open_storage
from backend.tenants import catalog
from backend.tenants.catalog_gallery import GALLERY_TOPIC
from backend.tenants.models import Detection, OutboxMessage, Product, ProductImage, Tenant
from backend.vision.card import read_card

log = logging.getLogger(__name__)
OPEN = ("wanted", "stored")
ONLY_PICTURE = "only_picture"
"""The reason of a picture that is searchable because its product has no better one."""
_MESSAGES = 500
_LAST_CHOICE = frozenset({"size_chart", "banner", "swatch"})


def gallery_of(settings: Settings, tenant_id: str) -> MilvusGallery:
    """Return the tenant's live gallery of the current model."""
    with transaction(tenant_id) as session:
        return open_live(session, settings, tenant_id, read_card())


@contextmanager
def writing(tenant_id: str) -> Iterator[Session]:
    """Hold the right to write the tenant's gallery, in a transaction that reads the facts to be written.

    The one transaction that spans calls to another server: its lock is the gallery's lease, so that what is written
    last is also what the catalog said last. Keep it short; no model runs inside.
    """
    with transaction(tenant_id) as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 7))"), {"tenant": tenant_id})
        yield session


def entry_facts(product: Product) -> Facts:
    """Return what the gallery keeps of a product; colours only where the seller named them.

    Elsewhere each garment keeps the colours that its own picture shows.
    """
    values = catalog.effective(product)
    price = None if values.price is None else float(values.price)
    facts: Facts = {"price": price, "in_stock": values.in_stock, "gender": values.gender or ""}
    if values.category:
        facts["category"] = values.category
    if "colors" in (product.overrides or {}):
        facts["colors"] = values.colors[:MAX_COLORS]
    return facts


def follow_catalog(settings: Settings, tenant_id: str) -> int:
    """Bring the gallery in step with every noted change; return how many entries changed or went.

    Safe to run twice: it writes what the catalog says now, and forgets the notes only afterwards.
    """
    touched = 0
    while True:
        with writing(tenant_id) as session:
            query = select(OutboxMessage).where(
                OutboxMessage.tenant_id == tenant_id, OutboxMessage.topic == GALLERY_TOPIC
            )
            messages = list(session.scalars(query.order_by(OutboxMessage.created_at).limit(_MESSAGES)))
            if not messages:
                return touched
            image_ids = {one for message in messages for one in message.payload.get("image_ids", [])}
            product_ids = {one for message in messages for one in message.payload.get("product_ids", [])}
            gallery = written(session, settings, tenant_id, read_card())
            touched += _follow(session, tenant_id, gallery, sorted(product_ids), sorted(image_ids))
            ids = [message.id for message in messages]
            session.execute(
                delete(OutboxMessage).where(OutboxMessage.tenant_id == tenant_id, OutboxMessage.id.in_(ids))
            )


def _follow(
    session: Session, tenant_id: str, gallery: Written, product_ids: Sequence[str], image_ids: Sequence[str]
) -> int:
    """Write the products as they are now; images that came back meanwhile are left alone."""
    lost = session.scalars(
        select(ProductImage.id).where(
            ProductImage.tenant_id == tenant_id, ProductImage.id.in_(image_ids), ProductImage.state != "live"
        )
    ).all()
    rows = session.scalars(select(Product).where(Product.tenant_id == tenant_id, Product.id.in_(product_ids))).all()
    # What stands behind another product is found through that one.
    shown = [product for product in rows if product.state in catalog.SHOWN and product.duplicate_of is None]
    away = set(product_ids) - {product.id for product in shown}
    touched = gallery.delete_images(lost)
    touched += gallery.delete_products(sorted(away))
    touched += gallery.update_products({product.id: entry_facts(product) for product in shown})
    if away:
        # Their pictures are looked at again should the products come back.
        session.execute(
            update(ProductImage)
            .where(
                ProductImage.tenant_id == tenant_id,
                ProductImage.product_id.in_(away),
                ProductImage.state == "live",
            )
            .values(state="set_aside", reason="product_not_shown", live_at=None)
        )
    return touched


def count_open_images(session: Session, tenant_id: str) -> int:
    query = select(func.count()).where(ProductImage.tenant_id == tenant_id, ProductImage.state.in_(OPEN))
    return session.scalar(query) or 0


def rescue(session: Session, tenant_id: str) -> list[str]:
    """Choose a picture for every shown product that has none in search, and let vision look again; return their ids.

    A close-up is a poor picture, but a product that no search can find is worse; and what looks like a size chart is
    rarely one where the product has no other picture.
    """
    live = aliased(ProductImage)
    has_live = exists().where(live.tenant_id == tenant_id, live.product_id == Product.id, live.state == "live")
    shows_garment = exists().where(
        Detection.tenant_id == tenant_id, Detection.image_id == ProductImage.id, Detection.confidence >= 0.4
    )
    query = (
        select(ProductImage, shows_garment.label("garment"))
        .join(Product, Product.id == ProductImage.product_id)
        .where(
            Product.tenant_id == tenant_id,
            Product.state.in_(catalog.SHOWN),
            Product.duplicate_of.is_(None),
            ~has_live,
            ProductImage.tenant_id == tenant_id,
            ProductImage.state == "set_aside",
            ProductImage.storage_key.is_not(None),
        )
    )
    best: dict[str, tuple[tuple[bool, bool, int], ProductImage]] = {}
    for image, garment in session.execute(query):
        rank = (not garment, image.reason in _LAST_CHOICE, image.position)
        if image.product_id not in best or rank < best[image.product_id][0]:
            best[image.product_id] = (rank, image)
    chosen = [image for _, image in best.values()]
    for image in chosen:
        image.state, image.reason, image.queued_at = "stored", ONLY_PICTURE, None
    return [image.id for image in chosen]


def finish_run(settings: Settings, tenant_id: str, run_id: str) -> bool:
    """End a run whose pictures are all looked at: the gallery is in step and live. False while work is left."""
    with transaction(tenant_id) as session:
        run = runs.get_run(session, tenant_id, run_id)
        if run.state != "running" or run.stage != "embedding":
            return False
        if count_open_images(session, tenant_id) or rescue(session, tenant_id):
            return False
    follow_catalog(settings, tenant_id)
    with writing(tenant_id) as session:
        written(session, settings, tenant_id, read_card()).create()
    with transaction(tenant_id) as session:
        if count_open_images(session, tenant_id):
            return False
        settled = mark_duplicates(session, tenant_id)
    follow_catalog(settings, tenant_id)
    with transaction(tenant_id) as session:
        if count_open_images(session, tenant_id):  # of products that are no duplicates any more
            return False
        ended = runs.finish(session, tenant_id, run_id)
    log.info("run_finished", extra={"run_id": run_id, "merged": settled.merged, "parted": settled.parted})
    return ended


def forget_tenant(settings: Settings, tenant_id: str) -> None:
    """Delete everything of a tenant: gallery, stored pictures, rows.

    The gallery goes together with the rows, since whoever waits to write it looks for the tenant first.
    """
    storage = open_storage(settings.storage_url)
    storage.delete_all(tenant_id)
    with writing(tenant_id) as session:
        forget_galleries(session, settings, tenant_id, read_card())
        session.execute(delete(Tenant).where(Tenant.id == tenant_id))
    storage.delete_all(tenant_id)  # what a crawl under way stored meanwhile
