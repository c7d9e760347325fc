"""Banners, and what is neither garment nor cloth nor banner, of the second set: see `drawn`."""

import math
from collections.abc import Sequence
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.evaluation.drawn.paper import TINTS, letter, put, rgb
from backend.vision.images import Pixels

_HEADS = ("AUTUMN", "TWO DAYS ONLY", "40% less", "ご優待会", "Holiday picks", "決算セール", "Layer up", "新春初売り")
_SMALL = (
    "from Friday, 10 a.m.",
    "店頭・通販共通",
    "while stocks last",
    "code WARM15",
    "お一人様一回限り",
    "discover now",
)


def _cover(photo: Pixels, width: int, height: int) -> Image.Image:
    image = Image.fromarray(photo)
    scale = max(width / image.width, height / image.height)
    large = image.resize((math.ceil(image.width * scale), math.ceil(image.height * scale)))
    left, top = (large.width - width) // 2, (large.height - height) // 5
    return large.crop((left, top, left + width, top + height))


def magazine(chance: Random, photos: Sequence[Pixels]) -> Image.Image:
    """A photo to the edges under a masthead, with lines on both sides."""
    image = _cover(chance.choice(photos), 600, 780)
    pen, ink = ImageDraw.Draw(image), chance.choice(["#c1121f", "#1d3557", "#ff7b00"])
    put(pen, (300, 75), chance.choice(("NITERA", "MODA", "VELVET", "装う")), letter("kana", 110), ink)
    for number in range(chance.randint(4, 6)):
        x, y = (130, 470), 250 + number * 85
        put(pen, (x[number % 2], y), chance.choice(_HEADS), letter("kana", 34), ink)
        put(pen, (x[number % 2], y + 32), chance.choice(_SMALL), letter("kana", 20), "#111111")
    return image


def carousel(chance: Random, photos: Sequence[Pixels]) -> Image.Image:
    """A wide photo that darkens to one side, where the words are; arrows and dots."""
    image = _cover(chance.choice(photos), 1000, 420)
    shade = np.linspace(chance.uniform(0.1, 0.3), 1.0, 1000)[None, :, None] ** chance.uniform(0.6, 1.5)
    image = Image.fromarray((np.asarray(image) * shade).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    put(pen, (260, 170), chance.choice(_HEADS), letter("kana", 60), "#ffffff")
    put(pen, (260, 235), chance.choice(_SMALL), letter("kana", 26), "#eeeeee")
    pen.rectangle([170, 280, 350, 330], outline="#ffffff", width=2)
    put(pen, (260, 305), "SHOP", letter("thin", 24), "#ffffff")
    for number in range(5):
        pen.ellipse([450 + number * 22, 390, 462 + number * 22, 402], fill="#ffffff" if number == 1 else "#888888")
    for x, way in ((30, 1), (970, -1)):
        pen.line([(x + way * 10, 190), (x, 210), (x + way * 10, 230)], fill="#ffffff", width=4)
    return image


def flyer(chance: Random, photos: Sequence[Pixels]) -> Image.Image:
    """A supermarket's paper: many small photos, each with a price larger than itself."""
    image = Image.new("RGB", (760, 900), chance.choice(["#ffe600", "#fff7c2", "#ffd1dc"]))
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, 0, 760, 130], fill="#d00000")
    put(pen, (380, 66), chance.choice(("大決算セール", "SUPER WEEK", "週末まつり")), letter("kana", 74), "#ffffff")
    for number in range(9):
        x, y = 20 + number % 3 * 245, 145 + number // 3 * 250
        image.paste(_cover(chance.choice(photos), 130, 190), (x, y))
        put(pen, (x + 150, y + 205), f"{chance.randint(5, 89)}80円", letter("kana", 50), "#d00000")
    return image


