"""What it costs when the wrong garments lie near: the losses that were compared."""

from typing import cast

import torch
from pytorch_metric_learning import losses, miners
from torch import Tensor, nn

from backend.training.embedder_recipe import LOSSES
from backend.training.embedder_sampler import Batch

_TEMPERATURE = 0.05
_COLOR_MARGIN = 0.1


class IdentityLoss(nn.Module):
    """One of LOSSES over unit vectors of identity (n, width), of pairs in the batch or of proxies of all products."""

    def __init__(self, name: str, products: int, width: int) -> None:
        super().__init__()
        self.name = name
        match name:
            case "triplet":
                self.inner = losses.TripletMarginLoss(margin=0.2, smooth_loss=True)
                self.miner = miners.BatchHardMiner()
            case "multi-similarity":
                self.inner = losses.MultiSimilarityLoss(alpha=2, beta=40, base=0.5)
            case "supervised-contrastive":
                self.inner = losses.SupConLoss(temperature=0.07)
            case "proxy-anchor":
                self.inner = losses.ProxyAnchorLoss(products, width)
            case "arcface":
                self.inner = losses.ArcFaceLoss(products, width, margin=17.0, scale=24)
            case _:
                raise ValueError(f"There is no loss {name!r}: choose one of {', '.join(LOSSES)}.")

    def forward(self, vectors: Tensor, batch: Batch, owners: Tensor) -> Tensor:
        """`owners` (n) number the products among all, for the proxies."""
        if self.name in {"proxy-anchor", "arcface"}:
            return cast(Tensor, self.inner(vectors, owners))
        if self.name == "triplet":
            return cast(Tensor, self.inner(vectors, batch.products, self.miner(vectors, batch.products)))
        return cast(Tensor, self.inner(vectors, batch.products, batch.pairs()))


def color_loss(vectors: Tensor, batch: Batch) -> Tensor:
    """Soft batch-hard over whole vectors: nearer to another photo in the same colour than to anything else."""
    similarity = vectors @ vectors.T
    other = batch.photos[:, None] != batch.photos
    twin = (batch.colors[:, None] == batch.colors) & other
    wrong = batch.colors[:, None] != batch.colors
    recolored = wrong & (batch.products[:, None] == batch.products)
    judged = twin.any(1) & recolored.any(1)
    if not judged.any():
        return similarity.sum() * 0
    best = _hardest(similarity, twin)
    cost = _margin(_hardest(similarity, recolored) - best) + _margin(_hardest(similarity, wrong) - best)
    return cost[judged].mean()


def _hardest(similarity: Tensor, mask: Tensor) -> Tensor:
    """A smooth maximum over the masked columns of each row; far below -1 where a row has none."""
    return _TEMPERATURE * torch.logsumexp(similarity.masked_fill(~mask, -9.0) / _TEMPERATURE, 1)


def _margin(difference: Tensor) -> Tensor:
    return nn.functional.softplus((difference + _COLOR_MARGIN) / _TEMPERATURE) * _TEMPERATURE
