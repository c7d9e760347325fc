"""The steps of the embedder's training, on activations that its early stages left in files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from backend.training.embedder_losses import IdentityLoss, color_loss
from backend.training.embedder_recipe import Recipe
from backend.training.embedder_sampler import Batch, Sampler
from backend.training.embedder_start import standardisation, standardised, whitened_axes
from backend.training.examples import Array, Examples, progress
from backend.training.piece_masks import UNKNOWN
from backend.training.views import WHOLE
from backend.vision.embedder_features import COLORS, FEATURES, SHAPES
from backend.vision.embedder_net import EmbedderNet, Parts

_KNOWN = 0.3  # of a view's cells: with fewer, a mask teaches little
_SHOP_WEIGHT = 3.0  # the shop's few masks are shown so many times as often
_SURENESS = 14.0  # of the kinds: the scale of their cosines
_GOAL_RATE = 5e-3  # of the proxies of kinds


class Goals(nn.Module):
    """What training asks of a vector's three parts, with the proxies that this takes."""

    def __init__(self, recipe: Recipe, examples: Examples) -> None:
        super().__init__()
        self._recipe = recipe
        products = {name: number for number, name in enumerate(dict.fromkeys(one.product for one in examples.pieces))}
        names = sorted({one.kind for one in examples.pieces})
        self._owners = torch.tensor([products[one.product] for one in examples.pieces])
        self._numbers = torch.tensor([names.index(one.kind) for one in examples.pieces])
        self.identity = IdentityLoss(recipe.loss, len(products), recipe.widths[0])
        self.kinds = nn.Linear(recipe.widths[1], len(names), bias=False)

    def cost(self, net: EmbedderNet, parts: Parts, batch: Batch) -> Tensor:
        """Identity by its own loss, colour over the whole vector, kind by a normalised softmax (Wang et al. 2017)."""
        logits = _SURENESS * parts[1] @ nn.functional.normalize(self.kinds.weight, dim=1).T
        kind = nn.functional.cross_entropy(logits, self._numbers[batch.rows])
        identity: Tensor = self.identity(parts[0], batch, self._owners[batch.rows])
        color = color_loss(net.vectors(parts), batch)
        return identity + self._recipe.color_weight * color + self._recipe.kind_weight * kind


def fit_mask(net: EmbedderNet, examples: Examples, recipe: Recipe, *, seed: int) -> None:
    """Teach the mask head on frozen activations, by binary cross-entropy."""
    chance = np.random.default_rng(seed)
    usable = np.flatnonzero((examples.masks != UNKNOWN).mean((1, 2)) > _KNOWN)
    weight = np.array([_SHOP_WEIGHT if examples.pieces[row].source == "shop" else 1.0 for row in usable])
    head = net.features.mask.train()
    optimizer = torch.optim.AdamW(head.parameters(), recipe.mask_rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.mask_rate, max(2, recipe.mask_steps))
    size = min(recipe.mask_batch, len(usable))
    with progress(range(recipe.mask_steps), "mask") as steps:
        for _ in steps:
            rows = np.sort(chance.choice(usable, size, p=weight / weight.sum(), replace=False))
            seen = examples.seen(rows)
            with torch.no_grad():
                late = net.features.late(seen.middle)
            step(optimizer, schedule, _mask_loss(head(seen.fine, seen.middle, late), examples.masks[rows]))
    head.eval()


def _mask_loss(logits: Tensor, masks: npt.NDArray[np.uint8]) -> Tensor:
    wanted = torch.from_numpy(masks.astype(np.float32))[:, None]
    known = (wanted != UNKNOWN).float()
    share = (wanted / WHOLE).clamp(0, 1)
    cost = nn.functional.binary_cross_entropy_with_logits(logits, share, reduction="none")
    return (cost * known).sum() / known.sum().clamp_min(1)


def fit_projections(
    net: EmbedderNet, goals: Goals, examples: Examples, recipe: Recipe, *, seed: int, raw: Array | None = None
) -> None:
    """Set the net's standardisation and projections on frozen features (`raw`, of all examples, where at hand)."""
    raw = examples.raw(net.features) if raw is None else raw
    _start(net, examples, raw[:, :FEATURES], recipe, seed)
    groups = [*_projection_groups(net, goals, recipe, 1.0), *_shallow_group(net, recipe)]
    optimizer = torch.optim.Adam(groups)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, recipe.steps))
    generator = torch.Generator().manual_seed(seed)
    sampler = Sampler(examples, recipe.batches)
    with progress(range(recipe.steps), "projections") as steps:
        for number in steps:
            batch = sampler.batch(np.random.default_rng([seed, number]))
            x = _features(net, examples, raw, batch)
            kept = (torch.rand((len(x), FEATURES), generator=generator) > recipe.dropout) / (1 - recipe.dropout)
            step(optimizer, schedule, goals.cost(net, net.parts(x, kept), batch))


