"""Which thing a page shows: what it says of its address, and when that cannot be true."""

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.ingest.cataloging.identity import Naming, Shown, differ, naming

SHOP = "https://shop.example/"
DRESS = f"{SHOP}products/dress"
JA, EN = f"{SHOP}ja/products/dress", f"{SHOP}en/products/dress"


def said(url=DRESS, canonical=None, alternates=None, locale="ja"):
    return naming(url, canonical=canonical, alternates=alternates or {}, shop_url=SHOP, locale=locale)


@pytest.mark.parametrize(
    "canonical",
    [
        None,
        DRESS,
        f"{DRESS}?utm_source=mail#reviews",
        SHOP,
        "https://www.shop.example",
        f"{SHOP}en/",
        f"{SHOP}ja-jp",
        f"{SHOP}index.html",
        "https://elsewhere.example/products/dress",
    ],
)
def test_a_page_stands_for_itself_when_its_canonical_says_nothing_of_it(canonical):
    assert said(canonical=canonical) == Naming(DRESS, DRESS)


@pytest.mark.parametrize("url", [f"{DRESS}?color=red", f"{SHOP}collections/new/products/dress", f"{SHOP}p/12"])
def test_a_page_stands_for_the_address_that_its_canonical_names(url):
    assert said(url, canonical=DRESS) == Naming(url, DRESS, (DRESS,))


def test_a_front_page_with_a_query_may_be_a_product():
    product = f"{SHOP}?pid=12"

    assert said(f"{product}&view=big", canonical=product).main == product


@pytest.mark.parametrize(
    ("locale", "alternates", "main"),
    [
        ("ja", {"ja": JA, "en": EN}, JA),
        ("en", {"ja": JA, "en": EN}, EN),
        ("en", {"ja": JA, "en-GB": EN, "x-default": JA}, EN),
        ("fr", {"ja": JA, "en": EN, "x-default": JA}, JA),
        ("fr", {"ja": JA, "en": EN}, EN),
    ],
)
def test_of_language_copies_the_one_in_the_shops_language_is_the_main_one(locale, alternates, main):
    found = said(EN, alternates=alternates, locale=locale)

    assert found.main == main
    assert {found.own, *found.others} == {JA, EN}


@pytest.mark.parametrize(
    "alternates",
    [
        {"ja": f"{SHOP}ja/", "en": f"{SHOP}en/"},  # the language switch of a theme that leads to the front page
        {"ja": JA, "fr": f"{SHOP}fr/products/dress"},  # the page is not among its own copies
        {"ja": "https://elsewhere.example/x"},
    ],
)
def test_copies_that_do_not_name_the_page_itself_are_no_copies(alternates):
    assert said(EN, alternates=alternates) == Naming(EN, EN)


def test_copies_that_each_call_themselves_canonical_have_one_main_address():
    assert said(EN, canonical=EN, alternates={"ja": JA, "en": EN}) == Naming(EN, JA, (JA,))
    assert said(JA, canonical=JA, alternates={"ja": JA, "en": EN}) == Naming(JA, JA, (EN,))


def test_a_canonical_address_elsewhere_wins_over_the_language():
    found = said(EN, canonical=DRESS, alternates={"ja": JA, "en": EN})

    assert (found.main, found.others) == (DRESS, (DRESS, JA))


RED = Shown("Red dress", "en", "D-1", None, Decimal(40), "USD", frozenset("abc"))


@pytest.mark.parametrize(
    "other",
    [
        RED,
        replace(RED, title="赤いワンピース", language="ja", sku=None, price=Decimal(6000), currency="JPY"),
        replace(RED, title="赤いワンピース", language="ja", sku=None, images=frozenset("xyz")),
        replace(RED, title="Red dress - S", sku="D-1-S", price=Decimal(44)),  # a variant with the same gallery
        replace(RED, title="RED DRESS!", sku=None, images=frozenset()),
        replace(RED, title="Anything", images=frozenset("xyz")),  # the same SKU
        replace(RED, price=Decimal(30), sku=None, images=frozenset()),  # a price that changed between two visits
    ],
)
def test_a_copy_may_differ_in_language_variant_or_price(other):
    assert not differ(RED, other)
    assert not differ(other, RED)


@pytest.mark.parametrize(
    "other",
    [
        Shown("Blue coat", "en", "C-9", None, Decimal(90), "USD", frozenset("xyz")),
        Shown("Blue coat", "en", None, None, None, None, frozenset("xyz")),
        Shown("Blue coat", "en", "C-9", None, Decimal(90), "USD", frozenset("cxyz")),  # the shop's own picture on both
        Shown("Blue coat", "en", None, None, Decimal(90), "USD"),
        Shown("Red dress", "en", None, None, Decimal(90), "USD", frozenset("xyz")),  # one title on every page
        Shown("赤いコート", "ja", "C-9", None, None, None, frozenset("xyz")),
    ],
)
def test_pages_that_show_two_things_differ_whatever_they_claim(other):
    assert differ(RED, other)
    assert differ(other, RED)
