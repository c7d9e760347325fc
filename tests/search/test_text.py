"""Words in either language and every spelling, in the catalogue and beside a photo."""

import pytest

from backend.db import transaction
from backend.search.found import Found
from backend.search.gallery import Filters
from backend.search.text import find_by_text, order_by_words, read
from backend.tenants import catalog


@pytest.fixture
def shop(make_shop):
    shop = make_shop()
    shop.add_product("リネン ワンピース 赤", category="dress", fine_category="dress", gender="women", colors=["red"])
    shop.add_product("Slim denim jeans", category="pants", fine_category="jeans", gender="men", colors=["navy"])
    shop.add_product("Wide cotton pants", category="pants", gender="unisex", colors=["beige"])
    shop.add_product("Teton hoodie", category="top", fine_category="hoodie", gender="men", colors=["black"])
    shop.add_product(
        "Cable sweater", category="top", fine_category="sweater", pattern="stripe", colors=["red"], shades=["wine"]
    )
    shop.add_product("フリルブラウス", category="top", fine_category="blouse", description="<p>Long-Sleeve, silk.</p>")
    return shop


def found(shop, words):
    """The titles of what has all that is asked for."""
    with transaction(shop.tenant_id) as session:
        shares = find_by_text(session, shop.tenant_id, words, Filters(), limit=10).shares
        products = catalog.shown_products(session, shop.tenant_id, shares)
    return [products[product_id].title for product_id, share in shares.items() if share == 1]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("わんぴーす", "リネン ワンピース 赤"),
        ("ﾜﾝﾋﾟｰｽ", "リネン ワンピース 赤"),
        ("麻のワンピ", "リネン ワンピース 赤"),
        ("linen dress", "リネン ワンピース 赤"),
        ("ワイドパンツ", "Wide cotton pants"),
        ("コットン ズボン", "Wide cotton pants"),
        ("ベージュのワイドパンツ", "Wide cotton pants"),
        ("デニム", "Slim denim jeans"),
        ("ジーンズ", "Slim denim jeans"),
        ("navy trousers", "Slim denim jeans"),
        ("ワインレッド", "Cable sweater"),
        ("ボーダー", "Cable sweater"),
        ("長袖", "フリルブラウス"),
        ("シルクのブラウス", "フリルブラウス"),
        ("ふりる", "フリルブラウス"),
    ],
)
def test_words_are_found_in_either_language_and_every_kana(shop, words, first):
    assert found(shop, words)[:1] == [first]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("swaeter", "Cable sweater"),
        ("hodie", "Teton hoodie"),
        ("tetom", "Teton hoodie"),
        ("ワンピス", "リネン ワンピース 赤"),
    ],
)
def test_mistyped_words_are_read_as_the_nearest_of_the_shops_own(shop, words, first):
    assert found(shop, words)[:1] == [first]


def test_a_word_that_resembles_nothing_is_not_read_as_another(shop):
    assert found(shop, "xylophone") == []


def test_a_word_that_the_shop_has_is_left_as_it_was_typed(shop):
    shop.add_product("Hodie by Nike", category="shoes", fine_category="sneakers")

    assert found(shop, "hodie") == ["Hodie by Nike"]


def test_beside_a_photo_what_has_the_trait_comes_before_what_looks_more_alike(shop):
    jeans, wide, sweater = (shop.products[number].id for number in (1, 2, 4))
    group = [Found(jeans, 0.95, "same"), Found(sweater, 0.8, "close"), Found(wide, 0.7, "close")]

    with transaction(shop.tenant_id) as session:
        understood = read(session, shop.tenant_id, "wide", Filters())
        (ordered,) = order_by_words(session, shop.tenant_id, understood, [group])

    assert [(one.product_id, one.tier) for one in ordered] == [(wide, "close"), (jeans, "style"), (sweater, "style")]


def test_beside_a_photo_words_that_the_gallery_has_checked_change_no_order(shop):
    group = [Found(product.id, 0.9 - number / 10, "close") for number, product in enumerate(shop.products)]

    with transaction(shop.tenant_id) as session:
        understood = read(session, shop.tenant_id, "black men's under 50", Filters())
        assert order_by_words(session, shop.tenant_id, understood, [group]) == [group]


def test_a_strangers_products_have_none_of_the_words(shop, make_shop):
    theirs = make_shop().add_product("Wide cotton pants", category="pants")

    with transaction(shop.tenant_id) as session:
        understood = read(session, shop.tenant_id, "wide", Filters())
        ((alien,),) = order_by_words(session, shop.tenant_id, understood, [[Found(theirs.id, 0.9, "same")]])

    assert alien.tier == "style"
