"""Size charts of the second set: see `drawn`."""

from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw

from backend.training.evaluation.drawn.paper import TINTS, letter, put, rgb

_BODY = ("Length", "Width", "Shoulder", "Sleeve", "Waist", "Hips", "Rise", "Cuff")
_KANJI = ("身丈", "身巾", "ゆき丈", "袖巾", "胴囲", "腰囲", "もも", "すそ")


def spreadsheet(chance: Random) -> Image.Image:
    """A screenshot of a table program, with its letters and numbers at the edges."""
    image = Image.new("RGB", (900, 560), "#ffffff")
    pen, columns, rows = ImageDraw.Draw(image), chance.randint(5, 8), chance.randint(7, 12)
    pen.rectangle([0, 0, 900, 64], fill=chance.choice(["#217346", "#0f9d58", "#f3f3f3"]))
    wide, tall = (900 - 50) / columns, (560 - 94) / rows
    for column in range(columns):
        left = 50 + column * wide
        pen.rectangle([left, 64, left + wide, 94], fill="#e6e6e6", outline="#bbbbbb")
        put(pen, (left + wide / 2, 79), "ABCDEFGH"[column], letter("plain", 16), "#444444")
        for row in range(rows):
            pen.rectangle([left, 94 + row * tall, left + wide, 94 + (row + 1) * tall], outline="#d0d0d0")
            if row == 0:
                text = chance.choice(("XS", "S", "M", "L", "XL")) if column else "Size"
            else:
                text = f"{chance.uniform(30, 120):.1f}" if column else chance.choice(_BODY)
            put(pen, (left + wide / 2, 94 + (row + 0.5) * tall), text, letter("plain", 17), "#222222")
    for row in range(rows):
        pen.rectangle([0, 94 + row * tall, 50, 94 + (row + 1) * tall], fill="#e6e6e6", outline="#bbbbbb")
        put(pen, (25, 94 + (row + 0.5) * tall), str(row + 1), letter("plain", 15), "#444444")
    return image


def soles(chance: Random) -> Image.Image:
    """Soles of shoes from small to large, each with its length."""
    ground = chance.choice(["#ffffff", "#f2efe9", "#20242c"])
    image = Image.new("RGB", (900, 480), ground)
    pen, ink, count = ImageDraw.Draw(image), "#eeeeee" if ground == "#20242c" else "#222222", chance.randint(4, 7)
    tone, step = chance.choice(TINTS), 860 / count
    for number in range(count):
        x, tall = 20 + (number + 0.5) * step, 170 + 120 * number / count
        wide, low = tall * 0.17, 400
        pen.ellipse([x - wide, low - tall, x + wide, low - tall * 0.4], fill=tone, outline=ink, width=2)
        pen.ellipse([x - wide * 0.75, low - tall * 0.42, x + wide * 0.75, low], fill=tone, outline=ink, width=2)
        pen.line([x + wide + 8, low - tall, x + wide + 8, low], fill=ink, width=2)
        put(pen, (x, 430), f"{22 + number * 0.5:.1f}cm", letter("mono", 20), ink)
        put(pen, (x, 456), f"EU {35 + number}", letter("mono", 16), ink)
    put(pen, (450, 40), chance.choice(("Find your shoe size", "足のサイズ早見表")), letter("kana", 34), ink)
    return image


def printed_paper(chance: Random) -> Image.Image:
    """A printed table that was photographed lying on a desk."""
    sheet = Image.new("RGB", (600, 700), "#fbfaf6")
    pen, rows = ImageDraw.Draw(sheet), chance.randint(5, 9)
    put(pen, (300, 60), chance.choice(("SIZE TABLE", "採寸表（cm）", "Finished size")), letter("kana", 34), "#111111")
    for row in range(rows):
        y = 130 + row * 60
        pen.line([40, y + 45, 560, y + 45], fill="#555555", width=2)
        put(pen, (110, y + 20), chance.choice(_KANJI), letter("kana", 24), "#111111")
        for column in range(4):
            text = ["S", "M", "L", "XL"][column] if row == 0 else str(chance.randint(20, 120))
            put(pen, (230 + column * 90, y + 20), text, letter("mono", 24), "#111111")
    desk = np.full((760, 900, 3), rgb(chance.choice(("#8a5a3b", "#3d3a38", "#c9b79c", "#7d8793"))), np.float32)
    desk += cv2.blur(np.random.default_rng(chance.randrange(2**31)).normal(0, 22, (760, 900, 1)), (61, 3))[..., None]
    corners = np.array([[180, 60], [700, 90], [800, 720], [90, 700]], np.float32)
    corners += np.array([[chance.uniform(-50, 50) for _ in range(2)] for _ in range(4)], np.float32)
    place = cv2.getPerspectiveTransform(np.array([[0, 0], [600, 0], [600, 700], [0, 700]], np.float32), corners)
    laid = cv2.warpPerspective(np.asarray(sheet), place, (900, 760))
    there = cv2.warpPerspective(np.ones((700, 600), np.float32), place, (900, 760))[..., None]
    light = np.linspace(chance.uniform(0.7, 1.1), chance.uniform(0.7, 1.1), 900)[None, :, None]
    return Image.fromarray(np.clip((laid * there + desk * (1 - there)) * light, 0, 255).astype(np.uint8))


