"""What else the embedder tells of a garment: heads on the features of the finished network, which they leave alone.

A label may mean several names (shoes: sneakers, boots …); then any of them is right. One garment in six is kept aside:
there the heads are made as sure as they are right (temperature scaling, Guo et al. 2017), and there it is seen how sure
each must be to be believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from backend.training.embedder_fit import step
from backend.training.embedder_recipe import Recipe
from backend.training.examples import Array, Examples, Numbers
from backend.training.pieces import Piece, kept_aside
from backend.training.seen_names import FINE, GENDERS, fine_category, read_patterns
from backend.training.worn_patterns import Worn, dress_up
from backend.vision.attributes import PATTERNS
from backend.vision.embedder_features import FEATURES
from backend.vision.embedder_net import EmbedderNet, Head
from backend.vision.values import CATEGORIES

_BATCH, _CROPS = 512, 32
_TEMPERATURES = np.geomspace(0.5, 8.0, 33)
_WANTED = 0.9  # so often a head must be right where it is believed
_LEAST_TOLD = 20  # answers on garments kept aside: fewer say nothing about how right they are
_NEVER = 1.01
_SEEN = Path(__file__).parent / "patterns_seen.tsv"
"""Train photos of garment_photos with the patterns that somebody saw in them."""
_SEEN_WEIGHT = 3.0  # each is shown so many times as often as a drawn one: cloth has pockets, seams and creases there


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Scaled features (n, width), and the names that each row may mean (n, names); `aside` (n) is not learned from.

    `possible` (n, names) are the names that would be considered, where that is known; `weight` (n) is how often rows
    are shown, where not every name is to be shown about as often. With `undecided`, a row that may mean several names
    teaches to be in doubt between them, instead of leaving open which one it is.
    """

    features: Tensor
    allowed: Tensor
    aside: Tensor
    possible: Tensor | None = None
    weight: Tensor | None = None
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """How a head does on garments kept aside: right among all, and among the share of which it is sure enough."""

    least: float
    right: float
    share: float
    right_where_told: float
    judged: int


def fit_heads(net: EmbedderNet, examples: Examples, raw: Array, recipe: Recipe, *, seed: int) -> dict[str, Told]:
    """Fit all heads of the net and say how sure each must be, and how right it is; `raw` are the examples' features."""
    with torch.no_grad():
        seen = net.standard(torch.from_numpy(raw))
    pieces = examples.pieces
    aside = torch.tensor([kept_aside(one.product) for one in pieces])
    categories = Lesson(seen, allowed([_one(one.category) for one in pieces], CATEGORIES), aside)
    possible = allowed([_of_category(one) for one in pieces], FINE)
    fine = Lesson(seen, allowed([one.fine for one in pieces], FINE), aside, possible)
    # nothing tells women's from men's garments but a shop's models: the head must not guess anywhere else
    genders = Lesson(seen, allowed([one.genders for one in pieces], GENDERS), aside, undecided=True)
    patterns = _patterns(net, examples, seen, recipe, seed)
    lessons = {"categories": categories, "fine": fine, "genders": genders, "patterns": patterns}
    recipes = {"categories": recipe.for_categories()}
    return {name: _fit_and_tell(net.heads[name], one, recipes.get(name, recipe), seed) for name, one in lessons.items()}


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _of_category(piece: Piece) -> tuple[str, ...]:
    return tuple(name for name in FINE if piece.category is None or fine_category(name) == piece.category)


def allowed(names: Sequence[Sequence[str]], among: Sequence[str]) -> Tensor:
    """Rows (n, names) that are true at the given names."""
    table: npt.NDArray[np.bool_] = np.array([[one in given for one in among] for given in names], bool)
    return torch.from_numpy(table.reshape(len(names), len(among)))


def _patterns(net: EmbedderNet, examples: Examples, photos_seen: Tensor, recipe: Recipe, seed: int) -> Lesson:
    """Drawn patterns on plain garments, and the few photos whose pattern somebody told by eye."""
    pieces = {one.product: one for one in examples.pieces if one.source in {"street", "cut-out"}}
    told: list[Worn] = []
    seen = [torch.zeros(0, FEATURES)]
    worn = dress_up(list(pieces.values()), recipe.patterns, kept_aside, seed=seed)
    while batch := list(islice(worn, _CROPS)):
        told += batch
        with torch.no_grad():
            seen.append(net.standard(net.features(torch.from_numpy(np.stack([one.crop for one in batch])))))
    known = read_patterns(_SEEN)
    rows = np.array([row for row, one in enumerate(examples.pieces) if one.path.name in known], np.int64)
    rows = rows[np.unique([examples.photos[row] for row in rows], return_index=True)[1]]  # the photo as it is
    seen.append(photos_seen[torch.from_numpy(rows)])
    photos = [examples.pieces[row] for row in rows]
    return Lesson(
        torch.cat(seen),
        allowed([*((one.pattern,) for one in told), *((known[one.path.name],) for one in photos)], PATTERNS),
        torch.tensor([*(one.aside for one in told), *(kept_aside(one.product) for one in photos)], dtype=torch.bool),
        weight=torch.tensor([1.0] * len(told) + [_SEEN_WEIGHT] * len(photos)),
    )


