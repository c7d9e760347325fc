"""What the weights say about themselves (weights/model.json)."""

import json
from dataclasses import dataclass
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, slots=True)
class Card:
    """`model_id` changes whenever the vectors do: it names the collections that hold them."""

    model_id: str
    dim: int
    detector_side: int


def read_card(weights: Path = WEIGHTS) -> Card:
    return Card(**json.loads((weights / "model.json").read_text(encoding="utf-8")))
