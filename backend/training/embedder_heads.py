"""What else the embedder tells of a garment: heads on the features of the finished network, which they leave alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from backend.training.embedder_fit import step
from backend.training.embedder_recipe import Recipe
from backend.training.examples import Examples
from backend.training.fine_names import FINE, meanings
from backend.vision.embedder_features import SHAPES
from backend.vision.embedder_net import EmbedderNet
from backend.vision.values import CATEGORIES

HEADS: dict[str, Any] = {"fine": FINE}
_BATCH, _MOST_ROWS = 512, 6000


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Scaled features (n, width), and the names that each row may mean (n, names): several where a label is wide."""

    features: Tensor
    allowed: Tensor


def fit_heads(net: EmbedderNet, examples: Examples, recipe: Recipe, *, seed: int) -> None:
    """Fit all heads of the net."""
    rows = np.sort(np.random.default_rng(seed).permutation(len(examples))[:_MOST_ROWS])
    with torch.no_grad():
        seen = net.standard(torch.from_numpy(examples.raw(net.features, rows)))
    pieces = [examples.pieces[row] for row in rows]
    categories = allowed([(one.category,) if one.category else () for one in pieces], CATEGORIES)
    fit_head(net.category, Lesson(seen[:, :SHAPES], categories), recipe, seed=seed)
    fit_head(net.heads["fine"], Lesson(seen, allowed([meanings(one.label) for one in pieces], FINE)), recipe, seed=seed)


def allowed(names: Sequence[Sequence[str]], among: Sequence[str]) -> Tensor:
    """Rows (n, names) that are true at the given names."""
    table: npt.NDArray[np.bool_] = np.array([[one in given for one in among] for given in names], bool)
    return torch.from_numpy(table)


def fit_head(layer: nn.Module, lesson: Lesson, recipe: Recipe, *, seed: int) -> None:
    """Softmax regression on rows that mean something: any of their names is right, and each name weighs the same."""
    assert isinstance(layer, nn.Linear)
    known = lesson.allowed.any(1)
    x, truth = lesson.features[known], lesson.allowed[known].float()
    share = truth / truth.sum(1, keepdim=True)
    weight = share @ (1 / share.sum(0).clamp_min(1))
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(layer.parameters(), lr=recipe.head_rate, weight_decay=recipe.head_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, recipe.head_steps))
    generator = torch.Generator().manual_seed(seed)
    for _ in range(recipe.head_steps):
        rows = torch.randint(len(x), (_BATCH,), generator=generator)
        kept = (torch.rand((_BATCH, x.shape[1]), generator=generator) > recipe.dropout) / (1 - recipe.dropout)
        logits = layer(x[rows] * kept)
        likely = torch.logsumexp(logits.masked_fill(truth[rows] == 0, -torch.inf), 1) - torch.logsumexp(logits, 1)
        step(optimizer, schedule, -(weight[rows] * likely).sum() / weight[rows].sum())
