"""How well garments are found: COCO's mean average precision, or the class of the one garment of a photo."""

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backend.training.datasets import (
    ShopPhoto,
    find_folder,
    holds,
    load_garment_photos,
    load_shop,
    load_street_photos,
    read,
)
from backend.training.evaluation.detection_sheet import NOTHING, Photo, write_boxes, write_classes
from backend.training.evaluation.scoring import accuracy, held_out, mean
from backend.training.evaluation.sheet import Sheet
from backend.training.subjects import see
from backend.vision.attributes import category_of_text
from backend.vision.choice import choose_for_sale
from backend.vision.fusion import decide, seen_in, settled
from backend.vision.model import Vision
from backend.vision.values import CATEGORIES, Box, Garment

_FAINTEST = 0.001  # confidence from which detections count for mAP, as in ultralytics and COCO practice


@dataclass(frozen=True, slots=True)
class Claim:
    """One detection: the picture's number, what and where, and how sure."""

    picture: int
    category: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Truth:
    picture: int
    category: str
    box: Box


def evaluate_detection(data: Path, vision: Vision, *, report: Path | None = None) -> dict[str, Any]:
    """On a folder laid out like street_photos mAP of the 13 classes; like garment_photos or luma, accuracy.

    Of street photos the detector alone is measured; of a garment photo the surest garment that detector and embedder
    see, of a shop's photo the one that the title chooses: `accuracy` is of its class in the picture, `with_title` of
    the category that words and pictures give together. Held-out photos are measured; all of them where the folder has
    no train split. `report` is a folder for a page of pictures.
    """
    sheet = Sheet(report) if report else None
    if holds(data, "garment_photos", "labels.csv"):
        return _surest(find_folder(data, "garment_photos", "labels.csv"), vision, sheet)
    if holds(data, "luma", "products.json"):
        return _for_sale(find_folder(data, "luma", "products.json"), vision, sheet)
    return _mean_average_precision(find_folder(data, "street_photos", "annotations.json"), vision, sheet)


def average_precisions(claims: Sequence[Claim], truths: Sequence[Truth]) -> dict[str, tuple[float, float]]:
    """AP at IoU 0.5, and the mean of AP at 0.5 to 0.95, of each class that has truths (pycocotools)."""
    from pycocotools.coco import COCO  # noqa: PLC0415  only this measurement needs it
    from pycocotools.cocoeval import COCOeval  # noqa: PLC0415

    present = sorted({truth.category for truth in truths})
    numbers = {name: number for number, name in enumerate(present, start=1)}
    asked = [claim for claim in claims if claim.category in numbers]
    with redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": number} for number in {one.picture for one in truths} | {one.picture for one in asked}],
            "categories": [{"id": number, "name": name} for name, number in numbers.items()],
            "annotations": [
                {"id": number, "image_id": one.picture, "category_id": numbers[one.category], "bbox": _corner(one.box),
                 "area": one.box.area * 1e6, "iscrowd": 0}
                for number, one in enumerate(truths, start=1)
            ],
        }  # fmt: skip
        coco.createIndex()
        if not asked:
            return dict.fromkeys(present, (0.0, 0.0))
        found = coco.loadRes([
            {"image_id": one.picture, "category_id": numbers[one.category], "bbox": _corner(one.box),
             "score": one.confidence}
            for one in asked
        ])  # fmt: skip
        evaluation = COCOeval(coco, found, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    # precision by overlap, recall, class, size (all), detections a picture (100)
    curves = np.maximum(evaluation.eval["precision"][:, :, :, 0, -1], 0.0).mean(1)
    return {name: (float(curves[0, place]), float(curves[:, place].mean())) for place, name in enumerate(present)}


def _corner(box: Box) -> list[float]:
    return [box.x * 1000, box.y * 1000, box.w * 1000, box.h * 1000]


def _mean_average_precision(folder: Path, vision: Vision, sheet: Sheet | None) -> dict[str, Any]:
    photos = load_street_photos(folder)
    photos = [photos[number] for number in held_out(photos)]
    found = [vision.detect([read(photo.path)], threshold=_FAINTEST)[0] for photo in photos]
    truths = [Truth(number, one.category, one.box) for number, photo in enumerate(photos) for one in photo.labels]
    claims = [
        Claim(number, one.category, one.box, one.confidence)
        for number, detections in enumerate(found)
        for one in detections
    ]
    each = average_precisions(claims, truths)
    ordered = [name for name in CATEGORIES if name in each]
    figures = {
        "mAP50": mean(each[name][0] for name in ordered),
        "mAP50_95": mean(each[name][1] for name in ordered),
        "per_class": {name: each[name][0] for name in ordered},
        "boxes": {name: sum(one.category == name for one in truths) for name in ordered},
        "photos": len(photos),
    }
    if sheet:
        write_boxes(sheet, photos, found, figures)
    return figures


def _surest(folder: Path, vision: Vision, sheet: Sheet | None) -> dict[str, Any]:
    photos = [photo for photo in load_garment_photos(folder) if photo.category]
    photos = [photos[number] for number in held_out(photos)]
    found = [next(iter(vision.see([read(photo.path)])[0]), None) for photo in photos]
    return _judged(photos, found, sheet, "Garment photos: the surest garment")


def _for_sale(folder: Path, vision: Vision, sheet: Sheet | None) -> dict[str, Any]:
    """The class of the box on sale by the picture alone, and `with_title` the one that ingestion gives its product."""
    photos = [photo for photo in load_shop(folder) if photo.kind == "garment"]
    photos = [photos[number] for number in held_out(photos)]
    chosen: list[Garment | None] = []
    seen: dict[str, list[Sequence[Garment]]] = {photo.sku: [] for photo in photos}
    for photo in photos:
        title = category_of_text(photo.title, photo.breadcrumbs)
        found = see(vision, photo.path)
        number = choose_for_sale(found, title.category if title else None)
        chosen.append(None if number is None else found[number])
        seen[photo.sku].append(found)
    named = [category_with_title(photo, seen[photo.sku]) or NOTHING for photo in photos]
    figures = _judged(photos, chosen, sheet, "Shop photos: the garment on sale, by the picture alone")
    return {**figures, "with_title": accuracy([photo.category or NOTHING for photo in photos], named)}


def category_with_title(photo: ShopPhoto, pictures: Sequence[Sequence[Garment]]) -> str | None:
    """What ingestion takes the product for: its words, and what was seen in all of its pictures."""
    words = category_of_text(photo.title, photo.breadcrumbs)
    decision = decide(words, seen_in(pictures))
    return (settled(words, decision) if decision else None) or (words.category if words else None)


def _judged(
    photos: Sequence[Photo],
    found: Sequence[Garment | None],
    sheet: Sheet | None,
    title: str,
) -> dict[str, Any]:
    wanted = [photo.category or NOTHING for photo in photos]
    answers = [one.category if one else NOTHING for one in found]
    figures = accuracy(wanted, answers)
    if sheet:
        write_classes(sheet, photos, found, title, figures["accuracy"])
    return figures
