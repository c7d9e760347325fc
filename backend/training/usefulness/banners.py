"""Advertisements and pages of words: campaigns, coupons, tiles, ribbons, notices; with photos on them or without."""

import math
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import Color, Place, color, dashes, ink_on, japanese, page, said, shaded, write
from backend.training.usefulness.grounds import Photos, draw_ground, draw_plate, draw_shape, fitted
from backend.training.usefulness.lettering import a_line, set_turned, set_upright, set_words
from backend.training.usefulness.words import SENTENCES, SHOUTS_EN, SHOUTS_JA
from backend.vision.images import Pixels


def draw_banner(chance: Random, photos: Photos) -> Pixels:
    """An advertisement or a notice: words on a colour, a pattern, or one or more of `photos` (h, w, 3)."""
    kind = chance.random()
    if kind < 0.07:
        return np.asarray(_text_page(chance))
    width = chance.randint(320, 640)
    height = round(width * chance.choice([0.25, 0.35, 0.5, 0.6, 0.75, 1.0, 1.0, 1.3, 1.5]))
    image = draw_ground(chance, photos, width, height)
    if kind < 0.3:
        _coupons(chance, image)
    elif kind < 0.45:
        _tiles(chance, image, photos)
    elif kind < 0.6:
        _quote(chance, image)
    else:
        _campaign(chance, image)
    return np.asarray(image)


def _campaign(chance: Random, image: Image.Image) -> None:
    """Plates, bursts, frames and shapes, and a block of words over them."""
    if chance.random() < 0.5:
        draw_plate(chance, image)
    if chance.random() < 0.3:
        _burst(chance, image)
    if chance.random() < 0.25:
        _frame(chance, image)
    width, height = image.size
    left, top = width * chance.uniform(0.02, 0.45), height * chance.uniform(0.04, 0.4)
    place = left, top, width * chance.uniform(max(0.6, left / width + 0.3), 0.98), height * chance.uniform(0.75, 0.98)
    if chance.random() < 0.15:
        set_turned(chance, image, place)
    elif chance.random() < 0.12 and japanese(chance):
        set_upright(chance, image, place)
    else:
        set_words(chance, image, place)
    if chance.random() < 0.3:
        _button(chance, image)


def _button(chance: Random, image: Image.Image) -> None:
    pen, (width, height), tone = ImageDraw.Draw(image), image.size, color(chance)
    wide, tall = width * chance.uniform(0.18, 0.35), max(16, height * chance.uniform(0.07, 0.12))
    x, y = width * chance.uniform(0.05, 0.6), height * chance.uniform(0.7, 0.87)
    pen.rounded_rectangle([x, y, x + wide, y + tall], chance.choice([0, 8, tall / 2]), fill=tone)
    write(
        chance, pen, (x + wide / 2, y + tall / 2), a_line(chance)[:12], size=tall * 0.45, ink=ink_on(tone), anchor="mm"
    )


def _frame(chance: Random, image: Image.Image) -> None:
    """Lines around everything: one, two or stitches."""
    pen, (width, height), tone = ImageDraw.Draw(image), image.size, color(chance)
    for number in range(chance.randint(1, 2)):
        inset = min(width, height) * (0.03 + 0.03 * number)
        pen.rectangle([inset, inset, width - inset, height - inset], outline=tone, width=chance.choice([1, 3, 8]))


def _burst(chance: Random, image: Image.Image) -> None:
    x, y = image.width * chance.uniform(0.1, 0.9), image.height * chance.uniform(0.1, 0.9)
    radius, points = min(image.size) * chance.uniform(0.1, 0.3), chance.choice([8, 12, 20, 60])
    star = [
        (x + math.cos(n * math.pi / points) * radius * (1 - 0.2 * (n % 2)),
         y + math.sin(n * math.pi / points) * radius * (1 - 0.2 * (n % 2)))
        for n in range(2 * points)
    ]  # fmt: skip
    pen, tone = ImageDraw.Draw(image), color(chance)
    pen.polygon(star, fill=tone)
    if chance.random() < 0.6:
        text = chance.choice(("NEW", "-50%", "SALE", "1+1", "¥980", "HOT"))
        write(chance, pen, (x, y), text, size=radius * 0.5, ink=ink_on(tone), anchor="mm")


