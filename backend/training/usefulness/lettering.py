"""Words as advertisements set them: fitted to a place, on plates or bare, straight, turned or from top to bottom."""

from random import Random

from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import Color, Place, color, font, ink_on, japanese, said
from backend.training.usefulness.words import LINES, SHOUTS_EN, SHOUTS_JA


def set_words(chance: Random, image: Image.Image, place: Place, ground: Color | None = None) -> None:
    """One or two large lines and some small ones, each fitted to the place; on plates, with rims, or bare."""
    pen, (left, top, right, bottom) = ImageDraw.Draw(image), place
    side = chance.choice(["l", "m", "m", "r"])
    x = {"l": left, "m": (left + right) / 2, "r": right}[side]
    large = chance.uniform(0.14, 0.4)
    for number in range(chance.randint(1, 5)):
        shout = number < 2
        text = said(chance, SHOUTS_EN, SHOUTS_JA) if shout else a_line(chance)
        size = (bottom - top) * (large if shout else chance.uniform(0.07, 0.12))
        size = max(11, min(size, (right - left) / max(1, _breadth(text)) * 1.05))
        letters = font(chance, round(size), text)
        if top + size > bottom + 4:
            return
        around = pen.textbbox((x, top), text, font=letters, anchor=f"{side}a")
        plate = color(chance) if chance.random() < 0.2 else None
        if plate:
            pen.rectangle([around[0] - 8, around[1] - 6, around[2] + 8, around[3] + 6], fill=plate)
        behind = plate or ground
        ink = ink_on(behind) if behind else chance.choice([(255, 255, 255), (20, 20, 20), color(chance)])
        rim = (0, 0, 0) if sum(ink) > 380 else (255, 255, 255)
        wide = chance.choice([0, 0, 0, 2, max(2, round(size * 0.08))])
        pen.text((x, top), text, fill=ink, font=letters, anchor=f"{side}a", stroke_width=wide, stroke_fill=rim)
        top = around[3] + size * chance.uniform(0.15, 0.5)


def _breadth(text: str) -> float:
    """About how many times its size the text is wide."""
    return sum(0.6 if letter.isascii() else 1.0 for letter in text)


def a_line(chance: Random) -> str:
    return chance.choice(LINES if japanese(chance) else tuple(one for one in LINES if one.isascii()))


def set_turned(chance: Random, image: Image.Image, place: Place) -> None:
    layer = Image.new("RGB", image.size, ground := color(chance))
    set_words(chance, layer, place, ground)
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).rectangle([place[0] - 20, place[1] - 12, place[2] + 20, place[3] + 12], fill=255)
    turn = chance.uniform(-25, 25)
    image.paste(layer.rotate(turn), (0, 0), mask.rotate(turn))


def set_upright(chance: Random, image: Image.Image, place: Place) -> None:
    """Japanese from top to bottom, from right to left."""
    pen, x, ink = ImageDraw.Draw(image), place[2], chance.choice([(255, 255, 255), (20, 20, 20), color(chance)])
    size = (place[3] - place[1]) / 9 * chance.uniform(0.8, 1.6)
    for text in chance.sample(SHOUTS_JA, chance.randint(1, 3)):
        letters = font(chance, round(size), text)
        for number, letter in enumerate(text):
            y = place[1] + number * size * 1.1
            pen.text((x, y), letter, fill=ink, font=letters, anchor="ra", stroke_width=1, stroke_fill=(128, 128, 128))
        x -= size * 1.5
        size *= 0.6
