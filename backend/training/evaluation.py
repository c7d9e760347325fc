"""Measure the weights that are served on labelled folders, through the path that serving takes."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from backend.training.datasets import (
    GarmentPhoto,
    ShopPhoto,
    StreetPhoto,
    find_folder,
    load_garment_photos,
    load_shop,
    load_street_photos,
    read,
)
from backend.training.metrics import IOUS, Claim, detection_average_precision, retrieval
from backend.training.views import for_sale_box
from backend.vision.attributes import category_of_text
from backend.vision.model import Vision, load_vision
from backend.vision.runtimes import Floats
from backend.vision.usefulness import judge
from backend.vision.values import CATEGORIES, Box

_FAINTEST = 0.001  # confidence from which detections count for mAP, as in ultralytics and COCO practice

P = TypeVar("P", ShopPhoto, GarmentPhoto, StreetPhoto)


def evaluate_retrieval(data: Path, vision: Vision | None = None) -> dict[str, Any]:
    """Held-out photos as queries against all other photos: same product, same product and colour, same class.

    `data` is laid out like luma (all three) or garment_photos (class only).
    """
    vision = vision or load_vision()
    if _holds(data, "garment_photos", "labels.csv") and not _holds(data, "luma", "products.json"):
        return _garment_photo_retrieval(load_garment_photos(find_folder(data, "garment_photos", "labels.csv")), vision)
    photos = [one for one in load_shop(find_folder(data, "luma", "products.json")) if one.kind == "garment"]
    titles = [category_of_text(one.title, one.breadcrumbs) for one in photos]
    vectors = _embed(vision, photos, [title.category if title else None for title in titles])
    asking = _held_out(photos)
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


def evaluate_detection(data: Path, vision: Vision | None = None) -> dict[str, Any]:
    """mAP of the 13 classes on the held-out photos of a folder laid out like street_photos."""
    vision = vision or load_vision()
    photos = load_street_photos(find_folder(data, "street_photos", "annotations.json"))
    photos = [photos[number] for number in _held_out(photos)]
    claims: dict[str, list[Claim]] = {category: [] for category in CATEGORIES}
    truths: dict[str, list[tuple[int, Box]]] = {category: [] for category in CATEGORIES}
    for number, photo in enumerate(photos):
        for label in photo.labels:
            truths[label.category].append((number, label.box))
        for found in vision.detect([read(photo.path)], threshold=_FAINTEST)[0]:
            claims[found.category].append(Claim(number, found.box, found.confidence))
    per_class, strict = {}, []
    for category in CATEGORIES:
        curve = [detection_average_precision(claims[category], truths[category], overlap) for overlap in IOUS]
        values = [value for value in curve if value is not None]
        if values:
            per_class[category] = values[0]
            strict.append(sum(values) / len(values))
    return {
        "mAP50": _mean(per_class.values()),
        "mAP50_95": _mean(strict),
        "per_class": per_class,
        "photos": len(photos),
    }


def evaluate_images(data: Path, vision: Vision | None = None) -> dict[str, Any]:
    """Accuracy of `judge` on a shop's held-out photos, overall and by kind."""
    vision = vision or load_vision()
    photos = load_shop(find_folder(data, "luma", "products.json"))
    photos = [photos[number] for number in _held_out(photos)]
    pictures = [read(photo.path) for photo in photos]
    found = [judge(picture, vision.detect([picture])[0]).kind for picture in pictures]
    return _accuracy([photo.kind for photo in photos], found)


def evaluate_categories(data: Path) -> dict[str, Any]:
    """Accuracy of the category read from title and breadcrumbs of every product of a folder laid out like luma."""
    products = {one.sku: one for one in load_shop(find_folder(data, "luma", "products.json"))}.values()
    read_off = [category_of_text(one.title, one.breadcrumbs) for one in products]
    return _accuracy([one.category for one in products], [one.category if one else "none" for one in read_off])


def _garment_photo_retrieval(photos: Sequence[GarmentPhoto], vision: Vision) -> dict[str, Any]:
    vectors = _embed(vision, photos, [one.category for one in photos])
    nothing = retrieval([]).as_dict()
    same_class = _ask(vectors, _held_out(photos), lambda one, other: photos[one].label == photos[other].label)
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


def _held_out(photos: Sequence[P]) -> list[int]:
    """Photos that nothing was trained on; all of them where the folder has no train split."""
    held = [number for number, photo in enumerate(photos) if photo.split != "train"]
    return held or list(range(len(photos)))


def _holds(data: Path, name: str, marker: str) -> bool:
    return (data / marker).is_file() or (data / name / marker).is_file()


def _accuracy(wanted: Sequence[str], found: Sequence[str]) -> dict[str, Any]:
    total, right = Counter(wanted), Counter(one for one, other in zip(wanted, found, strict=True) if one == other)
    return {
        "accuracy": sum(right.values()) / max(1, len(wanted)),
        "per_class": {name: right[name] / total[name] for name in sorted(total)},
        "judged": len(wanted),
    }


def _mean(values: Any) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
