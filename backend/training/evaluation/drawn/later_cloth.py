"""Swatches and close-ups of the second set: see `drawn`."""

import math
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from backend.training.evaluation.drawn.paper import TINTS, letter, put, rgb

_Field = npt.NDArray[np.float64]


def _grain(chance: Random, width: int, height: int, strength: float) -> _Field:
    return np.random.default_rng(chance.randrange(2**31)).normal(0, strength, (height, width, 1))


def _image(values: _Field) -> Image.Image:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _filled(tint: str, width: int, height: int) -> _Field:
    return np.full((height, width, 3), rgb(tint), np.float64)


def leather_tags(chance: Random) -> Image.Image:
    """Chips of dyed leather that hang from one ring."""
    image = Image.new("RGB", (700, 700), chance.choice(["#ffffff", "#efece6", "#3a3a3a"]))
    ring, count = (350, 110), chance.randint(4, 8)
    for number in range(count):
        chip = Image.new("RGBA", (700, 700), (0, 0, 0, 0))
        hide = _image(
            _filled(chance.choice(TINTS), 700, 700) + cv2.blur(_grain(chance, 700, 700, 40), (5, 5))[..., None]
        )
        mask = Image.new("L", (700, 700), 0)
        ImageDraw.Draw(mask).rounded_rectangle([280, 120, 420, 560], 50, fill=255)
        ImageDraw.Draw(mask).ellipse([338, 140, 362, 164], fill=0)
        chip.paste(hide, (0, 0), mask)
        turned = chip.rotate((number - (count - 1) / 2) * chance.uniform(13, 17), center=ring)
        image.paste(turned, (0, 0), turned)
    ImageDraw.Draw(image).ellipse([310, 70, 390, 175], outline="#b0b0b0", width=7)
    return image


def cork_board(chance: Random) -> Image.Image:
    """Pieces of cloth pinned to a board, crooked."""
    board = _filled("#c49a6c", 820, 620) + cv2.blur(_grain(chance, 820, 620, 90), (3, 3))[..., None]
    image = _image(board)
    for number in range(chance.randint(4, 6)):
        x, y = 60 + number % 3 * 250, 40 + number // 3 * 290
        flat = _filled(chance.choice(TINTS), 210, 240) + _grain(chance, 210, 240, 12)
        lines = np.mod(np.arange(240)[:, None] * chance.choice([0, 1]) + np.arange(210), chance.randint(6, 40)) < 4
        flat[lines] *= chance.choice([1.0, 0.8, 1.2])
        piece = _image(flat).convert("RGBA").rotate(chance.uniform(-12, 12), expand=True)
        image.paste((60, 40, 20), (x + 6, y + 8), piece.getchannel("A").filter(ImageFilter.GaussianBlur(4)))
        image.paste(piece, (x, y), piece)
        ImageDraw.Draw(image).ellipse(
            [x + 100, y + 14, x + 122, y + 36], fill=chance.choice(["#d62828", "#1d70b8", "#f7d046"])
        )
    return image


def argyle(chance: Random) -> Image.Image:
    """Lozenges in three colours with thin lines across."""
    (width, height), step = chance.choice([(500, 500), (420, 600)]), chance.randint(40, 130)
    down, across = np.mgrid[0:height, 0:width]
    u, v = across / step, down / step / 1.5
    cells = (np.floor(u + v) + 2 * np.floor(u - v)).astype(int) % 4
    tones = np.array([rgb(one) for one in chance.sample(TINTS, 3)])
    cloth = tones[np.array([0, 1, 0, 2])[cells]].astype(np.float64)
    thin = (np.abs(np.mod(u + v, 1) - 0.5) < 0.03) | (np.abs(np.mod(u - v, 1) - 0.5) < 0.03)
    cloth[thin] = rgb(chance.choice(TINTS))
    return _image(cloth + _grain(chance, width, height, 6))


def boucle(chance: Random) -> Image.Image:
    """Curled yarn all over."""
    tint = rgb(chance.choice(TINTS))
    image = Image.new("RGB", (480, 480), tuple(round(one * 0.6) for one in tint))
    pen = ImageDraw.Draw(image)
    for _ in range(2600):
        x, y, size = chance.uniform(-10, 490), chance.uniform(-10, 490), chance.uniform(4, 13)
        tone = tuple(min(255, round(one * chance.uniform(0.75, 1.25))) for one in tint)
        start = chance.randint(0, 360)
        pen.arc(
            [x, y, x + size, y + size], start, start + chance.randint(150, 320), fill=tone, width=chance.randint(2, 4)
        )
    return image


