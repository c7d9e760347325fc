"""Colours of drawn garments, on grounds that must not win."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.vision import PALETTE, colors_of_crop
from backend.vision.colors import oklab, shades_of_crop

_TONES = {
    "black": (20, 20, 22), "white": (245, 245, 245), "gray": (128, 128, 130), "beige": (222, 205, 170),
    "brown": (100, 60, 35), "red": (190, 20, 40), "pink": (245, 160, 190), "orange": (245, 110, 20),
    "yellow": (250, 215, 30), "green": (40, 130, 70), "khaki": (110, 108, 62), "blue": (45, 110, 210),
    "navy": (22, 34, 64), "purple": (115, 55, 155),
}  # fmt: skip


def shirt(color: tuple[int, int, int], ground: tuple[int, int, int]) -> np.ndarray:
    image = Image.new("RGB", (200, 240), ground)
    ImageDraw.Draw(image).polygon(
        [(60, 20), (140, 20), (195, 80), (160, 110), (150, 95), (150, 235), (50, 235), (50, 95), (40, 110), (5, 80)],
        fill=color,
    )
    return np.asarray(image)


@pytest.mark.parametrize("ground", [(255, 255, 255), (30, 30, 30), (200, 190, 170)])
@pytest.mark.parametrize("name", sorted(_TONES))
def test_the_garment_names_the_colour_not_the_ground(name: str, ground: tuple[int, int, int]) -> None:
    assert colors_of_crop(shirt(_TONES[name], ground))[0] == name


def test_the_palette_is_what_the_tones_cover() -> None:
    assert set(PALETTE) == set(_TONES)


def test_a_white_garment_on_white_is_white() -> None:
    assert colors_of_crop(shirt((250, 250, 250), (255, 255, 255))) == ("white",)


def test_stripes_name_both_colours_and_never_more_than_three() -> None:
    pixels = shirt(_TONES["red"], (255, 255, 255)).copy()
    striped = np.arange(240)[:, None] // 12 % 2 == 0
    pixels[striped & (pixels[..., 1] == 20)] = _TONES["navy"]
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)

    assert set(colors_of_crop(pixels)) == {"red", "navy"}
    assert 1 <= len(colors_of_crop(noise)) <= 3


@pytest.mark.parametrize(
    ("drawn", "name", "shade"),
    [
        ((200, 22, 40), "red", "red"),
        ((120, 24, 40), "red", "wine"),
        ((235, 80, 115), "pink", "reddish pink"),
        ((246, 160, 190), "pink", "pink"),
        ((250, 215, 222), "pink", "pale pink"),
        ((130, 228, 200), "green", "mint"),
        ((205, 208, 90), "yellow", "yellow"),
        ((170, 190, 225), "blue", "light blue"),
    ],
)
def test_shades_of_one_family_are_told_apart(drawn: tuple[int, int, int], name: str, shade: str) -> None:
    assert [(color.name, color.shade) for color in shades_of_crop(shirt(drawn, (255, 255, 255)))] == [(name, shade)]


@pytest.mark.parametrize("skin", [(238, 205, 180), (198, 140, 105), (120, 78, 56)])
def test_bare_arms_beside_a_white_shirt_are_not_its_colour(skin: tuple[int, int, int]) -> None:
    pixels = shirt((252, 252, 252), (255, 255, 255)).copy()
    pixels[60:200, 5:40] = pixels[60:200, 160:195] = skin

    assert colors_of_crop(pixels) == ("white",)


def test_a_garment_that_reaches_into_the_corners_is_not_taken_for_the_ground() -> None:
    legs = np.full((240, 160, 3), 255, np.uint8)
    legs[:, :70] = legs[:, 90:] = (178, 24, 32)

    assert colors_of_crop(legs)[0] == "red"


def test_a_beige_garment_is_beige_although_skin_has_that_colour_too() -> None:
    assert colors_of_crop(shirt((224, 196, 160), (255, 255, 255))) == ("beige",)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1)])
def test_the_smallest_crops_have_a_colour(size: tuple[int, int]) -> None:
    assert colors_of_crop(np.zeros((*size, 3), np.uint8)) == ("black",)


def test_oklab_agrees_with_its_author() -> None:
    """Worked values of Ottosson 2020: white is (1, 0, 0), red is (0.628, 0.225, 0.126)."""
    lab = oklab(np.array([[255, 255, 255], [255, 0, 0], [0, 0, 0]], np.uint8))

    assert lab == pytest.approx(np.array([[1, 0, 0], [0.628, 0.225, 0.126], [0, 0, 0]]), abs=1e-3)
