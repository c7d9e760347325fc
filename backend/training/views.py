"""The crops that the embedder learns from: garments as the detector would cut them, seen again in many ways.

A view is a copy of a garment: moved box, other light, smaller file, mirrored. A recoloured view is the same garment in
another colour: what a shopper calls "the same, but in green", close to the garment and yet not it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from typing import TypeVar

import numpy as np
from PIL import Image, ImageEnhance

from backend.training.datasets import (
    GarmentPhoto,
    find_folder,
    load_garment_photos,
    load_shop,
    load_street_photos,
    read,
)
from backend.vision.choice import choose_for_sale
from backend.vision.crops import EMBEDDER_SIDE as SIDE
from backend.vision.crops import embedder_crop
from backend.vision.images import Picture, Pixels
from backend.vision.model import CENTRAL, Vision, distinct
from backend.vision.values import Box

_PER_CATEGORY = 55  # of each set beside the shop: enough to keep every kind of garment apart
_LEAST_SIDE = 40  # pixels: a smaller street garment shows nothing to learn


S = TypeVar("S", "Subject", GarmentPhoto)


@dataclass(frozen=True, slots=True)
class Subject:
    """One garment of one photo; garments of one `product` and one `color` are positives of each other."""

    path: Path
    box: Box
    product: str
    color: str
    category: str | None
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class View:
    subject: Subject
    color: str
    crop: Pixels


def for_sale_box(vision: Vision, picture: Picture, category: str | None) -> Box:
    """The box of the garment that a product photo sells, found as ingestion finds it."""
    found = distinct(vision.detect([picture])[0])
    chosen = choose_for_sale(found, category)
    return CENTRAL if chosen is None else found[chosen].box


def list_subjects(data: Path, vision: Vision, chance: Random) -> list[Subject]:
    """Train garments: all of the shop's, and of the other sets as many of each category."""
    shop = [
        Subject(
            one.path, for_sale_box(vision, read(one.path), one.category), one.sku, one.color or "?", one.category, ""
        )
        for one in load_shop(find_folder(data, "luma", "products.json"))
        if one.split == "train" and one.kind == "garment"
    ]
    single = [
        Subject(
            one.path, for_sale_box(vision, read(one.path), one.category), one.path.name, "", one.category, one.label
        )
        for one in _balanced(
            [
                one
                for one in load_garment_photos(find_folder(data, "garment_photos", "labels.csv"))
                if one.split == "train" and one.category
            ],
            chance,
        )
    ]
    street = [
        Subject(photo.path, one.box, f"{photo.path.name}-{number}", "", one.category, one.label)
        for photo in load_street_photos(find_folder(data, "street_photos", "annotations.json"))
        if photo.split == "train"
        for number, one in enumerate(photo.labels)
        if min(one.box.w, one.box.h) * 640 >= _LEAST_SIDE
    ]
    return shop + single + _balanced(street, chance)


def _balanced(items: Sequence[S], chance: Random) -> list[S]:
    by_category: dict[str | None, list[S]] = {}
    for one in items:
        by_category.setdefault(one.category, []).append(one)
    return [one for group in by_category.values() for one in chance.sample(group, min(_PER_CATEGORY, len(group)))]


def make_views(subjects: Sequence[Subject], chance: Random) -> Iterator[View]:
    """The garment as it is; of a garment with one photo also a changed view and a recoloured one."""
    for subject in subjects:
        picture = read(subject.path)
        yield View(subject, subject.color, embedder_crop(picture, subject.box))
        if subject.label:
            changed = _changed(picture, subject.box, chance)
            yield View(subject, subject.color, changed)
            yield View(subject, "recolored", _recolored(changed, chance))


def _changed(picture: Picture, box: Box, chance: Random) -> Pixels:
    image = Image.fromarray(embedder_crop(picture, _jittered(box, chance), SIDE))
    if chance.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(chance.uniform(0.85, 1.15))
    if chance.random() < 0.3:
        image = image.rotate(chance.uniform(-12, 12), Image.Resampling.BILINEAR, fillcolor=image.getpixel((0, 0)))
    if chance.random() < 0.4:
        side = chance.randint(80, 180)
        image = image.resize((side, side), Image.Resampling.BOX).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    if chance.random() < 0.4:
        stream = BytesIO()
        image.save(stream, "JPEG", quality=chance.randint(30, 80))
        image = Image.open(stream).convert("RGB")
    return np.asarray(image)


def _jittered(box: Box, chance: Random) -> Box:
    left, right = box.x + box.w * chance.gauss(0, 0.05), box.x + box.w * (1 + chance.gauss(0, 0.05))
    top, bottom = box.y + box.h * chance.gauss(0, 0.05), box.y + box.h * (1 + chance.gauss(0, 0.05))
    moved = Box(left, top, right - left, bottom - top).clipped()
    return moved if moved.area > 0.3 * box.area else box


def _recolored(crop: Pixels, chance: Random) -> Pixels:
    """Turn the hue by at least a sixth of the circle, or, where there is hardly any colour, tint or darken."""
    colors = np.asarray(Image.fromarray(crop).convert("HSV")).astype(np.int16)
    middle = colors[SIDE // 4 : -SIDE // 4, SIDE // 4 : -SIDE // 4]
    if np.median(middle[..., 1]) > 40:
        colors[..., 0] = (colors[..., 0] + chance.randint(43, 213)) % 256
    else:
        tint = np.array([chance.random() for _ in range(3)]) * 0.75 + 0.25
        return np.asarray((crop * tint).astype(np.uint8))
    return np.asarray(Image.fromarray(colors.astype(np.uint8), "HSV").convert("RGB"))
