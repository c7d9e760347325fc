"""What a product image shows."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.demo.pictures import garment_picture, outfit_picture
from backend.training.evaluation import evaluate_images
from backend.training.evaluation.drawn import drawn_pictures
from backend.vision import KINDS, Box, Detection, Picture, images, judge, load_vision
from backend.vision.usefulness import SIDE, square


def flat(width: int, height: int, color: tuple[int, int, int]) -> Picture:
    return Picture(np.asarray(Image.new("RGB", (width, height), color)), width, height)


def test_drawn_size_charts_and_close_ups_of_other_hands_than_it_learned_from_are_seen_as_such() -> None:
    found = [(kind, judge(picture, []).kind) for kind, _, picture in drawn_pictures(8)]

    assert [seen for kind, seen in found if kind == "size_chart"] == ["size_chart"] * 8
    assert [seen for kind, seen in found if kind == "close_up"] == ["close_up"] * 8


# What the shipped file reaches on each set is 0.94 and 0.76; a few pictures may be lost to other fonts.
@pytest.mark.parametrize(("which", "called_right", "set_aside"), [("first", 0.9, 0.97), ("second", 0.7, 0.9)])
def test_drawn_pages_that_do_not_sell_are_mostly_known(which: str, called_right: float, set_aside: float) -> None:
    found = [(kind, judge(picture, []).kind) for kind, _, picture in drawn_pictures(14, which=which)]

    assert sum(kind == seen for kind, seen in found) >= called_right * len(found)
    assert sum(seen != "garment" for _, seen in found) >= set_aside * len(found)


@pytest.mark.parametrize("view", ["worn", "flat", "back"])
def test_a_drawn_garment_is_shown_though_the_detector_finds_nothing_in_it(view: str) -> None:
    slugs = ("ts01-white", "sk03-black", "dr05-red", "pt03-beige")

    found = [judge(images.decode(garment_picture(slug, view)), []).kind for slug in slugs]

    assert found == ["garment"] * len(slugs)


def test_an_outfit_is_shown() -> None:
    assert judge(images.decode(outfit_picture(1)), []).kind == "garment"


def test_what_the_detector_surely_found_speaks_for_a_garment_and_never_against_one() -> None:
    garment = Detection(Box(0.1, 0.1, 0.8, 0.8), "top", 0.9)
    pictures = [one for _, _, one in drawn_pictures(14) if one.width <= 2 * one.height]

    alone = [judge(picture, []).kind for picture in pictures]
    beside = [judge(picture, [garment]).kind for picture in pictures]

    assert beside.count("garment") >= alone.count("garment")
    assert judge(images.decode(garment_picture("dr05-red", "worn")), []).kind == "garment"


def test_the_network_sees_all_of_a_picture_whatever_its_proportions() -> None:
    pixels = np.zeros((100, 400, 3), np.uint8)
    pixels[:, 380:] = 255

    seen = square(pixels)

    assert seen.shape == (SIDE, SIDE, 3)
    assert seen[:, -1].min() == 255


def test_a_button_that_chooses_a_colour_is_a_swatch_and_a_long_strip_a_banner() -> None:
    strip = np.random.default_rng(0).integers(0, 255, (100, 600, 3), np.uint8)

    assert judge(flat(40, 40, (120, 30, 40)), []).kind == "swatch"
    assert judge(Picture(strip, 1200, 200), []).kind == "banner"


@pytest.mark.parametrize("size", [(1, 1), (2000, 1), (1, 2000), (640, 640)])
def test_every_picture_gets_a_kind_and_a_probability(size: tuple[int, int]) -> None:
    found = judge(flat(*size, (0, 0, 0)), [])

    assert found.kind in KINDS
    assert 0 <= found.probability <= 1


def test_a_real_shops_held_out_photos_are_told_apart(shared: Path) -> None:
    found = evaluate_images(shared / "data/luma", load_vision())

    assert found["accuracy"] >= 0.98
    assert found["per_class"]["size_chart"] == 1.0
    assert found["garments_set_aside"] <= 1
    assert found["per_class"]["close_up"] >= 0.9
