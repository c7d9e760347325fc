"""Triplets in the batch: which examples meet, and what it costs when the wrong ones are near."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

_TEMPERATURE = 0.07
_PRODUCT_MARGIN, _COLOR_MARGIN = 0.4, 0.1
_COLOR_SHARE = 0.7  # of the loss, by cross-validation on train products


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """n views: middle activations (float16), shallow and all raw features, and what each view shows."""

    middles: Tensor
    shallow: Tensor
    features: npt.NDArray[np.float32]
    products: list[str]
    colors: list[str]
    categories: list[str | None]
    shop: list[bool]


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


class Sampler:
    """Batches that hold hard negatives: half of the products come from one category."""

    def __init__(
        self, examples: Examples, chance: np.random.Generator, *, products: int = 20, others: int = 24
    ) -> None:
        self._chance = chance
        self._half, self._most_others = products // 2, others
        shop: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        single: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._products: dict[str | None, list[str]] = defaultdict(list)
        for row, (product, color) in enumerate(zip(examples.products, examples.colors, strict=True)):
            group = shop if examples.shop[row] else single
            if examples.shop[row] and product not in shop:
                self._products[examples.categories[row]].append(product)
            group[product][color].append(row)
        self._shop, self._others = shop, list(single.values())

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
        names = [rivals[one] for one in self._chance.permutation(len(rivals))[: self._half]]
        names += [everyone[one] for one in self._chance.permutation(len(everyone))[: self._half]]
        others = self._chance.permutation(len(self._others))[: self._most_others]
        return [self._shop[name] for name in dict.fromkeys(names)] + [self._others[one] for one in others]
