import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ingest.addresses import canonical, differ_by_language, fingerprint, has_effect, pattern, same_site


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Shop.Example:443/A/b?b=2&a=1#top", "https://shop.example/A/b?a=1&b=2"),
        ("https://shop.example", "https://shop.example/"),
        ("http://user:secret@shop.example:80/x", "http://shop.example/x"),
        ("http://127.0.0.1:8901/p?utm_source=x&ref=1", "http://127.0.0.1:8901/p"),
        ("https://shop.example/p?gclid=1&color=red&fbclid=2&_ga=3", "https://shop.example/p?color=red"),
        ("https://shop.example/p;jsessionid=AB12?PHPSESSID=9&id=4", "https://shop.example/p?id=4"),
        ("https://日本.example/商品?色=赤", "https://xn--wgv71a.example/%E5%95%86%E5%93%81?%E8%89%B2=%E8%B5%A4"),
        ("https://shop.example/p?size=&page=2", "https://shop.example/p?page=2&size="),
        ("http://[::1]:80/x", "http://[::1]/x"),
    ],
)
def test_an_address_loses_what_does_not_name_the_page(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url", ["", "/path", "mailto:a@example.com", "javascript:1", "file:///x", "http://", "http://a:b/"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        canonical(url)


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}\.example(:8080)?(/[a-zA-Z0-9%;=._-]{0,12}){0,3}(\?[a-z0-9&=%+]{0,20})?", fullmatch=True
    )
)
def test_canonical_is_settled_after_one_pass(url: str) -> None:
    once = canonical(url)

    assert canonical(once) == once


def test_one_page_has_one_fingerprint_and_two_pages_have_two() -> None:
    same = {
        fingerprint(url)
        for url in (
            "https://shop.example/p/1",
            "http://www.shop.example/p/1/?utm_medium=mail#reviews",
            "https://shop.example:443/p/1?ref=home",
        )
    }
    others = {fingerprint(f"https://shop.example/{path}") for path in ("p/2", "p/1?color=red", "P/1", "p")}

    assert len(same) == 1
    assert len(others) == 4
    assert not same & others


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/men", "/men"),
        ("/men?page=3&sort=new", "/men?page&sort"),
        ("/products/chaz-kangeroo-hoodie-mh01", "/products/*"),
        ("/products/tee", "/products/*"),
        ("/ja/item/4901234", "/ja/item/*"),
        ("/women/new-arrivals", "/women/new-arrivals"),
        ("/商品/赤い服", "/*/*"),
        ("/calendar?d=17", "/calendar?d"),
    ],
)
def test_pages_of_a_kind_share_a_pattern(path: str, expected: str) -> None:
    assert pattern("https://shop.example" + path) == expected


@pytest.mark.parametrize(
    ("url", "belongs"),
    [
        ("https://shop.example/x", True),
        ("http://www.shop.example/", True),
        ("https://ja.shop.example/", True),
        ("https://shop.example.evil.example/", False),
        ("https://notshop.example/", False),
        ("https://shop.example:8443/", False),
        ("https://example/", False),
        ("mailto:x@shop.example", False),
        ("//shop.example/x", False),
    ],
)
def test_only_the_shops_hosts_belong_to_it(url: str, belongs: bool) -> None:
    assert same_site(url, "https://shop.example/") is belongs


def test_hosts_that_are_numbers_have_no_hosts_below_them() -> None:
    assert same_site("http://127.0.0.1:8901/x", "http://127.0.0.1:8901")
    assert not same_site("http://127.0.0.1:8902/x", "http://127.0.0.1:8901")
    assert not same_site("http://9.127.0.0.1:8901/x", "http://127.0.0.1:8901")


@pytest.mark.parametrize(
    "path",
    [
        "?add-to-cart=12", "/p/1?add_to_wishlist=3", "/cart", "/cart/add?id=1", "/cart/123:1",
        "/basket/", "/fr/basket", "/basket/add/12",
        "/checkout",
        "/account/logout", "/logout?next=/", "/customer/account/logout/", "/wishlist/index/add/product/7/",
        "/catalog/product_compare/add/product/7", "/index.php?route=checkout/cart", "/shop?action=add", "/x?do=logout",
        "/?wc-ajax=add_to_cart", "/newsletter/unsubscribe?u=1", "/x?remove_item=a1", "/Shopping-Cart.aspx",
    ],
)  # fmt: skip
def test_an_address_that_does_something_is_known(path: str) -> None:
    assert has_effect(f"https://shop.example{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/", "/products/add-to-cart-tee", "/women?page=2", "/products/cartoon-tee", "/collections/carts-and-bags",
        "/p/basketball-shorts", "/collections/basket", "/fr/chaussures/basket/nike-12",
        "/x?action=view", "/x?route=product/product&product_id=4", "/shop?mode=list",
        "/blog/logout-culture", "/items/12?color=red", "/x?removed=1",
    ],
)  # fmt: skip
def test_an_address_that_only_shows_something_is_not_taken_for_one_that_acts(path: str) -> None:
    assert not has_effect(f"https://shop.example{path}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("/products/a", "/en/products/a", True),
        ("/ja/products/a", "/en-us/products/a/", True),
        ("/products/a", "/products/a?locale=de", True),
        ("/products/a?v=1&lang=en", "/products/a?v=1&lang=ja", True),
        ("/products/a", "/products/a", False),
        ("/products/a", "/products/a?utm_source=x", False),
        ("/products/a", "/en/products/b", False),
        ("/de/produkte/kleid", "/en/products/dress", False),
        ("/products/a?v=1", "/en/products/a?v=2", False),
        ("/en", "/ja", False),
    ],
)
def test_addresses_that_differ_by_a_language_alone(one, other, expected):
    assert differ_by_language(f"https://shop.example{one}", f"https://shop.example{other}") is expected
