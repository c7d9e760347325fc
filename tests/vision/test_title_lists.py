"""Lists of titles, of imagined shops, of the demo shop and of a real one, and how many are read right."""

import json
from pathlib import Path

import pytest

from backend.demo.catalog import demo_products
from backend.training.evaluation.titles import evaluate_titles
from backend.vision import category_of_text, gender_of_text

_SHOP_WORDS = {
    "sweatshirt": "パーカー", "t-shirt": "Tシャツ", "top": "タンクトップ", "jacket": "ジャケット", "pants": "パンツ",
    "shorts": "ショートパンツ", "men": "メンズ", "women": "レディース",
}  # fmt: skip

_DEMO_KINDS = {
    "top": "t-shirt long-sleeve camisole polo shirt blouse sweater hoodie cardigan", "outer": "jacket coat",
    "dress": "dress", "skirt": "skirt", "pants": "jeans pants", "shorts": "shorts",
    "shoes": "sneakers boots loafers pumps", "bag": "tote shoulder-bag", "hat": "hat", "scarf": "scarf",
}  # fmt: skip


def read(title: str) -> str:
    found = category_of_text(title)
    return found.category if found else "none"


def test_many_titles_of_either_language_are_read_right() -> None:
    lines = (Path(__file__).parent / "titles.txt").read_text(encoding="utf-8").splitlines()[1:]
    told = [line.split("\t") for line in lines]

    wrong = [(title, category, read(title)) for category, title in told if read(title) != category]

    assert len(told) > 150
    assert wrong == []


@pytest.mark.parametrize(
    ("folder", "language", "least"),
    [
        ("titles", "ja", {"accuracy": 0.97, "fine": 0.94, "gender": 0.97, "colors": 0.97, "pattern": 0.97}),
        ("titles", "en", {"accuracy": 0.97, "fine": 0.94, "gender": 0.97, "colors": 0.97, "pattern": 0.97}),
        ("titles_fresh", "ja", {"accuracy": 0.93, "fine": 0.90, "gender": 0.95, "colors": 0.95, "pattern": 0.95}),
        ("titles_fresh", "en", {"accuracy": 0.93, "fine": 0.90, "gender": 0.95, "colors": 0.95, "pattern": 0.95}),
        ("titles_held_out", "ja", {"accuracy": 0.93, "fine": 0.90, "gender": 0.95, "colors": 0.95, "pattern": 0.95}),
        ("titles_held_out", "en", {"accuracy": 0.93, "fine": 0.90, "gender": 0.95, "colors": 0.95, "pattern": 0.95}),
        ("titles_second_hand", "ja", {"accuracy": 0.97, "fine": 0.95, "gender": 0.97, "colors": 0.97, "pattern": 0.97}),
        ("titles_second_hand", "en", {"accuracy": 0.97, "fine": 0.95, "gender": 0.97, "colors": 0.97, "pattern": 0.97}),
        ("titles_third", "ja", {"accuracy": 0.95, "fine": 0.93, "gender": 0.97, "colors": 0.97, "pattern": 0.95}),
        ("titles_third", "en", {"accuracy": 0.95, "fine": 0.93, "gender": 0.97, "colors": 0.97, "pattern": 0.95}),
        ("titles_fourth", "ja", {"accuracy": 0.95, "fine": 0.90, "gender": 0.95, "colors": 0.97, "pattern": 0.97}),
        ("titles_fourth", "en", {"accuracy": 0.96, "fine": 0.95, "gender": 0.97, "colors": 0.97, "pattern": 0.97}),
        ("titles_bare", "ja", {"accuracy": 0.96}),
        ("titles_bare", "en", {"accuracy": 0.96}),
    ],
)
def test_titles_of_many_kinds_of_shops_are_read_as_their_labels_say(
    folder: str, language: str, least: dict[str, float]
) -> None:
    figures = evaluate_titles(Path(__file__).parent / folder)["languages"][language]
    reached = {name: figures[name] if name == "accuracy" else figures[name]["accuracy"] for name in least}

    assert figures["judged"] >= 50
    assert {name: share for name, share in reached.items() if share < least[name]} == {}


def test_every_title_of_the_demo_shop_is_read_right_in_both_languages() -> None:
    category = {kind: coarse for coarse, kinds in _DEMO_KINDS.items() for kind in kinds.split()}
    titles = [(title, category[one.kind]) for one in demo_products() for title in (one.title_ja, one.title_en)]

    wrong = [(title, truth, read(title)) for title, truth in titles if read(title) != truth]

    assert wrong == []


def test_every_product_of_a_real_shop_is_read_right_in_both_languages(shared: Path) -> None:
    products = json.loads((shared / "data/luma/products.json").read_text(encoding="utf-8"))
    coarse = json.loads((shared / "data/classes.json").read_text(encoding="utf-8"))["luma"]

    for product in products:
        english = (product["name"], product["breadcrumbs"], product["description"])
        kind, gender = _SHOP_WORDS[product["category"]], _SHOP_WORDS[product["gender"]]
        japanese = f"【{product['name'].split()[0]}】{gender} {kind} {product['sku']}"

        assert category_of_text(*english).category == coarse[product["category"]], product["name"]
        assert gender_of_text(*english) == product["gender"], product["name"]
        assert category_of_text(japanese).category == coarse[product["category"]], japanese
        assert gender_of_text(japanese) == product["gender"], japanese
