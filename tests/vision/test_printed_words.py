"""A word printed on a garment does not decide what it is like."""

import csv
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from backend.vision import Garment, Picture, decode, load_vision

GARMENTS = 60


def with_word(picture: Picture, garment: Garment, word: str, ink: str) -> Picture:
    """Return the picture with the word across the garment's chest, half as wide as the garment."""
    image = Image.fromarray(picture.pixels)
    box, draw = garment.box, ImageDraw.Draw(image)
    wide = ImageFont.load_default(100).getlength(word) / 100
    size = max(10, 0.5 * box.w * image.width / wide)
    place = ((box.x + box.w / 2) * image.width, (box.y + 0.4 * box.h) * image.height)
    draw.text(place, word, fill=ink, font=ImageFont.load_default(size), anchor="mm")
    jpeg = BytesIO()
    image.save(jpeg, "JPEG", quality=92)
    return decode(jpeg.getvalue())


def test_the_same_garment_without_the_word_is_nearer_than_others_with_it(shared: Path) -> None:
    vision, folder = load_vision(), shared / "data/garment_photos"
    with (folder / "labels.csv").open(encoding="utf-8") as lines:
        labels = [row for row in csv.DictReader(lines) if row["split"] == "val" and row["label"] == "T-Shirt"]
    pictures = [decode((folder / "images" / row["image"]).read_bytes()) for row in labels[: GARMENTS + 10]]
    seen = zip(pictures, vision.see(pictures), strict=True)
    shirts = [(picture, max(found, key=lambda one: one.confidence)) for picture, found in seen if found][:GARMENTS]
    assert len(shirts) == GARMENTS
    plain = np.array([garment.vector for _, garment in shirts])

    for word, ink in (("NITERU", "white"), ("Summer 1987", "black")):
        looks = [vision.see_box(with_word(picture, shirt, word, ink), shirt.box) for picture, shirt in shirts]
        worded = np.array([look.vector for look in looks])

        own, others = np.einsum("nd,nd->n", worded, plain), worded @ worded.T
        np.fill_diagonal(others, -1)
        assert (own > others.max(axis=1)).mean() >= 0.9, word
        assert np.median(own) < 0.99, word  # it was seen at all
