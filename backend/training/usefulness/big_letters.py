"""Lettering that fills its place: solid, in outline, spaced, stretched, shadowed or glowing."""

from random import Random

from PIL import Image, ImageDraw, ImageFilter

from backend.training.usefulness.canvas import Color, Place, font, said, shaded
from backend.training.usefulness.words import CALLS_EN, CALLS_JA, SHOUTS_EN, SHOUTS_JA


def a_shout(chance: Random) -> str:
    return said(chance, (*SHOUTS_EN, *CALLS_EN), (*SHOUTS_JA, *CALLS_JA))


def set_big(
    chance: Random, image: Image.Image, place: Place, text: str, ink: Color, *, glow: bool = False
) -> None:  # fmt: skip
    """Letters that fill the place: solid, in outline, spaced, stretched, with a shadow, a glow or a second tone."""
    left, top, right, bottom = place
    letters = font(chance, 90, text)
    spaced = chance.choice(["", "", " "]).join(text) if len(text) < 9 else text
    box = letters.getbbox(spaced, stroke_width=4)
    layer = Image.new("L", (max(8, round(box[2] - box[0]) + 12), max(8, round(box[3] - box[1]) + 12)), 0)
    pen, at = ImageDraw.Draw(layer), (6 - box[0], 6 - box[1])
    if chance.random() < 0.2:
        pen.text(at, spaced, fill=0, font=letters, stroke_width=3, stroke_fill=255)
    else:
        pen.text(at, spaced, fill=255, font=letters, stroke_width=chance.choice([0, 0, 2]))
    wide, tall = right - left, bottom - top
    scale = min(wide / layer.width, tall / layer.height)
    stretch = chance.choice([1.0, 1.0, min(2.0, tall / (layer.height * scale))])
    size = max(6, round(layer.width * scale)), max(6, round(layer.height * scale * stretch))
    mask = layer.resize(size, Image.Resampling.LANCZOS)
    x = round(chance.choice([left, left + (wide - size[0]) / 2]))
    y = round(top + (tall - size[1]) / 2)
    if glow:
        halo = Image.new("L", image.size, 0)
        halo.paste(mask, (x, y))
        image.paste(ink, (0, 0), halo.filter(ImageFilter.GaussianBlur(max(3, size[1] * 0.12))))
        ink = shaded(ink, 1.6)
    elif chance.random() < 0.25:
        image.paste(shaded(ink, 0.3) if sum(ink) > 300 else (255, 255, 255), (x + 3, y + 4), mask)
    image.paste(ink, (x, y), mask)
