"""Which two products are one, which may be, and which are two: the verdict itself, without a shop."""

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.ingest.cataloging.duplicates import Listed, candidates, judge

ONE = Listed(
    product_id="1",
    title="Linen dress",
    category="dress",
    colors=frozenset(["red"]),
    color="red",
    sku="D-1",
    price=Decimal(40),
    currency="USD",
    pictures=("a", "b", "c"),
    look="f" * 16,
)
OTHER = replace(ONE, product_id="2", sku="D-2")


@pytest.mark.parametrize(
    ("other", "state"),
    [
        (OTHER, "merged"),
        (replace(OTHER, title="Linen dress (New!)", pictures=("a", "b", "c", "x"), price=Decimal(30)), "merged"),
        (replace(OTHER, title="Another name", sku="D-1"), "merged"),
        (replace(OTHER, title="Another name"), "unsure"),
        (replace(OTHER, pictures=("c", "a", "b")), "unsure"),
        (replace(OTHER, colors=frozenset()), "unsure"),
        (replace(OTHER, colors=frozenset(["red", "white"])), "unsure"),
        (replace(OTHER, pictures=("x", "y", "z"), look="f" * 15 + "e"), "unsure"),  # the same photos, saved anew
        (replace(OTHER, pictures=("x", "y", "z"), look="f" * 15 + "e", color="navy"), None),
        (replace(OTHER, pictures=("x", "y", "c"), look="0" * 16), None),  # only the title
        (replace(OTHER, title="Another", pictures=("x", "y", "c"), look="0" * 16), None),
        (replace(OTHER, gtin="4901234567894"), "merged"),
        (replace(OTHER, category="skirt"), None),
        (replace(OTHER, colors=frozenset(["navy"])), None),
    ],
)
def test_a_pair_is_one_product_or_unsure_or_two(other, state):
    found, mirrored = judge(ONE, other), judge(other, ONE)

    assert found == mirrored
    assert (found.state if found else None) == state


def test_one_gtin_speaks_louder_than_a_group_with_two_addresses():
    grouped = replace(ONE, item_group="D", page="dress-1"), replace(OTHER, item_group="D", page="dress-2")
    numbered = (replace(one, gtin="4901234567894") for one in grouped)

    assert judge(*grouped) is None
    assert judge(*numbered).state == "merged"


def test_products_with_different_gtins_are_two_whatever_else_they_share():
    assert judge(replace(ONE, gtin="4901234567894"), replace(OTHER, gtin="4901234567887")) is None


def test_one_picture_alone_makes_one_product_only_with_title_and_price():
    lone = replace(ONE, pictures=("a",)), replace(OTHER, pictures=("a",))

    assert judge(*lone).state == "merged"
    assert judge(lone[0], replace(lone[1], price=Decimal(99))).state == "unsure"
    assert judge(lone[0], OTHER).state == "unsure"


def test_what_many_products_share_makes_no_pairs():
    listed = [
        replace(ONE, product_id=f"{n:03}", sku=None, look=None, pictures=(f"own-{n}", "chart")) for n in range(30)
    ]

    assert candidates(listed) == set()
    assert candidates(listed[:2]) == {("000", "001")}
