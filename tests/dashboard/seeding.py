"""A shop that has been in use for a month: products in every state, pictures with boxes, crawls, searches, clicks."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from backend.config import Settings
from backend.db import transaction
from backend.storage import Storage, open_storage
from backend.tenants import catalog, catalog_edits, catalog_pairs
from backend.tenants.models import (
    Decision,
    Detection,
    DuplicatePair,
    Event,
    FrontierUrl,
    IngestRun,
    Product,
    ProductImage,
    SearchQuery,
    now,
)
from tests.conftest import Shop

Box = tuple[float, float, float, float]
CARDINAL = ("#7b2d3a", "#2b4a6f", "#3f6f50", "#c08b3e", "#4b4d50", "#9b6b9e")


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a product: what kind it is, its JPEG, the garments in it (category, box, confidence)."""

    usefulness: str
    jpeg: bytes
    garments: Sequence[tuple[str, Box, float]] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One product to seed."""

    title: str
    price: int
    category: str
    gender: str
    colors: tuple[str, ...]
    photos: Sequence[Photo]
    facts: dict[str, Any] = field(default_factory=dict)


def drawn_photo(number: int, *, usefulness: str = "garment", boxes: int = 1) -> Photo:
    """A small picture of a shape on plain ground, for tests that need any picture."""
    picture = Image.new("RGB", (240, 300), "#f1efea")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((60, 40, 180, 160), 18, fill=CARDINAL[number % len(CARDINAL)])
    draw.rectangle((75, 165, 165, 270), fill="#31343a")
    stream = BytesIO()
    picture.save(stream, "JPEG")
    garments = [("top", (0.25, 0.13, 0.5, 0.4), 0.93), ("pants", (0.31, 0.55, 0.38, 0.35), 0.88)]
    return Photo(usefulness, stream.getvalue(), garments[:boxes] if usefulness == "garment" else ())


def drawn_pieces(count: int = 6) -> list[Piece]:
    names = ("オーガニックコットンTシャツ", "Linen Wrap Dress", "ウールブレンド チェスターコート", "Wide Chinos")
    return [
        Piece(
            title=f"{names[n % len(names)]} {n + 1}",
            price=2900 + 1000 * n,
            category=("top", "dress", "outer", "pants")[n % 4],
            gender=("women", "men")[n % 2],
            colors=(("black", "white", "navy", "beige")[n % 4],),
            photos=[drawn_photo(n, boxes=2), drawn_photo(n + 1, usefulness="size_chart")],
        )
        for n in range(count)
    ]


def fill(settings: Settings, shop: Shop, pieces: Sequence[Piece]) -> list[Product]:
    """Put the pieces into the shop's catalog with a month of crawls, searches and clicks. The same at every call."""
    storage = open_storage(settings.storage_url)
    chance = random.Random(7)
    with transaction(shop.tenant_id) as session:
        runs = _runs(session, shop)
        products = [
            _product(session, storage, shop, runs[0], number=number, piece=piece) for number, piece in enumerate(pieces)
        ]
        session.flush()
        _states(session, shop, products)
        _trouble(session, shop, runs[0])
        _searches(session, shop, products, chance)
    return products


def _runs(session: Session, shop: Shop) -> list[IngestRun]:
    counts = {
        "pages": {"http": 92, "browser": 6, "failed": 2, "disallowed": 3, "skipped": 0},
        "products": {"new": 3, "changed": 5, "unchanged": 72, "gone": 1, "attention": 2},
        "images": {"wanted": 0, "stored": 0, "live": 214, "set_aside": 41, "failed": 2, "usefulness": {}},
    }
    runs = []
    for days, state, error in ((0.1, "succeeded", None), (1, "succeeded", None), (2, "failed", "shop_unreachable"),
                               (3, "canceled", None), (4, "succeeded", None)):  # fmt: skip
        started = now() - timedelta(days=days)
        run = IngestRun(
            tenant_id=shop.tenant_id, state=state, stage="done", error=error, counts=counts, created_at=started,
            started_at=started, finished_at=started + timedelta(seconds=154 + 40 * days), attempt=1,
        )  # fmt: skip
        session.add(run)
        session.flush()
        runs.append(run)
    return runs


def _product(session: Session, storage: Storage, shop: Shop, run: IngestRun, *, number: int, piece: Piece) -> Product:
    url = f"https://shop.example/products/{shop.tenant_id[:8]}-{number + 1}"
    made = now() - timedelta(days=20, minutes=number)
    product = Product(
        tenant_id=shop.tenant_id, url=url, fingerprint=url, sku=f"NT-{1001 + number}", title=piece.title,
        price=piece.price, currency="JPY", availability="InStock", gender=piece.gender, category=piece.category,
        colors=list(piece.colors), sizes=["S", "M", "L"], brand="Atelier Kiri", language="ja",
        breadcrumbs=["ウィメンズ", "トップス"], sources={"title": "json-ld", "price": "json-ld", "gender": "page"},
        created_at=made, first_seen_at=made, last_seen_at=now() - timedelta(hours=2), **piece.facts,
    )  # fmt: skip
    session.add(product)
    session.flush()
    page = FrontierUrl(
        tenant_id=shop.tenant_id, run_id=run.id, product_id=product.id, url=url, fingerprint=url, state="fetched",
        via="http", status_code=200, reason="unchanged", fetched_at=now() - timedelta(hours=2),
    )  # fmt: skip
    session.add(page)
    for position, photo in enumerate(piece.photos):
        _image(session, storage, product, position=position, photo=photo)
    return product


