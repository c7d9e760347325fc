"""What it costs when the wrong garments lie near: the losses that were compared."""

from typing import cast

from pytorch_metric_learning import losses, miners
from torch import Tensor, nn

from backend.training.embedder_recipe import LOSSES
from backend.training.embedder_sampler import Batch


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
