"""What the embedder sees of a crop: the network's activations and the colours, pooled where the garment is.

Imported only by the torch runtime and by training: importing it imports torch and timm.
"""

from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor, nn

from backend.vision.backbone import make_backbone
from backend.vision.crops import EMBEDDER_SIDE

SIDE = EMBEDDER_SIDE
FINE_CHANNELS, THIRD_CHANNELS, MIDDLE_CHANNELS, FIFTH_CHANNELS, LATE_CHANNELS, FINAL_CHANNELS = (
    40,
    80,
    112,
    192,
    320,
    1280,
)
FINE_CELLS, COLOR_CELLS = SIDE // 8, SIDE // 4
SHALLOW = 96
_EARLY = 5  # stages
_MASK_CHANNELS = 32
_LEAST_SHARE = 0.01  # of a cell: a crop in which no garment is seen is pooled as a whole
_SHALLOW_CHANNELS, _SHALLOW_CELLS = 48, 6

# OKLab palette of the soft colour histogram: a grid inside what sRGB can show, with lightness at _LIGHT of its weight,
# because light changes it most.
_LIGHT = 0.6
_STEP = 0.055
_SHARPNESS = 0.035  # distance at which a pixel's vote for a palette colour has fallen to 1/e
_PALETTE = [
    (light, a, b)
    for light, a, b in product(
        [0.04 + _STEP * step for step in range(11)],
        [_STEP * step for step in range(-4, 6)],
        [_STEP * step for step in range(-5, 4)],
    )
    if (a * a + b * b) ** 0.5 <= 0.9 * min(light / _LIGHT, 1.25 - light / _LIGHT) ** 0.7 * 0.33 + 0.02
]
COLORS = len(_PALETTE)


class Early(NamedTuple):
    """Activations (n, 40, 28, 28), (n, 80, 14, 14) and (n, 112, 14, 14), and pixels (n, 3, 56, 56) between 0 and 1."""

    fine: Tensor
    third: Tensor
    middle: Tensor
    small: Tensor


class MaskHead(nn.Module):
    """How surely each cell of 8 pixels shows the garment of this crop, not skin, ground or another garment."""

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Conv2d(FINE_CHANNELS, _MASK_CHANNELS, 1)
        self.middle = nn.Conv2d(MIDDLE_CHANNELS, _MASK_CHANNELS, 1)
        self.late = nn.Conv2d(LATE_CHANNELS, _MASK_CHANNELS, 1)
        self.norm = nn.BatchNorm2d(_MASK_CHANNELS)
        self.around = nn.Conv2d(_MASK_CHANNELS, _MASK_CHANNELS, 3, padding=1, groups=_MASK_CHANNELS)
        self.mix = nn.Conv2d(_MASK_CHANNELS, _MASK_CHANNELS, 1)
        self.out = nn.Conv2d(_MASK_CHANNELS, 1, 1)

    def forward(self, fine: Tensor, middle: Tensor, late: Tensor) -> Tensor:
        """Logits (n, 1, 28, 28)."""
        grown = nn.functional.interpolate(self.middle(middle), scale_factor=2.0)
        grown = grown + nn.functional.interpolate(self.late(late), scale_factor=4.0)
        x = torch.relu(self.norm(self.fine(fine) + grown))
        logits: Tensor = self.out(torch.relu(self.mix(self.around(x))))
        return logits


