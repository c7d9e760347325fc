"""Where a page leads."""

from backend.ingest.reading.extract import extract
from tests.ingest.pages import URL, page


def test_links_are_the_shops_own_each_once_and_next_pages_are_known() -> None:
    body = """<a href="/products/1?utm_source=x">1</a><a href="https://shop.example/products/1#reviews">1</a>
      <a href="//www.shop.example/products/2">2</a><a href="https://elsewhere.example/">away</a>
      <a href="mailto:a@b.c">mail</a><a href="javascript:void(0)">js</a><a href="/a.jpg">photo</a>
      <a href="file:///etc/passwd">file</a><a href="http://[">bad</a>
      <a href="/women?page=3">Next</a><a href="/women?page=1">1</a>"""

    found = extract(
        page(body, head='<link rel="canonical" href="/women">'), "https://shop.example/women?page=2&utm_id=1"
    )

    own = [link for link in found.links if "/products/" in link or "page" in link]
    assert own == [
        "https://shop.example/products/1",
        "https://www.shop.example/products/2",
        "https://shop.example/women?page=3",
        "https://shop.example/women?page=1",
    ]
    assert found.next_links == ("https://shop.example/women?page=3",)
    assert found.canonical == "https://shop.example/women"
    assert not [link for link in found.links if "elsewhere" in link or link.endswith(".jpg")]


def test_links_that_would_do_something_are_not_followed() -> None:
    body = """<a href="/products/1">1</a><a href="/products/1?add-to-cart=1">buy</a><a href="/logout">bye</a>
      <a href="/wishlist/add/1">wish</a><a href="/cart">cart</a>"""

    links = extract(page(body), "https://shop.example/women").links

    assert "https://shop.example/products/1" in links
    assert not [link for link in links if "add" in link or "logout" in link or "cart" in link]


def test_copies_for_other_languages_are_named_by_their_language() -> None:
    head = """<link rel=alternate hreflang=ja href="/ja/products/linen-dress-12">
      <link rel="alternate" hreflang="en-GB" href="/products/linen-dress-12?utm_source=x">
      <link rel=alternate hreflang=x-default href="https://www.shop.example/products/linen-dress-12">
      <link rel=alternate hreflang=de href="https://shop.example.de/x"><link rel=alternate hreflang="" href="/x">
      <link rel=alternate type="application/rss+xml" href="/feed"><link rel=alternate hreflang=fr href="http://[">"""

    assert extract(page(head=head), URL).alternates == {
        "ja": "https://shop.example/ja/products/linen-dress-12",
        "en-gb": URL,
        "x-default": "https://www.shop.example/products/linen-dress-12",
    }
