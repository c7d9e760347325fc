"""How well categories, fine names and genders are read, and what pictures add to the words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend.training.datasets import ShopPhoto, find_folder, load_shop
from backend.training.evaluation.categories_sheet import Judged, write_products
from backend.training.evaluation.scoring import accuracy, held_out
from backend.training.evaluation.sheet import Sheet
from backend.training.evaluation.titles import evaluate_titles
from backend.training.subjects import subjects_of_shop
from backend.vision.attributes import category_of_text, gender_of_text
from backend.vision.fusion import decide, seen_in
from backend.vision.model import Vision

_NONE = "none"
_FINE = {
    "t-shirt": {"t-shirt"}, "top": {"tank top", "tunic", "bra", "top"},
    "jacket": {"jacket", "shell", "down jacket", "coat"},
    "sweatshirt": {"sweatshirt", "hoodie", "pullover", "fleece"}, "shorts": {"shorts"},
    "pants": {"pants", "leggings", "joggers", "capri", "tights"},
}  # fmt: skip
"""The fine names that luma's own labels stand for."""


def evaluate_categories(data: Path, vision: Vision | None = None, *, report: Path | None = None) -> dict[str, Any]:
    """Measure a folder of labelled titles (`*.tsv`, see docs/vision.md), or every product of one laid out like luma.

    With `vision`, the fusion of words and pictures is measured too, on those products that were not trained on.
    `report` is a folder for a page of what was taken for what.
    """
    if any(data.glob("*.tsv")):
        return evaluate_titles(data, report=report)
    photos = load_shop(find_folder(data, "luma", "products.json"))
    judged = _read(_first_photos(photos))
    category, fine, gender = (accuracy(one.wanted, one.found) for one in judged)
    figures = {**category, "fine": fine, "gender": gender}
    if vision:
        decided, disputed = _fused(vision, [photos[number] for number in held_out(photos)])
        shares = (accuracy(one.wanted, one.found)["accuracy"] for one in decided)
        figures["fused"] = {
            **dict(zip(("words", "pictures", "both"), shares, strict=True)),
            "disputed": disputed,
            "judged": len(decided[0].wanted),
        }
        judged += decided
    if report:
        write_products(Sheet(report), judged)
    return figures


def _read(products: Sequence[ShopPhoto]) -> list[Judged]:
    """Category, fine name and gender by titles and breadcrumbs; gender of those whose shop tells it."""
    read = [category_of_text(one.title, one.breadcrumbs) for one in products]
    fine = [next((label for label, names in _FINE.items() if one and one.word in names), _NONE) for one in read]
    told = [one for one in products if one.gender]
    return [
        Judged(
            "Category by words", products, [one.category for one in products],
            [one.category if one else _NONE for one in read],
        ),
        Judged("Fine name", products, [one.label for one in products], fine),
        Judged(
            "Gender", told, [one.gender or _NONE for one in told],
            [gender_of_text(one.title, one.breadcrumbs) or _NONE for one in told],
        ),
    ]  # fmt: skip


def _fused(vision: Vision, photos: list[ShopPhoto]) -> tuple[list[Judged], float]:
    """Category by the title alone, by pictures alone and by both, and the share in which these dispute."""
    subjects = subjects_of_shop(vision, photos)
    products = _first_photos([one for one in photos if one.kind == "garment"])
    words = [category_of_text(one.title) for one in products]
    seen = [seen_in(one.pictures) for one in subjects]
    decisions = [decide(said, shown) for said, shown in zip(words, seen, strict=True)]
    wanted = [one.category for one in subjects]
    found = {
        "Category by the title alone": [one.category if one else _NONE for one in words],
        "Category by pictures alone": [max(one, key=one.__getitem__) if one else _NONE for one in seen],
        "Category by title and pictures": [one.category if one else _NONE for one in decisions],
    }
    disputed = sum(one.disputed for one in decisions if one) / max(1, len(decisions))
    return [Judged(name, products, wanted, each) for name, each in found.items()], disputed


def _first_photos(photos: Sequence[ShopPhoto]) -> list[ShopPhoto]:
    """Of every product the first photo, one that shows a garment before all others."""
    first: dict[str, ShopPhoto] = {}
    for one in photos:
        if one.sku not in first or (one.kind == "garment" and first[one.sku].kind != "garment"):
            first[one.sku] = one
    return list(first.values())
