"""Whole pages in, records out: each page here is a form that real shops were seen to have."""

import json
from decimal import Decimal
from typing import Any

import pytest

from backend.ingest.reading.extract import extract
from tests.ingest.pages import CARDS, OFFER, PRODUCT, RELATED, URL, page, record_of


@pytest.mark.parametrize(
    ("shown", "price", "before", "currency"),
    [
        ("<span class='price'>￥5,200(税込)</span>", 5200, None, "JPY"),
        ("<p>5,200円</p>", 5200, None, "JPY"),
        ("<div class='price'><s>$78.00</s> <b>$41.60</b></div>", "41.60", "78.00", "USD"),
        ("<del>7,800円</del><span class='price'>5,200円</span>", 5200, 7800, "JPY"),
        ("<span class='price price--old'>€80,00</span><span class='price price--sale'>€52,00</span>", 52, 80, "EUR"),
        ("<span style='text-decoration: line-through'>£30</span><span class='now'>£20</span>", 20, 30, "GBP"),
        ("<p>送料 500円</p><p class='item-price'>5,200円</p><p>52ポイント</p>", 5200, None, "JPY"),
        ("<p>本体 4,728円 (税込 5,200円)</p>", 5200, None, "JPY"),
        ("<p>Free shipping over $100</p><span class='price'>$52</span>", 52, None, "USD"),
    ],
)
def test_the_visible_price_is_the_one_that_is_charged(shown: str, price: Any, before: Any, currency: str) -> None:
    body = f"<h1>Linen Dress</h1>{shown}<img src='/a.jpg'><button>Add to cart</button>{RELATED}"

    record = record_of(page(body))

    assert (record.price, record.currency) == (Decimal(price), currency)
    assert record.list_price == (None if before is None else Decimal(before))


@pytest.mark.parametrize(
    ("button", "availability"),
    [
        ("<button>Add to cart</button>", "InStock"),
        ("<button>カートに入れる</button>", "InStock"),
        ("<input type=submit value='カートに入れる'>", "InStock"),
        ("<a class='btn' href='#'>ご購入はこちら</a>", "InStock"),
        ("<button disabled>Sold out</button>", "OutOfStock"),
        ("<button>売り切れ</button>", "OutOfStock"),
        ("<button disabled>Add to cart</button><p>在庫なし</p>", "OutOfStock"),
        ("<p class='stock'>SOLD OUT</p>", "OutOfStock"),
        ("<select><option>S – Sold out</option><option>M</option></select><button>Add to bag</button>", "InStock"),
        ("<button disabled>Add to cart</button>", None),
    ],
)
def test_stock_is_what_the_buy_button_says(button: str, availability: str | None) -> None:
    body = (
        f"<h1>Linen Dress</h1><p class=price>$52</p><img src='/a.jpg'>{button}{RELATED.replace('Other 1', 'Sold out')}"
    )

    assert record_of(page(body)).availability == availability


def test_the_gallery_has_the_order_and_the_number_when_data_names_one_photo() -> None:
    shots = "".join(f'<img src="/img/dress-1{n}_200x300.jpg" data-zoom="/img/dress-1{n}.jpg">' for n in range(5))
    body = f"<h1>Linen Dress</h1><div class=gallery>{shots}</div><p><img src='/img/size-guide.jpg'></p>{RELATED}"

    record = record_of(page(body, data={**PRODUCT, "image": "https://shop.example/img/dress-12.jpg"}))

    assert record.images == tuple(f"https://shop.example/img/dress-1{n}.jpg" for n in range(5))


@pytest.mark.parametrize(
    "shot",
    [
        '<img src="/s.jpg" srcset="/m.jpg 600w, /l.jpg 1600w, /s.jpg 200w">',
        '<picture><source srcset="/l.jpg 2x, /m.jpg 1x"><img src="/s.jpg"></picture>',
        '<a href="/l.jpg"><img src="/s.jpg"></a>',
        '<img src="data:image/gif;base64,R0" data-src="/l.jpg">',
        '<img src="/s.jpg" data-zoom-image="/l.jpg" srcset="/m.jpg 600w">',
        '<img src="/l.jpg">',
    ],
)
def test_a_photo_is_taken_at_the_largest_size_the_page_names(shot: str) -> None:
    body = f"<h1>Linen Dress</h1><div class=gallery>{shot}</div><p class=price>$52</p><button>Buy now</button>{RELATED}"

    assert record_of(page(body)).images == ("https://shop.example/l.jpg",)


