"""Marks and small print: brands' names, signs in rows, washing signs, letters and lists."""

import math
from random import Random

from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import Color, color, font, ink_on, japanese, page, shaded
from backend.training.usefulness.words import CARE, LINES, SENTENCES

Pen = ImageDraw.ImageDraw


def a_text(chance: Random, words: tuple[str, ...]) -> str:
    return chance.choice(words if japanese(chance) else tuple(word for word in words if word.isascii()))


def put(
    chance: Random, pen: Pen, at: tuple[float, float], text: str, *, size: float, ink: Color, anchor: str = "mm"
) -> None:  # fmt: skip
    pen.text(at, text, fill=ink, font=font(chance, max(9, round(size)), text), anchor=anchor)


def a_name(chance: Random) -> str:
    letters = "".join(chance.choice("AEIOU" if n % 2 else "BDGKLMNRSTVZ") for n in range(chance.randint(2, 8)))
    return letters if chance.random() < 0.6 else letters.capitalize()


def draw_emblem(chance: Random) -> Image.Image:
    """A brand's mark: letters alone, in a ring, a shield, a bar; lines above and below; a year."""
    image, ground = page(chance)
    if chance.random() < 0.3:
        ground = color(chance)
        image = Image.new("RGB", image.size, ground)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    tone = ink_on(ground) if chance.random() < 0.6 else color(chance)
    x, y, r = width / 2, height * chance.uniform(0.4, 0.55), min(width, height) * chance.uniform(0.15, 0.42)
    for share in chance.choice([(), (1.0,), (1.0, 0.9), (1.0, 0.75)]):
        sides = chance.choice([60, 60, 6, 4, 8])
        ring = [
            (x + r * share * math.cos(n * math.tau / sides), y + r * share * math.sin(n * math.tau / sides))
            for n in range(sides)
        ]
        pen.line([*ring, ring[0]], fill=tone, width=chance.choice([2, 4, 9]))
    text = a_name(chance)
    letters = font(chance, max(12, round(r * chance.uniform(0.3, 0.8) * 4 / max(3, len(text)))), text)
    pen.text((x, y), text, fill=tone, font=letters, anchor="mm")
    if chance.random() < 0.5:
        put(
            chance,
            pen,
            (x, y + r * 0.55),
            chance.choice(("EST. 2009", "TOKYO", "since 1987", "atelier", "®")),
            size=r * 0.14,
            ink=tone,
        )
    for way in range(chance.choice([0, 0, 5, 8])):
        u = x + r * (way / 4 - 1)
        pen.line([u, y - r * 0.8, x, y - r * 0.45], fill=tone, width=2)
    return image