class ShallowBranch(nn.Module):
    """A second, shallow look at the small picture, as in deep ranking (Wang et al. 2014, arXiv 1404.4661)."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(3, _SHALLOW_CHANNELS, 8, stride=4, padding=2)
        self.mix = nn.Linear(_SHALLOW_CHANNELS * _SHALLOW_CELLS**2, SHALLOW)

    def forward(self, small: Tensor) -> Tensor:
        """Unit vectors (n, SHALLOW) of pictures (n, 3, 56, 56) between 0 and 1."""
        x = torch.relu(self.look((small - 0.5) * 4))
        return nn.functional.normalize(self.mix(nn.functional.max_pool2d(x, 3, 2).flatten(1)), dim=1)


class FeatureNet(nn.Module):
    """Crops, RGB uint8 (n, 224, 224, 3), to raw features (n, FEATURES), SHALLOW more with the shallow branch."""

    palette: Tensor
    to_lms: Tensor
    to_lab: Tensor

    def __init__(self, *, shallow: bool = False) -> None:
        super().__init__()
        self.backbone = make_backbone()
        self.mask = MaskHead()
        self.shallow = ShallowBranch() if shallow else None
        self.register_buffer("palette", torch.tensor(_PALETTE), persistent=False)
        self.register_buffer("to_lms", torch.tensor(_RGB_TO_LMS), persistent=False)
        self.register_buffer("to_lab", torch.tensor(_LMS_TO_LAB), persistent=False)

    def forward(self, crops: Tensor) -> Tensor:
        return self.rest(self.early(crops))

    def early(self, crops: Tensor) -> Early:
        """What training looks at again and again: three stages' activations, and the pixels (n, 3, 56, 56)."""
        unit = crops.permute(0, 3, 1, 2).float() / 255
        x = self.backbone.bn1(self.backbone.conv_stem((unit - 0.5) / 0.5))
        seen = []
        for stage in self.backbone.blocks[:_EARLY]:
            x = stage(x)
            seen.append(x)
        fine, third, middle = seen[2:]
        return Early(fine, third, middle, nn.functional.avg_pool2d(unit, SIDE // COLOR_CELLS))

    def rest(self, early: Early) -> Tensor:
        """Features from what `early` found, pooled where the garment is."""
        fifth, late = self.late(early.middle)
        final: Tensor = self.backbone.bn2(self.backbone.conv_head(late))
        share = torch.sigmoid(self.mask(early.fine, early.middle, late)).clamp_min(_LEAST_SHARE)
        half, eighth = (nn.functional.avg_pool2d(share, size) for size in (2, 4))
        stages = (late, eighth), (fifth, eighth), (early.middle, half), (early.third, half), (early.fine, share)
        pooled = [_mean(final, eighth), *(one for x, weight in stages for one in _moments(x, weight))]
        pooled.append(self._colors(early.small, share))
        if self.shallow is not None:
            pooled.append(self.shallow(early.small))
        return torch.cat(pooled, dim=1)

    def late(self, middle: Tensor) -> tuple[Tensor, Tensor]:
        """Activations (n, 192, 7, 7) and (n, 320, 7, 7) from the middle ones."""
        fifth = self.backbone.blocks[_EARLY](middle)
        return fifth, self.backbone.blocks[_EARLY + 1](fifth)

    def _colors(self, unit: Tensor, share: Tensor) -> Tensor:
        """Roots of the garment's soft OKLab histogram (n, COLORS), from pixels as large as the mask's cells."""
        small = nn.functional.avg_pool2d(unit, COLOR_CELLS // FINE_CELLS).flatten(2)
        linear = torch.where(small <= 0.04045, small / 12.92, ((small + 0.055) / 1.055) ** 2.4)
        lms = (self.to_lms @ linear).clamp_min(1e-6) ** (1 / 3)
        lab = (self.to_lab @ lms).transpose(1, 2)
        squared = (lab * lab).sum(2, keepdim=True) - 2 * lab @ self.palette.T + (self.palette**2).sum(1)
        votes = torch.softmax(-squared / _SHARPNESS**2, dim=2)
        weight = share.flatten(2)
        return ((weight @ votes)[:, 0] / weight.sum(2)).clamp_min(1e-6).sqrt()


def _mean(x: Tensor, weight: Tensor) -> Tensor:
    return (x * weight).sum((2, 3)) / weight.sum((2, 3))


def _moments(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of each channel where the weight is."""
    mean = _mean(x, weight)
    return mean, _mean((x - mean[:, :, None, None]) ** 2, weight).add(1e-6).sqrt()


# Ottosson, "A perceptual color space for image processing", 2020 (OKLab).
_RGB_TO_LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
_LMS_TO_LAB = [
    [_LIGHT * part for part in (0.2104542553, 0.7936177850, -0.0040720468)],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]

# widths of the parts of a feature row: the last layer, five stages from late to early, colours
_STAGES = (LATE_CHANNELS, FIFTH_CHANNELS, MIDDLE_CHANNELS, THIRD_CHANNELS, FINE_CHANNELS)
FEATURE_BLOCKS = (FINAL_CHANNELS, *(2 * channels for channels in _STAGES), COLORS)
FEATURES = sum(FEATURE_BLOCKS)
SHAPES = FEATURES - COLORS
