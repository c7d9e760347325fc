"""Things on pages that sell nothing themselves: packaging, ways to pay, washing signs, emblems, documents, devices."""

from collections.abc import Callable
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.grounds import draw_ground
from backend.training.usefulness.canvas import Color, color, dashes, ink_on, page, shaded
from backend.training.usefulness.emblems import (
    a_name,
    a_text,
    draw_badges,
    draw_document,
    draw_emblem,
    draw_washing,
    put,
)  # fmt: skip
from backend.training.usefulness.skins import draw_skin
from backend.training.usefulness.words import CARE, SENTENCES
from backend.vision.images import Pixels


def draw_objects(chance: Random) -> Pixels:
    """One of these things, or several signs in rows (h, w, 3)."""
    return np.asarray(chance.choice(_MAKERS)(chance).convert("RGB"))


def _backdrop(chance: Random) -> Image.Image:
    image, _ = page(chance)
    return image if chance.random() < 0.6 else Image.fromarray(draw_ground(chance, *image.size))


def _sewn_label(chance: Random) -> Image.Image:
    """A strip of satin with lines of words on cloth: what it is made of, where, how to wash it."""
    width, height = chance.randint(240, 480), chance.randint(260, 520)
    image = Image.fromarray(draw_skin(chance, width, height))
    strip: Color = chance.choice([(248, 248, 244), (236, 232, 220), (24, 24, 28)])
    left, top = width * chance.uniform(0.08, 0.25), height * chance.choice([0.0, 0.0, 0.08])
    right, bottom = width - left * chance.uniform(0.7, 1.2), height * chance.uniform(0.75, 0.97)
    pen, size = ImageDraw.Draw(image), (right - left) * chance.uniform(0.06, 0.11)
    pen.rectangle([left + 5, top + 6, right + 5, bottom + 6], fill=(40, 36, 34))
    pen.rectangle([left, top, right, bottom], fill=strip)
    dashes(pen, [(left, top + 8), (right, top + 8)], shaded(strip, 0.6), 7)
    down = top + 2 * size
    while down < bottom - 2 * size:
        text = a_text(chance, (*CARE, *SENTENCES))[:26]
        put(chance, pen, ((left + right) / 2, down), text, size=size * chance.choice([0.8, 1, 1.3]), ink=ink_on(strip))
        down += size * 1.5
    return image.rotate(chance.gauss(0, 5), fillcolor=image.getpixel((2, 2)))


def _carton(chance: Random) -> Image.Image:
    """Boxes in three faces, one or several, open or taped, with a name on them or not; a bow; an envelope or a bag."""
    image = _backdrop(chance)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    for _ in range(chance.choice([1, 1, 2, 3])):
        tone = chance.choice([(196, 152, 104), (214, 178, 132), (250, 250, 248), (30, 30, 34), color(chance)])
        w, h = width * chance.uniform(0.2, 0.5), height * chance.uniform(0.15, 0.45)
        x, y = width * chance.uniform(0.08, 0.5), height * chance.uniform(0.7, 0.95)
        dx, dy = w * chance.uniform(0.15, 0.6), h * chance.uniform(0.15, 0.6)
        pen.polygon([(x, y), (x + w, y), (x + w, y - h), (x, y - h)], fill=tone)
        pen.polygon(
            [(x + w, y), (x + w + dx, y - dy), (x + w + dx, y - dy - h), (x + w, y - h)], fill=shaded(tone, 0.75)
        )
        lid = [(x, y - h), (x + w, y - h), (x + w + dx, y - dy - h), (x + dx, y - dy - h)]
        pen.polygon(lid, fill=shaded(tone, chance.choice([1.15, 0.45])))
        if chance.random() < 0.5:
            strip = chance.choice([(206, 180, 130), color(chance)])
            pen.line([(x + w / 2, y - h), (x + w / 2 + dx, y - dy - h)], fill=strip, width=round(w * 0.1))
            pen.line(
                [(x + w / 2, y - h), (x + w / 2, y - h * chance.choice([0.0, 0.7]))], fill=strip, width=round(w * 0.1)
            )
        if chance.random() < 0.5:
            put(chance, pen, (x + w * 0.5, y - h * 0.4), a_name(chance), size=w * 0.14, ink=ink_on(tone))
    return image


