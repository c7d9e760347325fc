"""How the embedder is trained: every number that was tuned, in one place."""

import json
from dataclasses import asdict, dataclass, replace
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
class Tuning:
    """How the backbone's later stages learn: the first `kept` stages stay as ImageNet taught them.

    Each of the `steps` shows `garments` garments in two views each; `same` is how much it counts that these are one,
    beside what kind the garment is. `blend` is the share of the tuned weights in the end, the rest is ImageNet's.
    """

    steps: int = 1000
    garments: int = 32
    rate: float = 4e-4
    kept: int = 3
    same: float = 0.5
    blend: float = 0.75


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of the served weights, chosen on held-out train products. Rates of projections are of the mean weight.

    `shares` are those of identity, kind and colour in the similarity; `multi_scale` adds a shallow branch that looks at
    the small picture; `most` limits the garments of each set, for a trial.
    """

    loss: str = "triplet"
    multi_scale: bool = False
    widths: tuple[int, int, int] = (136, 32, 88)
    shares: tuple[float, float, float] = (0.70, 0.18, 0.12)

    tuning: Tuning = Tuning()

    shop_views: int = 3  # of every photo of the shop, the first as it is
    closer: int = 2  # closer views of every photo of the shop
    recolored: int = 4  # other colours of a garment that the shop shows from several sides
    changed: float = 0.3  # of the other garments: the share that is also seen changed
    most: int | None = None

    mask_steps: int = 250
    mask_rate: float = 4e-3
    mask_batch: int = 32

    # where the projections start: weights of the last layer, five stages and colours; how far the differences between
    # photos of one garment are taken for the same in all directions, for shapes and for colours
    blocks: tuple[float, ...] = (1.0, 0.8, 0.8, 0.9, 0.6, 0.4, 1.0)
    shrink: tuple[float, float] = (0.7, 0.3)

    steps: int = 100  # of identity, on frozen features
    rate: float = 0.01
    kind_steps: int = 300
    kind_rate: float = 2e-3
    dropout: float = 0.4
    batches: Batches = Batches()
    shallow_rate: float = 1e-3

    head_steps: int = 300  # of each head, on frozen features
    head_rate: float = 2e-3
    head_decay: float = 0.05
    category_steps: int = 1000  # the categories' head has hidden values, which takes longer and would learn by heart
    category_rate: float = 1e-3
    category_dropout: float = 0.6
    patterns: int = 1500  # garments dressed in drawn patterns

    def for_categories(self) -> "Recipe":
        """The same, with the settings of the categories' head."""
        return replace(
            self, head_steps=self.category_steps, head_rate=self.category_rate, dropout=self.category_dropout
        )


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
