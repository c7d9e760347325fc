"""Products whose category is known, as ingestion sees their pictures."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from backend.training.datasets import ShopPhoto, read
from backend.vision.model import Vision
from backend.vision.values import Detection, Garment

_PHOTOS_A_PRODUCT = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """A product whose category is known, and what was seen in each of its pictures."""

    category: str
    pictures: tuple[Sequence[Detection] | Sequence[Garment], ...]


def subjects_of_shop(vision: Vision, shop: Iterable[ShopPhoto]) -> list[Subject]:
    """The shop's products with what is detected in the first photos of each."""
    photos: dict[str, list[ShopPhoto]] = defaultdict(list)
    for photo in shop:
        if photo.kind == "garment" and len(photos[photo.sku]) < _PHOTOS_A_PRODUCT:
            photos[photo.sku].append(photo)
    with click.progressbar(photos.values(), label="products", file=sys.stderr) as listed:
        return [Subject(one[0].category, tuple(see(vision, photo.path) for photo in one)) for one in listed]


def see(vision: Vision, path: Path) -> tuple[Garment, ...]:
    """What ingestion sees in a picture: its garments, or all of it as one where nothing is found."""
    picture = read(path)
    return tuple(vision.see([picture])[0] or [vision.whole(picture)])
