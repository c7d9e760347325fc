"""Structured data in every form that real shops were seen to write it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from backend.ingest.reading.extract import extract
from tests.ingest.pages import OFFER, PRODUCT, URL, page, record_of


@pytest.mark.parametrize(
    "data",
    [
        PRODUCT,
        [PRODUCT],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Shop"}, PRODUCT]},
        {"@type": "ItemPage", "mainEntity": PRODUCT},
        {**PRODUCT, "@type": ["Product", "Thing"]},
        {**PRODUCT, "@type": "http://schema.org/Product"},
        {**PRODUCT, "offers": [OFFER, {**OFFER, "price": 61}]},
        {**PRODUCT, "offers": {"@type": "AggregateOffer", "lowPrice": 52.0, "highPrice": "80", "priceCurrency": "USD",
                               "availability": "InStock"}},
        {**PRODUCT, "offers": {"@type": "AggregateOffer", "offers": [OFFER]}},
        {**PRODUCT, "offers": {"@type": "Offer", "availability": "instock",
                               "priceSpecification": {"price": "52", "priceCurrency": "USD"}}},
        {"@graph": [{**PRODUCT, "offers": {"@id": "#offer"}}, {**OFFER, "@id": "#offer"}]},
        {"@type": "ProductGroup", "name": "Linen Dress", "productGroupID": "LD-12", "image": "/a.jpg", "hasVariant": [
            {"@type": "Product", "sku": "LD-12-S", "color": "Red", "size": "S", "offers": OFFER}]},
    ],
)  # fmt: skip
def test_json_ld_is_read_in_every_form_that_shops_write(data: Any) -> None:
    record = record_of(page("<h1>Linen Dress</h1>", data=data))

    assert (record.title, record.sku, record.price, record.currency) == ("Linen Dress", "LD-12", Decimal(52), "USD")
    assert (record.availability, record.images) == ("InStock", ("https://shop.example/a.jpg",))
    assert record.sources["price"] == "json-ld"
    assert record.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "<!-- " + json.dumps(PRODUCT) + " -->",
        "//<![CDATA[\n" + json.dumps(PRODUCT) + "\n//]]>",
        json.dumps(PRODUCT)[:-1] + ",}",
        json.dumps(PRODUCT) + ";",
        json.dumps({**PRODUCT, "description": "two"}).replace("two", "two\nlines\tand a tab"),
    ],
)
def test_json_ld_that_is_not_quite_json_is_read_all_the_same(text: str) -> None:
    html = page("<h1>Linen Dress</h1>", head=f'<script type="application/ld+json">{text}</script>')

    assert record_of(html).price == Decimal(52)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", '{"@type": "Product"}', "{broken", "[" * 5000, '{"@graph": 7}', '"text"']
)
def test_broken_json_ld_is_no_product_and_no_crash(text: str) -> None:
    html = page("<h1>About us</h1><p>Words.</p>", head=f'<script type="application/ld+json">{text}</script>')

    assert extract(html, URL).record is None


def test_variants_keep_their_colour_size_stock_and_photos() -> None:
    variants = [
        {"@type": "Product", "sku": f"LD-{color}-{size}", "color": color, "size": size, "image": f"/{color}.jpg",
         "offers": {**OFFER, "availability": f"https://schema.org/{stock}", "price": price}}
        for color, size, stock, price in [
            ("Red", "S", "OutOfStock", 50), ("Red", "M", "InStock", 52), ("Blue", "S", "InStock", 60)
        ]
    ]  # fmt: skip

    group = {"@type": "ProductGroup", "name": "Linen Dress", "hasVariant": variants}

    record = record_of(page("<h1>Linen Dress</h1>", data=group))

    assert (record.colors, record.sizes) == (("Red", "Blue"), ("S", "M"))
    assert [(variant.sku, variant.availability) for variant in record.variants] == [
        ("LD-Red-S", "OutOfStock"),
        ("LD-Red-M", "InStock"),
        ("LD-Blue-S", "InStock"),
    ]
    assert (record.price, record.availability) == (Decimal(52), "InStock")
    assert record.images == ("https://shop.example/Red.jpg", "https://shop.example/Blue.jpg")
    json.dumps(record.as_json())


def test_microdata_is_read_with_its_nested_offer() -> None:
    body = """<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Linen Dress</h1>
      <meta itemprop="sku" content="LD-12"><span itemprop="brand" itemscope itemtype="https://schema.org/Brand">
      <span itemprop="name">Ito</span></span><img itemprop="image" src="/a.jpg">
      <p itemprop="description">Cool &amp;amp; light.</p>
      <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
      <span itemprop="price" content="5200">5,200円</span><meta itemprop="priceCurrency" content="JPY">
      <link itemprop="availability" href="https://schema.org/OutOfStock"></div></div>"""

    record = record_of(page(body))

    assert (record.price, record.currency, record.availability) == (Decimal(5200), "JPY", "OutOfStock")
    assert (record.sku, record.brand, record.description) == ("LD-12", "Ito", "Cool & light.")
    assert record.sources["price"] == "microdata"


def test_meta_tags_give_the_sale_price_and_the_price_before() -> None:
    tags = {
        "og:type": "product", "og:title": "Linen Dress – SHOP", "og:image": "/a.jpg", "product:price:amount": "80.00",
        "product:price:currency": "EUR", "product:sale_price:amount": "52.00", "product:availability": "oos",
    }  # fmt: skip
    head = "".join(f'<meta property="{name}" content="{value}">' for name, value in tags.items())

    record = record_of(page("<h1>Linen Dress</h1>", head=head))

    assert record.title == "Linen Dress"
    assert (record.price, record.list_price, record.currency) == (Decimal(52), Decimal(80), "EUR")
    assert record.availability == "OutOfStock"


@pytest.mark.parametrize(
    ("more", "group"),
    [
        ({"inProductGroupWithID": "LD"}, "LD"),
        ({"isVariantOf": {"@type": "ProductGroup", "productGroupID": "LD"}}, "LD"),
        ({"isVariantOf": {"@id": "#group"}}, "LD"),
        ({}, None),
    ],
)
def test_the_number_that_colours_with_pages_of_their_own_share_is_kept(more: dict[str, Any], group: str | None) -> None:
    graph = [{**PRODUCT, **more}, {"@type": "ProductGroup", "@id": "#group", "productGroupID": "LD"}]

    assert record_of(page("<h1>Linen Dress</h1>", data={"@graph": graph})).item_group == group


_RED = {**PRODUCT, "@id": "#red", "sku": "LD-red", "color": "Red", "url": URL}
_BLUE = {
    **PRODUCT, "@id": "#blue", "sku": "LD-blue", "color": "Blue", "image": ["/blue.jpg"],
    "url": "/products/linen-dress-blue", "offers": {**OFFER, "price": "41.00"},
}  # fmt: skip
_GROUP = {"@type": "ProductGroup", "name": "Linen Dress", "productGroupID": "LD"}


@pytest.mark.parametrize(
    "data",
    [
        {**_GROUP, "hasVariant": [_RED, _BLUE]},
        [{**_GROUP, "hasVariant": [_BLUE, _RED]}],
        [_RED, {**_GROUP, "hasVariant": [{"@id": "#red"}, {"@id": "#blue"}]}],
        {"@graph": [{**_GROUP, "hasVariant": [{"@type": "Product", "url": URL}, _BLUE]}, _RED]},
        {"@graph": [{**_GROUP, "hasVariant": [{"@type": "Product", "sku": "LD-red"}]}, _RED]},
        {"@type": "ProductGroup", "name": "Linen Dress", "hasVariant": [{**_RED, "inProductGroupWithID": "LD"}, _BLUE]},
    ],
)
def test_a_group_gives_its_number_to_the_page_of_one_colour_and_nothing_of_another_colours_page(data: Any) -> None:
    record = record_of(page("<h1>Linen Dress</h1>", data=data))

    assert (record.item_group, record.price, record.colors) == ("LD", Decimal(52), ("Red",))
    assert record.images == ("https://shop.example/a.jpg",)


def test_a_group_whose_variants_share_one_page_keeps_them_all() -> None:
    variants = [{**_RED, "url": f"{URL}?variant=1"}, {**_BLUE, "url": f"{URL}?variant=2"}]

    record = record_of(page("<h1>Linen Dress</h1>", data={**_GROUP, "hasVariant": variants}))

    assert (record.item_group, record.colors, record.price) == ("LD", ("Red", "Blue"), Decimal(41))
