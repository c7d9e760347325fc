"""Titles as shops write them, Japanese and English, and what they must be read as."""

import pytest

from backend.vision import (
    CATEGORIES,
    PALETTE,
    PATTERNS,
    category_of_text,
    colors_of_text,
    gender_of_text,
    pattern_of_text,
    shades_of_text,
)
from backend.vision.colors import SHADES
from backend.vision.word_lists import word_lists


def read(title: str) -> str:
    found = category_of_text(title)
    return found.category if found else "none"


@pytest.mark.parametrize(
    ("title", "category", "word"),
    [
        ("Chaz Kangeroo Hoodie", "top", "hoodie"),
        ("Olivia 1/4 Zip Light Jacket", "outer", "jacket"),
        ("Apollo Running Short", "shorts", "shorts"),
        ("Short sleeve dress", "dress", "dress"),
        ("Short jacket", "outer", "jacket"),
        ("Men's dress shirt", "top", "shirt"),
        ("Shirt dress - Blue", "dress", "dress"),
        ("Dress with belt", "dress", "dress"),
        ("Leather shoe bag", "bag", "bag"),
        ("High-top sneakers", "shoes", "sneakers"),
        ("T-Shirts", "top", "t-shirt"),
        ("tshirt", "top", "t-shirt"),
        ("Women&#39;s jeans", "pants", "jeans"),
        ("Electra Bra Top", "top", "bra"),
        ("シャツワンピース", "dress", "dress"),
        ("ベルト付きワンピース", "dress", "dress"),
        ("靴下 3足セット", "legwear", "socks"),
        ("スウェットパンツ", "pants", "joggers"),
        ("ﾊﾟｰｶｰ", "top", "hoodie"),
        ("Ｔシャツ", "top", "t-shirt"),
        ("【Chaz】メンズ パーカー MH01", "top", "hoodie"),
        ("レディース ショートパンツ", "shorts", "shorts"),
        ("タンクトップ", "top", "tank top"),
        ("マウンテンパーカー", "outer", "parka"),
        ("ベストセラー スカート", "skirt", "skirt"),
        ("ワンピ（ネイビー）", "dress", "dress"),
        ("サングラス UVカット", "eyewear", "sunglasses"),
        ("ニット帽", "hat", "beanie"),
        ("レザーベルト", "belt", "belt"),
        ("カシミヤマフラー", "scarf", "scarf"),
        ("トートバッグ", "bag", "tote"),
        ("革靴", "shoes", "loafers"),
    ],
)
def test_a_title_names_its_garment(title: str, category: str, word: str) -> None:
    found = category_of_text(title)

    assert found is not None
    assert (found.category, found.word) == (category, word)
    assert 0.5 <= found.confidence <= 1


@pytest.mark.parametrize(
    "title", ["", None, "iPhone case", "面白い本", "Gift card", "MH01", "Topography map", "送料無料"]
)
def test_a_title_without_a_garment_names_none(title: str | None) -> None:
    assert category_of_text(title) is None


@pytest.mark.parametrize(
    ("title", "category", "alternatives"),
    [
        ("サロペット", "dress", {"pants"}), ("セットアップ", "top", {"pants", "skirt", "outer"}),
        ("ジレ", "top", {"outer"}),
        ("Trek Jacket", "outer", set()), ("Jacket Shirt", "top", {"outer"}),
    ],
)  # fmt: skip
def test_a_word_of_two_categories_names_both_and_how_likely_each_is(
    title: str, category: str, alternatives: set[str]
) -> None:
    found = category_of_text(title)

    assert (found.category, {name for name, _ in found.alternatives}) == (category, alternatives)
    assert found.confidence + sum(share for _, share in found.alternatives) <= 1.001
    assert all(share < found.confidence for _, share in found.alternatives)


@pytest.mark.parametrize(
    "title", ["Boot polish", "パンツハンガー", "靴ブラシ 馬毛", "Knit gloves", "ワンピース フィギュア", "スーツケース"]
)
def test_a_thing_for_garments_is_no_garment_even_in_a_shop_of_garments(title: str) -> None:
    assert category_of_text(title, ("Women", "Dresses")) is None


