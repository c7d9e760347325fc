"""What the embedder learns from, once its early stages have seen it; kept in files, so that a kill costs a minute."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import click
import numpy as np
import numpy.typing as npt
import torch

from backend.training.checkpoints import written_whole
from backend.training.embedder_recipe import Recipe
from backend.training.pieces import Piece
from backend.training.views import CELLS, View, changed_view, closer_view, plain_view, recolored_view
from backend.vision.embedder_features import (
    COLOR_CELLS,
    FINE_CELLS,
    FINE_CHANNELS,
    MIDDLE_CHANNELS,
    THIRD_CHANNELS,
    Early,
    FeatureNet,
)

_BATCH = 32  # crops through the network at once
_SHAPES: dict[str, tuple[tuple[int, ...], Any]] = {
    "fine": ((FINE_CHANNELS, FINE_CELLS, FINE_CELLS), np.float16),
    "third": ((THIRD_CHANNELS, FINE_CELLS // 2, FINE_CELLS // 2), np.float16),
    "middle": ((MIDDLE_CHANNELS, FINE_CELLS // 2, FINE_CELLS // 2), np.float16),
    "small": ((3, COLOR_CELLS, COLOR_CELLS), np.uint8),
    "masks": ((CELLS, CELLS), np.uint8),
}

Numbers = npt.NDArray[np.int64]
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """n views: activations (float16, mapped from files), masks (uint8, n, 28, 28), and what each view shows.

    `photos` number the piece that a view was made of: views of one photo of a shop are no positives of each other.
    `colors` are the pieces', and names of their own for views in another colour.
    """

    fine: npt.NDArray[Any]
    third: npt.NDArray[Any]
    middle: npt.NDArray[Any]
    small: npt.NDArray[Any]
    masks: npt.NDArray[np.uint8]
    pieces: tuple[Piece, ...]
    photos: tuple[int, ...]
    colors: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.pieces)

    def early(self, rows: Numbers) -> Early:
        fine, third, middle, small = (
            torch.from_numpy(np.asarray(one[rows])) for one in (self.fine, self.third, self.middle, self.small)
        )
        channels_last = torch.channels_last  # a third quicker on a CPU
        fine, third, middle = (one.float().contiguous(memory_format=channels_last) for one in (fine, third, middle))
        return Early(fine, third, middle, small.float() / 255)

    def raw(self, net: FeatureNet) -> Array:
        """The net's features of all views (n, features)."""
        parts = []
        with torch.no_grad(), progress(range(0, len(self), _BATCH), "features") as starts:
            for start in starts:
                parts.append(net.rest(self.early(np.arange(start, min(len(self), start + _BATCH)))).numpy())
        return np.concatenate(parts)

    def kept_raw(self, net: FeatureNet, file: Path) -> Array:
        """The net's features of all views, from `file` where an earlier run left them."""
        if not file.exists():
            with written_whole(file) as fresh:
                np.save(fresh, self.raw(net))
        kept: Array = np.load(file)
        return kept


def progress(steps: Sequence[int], label: str) -> Any:
    """A bar on stderr, since figures go to stdout."""
    return click.progressbar(steps, label=label, file=sys.stderr)


class Plan(NamedTuple):
    """A view to make: of which piece, changed or as it is, closer, and in which other colour, if any."""

    piece: int
    changed: bool = False
    closer: bool = False
    recolored: int | None = None


def plan_views(pieces: Sequence[Piece], recipe: Recipe, seed: int) -> list[Plan]:
    """The views of every piece. Only a garment that the shop shows from several sides in a colour is recoloured."""
    chance = Random(seed)
    sides = Counter((one.product, one.color) for one in pieces if one.source == "shop")
    plans = []
    for number, piece in enumerate(pieces):
        shop = piece.source == "shop"
        changed = recipe.shop_views - 1 if shop else int(chance.random() < recipe.changed)
        other = recipe.recolored if shop and sides[piece.product, piece.color] > 1 else 0
        plans += [Plan(number)] + [Plan(number, changed=True)] * changed
        plans += [Plan(number, closer=True)] * (recipe.closer if shop else 0)
        plans += [Plan(number, recolored=color) for color in range(other)]
    return plans


def extract(net: FeatureNet, pieces: Sequence[Piece], folder: Path, *, recipe: Recipe, seed: int) -> Examples:
    """Early activations of every view, in files of `folder` (140 kB a view); goes on where it was stopped."""
    plans = plan_views(pieces, recipe, seed)
    folder.mkdir(parents=True, exist_ok=True)
    reached = folder / "rows"
    done = int(reached.read_text()) if reached.exists() else 0
    files = {
        name: np.lib.format.open_memmap(
            folder / f"{name}.npy", "r+" if done else "w+", dtype=kind, shape=(len(plans), *shape)
        )
        for name, (shape, kind) in _SHAPES.items()
    }
    views = _views(pieces, plans, done, seed)
    with progress(range(done, len(plans), _BATCH), "views") as starts:
        for start in starts:
            end = min(len(plans), start + _BATCH)
            _write(net, [next(views) for _ in range(start, end)], files, start)
            with written_whole(reached) as fresh:
                fresh.write_text(str(end))
    shown = tuple(pieces[plan.piece] for plan in plans)
    colors = tuple(
        piece.color if plan.recolored is None else f"{piece.color} as {plan.recolored}"
        for piece, plan in zip(shown, plans, strict=True)
    )
    return Examples(**files, pieces=shown, photos=tuple(plan.piece for plan in plans), colors=colors)


def _views(pieces: Sequence[Piece], plans: Sequence[Plan], first: int, seed: int) -> Iterator[View]:
    grounds = [one.path for one in pieces if one.source == "street"]
    for row in range(first, len(plans)):
        plan, chance = plans[row], Random(f"{seed}-{row}")
        piece = pieces[plan.piece]
        if plan.recolored is not None:  # every side of the garment in the same other colour
            yield recolored_view(piece, Random(f"{seed}-{piece.product}-{piece.color}-{plan.recolored}"))
        elif plan.closer:
            yield closer_view(piece, chance)
        else:
            yield changed_view(piece, grounds, chance) if plan.changed else plain_view(piece)


def _write(net: FeatureNet, views: Sequence[View], files: dict[str, Any], start: int) -> None:
    with torch.no_grad():
        early = net.early(torch.from_numpy(np.stack([view.crop for view in views])))
    end = start + len(views)
    for name, values in zip(("fine", "third", "middle"), early[:3], strict=True):
        files[name][start:end] = values.numpy()
    files["small"][start:end] = (early.small * 255).round().numpy()
    files["masks"][start:end] = np.stack([view.mask for view in views])
