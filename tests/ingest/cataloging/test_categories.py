"""Words and pictures that contradict each other: kept for the seller, settled by the seller, undone by no crawl."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.demo.pictures import garment_picture
from backend.ingest.cataloging import embedding
from backend.storage import open_storage
from backend.tenants import catalog_edits, catalog_sync
from backend.tenants.models import Detection, Product, ProductImage
from backend.vision import CATEGORIES, Box, Garment, fusion, images
from backend.vision.calibration import Calibration
from backend.vision.card import read_card
from backend.vision.values import Guess

pytest_plugins = ("tests.ingest.whole",)

KINDS = ("agreed", "title", "several", "loose", "breadcrumbs", "disputed", "description")


@pytest.fixture(autouse=True)
def sharp_eyes(monkeypatch):
    """Pictures that are nearly always right, so that the tests stay when the served detector changes."""
    sees = {true: {name: 0.94 if name == true else 0.005 for name in CATEGORIES} for true in CATEGORIES}
    fitted = Calibration(dict.fromkeys(KINDS, 0.9), sees, temperature=1.0, dispute=0.95)
    monkeypatch.setattr(fusion, "calibration", lambda: fitted)


@pytest.fixture
def product(ingest):
    """Return a function that puts a product with one stored picture into the catalog; gives its id."""

    def add(title, category, **facts):
        row = ingest.shop.add_product(title, category=category, price=10, currency="USD", **facts)
        picture = garment_picture("dr01-navy")
        key = f"{ingest.tenant_id}/images/{images.content_hash(picture)}.jpg"
        open_storage(ingest.settings.storage_url).write(key, picture)
        with transaction(ingest.tenant_id) as session:
            session.add(
                ProductImage(
                    tenant_id=ingest.tenant_id, product_id=row.id, url=f"https://shop.example/{row.id}.jpg",
                    state="stored", storage_key=key,
                )
            )  # fmt: skip
        return row.id

    return add


def look(ingest, product_id, category, confidence=0.97):
    """Write into catalog and gallery that vision saw one garment of a category in the product's picture."""
    with transaction(ingest.tenant_id) as session:
        image = session.scalars(select(ProductImage).where(ProductImage.product_id == product_id)).one()
        image.state, image.reason = "stored", None
    with transaction(ingest.tenant_id) as session:
        (subject,) = embedding.read_subjects(session, ingest.tenant_id, [image.id])
    vector = np.eye(1, read_card().dim, dtype=np.float32)[0]
    box, kind, pattern = Box(0.15, 0.1, 0.7, 0.8), Guess(category, 0.9), Guess("floral", 0.8)
    garment = Garment(box, category, confidence, ("navy",), vector, ("dark navy",), fine=kind, pattern=pattern)
    seen = embedding.Look(subject, (garment,), 0, None, "garment", 0.9)
    embedding.write(ingest.settings, read_card(), ingest.tenant_id, [seen], {})


def row(ingest, product_id) -> Product:
    with transaction(ingest.tenant_id) as session:
        return session.get_one(Product, product_id)


def crawl_again(ingest, product_id, **changes):
    """Write what the page says of the product into the catalog, as a crawl does."""
    now = row(ingest, product_id)
    facts = catalog_sync.ProductFacts(
        **{name: getattr(now, name) for name in catalog_sync.COLUMNS} | {"fingerprint": now.fingerprint},
        images=(f"https://shop.example/{product_id}.jpg",),
    )
    with transaction(ingest.tenant_id) as session:
        catalog_sync.upsert_product(session, ingest.tenant_id, replace(facts, **changes), run_id=None)


def test_a_picture_that_contradicts_the_title_is_kept_for_the_seller_and_a_later_crawl_keeps_it_too(ingest, product):
    dress = product("Navy dress", "dress")

    look(ingest, dress, "shoes")
    crawl_again(ingest, dress, attention=[], category="dress")

    found = row(ingest, dress)
    assert (found.category, found.state, found.attention) == ("dress", "attention", ["category_disagrees"])


def test_a_picture_that_shows_what_the_title_says_raises_nothing(ingest, product):
    dress = product("Navy dress", "dress")

    look(ingest, dress, "dress")

    assert (row(ingest, dress).state, row(ingest, dress).attention) == ("live", [])


def test_a_better_look_takes_the_contradiction_back(ingest, product):
    dress = product("Navy dress", "dress")

    look(ingest, dress, "shoes")
    look(ingest, dress, "dress")

    assert (row(ingest, dress).state, row(ingest, dress).attention) == ("live", [])


def test_what_the_seller_says_settles_it_for_every_later_look_and_crawl(ingest, product):
    dress = product("Navy dress", "dress")
    look(ingest, dress, "shoes")

    with transaction(ingest.tenant_id) as session:
        catalog_edits.override(session, ingest.tenant_id, dress, {"category": "dress"})
    settled = row(ingest, dress)
    look(ingest, dress, "shoes")
    crawl_again(ingest, dress, title="Navy thing", category=None, attention=["category_unknown"])

    assert (settled.state, settled.attention) == ("live", [])
    assert (row(ingest, dress).state, row(ingest, dress).attention) == ("live", [])


def test_what_the_words_leave_open_the_pictures_decide_and_a_crawl_of_the_same_words_keeps_it(ingest, product):
    nameless = product("Amalfi", None, attention=["category_unknown"], state="attention")

    look(ingest, nameless, "dress")
    crawl_again(ingest, nameless, category=None, attention=["category_unknown"])

    found = row(ingest, nameless)
    assert (found.category, found.sources["category"]) == ("dress", "picture")
    assert (found.state, found.attention) == ("live", [])


def test_a_look_keeps_what_it_tells_more_finely_and_names_what_older_crawls_did_not(ingest, product):
    dress = product("花柄 ワンピース ボルドー", "dress", colors=["red"])

    look(ingest, dress, "dress")

    with transaction(ingest.tenant_id) as session:
        box = session.scalars(select(Detection)).one()
    found = row(ingest, dress)
    assert (box.shades, box.fine_category, box.pattern) == (["dark navy"], "dress", "floral")
    assert (found.pattern, found.shades) == ("floral", ["wine"])


def test_of_two_categories_that_a_word_may_mean_the_picture_chooses(ingest, product):
    salopette = product("デニム サロペット", "dress")

    look(ingest, salopette, "pants")

    assert (row(ingest, salopette).category, row(ingest, salopette).attention) == ("pants", [])


def test_other_words_are_read_afresh(ingest, product):
    nameless = product("Amalfi", None, attention=["category_unknown"], state="attention")
    look(ingest, nameless, "dress")

    crawl_again(ingest, nameless, title="Amalfi skirt", category="skirt", attention=[])

    assert row(ingest, nameless).category == "skirt"


def test_an_unsure_picture_contradicts_nothing_and_decides_nothing(ingest, product):
    dress, nameless = product("Navy dress", "dress"), product("Amalfi", None)

    for one in (dress, nameless):
        look(ingest, one, "shoes", confidence=0.3)

    assert (row(ingest, dress).attention, row(ingest, nameless).category) == ([], None)
