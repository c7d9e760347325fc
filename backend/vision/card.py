"""What the weights say about themselves (weights/model.json)."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shutil import copyfile
from typing import Any

from backend.vision.values import CATEGORIES

WEIGHTS = Path(__file__).parent / "weights"
_FILE = "model.json"


@dataclass(frozen=True, slots=True)
class Card:
    """`model_id` changes whenever the vectors do: it names the collections that hold them.

    `detector_classes` are the detector's classes in its order, each with the one of CATEGORIES that it is a kind of.
    `fine`, `genders` and `patterns` name what the embedder's heads tell apart, in order; empty without such a head.
    `color_values` is how many of a vector's last values are of colour, 0 where they are not apart.
    `least` is how sure a head must be of a garment to be believed.
    """

    model_id: str
    dim: int
    detector_side: int
    detector_classes: tuple[tuple[str, str], ...] = tuple((name, name) for name in CATEGORIES)
    fine: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    least: tuple[tuple[str, float], ...] = ()
    color_values: int = 0


def read_card(weights: Path = WEIGHTS) -> Card:
    facts = json.loads((weights / _FILE).read_text(encoding="utf-8"))
    classes = facts.get("detector_classes")
    if classes is not None:
        facts["detector_classes"] = tuple((name, category) for name, category in classes)
    facts |= {head: tuple(facts[head]) for head in ("fine", "genders", "patterns") if head in facts}
    facts["least"] = tuple((head, sure) for head, sure in facts.get("least", ()))
    return Card(**facts)


def start_folder(folder: Path) -> None:
    """Make `folder` a whole set of weights: what it lacks is copied from those that are served."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in WEIGHTS.iterdir():
        if not (folder / file.name).exists():
            copyfile(file, folder / file.name)


def write_card(folder: Path, **changes: Any) -> Card:
    """Change some facts of the folder's card (`start_folder` made it) and return it."""
    card = replace(read_card(folder), **changes)
    (folder / _FILE).write_text(json.dumps(asdict(card)) + "\n", encoding="utf-8")
    return card
