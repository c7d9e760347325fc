"""How a photo's detections become the objects a shopper can choose from."""

import pytest

from backend.demo.pictures import garment_picture
from backend.search.jobs import _Clock, _see, pairs_joined
from backend.vision import Box, Detection, images, load_vision


def shoe(x: float, confidence: float, *, y: float = 0.9, w: float = 0.06) -> Detection:
    return Detection(Box(x, y, w, 0.05), "shoes", confidence)


def test_two_shoes_side_by_side_are_one_pair_that_the_surer_one_stands_for():
    left, right = shoe(0.4, 0.7), shoe(0.5, 0.9)

    ((detection, shown),) = pairs_joined([left, right])

    assert detection is right
    assert (shown.x, shown.y, shown.w, shown.h) == pytest.approx((0.4, 0.9, 0.16, 0.05))


def test_four_shoes_of_two_people_are_two_pairs():
    found = pairs_joined([shoe(0.1, 0.9), shoe(0.2, 0.8), shoe(0.7, 0.7), shoe(0.8, 0.6)])

    assert [round(box.x, 2) for _, box in found] == [0.1, 0.7]


def test_what_is_far_apart_of_other_size_or_no_shoe_stays_as_it_is():
    bags = [Detection(one.box, "bag", one.confidence) for one in (shoe(0.4, 0.9), shoe(0.5, 0.8))]
    others = [shoe(0.1, 0.9), shoe(0.8, 0.8), shoe(0.15, 0.5, y=0.3), shoe(0.2, 0.4, w=0.3)]

    assert len(pairs_joined(bags)) == 2
    assert len(pairs_joined(others)) == 4


def test_a_photo_in_which_only_a_small_hat_was_found_can_still_be_searched_with_whole():
    vision, hat = load_vision(), Detection(Box(0.4, 0.05, 0.15, 0.1), "hat", 0.9)
    vision.find = lambda pictures: [[hat] for _ in pictures]  # a detector that overlooks what the hat is worn with

    seen = _see(vision, images.decode(garment_picture("dr05-red", "worn")), _Clock())

    assert [found_by for found_by, _ in seen] == ["detector", "whole"]
    assert seen[1][1].box.area > 0.5