@pytest.mark.parametrize(
    "title", ["腕時計 革ベルト クオーツ", "着せ替え人形 ドレスセット", "Dog Raincoat Yellow", "犬服 ニット セーター"]
)
def test_what_dolls_and_pets_wear_is_no_garment_wherever_the_title_says_so(title: str) -> None:
    assert category_of_text(title, ("Dresses",)) is None


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Air Jordan 1 Retro High", "shoes"), ("Air Jordan Hoodie", "top"), ("パーカー エアジョーダン", "top"),
        ("Screw Face S/S", "top"), ("S/S Wool Coat", "outer"), ("Ponte Bootcut", "pants"),
        ("Bootcut Jeans", "pants"),
        ("Floral Maxi", "dress"), ("Maxi Skirt", "skirt"), ("NEW ERA 9FORTY", "hat"),
    ],
)  # fmt: skip
def test_models_and_cuts_name_a_garment_only_where_no_other_word_does(title: str, category: str) -> None:
    assert read(title) == category


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Wide Leg Knit", "pants"), ("V-Neck Knit", "top"), ("Stan Smith Knit", "shoes"),
        ("Stan Smith Knit Sweater", "top"), ("Long Sleeve Floral Midi", "dress"),
        ("V Neck for Women, Pleated Skirt", "skirt"), ("High-Rise for Women Leggings", "pants"),
        ("Wide Leg with Belt", "pants"), ("Fit and Flare in Ponte", "dress"), ("Air Max / Hoodie", "top"),
        ("Ribbed 1/4 Zip", "top"), ("Logo LS Black XL", "top"), ("LS 200 manual", "none"),
    ],
)  # fmt: skip
def test_of_words_that_hint_the_strongest_counts_and_a_noun_wins_over_all(title: str, category: str) -> None:
    assert read(title) == category


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("New Balance Womens 530", "shoes"), ("530 pieces", "none"), ("Birkenstock Mens Boston", "shoes"),
        ("Boston", "none"), ("カーハート メンズ デトロイト", "outer"), ("デトロイト 観光", "none"),
        ("Birkenstock Boston Tee", "top"),
    ],
)  # fmt: skip
def test_a_model_that_means_other_things_too_counts_only_beside_its_makers_name(title: str, category: str) -> None:
    assert read(title) == category


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Hoodie Blanket", "none"), ("Jacket Blanket Lined", "outer"), ("Wine Glasses Set of 4", "none"),
        ("リュック 大容量 自転車", "bag"), ("デニム カーテン", "none"), ("Silk Tie, Navy", "none"),
        ("Tie Waist Dress", "dress"),
    ],
)  # fmt: skip
def test_a_thing_of_another_trade_is_sold_where_a_phrase_ends_with_it(title: str, category: str) -> None:
    assert read(title) == category


def test_breadcrumbs_overrule_a_cut_and_the_plainest_of_them_counts() -> None:
    assert category_of_text("Amalfi Maxi", ("Women", "Skirts")).category == "skirt"
    assert category_of_text("Amalfi", ("Women", "Dresses", "Long Sleeve")).category == "dress"
    assert category_of_text("Amalfi", ("Women", "Jackets", "Denim")).category == "outer"


@pytest.mark.parametrize(("title", "guessed"), [("Air Jordan", True), ("Maxi", True), ("Maxi dress", False)])
def test_a_model_or_a_cut_alone_is_a_guess_that_no_search_narrows_by(title: str, guessed: bool) -> None:
    assert category_of_text(title).guessed == guessed


def test_breadcrumbs_name_the_kind_where_the_title_names_only_the_family() -> None:
    assert category_of_text("Acrylic Watch Hat", ("Headwear", "Beanies")).word == "beanie"
    assert category_of_text("Wool Fedora Hat", ("Hats",)).word == "hat"
    assert category_of_text("Align High-Rise Tight", ("Women", "Leggings")).word == "leggings"


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("フレイムス柄 ショーツ", "print"), ("小柄さん ワンピース", None), ("プレーンパンプス", None),
        ("小花柄 ワンピース", "floral"), ("水玉 ブラウス", "dot"), ("ボーダー カットソー", "stripe"),
        ("Plaid shirt", "check"),
        ("無地 Tシャツ", "plain"), ("Striped tee, plain or printed", "stripe"), ("ヒョウ柄 スカート", "print"),
        ("Wool coat", None), ("ボーダーレス", None), ("Floral print dress", "floral"), ("", None),
    ],
)  # fmt: skip
def test_a_pattern_is_read_by_its_nearest_name(text: str, pattern: str | None) -> None:
    assert pattern_of_text(text) == pattern


def test_a_pattern_is_sought_in_the_description_only_where_the_title_names_none() -> None:
    assert pattern_of_text("Shirt", "<p>Printed all over with dots</p>") == "dot"
    assert pattern_of_text("Striped shirt", "<p>Goes with checks</p>") == "stripe"


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("ブラック", "none"), ("ブラウン", "none"), ("ブラ", "top"), ("ブラシ", "none"), ("ゼブラ", "none"),
        ("ユニット", "none"),
        ("モカシン", "shoes"), ("モカ", "none"), ("イージーパンツ", "pants"), ("ジーパン", "pants"),
        ("スーツケース", "none"),
        ("スーツブラック", "outer"), ("パーカーメンズ", "top"), ("パンツ ニット", "pants"), ("ニット", "top"),
    ],
)  # fmt: skip
def test_katakana_is_read_as_the_word_it_is_not_as_one_that_it_holds(title: str, category: str) -> None:
    assert read(title) == category


