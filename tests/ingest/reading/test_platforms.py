import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ingest.reading.platforms import PLATFORMS, Shopify, WooCommerce
from tests.ingest.serve_shop import load_shop

SHOP = "https://shop.example/"
SHOPIFY = {
    "id": 1, "title": "Linen Dress", "handle": "linen-dress", "body_html": "<p>Light.</p><p>Cool.</p>", "vendor": "Ito",
    "product_type": "Dresses", "tags": ["Women", "summer"], "options": [{"name": "Size"}, {"name": "Color"}],
    "images": [{"src": "https://cdn.example/a.jpg?v=1"}, {"src": "//cdn.example/b.jpg"}, {"src": "http://["}],
    "variants": [
        {"sku": "LD-1", "price": "52.00", "compare_at_price": "78.00", "available": False, "option1": "S",
         "option2": "Red"},
        {"sku": "LD-2", "price": "60.00", "compare_at_price": None, "available": True, "option1": "M",
         "option2": "Navy", "featured_image": {"src": "/n.jpg"}},
    ],
}  # fmt: skip
WOO = {
    "id": 7, "name": "Linen &amp; Silk Dress", "permalink": "https://shop.example/product/linen/?utm_source=x",
    "sku": "LS-7", "description": "<p>Light.</p>", "is_in_stock": False, "on_backorder": False,
    "prices": {"price": "5200", "regular_price": "7800", "sale_price": "5200", "price_range": None,
               "currency_code": "EUR", "currency_minor_unit": 2},
    "images": [{"src": "https://shop.example/a.jpg"}], "categories": [{"name": "Women"}], "brands": [{"name": "Ito"}],
    "attributes": [{"name": "Color", "terms": [{"name": "Red"}]}, {"name": "サイズ", "terms": [{"name": "M"}]}],
}  # fmt: skip


def test_a_shopify_row_becomes_a_record_without_a_currency() -> None:
    found = Shopify(SHOP).read({"products": [SHOPIFY]})

    assert found is not None
    (record,) = found
    assert (record.url, record.title, record.brand) == (
        "https://shop.example/products/linen-dress",
        "Linen Dress",
        "Ito",
    )
    assert (record.price, record.price_max, record.list_price) == (52, 60, 78)
    assert (record.currency, record.availability, record.gender) == (None, "InStock", "women")
    assert (record.colors, record.sizes, record.sku) == (("Red", "Navy"), ("S", "M"), "LD-1")
    assert record.images == ("https://cdn.example/a.jpg?v=1", "https://cdn.example/b.jpg")
    assert record.description == "Light.\nCool."
    assert [one.availability for one in record.variants] == ["OutOfStock", "InStock"]
    assert record.problems == ()


def test_a_woocommerce_row_becomes_a_record_with_prices_in_whole_units() -> None:
    found = WooCommerce(SHOP).read([WOO])

    assert found is not None
    (record,) = found
    assert (record.url, record.title) == ("https://shop.example/product/linen/", "Linen & Silk Dress")
    assert (record.price, record.list_price, record.currency) == (Decimal("52.00"), Decimal("78.00"), "EUR")
    assert (record.availability, record.sku, record.brand) == ("OutOfStock", "LS-7", "Ito")
    assert (record.colors, record.sizes, record.gender, record.category) == (("Red",), ("M",), "women", "Women")


@pytest.mark.parametrize(
    ("prices", "price", "highest"),
    [
        ({"price": "5200", "currency_code": "JPY", "currency_minor_unit": 0}, 5200, None),
        ({"price": "5200", "price_range": {"min_amount": "5200", "max_amount": "6800"}, "currency_code": "EUR",
          "currency_minor_unit": 2}, 52, 68),
        ({"price": "5200", "currency_code": "EUR"}, None, None),
        ({"price": "", "currency_code": "EUR", "currency_minor_unit": 2}, None, None),
        ("free", None, None),
    ],
)  # fmt: skip
def test_minor_units_are_counted_and_never_guessed(prices: Any, price: int | None, highest: int | None) -> None:
    found = WooCommerce(SHOP).read([{**WOO, "prices": prices}])

    assert found is not None
    assert (found[0].price, found[0].price_max) == (price, highest)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        "<html>",
        {"products": {}},
        {"products": [{"id": 1}]},
        [{"slug": "x", "title": "y"}],
        {"data": []},
        5,
    ],
)
def test_another_answer_is_told_from_a_platforms(value: Any) -> None:
    assert Shopify(SHOP).read(value) is None
    assert WooCommerce(SHOP).read(value) in (None, [])


def test_an_empty_page_is_the_end_and_a_broken_row_is_left_out() -> None:
    assert Shopify(SHOP).read({"products": []}) == []
    assert Shopify(SHOP).read({"products": [{"handle": "", "title": "x"}, {"handle": "y", "title": None}]}) == []
    assert WooCommerce(SHOP).read([{"permalink": "http://[", "name": "x"}]) == []


def test_pages_are_asked_for_at_the_shops_root() -> None:
    assert Shopify("https://shop.example/ja/").page_url(2) == "https://shop.example/products.json?limit=250&page=2"
    assert WooCommerce(SHOP).page_url(3) == "https://shop.example/wp-json/wc/store/v1/products?per_page=100&page=3"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("http://["),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SHOPIFY, *WOO, "src", "name"]), inner)
    ),
)


@given(st.dictionaries(st.sampled_from([*SHOPIFY, *WOO]), _VALUES, max_size=6))
def test_no_row_is_too_broken(changes: dict[str, Any]) -> None:
    for platform in PLATFORMS:
        for row in ({**SHOPIFY, **changes}, {**WOO, **changes}):
            for record in platform(SHOP).read(row) or platform(SHOP).read({"products": [row]}) or ():
                assert "\x00" not in json.dumps(record.as_json())
            platform(SHOP).read([row])


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_test_shops_products_are_all_read_until_an_empty_page(shared: Path, lang: str) -> None:
    shop = load_shop(shared, "shopify", lang)
    platform = Shopify("https://shop.example")
    records = {}
    for number in range(1, 100):
        answer = shop.answer("/products.json", {"limit": ["250"], "page": [str(number)]})
        found = platform.read(json.loads(answer[2]))
        assert found is not None
        if not found:
            break
        records |= {record.url: record for record in found}

    wanted = {row["url"]: row for row in shop.truth()}
    assert records.keys() == wanted.keys()
    for url, row in wanted.items():
        record = records[url]
        assert (record.title, record.sku, record.price) == (row["title"], row["sku"], Decimal(row["price"]))
        assert (record.availability, record.gender) == (row["availability"], row["gender"])
        assert list(record.colors) == row["colors"]
        assert list(record.images) == [image["url"] for image in row["images"]]
