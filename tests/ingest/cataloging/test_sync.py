"""Words of a page become the catalog's facts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.ingest import addresses
from backend.ingest.cataloging.sync import facts_of
from backend.ingest.records import ProductRecord

SHIRT = ProductRecord(
    url="https://shop.example/products/shirt",
    title="メンズ 長袖シャツ ネイビー",
    price=Decimal(5200),
    currency="JPY",
    images=("https://shop.example/1.jpg",),
)


def test_category_gender_and_colour_are_read_from_the_words():
    facts = facts_of(SHIRT)

    assert (facts.category, facts.gender, facts.colors) == ("top", "men", ["navy"])
    assert facts.attention == []


def test_the_shops_own_colours_and_gender_win_over_the_title():
    facts = facts_of(replace(SHIRT, colors=("Red", "Blue"), gender="female"))

    assert facts.colors == ["red", "blue"]
    assert facts.gender == "women"


def test_kind_pattern_and_shades_are_read_more_finely_than_category_and_colour():
    facts = facts_of(replace(SHIRT, title="レディース ボーダー カーディガン ボルドー"))

    assert (facts.category, facts.fine_category, facts.pattern) == ("top", "cardigan", "stripe")
    assert (facts.colors, facts.shades) == (["red"], ["wine"])


def test_shades_are_those_of_the_colours_that_the_shop_names():
    facts = facts_of(replace(SHIRT, title="Wine dress", colors=("Hot pink", "Pale pink", "Olive")))

    assert (facts.colors, facts.shades) == (["pink", "khaki"], ["reddish pink", "pale pink", "olive"])


def test_a_product_without_a_garment_word_asks_for_the_seller():
    facts = facts_of(replace(SHIRT, title="Gift card", problems=("no_image",), images=()))

    assert facts.category is None
    assert facts.attention == ["no_image", "category_unknown"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [("5200", Decimal("5200.0000")), ("0.00005", Decimal("0.0000")), ("-1", None), ("NaN", None), ("1e12", None)],
)
def test_a_price_is_kept_as_its_column_will_return_it(said, kept):
    assert facts_of(replace(SHIRT, price=Decimal(said))).price == kept


def test_every_address_that_led_to_the_product_is_remembered():
    other = "https://shop.example/ja/products/shirt?utm_source=mail"

    facts = facts_of(SHIRT, [SHIRT.url, other])

    assert facts.other_urls == {
        addresses.fingerprint(SHIRT.url): SHIRT.url,
        addresses.fingerprint(other): addresses.canonical(other),
    }


def test_a_range_of_prices_and_the_group_of_colours_are_kept():
    facts = facts_of(replace(SHIRT, price_max=Decimal(6800), item_group="SH"))

    assert (facts.price, facts.price_max, facts.item_group) == (5200, Decimal("6800.0000"), "SH")
