"""What a product image shows, and so whether shoppers should see it: a garment, a size chart, a close-up …

A small linear model on statistics of the pixels and on what the detector found, trained by `niteru train images`. Flat
swatches and long banners are told by rules: no labelled ones exist yet.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.vision.card import WEIGHTS
from backend.vision.colors import oklab
from backend.vision.images import Picture
from backend.vision.values import Detection

KINDS = ("garment", "size_chart", "close_up", "swatch", "banner", "other")
LEARNED = KINDS[:3]

_SIDE = 96
_FLAT = 0.012  # OKLab spread of all pixels below which a picture is one colour
_THUMB = 64  # pixels: a picture that small is a button that chooses a colour
_LONG = 2.6  # proportions beyond which a picture is a banner
_ALIKE = 0.12  # OKLab: thirds of a close-up differ from its middle by less
_PLAIN = 0.03  # OKLab spread of the rim below which it is a studio's ground
_SURE = 0.6  # confidence of a garment that makes a picture more than cloth
_EDGE = 0.06  # OKLab lightness step between neighbours that makes an edge

Features = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Usefulness:
    """`kind` is one of KINDS; `probability` is how likely that is, 0 to 1."""

    kind: str
    probability: float


def judge(picture: Picture, detections: Sequence[Detection]) -> Usefulness:
    """Say what the picture shows, from its pixels and from what `Vision.detect` found in it."""
    ruled = _rule(picture, detections)
    if ruled is not None:
        return ruled
    mean, scale, weights, bias = _model()
    logits = weights @ ((features(picture, detections) - mean) * scale) + bias
    likely = np.exp(logits - logits.max())
    likely /= likely.sum()
    best = int(likely.argmax())
    if LEARNED[best] == "garment" and _all_cloth(picture, detections):
        return Usefulness("close_up", 0.6)
    return Usefulness(LEARNED[best], float(likely[best]))


def features(picture: Picture, detections: Sequence[Detection]) -> Features:
    """21 numbers that tell the kinds apart, each roughly between 0 and 1."""
    lab = _small(picture)
    light = lab[..., 0]
    across, down = np.abs(np.diff(light, axis=1)), np.abs(np.diff(light, axis=0))
    rows, columns = (down > _EDGE).mean(1), (across > _EDGE).mean(0)
    ground, ground_share, bins = _ground(lab)
    far = np.sqrt(((lab - ground) ** 2).sum(-1)) > 0.06
    rim = np.concatenate([far[0], far[-1], far[:, 0], far[:, -1]])
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    middle = far[_SIDE // 4 : -_SIDE // 4, _SIDE // 4 : -_SIDE // 4]
    surest = max(detections, key=lambda one: one.confidence, default=None)
    largest = max((one.box.area for one in detections), default=0.0)
    return np.array([
        ground_share, ground[0], bins, light.std(), light.mean(), chroma.mean(), chroma.std(),
        (across > _EDGE).mean(), (down > _EDGE).mean(), (rows > 0.5).mean(), (columns > 0.5).mean(),
        np.sort(rows)[-3], np.sort(columns)[-3], rim.mean(), middle.mean(), far.mean(),
        surest.confidence if surest else 0.0, surest.box.area if surest else 0.0, largest,
        min(len(detections), 5) / 5, min(picture.width, picture.height) / max(picture.width, picture.height),
    ])  # fmt: skip


def _rule(picture: Picture, detections: Sequence[Detection]) -> Usefulness | None:
    width, height = picture.original_width, picture.original_height
    if max(width, height) <= _THUMB:
        return Usefulness("swatch", 0.8)
    spread = float(_small(picture).reshape(-1, 3).std(0).sum())
    if spread < _FLAT:
        return Usefulness("swatch", 0.9)
    if max(width, height) > _LONG * min(width, height) and width > height:
        return Usefulness("banner", 0.8 if not detections else 0.6)
    return None


def _all_cloth(picture: Picture, detections: Sequence[Detection]) -> bool:
    """Whether all thirds of the picture look alike up to a rim that is not plain, and nothing in it is surely found."""
    if any(one.confidence >= _SURE for one in detections):
        return False
    lab = _small(picture)
    third = _SIDE // 3
    thirds = lab.reshape(3, third, 3, third, 3).mean((1, 3)).reshape(9, 3)
    apart = np.sqrt(((thirds - thirds[4]) ** 2).sum(1)).max()
    rim = np.concatenate([part.reshape(-1, 3) for part in (lab[:4], lab[-4:], lab[:, :4], lab[:, -4:])])
    return bool(apart < _ALIKE and rim.std(0).sum() > _PLAIN)


def _small(picture: Picture) -> Features:
    return oklab(np.asarray(Image.fromarray(picture.pixels).resize((_SIDE, _SIDE), Image.Resampling.BOX)))


def _ground(lab: Features) -> tuple[Features, float, float]:
    """The commonest colour, its share, and how many colours there are (of the 512 bins that a photo can fill)."""
    cells = np.clip(((lab - [0.0, -0.2, -0.2]) / [1.0, 0.4, 0.4] * 16).astype(int), 0, 15).reshape(-1, 3)
    keys = cells @ [256, 16, 1]
    names, counts = np.unique(keys, return_counts=True)
    commonest = names[counts.argmax()]
    ground: Features = np.median(lab.reshape(-1, 3)[keys == commonest], axis=0)
    return ground, float(counts.max() / counts.sum()), min(len(names), 512) / 512


@lru_cache(maxsize=1)
def _model() -> tuple[Features, Features, Features, Features]:
    facts = json.loads((WEIGHTS / "usefulness.json").read_text(encoding="utf-8"))
    return tuple(np.array(facts[name]) for name in ("mean", "scale", "weights", "bias"))  # type: ignore[return-value]
