"""How well the same product, colour and class are found again."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import numpy as np

from backend.search.closer import LOOKED_AT, together
from backend.training.datasets import GarmentPhoto, ShopPhoto, find_folder, load_garment_photos, load_shop, read
from backend.training.evaluation.retrieval_sheet import Asked, write_answers
from backend.training.evaluation.scoring import accuracy, held_out
from backend.training.evaluation.sheet import Sheet
from backend.training.hardening import harden
from backend.training.metrics import retrieval
from backend.training.pieces import for_sale_box
from backend.vision.attributes import category_of_text
from backend.vision.images import Picture
from backend.vision.model import Vision
from backend.vision.runtimes import Floats
from backend.vision.values import Garment

P = TypeVar("P", ShopPhoto, GarmentPhoto)
Relevant = Callable[[int, int], bool]
_AUGMENTED = 1080  # photos whose changed copy is looked for; as many as the project began with


def evaluate_retrieval(data: Path, vision: Vision, *, report: Path | None = None) -> dict[str, Any]:
    """Held-out photos as queries against all other photos: same product, same product and colour, same class.

    `data` is laid out like luma (all three) or garment_photos (class, and `augmented`: the original of a photo changed
    hard). A shop's photos are ordered as its search orders them, which knows whose photos those of the gallery are and
    compares all of a product (`backend.search.closer`); `alone` has the same figures by the vectors of single photos.
    `category` is what the embedder itself takes the garments for. A page to look at is written to `report`.
    """
    if _holds(data, "garment_photos", "labels.csv") and not _holds(data, "luma", "products.json"):
        photos = load_garment_photos(find_folder(data, "garment_photos", "labels.csv"))
        return _garment_photo_retrieval(photos, vision, report)
    shop = [one for one in load_shop(find_folder(data, "luma", "products.json")) if one.kind == "garment"]
    return _shop_retrieval(shop, vision, report)


def _shop_retrieval(photos: Sequence[ShopPhoto], vision: Vision, report: Path | None) -> dict[str, Any]:
    titles = [category_of_text(one.title, one.breadcrumbs) for one in photos]
    garments = _look(vision, photos, [title.category if title else None for title in titles])
    vectors, seen = np.stack([one.vector for one in garments]), [one.category for one in garments]
    asking = held_out(photos)

    def product(one: int, other: int) -> bool:
        return photos[one].sku == photos[other].sku

    def color(one: int, other: int) -> bool:
        return product(one, other) and photos[one].color is not None and photos[one].color == photos[other].color

    def label(one: int, other: int) -> bool:
        return photos[one].label == photos[other].label

    asked_for = {"product": product, "product_and_color": color, "class": label}
    orders = _searched(vectors, asking, [one.sku for one in photos], vision.color_values)
    alone = _orders(vectors, asking)
    figures: dict[str, Any] = {
        **{name: _score(orders, relevant) for name, relevant in asked_for.items()},
        "alone": {name: _score(alone, relevant) for name, relevant in asked_for.items()},
        "category": _categories(photos, seen, asking),
    }
    if report is not None:
        asked = [Asked(one, order, color if any(color(one, o) for o in order) else product) for one, order in orders]
        captions = [f"{one.title}, {one.color}" for one in photos]
        summary = (
            f"Same product hit@1 {figures['product']['hit@1']:.3f}, same product and colour "
            f"{figures['product_and_color']['hit@1']:.3f}. Right is the same product in the same colour, where there "
            "is another such photo, and the same product otherwise."
        )
        pairs = [photos[one].category for one in asking], [seen[one] for one in asking]
        paths, boxes = [one.path for one in photos], [one.box for one in garments]
        write_answers(Sheet(report), asked, paths, captions, boxes, summary=summary, categories=pairs)
    return figures


def _garment_photo_retrieval(photos: Sequence[GarmentPhoto], vision: Vision, report: Path | None) -> dict[str, Any]:
    garments = _look(vision, photos, [one.category for one in photos])
    vectors, seen = np.stack([one.vector for one in garments]), [one.category for one in garments]
    asking = held_out(photos)
    nothing = retrieval([]).as_dict()

    def same_class(one: int, other: int) -> bool:
        return photos[one].label == photos[other].label

    orders = _orders(vectors, asking)
    figures = {
        "product": nothing, "product_and_color": nothing, "class": _score(orders, same_class),
        "category": _categories(photos, seen, asking), "augmented": _augmented(photos, vectors, asking, vision),
    }  # fmt: skip
    if report is not None:
        asked = [Asked(one, order, same_class) for one, order in orders]
        known = [one for one in asking if photos[one].category]
        pairs = [photos[one].category or "" for one in known], [seen[one] for one in known]
        summary = f"Same class at the first place {figures['class']['hit@1']:.3f}. Right is the same class."
        paths, captions = [one.path for one in photos], [one.label for one in photos]
        boxes = [one.box for one in garments]
        write_answers(Sheet(report), asked, paths, captions, boxes, summary=summary, categories=pairs)
    return figures


def _augmented(
    photos: Sequence[GarmentPhoto], vectors: Floats, asking: Sequence[int], vision: Vision
) -> dict[str, float | int]:
    """How often the photo nearest to a hard-changed copy, of as many photos as are asked about, is its original."""
    rest = sorted(set(range(len(photos))) - set(asking))
    chosen = (list(asking) + rest[:: max(1, len(rest) // max(1, _AUGMENTED - len(asking)))])[:_AUGMENTED]
    chance = Random(0)
    found = 0
    for number, one in enumerate(chosen):
        pixels = harden(read(photos[one].path).pixels, chance)
        copy = Picture(pixels, pixels.shape[1], pixels.shape[0])
        box = for_sale_box(vision, copy, photos[one].category)
        found += int((vectors[chosen] @ vision.embed([(copy, box)])[0]).argmax()) == number
    return {"R@1": found / max(1, len(chosen)), "queries": len(chosen)}


def _look(vision: Vision, photos: Sequence[P], categories: Sequence[str | None]) -> list[Garment]:
    """What the photos sell, as the embedder sees it."""
    garments = []
    for photo, category in zip(photos, categories, strict=True):
        picture = read(photo.path)
        garments.append(vision.see_box(picture, for_sale_box(vision, picture, category)))
    return garments


def _categories(photos: Sequence[P], seen: Sequence[str], asking: Sequence[int]) -> dict[str, Any]:
    known = [one for one in asking if photos[one].category is not None]
    return accuracy([photos[one].category or "" for one in known], [seen[one] for one in known])


def _orders(vectors: Floats, asking: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Each query with all other photos, nearest first."""
    answers = []
    for one in asking:
        order = np.argsort(-(vectors @ vectors[one]), kind="stable").tolist()
        answers.append((one, [other for other in order if other != one]))
    return answers


def _searched(
    vectors: Floats, asking: Sequence[int], products: Sequence[str], color: int
) -> list[tuple[int, list[int]]]:
    """Each query with all other photos, in the order of the shop's search: the first products looked at closer."""
    answers = []
    for one, nearest in _orders(vectors, asking):
        photos: dict[str, list[int]] = defaultdict(list)
        for other in nearest:
            photos[products[other]].append(other)
        placed: list[tuple[float, int]] = []
        for number, own in enumerate(photos.values()):
            scores, order = vectors[own] @ vectors[one], np.arange(len(own))
            if number < LOOKED_AT:
                scores, order = together(vectors[one], vectors[own], color)
            placed += [(float(score), own[place]) for score, place in zip(scores, order, strict=True)]
        answers.append((one, [other for _, other in sorted(placed, key=lambda pair: -pair[0])]))
    return answers


def _score(orders: Sequence[tuple[int, Sequence[int]]], relevant: Relevant) -> dict[str, float | int]:
    return retrieval([[relevant(one, other) for other in order] for one, order in orders]).as_dict()


def _holds(data: Path, name: str, marker: str) -> bool:
    return (data / marker).is_file() or (data / name / marker).is_file()
