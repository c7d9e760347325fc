"""Train the detector: YOLO11n (ultralytics) on street photos, garment photos, a shop's photos and composed pictures.

1. The pictures are written once to `OUT/training/pictures` (`compositions` says how the composed ones are made). A
   shop's photos come without boxes: luma's train photos were boxed by eye (`boxes_seen.tsv`).
2. ultralytics trains from the start weights; every epoch leaves a checkpoint, and the same command goes on from it.
3. The last weights (averaged over the steps, never chosen by looking at held-out photos) become detector.pt and
   detector.onnx, measured on the held-out photos and described in DETECTOR.md. A blend with the weights they started
   from keeps more of what those knew (WiSE-FT, Wortsman et al., arXiv 2109.01903).
"""

import logging
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from string import Template
from typing import Any

import torch

from backend.training.checkpoints import draw_back, written_whole
from backend.training.detector_pictures import write_pictures
from backend.training.evaluation import evaluate_detection
from backend.training.export import export_detector
from backend.vision.card import start_folder, write_card
from backend.vision.model import Vision, load_vision
from backend.vision.values import CATEGORIES
from backend.vision.yolo import LOGGER, YOLO, DetectionTrainer

_CARD = Path(__file__).parent / "cards" / "DETECTOR.md"
RECIPE: dict[str, Any] = {
    "batch": 16, "nbs": 16, "optimizer": "AdamW", "lrf": 0.02, "cos_lr": True, "momentum": 0.9,
    "warmup_epochs": 0.5, "warmup_bias_lr": 0.0, "weight_decay": 5e-4, "cls_pw": 0.25,
    "mosaic": 0.25, "close_mosaic": 2, "scale": 0.35, "translate": 0.1, "hsv_h": 0.02, "hsv_s": 0.6, "hsv_v": 0.4,
    "plots": False, "workers": 0, "amp": False, "val": False, "verbose": False, "deterministic": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train. `added` are classes beside CATEGORIES, each with the category that it is a kind of.

    `data` holds street_photos, garment_photos and classes.json, and luma where there is a shop; `side` is in pixels.
    `blend` is the share of the trained weights in the result; the rest are those of `start`.
    """

    data: Path
    out: Path
    start: Path
    side: int = 416
    epochs: int = 8
    pictures: int = 3000
    rate: float = 5e-4
    seed: int = 0
    blend: float = 1.0
    added: Mapping[str, str] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[tuple[str, str], ...]:
        """Name and category of each class, in the order of the detector's answers."""
        return (*((name, name) for name in CATEGORIES), *self.added.items())


def train_detector(plan: Plan) -> dict[str, Any]:
    """Write detector.pt, detector.onnx, DETECTOR.md and their part of model.json to `plan.out`; returns the figures.

    `plan.out` becomes a whole set of weights: what is not trained here is copied from those that are served. Raises
    ValueError for an added class whose category is unknown, and for a blend with weights of other classes.
    """
    for name, category in plan.added.items():
        if category not in CATEGORIES:
            raise ValueError(f"{name!r} cannot be a kind of {category!r}: choose one of {', '.join(CATEGORIES)}.")
    if plan.blend < 1 and plan.added:
        raise ValueError(
            "Weights with another class cannot be blended with those they started from: leave out --blend."
        )
    start_folder(plan.out)
    _publish(blended(_trained(plan), plan), plan.out / "detector.pt")
    export_detector(plan.out / "detector.pt", plan.out / "detector.onnx", side=plan.side)
    write_card(plan.out, detector_side=plan.side, detector_classes=plan.classes)
    figures = _measure(plan.data, load_vision(weights=plan.out))
    (plan.out / "DETECTOR.md").write_text(describe(plan, figures), encoding="utf-8")
    return figures


def _measure(data: Path, vision: Vision) -> dict[str, Any]:
    folders = {"street": "street_photos", "garments": "garment_photos", "shop": "luma"}
    return {
        name: evaluate_detection(data / folder, vision) for name, folder in folders.items() if (data / folder).is_dir()
    }


def describe(plan: Plan, figures: dict[str, Any]) -> str:
    """The model card."""
    street = figures["street"]
    told = [f"street_photos ({street['photos']}) mAP50 {street['mAP50']:.3f}, mAP50-95 {street['mAP50_95']:.3f}"]
    for key, name in (("garments", "the surest box on garment_photos"), ("shop", "the garment on sale on luma")):
        if key in figures:
            told.append(f"{name} has the right class on {figures[key]['accuracy']:.3f} of {figures[key]['judged']}")
    return Template(_CARD.read_text(encoding="utf-8")).substitute(
        added="".join(f", {name!r} (a kind of {category})" for name, category in plan.added.items()),
        side=plan.side, start=plan.start.name, epochs=plan.epochs, pictures=plan.pictures, seed=plan.seed,
        rate=plan.rate, blend=plan.blend, figures="; ".join(told),
        recipe=", ".join(f"{name} {value}" for name, value in RECIPE.items()),
        rows="\n".join(
            f"| {name} | {value:.3f} | {street['boxes'][name]} |" for name, value in street["per_class"].items()
        ),
    )  # fmt: skip


def _trained(plan: Plan) -> Path:
    """The last checkpoint of the whole training, which starts, goes on or is already done."""
    work = (plan.out / "training").resolve()
    last, checkpoint, done = work / "run" / "weights" / "last.pt", work / "checkpoint.pt", work / "done"
    if done.exists():
        return last
    for handler in (one for one in LOGGER.handlers if isinstance(one, logging.StreamHandler)):
        handler.setStream(sys.stderr)  # stdout is for the figures
    options: dict[str, Any] = {"resume": True}
    if not checkpoint.exists():
        names = [name for name, _ in plan.classes]
        pictures = write_pictures(plan.data, work / "pictures", names, composed=plan.pictures, seed=plan.seed)
        options = {
            "data": str(pictures), "imgsz": plan.side, "epochs": plan.epochs, "seed": plan.seed,
            "lr0": plan.rate, "device": "0" if torch.cuda.is_available() else "cpu", "project": str(work),
            "name": "run", **RECIPE,
        }  # fmt: skip
    model = YOLO(str(checkpoint if checkpoint.exists() else plan.start))
    # ultralytics writes last.pt in place: a kill in that moment would leave half a file and nothing to go on from
    model.add_callback("on_model_save", lambda trainer: _replace(trainer.last, checkpoint))
    with redirect_stdout(sys.stderr):
        model.train(trainer=_trainer(plan.added), exist_ok=True, **options)
    done.touch()
    return last


def _replace(source: Path, target: Path) -> None:
    with written_whole(target) as fresh:
        copyfile(source, fresh)


def _trainer(added: Mapping[str, str]) -> type[DetectionTrainer]:
    class Trainer(DetectionTrainer):
        """Trains with channels last, a third quicker on CPUs; a new class starts as the one it is a kind of."""

        def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> Any:
            model = super().get_model(cfg, weights, verbose)
            names = list(self.data["names"].values())
            for name, category in added.items():
                _copy_class(model, names.index(category), names.index(name))
            return model.to(memory_format=torch.channels_last)

    return Trainer


@torch.no_grad()
def _copy_class(model: Any, source: int, target: int) -> None:
    for branch in model.model[-1].cv3:
        last = branch[-1]
        last.weight[target] = last.weight[source]
        last.bias[target] = last.bias[source]


def blended(checkpoint: Path, plan: Plan) -> Any:
    """The trained network, with the start's weights in it by their share."""
    # written by ourselves, a moment ago
    network = torch.load(checkpoint, map_location="cpu", weights_only=False)["model"].float()
    if plan.blend < 1:
        begun: Any = YOLO(str(plan.start)).model
        start = begun.float().state_dict()
        draw_back(network, start, plan.blend)
    return network


def _publish(network: Any, out: Path) -> None:
    """Write only the network: ultralytics' checkpoint also holds folders and dates of the machine that trained it."""
    network.args, network.criterion, network.pt_path = {}, None, None
    torch.save({"model": network.half().to(memory_format=torch.contiguous_format)}, out)