def _image(session: Session, storage: Storage, product: Product, *, position: int, photo: Photo) -> None:
    tenant_id = product.tenant_id
    with Image.open(BytesIO(photo.jpeg)) as picture:
        width, height = picture.size
        small = picture.copy()
    useful = photo.usefulness == "garment" and bool(photo.garments)
    image = ProductImage(
        tenant_id=tenant_id, product_id=product.id, url=f"{product.url}/{position}.jpg", position=position,
        state="live" if useful else "set_aside", width=width, height=height,
        reason=None if useful else (photo.usefulness if photo.usefulness != "garment" else "no_garment"),
        usefulness=photo.usefulness, usefulness_score=0.97 - 0.03 * position, model_id="lite0-128-1",
        color=product.colors[0] if product.colors else None, content_hash=f"{product.id}{position}", attempts=1,
    )  # fmt: skip
    session.add(image)
    session.flush()
    image.storage_key = f"{tenant_id}/images/{image.id}.jpg"
    storage.write(image.storage_key, photo.jpeg)
    small.thumbnail((320, 320))
    stream = BytesIO()
    small.save(stream, "JPEG", quality=80)
    storage.write(catalog.thumbnail_key(image.storage_key), stream.getvalue())
    sold = next((n for n, garment in enumerate(photo.garments) if garment[0] == product.category), 0)
    for n, (category, (x, y, w, h), confidence) in enumerate(photo.garments):
        box = Detection(
            tenant_id=tenant_id, image_id=image.id, x=x, y=y, w=w, h=h, category=category,
            confidence=confidence, for_sale=n == sold, embedding_id=f"{image.id}{n}" if n == sold else None,
        )  # fmt: skip
        session.add(box)


def _states(session: Session, shop: Shop, products: Sequence[Product]) -> None:
    """One product of every state that a seller meets."""
    edited, hidden, gone, unclear, twin = products[0], products[1], products[2], products[3], products[4]
    catalog_edits.override(session, shop.tenant_id, edited.id, {"title": f"{edited.title}（限定色）", "price": "3500"})
    catalog_edits.set_hidden(session, shop.tenant_id, hidden.id, hidden=True)
    gone.state, gone.gone_at = "gone", now() - timedelta(days=2)
    unclear.state, unclear.attention, unclear.price = "attention", ["price_missing", "category_unknown"], None
    twin.created_at = edited.created_at + timedelta(seconds=1)
    _pair(session, shop, edited, twin, state="merged", signals=["pictures", "cover", "title"])
    _pair(session, shop, unclear, products[5], state="unsure", signals=["pictures", "cover", "price"])
    session.flush()
    catalog_pairs.settle(session, shop.tenant_id)
    for image in catalog.list_images(session, shop.tenant_id, products[-1].id):
        image.state, image.reason, image.storage_key = "failed", "http_404", None
    first = catalog.list_images(session, shop.tenant_id, edited.id)[0]
    label = {"chosen": {"box": [0.25, 0.13, 0.5, 0.4], "category": "top", "confidence": 0.9}, "instead_of": []}
    session.add(Decision(tenant_id=shop.tenant_id, kind="for_sale", subject_id=first.id, label=label))


def _pair(session: Session, shop: Shop, one: Product, other: Product, *, state: str, signals: list[str]) -> None:
    ids = catalog_pairs.ordered(one.id, other.id)
    reasons = {"signals": signals, "shared": 4, "smaller": 4}
    session.add(
        DuplicatePair(tenant_id=shop.tenant_id, one_id=ids[0], other_id=ids[1], state=state, score=0.5, reasons=reasons)
    )


def _trouble(session: Session, shop: Shop, run: IngestRun) -> None:
    for n, (state, reason) in enumerate((("failed", "http_404"), ("failed", "timeout"), ("disallowed", "robots"))):
        url = f"https://shop.example/{('old', 'slow', 'cart')[n]}/{shop.tenant_id[:8]}"
        session.add(
            FrontierUrl(tenant_id=shop.tenant_id, run_id=run.id, url=url, fingerprint=url, state=state, reason=reason)
        )


def _searches(session: Session, shop: Shop, products: Sequence[Product], chance: random.Random) -> None:
    kinds: list[Callable[[], dict[str, Any]]] = [
        lambda: {"kind": "photo", "categories": chance.choice([["top", "pants"], ["dress"], ["outer", "top", "bag"]])},
        lambda: {"kind": "text", "words": chance.choice(["黒 ワンピース", "navy coat", "リネン シャツ"])},
        lambda: {"kind": "similar", "product_id": chance.choice(products).id},
    ]
    for n in range(150):
        at = now() - timedelta(days=29 * (n / 150) ** 1.6, minutes=3 + chance.randrange(200))
        kind = chance.choices(kinds, weights=(6, 3, 3))[0]()
        query = SearchQuery(
            tenant_id=shop.tenant_id, matches=chance.choice([0, 6, 12, 20, 20]), took_ms=chance.uniform(20, 240),
            created_at=at, **kind,
        )  # fmt: skip
        session.add(query)
        if query.matches and chance.random() < 0.35:
            session.flush()
            for product in chance.sample(list(products), chance.choice([1, 1, 2])):
                session.add(
                    Event(
                        tenant_id=shop.tenant_id, query_id=query.id, type="click", product_id=product.id, created_at=at
                    )
                )
