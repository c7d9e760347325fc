"""The network behind usefulness: the first stages of EfficientNet-Lite0, read at five depths, and a small head."""

import torch
from torch import Tensor, nn

from backend.training.imagenet import imagenet_backbone
from backend.vision.usefulness import KINDS

_STAGES = 6  # of seven: the last knows objects by name, which is not asked here
_POOLED = (1, 2, 3, 4, 5)
_CHANNELS = (24, 40, 80, 112, 192)
FEATURES = 3 * sum(_CHANNELS)
_HIDDEN = 96


class UsefulnessNet(nn.Module):
    """Whole pictures stretched to squares, RGB uint8 (n, SIDE, SIDE, 3), to probabilities (n, kinds)."""

    mean: Tensor
    scale: Tensor
    temperature: Tensor

    def __init__(self) -> None:
        super().__init__()
        backbone = imagenet_backbone()  # its convolutions are padded for even squares like ours
        self.stem = nn.Sequential(backbone.conv_stem, backbone.bn1)
        self.stages = backbone.blocks[:_STAGES]
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("scale", torch.ones(FEATURES))
        self.head = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(FEATURES, _HIDDEN), nn.ReLU(), nn.Dropout(0.3), nn.Linear(_HIDDEN, len(KINDS))
        )
        self.register_buffer("temperature", torch.ones(1))

    def forward(self, pictures: Tensor) -> Tensor:
        likely: Tensor = (self.logits(self.features(pictures)) / self.temperature).softmax(1)
        return likely

    def logits(self, features: Tensor) -> Tensor:
        answer: Tensor = self.head(self.standard(features))
        return answer

    def standard(self, features: Tensor) -> Tensor:
        """Standardised, and bounded so that one odd value cannot decide."""
        return ((features - self.mean) * self.scale).clamp(-8, 8)

    def features(self, pictures: Tensor) -> Tensor:
        """Mean, spread and strongest place of every channel at these depths (n, FEATURES)."""
        x = self.stem((pictures.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5)
        pooled = []
        for number, stage in enumerate(self.stages):
            x = stage(x)
            if number in _POOLED:
                mean = x.mean((2, 3), keepdim=True)
                spread = ((x - mean) ** 2).mean((2, 3)).add(1e-6).sqrt()
                pooled += [mean.flatten(1), spread, x.amax((2, 3))]
        return torch.cat(pooled, 1)
