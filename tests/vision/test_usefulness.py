"""What a product image shows."""

from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from backend.demo.pictures import garment_picture
from backend.training.evaluation import evaluate_images
from backend.training.usefulness import draw_size_chart
from backend.vision import KINDS, Picture, images, judge, load_vision


def flat(width: int, height: int, color: tuple[int, int, int]) -> Picture:
    return Picture(np.asarray(Image.new("RGB", (width, height), color)), width, height)


def test_drawn_size_charts_of_other_styles_than_it_learned_from_are_seen_as_such() -> None:
    vision = load_vision()
    charts = [draw_size_chart(Random(seed)) for seed in range(1000, 1030)]

    found = [judge(chart, vision.detect([chart])[0]).kind for chart in charts]

    assert found.count("size_chart") >= 27


def test_drawn_cloth_is_a_close_up_and_a_worn_garment_is_not() -> None:
    vision = load_vision()
    slugs = ("ts01-white", "sk03-black", "dr05-red", "pt03-beige")

    def kind(slug: str, view: str) -> str:
        picture = images.decode(garment_picture(slug, view))
        return judge(picture, vision.detect([picture])[0]).kind

    assert [kind(slug, "close_up") for slug in slugs].count("garment") == 0
    assert [kind(slug, "worn") for slug in slugs] == ["garment"] * len(slugs)


def test_one_flat_colour_is_a_swatch_and_a_long_strip_a_banner() -> None:
    strip = np.random.default_rng(0).integers(0, 255, (100, 600, 3), np.uint8)

    assert judge(flat(300, 300, (120, 30, 40)), []).kind == "swatch"
    assert judge(flat(40, 40, (120, 30, 40)), []).kind == "swatch"
    assert judge(Picture(strip, 1200, 200), []).kind == "banner"


@pytest.mark.parametrize("size", [(1, 1), (2000, 1), (1, 2000), (640, 640)])
def test_every_picture_gets_a_kind_and_a_probability(size: tuple[int, int]) -> None:
    found = judge(flat(*size, (0, 0, 0)), [])

    assert found.kind in KINDS
    assert 0 <= found.probability <= 1


def test_a_real_shops_held_out_photos_are_told_apart(shared: Path) -> None:
    found = evaluate_images(shared / "data/luma")

    assert found["accuracy"] >= 0.9
    assert found["per_class"]["size_chart"] == 1.0
    assert found["per_class"]["garment"] >= 0.92
    assert found["per_class"]["close_up"] >= 0.7
