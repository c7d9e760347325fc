"""Train the detector: YOLO11n (ultralytics) on street photos, garment photos, a shop's photos and composed pictures.

1. The pictures are written once to `OUT/pictures` (`compositions` says how the composed ones are made). A shop's photos
   have no boxes: the detector that is served draws them, and the one of the garment on sale gets its true class.
2. ultralytics trains from the start weights; every epoch leaves a checkpoint, and the same command goes on from it.
3. The last weights (averaged over the steps, never chosen by looking at held-out photos) become detector.pt and
   detector.onnx, measured and described in DETECTOR.md.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import click
import numpy as np
import torch
from PIL import Image
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.models.yolo.model import YOLO

from backend.training.compositions import Composer, Example
from backend.training.datasets import load_shop, load_street_photos, read
from backend.vision.choice import choose_for_sale
from backend.vision.model import Vision, distinct, load_vision
from backend.vision.values import CATEGORIES

_SURE = 0.35  # confidence from which a box on a shop's photo is taken for true
_SAME = 0.6  # overlap beyond which a box is the for-sale garment under another name
_RUN = "run"
_RECIPE: dict[str, Any] = {
    "batch": 16, "nbs": 16, "optimizer": "AdamW", "lr0": 5e-4, "lrf": 0.02, "cos_lr": True, "momentum": 0.9,
    "warmup_epochs": 0.5, "warmup_bias_lr": 0.0, "weight_decay": 5e-4, "cls_pw": 0.25,
    "mosaic": 0.25, "close_mosaic": 2, "scale": 0.35, "translate": 0.1, "hsv_h": 0.02, "hsv_s": 0.6, "hsv_v": 0.4,
    "plots": False, "workers": 0, "amp": False, "val": False, "verbose": False, "deterministic": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train: `added` are classes beside CATEGORIES, each with the category that it is a kind of."""

    data: Path
    out: Path
    start: Path
    side: int = 416
    epochs: int = 9
    pictures: int = 3200
    seed: int = 0
    added: Mapping[str, str] | None = None

    @property
    def classes(self) -> list[str]:
        return [*CATEGORIES, *(self.added or {})]


def train_detector(plan: Plan) -> Path:
    """Train as planned, going on from the last checkpoint in `plan.out` if there is one; returns the weights' file."""
    last = plan.out / _RUN / "weights" / "last.pt"
    if last.exists() and _unfinished(last):
        YOLO(str(last)).train(trainer=_Trainer, resume=True)
        return last
    description = _write_pictures(plan)
    _Trainer.added = dict(plan.added or {})
    YOLO(str(plan.start)).train(
        trainer=_Trainer, data=str(description), imgsz=plan.side, epochs=plan.epochs, seed=plan.seed,
        project=str(plan.out.resolve()), name=_RUN, exist_ok=True, device=_device(), **_RECIPE,
    )  # fmt: skip
    return last


class _Trainer(DetectionTrainer):
    """Trains with channels last, a third quicker on CPUs; a new class starts as a copy of the one it is a kind of."""

    added: Mapping[str, str] = {}

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> Any:
        model = super().get_model(cfg, weights, verbose)
        names = list(self.data["names"].values())
        for name, category in self.added.items():
            _copy_class(model, CATEGORIES.index(category), names.index(name))
        return model.to(memory_format=torch.channels_last)


def _copy_class(model: Any, source: int, target: int) -> None:
    with torch.no_grad():
        for branch in model.model[-1].cv3:
            last = branch[-1]
            last.weight[target] = last.weight[source]
            last.bias[target] = last.bias[source]


def _unfinished(checkpoint: Path) -> bool:
    state = torch.load(checkpoint, map_location="cpu", weights_only=False)
    return bool(state["epoch"] >= 0)  # ultralytics writes -1 when it is done


def _device() -> str:
    return "0" if torch.cuda.is_available() else "cpu"


def _write_pictures(plan: Plan) -> Path:
    """Write pictures and labels the way ultralytics reads them; returns the file that describes them."""
    folder = plan.out.resolve() / "pictures"
    description = folder / "data.yaml"  # JSON is YAML
    wanted = {"seed": plan.seed, "pictures": plan.pictures, "names": plan.classes}
    if description.exists() and json.loads(description.read_text(encoding="utf-8"))["made"] == wanted:
        return description
    classes = {name: number for number, name in enumerate(plan.classes)}
    chance = Random(plan.seed)
    composer = Composer(plan.data, chance)
    parts: list[tuple[str, Iterator[Example], int]] = [
        ("street", _street(plan.data), 0),
        ("shop", _shop(plan.data, load_vision()), 0),
        ("composed", composer.examples(plan.pictures), plan.pictures),
        ("check", composer.examples(max(16, plan.pictures // 20)), 0),
    ]
    for name, examples, length in parts:
        with click.progressbar(examples, length=length or None, label=f"{name} pictures") as bar:
            for number, example in enumerate(bar):
                _write(example, folder / ("val" if name == "check" else "train"), f"{name}-{number:05}", classes)
    facts = {
        "path": str(folder),
        "train": "train/images",
        "val": "val/images",
        "names": wanted["names"],
        "made": wanted,
    }
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
        found = [one for one in distinct(vision.detect([picture])[0]) if one.confidence >= _SURE]
        chosen = choose_for_sale(found, photo.category)
        if chosen is not None:
            sold = found[chosen].box
            others = [(one.category, one.box) for one in found if one.box.overlap(sold) < _SAME]
            yield Example(picture.pixels, [(photo.category, sold), *others])


def _write(example: Example, folder: Path, name: str, classes: Mapping[str, int]) -> None:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "labels").mkdir(exist_ok=True)
    Image.fromarray(np.ascontiguousarray(example.pixels)).save(folder / "images" / f"{name}.jpg", quality=90)
    rows = [(classes[category], *box.center, box.w, box.h) for category, box in example.boxes]
    lines = [" ".join([str(number), *(f"{value:.5f}" for value in place)]) for number, *place in rows]
    (folder / "labels" / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