def test_breadcrumbs_overrule_words_that_shops_use_loosely_and_no_others() -> None:
    bottoms = ("Women", "Bottoms", "Pants")

    assert category_of_text("Diana Tights").category == "legwear"
    assert category_of_text("Diana Tights", bottoms).category == "pants"
    assert category_of_text("Wool Coat", bottoms).category == "outer"


def test_agreement_is_surer_than_the_title_and_dispute_less_sure() -> None:
    alone = category_of_text("Trek Jacket")
    agreed = category_of_text("Trek Jacket", ("Men", "Jackets"))
    disputed = category_of_text("Trek Jacket", ("Men", "Pants"))

    assert disputed.confidence < alone.confidence < agreed.confidence


def test_the_description_speaks_only_when_title_and_breadcrumbs_are_silent() -> None:
    text = "<p>A hoodie to wear over your <b>jeans</b>.</p>"

    assert category_of_text("Chaz", (), text).word == "hoodie"
    assert category_of_text("Chaz Skirt", (), text).category == "skirt"


@pytest.mark.parametrize(
    ("title", "gender"),
    [
        ("Women's Hoodie", "women"), ("Womens tee", "women"), ("Men's Hoodie", "men"),
        ("レディース パーカー", "women"),
        ("メンズ Tシャツ", "men"), ("ウィメンズ コート", "women"), ("メンズ レディース パーカー", "unisex"),
        ("Unisex tee", "unisex"), ("男女兼用 ニット帽", "unisex"), ("キッズ パーカー", "kids"),
        ("Boys' shorts", "kids"),
        ("Mending kit", None), ("Human Made tee", None), ("", None),
    ],
)  # fmt: skip
def test_gender_is_read_from_whole_words(title: str, gender: str | None) -> None:
    assert gender_of_text(title) == gender


def test_gender_comes_from_the_title_before_breadcrumbs_before_description() -> None:
    assert gender_of_text("Men's tee", ("Women",), "for girls") == "men"
    assert gender_of_text("Tee", ("Home", "Women"), "for men") == "women"
    assert gender_of_text("Tee", (), "<p>Cut for men.</p>") == "men"


@pytest.mark.parametrize(
    ("text", "colors"),
    [
        ("Black Tee", ("black",)), ("オフホワイト/ネイビー", ("white", "navy")), ("黒のTシャツ", ("black",)),
        ("ワインレッド", ("red",)), ("light blue and light blue", ("blue",)), ("面白い赤ちゃん用", ()),
        ("白熱灯", ()), ("Redwood jacket", ()), ("Grey marl", ("gray",)), ("モスグリーン", ("khaki",)),
        ("くすみピンクのニット", ("pink",)), ("ダスティローズ", ("pink",)), ("グレージュ", ("beige",)),
        ("生成り", ("beige",)),
        ("杢グレー", ("gray",)), ("サーモン", ("pink",)), ("モカベージュ", ("beige",)), ("白黒", ("white", "black")),
        ("白無地 シャツ", ("white",)), ("Jacket BLK", ("black",)), ("クロッグ", ()), ("モノクロ", ()),
        ("スプレッドカラー", ()), ("グレインレザー", ()), ("ブルーライトカット眼鏡", ()), ("Red Wing boots", ()),
    ],
)  # fmt: skip
def test_colour_words_become_palette_names(text: str, colors: tuple[str, ...]) -> None:
    assert colors_of_text(text) == colors


@pytest.mark.parametrize(
    ("text", "shade"),
    [
        ("Red dress", "red"), ("Hot pink dress", "reddish pink"), ("Pink dress", "pink"),
        ("ペールピンクのドレス", "pale pink"),
        ("ボルドー", "wine"), ("チャコール", "charcoal"), ("ミントグリーン", "mint"), ("水色", "light blue"),
    ],
)  # fmt: skip
def test_shades_of_a_colour_are_told_apart_as_in_pictures(text: str, shade: str) -> None:
    assert [color.shade for color in shades_of_text(text)] == [shade]


def test_every_shade_that_pictures_tell_apart_has_a_word() -> None:
    assert {f"{name}/{shade}" for name, shade in SHADES} - word_lists().color.labels == {"orange/mustard"}


def test_every_word_list_speaks_the_known_names() -> None:
    lexicons = word_lists()

    fine = {label.partition("/")[2] for label in lexicons.category.labels}
    assert {label.partition("/")[0] for label in lexicons.category.labels} == {*CATEGORIES, "none"}
    assert {label.partition("/")[0] for label in lexicons.color.labels} == set(PALETTE)
    assert lexicons.pattern.labels == set(PATTERNS)
    assert lexicons.weak | lexicons.generic | set(lexicons.also) <= fine
    assert {category for others in lexicons.also.values() for category in others} <= set(CATEGORIES)
    assert lexicons.strength.keys() | lexicons.guesses | lexicons.last <= lexicons.category.words
