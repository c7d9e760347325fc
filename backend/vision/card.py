"""What the weights say about themselves (weights/model.json)."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from backend.vision.values import CATEGORIES

WEIGHTS = Path(__file__).parent / "weights"
_FILE = "model.json"


@dataclass(frozen=True, slots=True)
class Card:
    """`model_id` changes whenever the vectors do: it names the collections that hold them.

    `detector_classes` are the detector's classes in its order, each with the one of CATEGORIES that it is a kind of.
    """

    model_id: str
    dim: int
    detector_side: int
    detector_classes: tuple[tuple[str, str], ...] = tuple((name, name) for name in CATEGORIES)


def read_card(weights: Path = WEIGHTS) -> Card:
    facts = json.loads((weights / _FILE).read_text(encoding="utf-8"))
    classes = facts.get("detector_classes")
    if classes is not None:
        facts["detector_classes"] = tuple((name, category) for name, category in classes)
    return Card(**facts)


def write_card(folder: Path, **changes: Any) -> Card:
    """Change some facts of the folder's card, which starts as the served weights' card; returns the new one."""
    card = replace(read_card(folder if (folder / _FILE).exists() else WEIGHTS), **changes)
    (folder / _FILE).write_text(json.dumps(asdict(card)) + "\n", encoding="utf-8")
    return card
