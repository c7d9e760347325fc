"""Three ways to run the same weights: ONNX Runtime, OpenVINO, and ultralytics with torch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from backend.vision.images import Pixels

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What the embedder says about n crops: unit vectors (n, dim), category probabilities (n, 13).

    `heads` are the probabilities (n, names) of the other heads that these weights have, by the name of the output.
    """

    vectors: Floats
    categories: Floats
    heads: dict[str, Floats] = field(default_factory=dict)


OUTPUTS = ("vectors", "categories", "fine", "genders", "patterns")
"""The embedder's outputs in their order; every file has the first two, and of the others a beginning."""


def looks_of(outputs: Sequence[Floats]) -> Looks:
    """Name the embedder's outputs, which come in the order of OUTPUTS."""
    vectors, categories, *heads = outputs
    return Looks(vectors, categories, dict(zip(OUTPUTS[2:], heads, strict=False)))


class Runtime(Protocol):
    """One loaded pair of networks. Inputs are uint8 RGB squares (n, side, side, 3).

    `batch` is how many squares it likes at once: few bound a CPU worker's memory and are as quick there as many.
    """

    name: str
    device: str
    batch: int
    detector_side: int
    embedder_side: int

    def detect(self, squares: Pixels, threshold: float) -> Floats:
        """Rows (m, 7): picture number, x1, y1, x2, y2 in pixels of the square, class number, confidence."""

    def look(self, crops: Pixels) -> Looks: ...


_MODULES = {"onnxruntime": "onnx_runtime", "openvino": "openvino_runtime", "torch": "torch_runtime"}
RUNTIMES = tuple(_MODULES)


def available(name: str) -> bool:
    """Whether the packages of this runtime are installed; nothing is imported to find out."""
    needed = ("torch", "ultralytics", "timm") if name == "torch" else (name,)
    return all(find_spec(package) is not None for package in needed)


def load(name: str, weights: Path, *, device: str, threads: int) -> Runtime:
    """Import the runtime's packages and load its weights; raises ValueError for a name that is not in RUNTIMES."""
    if name not in _MODULES:
        raise ValueError(f"There is no vision runtime {name!r}: choose one of {', '.join(('auto', *RUNTIMES))}.")
    # imported when asked for, so that a process that serves pages never pays for torch
    module = import_module(f"backend.vision.runtimes.{_MODULES[name]}")
    runtime: Runtime = module.load(weights, device=device, threads=threads)
    return runtime