def _coupons(chance: Random, image: Image.Image) -> None:
    """Cards worth money, one or several alike, sometimes under a headline."""
    width, height = image.size
    wide_ones, tall_ones = [(1, 1), (2, 1), (3, 1)], [(1, 1), (1, 2), (1, 3), (2, 2)]
    columns, rows = chance.choice(wide_ones if width > 1.4 * height else tall_ones)
    top = height * chance.choice([0.05, 0.05, 0.25])
    if top > height * 0.1:
        set_words(chance, image, (width * 0.05, height * 0.04, width * 0.95, top * 0.9))
    rim, edge, stub = chance.uniform(0.02, 0.1), chance.choice(_EDGES), chance.choice([0.0, 0.0, 0.25, 0.75])
    paper, under = chance.choice([(255, 255, 255), (252, 246, 230), color(chance)]), color(chance)
    for number in range(columns * rows):
        wide, tall = width / columns, (height * 0.96 - top) / rows
        x, y = number % columns * wide, top + number // columns * tall
        box = (x + wide * rim, y + tall * rim, x + wide * (1 - rim), y + tall * (1 - rim))
        ground = paper if chance.random() < 0.8 else color(chance)
        pen = ImageDraw.Draw(image)
        pen.rounded_rectangle(box, tall * chance.choice([0, 0, 0.1]), fill=ground)
        if edge:
            edge(chance, pen, box, under)
        _coupon_words(chance, image, box, ground, stub)


def _coupon_words(chance: Random, image: Image.Image, box: Place, paper: Color, stub: float) -> None:
    """What it is worth, beside the stub if it has one; now and then with what the till scans."""
    left, top, right, bottom = box
    pen, wide, tall = ImageDraw.Draw(image), right - left, bottom - top
    words = (left + wide * 0.06, top + tall * 0.12, right - wide * 0.06, bottom - tall * 0.08)
    if stub:
        x = left + wide * stub
        dashes(pen, [(x, top), (x, bottom)], shaded(paper, 0.6), 11)
        words = (words[0], words[1], x - wide * 0.03, words[3]) if stub > 0.5 else (x + wide * 0.03, *words[1:])
    set_words(chance, image, words, paper)
    if chance.random() < 0.2:
        x = left + wide * 0.55
        for _ in range(16):
            bar = chance.choice([1, 2, 4])
            pen.rectangle([x, bottom - tall * 0.2, x + bar, bottom - tall * 0.06], fill=ink_on(paper))
            x += wide * 0.02


def _bitten(chance: Random, pen: ImageDraw.ImageDraw, box: Place, tone: Color) -> None:
    left, top, right, bottom = box
    bite = (bottom - top) * chance.uniform(0.05, 0.15)
    for y in np.linspace(top, bottom, chance.choice([3, 7, 11])):
        for x in (left, right):
            pen.ellipse([x - bite / 2, y - bite / 2, x + bite / 2, y + bite / 2], fill=tone)


def _lined(chance: Random, pen: ImageDraw.ImageDraw, box: Place, tone: Color) -> None:
    left, top, right, bottom = box
    pen.rectangle([left + 6, top + 6, right - 6, bottom - 6], outline=tone, width=chance.choice([1, 2, 4]))


def _cut_here(chance: Random, pen: ImageDraw.ImageDraw, box: Place, tone: Color) -> None:
    """Dashes along the edges."""
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    dashes(pen, corners, tone, chance.uniform(7, 16))


_EDGES = (_bitten, _lined, _cut_here, None)


