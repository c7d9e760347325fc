"""One door to seeing: find the garments of a picture, and say what each looks like."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from backend.vision.card import WEIGHTS, Card, read_card
from backend.vision.colors import colors_of_crop
from backend.vision.crops import cut, embedder_crop, letterbox
from backend.vision.images import Picture
from backend.vision.runtimes import Floats, Looks, Runtime, available, load
from backend.vision.values import CATEGORIES, Box, Detection, Garment

THRESHOLD = 0.25
_SAME_PLACE = 0.8  # two categories on one place are one garment: the surer name stays
_DETECT_BATCH = 4
_LOOK_BATCH = 8  # bounds a worker's memory; larger batches are no quicker on one thread
CENTRAL = Box(0.08, 0.04, 0.84, 0.92)

T = TypeVar("T")


class Vision:
    """A loaded pair of detector and embedder. Not for two threads at once; one per worker process."""

    def __init__(self, runtime: Runtime, card: Card) -> None:
        self.model_id = card.model_id
        self.dim = card.dim
        self.runtime = runtime.name
        self._runtime = runtime
        self._classes = card.detector_classes

    def detect(self, pictures: Sequence[Picture], *, threshold: float = THRESHOLD) -> list[list[Detection]]:
        """Each picture's garments, surest first."""
        found: list[list[Detection]] = []
        for batch in _chunks(pictures, _DETECT_BATCH):
            squares = [letterbox(picture, self._runtime.detector_side) for picture in batch]
            rows = self._runtime.detect(np.stack([square.pixels for square in squares]), threshold)
            answers: list[list[Detection]] = [[] for _ in batch]
            for number, x1, y1, x2, y2, category, confidence in rows.tolist():
                box = squares[int(number)].fractions(x1, y1, x2, y2)
                if box.area > 0:
                    label, kind = self._classes[int(category)]
                    answers[int(number)].append(Detection(box, kind, confidence, label))
            found += [sorted(answer, key=lambda one: -one.confidence) for answer in answers]
        return found

    def embed(self, pictures_and_boxes: Sequence[tuple[Picture, Box]]) -> Floats:
        """Unit vectors float32 (n, dim), in the order of the boxes."""
        return self._look(pictures_and_boxes).vectors

    def see(self, pictures: Sequence[Picture]) -> list[list[Garment]]:
        """Detect, cut out, embed and colour: each picture's garments, surest first; empty where nothing is found."""
        detections = [distinct(found) for found in self.detect(pictures)]
        places = [(picture, one.box) for picture, found in zip(pictures, detections, strict=True) for one in found]
        vectors = iter(self.embed(places))
        return [
            [
                Garment(one.box, one.category, one.confidence, colors_of_crop(cut(picture, one.box)), next(vectors))
                for one in found
            ]
            for picture, found in zip(pictures, detections, strict=True)
        ]

    def see_box(self, picture: Picture, box: Box) -> Garment:
        """The garment in a box that a shopper drew; its category comes from the embedder."""
        box = box.clipped()
        looks = self._look([(picture, box)])
        best = int(looks.categories[0].argmax())
        colors = colors_of_crop(cut(picture, box))
        return Garment(box, CATEGORIES[best], float(looks.categories[0, best]), colors, looks.vectors[0])

    def whole(self, picture: Picture) -> Garment:
        """The one garment of a picture in which nothing was detected: what fills its middle."""
        return self.see_box(picture, CENTRAL)

    def _look(self, places: Sequence[tuple[Picture, Box]]) -> Looks:
        side = self._runtime.embedder_side
        answers = [
            self._runtime.look(np.stack([embedder_crop(picture, box, side) for picture, box in batch]))
            for batch in _chunks(places, _LOOK_BATCH)
        ]
        if not answers:
            empty = np.zeros((0, self.dim), np.float32)
            return Looks(empty, np.zeros((0, len(CATEGORIES)), np.float32))
        return Looks(
            np.concatenate([answer.vectors for answer in answers]),
            np.concatenate([answer.categories for answer in answers]),
        )


def distinct(detections: Sequence[Detection]) -> list[Detection]:
    """Leave out a detection that lies on the place of a surer one, whatever its category."""
    kept: list[Detection] = []
    for one in sorted(detections, key=lambda detection: -detection.confidence):
        if all(one.box.overlap(other.box) < _SAME_PLACE for other in kept):
            kept.append(one)
    return kept


def load_vision(*, runtime: str = "auto", device: str = "cpu", threads: int = 1, weights: Path = WEIGHTS) -> Vision:
    """Load detector and embedder: `onnxruntime`, `openvino`, `torch`, or `auto`.

    `auto` means torch on a device that is not the CPU, ONNX Runtime otherwise (docs/vision.md has the measurement).
    Raises ValueError for an unknown runtime, ModuleNotFoundError with the extra's name for one that is not installed.
    """
    name = runtime if runtime != "auto" else "onnxruntime" if device == "cpu" else "torch"
    if name in {"openvino", "torch"} and not available(name):
        extra = "gpu" if name == "torch" else "openvino"
        raise ModuleNotFoundError(f"The vision runtime {name!r} is not installed: pip install 'niteru[{extra}]'.")
    return Vision(load(name, weights, device=device, threads=threads), read_card(weights))


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
