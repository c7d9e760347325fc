"""EfficientNet-Lite0 as a torch module whose paddings export well: what the embedder and usefulness are built on.

Imported only by the torch runtime and by training: importing it imports torch and timm.
"""

from typing import Any, NamedTuple

import timm
import torch
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn


def make_backbone() -> Any:
    """The network without its classifier, weights at random; for pictures with even sides."""
    backbone: Any = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0)
    _fix_padding(backbone)
    return backbone


class _FixedSame(nn.Module):
    """A strided convolution padded the TensorFlow way, for the one size that is served.

    timm works the padding out from the input while it runs. Here it is a constant, and in an exported file a part of
    the convolution itself: a Pad of its own, which no runtime folds, cost a quarter of the embedder's time.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.weight = convolution.weight
        extra = convolution.kernel_size[0] - convolution.stride[0]  # inputs are even, so this is the whole padding
        self._window = _Window(extra // 2, extra - extra // 2, convolution.stride[0], convolution.groups)

    def forward(self, x: Tensor) -> Tensor:
        if torch.onnx.is_in_onnx_export():
            exported: Tensor = _PaddedConvolution.apply(x, self.weight, self._window)
            return exported
        return self._window.convolve(x, self.weight)


class _Window(NamedTuple):
    """How a square kernel moves: pixels of padding before and after, stride, channel groups."""

    before: int
    after: int
    stride: int
    groups: int

    def convolve(self, x: Tensor, weight: Tensor) -> Tensor:
        padded = nn.functional.pad(x, (self.before, self.after) * 2)
        return nn.functional.conv2d(padded, weight, stride=self.stride, groups=self.groups)


class _PaddedConvolution(torch.autograd.Function):
    """One Conv node with uneven pads, which torch itself has no words for."""

    @staticmethod
    def forward(_ctx: Any, x: Tensor, weight: Tensor, window: _Window) -> Tensor:
        return window.convolve(x, weight)

    @staticmethod
    def symbolic(graph: Any, x: Any, weight: Any, window: _Window) -> Any:
        pads = [window.before, window.before, window.after, window.after]
        return graph.op("Conv", x, weight, pads_i=pads, strides_i=[window.stride] * 2, group_i=window.groups)


def _fix_padding(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, Conv2dSame):
            setattr(module, name, _FixedSame(child))
        else:
            _fix_padding(child)
