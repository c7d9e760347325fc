"""The default: ONNX Runtime on the CPU, small and quick to start."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from backend.vision.images import Pixels
from backend.vision.runtimes import OUTPUTS, Floats, Looks, looks_of


class OnnxRuntime:
    name = "onnxruntime"
    device = "cpu"
    batch = 4

    def __init__(self, weights: Path, threads: int) -> None:
        self._detector = open_session(weights / "detector.onnx", threads)
        self._embedder = open_session(weights / "embedder.onnx", threads)
        self.detector_side = int(self._detector.get_inputs()[0].shape[1])
        self.embedder_side = int(self._embedder.get_inputs()[0].shape[1])
        there = {output.name for output in self._embedder.get_outputs()}
        self._outputs = [name for name in OUTPUTS if name in there]

    def detect(self, squares: Pixels, threshold: float) -> Floats:
        inputs = {"pictures": squares, "threshold": np.array([threshold], np.float32)}
        rows: Floats = self._detector.run(["rows"], inputs)[0]
        return rows

    def look(self, crops: Pixels) -> Looks:
        return looks_of(self._embedder.run(self._outputs, {"crops": crops}))


def open_session(path: Path, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin while they wait steal the other core from whoever shares the machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The arena keeps what a run took (100 MB here: batches are small); without it the kernel hands out, and
    # zeroes, the same pages for every run, which cost a third of the embedder's time.
    options.enable_cpu_mem_arena = True
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def load(weights: Path, *, device: str, threads: int) -> OnnxRuntime:
    if device != "cpu":
        raise ValueError(f"The ONNX Runtime of Niteru runs on the CPU, not on {device!r}: choose runtime 'torch'.")
    return OnnxRuntime(weights, threads)
