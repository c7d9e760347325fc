"""Milvus Lite's index on real garments: shoppers' photos of the street asked among photos of single garments."""

from pathlib import Path

import numpy as np
import pytest

from backend.search.bench_gallery import recall
from backend.search.gallery import Vector
from backend.search.milvus_gallery.lite_index import INDEXED_ROWS, Index
from backend.search.milvus_gallery.lite_standing import passing_of
from backend.vision import Vision, decode, load_vision

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

_AT_ONCE, _ASKED = 8, 80


def garments(vision: Vision, files: list[Path]) -> Vector:
    """Return the vectors (n, d) of everything worn or laid out in these photos."""
    found = [
        garment.vector
        for start in range(0, len(files), _AT_ONCE)
        for seen in vision.see([decode(file.read_bytes()) for file in files[start : start + _AT_ONCE]])
        for garment in seen
    ]
    return np.array(found, np.float32)


def test_almost_none_of_the_nearest_real_garments_is_missed(shared: Path) -> None:
    vision, data = load_vision(), shared / "data"
    shops = sorted(file for name in ("garment_photos", "luma") for file in (data / name / "images").rglob("*.jpg"))
    rows = garments(vision, shops)
    queries = garments(vision, sorted((data / "street_photos" / "images").glob("*.jpg"))[:_ASKED])
    assert len(rows) >= INDEXED_ROWS
    index, chance = Index(rows), np.random.default_rng(1)

    for share in (1.0, 0.5, 0.2):
        passing = chance.random(len(rows)) <= share
        lists = index.lists_to_read(int(passing.sum()), 50, 1) or index.lists
        found, _ = index.nearest(queries, index.parameters(lists, passing_of(passing).bits), 200)
        best = np.argsort(-np.where(passing, queries @ rows.T, -1), axis=1)[:, :50]
        held = np.mean(recall(found.tolist(), best.tolist()))
        print(f"{share:.0%} of {len(rows)}: {held:.4f} by {lists} of {index.lists} lists")  # noqa: T201 - a marathon tells its figures
        assert held >= 0.99
