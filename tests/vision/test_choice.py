"""Which garment of a product photo is on sale."""

from backend.vision import Box, Detection, choose_for_sale
from backend.vision.choice import misses_garment

SHIRT = Detection(Box(0.25, 0.15, 0.5, 0.35), "top", 0.8)
PANTS = Detection(Box(0.3, 0.45, 0.4, 0.5), "pants", 0.9)
SHOE = Detection(Box(0.4, 0.9, 0.1, 0.08), "shoes", 0.95)
BAG = Detection(Box(0.02, 0.4, 0.25, 0.3), "bag", 0.9)


def test_the_title_decides_between_two_garments() -> None:
    outfit = [SHIRT, PANTS, SHOE, BAG]

    assert choose_for_sale(outfit, "top") == 0
    assert choose_for_sale(outfit, "pants") == 1
    assert choose_for_sale(outfit, "shoes") == 2
    assert choose_for_sale(outfit, "bag") == 3


def test_without_a_title_the_largest_central_garment_is_on_sale() -> None:
    assert choose_for_sale([BAG, SHOE, SHIRT], None) == 2


def test_a_kindred_category_stands_in_where_the_detector_sees_it_differently() -> None:
    assert choose_for_sale([SHOE, PANTS], "shorts") == 1
    assert choose_for_sale([PANTS, SHIRT], "outer") == 1


def test_the_very_category_beats_its_kin_of_the_same_size() -> None:
    jacket = Detection(SHIRT.box, "outer", SHIRT.confidence)

    assert choose_for_sale([jacket, SHIRT], "top") == 1
    assert choose_for_sale([jacket, SHIRT], "outer") == 0


def test_nothing_is_chosen_where_no_garment_can_be_meant() -> None:
    assert choose_for_sale([SHOE, BAG], "dress") is None
    assert choose_for_sale([], "top") is None
    assert choose_for_sale([], None) is None


def test_of_two_alike_the_central_one_is_on_sale() -> None:
    aside = Detection(Box(0.0, 0.15, 0.5, 0.35), "top", 0.8)

    assert choose_for_sale([aside, SHIRT], "top") == 1


def test_shoes_and_a_hat_alone_say_that_the_garments_between_them_were_overlooked() -> None:
    hat = Detection(Box(0.45, 0.02, 0.1, 0.08), "hat", 0.9)

    assert misses_garment([])
    assert misses_garment([hat, Detection(Box(0.4, 0.9, 0.1, 0.05), "shoes", 0.8)])
    assert not misses_garment([hat, SHIRT])
    assert not misses_garment([Detection(Box(0.2, 0.2, 0.6, 0.6), "bag", 0.9)])


def test_a_garment_of_the_very_class_comes_before_a_larger_and_surer_one_of_its_kin() -> None:
    cardigan = Detection(Box(0.2, 0.1, 0.6, 0.6), "outer", 0.92)
    shirt = Detection(Box(0.3, 0.15, 0.4, 0.5), "top", 0.53)

    assert choose_for_sale([cardigan, shirt], "top") == 1
    assert choose_for_sale([cardigan], "top") == 0
