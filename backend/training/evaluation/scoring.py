"""What every measurement shares: which photos are asked about, and how right the answers are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from backend.training.datasets import GarmentPhoto, ShopPhoto, StreetPhoto

P = TypeVar("P", ShopPhoto, GarmentPhoto, StreetPhoto)


def held_out(photos: Sequence[P]) -> list[int]:
    """Photos that nothing was trained on; all of them where the folder has no train split."""
    held = [number for number, photo in enumerate(photos) if photo.split != "train"]
    return held or list(range(len(photos)))


def accuracy(wanted: Sequence[str], found: Sequence[str]) -> dict[str, Any]:
    total, right = Counter(wanted), Counter(one for one, other in zip(wanted, found, strict=True) if one == other)
    return {
        "accuracy": sum(right.values()) / max(1, len(wanted)),
        "per_class": {name: right[name] / total[name] for name in sorted(total)},
        "judged": len(wanted),
    }


def mean(values: Iterable[float]) -> float:
    """The mean, 0 of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
