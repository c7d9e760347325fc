"""How sure the words and the picture are, as measured: read from weights/categories.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "weights" / "categories.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """`text`: kind of evidence → share of such readings that are right. The rest is explained in `fusion`."""

    text: Mapping[str, float]


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    return Calibration(json.loads(_FILE.read_text(encoding="utf-8"))["text"])
