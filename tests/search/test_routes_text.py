"""Search by words, in the catalog; Japanese and English."""

import json
from dataclasses import replace

import pytest

from backend.app import create_app
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


def whole(answer):
    """The titles of what has all that was asked for; what has some of it is of the same style only."""
    return titles([match for match in answer["matches"] if match["tier"] == "close"])


@pytest.mark.parametrize(
    ("words", "expected", "chips"),
    [
        ("赤いワンピース", ["リネン ワンピース 赤"], ["red", "dress"]),
        ("red dress", ["リネン ワンピース 赤"], ["red", "dress"]),
        ("ｗｏｍｅｎ dress", ["リネン ワンピース 赤"], ["dress", "women"]),
        ("denim", ["Slim denim jeans"], ["denim"]),
        ("mori", ["リネン ワンピース 赤"], []),
        ("men pants", ["Slim denim jeans", "Wide cotton pants"], ["pants", "men"]),
        ("cotton pants", ["Wide cotton pants"], ["pants", "cotton"]),
        ("100%", [], []),
        ("velvet tuxedo", [], ["outer", "suit", "velvet"]),
    ],
)
def test_words_find_products_and_say_what_was_understood(shop, find, words, expected, chips):
    answer = find(shop, q=words).json

    assert sorted(whole(answer)) == sorted(expected)
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

    assert whole(by_title.json) == ["Raw selvedge jeans"]
    assert whole(by_color.json) == ["Raw selvedge jeans"]
    assert by_color.json["matches"][0]["price"] == 55
    assert by_old_title.json["matches"] == []


def test_a_pattern_that_the_title_does_not_spell_out_is_found_by_its_name(shop, find):
    with transaction(shop.tenant_id) as session:
        session.get(Product, shop.products[1].id).pattern = "stripe"

    assert whole(find(shop, q="stripe jeans").json) == ["Slim denim jeans"]


def test_what_has_some_of_the_words_comes_after_what_has_all_of_them(shop, find):
    matches = find(shop, q="cotton pants").json["matches"]

    assert [(match["title"], match["tier"]) for match in matches] == [
        ("Wide cotton pants", "close"), ("Slim denim jeans", "style"),
    ]  # fmt: skip
    assert matches[0]["score"] == 1 > matches[1]["score"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("dress cheaper than 10000", ["リネン ワンピース 赤"]),
        ("dress under $50", []),
        ("9800円以下", ["リネン ワンピース 赤", "Slim denim jeans", "Wide cotton pants"]),
        ("5千円以上", ["リネン ワンピース 赤"]),
        ("between 50 and 70", ["Wide cotton pants"]),
        ("50〜70円", ["Wide cotton pants"]),
        ("pants in stock", ["Wide cotton pants"]),
        ("在庫あり パンツ", ["Wide cotton pants"]),
    ],
)
def test_a_price_and_the_stock_are_kept_to(shop, find, words, expected):
    matches = find(shop, q=words).json["matches"]

    assert sorted(titles(matches)) == sorted(expected)


def test_a_title_counts_more_than_a_description(make_shop, shelf, find):
    shop = make_shop()
    shelf.announce(shop, "Told below", description="<p>Soft merino, made for hikers.</p>", category="top")
    shelf.announce(shop, "Merino sweater", category="top")

    assert titles(find(shop, q="merino").json["matches"]) == ["Merino sweater", "Told below"]


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


@pytest.mark.parametrize(
    "words",
    [
        "%",
        "_" * 200,
        "a " * 100,
        "'\"\\;--",
        "あ" * 200,
        "1" * 200,
        "赤" * 200,
        "<b>&amp;</b>",
        "\u0301" * 99,
        "~" * 200,
    ],
)
def test_odd_words_are_answered(shop, find, words):
    assert find(shop, q=words).status_code == 200


def test_a_stranger_finds_none_of_anothers_products_by_words(make_shop, shelf, find):
    ours, theirs = make_shop(), make_shop()
    shelf.announce(theirs, "Teton リネン ワンピース", category="dress", colors=["red"])

    for words in ("teton", "tetom", "赤いワンピース", "麻"):
        answer = find(ours, q=words).json
        assert answer["matches"] == []
        assert "teton" not in [chip["value"] for chip in answer["understood"]]


def test_words_are_counted_by_shop_so_that_one_shop_cannot_use_up_anothers(settings, make_shop):
    ours, theirs = make_shop(), make_shop()
    app = create_app(replace(settings, photos_per_minute=1))

    def ask(shop):
        return app.test_client().get("/v1/search/text", query_string={"q": "dress"}, headers=shop.headers).status_code

    assert [ask(ours) for _ in range(6)] == [200] * 5 + [429]
    assert ask(theirs) == 200
    assert app.test_client().get("/v1/products", headers=ours.headers).status_code == 200