def test_other_products_photos_logos_and_drawn_buttons_are_not_in_the_gallery() -> None:
    body = f"""<img src="/logo.png"><h1>Linen Dress</h1><div class=gallery><img src="/a.jpg">
      <button><img src="/next.svg"></button><img src="/a_100x100.jpg"><img src="/b.jpg">
      <img src="/pay.png" width=40 height=20></div>
      <p class=price>$52</p><button>Add to cart</button>{RELATED}"""

    assert record_of(page(body)).images == ("https://shop.example/a.jpg", "https://shop.example/b.jpg")


def test_a_drawing_shown_as_one_of_the_photos_is_kept_so_that_the_seller_is_told_of_it() -> None:
    shots = '<img src="/a.jpg"><img src="/media-logo.svg"><img src="/b.jpg">'
    body = f"<h1>Linen Dress</h1><div class=gallery>{shots}</div><p class=price>$52</p><button>Add to cart</button>"

    found = record_of(page(body)).images

    assert found == tuple(f"https://shop.example/{name}" for name in ("a.jpg", "media-logo.svg", "b.jpg"))


def test_answers_that_a_page_was_drawn_from_fill_what_it_does_not_show() -> None:
    product = {
        "title": "Linen Dress", "slug": "linen-dress-12", "sku": "LD-12", "shown": "￥5,200(税込)",
        "stock": "OutOfStock", "images": ["/a.jpg", {"src": "/b.jpg"}], "description": "<p>Light.</p>",
    }  # fmt: skip
    answer = {"data": {"product": product}}
    other = [{"title": "Other", "slug": "other-1", "price": "9,999円", "images": ["/x.jpg"]}]

    record = record_of(page("<h1>Linen Dress</h1>"), payloads=[other, answer])

    assert (record.price, record.currency, record.availability) == (Decimal(5200), "JPY", "OutOfStock")
    assert (record.sku, record.description) == ("LD-12", "Light.")
    assert record.images == ("https://shop.example/a.jpg", "https://shop.example/b.jpg")
    assert record.sources["price"] == "payload"


def test_state_in_a_script_is_read_like_an_answer() -> None:
    state = {"props": {"product": {"name": "Linen Dress", "price": {"amount": "52.00", "currencyCode": "EUR"},
             "images": [{"url": "/a.jpg"}], "availableForSale": True, "handle": "linen-dress-12"}}}  # fmt: skip
    block = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'
    assigned = f"<script>window.__STATE__ = {json.dumps(state)};</script>"

    for head in (block, assigned):
        record = record_of(page("<h1>Linen Dress</h1>", head=head))
        assert (record.price, record.currency, record.availability) == (Decimal("52.00"), "EUR", "InStock")


def test_entities_that_were_escaped_twice_are_repaired() -> None:
    data = {
        **PRODUCT,
        "name": "Men&amp;#39;s Tee &amp;amp; Short",
        "description": "&lt;p&gt;Soft&amp;nbsp;cotton&lt;/p&gt;&lt;p&gt;Wash&lt;/p&gt;",
    }

    record = record_of(page("<h1>Men&#39;s Tee</h1>", data=data))

    assert record.title == "Men's Tee & Short"
    assert record.description == "Soft cotton\nWash"


def test_what_looks_wrong_is_said() -> None:
    free = {**PRODUCT, "image": [], "offers": {"@type": "Offer", "price": "0", "availability": "InStock"}}

    record = record_of(page("<h1>Linen Dress</h1>", data=free))

    assert record.problems == ("price_missing", "no_image")


@pytest.mark.parametrize(
    ("body", "sku", "brand", "source"),
    [
        ("<p>SKU: LD-12</p><p>Brand: Ito</p>", "LD-12", "Ito", "page"),
        ("<dl><dt>品番</dt><dd>AB1234</dd><dt>ブランド</dt><dd>イトウ</dd></dl>", "AB1234", "イトウ", "page"),
        (
            "<table><tr><th>Marke</th><td>Ito</td></tr><tr><th>Art.-Nr.</th><td>77-12</td></tr></table>",
            "77-12",
            "Ito",
            "page",
        ),
        ("<p>Our brand values: care.</p>", "4901234", None, "address"),
    ],
)
def test_sku_and_brand_are_read_from_their_labels(body: str, sku: str, brand: str | None, source: str) -> None:
    shown = f"<h1>Linen Dress</h1><p class=price>$52</p><button>Add to cart</button>{body}"

    record = record_of(page(shown), url="https://shop.example/linen-dress/p4901234.html")

    assert (record.sku, record.brand, record.sources["sku"]) == (sku, brand, source)


