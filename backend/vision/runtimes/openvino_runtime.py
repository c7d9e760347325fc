"""OpenVINO on the CPU, from the same ONNX files: an alternative where it is measured to be quicker."""

from pathlib import Path

import numpy as np
import openvino

from backend.vision.images import Pixels
from backend.vision.runtimes import OUTPUTS, Floats, Looks, looks_of


class OpenVinoRuntime:
    name = "openvino"
    device = "cpu"
    batch = 4

    def __init__(self, weights: Path, threads: int) -> None:
        core = openvino.Core()
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            # bfloat16 moves boxes by half a pixel and vectors by up to 1e-3; galleries outlive machines.
            "INFERENCE_PRECISION_HINT": "f32",
        }
        self._detector = core.compile_model(str(weights / "detector.onnx"), "CPU", settings)
        self._embedder = core.compile_model(str(weights / "embedder.onnx"), "CPU", settings)
        self.detector_side = self._detector.input(0).partial_shape[1].get_length()
        self.embedder_side = self._embedder.input(0).partial_shape[1].get_length()
        there = {name for output in self._embedder.outputs for name in output.names}
        self._outputs = [name for name in OUTPUTS if name in there]

    def detect(self, squares: Pixels, threshold: float) -> Floats:
        answer = self._detector({"pictures": squares, "threshold": np.array([threshold], np.float32)})
        rows: Floats = answer["rows"].copy()
        # without any box OpenVINO may answer rows that say so with picture -1
        return rows[rows[:, 0] >= 0]

    def look(self, crops: Pixels) -> Looks:
        answer = self._embedder({"crops": crops})
        return looks_of([answer[name].copy() for name in self._outputs])


def load(weights: Path, *, device: str, threads: int) -> OpenVinoRuntime:
    if device != "cpu":
        raise ValueError(f"The OpenVINO runtime of Niteru runs on the CPU, not on {device!r}: choose runtime 'torch'.")
    return OpenVinoRuntime(weights, threads)
