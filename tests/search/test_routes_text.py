"""Search by words, in the catalog; Japanese and English."""

import json

import pytest

from backend.db import transaction
from backend.tenants.models import Product, SearchQuery
from tests.search.serving import titles


@pytest.fixture
def find(client):
    def ask(shop, **named):
        return client.get("/v1/search/text", query_string=named, headers=shop.headers)

    return ask


@pytest.fixture
def shop(make_shop, shelf):
    shop = make_shop()
    shelf.announce(
        shop, "リネン ワンピース 赤", category="dress", gender="women", colors=["red"], brand="Mori", price="9800"
    )
    shelf.announce(
        shop, "Slim denim jeans", category="pants", gender="men", colors=["navy"], price="40", availability="OutOfStock"
    )
    shelf.announce(shop, "Wide cotton pants", category="pants", gender="unisex", colors=["beige"], price="60")
    return shop


@pytest.mark.parametrize(
    ("words", "expected", "chips"),
    [
        ("赤いワンピース", ["リネン ワンピース 赤"], ["red", "dress"]),
        ("red dress", ["リネン ワンピース 赤"], ["red", "dress"]),
        ("ｗｏｍｅｎ dress", ["リネン ワンピース 赤"], ["dress", "women"]),
        ("denim", ["Slim denim jeans"], None),
        ("mori", ["リネン ワンピース 赤"], []),
        ("men pants", ["Slim denim jeans", "Wide cotton pants"], ["pants", "men"]),
        ("cotton pants", ["Wide cotton pants"], ["pants"]),
        ("100%", [], []),
        ("velvet tuxedo", [], None),
    ],
)
def test_words_find_products_and_say_what_was_understood(shop, find, words, expected, chips):
    answer = find(shop, q=words).json

    assert sorted(titles(answer["matches"])) == sorted(expected)
    if chips is not None:
        assert [chip["value"] for chip in answer["understood"]] == chips


def test_the_product_that_has_more_of_the_words_comes_first(make_shop, shelf, find):
    shop = make_shop()
    shelf.announce(shop, "Plain trousers", category="pants")
    shelf.announce(shop, "Cargo pants", category="pants")

    matches = find(shop, q="pants").json["matches"]

    assert titles(matches)[0] == "Cargo pants"
    assert matches[0]["score"] == 1
    assert {match["tier"] for match in matches} <= {"close", "style"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"price": {"max": 50}}, ["Slim denim jeans"]),
        ({"price": {"min": 50}}, ["Wide cotton pants"]),
        ({"color": ["beige", "black"]}, ["Wide cotton pants"]),
        ({"gender": "men"}, ["Slim denim jeans"]),
        ({"in_stock": True}, ["Wide cotton pants"]),
        ({"in_stock": False}, ["Slim denim jeans"]),
        ({"category": "dress"}, []),
    ],
)
def test_filters_narrow_what_words_find(shop, find, filters, expected):
    matches = find(shop, q="pants", filters=json.dumps(filters)).json["matches"]

    assert titles(matches) == expected


def test_the_sellers_edits_are_what_is_searched(shop, find):
    with transaction(shop.tenant_id) as session:
        row = session.get(Product, shop.products[1].id)
        row.overrides = {"title": "Raw selvedge jeans", "colors": ["black"], "price": "55"}

    by_title, by_color, by_old_title = find(shop, q="selvedge"), find(shop, q="black jeans"), find(shop, q="slim")

    assert titles(by_title.json["matches"]) == ["Raw selvedge jeans"]
    assert titles(by_color.json["matches"]) == ["Raw selvedge jeans"]
    assert by_color.json["matches"][0]["price"] == 55
    assert by_old_title.json["matches"] == []


def test_a_pattern_that_the_title_does_not_spell_out_is_found_by_its_name(shop, find):
    with transaction(shop.tenant_id) as session:
        session.get(Product, shop.products[1].id).pattern = "stripe"

    assert titles(find(shop, q="stripe jeans").json["matches"]) == ["Slim denim jeans"]


@pytest.mark.parametrize("state", ["gone", "hidden"])
def test_what_may_not_be_shown_is_not_found_by_words(shop, find, state):
    with transaction(shop.tenant_id) as session:
        session.get(Product, shop.products[0].id).state = state

    assert find(shop, q="ワンピース").json["matches"] == []


def test_a_search_by_words_is_noted_with_its_words(shop, find):
    answer = find(shop, q="red dress").json

    with transaction(shop.tenant_id) as session:
        row = session.get(SearchQuery, answer["query_id"])
    assert (row.kind, row.words, row.matches) == ("text", "red dress", 1)


def test_a_shop_without_a_crawl_gets_the_reason(make_shop, find):
    answer = find(make_shop(), q="dress")

    assert (answer.status_code, answer.json["matches"]) == (200, [])
    assert "first crawl" in answer.json["notice"]


@pytest.mark.parametrize("named", [{}, {"q": ""}, {"q": "   "}, {"q": "x" * 201}, {"q": "a", "limit": "0"}])
def test_fields_that_are_wrong_are_refused(make_shop, find, named):
    answer = find(make_shop(), **named)

    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_input")
