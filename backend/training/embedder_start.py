"""Where the projections begin: scaled features, whitened within garments, turned to their main axes."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch

from backend.training.embedder_recipe import Recipe
from backend.training.examples import Array, Examples
from backend.vision.embedder_features import FEATURE_BLOCKS, FEATURES, SHAPES
from backend.vision.embedder_net import CLIP, EmbedderNet

_LEAST_SPREAD = 1e-6
_MOST_ROWS = 1500  # for the covariances: enough to span them


def start_projections(net: EmbedderNet, examples: Examples, raw: Array, recipe: Recipe, *, seed: int) -> None:
    """Set the net's standardisation, and identity and colour, from features (n, FEATURES) of all examples.

    What the photos of one garment have in common is learned from the shop, because all others have one photo. What
    garments differ by is learned from the shop and from as many others.
    """
    chance = np.random.default_rng(seed)
    mean, scale = standardisation(raw, recipe.blocks)
    shop = np.array([one.source == "shop" for one in examples.pieces])
    others = chance.permutation(np.flatnonzero(~shop))[: int(shop.sum())]
    chosen = np.sort(np.concatenate([np.flatnonzero(shop), others]))
    rows = standardised(raw[chosen], mean, scale)
    shown = [(examples.pieces[row].product, examples.colors[row]) if shop[row] else ("", "") for row in chosen]
    with torch.no_grad():
        net.mean.copy_(torch.from_numpy(mean))
        net.scale.copy_(torch.from_numpy(scale))
        net.shares.copy_(torch.tensor(recipe.shares))
        for layer, columns, groups, shrink in (
            (net.identity, slice(0, SHAPES), [product for product, _ in shown], recipe.shrink[0]),
            (net.color, slice(SHAPES, FEATURES), [f"{a} {b}".strip() for a, b in shown], recipe.shrink[1]),
        ):
            part = np.ascontiguousarray(rows[:, columns])
            axes = whitened_axes(part, groups, layer.out_features, chance, shrink=shrink)
            layer.weight.copy_(torch.from_numpy(axes))


def standardisation(features: Array, blocks: Sequence[float]) -> tuple[Array, Array]:
    """Mean and scale of each feature; each block's scale ends in its weight, whatever its width."""
    mean, spread = features.mean(0), features.std(0)
    scale = np.empty_like(spread)
    start = 0
    for width, weight in zip(FEATURE_BLOCKS, blocks, strict=True):
        block = slice(start, start + width)
        usual = np.median(spread[block])  # keeps a feature that hardly varies from being blown up
        scale[block] = weight * 20 / np.sqrt(width) / (spread[block] + 0.1 * usual + _LEAST_SPREAD)
        start += width
    return mean, scale


def standardised(features: Array, mean: Array, scale: Array) -> Array:
    rows: Array = np.clip((features - mean) * scale, -CLIP, CLIP)
    return rows


def whitened_axes(
    rows: Array, groups: Sequence[str], width: int, chance: np.random.Generator, *, shrink: float
) -> Array:
    """A projection (width, features): within-class covariance normalisation (Hatch et al. 2006), then PCA.

    Rows of one group show the same; a group named "" is of no use here but to the main axes. `shrink` is how far the
    within-class covariance is drawn towards a sphere.
    """
    mates: dict[str, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        if group:
            mates[group].append(row)
    within = _some(np.concatenate([rows[one] - rows[one].mean(0) for one in mates.values()]), chance)
    axes, strength = _axes(within)
    floor = shrink * float((within**2).sum()) / within.size
    plain = floor**-0.5
    along = ((1 - shrink) * strength / len(within) + floor) ** -0.5

    def whiten(values: Array) -> Array:
        white: Array = plain * values + ((values @ axes) * (along - plain)) @ axes.T
        return white

    main, _ = _axes(whiten(_some(rows - rows.mean(0), chance)))
    missing = chance.normal(0, 1e-3, (rows.shape[1], max(0, width - main.shape[1]))).astype(np.float32)
    start = whiten(np.ascontiguousarray(np.hstack([main[:, :width], missing]).T))
    answer: Array = (start / np.linalg.norm(rows @ start.T, axis=1).mean()).astype(np.float32)
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
