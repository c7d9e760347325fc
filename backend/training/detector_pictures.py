"""The pictures that the detector is trained on, written once the way ultralytics reads them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import click
import numpy as np
from PIL import Image

from backend.training.compositions import Composer, Example
from backend.training.cutouts import cut_out
from backend.training.datasets import ShopPhoto, load_shop, load_street_photos, read
from backend.vision.choice import choose_for_sale
from backend.vision.images import Picture
from backend.vision.model import Vision, load_vision
from backend.vision.values import Box

_SURE = 0.35  # confidence from which a box on a shop's photo is taken for true
_SHOP_COPIES = 3  # a shop's few photos weigh as much as many of streets; each is seen at another size and side
_SAME = 0.6  # overlap beyond which a box is the for-sale garment under another name


def write_pictures(data: Path, folder: Path, classes: Sequence[str], *, composed: int, seed: int) -> Path:
    """Write pictures and labels to `folder`, unless they are there; returns the file that describes them.

    Street photos as they are, a shop's photos if `data` has one, and `composed` pictures; one in twenty more to check.
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
        parts.append(("shop", _shop(data, load_vision()), None))
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
            yield Example(read(photo.path).pixels, [(one.category, one.box) for one in photo.labels])


def _shop(data: Path, vision: Vision) -> Iterator[Example]:
    """A shop's photos with the boxes that are drawn today; the one on sale with its true class."""
    for photo in load_shop(data / "luma"):
        if photo.split != "train" or photo.kind != "garment":
            continue
        picture = read(photo.path)
        found = [one for one in vision.see([picture])[0] if one.confidence >= _SURE]
        chosen = choose_for_sale(found, photo.category)
        sold = found[chosen].box if chosen is not None else _foreground(picture, photo)
        if sold is not None:
            others = [(one.category, one.box) for one in found if one.box.overlap(sold) < _SAME]
            yield from [Example(picture.pixels, [(photo.category, sold), *others])] * _SHOP_COPIES


def _foreground(picture: Picture, photo: ShopPhoto) -> Box | None:
    """Where the one garment of a close view is: all that is not the studio's paper."""
    layer = cut_out(picture.pixels, photo.category)
    if layer is None:
        return None
    left, top, right, bottom = layer.bounds()
    size = (picture.width, picture.height)
    return Box(left / size[0], top / size[1], (right - left) / size[0], (bottom - top) / size[1])


def _write(example: Example, folder: Path, name: str, classes: Mapping[str, int]) -> None:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "labels").mkdir(exist_ok=True)
    Image.fromarray(np.ascontiguousarray(example.pixels)).save(folder / "images" / f"{name}.jpg", quality=90)
    rows = [(classes[category], *box.center, box.w, box.h) for category, box in example.boxes]
    lines = [" ".join([str(number), *(f"{value:.5f}" for value in place)]) for number, *place in rows]
    (folder / "labels" / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
