"""The real shop in every theme, language and state of repair: all its products, nothing else, nothing forbidden."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from backend import queues
from backend.db import transaction
from backend.ingest import feeds
from backend.tenants.models import FrontierUrl, Product, ProductImage
from tests.ingest.whole import Ingest
from tests.shops.real_shop import FORBIDDEN, THEMES, catalog_of, garment_images, is_trap_image, serve

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1200)]
FACTS = ("title", "price", "currency", "availability")
BOUND = {"spa": 0.99, "bare": 0.99}
TRAP_PAGES = 50
NAMED_IN_A_FEED = 11  # pictures of a product, by the format


@pytest.mark.parametrize("options", [(), ("--faults",)], ids=["plain", "faults"])
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("theme", THEMES)
def test_the_whole_shop_is_found_and_nothing_else(theme, language, options, shared: Path, tenant_of):
    with serve(shared, theme, language, *options) as real_shop:
        ingest = tenant_of(real_shop)
        ingest.ask()
        ingest.work(queues.CRAWL)  # no model need see the pictures
        truth, log = real_shop.truth(), [request.path for request in real_shop.log()]
        touched = real_shop.trap.touched
        times = sorted(request.at for request in real_shop.log())
    products, images = catalog_of(ingest)

    assert set(products) == set(truth)
    exact = {fact: _share(fact, products, truth) for fact in FACTS}
    assert all(share >= BOUND.get(theme, 1.0) for share in exact.values()), exact
    wanted = {(url, image) for url, product in truth.items() for image in garment_images(product)}
    found = {(url, image.url) for url, rows in images.items() for image in rows}
    assert len(wanted & found) >= 0.99 * len(wanted)
    assert {image for _, image in found - wanted if not is_trap_image(image)} == set()
    assert [path for path in log if path.startswith(FORBIDDEN)] == []
    assert touched == 0
    assert sum(path.startswith("/calendar") or "color=" in path for path in log) <= TRAP_PAGES
    if options:
        _assert_faults_are_told(ingest)
        if theme != "spa":  # its galleries are without the bad pictures
            _assert_bad_pictures_are_told(images)
        _assert_polite(times, seconds=0.1)


@pytest.mark.parametrize("theme", ["bare", "spa"])
def test_the_feed_alone_gives_the_same_catalog(theme, shared: Path, tenant_of):
    with serve(shared, theme) as real_shop:
        ingest = tenant_of(real_shop)
        with transaction(ingest.tenant_id) as session:
            feeds.choose(session, ingest.tenant_id, source="feed", feed_url=f"{real_shop.url}/feed.xml")
        ingest.ask()
        ingest.work(queues.CRAWL)
        truth, log = real_shop.truth(), [request.path for request in real_shop.log()]
    products, images = catalog_of(ingest)

    assert set(products) == set(truth)
    assert {fact: _share(fact, products, truth) for fact in FACTS} == dict.fromkeys(FACTS, 1.0)
    assert {url: {image.url for image in images[url]} for url in truth} == {
        url: set(garment_images(product)[:NAMED_IN_A_FEED]) for url, product in truth.items()
    }
    assert [path for path in log if path.startswith("/products/")] == []


def _share(fact: str, products: dict[str, Product], truth: dict[str, dict[str, Any]]) -> float:
    """Return the share of the truth's products whose fact was read exactly."""

    def same(url: str) -> bool:
        found, wanted = getattr(products[url], fact), truth[url][fact]
        return found == (Decimal(wanted) if fact == "price" else wanted)

    return sum(same(url) for url in truth) / len(truth)


def _assert_faults_are_told(ingest: Ingest) -> None:
    with transaction(ingest.tenant_id) as session:
        rows = session.scalars(select(FrontierUrl).where(FrontierUrl.tenant_id == ingest.tenant_id)).all()
    states = {urlsplit(row.url).path: (row.state, row.reason) for row in rows}

    assert states["/loop/1"][0] == "failed"
    assert states["/loop/1"][1]
    assert states["/secret/sale"][0] == "disallowed"
    assert not [row.url for row in rows if row.state in {"queued", "leased"}]


def _assert_bad_pictures_are_told(images: dict[str, list[ProductImage]]) -> None:
    reasons = {Path(urlsplit(row.url).path).name: row.reason for rows in images.values() for row in rows if row.reason}

    assert reasons.get("media-bomb.png"), reasons
    assert reasons.get("media-logo.svg"), reasons


def _assert_polite(times: list[float], *, seconds: float) -> None:
    """In no two seconds more requests than the delay that robots.txt asks for allows, and a few for uneven clocks."""
    most = 2 / seconds + 4
    crowded = max(
        sum(start <= at < start + 2 for at in times[index : index + 200]) for index, start in enumerate(times)
    )
    assert crowded <= most, f"{crowded} requests in two seconds"
