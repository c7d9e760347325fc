"""How the embedder is trained: every number that was tuned, in one place."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

LOSSES = ("triplet", "multi-similarity", "supervised-contrastive", "proxy-anchor", "arcface")
"""What can be asked of the identity part; see `embedder_losses`."""


@dataclass(frozen=True, slots=True)
class Batches:
    """What meets in a batch: `products` of the shop, at most half of them of one category, `each` view of a colour.

    `others` are garments of the sets with one photo each. A kind of them is drawn as often as its size to the power
    `balance`: 0 draws every kind as often, 1 every garment.
    """

    products: int = 24
    others: int = 48
    each: int = 3
    balance: float = 0.5


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of the served weights, chosen on held-out train products. Rates of projections are of the mean weight.

    `shares` are those of identity, kind and colour in the similarity; `multi_scale` adds a shallow branch that looks at
    the small picture; `most` limits the garments of each set, for a trial.
    """

    loss: str = "multi-similarity"
    multi_scale: bool = False
    widths: tuple[int, int, int] = (160, 32, 64)
    shares: tuple[float, float, float] = (0.70, 0.15, 0.15)

    shop_views: int = 5  # of every photo of the shop, the first as it is
    changed: float = 0.3  # of the other garments: the share that is also seen changed
    most: int | None = None

    color_weight: float = 2.0  # of the colour loss, where the identity loss counts once
    kind_weight: float = 1.0
    mask_weight: float = 0.5

    mask_steps: int = 250
    mask_rate: float = 4e-3
    mask_batch: int = 32

    steps: int = 600  # of the projections, on frozen features
    rate: float = 0.02
    dropout: float = 0.4
    batches: Batches = Batches()

    fine_steps: int = 240  # of the last stages, with the mask and the projections
    fine_rate: float = 3e-4
    fine_share: float = 0.3  # the projections go on at that share of their rate
    shallow_rate: float = 1e-3
    keep_every: int = 20  # steps, after which a kill costs nothing
    fine_batches: Batches = Batches(products=8, others=40, each=2)  # each row runs through the last stages

    head_steps: int = 300  # of each head, on frozen features
    head_rate: float = 2e-3
    head_decay: float = 0.05
    patterns: int = 1500  # garments dressed in drawn patterns


RECIPE = Recipe()


def keep_recipe(file: Path, recipe: Recipe, seed: int) -> None:
    """Write down what a folder is trained with; raises ValueError where it was begun with something else."""
    told = json.dumps({**asdict(recipe), "seed": seed}, indent=1)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(told, encoding="utf-8")
    elif file.read_text(encoding="utf-8") != told:
        raise ValueError(
            f"{file.parent.parent} holds a training with other settings: go on with those or start afresh."
        )


def kept_recipe(file: Path) -> tuple[Recipe, int]:
    """What `keep_recipe` wrote down, or RECIPE and seed 0 where it did not."""
    if not file.exists():
        return RECIPE, 0
    told = json.loads(file.read_text(encoding="utf-8"))
    seed = told.pop("seed")
    told |= {name: tuple(told[name]) for name in ("widths", "shares")}
    told |= {name: Batches(**told[name]) for name in ("batches", "fine_batches")}
    return Recipe(**told), seed
