"""The backbone's later stages, tuned on single photos: of what kind a garment is, and that two views of it are one.

A softmax over the kinds of all sets, and instance discrimination between views (NT-Xent, Chen et al., "A simple
framework for contrastive learning of visual representations", 2020). What ImageNet taught keeps its statistics and its
first stages. Two kinds of garments are left out: those of the shop, because features that knew its products would
look more alike than a stranger's do when identity is whitened, and those by which the heads are judged.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from PIL import Image
from pytorch_metric_learning.losses import NTXentLoss
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from backend.training.checkpoints import draw_back, written_whole
from backend.training.datasets import read
from backend.training.embedder_recipe import Recipe
from backend.training.examples import progress
from backend.training.hardening import spoil
from backend.training.pieces import Piece, kept_aside
from backend.training.views import jittered
from backend.vision.crops import embedder_crop
from backend.vision.embedder_features import FINAL_CHANNELS

_KEPT_EVERY = 100  # steps between two checkpoints
_MOST_WORKERS = 8
_HIDDEN, _WIDTH, _TEMPERATURE = 512, 128, 0.1  # of the vectors by which views are told apart
_SMOOTH, _DROPOUT, _DECAY = 0.1, 0.3, 0.02
_HEADS_RATE = 2e-3  # they begin at random
_WARM_UP = 0.1  # of the steps
_GRAY = 127
_MOVE = v2.RandomAffine(20, (0.04, 0.04), (0.85, 1.15), interpolation=v2.InterpolationMode.BILINEAR, fill=_GRAY)
_CHANGES = v2.Compose([
    v2.RandomHorizontalFlip(),
    v2.RandomApply([_MOVE], 0.7),
    v2.RandomApply([v2.ColorJitter(0.35, 0.35, 0.7)], 0.8),
    v2.RandomApply([v2.RandomChannelPermutation()], 0.25),
    v2.RandomGrayscale(0.12),
    v2.RandomErasing(0.25, (0.02, 0.12), value=_GRAY),
])  # fmt: skip
"""Strong ones, of colour too: without, the features were worse at finding a product again."""
_RARE = 0.7  # a kind is drawn as often as its number to this power


class _Heads(nn.Module):
    """What tuning asks of the features, and throws away afterwards."""

    def __init__(self, kinds: int) -> None:
        super().__init__()
        self.kind = nn.Sequential(nn.Dropout(_DROPOUT), nn.Linear(FINAL_CHANNELS, kinds))
        self.same = nn.Sequential(nn.Linear(FINAL_CHANNELS, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, _WIDTH))


class _Views(Dataset[tuple[Tensor, int]]):
    """Two views of a garment (2, 3, 224, 224), uint8, and the number of its kind; asked for by step and garment."""

    def __init__(self, pieces: Sequence[Piece], kinds: Sequence[str], seed: int) -> None:
        self._pieces, self._kinds, self._seed = pieces, kinds, seed

    def __getitem__(self, asked: tuple[int, int]) -> tuple[Tensor, int]:
        step, number = asked
        piece, chance = self._pieces[number], Random(f"{self._seed}-{step}-{number}")
        torch.manual_seed(chance.getrandbits(63))
        picture = read(piece.path)
        crops = (Image.fromarray(embedder_crop(picture, jittered(piece.box, chance))) for _ in range(2))
        views = [_CHANGES(torch.tensor(np.asarray(spoil(crop, chance))).permute(2, 0, 1)) for crop in crops]
        return torch.stack(views), self._kinds.index(piece.kind)


def tune_backbone(backbone: Any, pieces: Sequence[Piece], checkpoint: Path, recipe: Recipe, *, seed: int) -> None:
    """Tune the network in place, on a GPU if there is one; goes on from `checkpoint` where an earlier run left it."""
    learned = [one for one in pieces if one.source != "shop" and not kept_aside(one.product)]
    if not recipe.tuning.steps or not learned:
        return
    device = "cuda" if torch.cuda.is_available() else "cpu"
    kinds = sorted({one.kind for one in learned})
    start = {name: value.clone() for name, value in backbone.state_dict().items()}
    torch.manual_seed(seed)
    heads = _Heads(len(kinds)).to(device)
    backbone.to(device, memory_format=torch.channels_last)
    optimizer, schedule = _optimizer(backbone, heads, recipe)
    state = {"backbone": backbone, "heads": heads, "optimizer": optimizer, "schedule": schedule}
    done = _go_on(state, checkpoint)
    views = DataLoader(
        _Views(learned, kinds, seed), batch_sampler=list(_batches(learned, recipe, seed))[done:],
        num_workers=min(_MOST_WORKERS, os.cpu_count() or 1),
    )  # fmt: skip
    with progress(range(done, recipe.tuning.steps), "backbone") as steps:
        for number, (crops, truth) in zip(steps, views, strict=True):
            torch.manual_seed(seed + number)  # of the dropout, so that it does not matter where an earlier run ended
            optimizer.zero_grad()
            torch.autograd.backward(_cost(backbone, heads, crops.to(device), truth.to(device), recipe))
            optimizer.step()
            schedule.step()
            if (number + 1) % _KEPT_EVERY == 0:
                _keep(state, number + 1, checkpoint)
    backbone.requires_grad_(requires_grad=True).to("cpu", memory_format=torch.contiguous_format)
    draw_back(backbone, start, recipe.tuning.blend)


def _batches(pieces: Sequence[Piece], recipe: Recipe, seed: int) -> Iterator[list[tuple[int, int]]]:
    """Which garments each step shows; rare kinds more often than they are found."""
    often = Counter(one.kind for one in pieces)
    weight = np.array([often[one.kind] ** (_RARE - 1) for one in pieces])
    chance = np.random.default_rng(seed)
    size = min(recipe.tuning.garments, len(pieces))
    for step in range(recipe.tuning.steps):
        chosen = chance.choice(len(pieces), size, replace=False, p=weight / weight.sum())
        yield [(step, number) for number in chosen.tolist()]


def _optimizer(backbone: Any, heads: nn.Module, recipe: Recipe) -> tuple[torch.optim.Optimizer, Any]:
    backbone.requires_grad_(requires_grad=True)
    for early in (backbone.conv_stem, backbone.bn1, backbone.blocks[: recipe.tuning.kept]):
        early.requires_grad_(requires_grad=False)
    tuned = [one for one in backbone.parameters() if one.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [one for one in tuned if one.ndim > 1]},
        {"params": [one for one in tuned if one.ndim == 1], "weight_decay": 0.0},
        {"params": list(heads.parameters())},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=_DECAY)
    rates, steps = [recipe.tuning.rate, recipe.tuning.rate, _HEADS_RATE], max(2, recipe.tuning.steps)
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, steps, pct_start=_WARM_UP)


def _cost(backbone: Any, heads: _Heads, crops: Tensor, truth: Tensor, recipe: Recipe) -> Tensor:
    """Of a batch of views (n, 2, 3, side, side) and the numbers of their kinds (n)."""
    views = crops.flatten(0, 1).float().contiguous(memory_format=torch.channels_last)
    features = backbone((views / 255 - 0.5) / 0.5)
    kind = nn.functional.cross_entropy(heads.kind(features), truth.repeat_interleave(2), label_smoothing=_SMOOTH)
    garments = torch.arange(len(truth), device=truth.device).repeat_interleave(2)
    same: Tensor = NTXentLoss(_TEMPERATURE)(heads.same(features), garments)
    return kind + recipe.tuning.same * same


def _go_on(state: dict[str, Any], checkpoint: Path) -> int:
    """Take up what an earlier run kept; returns how many steps it had done."""
    if not checkpoint.exists():
        return 0
    kept = torch.load(checkpoint, weights_only=True)
    for name, part in state.items():
        part.load_state_dict(kept[name])
    return int(kept["steps"])


def _keep(state: dict[str, Any], steps: int, checkpoint: Path) -> None:
    with written_whole(checkpoint) as fresh:
        torch.save({"steps": steps, **{name: part.state_dict() for name, part in state.items()}}, fresh)
