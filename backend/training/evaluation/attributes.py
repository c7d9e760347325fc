"""How right the embedder's heads are where they say something: fine name, gender, pattern."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from backend.training.datasets import (
    GarmentPhoto,
    ShopPhoto,
    find_folder,
    holds,
    load_garment_photos,
    load_shop,
    load_street_photos,
    read,
)  # fmt: skip
from backend.training.evaluation.scoring import held_out
from backend.training.pieces import for_sale
from backend.training.seen_names import GENDERS, genders_of, meanings, read_patterns
from backend.vision.model import Vision
from backend.vision.values import Detection, Garment, Guess

_LEAST_SIDE = 32  # pixels: a smaller street garment shows nothing
Told = tuple[Sequence[str], Guess | None]
"""The names that are right, and what was said."""


def evaluate_attributes(data: Path, vision: Vision, *, patterns: Path | None = None) -> dict[str, Any]:
    """Held-out photos of the sets that `data` holds: how often each head says something, and how often that is right.

    Street photos are looked at in their true boxes, products and single garments as ingestion finds them. `patterns` is
    a list of garment photos and their patterns (image, tab, name).
    """
    figures: dict[str, Any] = {}
    if holds(data, "street_photos", "annotations.json"):
        figures["street_photos"] = {"fine": _score(list(_street(vision, data)))}
    if holds(data, "luma", "products.json"):
        figures["luma"] = _shop(vision, data)
    if holds(data, "garment_photos", "labels.csv"):
        figures["garment_photos"] = _single(vision, data, read_patterns(patterns) if patterns else {})
    if not figures:
        raise click.UsageError(f"{data} holds none of street_photos, luma and garment_photos.")
    return figures


def _score(told: Sequence[Told]) -> dict[str, float | int]:
    """Of garments whose right names are known: the share of which something is said, and how often that is right."""
    said = [(right, guess.name) for right, guess in told if right and guess is not None]
    judged = sum(bool(right) for right, _ in told)
    return {
        "said": len(said) / max(1, judged),
        "right": sum(name in right for right, name in said) / max(1, len(said)),
        "judged": judged,
    }


def _street(vision: Vision, data: Path) -> Iterator[Told]:
    photos = load_street_photos(find_folder(data, "street_photos", "annotations.json"))
    for photo in (photos[number] for number in held_out(photos)):
        picture = read(photo.path)
        large = [
            one for one in photo.labels if min(one.box.w * picture.width, one.box.h * picture.height) >= _LEAST_SIDE
        ]
        seen = vision.look_at([(picture, Detection(one.box, one.category, 1.0)) for one in large])
        for one, garment in zip(large, seen, strict=True):
            yield meanings(one.label, one.category), garment.fine


def _shop(vision: Vision, data: Path) -> dict[str, Any]:
    photos = [one for one in load_shop(find_folder(data, "luma", "products.json")) if one.kind == "garment"]
    seen = [(photos[number], _sold(vision, photos[number])) for number in held_out(photos)]
    fine = [(meanings(one.label, one.category, one.title, one.breadcrumbs), garment.fine) for one, garment in seen]
    return {"fine": _score(fine), "gender": _score([(genders_of(one), garment.gender) for one, garment in seen])}


def _single(vision: Vision, data: Path, patterns: dict[str, str]) -> dict[str, Any]:
    photos = load_garment_photos(find_folder(data, "garment_photos", "labels.csv"))
    seen = [(photos[number], _sold(vision, photos[number])) for number in held_out(photos)]
    # of a single garment it is known that it is for kids, or that it is not
    kids = [((GENDERS[2],) if one.kids else GENDERS[:2], garment.gender) for one, garment in seen]
    figures = {
        "fine": _score([(meanings(one.label, one.category), garment.fine) for one, garment in seen]),
        "kids or not": _score(kids),
    }
    if patterns:
        names = [(patterns.get(one.path.name), garment.pattern) for one, garment in seen]
        figures["pattern"] = _score([((name,) if name else (), guess) for name, guess in names])
        for kind in sorted({name for name, _ in names if name}):
            figures[f"pattern {kind}"] = _score([((kind,), guess) for name, guess in names if name == kind])
    return figures


def _sold(vision: Vision, photo: ShopPhoto | GarmentPhoto) -> Garment:
    """The garment of a photo that is on sale, as ingestion sees it."""
    picture = read(photo.path)
    sold = for_sale(vision, picture, photo.category)
    return vision.whole(picture) if sold is None else sold
