"""Hard changes of a photo that leave the garment what it is: what the embedder has to see through, and is measured on.

Never a change of hue: another colour is another garment.
"""

from io import BytesIO
from random import Random

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from backend.vision.images import Pixels

_RIM = 0.08  # of each side: at most so much is cut away
_TURN = 12  # degrees


def harden(pixels: Pixels, chance: Random) -> Pixels:
    """The photo (h, w, 3) moved, turned, mirrored, lit otherwise, made small and saved badly."""
    image = relight(move(Image.fromarray(np.ascontiguousarray(pixels)), chance), chance)
    return np.asarray(spoil(image, chance))


def move(image: Image.Image, chance: Random) -> Image.Image:
    width, height = image.size
    left, right = chance.uniform(0, _RIM) * width, width * (1 - chance.uniform(0, _RIM))
    top, bottom = chance.uniform(0, _RIM) * height, height * (1 - chance.uniform(0, _RIM))
    if chance.random() < 0.5:
        ground = image.getpixel((0, 0))
        image = image.rotate(chance.uniform(-_TURN, _TURN), Image.Resampling.BILINEAR, fillcolor=ground)
    image = image.crop((int(left), int(top), int(right), int(bottom)))
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if chance.random() < 0.5 else image


def relight(image: Image.Image, chance: Random) -> Image.Image:
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(chance.uniform(0.7, 1.3))
    return image


def spoil(image: Image.Image, chance: Random) -> Image.Image:
    if chance.random() < 0.5:
        side = chance.randint(110, 220)
        scale = side / max(image.size)
        small = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
        image = small.resize(image.size, Image.Resampling.BILINEAR)
    if chance.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 1.5)))
    if chance.random() < 0.5:
        stream = BytesIO()
        image.save(stream, "JPEG", quality=chance.randint(25, 70))
        image = Image.open(stream).convert("RGB")
    return image
