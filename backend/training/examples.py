"""What the embedder learns from, once its early stages have seen it; kept in files, so that a kill costs a minute."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from backend.training.embedder_recipe import Recipe
from backend.training.pieces import Piece
from backend.training.views import CELLS, View, changed_view, plain_view
from backend.vision.embedder_features import COLOR_CELLS, FINE_CELLS, FINE_CHANNELS, MIDDLE_CHANNELS, FeatureNet

_BATCH = 32  # crops through the network at once
_SHAPES: dict[str, tuple[tuple[int, ...], Any]] = {
    "fine": ((FINE_CHANNELS, FINE_CELLS, FINE_CELLS), np.float16),
    "middle": ((MIDDLE_CHANNELS, FINE_CELLS // 2, FINE_CELLS // 2), np.float16),
    "small": ((3, COLOR_CELLS, COLOR_CELLS), np.uint8),
    "masks": ((CELLS, CELLS), np.uint8),
}

Numbers = npt.NDArray[np.int64]
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Activations of some views, as `FeatureNet.rest` takes them."""

    fine: Tensor
    middle: Tensor
    small: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """n views: activations (float16, mapped from files), masks (uint8, n, 28, 28), and what each view shows.

    `photos` number the piece that a view was made of: views of one photo of a shop are no positives of each other.
    """

    fine: npt.NDArray[Any]
    middle: npt.NDArray[Any]
    small: npt.NDArray[Any]
    masks: npt.NDArray[np.uint8]
    pieces: tuple[Piece, ...]
    photos: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.pieces)

    def seen(self, rows: Numbers) -> Seen:
        fine, middle, small = (torch.from_numpy(np.asarray(one[rows])) for one in (self.fine, self.middle, self.small))
        channels_last = torch.channels_last  # a third quicker on a CPU
        fine, middle = (one.float().contiguous(memory_format=channels_last) for one in (fine, middle))
        return Seen(fine, middle, small.float() / 255)

    def raw(self, net: FeatureNet, rows: Numbers | None = None) -> Array:
        """The net's features of these views, or of all (n, features)."""
        rows = np.arange(len(self)) if rows is None else rows
        parts = []
        with torch.no_grad(), progress(range(0, len(rows), _BATCH), "features") as starts:
            for start in starts:
                one = self.seen(rows[start : start + _BATCH])
                parts.append(net.rest(one.fine, one.middle, one.small).numpy())
        return np.concatenate(parts)


def progress(steps: Sequence[int], label: str) -> Any:
    """A bar on stderr, since figures go to stdout."""
    return click.progressbar(steps, label=label, file=sys.stderr)


def plan_views(pieces: Sequence[Piece], recipe: Recipe, seed: int) -> list[tuple[int, bool]]:
    """Which piece each row shows, and whether changed."""
    chance = Random(seed)
    rows = []
    for number, piece in enumerate(pieces):
        changed = recipe.shop_views - 1 if piece.source == "shop" else int(chance.random() < recipe.changed)
        rows += [(number, False)] + [(number, True)] * changed
    return rows


def extract(net: FeatureNet, pieces: Sequence[Piece], folder: Path, *, recipe: Recipe, seed: int) -> Examples:
    """Early activations of every view, in files of `folder` (110 kB a view); goes on where it was stopped."""
    rows = plan_views(pieces, recipe, seed)
    folder.mkdir(parents=True, exist_ok=True)
    reached = folder / "rows"
    done = int(reached.read_text()) if reached.exists() else 0
    files = {
        name: np.lib.format.open_memmap(
            folder / f"{name}.npy", "r+" if done else "w+", dtype=kind, shape=(len(rows), *shape)
        )
        for name, (shape, kind) in _SHAPES.items()
    }
    views = _views(pieces, rows, done, seed)
    with progress(range(done, len(rows), _BATCH), "views") as starts:
        for start in starts:
            end = min(len(rows), start + _BATCH)
            _write(net, [next(views) for _ in range(start, end)], files, start)
            fresh = reached.with_suffix(".new")
            fresh.write_text(str(end))
            fresh.replace(reached)  # a kill leaves the old number or the new one
    return Examples(**files, pieces=tuple(pieces[number] for number, _ in rows), photos=tuple(one for one, _ in rows))


def _views(pieces: Sequence[Piece], rows: Sequence[tuple[int, bool]], first: int, seed: int) -> Iterator[View]:
    grounds = [one.path for one in pieces if one.source == "street"]
    for row in range(first, len(rows)):
        number, changed = rows[row]
        yield changed_view(pieces[number], grounds, Random(f"{seed}-{row}")) if changed else plain_view(pieces[number])


def _write(net: FeatureNet, views: Sequence[View], files: dict[str, Any], start: int) -> None:
    with torch.no_grad():
        fine, middle, small = net.early(torch.from_numpy(np.stack([view.crop for view in views])))
    end = start + len(views)
    files["fine"][start:end] = fine.numpy()
    files["middle"][start:end] = middle.numpy()
    files["small"][start:end] = (small * 255).round().numpy()
    files["masks"][start:end] = np.stack([view.mask for view in views])
