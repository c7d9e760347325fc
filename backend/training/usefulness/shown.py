"""How a drawn page comes to be a shop's picture: as it is, photographed, printed, on a phone, softened, framed."""

from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from backend.training.grounds import draw_ground
from backend.training.usefulness.canvas import color, ink_on, write
from backend.vision.images import Pixels

_PLAIN = 0.55  # of pages are stored as they were made


def shown(chance: Random, page: Pixels) -> Pixels:
    """The page (h, w, 3) as it is, or after what happens to pages on their way to a shop's gallery."""
    image = Image.fromarray(page)
    if chance.random() >= _PLAIN:
        image = chance.choice((_photographed, _photographed, _on_a_phone, _framed, _softened, _toned))(chance, image)
    return np.asarray(image.convert("RGB"))


def _photographed(chance: Random, image: Image.Image) -> Image.Image:
    """A print on a table or a wall, seen at a slant, in the light of one side."""
    width, height = image.size
    rim = chance.uniform(0.0, 0.14)
    wide, tall = round(width * (1 + 2 * rim)), round(height * (1 + 2 * rim))
    lean = chance.uniform(0.0, 0.09)
    corners = [(rim * width, rim * height), (rim * width + width, rim * height),
               (rim * width + width, rim * height + height), (rim * width, rim * height + height)]  # fmt: skip
    moved = [(x + chance.gauss(0, lean) * width, y + chance.gauss(0, lean) * height) for x, y in corners]
    place = cv2.getPerspectiveTransform(
        np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32), np.array(moved, np.float32)
    )
    flat = cv2.warpPerspective(np.asarray(image.convert("RGB")), place, (wide, tall), flags=cv2.INTER_AREA)
    there = cv2.warpPerspective(np.full((height, width), 255, np.uint8), place, (wide, tall))
    table = Image.fromarray(draw_ground(chance, wide, tall))
    mask = Image.fromarray(there)
    if chance.random() < 0.6:
        shadow = mask.filter(ImageFilter.GaussianBlur(chance.uniform(3, 14))).point(lambda value: value // 2)
        table.paste((0, 0, 0), (chance.randint(-6, 8), chance.randint(0, 9)), shadow)
    table.paste(Image.fromarray(flat), (0, 0), mask)
    return _lit(chance, table)


def _lit(chance: Random, image: Image.Image) -> Image.Image:
    """Brighter at one side, a little noisy, a little out of focus."""
    width, height = image.size
    turn, depth = chance.uniform(0, 2 * np.pi), chance.uniform(0.05, 0.45)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = (across / width - 0.5) * np.cos(turn) + (down / height - 0.5) * np.sin(turn)
    noise = np.random.default_rng(chance.randrange(2**32)).normal(0, chance.uniform(0, 6), (height, width, 1))
    warm = np.array([chance.uniform(0.88, 1.0), chance.uniform(0.9, 1.0), chance.uniform(0.8, 1.0)])
    lit = np.asarray(image) * warm * (1 - depth * (slope[..., None] + 0.4)) + noise
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(chance.choice([0, 0.6, 1.2]))
    )


def _on_a_phone(chance: Random, image: Image.Image) -> Image.Image:
    """A screenshot: the hour and the battery above, a bar or a line below; sometimes a sheet over a darker page."""
    wide = chance.randint(240, 360)
    tall = round(wide * chance.uniform(1.6, 2.17))
    ground = image.convert("RGB").resize((1, 1)).getpixel((0, 0)) if chance.random() < 0.3 else (255, 255, 255)
    dark = chance.random() < 0.2
    screen = Image.new("RGB", (wide, tall), (18, 18, 20) if dark else ground)
    scale = min((wide - 8) / image.width, tall * chance.uniform(0.55, 0.88) / image.height)
    inner = image.convert("RGB").resize((max(8, round(image.width * scale)), max(8, round(image.height * scale))))
    top = round((tall - inner.height) * chance.uniform(0.25, 0.75))
    screen.paste(inner, ((wide - inner.width) // 2, top))
    pen = ImageDraw.Draw(screen)
    ink = ink_on(screen.getpixel((2, 2)))  # type: ignore[arg-type]
    write(chance, pen, (14, 5), f"{chance.randint(0, 23)}:{chance.randint(10, 59)}", size=13, ink=ink)
    pen.rounded_rectangle([wide - 32, 8, wide - 12, 18], 3, outline=ink)
    pen.rectangle([wide - 30, 10, wide - 30 + chance.randint(3, 15), 16], fill=ink)
    if chance.random() < 0.6:
        pen.line([wide * 0.35, tall - 7, wide * 0.65, tall - 7], fill=ink, width=3)
    if chance.random() < 0.5:  # where to close it, and where it came from
        pen.line([wide - 28, 34, wide - 18, 44], fill=ink, width=2)
        pen.line([wide - 18, 34, wide - 28, 44], fill=ink, width=2)
    return screen


def _framed(chance: Random, image: Image.Image) -> Image.Image:
    """More ground on some sides, plain or in another colour; or cut a little."""
    width, height = image.size
    left, top, right, bottom = (round(chance.uniform(-0.04, 0.25) * max(width, height)) for _ in range(4))
    ground = chance.choice([(255, 255, 255), image.convert("RGB").getpixel((1, 1)), color(chance)])
    large = Image.new("RGB", (width + left + right, height + top + bottom), ground)
    large.paste(image, (left, top))
    return large


def _softened(chance: Random, image: Image.Image) -> Image.Image:
    """Enlarged from a small one, or sharpened too much."""
    if chance.random() < 0.25:
        return image.filter(ImageFilter.UnsharpMask(2, 180))
    share = chance.uniform(0.25, 0.7)
    small = image.resize((max(24, round(image.width * share)), max(24, round(image.height * share))))
    return small.resize(image.size, chance.choice([Image.Resampling.BILINEAR, Image.Resampling.BICUBIC]))


def _toned(chance: Random, image: Image.Image) -> Image.Image:
    """In one tone, paler, darker, or with its tones turned round."""
    values: npt.NDArray[Any] = np.asarray(image.convert("RGB")).astype(np.float32)
    kind = chance.random()
    if kind < 0.3:
        low, high = sorted((chance.uniform(0, 90), chance.uniform(140, 255)))
        values = low + values / 255 * (high - low)
    elif kind < 0.6:
        grey, tone = values.mean(2, keepdims=True) / 255, np.array(color(chance), np.float32)
        values = 255 * grey + tone * (1 - grey) * chance.uniform(0.3, 1)
    elif kind < 0.8:
        values = 255 - values
    else:
        values = values * np.array([chance.uniform(0.75, 1.05) for _ in range(3)])
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
