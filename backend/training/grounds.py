"""Where garments lie, hang and stand in composed pictures; and what happens to a picture before it is searched with."""

from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from backend.vision.images import Pixels

Tones = npt.NDArray[np.float32]

_CAPTIONS = ("NEW IN", "50% OFF", "SALE", "¥3,980", "@shop", "Look 12", "Free shipping", "S M L XL", "OOTD", "#fashion")


def draw_ground(chance: Random, width: int, height: int) -> Pixels:
    """A studio's paper, a wall, boards, a weave or a lawn's worth of noise (h, w, 3)."""
    kind = chance.random()
    base = np.full((height, width, 3), _tone(chance), np.float32)
    if kind < 0.35:
        return np.asarray(base, np.uint8)
    if kind < 0.6:
        return _clip(base + _slope(chance, width, height) * chance.uniform(-50, 50))
    noise = np.random.default_rng(chance.randrange(2**32))
    if kind < 0.75:
        coarse = noise.normal(
            0, chance.uniform(5, 45), (chance.randint(3, 40), chance.randint(3, 40), chance.choice([1, 1, 3]))
        )
        cloud = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        return _clip(base + cloud.reshape(height, width, -1))
    if kind < 0.9:
        return _boards(chance, noise, base)
    weave = noise.normal(0, chance.uniform(4, 22), (height, width, 1)).astype(np.float32)
    return _clip(base + cv2.blur(weave, (chance.randint(1, 9), chance.randint(1, 5)))[..., None])


def _tone(chance: Random) -> tuple[float, float, float]:
    if chance.random() < 0.5:
        light = chance.uniform(215, 255)
        return light, light - chance.uniform(0, 8), light - chance.uniform(0, 14)
    return chance.uniform(20, 250), chance.uniform(20, 250), chance.uniform(20, 250)


def _slope(chance: Random, width: int, height: int) -> Tones:
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = chance.uniform(0, 2 * np.pi)
    slope = across / width * np.cos(turn) + down / height * np.sin(turn)
    return np.asarray(slope[..., None])


def _boards(chance: Random, noise: np.random.Generator, base: Tones) -> Pixels:
    height, width, _ = base.shape
    wide = chance.randint(18, 120)
    shades = noise.normal(0, chance.uniform(6, 22), width // wide + 2).astype(np.float32)
    columns = shades[(np.arange(width) + chance.randrange(wide)) // wide]
    grain = cv2.blur(noise.normal(0, 14, (height, width)).astype(np.float32), (1, 25))
    boards = base + (columns[None, :] + grain)[..., None]
    boards[:, np.arange(width) % wide == 0] -= 30
    return _clip(boards if chance.random() < 0.5 else np.ascontiguousarray(boards[::-1]))


def _clip(values: npt.NDArray[np.floating[Any]]) -> Pixels:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def disturb(pixels: Pixels, chance: Random) -> Pixels:
    """What phones do to pictures, at random: darkness, a colour cast, blur, a caption; places stay as they are."""
    if chance.random() < 0.15:
        pixels = _clip(255 * (pixels.astype(np.float32) / 255) ** chance.uniform(1.3, 2.6) * chance.uniform(0.5, 1.0))
    if chance.random() < 0.15:
        cast = np.array([chance.uniform(0.8, 1.15) for _ in range(3)], np.float32)
        pixels = _clip(pixels * cast)
    if chance.random() < 0.12:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), chance.uniform(0.6, 2.0)), np.uint8)
    if chance.random() < 0.12:
        pixels = _captioned(pixels, chance)
    return pixels


def _captioned(pixels: Pixels, chance: Random) -> Pixels:
    """A screenshot: bars above and below, words over the picture."""
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    if chance.random() < 0.5:
        shade = chance.choice(["black", "white", "#222", "#f5f5f5"])
        bar = round(image.height * chance.uniform(0.03, 0.08))
        pen.rectangle([0, 0, image.width, bar], fill=shade)
        pen.rectangle([0, image.height - bar, image.width, image.height], fill=shade)
    for _ in range(chance.randint(1, 4)):
        font = ImageFont.load_default(chance.randint(12, 34))
        place = chance.uniform(0, 0.8) * image.width, chance.uniform(0, 0.95) * image.height
        ink = tuple(chance.choice([(255, 255, 255), (0, 0, 0), (230, 40, 60)]))
        pen.text(place, chance.choice(_CAPTIONS), fill=ink, font=font)
    return np.asarray(image)
