"""How well categories are read."""

from pathlib import Path
from typing import Any

from backend.training.datasets import find_folder, load_shop
from backend.training.evaluation.scoring import accuracy
from backend.vision.attributes import category_of_text


def evaluate_categories(data: Path) -> dict[str, Any]:
    """Accuracy of the category read from title and breadcrumbs of every product of a folder laid out like luma."""
    products = {one.sku: one for one in load_shop(find_folder(data, "luma", "products.json"))}.values()
    read_off = [category_of_text(one.title, one.breadcrumbs) for one in products]
    return accuracy([one.category for one in products], [one.category if one else "none" for one in read_off])