def _tiles(chance: Random, image: Image.Image, photos: Photos) -> None:
    """The page cut again and again, each part a photo, a colour or words: campaigns, rankings, categories."""
    gap = chance.choice([0, 0, 4, 10])
    places: list[Place] = [(0, 0, image.width, image.height)]
    for _ in range(chance.randint(1, 5)):
        place = max(places, key=lambda one: (one[2] - one[0]) * (one[3] - one[1]))
        places.remove(place)
        left, top, right, bottom = place
        cut = chance.choice([0.33, 0.5, 0.5, 0.67])
        if right - left > bottom - top:
            places += [
                (left, top, left + (right - left) * cut, bottom),
                (left + (right - left) * cut, top, right, bottom),
            ]
        else:
            places += [
                (left, top, right, top + (bottom - top) * cut),
                (left, top + (bottom - top) * cut, right, bottom),
            ]
    chance.shuffle(places)
    pen = ImageDraw.Draw(image)
    for number, place in enumerate(places):
        box = (place[0] + gap, place[1] + gap, place[2] - gap, place[3] - gap)
        wide, tall = round(box[2] - box[0]), round(box[3] - box[1])
        if min(wide, tall) < 12:
            continue
        photo = number > 0 and chance.random() < 0.5
        ground = None if photo else color(chance)
        if photo:
            image.paste(fitted(chance.choice(photos), wide, tall), (round(box[0]), round(box[1])))
        elif ground:
            pen.rectangle(box, fill=ground)
        if number == 0 or not photo or chance.random() < 0.4:
            inner = (box[0] + wide * 0.08, box[1] + tall * 0.12, box[2] - wide * 0.08, box[3] - tall * 0.06)
            set_words(chance, image, inner, ground)


def _quote(chance: Random, image: Image.Image) -> None:
    """A bubble, a card, a ribbon, a medal or a clock with words in it, and small shapes strewn around."""
    pen, (width, height) = ImageDraw.Draw(image), image.size
    for _ in range(chance.choice([0, 4, 12])):
        at = chance.uniform(0, width), chance.uniform(0, height)
        draw_shape(chance, pen, at, min(width, height) * chance.uniform(0.02, 0.07))
    tone, kind = color(chance), chance.random()
    left, top = width * chance.uniform(0.05, 0.25), height * chance.uniform(0.08, 0.3)
    right, bottom = width - width * chance.uniform(0.05, 0.25), height - height * chance.uniform(0.1, 0.3)
    if kind < 0.25:
        pen.rounded_rectangle([left, top, right, bottom], min(width, height) * 0.08, fill=tone)
        tail = left + (right - left) * chance.uniform(0.2, 0.7)
        pen.polygon(
            [(tail, bottom - 2), (tail + width * 0.08, bottom - 2), (tail - 10, bottom + height * 0.1)], fill=tone
        )
    elif kind < 0.45:
        pen.ellipse([left, top, right, bottom], fill=tone, outline=shaded(tone, 0.7), width=chance.choice([0, 4, 10]))
    elif kind < 0.65:
        fold = (right - left) * 0.12
        for side in (left - fold * 0.6, right - fold * 0.4):
            pen.rectangle([side, top + height * 0.06, side + fold, bottom + height * 0.06], fill=shaded(tone, 0.65))
        pen.rectangle([left, top, right, bottom], fill=tone)
    else:  # numbers in boxes: how long it lasts, what it costs, how many stars
        wide = (right - left) / 4
        for number in range(4):
            x = left + number * wide
            pen.rounded_rectangle([x + 4, bottom - wide, x + wide - 4, bottom], 6, fill=tone)
            text = f"{chance.randint(0, 99):02d}"
            write(chance, pen, (x + wide / 2, bottom - wide / 2), text, size=wide * 0.5, ink=ink_on(tone), anchor="mm")
        set_words(chance, image, (left, height * 0.04, right, bottom - wide * 1.1))
        return
    wide, tall = right - left, bottom - top
    set_words(chance, image, (left + wide * 0.12, top + tall * 0.18, right - wide * 0.12, bottom - tall * 0.1), tone)


def _text_page(chance: Random) -> Image.Image:
    """Lines of words: how to order, about us, a notice."""
    image, ground = page(chance)
    pen, size, down = ImageDraw.Draw(image), chance.randint(12, 26), 20.0
    if chance.random() < 0.6:
        write(chance, pen, (24, down), said(chance, SHOUTS_EN, SHOUTS_JA), size=size * 1.8, ink=ink_on(ground))
        down += size * 4
    while down < image.height - 30:
        line = " ".join(chance.choice(SENTENCES) for _ in range(3))
        write(chance, pen, (24, down), line[: chance.randint(10, 70)], size=size, ink=ink_on(ground))
        down += size * chance.choice([1.5, 1.5, 3])
    return image
