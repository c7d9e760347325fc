"""How well the same product, colour and class are found again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from backend.training.datasets import (
    GarmentPhoto,
    ShopPhoto,
    find_folder,
    holds,
    load_garment_photos,
    load_shop,
    read,
)
from backend.training.evaluation.scoring import held_out
from backend.training.metrics import retrieval
from backend.training.views import for_sale_box
from backend.vision.attributes import category_of_text
from backend.vision.model import Vision, load_vision
from backend.vision.runtimes import Floats

P = TypeVar("P", ShopPhoto, GarmentPhoto)


def evaluate_retrieval(data: Path, vision: Vision | None = None) -> dict[str, Any]:
    """Held-out photos as queries against all other photos: same product, same product and colour, same class.

    `data` is laid out like luma (all three) or garment_photos (class only).
    """
    vision = vision or load_vision()
    if holds(data, "garment_photos", "labels.csv") and not holds(data, "luma", "products.json"):
        return _garment_photo_retrieval(load_garment_photos(find_folder(data, "garment_photos", "labels.csv")), vision)
    photos = [one for one in load_shop(find_folder(data, "luma", "products.json")) if one.kind == "garment"]
    titles = [category_of_text(one.title, one.breadcrumbs) for one in photos]
    vectors = _embed(vision, photos, [title.category if title else None for title in titles])
    asking = held_out(photos)
    return {
        "product": _ask(vectors, asking, lambda one, other: photos[one].sku == photos[other].sku),
        "product_and_color": _ask(
            vectors,
            asking,
            lambda one, other: (
                photos[one].sku == photos[other].sku
                and photos[one].color is not None
                and photos[one].color == photos[other].color
            ),
        ),
        "class": _ask(vectors, asking, lambda one, other: photos[one].label == photos[other].label),
    }


def _garment_photo_retrieval(photos: Sequence[GarmentPhoto], vision: Vision) -> dict[str, Any]:
    vectors = _embed(vision, photos, [one.category for one in photos])
    nothing = retrieval([]).as_dict()
    same_class = _ask(vectors, held_out(photos), lambda one, other: photos[one].label == photos[other].label)
    return {"product": nothing, "product_and_color": nothing, "class": same_class}


def _embed(vision: Vision, photos: Sequence[P], categories: Sequence[str | None]) -> Floats:
    rows = []
    for photo, category in zip(photos, categories, strict=True):
        picture = read(photo.path)
        rows.append(vision.embed([(picture, for_sale_box(vision, picture, category))]))
    return np.concatenate(rows)


def _ask(vectors: Floats, asking: Sequence[int], relevant: Callable[[int, int], bool]) -> dict[str, float | int]:
    answers = []
    for one in asking:
        order = np.argsort(-(vectors @ vectors[one]), kind="stable")
        answers.append([relevant(one, int(other)) for other in order if other != one])
    return retrieval(answers).as_dict()