def test_breadcrumbs_give_category_and_gender() -> None:
    body = """<div class="breadcrumb"><a href="/">Home</a> / <a href="/women">Women</a> / <a href="/d">Dresses</a>
      / Linen Dress</div>
      <h1>Linen Dress</h1><p class=price>$52</p><button>Add to cart</button>
      <select name=color><option value="">Choose</option><option>Red</option><option>Navy</option></select>
      <select><option>S</option><option>M</option><option>XL</option></select>"""

    record = record_of(page(body))

    assert record.breadcrumbs == ("Women", "Dresses")
    assert (record.gender, record.category) == ("women", "Dresses")
    assert (record.colors, record.sizes) == (("Red", "Navy"), ("S", "M", "XL"))


@pytest.mark.parametrize(
    ("lang", "title", "language"),
    [("en-US", "Dress", "en"), ("ja", "Dress", "ja"), ("en", "リネンのワンピース", "ja"), ("", "Dress", None)],
)
def test_the_language_is_the_pages_own(lang: str, title: str, language: str | None) -> None:
    html = page(f"<h1>{title}</h1>", data={**PRODUCT, "name": title}).replace('lang="en-GB"', f'lang="{lang}"')

    assert record_of(html).language == language


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"<h1>Women</h1><div class=g>{CARDS}</div>", "listing"),
        (f"<h1>Women</h1><div class=g>{CARDS}</div><a rel=next href='?page=2'>Next</a>", "listing"),
        (
            "<h1>Shipping</h1><p>Orders over $100 ship free. We charge $5 else.</p>" + "<p>Words.</p>" * 40,
            "not_a_product",
        ),
        ("<h1>Your cart</h1><p class=price>$52</p>" + "<p>Words.</p>" * 40, "not_a_product"),
        ("<div id=app></div><script src='/app.js'></script>", "no_content"),
    ],
)
def test_a_page_that_is_no_product_says_what_it_is(body: str, reason: str) -> None:
    found = extract(page(body, title="Shop"), "https://shop.example/women")

    assert found.record is None
    assert found.reason == reason
    assert found.is_listing is (reason == "listing")


def test_a_listing_whose_data_names_many_products_is_a_listing() -> None:
    data = [{"@type": "Product", "name": f"Dress {n}", "url": f"/products/{n}", "offers": OFFER} for n in range(6)]

    found = extract(page("<h1>Dresses</h1>", data=data, title="Dresses"), "https://shop.example/dresses")

    assert (found.record, found.reason) == (None, "listing")


def test_the_canonical_address_of_another_site_is_not_believed() -> None:
    head = '<link rel="canonical" href="https://elsewhere.example/x">'

    found = extract(page("<h1>Linen Dress</h1>", head=head, data=PRODUCT), URL + "?utm_source=x")

    assert found.canonical is None
    assert found.record is not None
    assert found.record.url == URL


@pytest.mark.parametrize("html", ["", "<", "\x00", "<html>" * 3000, "<!doctype html>", "<h1>" + "x" * 100_000, "{}"])
def test_no_html_is_too_broken(html: str) -> None:
    assert extract(html, URL).record is None


def test_the_hash_of_a_record_tells_new_facts_from_new_surroundings() -> None:
    def reading(body: str = "", **changed: Any) -> str | None:
        html = page(f"<h1>Linen Dress</h1>{body}", data={**PRODUCT, **changed})
        return extract(html, URL).record_hash

    same = reading()

    assert same is not None
    assert same == reading(RELATED) == reading("<p>3 people look at this</p>")
    assert same == reading(offers={**OFFER, "price": 52})
    assert same != reading(offers={**OFFER, "price": 53})
    assert same != reading(offers={**OFFER, "availability": "OutOfStock"})
    assert same != reading(image=["/b.jpg"])
    assert extract("", URL).record_hash is None


@pytest.mark.parametrize(
    ("offers", "low", "high"),
    [
        ({"@type": "AggregateOffer", "lowPrice": "40", "highPrice": "60", "priceCurrency": "USD"}, 40, 60),
        ([OFFER, {**OFFER, "price": "70.00"}], 52, 70),
        (OFFER, 52, None),
        ({"@type": "AggregateOffer", "lowPrice": "40", "highPrice": "40", "priceCurrency": "USD"}, 40, None),
        ({"@type": "AggregateOffer", "offers": [OFFER, {**OFFER, "price": 60}]}, 52, 60),
    ],
)
def test_prices_that_differ_by_colour_or_size_are_a_range(offers: Any, low: int, high: int | None) -> None:
    record = record_of(page("<h1>Linen Dress</h1>", data={**PRODUCT, "offers": offers}))

    assert (record.price, record.price_max) == (low, high)
    assert record.as_json()["price_max"] == (None if high is None else str(record.price_max))


def test_a_range_on_the_page_is_kept() -> None:
    record = record_of(page("<h1>Linen Dress</h1><p class=price>5,200～6,800円</p><button>Add to cart</button>"))

    assert (record.price, record.price_max, record.currency) == (5200, 6800, "JPY")
