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
    """`text` maps a kind of evidence to the share of such readings that are right (histogram binning, Zadrozny and
    Elkan, 2001); `temperature` and `floor` are the picture's (`fusion.seen_in`); a picture contradicts the words from
    `dispute` on, the probability that it gives to what they do not say.
    """

    text: Mapping[str, float]
    temperature: float
    floor: float
    dispute: float


@lru_cache(maxsize=1)
def calibration(folder: Path = WEIGHTS) -> Calibration:
    return Calibration(**json.loads((folder / FILE).read_text(encoding="utf-8")))


def write_calibration(folder: Path, fitted: Calibration) -> None:
    (folder / FILE).write_text(json.dumps(asdict(fitted), indent=1) + "\n", encoding="utf-8")
