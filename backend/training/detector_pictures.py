"""The pictures that the detector is trained on, written once the way ultralytics reads them."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import click
import numpy as np
from PIL import Image

from backend.training.compositions import Composer, Example
from backend.training.datasets import load_shop, load_street_photos, read
from backend.vision.values import Box

_STREET_COPIES, _SHOP_COPIES = 4, 3  # real photos are few beside composed ones; each is seen at another size and side
SEEN = Path(__file__).parent / "boxes_seen.tsv"
"""What somebody saw on luma's train photos (`read_boxes`)."""


def write_pictures(data: Path, folder: Path, classes: Sequence[str], *, composed: int, seed: int) -> Path:
    """Write pictures and labels to `folder`, unless they are there; returns the file that describes them.

    Street photos as they are, luma's that were boxed by eye if it is in `data`, and `composed` pictures; one in twenty
    more to check.
    """
    description = folder / "data.yaml"  # JSON is YAML
    wanted = {"seed": seed, "pictures": composed, "names": list(classes)}
    if description.exists() and json.loads(description.read_text(encoding="utf-8"))["made"] == wanted:
        return description
    composer = Composer(data, Random(seed))
    parts: list[tuple[str, Iterator[Example], int | None]] = [
        ("street", _street(data), None),
        ("composed", composer.examples(composed), composed),
        ("check", composer.examples(max(4, composed // 20)), None),
    ]
    if (data / "luma").is_dir():
        parts.append(("shop", _shop(data), None))
    numbers = {name: number for number, name in enumerate(classes)}
    for name, examples, length in parts:
        with click.progressbar(examples, length=length, label=f"{name} pictures") as bar:
            for number, example in enumerate(bar):
                _write(example, folder / ("val" if name == "check" else "train"), f"{name}-{number:05}", numbers)
    facts = {"path": str(folder), "train": "train/images", "val": "val/images", "names": list(classes), "made": wanted}
    description.write_text(json.dumps(facts), encoding="utf-8")
    return description


def _street(data: Path) -> Iterator[Example]:
    for photo in load_street_photos(data / "street_photos"):
        if photo.split == "train":
            example = Example(read(photo.path).pixels, [(one.category, one.box) for one in photo.labels])
            yield from [example] * _STREET_COPIES


def _shop(data: Path) -> Iterator[Example]:
    seen = read_boxes(SEEN)
    for photo in load_shop(data / "luma"):
        if photo.split == "train" and photo.path.name in seen:
            yield from [Example(read(photo.path).pixels, seen[photo.path.name])] * _SHOP_COPIES


def read_boxes(file: Path) -> dict[str, list[tuple[str, Box]]]:
    """Each photo's garments, of a table of photo, category, and left, top, right and bottom in percent of its sides."""
    boxes: dict[str, list[tuple[str, Box]]] = defaultdict(list)
    with file.open(encoding="utf-8", newline="") as rows:
        for name, category, *corners in csv.reader(rows, delimiter="\t"):
            left, top, right, bottom = (float(one) / 100 for one in corners)
            boxes[name].append((category, Box(left, top, right - left, bottom - top)))
    return dict(boxes)


def _write(example: Example, folder: Path, name: str, classes: Mapping[str, int]) -> None:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "labels").mkdir(exist_ok=True)
    Image.fromarray(np.ascontiguousarray(example.pixels)).save(folder / "images" / f"{name}.jpg", quality=90)
    rows = [(classes[category], *box.center, box.w, box.h) for category, box in example.boxes]
    lines = [" ".join([str(number), *(f"{value:.5f}" for value in place)]) for number, *place in rows]
    (folder / "labels" / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