def draw_badges(chance: Random) -> Image.Image:
    """Ways to pay, to send, to share: small signs in a row or in rows, each on its plate, some with letters."""
    image, ground = page(chance)
    if chance.random() < 0.5:
        image = Image.new("RGB", (chance.randint(300, 640), chance.randint(70, 300)), ground)
    columns, rows = chance.randint(2, 7), chance.randint(1, 3)
    wide, tall, pen = image.width / columns, image.height / rows, ImageDraw.Draw(image)
    form, one_tone = chance.choice(["card", "disc", "bare"]), color(chance) if chance.random() < 0.4 else None
    for number in range(columns * rows):
        x, y, r = (number % columns + 0.5) * wide, (number // columns + 0.5) * tall, min(wide, tall) * 0.34
        plate = one_tone or chance.choice([(255, 255, 255), color(chance)])
        if form == "card":
            box = [x - r * 1.3, y - r * 0.85, x + r * 1.3, y + r * 0.85]
            pen.rounded_rectangle(box, r * 0.2, fill=plate, outline=shaded(plate, 0.8), width=2)
        elif form == "disc":
            pen.ellipse([x - r, y - r, x + r, y + r], fill=plate)
        ink = ink_on(plate if form != "bare" else ground) if chance.random() < 0.6 else color(chance)
        _glyph(chance, pen, (x, y), r * 0.55, ink)
    return image


# a sign is strokes (L), filled shapes (F) and discs (D: middle and two radii), in shares of its size
_GLYPHS: tuple[tuple[tuple[str, tuple[float, ...]], ...], ...] = (
    (("D", (-0.4, 0, 0.6, 0.6)), ("D", (0.4, 0, 0.6, 0.6))),
    (("L", (-1, 0, 1, 0)), ("L", (0.4, -0.6, 1, 0, 0.4, 0.6))),
    (("L", (-1, -0.7, -0.6, -0.6, -0.3, 0.3, 0.7, 0.3, 1, -0.4)), ("D", (-0.2, 0.7, 0.15, 0.15)),
     ("D", (0.6, 0.7, 0.15, 0.15))),
    (("F", (-0.7, -0.1, 0.7, -0.1, 0.7, 1, -0.7, 1)), ("L", (-0.4, 0, -0.4, -0.6, 0, -1, 0.4, -0.6, 0.4, 0))),
    (("L", (-1, -0.7, 1, -0.7, 1, 0.7, -1, 0.7, -1, -0.7, 0, 0.1, 1, -0.7)),),
    (("F", (0, -1, 0.25, -0.3, 1, -0.3, 0.4, 0.15, 0.6, 0.9, 0, 0.45, -0.6, 0.9, -0.4, 0.15, -1, -0.3, -0.25, -0.3)),),
    (("F", (-0.9, 0.6, -0.6, 0.6, -0.6, 1, -0.9, 1)), ("F", (-0.3, 0, 0, 0, 0, 1, -0.3, 1)),
     ("F", (0.3, -0.7, 0.6, -0.7, 0.6, 1, 0.3, 1))),
    (("F", (0, -1, 0.6, 0.2, -0.6, 0.2)), ("D", (0, 0.4, 0.65, 0.6))),
    (("F", (-1, 0, 0, -1, 1, 0)), ("F", (-0.7, 0, 0.7, 0, 0.7, 0.9, -0.7, 0.9))),
    (("L", (-0.8, 0.1, -0.2, 0.7, 0.9, -0.6)),),
    (("D", (-0.5, -0.3, 0.5, 0.5)), ("D", (0.5, -0.3, 0.5, 0.5)), ("F", (-0.95, -0.1, 0.95, -0.1, 0, 1))),
)  # fmt: skip


def _glyph(chance: Random, pen: Pen, at: tuple[float, float], r: float, ink: Color) -> None:
    """A small sign: an arrow, a cart, a lock, an envelope, a star, bars, a drop, a house; or letters."""
    if chance.random() < 0.15:
        put(chance, pen, at, a_name(chance)[:5], size=r * 0.9, ink=ink)
        return
    for kind, numbers in chance.choice(_GLYPHS):
        if kind == "D":
            x, y, across, down = (number * r for number in numbers)
            pen.ellipse([at[0] + x - across, at[1] + y - down, at[0] + x + across, at[1] + y + down], fill=ink)
            continue
        points = [(at[0] + x * r, at[1] + y * r) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if kind == "F":
            pen.polygon(points, fill=ink)
        else:
            pen.line(points, fill=ink, width=max(2, round(r * 0.16)))


def draw_washing(chance: Random) -> Image.Image:
    """Tubs, triangles, irons, squares and rings, some crossed out, in rows, with words or without."""
    image, ground = page(chance)
    pen, columns, rows = ImageDraw.Draw(image), chance.randint(2, 6), chance.randint(1, 5)
    ink, wide, tall, worded = ink_on(ground), image.width / columns, image.height / rows, chance.random() < 0.5
    for number in range(columns * rows):
        x, y = (number % columns + 0.5) * wide, (number // columns + (0.35 if worded else 0.5)) * tall
        r, thick = min(wide, tall) * 0.3, max(2, round(min(wide, tall) * 0.025))
        kind = chance.randrange(5)
        tub = [(x - r, y - r * 0.5), (x - r * 0.75, y + r * 0.7), (x + r * 0.75, y + r * 0.7), (x + r, y - r * 0.5)]
        if kind == 0:
            pen.line(tub, fill=ink, width=thick)
            put(chance, pen, (x, y + r * 0.15), chance.choice(("30", "40", "60", "手")), size=r * 0.6, ink=ink)
        elif kind == 1:
            pen.polygon(
                [(x, y - r * 0.8), (x + r * 0.9, y + r * 0.7), (x - r * 0.9, y + r * 0.7)], outline=ink, width=thick
            )
        elif kind == 2:
            pen.line(
                [
                    (x - r, y + r * 0.6),
                    (x - r * 0.5, y - r * 0.4),
                    (x + r * 0.7, y - r * 0.4),
                    (x + r, y + r * 0.6),
                    (x - r, y + r * 0.6),
                ],
                fill=ink,
                width=thick,
            )
        elif kind == 3:
            pen.rectangle([x - r * 0.8, y - r * 0.8, x + r * 0.8, y + r * 0.8], outline=ink, width=thick)
        if kind > 2:
            pen.ellipse([x - r * 0.8, y - r * 0.8, x + r * 0.8, y + r * 0.8], outline=ink, width=thick)
        if chance.random() < 0.35:
            pen.line([x - r, y - r * 0.8, x + r, y + r * 0.8], fill=ink, width=thick)
            pen.line([x + r, y - r * 0.8, x - r, y + r * 0.8], fill=ink, width=thick)
        if worded:
            put(chance, pen, (x, y + r * 1.3), a_text(chance, CARE), size=r * 0.35, ink=ink)
    return image


def draw_document(chance: Random) -> Image.Image:
    """A letter, a leaflet, a list of steps, reviews with stars, a form: lines and a few signs."""
    image, ground = page(chance)
    pen, (width, height), ink = ImageDraw.Draw(image), image.size, ink_on(ground)
    size, down = width * chance.uniform(0.025, 0.05), height * 0.05
    form, tone = chance.choice(["lines", "steps", "stars", "boxes", "columns"]), color(chance)
    left = width * (0.2 if form in ("steps", "stars") else 0.07)
    while down < height - 3 * size:
        if form in ("steps", "stars"):
            pen.ellipse([width * 0.06, down, width * 0.06 + 3 * size, down + 3 * size], fill=tone)
            if form == "steps":
                _glyph(chance, pen, (width * 0.06 + 1.5 * size, down + 1.5 * size), size, ink_on(tone))
        if form == "boxes":
            pen.rounded_rectangle(
                [left, down, width * 0.93, down + 2.6 * size], 4, outline=shaded(ground, 0.7), width=2
            )
        if form == "stars":
            put(
                chance,
                pen,
                (left, down),
                "★★★★★☆"[chance.randint(0, 1) :][:5],
                size=size,
                ink=(240, 170, 40),
                anchor="la",
            )
            down += size * 1.3
        for _ in range(1 if form == "boxes" else chance.randint(1, 4)):
            text = " ".join(a_text(chance, (*SENTENCES, *LINES)) for _ in range(2))
            cut = max(
                4,
                round((width * (0.9 if form != "columns" else 0.45) - left) / size * (1.9 if text.isascii() else 1.0)),
            )
            put(
                chance,
                pen,
                (left, down + (size * 0.7 if form == "boxes" else 0)),
                text[:cut],
                size=size,
                ink=ink,
                anchor="la",
            )
            if form == "columns":
                put(chance, pen, (width * 0.52, down), text[::-1][:cut], size=size, ink=ink, anchor="la")
            down += size * 1.4
        down += size * chance.uniform(1, 2.5)
    return image
