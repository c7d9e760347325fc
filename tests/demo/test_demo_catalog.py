"""The catalogue of the demo shop: enough of everything, and the same at every run."""

from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.demo import catalog
from backend.demo.catalog import demo_products, draw_catalog
from backend.demo.catalog_pictures import OUTFITS, shot_bytes
from backend.demo.drawing_charts import cjk_font_path, size_chart
from backend.demo.pictures import STREET_LOOKS, garment_picture, outfit_picture, street_look, street_picture


def test_the_shop_sells_at_least_sixty_products_of_every_kind_that_is_drawn():
    kinds = Counter(product.kind for product in demo_products())

    assert len(demo_products()) >= 60
    assert set(kinds) >= {
        "t-shirt", "long-sleeve", "shirt", "blouse", "sweater", "hoodie", "cardigan", "jacket", "coat", "dress",
        "skirt", "pants", "jeans", "shorts", "sneakers", "boots", "tote", "shoulder-bag", "hat", "scarf",
    }  # fmt: skip
    assert {product.garment.cloth.pattern for product in demo_products()} >= {
        "plain", "stripe", "check", "dots", "floral", "gradient", "denim",
    }  # fmt: skip


def test_addresses_and_skus_are_unique():
    assert len({product.slug for product in demo_products()}) == len(demo_products())
    assert len({product.sku for product in demo_products()}) == len(demo_products())


def test_a_real_shops_variety_is_there():
    products = demo_products()

    assert any(not product.in_stock for product in products)
    assert any(product.in_stock for product in products)
    assert all(product.list_price > product.price for product in products if product.list_price)
    assert any(product.list_price for product in products)
    assert {product.gender for product in products} == {"women", "men", "unisex"}
    assert max(Counter(product.group for product in products).values()) >= 2


def test_every_product_has_several_views_and_some_have_charts_and_close_ups():
    views = Counter(shot.kind for product in demo_products() for shot in product.shots)

    assert all(len(product.shots) >= 2 for product in demo_products())
    assert all(product.shots[0].kind in {"worn", "flat"} for product in demo_products())
    assert min(views[kind] for kind in ("worn", "flat", "back", "outfit", "close_up", "size_chart")) >= 10


def test_an_outfit_picture_is_the_same_file_for_each_product_in_it():
    by_slug = {product.slug: product for product in demo_products()}

    for number, outfit in enumerate(OUTFITS, start=1):
        holders = {
            slug for slug, product in by_slug.items() if f"outfit-{number:02d}.jpg" in {s.file for s in product.shots}
        }
        assert holders == set(outfit)


@pytest.mark.parametrize("kind", ["worn", "flat", "back", "outfit", "close_up", "size_chart"])
def test_a_picture_is_drawn_the_same_twice_and_has_the_promised_size(kind):
    shot = next(shot for product in demo_products()[10:] for shot in product.shots if shot.kind == kind)

    first, second = shot_bytes(shot), shot_bytes(shot)

    assert first == second
    image = Image.open(BytesIO(first))
    assert (image.format, image.size) == ("JPEG", (800, 1000))
    assert np.asarray(image).std() > 8, "the picture is not an empty ground"


def test_colours_of_one_model_look_different():
    red = np.asarray(Image.open(BytesIO(garment_picture("ts01-red"))), float)[400:600, 350:450].mean(axis=(0, 1))
    navy = np.asarray(Image.open(BytesIO(garment_picture("ts01-navy"))), float)[400:600, 350:450].mean(axis=(0, 1))

    assert red[0] > red[2] + 60
    assert navy[2] > navy[0] + 20


def test_the_pictures_are_drawn_once_and_mended_when_one_is_missing(folder: Path, monkeypatch):
    few = tuple(
        replace(product, shots=tuple(s for s in product.shots if s.kind == "size_chart")[:1])
        for product in demo_products()
    )
    monkeypatch.setattr(catalog, "demo_products", lambda: few)
    monkeypatch.setattr(catalog, "HEROES", ())
    files = {shot.file for product in few for shot in product.shots}

    draw_catalog(folder)
    first = {file: (folder / file).stat().st_mtime_ns for file in files}
    draw_catalog(folder)
    again = {file: (folder / file).stat().st_mtime_ns for file in files}
    lost = min(files)
    (folder / lost).unlink()
    draw_catalog(folder)

    assert len(files) >= 5
    assert again == first
    assert (folder / lost).is_file()


def test_a_street_picture_shows_only_what_the_shop_sells():
    sold = {product.slug for product in demo_products()}

    assert all(set(street_look(number)) <= sold for number in range(len(STREET_LOOKS)))
    assert all(len(street_look(number)) >= 2 for number in range(len(STREET_LOOKS)))
    assert Image.open(BytesIO(street_picture(0))).size == (800, 1000)
    assert street_picture(0) != street_picture(1)
    assert Image.open(BytesIO(outfit_picture(1))).size == (800, 1000)


def test_a_size_chart_falls_back_to_english_where_no_japanese_font_is(monkeypatch):
    cjk_font_path.cache_clear()
    monkeypatch.setattr("backend.demo.drawing_charts.CJK_FONTS", ())

    chart = size_chart("top", japanese=True)

    assert cjk_font_path() is None
    assert chart.tobytes() == size_chart("top", japanese=False).tobytes()
    cjk_font_path.cache_clear()
