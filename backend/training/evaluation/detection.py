"""How well garments are found."""

from pathlib import Path
from typing import Any

from backend.training.datasets import find_folder, load_street_photos, read
from backend.training.evaluation.scoring import held_out, mean
from backend.training.metrics import IOUS, Claim, detection_average_precision
from backend.vision.model import Vision, load_vision
from backend.vision.values import CATEGORIES, Box

_FAINTEST = 0.001  # confidence from which detections count for mAP, as in ultralytics and COCO practice


def evaluate_detection(data: Path, vision: Vision | None = None) -> dict[str, Any]:
    """mAP of the 13 classes on the held-out photos of a folder laid out like street_photos."""
    vision = vision or load_vision()
    photos = load_street_photos(find_folder(data, "street_photos", "annotations.json"))
    photos = [photos[number] for number in held_out(photos)]
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
        "mAP50": mean(per_class.values()),
        "mAP50_95": mean(strict),
        "per_class": per_class,
        "photos": len(photos),
    }
