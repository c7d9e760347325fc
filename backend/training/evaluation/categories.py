"""How well categories, fine names and genders are read, and what pictures add to the words."""

from pathlib import Path
from typing import Any

from backend.training.datasets import ShopPhoto, find_folder, load_shop
from backend.training.evaluation.scoring import accuracy, held_out
from backend.training.evaluation.titles import evaluate_titles
from backend.training.subjects import subjects_of_shop
from backend.vision.attributes import category_of_text, gender_of_text
from backend.vision.fusion import decide, seen_in
from backend.vision.model import Vision

_NONE = "none"
_FINE = {
    "t-shirt": {"t-shirt"}, "top": {"tank top", "bra", "top"}, "jacket": {"jacket", "shell", "down jacket", "coat"},
    "sweatshirt": {"sweatshirt", "hoodie", "pullover", "fleece"}, "shorts": {"shorts"},
    "pants": {"pants", "leggings", "joggers", "capri", "tights"},
}  # fmt: skip
"""The fine names that luma's own labels stand for."""


def evaluate_categories(data: Path, vision: Vision | None = None) -> dict[str, Any]:
    """Measure a folder of labelled titles (`*.tsv`, see docs/vision.md), or every product of one laid out like luma.

    With `vision`, the fusion of words and pictures is measured too, on those products that were not trained on.
    """
    if any(data.glob("*.tsv")):
        return evaluate_titles(data)
    photos = load_shop(find_folder(data, "luma", "products.json"))
    products = list({one.sku: one for one in photos}.values())
    read = [category_of_text(one.title, one.breadcrumbs) for one in products]
    fine = [next((label for label, names in _FINE.items() if one and one.word in names), _NONE) for one in read]
    genders = [(one.gender, gender_of_text(one.title, one.breadcrumbs) or _NONE) for one in products if one.gender]
    return {
        **accuracy([one.category for one in products], [one.category if one else _NONE for one in read]),
        "fine": accuracy([one.label for one in products], fine),
        "gender": accuracy([wanted for wanted, _ in genders], [found for _, found in genders]),
        **({"fused": _fused(vision, [photos[number] for number in held_out(photos)])} if vision else {}),
    }


def _fused(vision: Vision, photos: list[ShopPhoto]) -> dict[str, Any]:
    """Words of the title alone, pictures alone and both: how often each is right, and how often they dispute."""
    subjects = subjects_of_shop(vision, photos)
    titles = {one.sku: category_of_text(one.title) for one in photos if one.kind == "garment"}
    seen = [seen_in(one.pictures) for one in subjects]
    decisions = [decide(words, shown) for words, shown in zip(titles.values(), seen, strict=True)]
    wanted = [one.category for one in subjects]
    return {
        "words": accuracy(wanted, [one.category if one else _NONE for one in titles.values()])["accuracy"],
        "pictures": accuracy(wanted, [max(one, key=one.__getitem__) if one else _NONE for one in seen])["accuracy"],
        "both": accuracy(wanted, [one.category if one else _NONE for one in decisions])["accuracy"],
        "disputed": sum(one.disputed for one in decisions if one) / max(1, len(decisions)),
        "judged": len(wanted),
    }