def height_and_weight(chance: Random) -> Image.Image:
    """Which size for which height and weight: cells in the colour of the size."""
    image = Image.new("RGB", (720, 720), "#ffffff")
    pen, tones, sizes = ImageDraw.Draw(image), chance.sample(TINTS, 4), ("S", "M", "L", "XL")
    put(
        pen,
        (360, 40),
        chance.choice(("身長 × 体重 サイズ目安", "Height / weight finder")),
        letter("kana", 32),
        "#222222",
    )
    count = chance.randint(6, 9)
    cell = 560 / count
    for row in range(count):
        put(pen, (70, 130 + (row + 0.5) * cell), f"{150 + row * 5}", letter("plain", 20), "#222222")
        put(pen, (120 + (row + 0.5) * cell, 105), f"{40 + row * 5}kg", letter("plain", 17), "#222222")
        for column in range(count):
            number = min(3, (row + column) * 4 // (2 * count - 1))
            box = [120 + column * cell, 130 + row * cell, 118 + (column + 1) * cell, 128 + (row + 1) * cell]
            pen.rectangle(box, fill=tones[number])
            light = sum(rgb(tones[number])) > 380
            at = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            put(pen, at, sizes[number], letter("plain", 22), "#111111" if light else "#ffffff")
    return image


def nested(chance: Random) -> Image.Image:
    """One garment's outline in several sizes, each within the next, with what it measures."""
    image = Image.new("RGB", (640, 760), chance.choice(["#ffffff", "#eef3f7", "#fdf6ec"]))
    pen = ImageDraw.Draw(image)
    shape = [(-0.5, -1), (-0.15, -1), (0, -0.88), (0.15, -1), (0.5, -1), (0.95, -0.5), (0.72, -0.35), (0.55, -0.55),
             (0.55, 0.9), (-0.55, 0.9), (-0.55, -0.55), (-0.72, -0.35), (-0.95, -0.5), (-0.5, -1)]  # fmt: skip
    for number, name in enumerate(("S", "M", "L", "XL")[: chance.randint(3, 4)]):
        grow, tone = 170 + number * 34, chance.choice(("#1d3557", "#c1121f", "#2a7f6f", "#6d597a", "#222222"))
        points = [(320 + x * grow, 370 + y * grow) for x, y in shape]
        pen.line(points, fill=tone, width=chance.choice([2, 3]), joint="curve")
        y = 370 + 0.9 * grow - 12
        put(pen, (320, y), f"{name}  {chance.choice(_BODY).lower()} {60 + number * 3} cm", letter("slanted", 19), tone)
    put(
        pen,
        (320, 60),
        chance.choice(("S / M / L", "仕上がり寸法", "garment measured flat")),
        letter("kana", 28),
        "#333333",
    )
    return image


def numbered_views(chance: Random) -> Image.Image:
    """Front and back in line, numbers in circles, and beside them what each number is."""
    image = Image.new("RGB", (960, 560), chance.choice(["#ffffff", "#f4f4f0"]))
    pen, tone = ImageDraw.Draw(image), chance.choice(("#333333", "#1d3557", "#6d597a"))
    for view in range(2):
        x = 150 + view * 250
        legs = chance.random() < 0.5
        pen.line([(x - 60, 90), (x + 60, 90), (x + 85, 470), (x + 15, 470), (x, 220 if legs else 470), (x - 15, 470),
                  (x - 85, 470), (x - 60, 90)], fill=tone, width=3)  # fmt: skip
        pen.line([x - 60, 112, x + 60, 112], fill=tone, width=2)
        for number in range(3):
            y = 140 + number * 110
            pen.line([x - 66 - number * 6, y, x + 66 + number * 6, y], fill="#c0392b", width=1)
            pen.ellipse([x - 14, y - 14, x + 14, y + 14], fill="#c0392b")
            put(pen, (x, y), str(view * 3 + number + 1), letter("plain", 18), "#ffffff")
    for number in range(6):
        text = f"({number + 1}) {chance.choice(_BODY)} / {chance.choice(_KANJI)}  {chance.randint(20, 110)}"
        put(pen, (760, 120 + number * 62), text, letter("kana", 20), "#333333")
    return image


def staff_heights(chance: Random) -> Image.Image:
    """Figures in a row before a height scale: who wears which size."""
    ground = chance.choice(["#ffffff", "#fbeee6", "#e8f0ea"])
    image = Image.new("RGB", (900, 640), ground)
    pen, count = ImageDraw.Draw(image), chance.randint(3, 6)
    for mark in range(8):
        y = 520 - mark * 55
        pen.line([60, y, 860, y], fill="#c8c8c8", width=1)
        put(pen, (34, y), f"{130 + mark * 10}", letter("mono", 16), "#777777")
    for number in range(count):
        x, tall, tone = 60 + (number + 0.5) * 800 / count, chance.uniform(300, 420), chance.choice(TINTS[:10])
        head = tall / 15
        pen.ellipse([x - head, 520 - tall, x + head, 520 - tall + 2 * head], fill=tone)
        pen.rounded_rectangle(
            [x - 2.2 * head, 520 - tall + 2.3 * head, x + 2.2 * head, 520 - tall * 0.5], head, fill=tone
        )
        for side in (-1, 1):
            pen.rectangle(
                [x + side * head - 0.8 * head, 520 - tall * 0.55, x + side * head + 0.8 * head, 520], fill=tone
            )
        put(pen, (x, 550), f"{round(130 + tall / 5.5)}cm", letter("mono", 20), "#222222")
        put(pen, (x, 582), f"{chance.choice('SML')}サイズ着用", letter("kana", 18), "#222222")
    return image
