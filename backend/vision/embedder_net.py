"""The embedder as a torch module: for GPU workers, for training and as the source of the ONNX file.

Imported only by the torch runtime and by training: importing it imports torch and timm.
"""

import math
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import timm
import torch
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn

from backend.vision.crops import EMBEDDER_SIDE
from backend.vision.values import CATEGORIES

SIDE = EMBEDDER_SIDE
_STAGES = (1, 2, 4)  # pooled besides the last layer: texture and colour live early in the network
_STAGE_CHANNELS = (24, 40, 112)
_LATE = 5  # stages from here on are fine-tuned
_FINAL_CHANNELS = 1280
_CELLS = 56
CLIP = 120.0  # bounds what one odd value can do; ordinary standardised values stay far below
# OKLab palette of the soft colour histogram: 4 lightness levels of grey, then 8 hues at 3 levels and 2 strengths.
_HUES = [hue * math.pi / 4 for hue in range(8)]
_PALETTE = [(light, 0.0, 0.0) for light in (0.15, 0.3, 0.45, 0.6, 0.75, 0.88, 0.97)] + [
    (light, chroma * math.cos(hue), chroma * math.sin(hue))
    for light, chroma, hue in product((0.3, 0.5, 0.75), (0.05, 0.13), _HUES)
]
_SHARPNESS = 0.07  # OKLab distance at which a pixel's vote for a palette colour has fallen to 1/e


class FeatureNet(nn.Module):
    """Crops, RGB uint8 (n, 224, 224, 3), to raw features (n, FEATURES): what the network sees, and the colours."""

    palette: Tensor
    regions: Tensor
    to_lms: Tensor
    to_lab: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.backbone: Any = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0)
        _fix_padding(self.backbone)
        self.register_buffer("palette", torch.tensor(_PALETTE), persistent=False)
        self.register_buffer("regions", _regions(), persistent=False)
        self.register_buffer("to_lms", torch.tensor(_RGB_TO_LMS), persistent=False)
        self.register_buffer("to_lab", torch.tensor(_LMS_TO_LAB), persistent=False)

    def forward(self, crops: Tensor) -> Tensor:
        middle, shallow = self.early(crops)
        return torch.cat([self.late(middle), shallow], dim=1)

    def early(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """What training leaves as it is: the middle activations (n, 112, 14, 14), and the features before the last."""
        unit = crops.permute(0, 3, 1, 2).float() / 255
        x = self.backbone.bn1(self.backbone.conv_stem((unit - 0.5) / 0.5))
        pooled = []
        for number, stage in enumerate(self.backbone.blocks[:_LATE]):
            x = stage(x)
            if number in _STAGES:
                pooled += [x.mean((2, 3)), _spread(x)]
        return x, torch.cat([*pooled, self._colors(unit)], dim=1)

    def late(self, middle: Tensor) -> Tensor:
        """The last layer's features (n, 1280) from the middle activations."""
        x = middle
        for stage in self.backbone.blocks[_LATE:]:
            x = stage(x)
        final: Tensor = self.backbone.bn2(self.backbone.conv_head(x))
        return final.mean((2, 3))

    def late_parameters(self) -> list[nn.Parameter]:
        late = [*self.backbone.blocks[_LATE:], self.backbone.conv_head, self.backbone.bn2]
        return [parameter for module in late for parameter in module.parameters()]

    def _colors(self, unit: Tensor) -> Tensor:
        """Soft OKLab histograms of the middle, the upper and the lower part: (n, 3 * palette), each sums to 1."""
        small = nn.functional.avg_pool2d(unit, SIDE // _CELLS).flatten(2)
        linear = torch.where(small <= 0.04045, small / 12.92, ((small + 0.055) / 1.055) ** 2.4)
        lms = (self.to_lms @ linear).clamp_min(1e-6) ** (1 / 3)
        lab = (self.to_lab @ lms).transpose(1, 2)
        squared = (lab * lab).sum(2, keepdim=True) - 2 * lab @ self.palette.T + (self.palette**2).sum(1)
        votes = torch.softmax(-squared / _SHARPNESS**2, dim=2)
        return (self.regions @ votes).sqrt().flatten(1)


class EmbedderNet(nn.Module):
    """Crops to (unit vectors (n, dim), category probabilities (n, 13))."""

    mean: Tensor
    scale: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.features = FeatureNet()
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("scale", torch.ones(FEATURES))
        self.project = nn.Linear(FEATURES, dim, bias=False)
        self.category = nn.Linear(FEATURES, len(CATEGORIES))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        return self.head(self.features(crops))

    def standard(self, raw: Tensor) -> Tensor:
        return ((raw - self.mean) * self.scale).clamp(-CLIP, CLIP)

    def head(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """From raw features, so that training can start from cached ones."""
        standard = self.standard(raw)
        vector = nn.functional.normalize(self.project(standard), dim=1)
        return vector, self.category(standard).softmax(1)


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


def load_embedder(path: Path) -> EmbedderNet:
    """The net in a file that `save_embedder` wrote, widened to float32."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    net = EmbedderNet(dim=len(state["project.weight"]))
    net.load_state_dict(state)
    return net


def save_embedder(net: EmbedderNet, path: Path) -> None:
    """Write the weights, matrices as float16: half the size, and the same weights for every runtime."""
    state = {name: value.half() if value.ndim > 1 else value for name, value in net.state_dict().items()}
    torch.save(state, path)


def _spread(x: Tensor) -> Tensor:
    mean = x.mean((2, 3), keepdim=True)
    return ((x - mean) ** 2).mean((2, 3)).add(1e-6).sqrt()


def _regions() -> Tensor:
    """Weights (3, cells * cells) of the middle, the upper and the lower part of a crop, each summing to 1."""
    line = torch.linspace(-1, 1, _CELLS)
    down, across = torch.meshgrid(line, line, indexing="ij")
    middle = torch.exp(-(down**2 + across**2) / (2 * 0.4**2))
    upper = torch.exp(-((down + 0.5) ** 2 + across**2) / (2 * 0.3**2))
    lower = torch.exp(-((down - 0.5) ** 2 + across**2) / (2 * 0.3**2))
    stacked = torch.stack([middle, upper, lower]).flatten(1)
    return stacked / stacked.sum(1, keepdim=True)


# Ottosson, "A perceptual color space for image processing", 2020 (OKLab).
_RGB_TO_LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
_LMS_TO_LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]

# widths of the parts of a feature row: last layer, three early stages, colours
FEATURE_BLOCKS = (_FINAL_CHANNELS, *(2 * channels for channels in _STAGE_CHANNELS), 3 * len(_PALETTE))
FEATURES = sum(FEATURE_BLOCKS)
