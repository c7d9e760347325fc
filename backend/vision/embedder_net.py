"""The embedder as a torch module: for GPU workers, for training and as the source of the ONNX file.

Imported only by the torch runtime and by training: importing it imports torch and timm.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from backend.vision.embedder_features import COLORS, FEATURES, SHALLOW, SHAPES, FeatureNet
from backend.vision.runtimes import OUTPUTS
from backend.vision.values import CATEGORIES

CLIP = 120.0  # bounds what one odd value can do; ordinary standardised values stay far below
PARTS = ("identity", "kind", "color")
Widths = tuple[int, int, int]
Parts = tuple[Tensor, Tensor, Tensor]
"""A vector's identity, kind and colour: each a unit vector, times the root of its share of the similarity."""


class Head(nn.Module):
    """Logits (n, names) from scaled features (n, FEATURES); straight, or through a few hidden values."""

    def __init__(self, names: int, hidden: int = 0) -> None:
        super().__init__()
        self.hidden = nn.Linear(FEATURES, hidden) if hidden else None
        self.out = nn.Linear(hidden or FEATURES, names)

    def forward(self, standard: Tensor) -> Tensor:
        logits: Tensor = self.out(standard if self.hidden is None else torch.relu(self.hidden(standard)))
        return logits


class EmbedderNet(nn.Module):
    """Crops to unit vectors (n, sum of widths) and the probabilities of each head, categories (n, 13) first.

    `heads` is how many names each head tells apart and how many hidden values it has, by the name of its output (see
    runtimes.OUTPUTS); the one of the categories need not be named.
    """

    mean: Tensor
    scale: Tensor
    shares: Tensor

    def __init__(
        self, widths: Widths, heads: Mapping[str, tuple[int, int]] | None = None, *, shallow: bool = False
    ) -> None:
        super().__init__()
        self.features = FeatureNet(shallow=shallow)
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("scale", torch.ones(FEATURES))
        self.register_buffer("shares", torch.full((len(PARTS),), 1 / len(PARTS)))
        self.identity = nn.Linear(SHAPES, widths[0], bias=False)
        self.kind = nn.Linear(SHAPES, widths[1], bias=False)
        self.color = nn.Linear(COLORS, widths[2], bias=False)
        self.beside = nn.Linear(SHALLOW, widths[0], bias=False) if shallow else None
        sizes = {"categories": (len(CATEGORIES), 0), **(heads or {})}
        self.heads = nn.ModuleDict({name: Head(*sizes[name]) for name in OUTPUTS if name in sizes})

    def forward(self, crops: Tensor) -> tuple[Tensor, ...]:
        return self.head(self.features(crops))

    @property
    def widths(self) -> Widths:
        return self.identity.out_features, self.kind.out_features, self.color.out_features

    @property
    def dim(self) -> int:
        return sum(self.widths)

    def standard(self, raw: Tensor) -> Tensor:
        """Scaled features (n, FEATURES), without those of the shallow branch."""
        return ((raw[:, :FEATURES] - self.mean) * self.scale).clamp(-CLIP, CLIP)

    def parts(self, raw: Tensor, kept: Tensor | None = None) -> Parts:
        """Unit vectors of identity, kind and colour, from raw features; `kept` (n, FEATURES) is training's dropout."""
        standard = self.standard(raw) if kept is None else self.standard(raw) * kept
        shapes, colors = standard[:, :SHAPES], standard[:, SHAPES:]
        same = self.identity(shapes)
        if self.beside is not None:
            same = same + self.beside(raw[:, FEATURES:])
        identity, kind, color = (
            nn.functional.normalize(part, dim=1) for part in (same, self.kind(shapes), self.color(colors))
        )
        return identity, kind, color

    def vectors(self, parts: Parts) -> Tensor:
        """Unit vectors (n, dim) of the three parts, each by its share."""
        return torch.cat([root * part for root, part in zip(self.shares.sqrt(), parts, strict=True)], dim=1)

    def head(self, raw: Tensor) -> tuple[Tensor, ...]:
        """From raw features, so that training can start from cached ones."""
        standard = self.standard(raw)
        return self.vectors(self.parts(raw)), *(layer(standard).softmax(1) for layer in self.heads.values())


def load_embedder(path: Path) -> EmbedderNet:
    """The net in a file that `save_embedder` wrote, widened to float32."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    identity, kind, color = (len(state[f"{name}.weight"]) for name in PARTS)
    heads = {
        name: (len(state[key]), len(state.get(f"heads.{name}.hidden.weight", ())))
        for name in OUTPUTS
        if (key := f"heads.{name}.out.weight") in state
    }
    net = EmbedderNet((identity, kind, color), heads, shallow="beside.weight" in state)
    net.load_state_dict(state)
    return net


def save_embedder(net: EmbedderNet, path: Path) -> None:
    """Write the weights, matrices as float16: half the size, and the same weights for every runtime."""
    state = {name: value.half() if value.ndim > 1 else value for name, value in net.state_dict().items()}
    torch.save(state, path)
