"""The torch weights themselves, through ultralytics and timm: for GPU workers, and the reference of the other two."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torchvision.ops import batched_nms  # type: ignore[import-untyped]
from ultralytics.models.yolo.model import YOLO

from backend.vision.card import read_card
from backend.vision.embedder_net import SIDE, load_embedder
from backend.vision.images import Pixels
from backend.vision.runtimes import Floats, Looks, looks_of

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
        predictions = self._detector(inputs)[0]
        rows = [_rows(number, one, threshold) for number, one in enumerate(predictions)]
        found: Floats = torch.cat(rows).cpu().numpy().astype(np.float32)
        return found

    @torch.inference_mode()
    def look(self, crops: Pixels) -> Looks:
        answer = self._embedder(torch.from_numpy(crops).to(self._device))
        return looks_of([tensor.cpu().numpy() for tensor in answer])


def _rows(number: int, prediction: torch.Tensor, threshold: float) -> torch.Tensor:
    scores, classes = prediction[4:].max(0)
    sure = scores > threshold
    middle, size = prediction[:2, sure].T, prediction[2:4, sure].T
    boxes, scores, classes = torch.cat([middle - size / 2, middle + size / 2], 1), scores[sure], classes[sure]
    kept = batched_nms(boxes, scores, classes, _OVERLAP)
    kept = torch.cat([kept[classes[kept] == one][:_MAX_PER_CLASS] for one in range(len(prediction) - 4)])
    first = torch.full((len(kept), 1), float(number), device=boxes.device)
    return torch.cat([first, boxes[kept], classes[kept, None].float(), scores[kept, None]], 1)


def load(weights: Path, *, device: str, threads: int) -> TorchRuntime:
    torch.set_num_threads(threads)
    return TorchRuntime(weights, read_card(weights).detector_side, device)
