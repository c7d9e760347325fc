"""How well pictures that sell are told from size charts, close-ups, swatches and banners."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend.training.datasets import ShopPhoto, find_folder, load_shop, read
from backend.training.evaluation.drawn import SETS, drawn_pictures
from backend.training.evaluation.scoring import accuracy, held_out
from backend.vision.card import WEIGHTS
from backend.vision.model import Vision
from backend.vision.usefulness import judge

_EACH = 56  # drawn pictures of each kind: a whole number of most kinds' forms
_PHOTOS = 30  # held-out photos that drawn banners are laid over


def evaluate_images(data: Path, vision: Vision, *, weights: Path = WEIGHTS, drawn: bool = False) -> dict[str, Any]:
    """Accuracy of `judge` on a shop's held-out photos, overall and by kind.

    `garments_set_aside` of `garments` are the mistakes that cost a shop the most. `weights` holds usefulness.onnx;
    `vision` finds the garments that speak for a picture. `drawn` adds the same figures on both sets of pictures of
    other forms than were trained on (`backend.training.evaluation.drawn`).
    """
    photos = load_shop(find_folder(data, "luma", "products.json"))
    photos = [photos[number] for number in held_out(photos)]
    pictures = [read(photo.path) for photo in photos]
    found = [judge(picture, vision.see([picture])[0], weights=weights).kind for picture in pictures]
    wanted = [photo.kind for photo in photos]
    pairs = list(zip(wanted, found, strict=True))
    facts = {
        **accuracy(wanted, found),
        "sells_or_not_accuracy": _sells_or_not(pairs),
        "garments": wanted.count("garment"),
        "garments_set_aside": sum(one == "garment" != other for one, other in pairs),
    }
    if not drawn:
        return facts
    return {**facts, "drawn": {which: _evaluate_drawn(which, photos, vision, weights) for which in SETS}}


def _evaluate_drawn(which: str, photos: Sequence[ShopPhoto], vision: Vision, weights: Path) -> dict[str, Any]:
    over = [read(photo.path).pixels for photo in photos if photo.kind == "garment"][:_PHOTOS]
    wanted, found, forms = [], [], list[str]()
    for kind, form, picture in drawn_pictures(_EACH, which=which, photos=over):
        wanted.append(kind)
        found.append(judge(picture, vision.see([picture])[0], weights=weights).kind)
        forms.append(f"{kind} {form}")
    right = Counter(form for form, one, other in zip(forms, wanted, found, strict=True) if one == other)
    return {
        **accuracy(wanted, found),
        "sells_or_not_accuracy": _sells_or_not(list(zip(wanted, found, strict=True))),
        "per_form": {form: right[form] / count for form, count in sorted(Counter(forms).items())},
    }


def _sells_or_not(pairs: Sequence[tuple[str, str]]) -> float:
    """The share of pictures rightly shown or rightly set aside, whatever else they are called."""
    return sum((one == "garment") == (other == "garment") for one, other in pairs) / max(1, len(pairs))
