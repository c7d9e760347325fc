"""Which garments meet in a batch of the embedder's training."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from backend.training.embedder_recipe import Batches
from backend.training.examples import Examples, Numbers

_COLORS = 100  # more than a product has


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows of the examples; numbers for their product, for product and colour, and for the photo."""

    rows: Numbers
    products: Tensor
    colors: Tensor
    photos: Tensor

    def pairs(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Anchors and positives, anchors and negatives, as pytorch-metric-learning takes them."""
        same = self.products[:, None] == self.products
        positives = torch.where(same & (self.photos[:, None] != self.photos))
        negatives = torch.where(~same)
        return positives[0], positives[1], negatives[0], negatives[1]


class Sampler:
    """Batches that hold hard negatives: half of the shop's products come from one category."""

    def __init__(self, examples: Examples, batches: Batches) -> None:
        self._batches = batches
        self._examples = examples
        shop: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        single: dict[str, list[int]] = defaultdict(list)
        self._rivals: dict[str | None, list[str]] = defaultdict(list)
        for row, piece in enumerate(examples.pieces):
            if piece.source != "shop":
                single[piece.product].append(row)
                continue
            if piece.product not in shop:
                self._rivals[piece.category].append(piece.product)
            shop[piece.product][examples.colors[row]].append(row)
        self._shop = shop
        self._single: dict[str, list[list[int]]] = defaultdict(list)
        for rows in single.values():
            self._single[examples.pieces[rows[0]].kind].append(rows)

    def batch(self, chance: np.random.Generator) -> Batch:
        rows: list[int] = []
        products: list[int] = []
        colors: list[int] = []
        for number, views in enumerate([*self._products(chance), *self._others(chance)]):
            for which, mates in enumerate(views):
                picked = chance.choice(mates, min(self._batches.each, len(mates)), replace=False).tolist()
                rows += picked
                products += [number] * len(picked)
                colors += [number * _COLORS + which] * len(picked)
        # a garment with one photo has only views of it: there they are positives of each other
        shop = [self._examples.pieces[row].source == "shop" for row in rows]
        photos = [self._examples.photos[row] if one else -1 - row for row, one in zip(rows, shop, strict=True)]
        return Batch(np.array(rows), torch.tensor(products), torch.tensor(colors), torch.tensor(photos))

    def _products(self, chance: np.random.Generator) -> list[list[list[int]]]:
        """The shop's products as lists of colours as lists of rows."""
        categories, everyone, half = list(self._rivals), list(self._shop), self._batches.products // 2
        if not everyone:
            return []
        rivals = self._rivals[categories[chance.integers(len(categories))]]
        names = [rivals[one] for one in chance.permutation(len(rivals))[:half]]
        names += [everyone[one] for one in chance.permutation(len(everyone))[:half]]
        return [list(self._shop[name].values()) for name in dict.fromkeys(names)]

    def _others(self, chance: np.random.Generator) -> list[list[list[int]]]:
        kinds = list(self._single)
        if not kinds:
            return []
        size = np.array([len(self._single[kind]) for kind in kinds]) ** self._batches.balance
        groups = [
            self._single[kinds[one]] for one in chance.choice(len(kinds), self._batches.others, p=size / size.sum())
        ]
        return [[group[chance.integers(len(group))]] for group in groups]
