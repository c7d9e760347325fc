"""Size charts to measure usefulness with, in four forms that it was not shown: see `drawn`."""

import math
from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

_SANS = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Oblique.ttf")
_JAPANESE = Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")


@lru_cache(maxsize=32)
def _type(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.truetype(str(_SANS), size) if _SANS.is_file() else ImageFont.load_default(size)


@lru_cache(maxsize=32)
def _kana(size: int) -> ImageFont.FreeTypeFont | None:
    return ImageFont.truetype(str(_JAPANESE), size) if _JAPANESE.is_file() else None


def conversions(chance: Random) -> Image.Image:
    """Sizes of several countries, a pill for each cell."""
    width, height = chance.choice([(900, 700), (800, 1000)])
    image = Image.new("RGB", (width, height), chance.choice(["#ffffff", "#fff7f0", "#f0f4ff"]))
    pen = ImageDraw.Draw(image)
    pen.text((width / 2, 50), "International size conversion", fill="#222", font=_type(36), anchor="mm")
    tint = chance.choice(["#ffd6d6", "#d6e8ff", "#e2f0d9", "#eeeeee"])
    lands = ("JP", "US", "UK", "EU", "IT", "KR")
    rows, wide = chance.randint(5, 10), (width - 60) / len(lands)
    tall = (height - 150) / rows
    for row in range(rows):
        for column, land in enumerate(lands):
            x, y = 30 + column * wide, 110 + row * tall
            pen.rounded_rectangle([x + 4, y + 4, x + wide - 4, y + tall - 4], 14, fill=tint if row else "#444444")
            text = f"{chance.randint(2, 60)}" if row else land
            ink = "#333333" if row else "#ffffff"
            pen.text((x + wide / 2, y + tall / 2), text, fill=ink, font=_type(24), anchor="mm")
    return image


def matrix(chance: Random) -> Image.Image:
    """Height against weight, every field in its size's colour."""
    width, height = 800, chance.choice([640, 800, 900])
    image = Image.new("RGB", (width, height), "#ffffff")
    pen = ImageDraw.Draw(image)
    tints = chance.sample(["#a3cef1", "#ffcad4", "#caffbf", "#ffe5a0", "#d0bfff", "#f4acb7"], 4)
    columns, rows = chance.randint(6, 9), chance.randint(6, 10)
    wide, tall = (width - 120) / columns, (height - 160) / rows
    japanese = _kana(28)
    title = "身長・体重別 おすすめサイズ" if japanese else "Which size suits you?"
    pen.text((width / 2, 40), title, fill="#333333", font=japanese or _type(28), anchor="mm")
    for row in range(rows):
        pen.text((60, 130 + (row + 0.5) * tall), f"{145 + 5 * row}cm", fill="#333", font=_type(18), anchor="mm")
        for column in range(columns):
            number = min(3, (row + column) * 4 // (rows + columns))
            x, y = 110 + column * wide, 130 + row * tall
            pen.rectangle([x, y, x + wide, y + tall], fill=tints[number], outline="#ffffff", width=2)
            pen.text((x + wide / 2, y + tall / 2), "SMLX"[number], fill="#333333", font=_type(20), anchor="mm")
            if row == 0:
                pen.text((x + wide / 2, 112), f"{40 + 5 * column}kg", fill="#333", font=_type(16), anchor="mm")
    return image


def phone_screen(chance: Random) -> Image.Image:
    """A shop's size page, photographed from a phone's screen."""
    dark = chance.random() < 0.4
    ground, ink, line = ("#121212", "#e0e0e0", "#333333") if dark else ("#ffffff", "#202020", "#e2e2e2")
    image = Image.new("RGB", (540, chance.choice([960, 1100])), ground)
    pen = ImageDraw.Draw(image)
    pen.text((30, 14), f"{chance.randint(7, 23)}:{chance.randint(10, 59)}", fill=ink, font=_type(20))
    pen.rounded_rectangle([470, 16, 510, 34], 5, outline=ink, width=2)
    pen.text((270, 90), "Size & Fit", fill=ink, font=_type(30), anchor="mm")
    for number, unit in enumerate(("CM", "INCH")):
        pen.rounded_rectangle([110 + number * 165, 130, 265 + number * 165, 175], 22, fill=line, outline=ink)
        pen.text((187 + number * 165, 152), unit, fill=ink, font=_type(20), anchor="mm")
    down = 220.0
    japanese = _kana(22)
    parts = ("胸囲", "胴囲", "そで", "たけ") if japanese else ("Chest a", "Torso b", "Arm c", "Back d")
    for size in chance.sample(["S", "M", "L", "XL", "2XL", "3XL"], chance.randint(3, 5)):
        pen.text((36, down), size, fill=ink, font=_type(26))
        for number, part in enumerate(parts):
            y = down + 6 + number * 28
            pen.text((170, y), part, fill=ink, font=japanese or _type(20))
            pen.text((500, y), f"{chance.uniform(20, 120):.1f}", fill=ink, font=_type(20), anchor="ra")
        down += 140
        pen.line([30, down - 12, 510, down - 12], fill=line, width=2)
        if down > image.height - 150:
            break
    return image


def tape_drawing(chance: Random) -> Image.Image:
    """A skirt or a shoe's sole in thin lines, its measures marked with circles that a list explains."""
    width, height = chance.choice([(800, 800), (700, 900)])
    image = Image.new("RGB", (width, height), chance.choice(["#ffffff", "#f7f3ee"]))
    pen = ImageDraw.Draw(image)
    x, y = width * 0.36, height * 0.45
    if chance.random() < 0.5:
        outline = [(x - 70, y - 220), (x + 70, y - 220), (x + 190, y + 200), (x - 190, y + 200)]
    else:
        outline = [
            (x + (90 + 25 * math.sin(2 * turn)) * math.cos(turn), y + 230 * math.sin(turn))
            for turn in (math.tau * step / 60 for step in range(60))
        ]
    pen.line([*outline, outline[0]], fill="#555555", width=3, joint="curve")
    for number, name in enumerate("1234"[: chance.randint(3, 4)]):
        at = y - 200 + number * 120
        for step in range(0, 300, 14):
            pen.line([x - 150 + step, at, x - 143 + step, at], fill="#d1495b", width=2)
        pen.ellipse([x + 160, at - 18, x + 196, at + 18], fill="#d1495b")
        pen.text((x + 178, at), name, fill="#ffffff", font=_type(22), anchor="mm")
        text = f"{name}  {chance.choice(['width', 'height', 'round'])}  {chance.uniform(10, 99):.1f} cm"
        pen.text((width * 0.08, height * 0.78 + number * 36), text, fill="#333333", font=_type(24))
    return image