def _fit_and_tell(layer: nn.Module, lesson: Lesson, recipe: Recipe, seed: int) -> Told:
    fit_head(layer, lesson, recipe, seed=seed)
    known = lesson.allowed.sum(1)
    judged = lesson.aside & (known == 1 if lesson.undecided else known > 0)
    if not judged.any():
        return Told(_NEVER, 0.0, 0.0, 0.0, 0)
    return calibrate(layer, lesson, judged, _WANTED)


def fit_head(layer: nn.Module, lesson: Lesson, recipe: Recipe, *, seed: int) -> None:
    """Softmax regression on rows that mean something: any of their names is right, and each name weighs the same."""
    out = layer.out if isinstance(layer, Head) else layer
    assert isinstance(out, nn.Linear)
    nn.init.zeros_(out.weight)
    nn.init.zeros_(out.bias)
    known = lesson.allowed.any(1) & ~lesson.aside
    if not known.any():
        return
    x, truth = lesson.features[known], lesson.allowed[known].float()
    weight = _balance(truth) if lesson.weight is None else lesson.weight[known]
    optimizer = torch.optim.AdamW(layer.parameters(), lr=recipe.head_rate, weight_decay=recipe.head_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, recipe.head_steps))
    generator = torch.Generator().manual_seed(seed)
    for _ in range(recipe.head_steps):
        rows = torch.multinomial(weight, _BATCH, replacement=True, generator=generator)
        kept = (torch.rand((_BATCH, x.shape[1]), generator=generator) > recipe.dropout) / (1 - recipe.dropout)
        logits = layer(x[rows] * kept)
        if lesson.undecided:
            cost = nn.functional.cross_entropy(logits, truth[rows] / truth[rows].sum(1, keepdim=True))
        else:
            cost = -_log_likelihood(logits, truth[rows] > 0).mean()
        step(optimizer, schedule, cost)


def _balance(truth: Tensor) -> Tensor:
    """Weights of rows (n) that show a name as often as the root of its share."""
    share = truth / truth.sum(1, keepdim=True)
    return share @ (1 / share.sum(0).clamp_min(1)).sqrt()


def _log_likelihood(logits: Tensor, truth: Tensor) -> Tensor:
    """Of any of the true names, for each row."""
    return torch.logsumexp(logits.masked_fill(~truth, -torch.inf), 1) - torch.logsumexp(logits, 1)


def calibrate(layer: Any, lesson: Lesson, judged: Tensor, wanted: float) -> Told:
    """Divide the layer's weights by the temperature that fits best, and find how sure it must be to be right."""
    truth = lesson.allowed[judged]
    with torch.no_grad():
        logits = layer(lesson.features[judged])
        if lesson.possible is not None:
            # a label may lie outside its category's names: it stays in the running
            logits = logits.masked_fill(~(lesson.possible[judged] | truth), -torch.inf)
        costs = [float(-_log_likelihood(logits / t, truth).mean()) for t in _TEMPERATURES]
        temperature = float(_TEMPERATURES[int(np.argmin(costs))])
        out = layer.out if isinstance(layer, Head) else layer
        out.weight.div_(temperature)
        out.bias.div_(temperature)
        sure, best = (logits / temperature).softmax(1).max(1)
    right = truth[torch.arange(len(truth)), best].numpy()
    least = least_sure(sure.numpy(), right, wanted)
    told = sure.numpy() >= least
    return Told(
        least, float(right.mean()), float(told.mean()), float(right[told].mean()) if told.any() else 0.0, len(right)
    )


def least_sure(sure: npt.NDArray[np.float32], right: npt.NDArray[np.bool_], wanted: float) -> float:
    """The least confidence from which on the answers are right as often as wanted; above 1 where none is."""
    order: Numbers = np.argsort(-sure, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= wanted)
    enough = enough[enough >= min(_LEAST_TOLD, len(order)) - 1]
    return round(float(sure[order[enough[-1]]]), 3) if len(enough) else _NEVER
