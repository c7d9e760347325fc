"""How sure words and pictures are, as measured on labelled data: weights/categories.json."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from backend.vision.card import WEIGHTS

FILE = "categories.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What `fusion` reads words and pictures by.

    `text`: kind of evidence → share of such readings that are right (histogram binning, Zadrozny and Elkan, 2001).
    `confusion`: true category → category that a picture votes for → how often. `temperature`: how far the pictures'
    probabilities are drawn together (Guo et al., 2017). `dispute`: the probability that pictures must give to what the
    words rule out before they contradict them.
    """

    text: Mapping[str, float]
    confusion: Mapping[str, Mapping[str, float]]
    temperature: float
    dispute: float


@lru_cache(maxsize=1)
def calibration(folder: Path = WEIGHTS) -> Calibration:
    return Calibration(**json.loads((folder / FILE).read_text(encoding="utf-8")))


def write_calibration(folder: Path, fitted: Calibration) -> None:
    (folder / FILE).write_text(json.dumps(asdict(fitted), indent=1) + "\n", encoding="utf-8")
