"""Make the ONNX files that CPUs serve from the torch weights.

Both files take uint8 pictures, so that scaling happens in one place for every runtime, and store their large weights as
float16 (half the size; runtimes widen them once, when they load).
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from backend.vision.embedder_features import SIDE
from backend.vision.embedder_net import EmbedderNet
from backend.vision.runtimes import OUTPUTS

_OPSET = 17
_MAX_PER_CLASS = 30
_OVERLAP = 0.6
_LARGE = 2048  # values; smaller tensors (biases, norms) stay float32


def export_detector(weights: Path, out: Path, *, side: int) -> None:
    """Export an ultralytics `.pt`: `pictures` uint8 (n, side, side, 3) and `threshold` float (1) to `rows` (m, 7).

    A row is picture, x1, y1, x2, y2 (pixels of the square), class, confidence; non-maximum suppression is inside.
    """
    from backend.vision.yolo import YOLO  # noqa: PLC0415  heavy, and the embedder's export does without it

    network: Any = YOLO(str(weights)).model
    network = network.float().fuse().eval()
    network.model[-1].export = True
    network.model[-1].format = "onnx"
    raw = out.with_suffix(".raw.onnx")
    _export(_Detector(network), torch.zeros(2, side, side, 3, dtype=torch.uint8), raw, "pictures", ["boxes", "scores"])
    model = onnx.load(str(raw))
    raw.unlink()
    _add_suppression(model)
    _save(model, out)


def export_embedder(net: EmbedderNet, out: Path) -> None:
    """Export the embedder: `crops` uint8 (n, 224, 224, 3) to those of `OUTPUTS` that the net answers, in that order."""
    sample = torch.zeros(2, SIDE, SIDE, 3, dtype=torch.uint8)
    with torch.inference_mode():
        answered = len(net.eval()(sample))
    _export(net, sample, out, "crops", list(OUTPUTS[:answered]))
    _save(onnx.load(str(out)), out)


class _Detector(nn.Module):
    """Boxes as corners (n, anchors, 4), and scores (n, classes, anchors): one box may be of two classes."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        answer: Any = self.network(pictures.permute(0, 3, 1, 2).float() / 255)
        prediction = answer[0] if isinstance(answer, (tuple, list)) else answer
        middle, size, scores = prediction[:, :2], prediction[:, 2:4], prediction[:, 4:]
        boxes = torch.cat([middle - size / 2, middle + size / 2], dim=1).transpose(1, 2)
        return boxes, scores


def _export(module: nn.Module, sample: Tensor, out: Path, name: str, outputs: list[str]) -> None:
    torch.onnx.export(
        module, (sample,), str(out), input_names=[name], output_names=outputs, opset_version=_OPSET, dynamo=False,
        dynamic_axes={tensor: {0: "n"} for tensor in [name, *outputs]},
    )  # fmt: skip


def _add_suppression(model: onnx.ModelProto) -> None:
    graph = model.graph
    constants: dict[str, npt.NDArray[Any]] = {
        "max_per_class": np.array([_MAX_PER_CLASS], np.int64), "overlap": np.array([_OVERLAP], np.float32),
        "column_picture": np.array([0], np.int64), "column_class": np.array([1], np.int64),
        "columns_place": np.array([0, 2], np.int64),
    }  # fmt: skip
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    graph.input.append(helper.make_tensor_value_info("threshold", TensorProto.FLOAT, [1]))
    node = helper.make_node
    graph.node.extend([
        node("NonMaxSuppression", ["boxes", "scores", "max_per_class", "overlap", "threshold"], ["kept"]),
        node("Gather", ["kept", "columns_place"], ["places"], axis=1),
        node("GatherND", ["boxes", "places"], ["kept_boxes"]),
        node("GatherND", ["scores", "kept"], ["kept_scores"]),
        node("Gather", ["kept", "column_picture"], ["picture_index"], axis=1),
        node("Gather", ["kept", "column_class"], ["class_index"], axis=1),
        node("Cast", ["picture_index"], ["picture_number"], to=TensorProto.FLOAT),
        node("Cast", ["class_index"], ["class_number"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["kept_scores", "column_class"], ["score_column"]),
        node("Concat", ["picture_number", "kept_boxes", "class_number", "score_column"], ["rows"], axis=1),
    ])  # fmt: skip
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["m", 7]))


def _save(model: onnx.ModelProto, out: Path) -> None:
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _LARGE:
            continue
        name = tensor.name
        half = numpy_helper.from_array(values.astype(np.float16), f"{name}_half")
        tensor.CopyFrom(half)
        casts.append(helper.make_node("Cast", [half.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(out))


def export_usefulness(net: nn.Module, out: Path, *, side: int) -> None:
    """Export what judges pictures: `pictures` uint8 (n, side, side, 3) to probabilities `likely` (n, kinds)."""
    _export(net.eval(), torch.zeros(2, side, side, 3, dtype=torch.uint8), out, "pictures", ["likely"])
    _save(onnx.load(str(out)), out)