def _features(net: EmbedderNet, examples: Examples, raw: Array, batch: Batch) -> Tensor:
    """Raw features of a batch; those of the shallow branch afresh, because it learns."""
    x = torch.from_numpy(raw[batch.rows])
    if net.features.shallow is None:
        return x
    small = torch.from_numpy(np.asarray(examples.small[batch.rows])).float() / 255
    return torch.cat([x[:, :FEATURES], net.features.shallow(small)], dim=1)


def _start(net: EmbedderNet, examples: Examples, raw: Array, recipe: Recipe, seed: int) -> None:
    mean, scale = standardisation(raw)
    rows = standardised(raw, mean, scale)
    chance = np.random.default_rng(seed)
    # a garment with one photo says nothing about how photos of one garment differ
    products = [one.product if one.source == "shop" else "" for one in examples.pieces]
    colors = [f"{one.product} {one.color}" if one.source == "shop" else "" for one in examples.pieces]
    with torch.no_grad():
        net.mean.copy_(torch.from_numpy(mean))
        net.scale.copy_(torch.from_numpy(scale))
        net.shares.copy_(torch.tensor(recipe.shares))
        for layer, columns, groups in (
            (net.identity, slice(0, SHAPES), products),
            (net.kind, slice(0, SHAPES), [one.kind for one in examples.pieces]),
            (net.color, slice(SHAPES, SHAPES + COLORS), colors),
        ):
            start = whitened_axes(np.ascontiguousarray(rows[:, columns]), groups, layer.out_features, chance)
            layer.weight.copy_(torch.from_numpy(start))


def _projection_groups(net: EmbedderNet, goals: Goals, recipe: Recipe, share: float) -> list[dict[str, Any]]:
    rates = [(layer.weight, float(layer.weight.detach().abs().mean())) for layer in (net.identity, net.kind, net.color)]
    groups: list[dict[str, Any]] = [{"params": [weight], "lr": share * recipe.rate * size} for weight, size in rates]
    proxies = list(goals.identity.parameters())
    if proxies:
        groups.append({"params": proxies, "lr": share * recipe.rate})
    return [*groups, {"params": goals.kinds.parameters(), "lr": share * _GOAL_RATE}]


def _shallow_group(net: EmbedderNet, recipe: Recipe) -> list[dict[str, Any]]:
    if net.features.shallow is None or net.beside is None:
        return []
    return [{"params": [*net.features.shallow.parameters(), *net.beside.parameters()], "lr": recipe.shallow_rate}]


def fine_tune(
    net: EmbedderNet, goals: Goals, examples: Examples, recipe: Recipe, *, seed: int, checkpoint: Path
) -> None:
    """Train the last stages, the mask and the projections together; batch normalisation keeps its statistics.

    Every few steps leave the checkpoint, and it goes on from there.
    """
    net.eval().to(memory_format=torch.channels_last)
    late = [*net.features.late_parameters(), *net.features.mask.parameters()]
    groups = [{"params": late, "lr": recipe.fine_rate}, *_projection_groups(net, goals, recipe, recipe.fine_share)]
    optimizer = torch.optim.Adam([*groups, *_shallow_group(net, recipe)])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, recipe.fine_steps))
    holders = (net, goals, optimizer, schedule)
    sampler = Sampler(examples, recipe.fine_batches)
    with progress(range(resume(checkpoint, holders), recipe.fine_steps), "network") as steps:
        for number in steps:
            batch = sampler.batch(np.random.default_rng([seed, number, 1]))
            seen = examples.seen(batch.rows)
            features, logits = net.features.masked(seen.fine, seen.middle, seen.small)
            cost = goals.cost(net, net.parts(features), batch)
            step(optimizer, schedule, cost + recipe.mask_weight * _mask_loss(logits, examples.masks[batch.rows]))
            if (number + 1) % recipe.keep_every == 0 or number + 1 == recipe.fine_steps:
                keep(checkpoint, holders, number + 1)


def resume(checkpoint: Path, holders: Sequence[Any]) -> int:
    """Give the holders what they were when the checkpoint was written; returns how many steps were done, 0 if none."""
    if not checkpoint.exists():
        return 0
    kept = torch.load(checkpoint, weights_only=True)
    for holder, state in zip(holders, kept["states"], strict=True):
        holder.load_state_dict(state)
    return int(kept["step"])


def keep(checkpoint: Path, holders: Sequence[Any], steps: int) -> None:
    fresh = checkpoint.with_suffix(".new")
    torch.save({"step": steps, "states": [one.state_dict() for one in holders]}, fresh)
    fresh.replace(checkpoint)  # a kill leaves the old file or the new one


def step(optimizer: torch.optim.Optimizer, schedule: Any, cost: Tensor) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(cost)
    optimizer.step()
    schedule.step()
