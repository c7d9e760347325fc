"""Train what tells pictures that sell from size charts, close-ups, swatches and banners (`backend.vision.usefulness`).

The network's stages keep what they know of ImageNet; only its head learns, from pictures of every kind that are looked
at once (`pictures`). The head is small and the pictures are many, so a photo is never learned by heart.
"""

import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random
from string import Template
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor, nn

from backend.training.evaluation.images import evaluate_images
from backend.training.export import export_usefulness
from backend.training.usefulness.net import UsefulnessNet
from backend.training.usefulness.pictures import Collection
from backend.vision.model import load_vision
from backend.vision.usefulness import KINDS, SIDE, square

_CARD = Path(__file__).parents[1] / "cards" / "USEFULNESS.md"
_BATCH = 32
_STEPS, _ROWS, _RATE, _DECAY = 1600, 256, 3e-3, 1e-3
_GARMENTS = 0.55  # of what a step sees; the other kinds share the rest evenly
_SMOOTH = 0.02  # labels are wrong now and then: a shop calls a zip filling the picture a garment's photo
_HELD = 8  # one source in so many is kept from a first head, on which the probabilities are calibrated


def train_images(data: Path, out: Path, *, seed: int = 0, size: float = 1.0) -> dict[str, Any]:
    """Write `out/usefulness.onnx` and its card USEFULNESS.md; returns what was learned from, and how well.

    `size` scales the number of pictures. The same seed, data and fonts give the same file.
    """
    torch.manual_seed(seed)
    net = UsefulnessNet().eval()
    features, kinds, sources = _look(net, Collection(data, Random(seed)), size)
    facts = finish(net, features, kinds, sources, out, seed=seed)
    figures = evaluate_images(data, load_vision(), weights=out, drawn=True)
    write_card(out, facts, figures, seed=seed)
    return {**facts, **figures}


def finish(
    net: UsefulnessNet, features: Tensor, kinds: Tensor, sources: Sequence[str], out: Path, *, seed: int
) -> dict[str, Any]:
    """Fit and calibrate the head on features, and write the network to `out`."""
    net.mean, net.scale = features.mean(0), 1 / (features.std(0) + 1e-3)
    held = _held_out(sources)
    fit_head(net, features[~held], kinds[~held], seed=seed)
    logits = net.logits(features[held]).detach()
    right = float((logits.argmax(1) == kinds[held]).float().mean())
    net.temperature = calibrate(logits, kinds[held])
    fit_head(net, features, kinds, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    export_usefulness(net, out / "usefulness.onnx", side=SIDE)
    counts = Counter(KINDS[kind] for kind in kinds.tolist())
    return {"pictures": dict(counts), "held_out_accuracy": right, "temperature": float(net.temperature)}


def write_card(out: Path, facts: dict[str, Any], figures: dict[str, Any], *, seed: int) -> None:
    """Write the model card beside the weights, with what was just measured."""
    text = Template(_CARD.read_text(encoding="utf-8")).substitute(
        side=SIDE,
        seed=seed,
        pictures=sum(facts["pictures"].values()),
        counts=", ".join(f"{count} {kind}" for kind, count in facts["pictures"].items()),
        temperature=f"{facts['temperature']:.2f}",
        held_out=f"{facts['held_out_accuracy']:.3f}",
        figures=f"{_in_words(figures)}; {figures['garments_set_aside']} of {figures['garments']} garments set aside",
        **{which: _in_words(drawn) for which, drawn in figures["drawn"].items()},
        **{f"{which}_forms": _forms(drawn) for which, drawn in figures["drawn"].items()},
    )
    (out / "USEFULNESS.md").write_text(text, encoding="utf-8")


def _in_words(figures: dict[str, Any]) -> str:
    kinds = ", ".join(f"{kind} {share:.3f}" for kind, share in figures["per_class"].items())
    shown = figures["sells_or_not_accuracy"]
    return (
        f"accuracy {figures['accuracy']:.3f} of {figures['judged']} ({kinds}); rightly shown or set aside {shown:.3f}"
    )


def _forms(figures: dict[str, Any]) -> str:
    return ", ".join(f"{form} {share:.2f}" for form, share in figures["per_form"].items())


def _look(net: UsefulnessNet, collection: Collection, size: float) -> tuple[Tensor, Tensor, list[str]]:
    """Features, kinds and sources of all pictures, which are never all in memory."""
    rows: list[Tensor] = []
    kinds: list[int] = []
    sources: list[str] = []
    with click.progressbar(
        collection.pictures(size), length=collection.count(size), label="pictures", file=sys.stderr
    ) as shown:
        pictures = iter(shown)
        while batch := list(islice(pictures, _BATCH)):
            squares = torch.from_numpy(np.stack([square(one.pixels) for one in batch]))
            with torch.inference_mode():
                rows.append(net.features(squares))
            kinds += [KINDS.index(one.kind) for one in batch]
            sources += [one.source for one in batch]
    return torch.cat(rows).clone(), torch.tensor(kinds), sources


def fit_head(net: UsefulnessNet, features: Tensor, kinds: Tensor, *, seed: int) -> None:
    """Train the head from the start on rows drawn so that rare kinds count as much as common ones."""
    torch.manual_seed(seed)
    for layer in net.head:
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
    others = (1 - _GARMENTS) / (len(KINDS) - 1)
    share = torch.tensor([_GARMENTS, *[others] * (len(KINDS) - 1)])
    weight = (share / torch.bincount(kinds, minlength=len(KINDS)).clamp(min=1))[kinds]
    optimizer = torch.optim.AdamW(net.head.parameters(), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=_STEPS)
    rows = net.standard(features)
    net.head.train()
    for _ in range(_STEPS):
        picked = torch.multinomial(weight, _ROWS, replacement=True)
        loss = nn.functional.cross_entropy(net.head(rows[picked]), kinds[picked], label_smoothing=_SMOOTH)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    net.head.eval()


def calibrate(logits: Tensor, kinds: Tensor) -> Tensor:
    """The temperature (1,) at which probabilities fit what was held out best.

    Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", 2017.
    """
    temperatures = torch.linspace(0.3, 3.0, 109)
    losses = [nn.functional.cross_entropy(logits / one, kinds) for one in temperatures]
    return temperatures[int(torch.stack(losses).argmin())].reshape(1)


def _held_out(sources: Sequence[str]) -> Tensor:
    """One source in _HELD, the same ones whatever else there is."""
    return torch.tensor([zlib.crc32(source.encode()) % _HELD == 0 for source in sources])
