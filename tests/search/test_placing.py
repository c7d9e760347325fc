"""The seller's rules and what repeats itself."""

import random

import pytest

from backend.search.found import Found
from backend.search.placing import design_of, is_called_like, lateness, place, spread
from backend.tenants.catalog import effective
from backend.tenants.models import Product


def group(*scores: tuple[str, float, str]) -> list[Found]:
    return [Found(name, score, tier) for name, score, tier in scores]  # type: ignore[arg-type]


def names(found: list[Found]) -> str:
    return "".join(one.product_id for one in found)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, "abcdef"),
        ({"c": "pin"}, "cabdef"),
        ({"a": "bury"}, "bcadef"),
        ({"c": "boost"}, "acbdef"),
        ({"b": "boost"}, "bacdef"),
        ({"f": "pin"}, "abcfde"),
        ({"f": "boost"}, "abcdfe"),
        ({"b": "boost", "c": "boost"}, "bacdef"),
        ({"e": "boost", "f": "boost"}, "abcdef"),
        ({"d": "boost", "e": "boost"}, "abcdef"),
        ({"c": "pin", "a": "bury", "b": "boost"}, "cbadef"),
        (dict.fromkeys("abcdef", "bury"), "abcdef"),
    ],
)
def test_rules_move_products_inside_their_tier_only(rules, expected):
    found = group(
        ("a", 0.97, "same"), ("b", 0.95, "same"), ("c", 0.91, "same"),
        ("d", 0.72, "close"), ("e", 0.65, "close"), ("f", 0.62, "close"),
    )  # fmt: skip

    assert names(place(found, rules)) == expected


@pytest.mark.parametrize(
    ("called_alike", "rules", "expected"),
    [
        ("", {}, "abcdef"),
        ("f", {}, "abcdfe"),
        ("ef", {}, "abcdef"),
        ("cf", {}, "acbdfe"),
        ("f", {"e": "boost"}, "abcdfe"),
        ("d", {"f": "pin"}, "abcfde"),
        ("d", {"d": "bury"}, "abcefd"),
    ],
)
def test_what_is_called_alike_comes_a_little_earlier_in_its_tier(called_alike, rules, expected):
    found = group(
        ("a", 0.97, "same"), ("b", 0.95, "same"), ("c", 0.94, "same"),
        ("d", 0.82, "close"), ("e", 0.65, "close"), ("f", 0.64, "close"),
    )  # fmt: skip

    assert names(place(found, rules, None, called_alike)) == expected


@pytest.mark.parametrize(
    ("names", "is_alike"),
    [
        ((("top", "hoodie"), ("top", "hoodie")), True),
        ((("top", "hoodie"), ("top", "sweatshirt")), False),
        ((("shoes", "shoes"), ("shoes", "shoes")), False),
        ((("dress", "jeans"), ("pants", "jeans")), False),
        ((("top", None), ("top", None)), False),
    ],
    ids=["hoodies", "another name", "no more than the category", "a name of another category", "no names"],
)
def test_names_that_say_more_than_the_category_are_alike(names, is_alike):
    one, other = (
        effective(Product(title="A", url="https://shop.example/1", category=category, fine_category=fine))
        for category, fine in names
    )

    assert is_called_like(one, other) is is_alike


def test_what_colours_decided_among_near_ties_is_not_undone():
    found = group(("a", 0.80, "close"), ("b", 0.81, "close"), ("c", 0.70, "close"))

    assert names(place(found, {})) == "abc"
    assert names(place(found, {"c": "boost"})) == "abc"


@pytest.mark.parametrize(
    ("rules", "sold_out", "expected"),
    [
        ({}, "ad", "bcaefd"),
        ({"d": "pin"}, "ad", "bcadef"),
        ({"a": "boost"}, "a", "bcadef"),
        ({"b": "bury"}, "a", "cabdef"),
        ({}, "abcdef", "abcdef"),
    ],
)
def test_what_is_sold_out_comes_after_what_can_be_bought_in_its_tier(rules, sold_out, expected):
    found = group(
        ("a", 0.97, "same"), ("b", 0.95, "same"), ("c", 0.91, "same"),
        ("d", 0.72, "close"), ("e", 0.65, "close"), ("f", 0.62, "close"),
    )  # fmt: skip

    assert names(place(found, rules, dict.fromkeys(sold_out, 1))) == expected


@pytest.mark.parametrize(
    ("asked", "gender", "availability", "expected"),
    [
        (None, "men", None, 0),
        ("women", "women", "InStock", 0),
        ("women", "unisex", None, 0),
        ("unisex", "kids", None, 0),
        ("women", None, "OutOfStock", 1),
        ("women", "men", None, 2),
        ("women", "kids", "OutOfStock", 3),
    ],
)
def test_what_others_wear_comes_after_what_is_sold_out(asked, gender, availability, expected):
    product = Product(title="Coat", url="https://shop.example/1", gender=gender, availability=availability)

    assert lateness(effective(product), asked) == expected


def test_no_rules_and_no_marks_lose_or_invent_a_product():
    chance = random.Random(5)
    for _ in range(200):
        found = group(*((chr(97 + n), 1 - n / 20, "same" if n < 4 else "close") for n in range(chance.randint(0, 12))))
        rules = {one.product_id: chance.choice(["pin", "boost", "bury"]) for one in found if chance.random() < 0.5}
        marks = {one.product_id: {chance.randint(0, 3)} for one in found}

        placed = place(found, rules)
        everything = spread(placed, marks, limit=99)

        assert sorted(names(placed)) == sorted(names(found)) == sorted(names(everything))
        assert [one.tier for one in placed] == [one.tier for one in found]


def test_a_second_of_a_design_comes_only_where_there_are_too_few_others():
    found = group(*((name, 0.9, "close") for name in "abcde"))
    marks = {"a": {1}, "b": {1}, "c": {1}, "d": {2}, "e": {3}}

    assert names(spread(found, marks, limit=3)) == "ade"
    assert names(spread(found, marks, limit=4)) == "abde"
    assert names(spread(found, marks, limit=2, seen={1})) == "de"


@pytest.mark.parametrize(
    ("one", "other", "is_one_design"),
    [
        (("Linen Shirt - Navy", None), ("Linen Shirt - White", None), True),
        (("リネンシャツ ネイビー", None), ("リネンシャツ(ホワイト)", None), True),
        (("Linen Shirt", None), ("Linen Dress", None), False),
        (("Red", None), ("Blue", None), False),
        (("One name", "G1"), ("Another name", "G1"), True),
        (("One name", "G1"), ("One name", "G2"), False),
    ],
)
def test_colours_of_a_design_are_known_by_the_shops_group_or_by_the_title(one, other, is_one_design):
    designs = [
        design_of(effective(Product(title=title, item_group=item_group, brand="Aoi", category="top", overrides={})))
        for title, item_group in (one, other)
    ]

    assert (designs[0] == designs[1]) is is_one_design
