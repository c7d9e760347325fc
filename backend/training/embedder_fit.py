"""The steps of the embedder's training, on activations that its early stages left in files."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from backend.training.embedder_losses import IdentityLoss
from backend.training.embedder_recipe import Recipe
from backend.training.embedder_sampler import Batch, Sampler
from backend.training.embedder_start import start_projections
from backend.training.examples import Array, Examples, progress
from backend.training.piece_masks import UNKNOWN
from backend.training.views import WHOLE
from backend.vision.embedder_features import FEATURES, SHAPES
from backend.vision.embedder_net import EmbedderNet

_KNOWN = 0.3  # of a view's cells: with fewer, a mask teaches little
_SHOP_WEIGHT = 3.0  # the shop's few masks are shown so many times as often
_SURENESS, _SMOOTH = 14.0, 0.05  # of the kinds: the scale of their cosines, and what is left to the others
_PROXY_RATE = 0.02
_KIND_BATCH = 512


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
            early = examples.early(rows)
            with torch.no_grad():
                _, late = net.features.late(early.middle)
            step(optimizer, schedule, _mask_loss(head(early.fine, early.middle, late), examples.masks[rows]))
    head.eval()


def _mask_loss(logits: Tensor, masks: npt.NDArray[np.uint8]) -> Tensor:
    wanted = torch.from_numpy(masks.astype(np.float32))[:, None]
    known = (wanted != UNKNOWN).float()
    share = (wanted / WHOLE).clamp(0, 1)
    cost = nn.functional.binary_cross_entropy_with_logits(logits, share, reduction="none")
    return (cost * known).sum() / known.sum().clamp_min(1)


def fit_projections(net: EmbedderNet, examples: Examples, raw: Array, recipe: Recipe, *, seed: int) -> None:
    """Set the net's standardisation and its projections on the examples' frozen features `raw`.

    Those of colour stay as they begin.
    """
    start_projections(net, examples, raw[:, :FEATURES], recipe, seed=seed)
    _learn_identity(net, examples, raw, recipe, seed)
    _learn_kinds(net, examples, raw[:, :FEATURES], recipe, seed)


def _learn_identity(net: EmbedderNet, examples: Examples, raw: Array, recipe: Recipe, seed: int) -> None:
    products = {name: number for number, name in enumerate(dict.fromkeys(one.product for one in examples.pieces))}
    owners = torch.tensor([products[one.product] for one in examples.pieces])
    loss = IdentityLoss(recipe.loss, len(products), recipe.widths[0])
    weight = net.identity.weight
    groups: list[dict[str, Any]] = [{"params": [weight], "lr": recipe.rate * float(weight.detach().abs().mean())}]
    if proxies := list(loss.parameters()):
        groups.append({"params": proxies, "lr": _PROXY_RATE})
    if net.features.shallow is not None and net.beside is not None:
        shallow = [*net.features.shallow.parameters(), *net.beside.parameters()]
        groups.append({"params": shallow, "lr": recipe.shallow_rate})
    optimizer = torch.optim.Adam(groups)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, recipe.steps))
    generator = torch.Generator().manual_seed(seed)
    sampler = Sampler(examples, recipe.batches)
    with progress(range(recipe.steps), "identity") as steps:
        for number in steps:
            batch = sampler.batch(np.random.default_rng([seed, number]))
            x = _features(net, examples, raw, batch)
            identity = net.parts(x, _dropout(len(x), FEATURES, recipe, generator))[0]
            step(optimizer, schedule, loss(identity, batch, owners[batch.rows]))


def _learn_kinds(net: EmbedderNet, examples: Examples, raw: Array, recipe: Recipe, seed: int) -> None:
    """A normalised softmax over the kinds of garments (Wang et al. 2017); every kind by the root of its number."""
    names = sorted({one.kind for one in examples.pieces})
    truth = torch.tensor([names.index(one.kind) for one in examples.pieces])
    often = torch.bincount(truth).float().rsqrt()[truth]
    generator = torch.Generator().manual_seed(seed)
    nn.init.normal_(net.kind.weight, 0, 0.01, generator=generator)
    middles = nn.Parameter(torch.randn(len(names), recipe.widths[1], generator=generator))
    groups = [{"params": [net.kind.weight], "lr": recipe.kind_rate}, {"params": [middles], "lr": _PROXY_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.head_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, recipe.kind_steps))
    with progress(range(recipe.kind_steps), "kinds") as steps:
        for _ in steps:
            rows = torch.multinomial(often, _KIND_BATCH, replacement=True, generator=generator)
            x = net.standard(torch.from_numpy(raw[rows.numpy()]))[:, :SHAPES]
            kind = nn.functional.normalize(net.kind(x * _dropout(len(x), SHAPES, recipe, generator)), dim=1)
            logits = _SURENESS * kind @ nn.functional.normalize(middles, dim=1).T
            step(optimizer, schedule, nn.functional.cross_entropy(logits, truth[rows], label_smoothing=_SMOOTH))


def _dropout(rows: int, width: int, recipe: Recipe, generator: torch.Generator) -> Tensor:
    return (torch.rand((rows, width), generator=generator) > recipe.dropout) / (1 - recipe.dropout)


def _features(net: EmbedderNet, examples: Examples, raw: Array, batch: Batch) -> Tensor:
    """Raw features of a batch; those of the shallow branch afresh, because it learns."""
    x = torch.from_numpy(raw[batch.rows])
    if net.features.shallow is None:
        return x
    small = torch.from_numpy(np.asarray(examples.small[batch.rows])).float() / 255
    return torch.cat([x[:, :FEATURES], net.features.shallow(small)], dim=1)


def step(optimizer: torch.optim.Optimizer, schedule: Any, cost: Tensor) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(cost)
    optimizer.step()
    schedule.step()
