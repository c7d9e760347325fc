"""How well pictures that sell are told from size charts and close-ups."""

from pathlib import Path
from typing import Any

from backend.training.datasets import find_folder, load_shop, read
from backend.training.evaluation.scoring import accuracy, held_out
from backend.vision.model import Vision, load_vision
from backend.vision.usefulness import judge


def evaluate_images(data: Path, vision: Vision | None = None) -> dict[str, Any]:
    """Accuracy of `judge` on a shop's held-out photos, overall and by kind."""
    vision = vision or load_vision()
    photos = load_shop(find_folder(data, "luma", "products.json"))
    photos = [photos[number] for number in held_out(photos)]
    pictures = [read(photo.path) for photo in photos]
    found = [judge(picture, vision.detect([picture])[0]).kind for picture in pictures]
    return accuracy([photo.kind for photo in photos], found)
