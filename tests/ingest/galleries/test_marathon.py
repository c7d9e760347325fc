"""A large gallery built anew while shoppers search it all the time: nobody gets an error or an empty answer."""

import multiprocessing
import os
import time
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import insert

from backend.db import transaction
from backend.ingest.cataloging import reindex
from backend.ingest.cataloging.embedding import entry_id
from backend.search.gallery import Entry
from backend.storage import open_storage
from backend.tenants.models import Product, ProductImage, new_id, now
from backend.vision import decode
from tests.ingest.galleries.stand import SeesColors, asked_all_the_time, picture_of
from tests.search.query_worker import CARD

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]
PRODUCTS, PICTURES_EACH, COLORS = 30_000, 6, 200
AT_ONCE = 2500


@pytest.fixture
def settings(settings):
    """One shopper asks all the time here."""
    return replace(settings, photos_per_minute=100_000)


class SeesColorsRoughly(SeesColors):
    """No two garments of a colour are quite alike."""

    def whole(self, picture):
        garment = super().whole(picture)
        garment.vector[:] = roughly(garment.vector[None])[0]
        return garment


def roughly(vectors):
    noise = np.random.default_rng().normal(0, 0.5 / np.sqrt(CARD.dim), vectors.shape)
    near = (vectors + noise).astype(np.float32)
    return near / np.linalg.norm(near, axis=1, keepdims=True)


def stock(stand):
    """Fill catalog, storage and gallery as if the shop's pictures had come long ago."""
    pictures = [picture_of((230 - number, number, number // 2)) for number in range(COLORS)]
    keys = [f"{stand.tenant_id}/images/{number}.png" for number in range(COLORS)]
    for key, picture in zip(keys, pictures, strict=True):
        open_storage(stand.settings.storage_url).write(key, picture)
    vectors = np.stack([stand.vision.whole(decode(picture)).vector for picture in pictures])
    for start in range(0, PRODUCTS, AT_ONCE):
        products = [
            {"id": new_id(), "tenant_id": stand.tenant_id, "url": f"https://shop.example/{number}",
             "fingerprint": str(number), "title": f"Dress {number}", "price": 10, "currency": "USD"}
            for number in range(start, min(start + AT_ONCE, PRODUCTS))
        ]  # fmt: skip
        images = [
            {"id": new_id(), "tenant_id": stand.tenant_id, "product_id": product["id"], "state": "live",
             "url": f"{product['url']}/{number}.png", "storage_key": keys[hash(product["id"]) % COLORS],
             "model_id": CARD.model_id, "live_at": now()}
            for product in products
            for number in range(PICTURES_EACH)
        ]  # fmt: skip
        with transaction(stand.tenant_id) as session:
            session.execute(insert(Product), products)
            session.execute(insert(ProductImage), images)
        seen = roughly(vectors[[hash(image["product_id"]) % COLORS for image in images]])
        stand.gallery.upsert(
            [
                Entry(entry_id(image["id"], CARD.model_id), vector, image["product_id"], image["id"], "dress", price=10)
                for image, vector in zip(images, seen, strict=True)
            ]
        )


def rebuild(stand):
    """Do what scheduler and vision worker of `niteru up` do, in a process that gives way as theirs."""
    os.nice(19)
    reindex.ask(stand.tenant_id)
    stand.go_on(ticks=PRODUCTS * PICTURES_EACH // 50)


def test_shoppers_notice_nothing_of_a_large_reindex(make_stand, search):
    stand = make_stand(vision=SeesColorsRoughly())
    stock(stand)
    took, empty = [], []

    def ask() -> int:
        start = time.perf_counter()
        response = search(stand.shop)
        took.append(time.perf_counter() - start)
        assert response.status_code == 200, response.json
        matches = len(response.json["objects"][0]["matches"])
        empty.extend([] if matches else [len(took)])
        return matches

    with asked_all_the_time(ask):
        time.sleep(30)  # the first searches after so many writes are slow, and would flatter the reindex
        took.clear()
        time.sleep(90)
    quiet = took.copy()
    took.clear()
    started = time.monotonic()
    other = multiprocessing.get_context("fork").Process(target=rebuild, args=(stand,))
    other.start()
    with asked_all_the_time(ask):
        other.join()
    seconds = time.monotonic() - started

    before, during = (np.percentile(times, [50, 95]) for times in (quiet, took))
    print(  # noqa: T201 - a marathon tells its figures
        f"\n{PRODUCTS * PICTURES_EACH} entries in {seconds:.0f} s; {len(quiet)} quiet searches p50 {before[0]:.3f} s, "
        f"p95 {before[1]:.3f} s; {len(took)} during the reindex p50 {during[0]:.3f} s, p95 {during[1]:.3f} s: "
        f"{during[1] / before[1]:.2f} times; {len(empty)} empty"
    )
    assert other.exitcode == 0
    assert stand.build().stage == "done"
    assert stand.gallery.count() == PRODUCTS * PICTURES_EACH
    assert empty == []