def newsletter(chance: Random, photos: Sequence[Pixels]) -> Image.Image:
    """A mail from a shop: its name, a photo, a paragraph, a button, small print."""
    image = Image.new("RGB", (600, 960), "#ffffff")
    pen = ImageDraw.Draw(image)
    put(pen, (300, 50), chance.choice(("maison eleven", "KUSA & CO", "tabi works")), letter("slanted", 38), "#222222")
    image.paste(_cover(chance.choice(photos), 560, 340), (20, 100))
    put(pen, (300, 490), chance.choice(_HEADS), letter("kana", 44), "#222222")
    for line in range(6):
        text = "the new coats are here, in wool from the north"[: chance.randint(25, 46)]
        put(pen, (300, 560 + line * 30), text, letter("roman", 21), "#555555")
    pen.rectangle([200, 770, 400, 825], fill=chance.choice(TINTS[:6]))
    put(pen, (300, 797), "View all", letter("thin", 24), "#ffffff")
    put(pen, (300, 900), "unsubscribe - privacy - 2026", letter("plain", 16), "#999999")
    return image


def neon(chance: Random) -> Image.Image:
    """Glowing letters on a wall of bricks."""
    wall = Image.new("RGB", (800, 500), "#2b1f1f")
    pen = ImageDraw.Draw(wall)
    for row in range(17):
        for column in range(-1, 12):
            x, y = column * 80 + 40 * (row % 2), row * 30
            pen.rectangle([x + 2, y + 2, x + 77, y + 27], fill=chance.choice(["#3a2a29", "#352625", "#402e2c"]))
    glow = Image.new("RGB", (800, 500))
    light, tone = ImageDraw.Draw(glow), chance.choice(["#ff2e93", "#22e1ff", "#f8f32b", "#7dff6b"])
    put(light, (400, 210), chance.choice(("OPEN", "SALE", "new drop", "本日開店")), letter("kana", 130), tone)
    put(light, (400, 330), chance.choice(_SMALL), letter("kana", 40), tone)
    light.rounded_rectangle([80, 90, 720, 400], 40, outline=tone, width=7)
    soft = glow.filter(ImageFilter.GaussianBlur(14))
    lit = np.asarray(wall, np.int32) + np.asarray(soft) + np.asarray(glow)
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def blackboard(chance: Random) -> Image.Image:
    """Chalk on a board in a wooden frame."""
    image = Image.new("RGB", (640, 640), chance.choice(["#8a5a2b", "#caa472"]))
    pen = ImageDraw.Draw(image)
    pen.rectangle([30, 30, 610, 610], fill=chance.choice(["#26302b", "#22252a"]))
    y = 120
    for number in range(chance.randint(3, 5)):
        tone = chance.choice(["#f4f1e8", "#f7d96b", "#f2a7b3"])
        put(
            pen,
            (320, y),
            chance.choice(_HEADS if number < 2 else _SMALL),
            letter("kana", 58 if number < 2 else 32),
            tone,
        )
        y += 95
    for _ in range(14):
        x, z = chance.uniform(60, 580), chance.uniform(480, 590)
        pen.line([x, z, x + chance.gauss(0, 30), z + chance.gauss(0, 20)], fill="#bfbcb2", width=2)
    noise = np.random.default_rng(chance.randrange(2**31)).normal(0, 14, (640, 640, 1))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def stamp_card(chance: Random) -> Image.Image:
    """A card with circles to be stamped, and what the last one gives."""
    paper, ink = chance.sample(TINTS, 2)
    if abs(sum(rgb(paper)) - sum(rgb(ink))) < 200:
        paper, ink = "#f1faee", "#1d3557"
    image = Image.new("RGB", (860, 520), paper)
    pen, given = ImageDraw.Draw(image), chance.randint(0, 6)
    put(pen, (430, 70), chance.choice(("POINT CARD", "スタンプカード", "10 visits = 1 gift")), letter("kana", 54), ink)
    for number in range(10):
        x, y = 110 + number % 5 * 160, 210 + number // 5 * 150
        stamped = number < given
        pen.ellipse([x - 55, y - 55, x + 55, y + 55], outline=ink, width=4, fill=ink if stamped else None)
        put(pen, (x, y), f"{number + 1}" if number < 9 else "10%", letter("fat", 34), paper if stamped else ink)
    put(pen, (430, 480), chance.choice(_SMALL), letter("kana", 26), ink)
    return image


