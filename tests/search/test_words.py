"""What is understood of a shopper's words, Japanese and English."""

import time

import pytest

from backend.search.gallery import Filters
from backend.search.words import understand


def chips(text, filters=None, fixes=None):
    return [(chip.kind, chip.value, chip.text) for chip in understand(text, filters or Filters(), fixes).chips]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("赤い", [("color", "red", "赤い")]),
        ("men's", [("gender", "men", "men's")]),
        ("floral", [("pattern", "floral", "floral")]),
        ("花柄", [("pattern", "floral", "花柄")]),
        ("long sleeve", [("word", "long sleeve", "long sleeve")]),
        ("長袖", [("word", "long sleeve", "長袖")]),
        ("wine red", [("color", "red", "wine red"), ("shade", "wine", "wine red")]),
        ("ノースリーブ", [("word", "sleeveless", "ノースリーブ")]),
        (
            "navy wide pants",
            [("color", "navy", "navy"), ("category", "pants", "pants"), ("word", "wide", "wide")],
        ),
        (
            "サロペット 黒",
            [
                ("color", "black", "黒"), ("category", "dress", "サロペット"),
                ("fine_category", "jumpsuit", "サロペット"),
            ],
        ),
        (
            "ネイビーワイドパンツ",
            [("color", "navy", "ネイビー"), ("category", "pants", "パンツ"), ("word", "wide", "ワイド")],
        ),
        ("わんぴーす", [("category", "dress", "わんぴーす")]),
        ("ﾜﾝﾋﾟ", [("category", "dress", "ﾜﾝﾋﾟ")]),
        ("白黒ボーダー", [("color", "white", "白"), ("color", "black", "黒"), ("pattern", "stripe", "ボーダー")]),
    ],
)  # fmt: skip
def test_every_chip_tells_the_words_it_came_from(text, expected):
    assert chips(text) == expected


@pytest.mark.parametrize(
    ("text", "value", "piece"),
    [
        ("jacket cheaper than 5000", "-5000", "cheaper than 5000"),
        ("under $50 dress", "-50", "under $50"),
        ("5000円以下のワンピース", "-5000", "5000円以下の"),
        ("5千円まで", "-5000", "5千円まで"),
        ("１万円以上", "10000-", "１万円以上"),
        ("1万5千円以下", "-15000", "1万5千円以下"),
        ("3000〜5000円", "3000-5000", "3000〜5000円"),
        ("３～５千円", "3000-5000", "３～５千円"),
        ("between 20 and 40", "20-40", "between 20 and 40"),
        ("$20-$40", "20-40", "$20-$40"),
        ("¥5,000以内", "-5000", "¥5,000以内"),
        ("at least 30 dollars", "30-", "at least 30 dollars"),
    ],
)
def test_a_price_is_read_with_its_words(text, value, piece):
    assert ("price", value, piece) in chips(text)


@pytest.mark.parametrize("text", ["574", "10-12", "size 38", "2way", "501 jeans", "100%", "7分丈"])
def test_a_number_that_is_no_price_is_none(text):
    assert understand(text, Filters()).price is None


@pytest.mark.parametrize("text", ["in stock", "在庫あり", "在庫のあるパンツ"])
def test_what_is_in_stock_may_be_asked_for(text):
    understood = understand(text, Filters())

    assert understood.in_stock is True
    assert understood.narrow(Filters()).in_stock is True


@pytest.mark.parametrize(
    "text",
    [
        "赤いワンピース 5000円以下",
        "long sleeve navy dress under $50",
        "花柄スカート 在庫あり",
        "ﾊﾟｰｶｰ 白 メンズ",
        "striped wool cardigan",
    ],
)
def test_without_a_chips_words_the_rest_is_understood_as_before(text):
    whole = chips(text)
    for _, _, piece in whole:
        rest = text.replace(piece, " ", 1)
        assert set(chips(rest)) == {chip for chip in whole if chip[2] != piece}


def test_what_the_words_ask_for_narrows_what_the_caller_filters():
    filters = Filters(price_min=10, price_max=40)

    narrowed = understand("blue jeans between 5 and 30", filters).narrow(filters)

    assert (narrowed.price_min, narrowed.price_max) == (10, 30)
    assert (narrowed.categories, narrowed.colors) == (("pants",), ("blue",))


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("red", Filters(colors=("blue",))),
        ("dress", Filters(categories=("pants",))),
        ("men", Filters(genders=("women",))),
        ("over 50", Filters(price_max=40)),
        ("in stock", Filters(in_stock=False)),
    ],
)
def test_what_contradicts_the_filters_is_no_chip(text, filters):
    understood = understand(text, filters)

    assert understood.chips == []
    assert understood.narrow(filters) == filters


@pytest.mark.parametrize(
    ("text", "filters", "passed_over"),
    [
        ("red shirt", Filters(colors=("blue",)), [("color", "red", "red")]),
        ("白い長袖", Filters(colors=("navy", "black")), [("color", "white", "白い")]),
        ("red and blue", Filters(colors=("blue",)), [("color", "red", "red")]),
        ("long dress", Filters(categories=("pants",)), [("category", "dress", "dress")]),
        ("メンズ", Filters(genders=("women",)), [("gender", "men", "メンズ")]),
        ("red", Filters(), []),
    ],
)
def test_what_the_filters_forbid_is_told(text, filters, passed_over):
    understood = understand(text, filters)

    assert [(chip.kind, chip.value, chip.text) for chip in understood.passed_over] == passed_over


def test_a_mistyped_word_is_read_as_another_and_its_chip_tells_the_typed_one():
    assert chips("blue swaeter", fixes={"swaeter": "sweater"}) == [
        ("color", "blue", "blue"), ("category", "top", "swaeter"), ("fine_category", "sweater", "swaeter"),
    ]  # fmt: skip
    assert chips("tetom", fixes={"tetom": "teton"}) == [("word", "teton", "tetom")]


@pytest.mark.parametrize("unit", ["1", "9,", "between 1 ", "under ", "赤", "ワ", "ー", "a ", "~", "'", "\u0301", "5千"])
def test_odd_texts_are_read_quickly(unit):
    start = time.monotonic()

    understand(unit * 5000, Filters())

    assert time.monotonic() - start < 2
