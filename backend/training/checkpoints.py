"""What a training keeps on the way, and how much of where it started it keeps in the end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """The name under which to write `file`, which is put in its place at the end: a kill leaves the old one or the new.

    Where writing fails, the old one stays.
    """
    fresh = file.with_name(f"new-{file.name}")
    yield fresh
    fresh.replace(file)


@torch.no_grad()
def draw_back(network: Any, start: Mapping[str, Tensor], share: float) -> None:
    """Mix the weights that training started from into the network, in place; `share` of the trained ones stays.

    Mixed weights know what is trained for nearly as well as trained ones, and forget less of the rest (WiSE-FT,
    Wortsman et al., arXiv 2109.01903).
    """
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            value.lerp_(start[name], 1 - share)
