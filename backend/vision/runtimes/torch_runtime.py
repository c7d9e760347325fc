"""The torch weights themselves, through ultralytics and timm: for GPU workers, and the reference of the other two."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torchvision.ops import batched_nms

from backend.vision.card import read_card
from backend.vision.embedder_features import SIDE
from backend.vision.embedder_net import load_embedder
from backend.vision.images import Pixels
from backend.vision.runtimes import Floats, Looks, looks_of
from backend.vision.yolo import YOLO

_OVERLAP = 0.6  # the same as in the ONNX file
_MAX_PER_CLASS = 30


class TorchRuntime:
    name = "torch"
    embedder_side = SIDE

    def __init__(self, weights: Path, detector_side: int, device: str) -> None:
        self.device = device
        self.batch = 4 if device == "cpu" else 64
        self._device = torch.device(device)
        self.detector_side = detector_side
        detector: Any = YOLO(str(weights / "detector.pt")).model
        self._detector = detector.float().fuse().eval().to(self._device)
        self._embedder = load_embedder(weights / "embedder.pt").eval().to(self._device)

    @torch.inference_mode()
    def detect(self, squares: Pixels, threshold: float) -> Floats:
        inputs = torch.from_numpy(squares).to(self._device).permute(0, 3, 1, 2).float() / 255
        return _at_most(_rows(self._detector(inputs)[0], threshold).cpu().numpy())

    @torch.inference_mode()
    def look(self, crops: Pixels) -> Looks:
        answer = self._embedder(torch.from_numpy(crops).to(self._device))
        return looks_of([tensor.cpu().numpy() for tensor in answer])


def _rows(predictions: torch.Tensor, threshold: float) -> torch.Tensor:
    """Suppress overlaps in a whole batch at once: a GPU waits longer for each picture's own turn than for the work."""
    every = predictions[:, 4:]
    number, classes, anchor = torch.nonzero(every > threshold, as_tuple=True)
    scores = every[number, classes, anchor]
    middle, size = predictions[number, :2, anchor], predictions[number, 2:4, anchor]
    boxes = torch.cat([middle - size / 2, middle + size / 2], 1)
    kept = batched_nms(boxes, scores, number * (predictions.shape[1] - 4) + classes, _OVERLAP)
    columns = [number[kept, None].float(), boxes[kept], classes[kept, None].float(), scores[kept, None]]
    return torch.cat(columns, 1)


def _at_most(rows: Floats) -> Floats:
    """The surest _MAX_PER_CLASS of each picture and class; the rows come surest first."""
    seen: Counter[tuple[float, float]] = Counter()
    kept = []
    for row in rows.tolist():
        seen[row[0], row[5]] += 1
        kept.append(seen[row[0], row[5]] <= _MAX_PER_CLASS)
    answer: Floats = rows[np.array(kept, bool)]
    return answer


def load(weights: Path, *, device: str, threads: int) -> TorchRuntime:
    torch.set_num_threads(threads)
    return TorchRuntime(weights, read_card(weights).detector_side, device)