def denim_washes(chance: Random) -> Image.Image:
    """The same twill washed more and more, side by side, named."""
    count = chance.randint(3, 5)
    image = Image.new("RGB", (200 * count, 480), "#ffffff")
    for number in range(count):
        share = number / count
        base = np.array(rgb("#1b2a4a")) * (1 - share) + np.array(rgb("#b9cfe4")) * share
        down, across = np.mgrid[0:420, 0:196]
        twill = np.where(np.mod(across + down, 6) < 3, 12.0, -12.0)[..., None]
        image.paste(_image(base + twill + _grain(chance, 196, 420, 10)), (200 * number, 0))
        name = ("ONE WASH", "DARK", "MID", "LIGHT", "BLEACH")[number]
        put(ImageDraw.Draw(image), (200 * number + 98, 450), name, letter("thin", 22), "#333333")
    return image


def sea_waves(chance: Random) -> Image.Image:
    """Rings behind rings, as on Japanese cloth."""
    ground, line = chance.sample(TINTS, 2)
    image = Image.new("RGB", (560, 560), ground)
    pen, radius = ImageDraw.Draw(image), chance.randint(28, 80)
    for row in range(-1, round(1120 / radius) + 2):
        for column in range(-1, round(280 / radius) + 2):
            x, y = (column + 0.5 * (row % 2)) * 2 * radius, row * radius / 2
            for share in (1.0, 0.75, 0.5, 0.25):
                reach = radius * share
                pen.ellipse(
                    [x - reach, y - reach, x + reach, y + reach], fill=ground, outline=line, width=max(2, radius // 14)
                )
    return image


def running_stitch(chance: Random) -> Image.Image:
    """White stitches in a figure that repeats, on one colour."""
    image = _image(_filled(chance.choice(TINTS), 600, 450) + _grain(chance, 600, 450, 7))
    pen, step, thread = ImageDraw.Draw(image), chance.randint(46, 90), chance.choice(["#f5f2e8", "#1a1a1a"])
    for row in range(int(450 / step) + 1):
        for column in range(int(600 / step) + 1):
            x, y = (column + 0.5) * step, (row + 0.5) * step
            for arm in range(8):
                way = arm * math.pi / 4
                for near in (0.12, 0.34):
                    ends = [
                        (x + far * step * math.cos(way), y + far * step * math.sin(way)) for far in (near, near + 0.12)
                    ]
                    pen.line(ends, fill=thread, width=3)
    return image


def jeans_corner(chance: Random) -> Image.Image:
    """Denim seen near: a pocket's curve, two rows of stitches, a rivet, a belt loop."""
    blue = chance.choice(("#27406b", "#4a6a94", "#1c2538", "#7b97b5"))
    down, across = np.mgrid[0:600, 0:600]
    cloth = (
        _filled(blue, 600, 600)
        + np.where(np.mod(across - down, 7) < 3, 9.0, -9.0)[..., None]
        + _grain(chance, 600, 600, 9)
    )
    cloth *= (0.75 + 0.35 * np.sin((across + 0.4 * down) / chance.uniform(90, 160)) ** 2)[..., None]
    image = _image(cloth)
    pen, thread, shift = ImageDraw.Draw(image), chance.choice(["#d98b2b", "#e5c27a"]), chance.randint(-60, 60)
    pen.rectangle([0, 90 + shift, 600, 96 + shift], fill="#10182a")
    box = [-200 + shift, -260, 480 + shift, 430]
    pen.arc(box, 0, 100, fill="#10182a", width=7)
    for inset in (16, 30):
        for start in range(0, 100, 3):
            edge = [box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset]
            pen.arc(edge, start, start + 1.8, fill=thread, width=4)
        for x in range(0, 600, 18):
            pen.line([x, 96 + shift + inset, x + 11, 96 + shift + inset], fill=thread, width=4)
    x = 470 + shift
    pen.ellipse([x - 16, 130 + shift, x + 16, 162 + shift], fill="#b3773d", outline="#6f4a26", width=4)
    pen.rectangle([120, 0, 180, 150 + shift], fill=blue, outline="#10182a", width=4)
    return image


def sweater_neck(chance: Random) -> Image.Image:
    """The neck of a knit, seen near, with the woven label in it."""
    tint, ground = rgb(chance.choice(TINTS[:10])), chance.choice([245, 225, 60])
    down, across = np.mgrid[0:560, 0:640].astype(np.float64)
    stitch = np.sin(across / 6) * 14 + np.sin((down + np.abs(np.mod(across, 38) - 19)) / 3.2) * 12
    knit = np.array(tint, np.float64) + stitch[..., None] + _grain(chance, 640, 560, 5)
    hole = ((across - 320) / chance.uniform(170, 230)) ** 2 + ((down + 20) / chance.uniform(200, 280)) ** 2
    rib = (hole > 1) & (hole < 1.55)
    turn = np.arctan2(down + 20, across - 320)
    knit[rib] = np.array(tint) * 0.9 + (np.sin(turn * 90) * 22)[rib][:, None]
    back = (
        (np.array(tint) * 0.55 + stitch[..., None] * 0.5)
        if chance.random() < 0.6
        else np.full(knit.shape, float(ground))
    )
    knit[hole <= 1] = back[hole <= 1]
    image = _image(knit)
    pen = ImageDraw.Draw(image)
    pen.rectangle([270, 20, 370, 80], fill=chance.choice(["#ffffff", "#111111", "#c9a227"]))
    put(pen, (320, 50), chance.choice(("wool", "NITERU", "M")), letter("script", 30), "#888888")
    return image


def bag_clasp(chance: Random) -> Image.Image:
    """The flap of a bag with its lock, and the ring that holds the strap."""
    tint = chance.choice(("#6b3e26", "#1b1b1b", "#b5651d", "#7a1f2b", "#d8c3a5"))
    hide = _filled(tint, 640, 520) + cv2.blur(_grain(chance, 640, 520, 60), (7, 7))[..., None]
    hide *= np.linspace(chance.uniform(0.8, 1.15), chance.uniform(0.6, 1.0), 520)[:, None, None]
    image = _image(hide)
    pen, metal = ImageDraw.Draw(image), chance.choice(["#c9a227", "#c0c0c8", "#8c7853"])
    dark, low = tuple(round(one * 0.5) for one in rgb(tint)), chance.randint(260, 380)
    pen.arc([-120, -420, 760, low], 0, 180, fill=dark, width=12)
    for start in np.arange(4, 176, 2.4):
        pen.arc([-100, -400, 740, low - 22], start, start + 1.4, fill=chance.choice(["#e8d9b5", "#d9c7a0"]), width=3)
    pen.rounded_rectangle([270, low - 70, 370, low + 40], 16, fill=metal, outline="#55504a", width=4)
    pen.rounded_rectangle([296, low - 34, 344, low + 4], 8, fill="#55504a")
    side = chance.choice([60, 540])
    pen.ellipse([side - 45, 20, side + 45, 110], outline=metal, width=14)
    pen.rectangle([side - 26, 90, side + 26, 220], fill=dark)
    return image.crop((120, 60, 560, 480) if side > 300 else (40, 60, 480, 480))


def pleats(chance: Random) -> Image.Image:
    """Sharp pleats that fall from a waistband."""
    down, across = np.mgrid[0:620, 0:520].astype(np.float64)
    spread = 1 + down / 620 * chance.uniform(0.1, 0.5)
    fold = np.mod((across - 260) / spread + 2600, wide := chance.randint(36, 90)) / wide
    shade = np.where(fold < 0.82, 0.85 + 0.3 * fold, 0.45)
    cloth = _filled(chance.choice(TINTS[:12]), 520, 620) * shade[..., None] + _grain(chance, 520, 620, 5)
    image = _image(cloth)
    pen, band = ImageDraw.Draw(image), chance.randint(60, 130)
    tint = [float(one) for one in np.asarray(image)[300, 260]]
    pen.rectangle([0, 0, 520, band], fill=tuple(round(one * 0.9) for one in tint))
    for y in (8, band - 8):
        for x in range(0, 520, 14):
            pen.line([x, y, x + 8, y], fill=tuple(round(one * 0.6) for one in tint), width=2)
    pen.ellipse([380, band / 2 - 18, 416, band / 2 + 18], fill=chance.choice(TINTS), outline="#222222", width=3)
    return image
