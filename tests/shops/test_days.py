"""The real shop from day to day: a re-crawl finds what changed, and costs in proportion to it."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.tenants.models import Detection, Product
from tests.ingest.whole import Ingest
from tests.shops.real_shop import catalog_of, garment_images, serve

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

NO_PAGE = ("/robots.txt", "/api/")
"""Scripts ask for a list under /api as often as there are listings that show it."""


@pytest.mark.parametrize("theme", ["jsonld", "opengraph", "spa", "shopify"])
def test_a_recrawl_finds_what_a_day_changed_and_does_nothing_else_anew(theme, shared: Path, tenant_of):
    with serve(shared, theme) as real_shop:
        ingest = tenant_of(real_shop)
        runs = [ingest.crawl()]
        before = _searchable(ingest)
        first_day = Counter(request.path for request in real_shop.log())
        asked = first_day.total()

        runs.append(ingest.crawl())
        quiet_day = Counter(request.path for request in real_shop.log()[asked:])
        unchanged = _searchable(ingest)
        asked += quiet_day.total()

        real_shop.tick()
        truth = real_shop.truth()
        runs.append(ingest.crawl())
        busy_day = Counter(request.path for request in real_shop.log()[asked:])
    products, _ = catalog_of(ingest)

    for day, run in zip(("first", "quiet", "busy"), runs, strict=True):
        print(f"{theme}, {day} crawl: {run['requests']['bytes']} bytes, {run['seconds']} s, {run['requests']}")
    assert [run["state"] for run in runs] == ["succeeded"] * 3
    assert unchanged == before
    pages = {path: count for path, count in quiet_day.items() if not path.startswith(NO_PAGE)}
    assert set(pages.values()) == {1}, quiet_day.most_common(3)
    assert not quiet_day - first_day, "asked more often than on the first day"
    assert [path for path in quiet_day if path.startswith("/media/")] == []
    assert set(products) == set(truth)
    facts = {url: (row.price, row.availability) for url, row in products.items()}
    assert facts == {url: (Decimal(row["price"]), row["availability"]) for url, row in truth.items()}
    fresh = {image for url in set(truth) - _addresses(before) for image in garment_images(truth[url])}
    assert {path for path in busy_day if path.startswith("/media/")} <= {_path(image) for image in fresh}
    after = _searchable(ingest)
    assert {key: value for key, value in before.items() if key[0] in truth} == {
        key: value for key, value in after.items() if key[0] in _addresses(before)
    }
    assert ingest.embedding_ids() == {embedding for _, embeddings in after.values() for embedding in embeddings}


def _searchable(ingest: Ingest) -> dict[tuple[str, str], tuple[Any, frozenset[str]]]:
    """Return (product's address, picture's address) → when it became searchable, and its vectors in the gallery."""
    products, images = catalog_of(ingest)
    with transaction(ingest.tenant_id) as session:
        rows = session.scalars(select(Detection).where(Detection.tenant_id == ingest.tenant_id)).all()
    vectors: dict[str, set[str]] = {}
    for row in rows:
        if row.embedding_id:
            vectors.setdefault(row.image_id, set()).add(row.embedding_id)
    return {
        (url, image.url): (image.live_at, frozenset(vectors.get(image.id, ())))
        for url in products
        for image in images[url]
        if image.state == "live"
    }


def _addresses(searchable: dict[tuple[str, str], Any]) -> set[str]:
    return {url for url, _ in searchable}


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_duplicates_are_found_and_pairs_that_share_a_photo_kept_apart(shared: Path, tenant_of):
    with serve(shared, "jsonld", "en", "--duplicates") as real_shop:
        ingest = tenant_of(real_shop)
        ingest.crawl()
        truth = real_shop.truth()
    with transaction(ingest.tenant_id) as session:
        rows = session.scalars(select(Product).where(Product.tenant_id == ingest.tenant_id)).all()
    sku_of = {row.id: row.sku for row in rows}

    merged = {frozenset((row.sku, sku_of[row.duplicate_of])) for row in rows if row.duplicate_of}

    assert {row.url for row in rows} == set(truth)
    assert merged == {frozenset((row["sku"], row["duplicate_of"])) for row in truth.values() if row["duplicate_of"]}