def gift_card(chance: Random) -> Image.Image:
    """An amount on a card with a ribbon across its corner."""
    image = Image.new("RGB", (820, 520), chance.choice(["#ffffff", "#e9e4dc"]))
    pen, (tone, band) = ImageDraw.Draw(image), chance.sample(TINTS[:16], 2)
    pen.rounded_rectangle([50, 50, 770, 470], 34, fill=tone)
    pen.polygon([(50, 250), (330, 50), (400, 50), (50, 300)], fill=band)
    ink = "#222222" if sum(rgb(tone)) > 400 else "#ffffff"
    put(pen, (520, 200), chance.choice(("GIFT CARD", "ギフト券", "e-Gift")), letter("kana", 64), ink)
    put(pen, (520, 310), chance.choice(("$50", "¥5,000", "€100", "10,000円")), letter("kana", 84), ink)
    put(pen, (520, 410), "valid until 31.12.2027", letter("mono", 24), ink)
    return image


def hanger(chance: Random) -> Image.Image:
    """A hanger with nothing on it."""
    image = Image.new("RGB", (600, 600), chance.choice(["#ffffff", "#e8e4dd", "#9fb3b0"]))
    pen, tone, thick = ImageDraw.Draw(image), chance.choice(["#7a4a25", "#222222", "#b8b8b8"]), chance.randint(7, 20)
    pen.arc([265, 70, 335, 150], 150, 420, fill="#999999", width=8)
    pen.line([(300, 150), (300, 210)], fill="#999999", width=8)
    low = chance.randint(330, 400)
    pen.line([(300, 205), (80, low), (520, low), (300, 205)], fill=tone, width=thick, joint="curve")
    return image


def plant(chance: Random) -> Image.Image:
    """A plant in a pot before a wall."""
    image = Image.new("RGB", (560, 700), chance.choice(["#f4efe6", "#dfe7e3", "#c7b8a3"]))
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, 590, 560, 700], fill="#b08d6a")
    for _ in range(chance.randint(9, 18)):
        way, long = chance.uniform(-2.6, -0.5), chance.uniform(150, 320)
        x, y = 280 + long * math.cos(way), 450 + long * math.sin(way)
        green = chance.choice(["#2d6a4f", "#40916c", "#52b788", "#1b4332"])
        pen.line([280, 450, x, y], fill=green, width=4)
        leaf = [(x + 46 * math.cos(way + turn) * size, y + 46 * math.sin(way + turn) * size)
                for turn, size in ((0, 1.2), (1.2, 0.6), (math.pi, 0.8), (-1.2, 0.6))]  # fmt: skip
        pen.polygon(leaf, fill=green)
    pen.polygon([(190, 440), (370, 440), (345, 620), (215, 620)], fill=chance.choice(TINTS))
    return image


def sunset(chance: Random) -> Image.Image:
    """Hills before an evening sky."""
    top, low = (np.array(rgb(one)) for one in (chance.choice(("#355070", "#6d597a", "#1d3557")), "#f4a261"))
    sky = top + (low - top) * np.linspace(0, 1, 480)[:, None, None]
    image = Image.fromarray(np.broadcast_to(sky, (480, 720, 3)).astype(np.uint8))
    pen, x = ImageDraw.Draw(image), chance.uniform(150, 570)
    pen.ellipse([x - 50, 220, x + 50, 320], fill="#ffe8a3")
    for layer in range(3):
        base, far = 300 + layer * 55, chance.uniform(50, 120)
        line = [(u, base + 30 * math.sin(u / far + layer) + chance.gauss(0, 2)) for u in range(0, 721, 12)]
        pen.polygon([(0, 480), *line, (720, 480)], fill=("#4a4e69", "#22333b", "#0b1d26")[layer])
    return image


def bank_cards(chance: Random) -> Image.Image:
    """How to pay: cards over each other."""
    image = Image.new("RGB", (720, 520), chance.choice(["#ffffff", "#eef1f5"]))
    for number in range(chance.randint(2, 4)):
        card = Image.new("RGBA", (360, 226), (0, 0, 0, 0))
        pen = ImageDraw.Draw(card)
        pen.rounded_rectangle([0, 0, 359, 225], 20, fill=chance.choice(TINTS[:15]))
        pen.rectangle([34, 70, 90, 112], fill="#d9b44a")
        pen.ellipse([260, 160, 310, 210], fill="#eb001b")
        pen.ellipse([290, 160, 340, 210], fill="#f79e1b")
        put(pen, (180, 140), "4000 1234 5678 9010", letter("mono", 24), "#ffffff")
        turned = card.rotate(chance.uniform(-25, 25), expand=True)
        image.paste(turned, (60 + number * 90, 60 + number * 50), turned)
    return image
