"""What a seller looks at beside the catalog itself: counts, activity, runs' troubles, decisions, who did what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Text, and_, cast, func, select, tuple_
from sqlalchemy.orm import Session

from backend.errors import NotFound
from backend.tenants import accounts, catalog
from backend.tenants.catalog_gallery import tell_gallery
from backend.tenants.models import (
    AuditEntry,
    Decision,
    Detection,
    Event,
    FrontierUrl,
    Membership,
    Product,
    ProductImage,
    SearchQuery,
    User,
)

PAGE = 50
FOR_SALE = "for_sale"
"""A decision of this kind: on the image `subject_id`, the garment in `label["box"]` is the one on sale."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many products and images of a shop are in which state, and how many products need a person's look."""

    products: dict[str, int]
    images: dict[str, int]
    attention: int
    searchable: int

    @property
    def all_products(self) -> int:
        return sum(count for state, count in self.products.items() if state != "gone")


@dataclass(frozen=True, slots=True)
class Day:
    """Searches and clicks of one day (UTC)."""

    date: date
    searches: int
    clicks: int


@dataclass(frozen=True, slots=True)
class Picture:
    """One product image with the boxes found in it, the one for sale first."""

    image: ProductImage
    boxes: tuple[Detection, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """One answered search and the products that were clicked in its answer."""

    query: SearchQuery
    clicked: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Pages of a run that were not read, by state and reason, with one of their addresses."""

    state: str
    reason: str
    pages: int
    example: str


def count_catalog(session: Session, tenant_id: str) -> Counts:
    states = select(Product.state, func.count()).where(Product.tenant_id == tenant_id).group_by(Product.state)
    images = select(ProductImage.state, func.count()).where(ProductImage.tenant_id == tenant_id)
    attention = select(func.count()).select_from(Product)
    attention = attention.where(
        Product.tenant_id == tenant_id, func.cardinality(Product.attention) > 0, Product.state.in_(catalog.SHOWN)
    )
    searchable = select(func.count(ProductImage.product_id.distinct()))
    searchable = searchable.join(Product, Product.id == ProductImage.product_id).where(
        ProductImage.tenant_id == tenant_id,
        ProductImage.state == "live",
        Product.tenant_id == tenant_id,
        Product.state.in_(catalog.SHOWN),
        Product.duplicate_of.is_(None),
    )
    return Counts(
        products=_counted(session, states),
        images=_counted(session, images.group_by(ProductImage.state)),
        attention=session.scalar(attention) or 0,
        searchable=session.scalar(searchable) or 0,
    )


def activity(session: Session, tenant_id: str, *, days: int) -> list[Day]:
    """Return searches and clicks of each of the last `days` days, today last; days without any are there too.

    Similar items are left out: they are asked for by every product page, not by a shopper.
    """
    today = datetime.now(UTC).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, datetime.min.time(), UTC)
    searched = func.date(func.timezone("UTC", SearchQuery.created_at))
    searches = select(searched, func.count()).where(
        SearchQuery.tenant_id == tenant_id, SearchQuery.created_at >= since, SearchQuery.kind != "similar"
    )
    clicked = func.date(func.timezone("UTC", Event.created_at))
    clicks = select(clicked, func.count()).where(
        Event.tenant_id == tenant_id, Event.created_at >= since, Event.type == "click"
    )
    searches_on: dict[date, int] = _counted(session, searches.group_by(searched))
    clicks_on: dict[date, int] = _counted(session, clicks.group_by(clicked))
    dates = [first + timedelta(days=n) for n in range(days)]
    return [Day(each, searches_on.get(each, 0), clicks_on.get(each, 0)) for each in dates]


def _counted(session: Session, query: Executable) -> dict[Any, int]:
    return {row[0]: row[1] for row in session.execute(query)}


def list_categories(session: Session, tenant_id: str) -> list[str]:
    """Return the categories this shop's products have, by name."""
    name = func.coalesce(Product.overrides["category"].astext, Product.category)
    return sorted(session.scalars(select(name).where(Product.tenant_id == tenant_id, name.is_not(None)).distinct()))


def products_named(session: Session, tenant_id: str, product_ids: Sequence[str]) -> dict[str, Product]:
    """Return the products with these ids, in whatever state; what is unknown or no id is left out."""
    ids = [id_ for id_ in product_ids if is_id(id_)]
    rows = session.scalars(select(Product).where(Product.tenant_id == tenant_id, Product.id.in_(ids)))
    return {product.id: product for product in rows}


def pictures_of(session: Session, tenant_id: str, product_ids: Sequence[str]) -> dict[str, list[Picture]]:
    """Return the images of several products as the shop orders them, each with its boxes."""
    images = catalog.images_of(session, tenant_id, product_ids)
    boxes = catalog.detections_of(session, tenant_id, [image.id for found in images.values() for image in found])
    return {
        product_id: [Picture(image, _for_sale_first(boxes[image.id])) for image in found]
        for product_id, found in images.items()
    }


def is_id(text: str) -> bool:
    """Say whether a text from outside has the form of an id; the database refuses others with an error of its own."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def cover(pictures: Sequence[Picture]) -> Picture | None:
    """Return the stored picture that shows a product best: one that is live before others, then the shop's order."""
    stored = [picture for picture in pictures if picture.image.storage_key]
    return min(stored, key=lambda picture: picture.image.state != "live", default=None)


def _for_sale_first(boxes: Iterable[Detection]) -> tuple[Detection, ...]:
    return tuple(sorted(boxes, key=lambda box: not box.for_sale))


def choose_for_sale(
    session: Session, tenant_id: str, product_id: str, detection_id: str, *, user_id: str
) -> ProductImage:
    """Keep a person's choice of the garment that a picture sells. Raises NotFound.

    The choice is a labelled decision about the picture, so it outlives the boxes of today's detector; the picture goes
    back to vision, which puts the chosen garment into the gallery in place of the other.
    """
    if not is_id(detection_id):
        raise NotFound("There is no such garment in this product's pictures.")
    chosen = session.scalar(
        select(Detection)
        .join(ProductImage, and_(ProductImage.id == Detection.image_id, ProductImage.tenant_id == tenant_id))
        .where(Detection.tenant_id == tenant_id, Detection.id == detection_id, ProductImage.product_id == product_id)
    )
    if chosen is None:
        raise NotFound("There is no such garment in this product's pictures.")
    image = catalog.get_image(session, tenant_id, chosen.image_id)
    siblings = catalog.detections_of(session, tenant_id, [image.id])[image.id]
    label = {"chosen": _as_label(chosen), "instead_of": [_as_label(box) for box in siblings if box.for_sale]}
    for box in siblings:
        box.for_sale = box.id == chosen.id
    session.add(Decision(tenant_id=tenant_id, kind=FOR_SALE, subject_id=image.id, label=label, user_id=user_id))
    accounts.audit(session, tenant_id, "for_sale_chosen", user_id=user_id, subject=product_id, image_id=image.id)
    tell_gallery(session, tenant_id, image_ids=[image.id])
    if image.storage_key:
        image.state, image.queued_at = "stored", None
    return image


def _as_label(box: Detection) -> dict[str, Any]:
    return {"box": [box.x, box.y, box.w, box.h], "category": box.category, "confidence": box.confidence}


def chosen_boxes(session: Session, tenant_id: str, image_ids: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Return the box (x, y, w, h as fractions) that a person chose last in each of the images that have a choice."""
    query = select(Decision.subject_id, Decision.label).where(
        Decision.tenant_id == tenant_id, Decision.kind == FOR_SALE, Decision.subject_id.in_(image_ids)
    )
    rows = session.execute(query.order_by(Decision.created_at, Decision.id))
    return {row[0]: tuple(row[1]["chosen"]["box"]) for row in rows}


def list_trouble(session: Session, tenant_id: str, run_id: str, *, limit: int = 12) -> list[Trouble]:
    """Return why pages of a run were not read, the most frequent reason first."""
    reason = func.coalesce(FrontierUrl.reason, cast(FrontierUrl.status_code, Text), "")
    query = (
        select(FrontierUrl.state, reason, func.count(), func.min(FrontierUrl.url))
        .where(
            FrontierUrl.tenant_id == tenant_id,
            FrontierUrl.run_id == run_id,
            FrontierUrl.state.in_(("failed", "disallowed")),
        )
        .group_by(FrontierUrl.state, reason)
        .order_by(func.count().desc(), reason)
    )
    return [Trouble(*row) for row in session.execute(query.limit(limit))]


def list_searches(
    session: Session, tenant_id: str, *, kind: str = "", before: str | None = None, limit: int = PAGE
) -> list[Search]:
    """Return answered searches with what was clicked, the newest first, those older than the search `before`."""
    query = select(SearchQuery).where(SearchQuery.tenant_id == tenant_id)
    if kind:
        query = query.where(SearchQuery.kind == kind)
    if before:
        last = session.scalar(select(SearchQuery).where(SearchQuery.tenant_id == tenant_id, SearchQuery.id == before))
        if last is None:
            raise NotFound("There is no such search.")
        query = query.where(tuple_(SearchQuery.created_at, SearchQuery.id) < (last.created_at, last.id))
    newest = query.order_by(SearchQuery.created_at.desc(), SearchQuery.id.desc()).limit(limit)
    searches = list(session.scalars(newest))
    clicked: dict[str, list[Product]] = {}
    for query_id, product in session.execute(
        select(Event.query_id, Product)
        .join(Product, and_(Product.id == Event.product_id, Product.tenant_id == tenant_id))
        .where(Event.tenant_id == tenant_id, Event.type == "click", Event.query_id.in_([row.id for row in searches]))
        .order_by(Event.created_at, Event.id)
    ):
        clicked.setdefault(query_id, []).append(product)
    return [Search(each, tuple(clicked.get(each.id, ()))) for each in searches]


def list_audit(session: Session, tenant_id: str, *, limit: int = 30) -> list[tuple[AuditEntry, str | None]]:
    """Return what was done to this shop and by whose e-mail address, the newest first."""
    query = select(AuditEntry, User.email).outerjoin(User, User.id == AuditEntry.user_id)
    query = query.where(AuditEntry.tenant_id == tenant_id)
    query = query.order_by(AuditEntry.created_at.desc(), AuditEntry.id).limit(limit)
    return [(entry, email) for entry, email in session.execute(query)]


def list_members(session: Session, tenant_id: str) -> list[tuple[str, str]]:
    """Return the people of this shop as (e-mail, role), by address."""
    query = select(User.email, Membership.role).join(Membership, Membership.user_id == User.id)
    query = query.where(Membership.tenant_id == tenant_id).order_by(User.email)
    return [(email, role) for email, role in session.execute(query)]
