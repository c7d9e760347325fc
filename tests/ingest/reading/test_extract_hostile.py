"""Pages that were made to break a reader, and pages that break it by accident: an answer each, and no exception."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.ingest.reading.extract import extract
from backend.ingest.reading.markup import MAX_DEPTH, MAX_TAGS, parse_html
from tests.ingest.pages import OFFER, PRODUCT, URL, page, record_of

_HIDDEN = "\x00\x01\x0b\x1f\x7f\x9f\u202e\u2066\u200f\ud800\udfff"


def storable(value: Any) -> bool:
    """Say whether PostgreSQL stores it: UTF-8 without NUL."""
    return "\x00" not in str(value) and str(value).encode("utf-8", "strict") is not None


@pytest.mark.parametrize("name", ["Linen\\u0000 Dress", "Linen\\ud800 Dress", "Linen\\u202e \\u0007Dress"])
def test_what_no_database_stores_is_in_no_record(name: str) -> None:
    data = json.dumps({**PRODUCT, "sku": "LD-12", "color": "Red"}).replace("Linen Dress", name)
    data = data.replace("LD-12", "LD\\u0000\\udfff-12").replace("/a.jpg", "/a\\u0000.jpg")
    data = data.replace('"Red"', '"Re\\u0000d"')

    record = record_of(page(f"<h1>Linen Dress{_HIDDEN}</h1>").replace("</head>", f'<script type="application/ld+json">'
                       f"{data}</script></head>"))  # fmt: skip

    assert (record.title, record.sku, record.colors) == ("Linen Dress", "LD-12", ("Red",))
    assert storable(json.dumps(record.as_json(), ensure_ascii=False))
    assert "\\u0000" not in json.dumps(record.as_json())


def test_variants_are_storable_too() -> None:
    variant = {"@type": "Product", "name": "x", "color": "Red\x00", "size": "M\ud800", "sku": "a\x00", "offers": OFFER}

    record = record_of(page("<h1>Linen Dress</h1>", data={**PRODUCT, "hasVariant": [variant]}))

    assert record.variants[0].as_json()["color"] == "Red"
    assert (record.variants[0].size, record.variants[0].sku) == ("M", "a")


@pytest.mark.parametrize(
    "items",
    [
        [{**PRODUCT, "offers": {"@id": "#o"}}, {"@id": "#o", "@type": "AggregateOffer", "offers": {"@id": "#o"}}],
        [{**PRODUCT, "offers": {"@id": "#o"}}]
        + [{"@id": "#o" + "o" * n, "offers": [{"@id": "#o" + "o" * (n + 1)}] * 50} for n in range(60)],
        [{**PRODUCT, "image": {"@id": "#i"}}, {"@id": "#i", "@type": "ImageObject", "image": {"@id": "#i"}}],
        [{**PRODUCT, "image": [{"@id": f"#{n}"} for n in range(50)]}]
        + [{"@id": f"#{n}", "image": [{"@id": f"#{k}"} for k in range(50)]} for n in range(50)],
        [PRODUCT, {"@type": "BreadcrumbList", "itemListElement": [{"position": "²", "name": "a"}, {"name": "b"}]}],
    ],
)
def test_data_that_goes_in_circles_is_read_once(items: Any) -> None:
    assert record_of(page("<h1>Linen Dress</h1>", data=items)).title == "Linen Dress"


@pytest.mark.parametrize(
    "html",
    [
        '<base href="http://[::1"><h1>x</h1><a href="/a">x</a>',
        '<h1>x</h1><a href="http://[::1/a.jpg">x</a><img src="http://[::1/a.jpg"><a href="http://a.example:99999/">y</a>',
        "<div itemscope itemtype='https://schema.org/Product'>" + "<div>" * 3000 + "<b itemprop=name>x</b>",
        "<div itemscope itemprop=offers>" * 2000,
        f'<script type="application/ld+json">{"[" * 100_000}</script>',
        '<script type="application/ld+json">' + '{"@graph":' * 900 + "[]" + "}" * 900 + "</script>",
        f"<script type=application/json>{json.dumps({'price': '9' * 5000, 'name': 'x', 'images': ['http://[']})}</script>",
        "<h1>\ud800</h1><p class=price>$5\udfff</p>",
        '<link rel="canonical" href="http://["><link rel=alternate hreflang=ja href="http://[">',
        '<img width="²" height="5" src="/a.jpg"><h1>x</h1>',
    ],
)
def test_broken_addresses_and_deep_nests_raise_nothing(html: str) -> None:
    assert extract(html, URL).record is None


_ADDRESSES = st.sampled_from(["/a.jpg", "http://[::1", "#o", "//x", "data:", "https://shop.example/\ud800", URL])
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | _ADDRESSES
    | st.sampled_from(["Linen Dress", "5,200円", "InStock", "Product", "Offer", "1万2千円", "$1 → $2", _HIDDEN])
)  # fmt: skip
_KEYS = st.sampled_from(
    ["@type", "@id", "@graph", "name", "offers", "price", "lowPrice", "highPrice", "priceCurrency", "availability",
     "image", "url", "sku", "brand", "color", "size", "hasVariant", "itemListElement", "position", "breadcrumb",
     "priceSpecification", "description", "gtin13", "title", "handle", "variants", "images", "amount", "currency"]
)  # fmt: skip
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6))
_TAGS = st.sampled_from(
    ["<h1>", "</h1>", "<div class=price>", "</div>", "<s>", "<a href='http://['>", "</a>", "<img src=x.jpg>", "<b>",
     "<div itemscope itemtype='http://schema.org/Product'>", "<span itemprop=name>", "<span itemprop=offers itemscope>",
     "<meta itemprop=price content='5'>", "<select>", "<option>", "<button>", "Add to cart", "売り切れ",
     "￥5,200(税込)", "<ul class=breadcrumb>", "<li>",
     "SKU:", "Brand:", "<picture>", "<source srcset='a, b 2x,,'>", "<table>", "<td>"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.lists(_JSON, max_size=4), bits=st.lists(_TAGS | st.text(max_size=20), max_size=40))
def test_any_data_on_any_page_gives_an_answer_that_can_be_stored(data: list[Any], bits: list[str]) -> None:
    linked = json.dumps([{**PRODUCT, "brand": data}, *data]).replace("</", "<\\/")
    html = f'<script type="application/ld+json">{linked}</script><h1>Linen Dress</h1>{"".join(bits)}'

    found = extract(html, URL, payloads=data)

    assert all(map(storable, (*found.links, found.reason)))
    if found.record is not None:
        assert storable(json.dumps(found.record.as_json(), ensure_ascii=False))
        assert "\\u0000" not in json.dumps(found.record.as_json())
        assert found.record_hash == extract(html, URL, payloads=data).record_hash


def calls(work: Callable[[], object]) -> int:
    """Count the calls that a piece of work makes: its cost, whatever else the machine does."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "many",
    [
        lambda n: "<div class=price>" * n + "$5" + "</div>" * n,
        lambda n: "<div class=description>" * n + "x" + "</div>" * n,
        lambda n: "<div class=product-name>" * n + "x" + "</div>" * n,
        lambda n: "<div class=breadcrumb><a href=/x>x</a>" * n,
        lambda n: "<h3>Related</h3>" * n,
        lambda n: "<p>SKU</p><p>Brand</p><span class=price>$5</span>" * n,
        lambda n: "<div itemscope itemtype='http://schema.org/Product'><b itemprop=name>" * n,
        lambda n: "<picture>" + "<source srcset='/a.jpg 2x'><img src=/a.jpg>" * n + "</picture>",
    ],
)
def test_a_page_twice_as_long_costs_about_twice_as_much(many: Callable[[int], str]) -> None:
    small, large = (calls(lambda n=n: extract(f"<h1>Dress</h1>{many(n)}", URL)) for n in (400, 1600))

    assert large < 6 * small


def test_a_nest_that_would_take_minutes_is_cut_before_it_is_parsed() -> None:
    tree = parse_html("<div>" * 200_000)

    assert len(tree.css("div")) <= MAX_DEPTH + 1


def test_formatting_that_would_be_opened_anew_in_every_paragraph_is_left_out() -> None:
    html = "<p>" + "".join(f"<b id=n{n}>" for n in range(300)) + "<p>$5" * 3000

    tree = parse_html(html)

    assert len(tree.css("*")) < 4_000
    assert len(tree.css("p")) == 3001


def test_a_page_of_endless_tags_is_cut() -> None:
    assert len(parse_html("<i></i>" * MAX_TAGS).css("*")) <= MAX_TAGS


def test_an_ordinary_long_page_is_left_as_it_is() -> None:
    html = "<ul>" + "<li><b>x</b><p>y" * 3000 + "</ul><h2>end</h2>"

    tree = parse_html(html)

    assert (len(tree.css("b")), len(tree.css("li p")), len(tree.css("h2"))) == (3000, 3000, 1)