def _carrier(chance: Random) -> Image.Image:
    """A paper or plastic bag of the shop with its handles, a pouch, a tube, a jar: one face, empty or with a name."""
    image = _backdrop(chance)
    width, height = image.size
    tone, w, h = (
        chance.choice([(244, 242, 238), (200, 165, 120), color(chance)]),
        width * chance.uniform(0.3, 0.55),
        height * chance.uniform(0.4, 0.65),
    )
    x, top = (width - w) / 2, height * 0.92 - h
    pen, flare = ImageDraw.Draw(image), w * chance.uniform(-0.06, 0.1)
    shadow = Image.new("L", image.size, 0)
    ImageDraw.Draw(shadow).ellipse([x - w * 0.1, height * 0.86, x + w * 1.2, height * 0.97], fill=110)
    image.paste((20, 20, 20), (0, 0), shadow.filter(ImageFilter.GaussianBlur(9)))
    for side in chance.choice([(), (0.0,), (0.0, 0.04)]):
        pen.arc(
            [x + w * (0.25 + side), top - h * 0.28, x + w * (0.75 + side), top + h * 0.28],
            180,
            360,
            fill=shaded(tone, 0.5),
            width=chance.choice([3, 7]),
        )
    pen.polygon([(x - flare, top), (x + w + flare, top), (x + w, top + h), (x, top + h)], fill=tone)
    pen.polygon(
        [(x + w + flare, top), (x + w * 1.14, top - h * 0.04), (x + w * 1.12, top + h * 0.95), (x + w, top + h)],
        fill=shaded(tone, 0.75),
    )
    if chance.random() < 0.4:
        pen.rectangle([x - flare, top, x + w + flare, top + h * chance.uniform(0.08, 0.3)], fill=shaded(tone, 0.85))
    if chance.random() < 0.9:  # a bare one may as well be a garment: a tote
        put(chance, pen, (x + w / 2, top + h * 0.5), a_name(chance), size=w * 0.14, ink=ink_on(tone))
    return image


def _device(chance: Random) -> Image.Image:
    """A phone, a laptop, a frame or a card that shows nothing: what designs are shown on later."""
    image = _backdrop(chance)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    body, glass = (
        chance.choice([(24, 24, 28), (230, 230, 232), (200, 160, 110), color(chance)]),
        chance.choice([(250, 250, 250), (205, 210, 216), color(chance)]),
    )
    for _ in range(chance.choice([1, 1, 2])):
        w, h = width * chance.uniform(0.2, 0.6), height * chance.uniform(0.3, 0.75)
        x, y, rim = (
            width * chance.uniform(0.1, 0.4),
            height * chance.uniform(0.08, 0.25),
            min(width, height) * chance.uniform(0.01, 0.05),
        )
        round_ = chance.choice([0, rim * 2])
        pen.rounded_rectangle([x + 6, y + 8, x + w + 6, y + h + 8], round_, fill=(70, 66, 64))
        pen.rounded_rectangle([x, y, x + w, y + h], round_, fill=body)
        pen.rounded_rectangle([x + rim, y + rim, x + w - rim, y + h - rim], round_ / 2, fill=glass)
        if chance.random() < 0.3:
            pen.polygon(
                [(x - w * 0.1, y + h * 1.08), (x + w * 1.1, y + h * 1.08), (x + w, y + h), (x, y + h)],
                fill=shaded(body, 1.2),
            )
    return image


_MAKERS: tuple[Callable[[Random], Image.Image], ...] = (
    draw_emblem, draw_emblem, draw_badges, draw_badges, draw_washing, _sewn_label, _carton, _carton,
    _carrier, _device, draw_document, draw_document,
)  # fmt: skip
