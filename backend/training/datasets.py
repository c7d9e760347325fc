"""Labelled folders, read where they lie: a shop's photos, garment photos, street photos (see docs/vision.md).

Each reader takes the folder itself; `classes.json`, which maps every set's labels to the coarse categories, lies beside
it. `find_folder` also accepts the folder above.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from backend.vision.images import Picture, decode
from backend.vision.values import Box

MAX_SIDE = 1024  # pixels; what ingestion decodes to
_LEAST_PART = 0.08  # of the pair's area: a smaller part of a pair of shoes is a scrap of its mask


@dataclass(frozen=True, slots=True)
class ShopPhoto:
    """One photo of a shop's product; `color` is the one it shows, `kind` garment, size_chart or close_up."""

    path: Path
    sku: str
    kind: str
    color: str | None
    label: str
    category: str
    split: str
    title: str
    breadcrumbs: tuple[str, ...]
    gender: str | None


@dataclass(frozen=True, slots=True)
class GarmentPhoto:
    """One photo of one garment; `category` is None where the label has no coarse category; `kids` if it is for them."""

    path: Path
    label: str
    category: str | None
    split: str
    kids: bool = False


@dataclass(frozen=True, slots=True)
class Labeled:
    """A true box with its coarse category and the set's own fine label."""

    box: Box
    category: str
    label: str


@dataclass(frozen=True, slots=True)
class StreetPhoto:
    path: Path
    split: str
    labels: tuple[Labeled, ...]


def find_folder(data: Path, name: str, marker: str) -> Path:
    """`data` itself if it holds the marker file, else `data/name`; raises a usage error when neither does."""
    for folder in (data, data / name):
        if (folder / marker).is_file():
            return folder
    raise click.UsageError(f"{data} has no {marker}: give a folder laid out like {name}, or the one above it.")


def holds(data: Path, name: str, marker: str) -> bool:
    """Whether `find_folder` would find it."""
    return (data / marker).is_file() or (data / name / marker).is_file()


def read(path: Path) -> Picture:
    return decode(path.read_bytes(), max_side=MAX_SIDE)


def load_shop(folder: Path) -> list[ShopPhoto]:
    coarse = read_classes(folder, "luma")
    return [
        ShopPhoto(
            folder / "images" / image["file"], product["sku"], image["kind"], image["color"],
            product["category"], coarse.get(product["category"]) or product["category"], product["split"],
            product["name"], tuple(product["breadcrumbs"]), product.get("gender"),
        )
        for product in json.loads((folder / "products.json").read_text(encoding="utf-8"))
        for image in product["images"]
    ]  # fmt: skip


def load_garment_photos(folder: Path) -> list[GarmentPhoto]:
    coarse = read_classes(folder, "garment_photos")
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [
            GarmentPhoto(
                folder / "images" / row["image"], row["label"], coarse.get(row["label"]), row["split"],
                row.get("kids", "") == "True",
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def load_street_photos(folder: Path) -> list[StreetPhoto]:
    """Photos with their scored boxes: shoes by their parts, every other class by its whole box."""
    coarse = read_classes(folder, "street_photos")
    truth = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    names = {category["id"]: category["name"] for category in truth["categories"]}
    labels: dict[int, list[dict[str, Any]]] = {}
    for annotation in truth["annotations"]:
        labels.setdefault(annotation["image_id"], []).append(annotation)
    return [
        StreetPhoto(
            folder / "images" / image["file_name"],
            image["split"],
            tuple(
                Labeled(_box(corner, image), category, name)
                for annotation in labels.get(image["id"], [])
                if (category := coarse.get(name := names[annotation["category_id"]])) is not None
                for corner in (_parts(annotation) if category == "shoes" else [annotation["bbox"]])
            ),
        )
        for image in truth["images"]
    ]


def _parts(annotation: dict[str, Any]) -> list[list[float]]:
    whole = annotation["bbox"][2] * annotation["bbox"][3]
    parts = [part for part in annotation["component_boxes"] if part[2] * part[3] >= _LEAST_PART * whole]
    return parts or [annotation["bbox"]]


def _box(corner: list[float], image: dict[str, Any]) -> Box:
    x, y, w, h = corner
    return Box(x / image["width"], y / image["height"], w / image["width"], h / image["height"])


def read_classes(folder: Path, name: str) -> dict[str, str | None]:
    """The coarse category of each of the set's labels, None for those that are not scored."""
    known: dict[str, str | None] = json.loads((folder.parent / "classes.json").read_text(encoding="utf-8"))[name]
    return known
