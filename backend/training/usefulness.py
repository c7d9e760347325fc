"""Train what tells garments from size charts and close-ups (`backend.vision.usefulness`).

Labelled: a shop's train photos. Added: garment and street photos as garments, crops from inside garments as close-ups
(never as garments), and size charts drawn here in many styles, because one shop's charts all look alike.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from backend.training.datasets import find_folder, load_garment_photos, load_shop, load_street_photos, read
from backend.vision.crops import cut
from backend.vision.images import Picture
from backend.vision.model import Vision, load_vision
from backend.vision.usefulness import LEARNED, features
from backend.vision.values import Box, Detection

_OTHER_PHOTOS = 500  # of each further set: enough that plain rooms and streets stay garments
_CHARTS = 400
_ROUNDS = 3000
_DECAY = 0.003

Array = npt.NDArray[np.float64]


def train_images(data: Path, out: Path, *, seed: int = 0) -> dict[str, Any]:
    """Write `out/usefulness.json`; returns the accuracy on what was trained on. Same seed, same file."""
    chance = random.Random(seed)
    vision = load_vision()
    rows, labels = [], []
    for picture, kind in _pictures(data, chance, vision):
        rows.append(features(picture, vision.detect([picture])[0]))
        labels.append(LEARNED.index(kind))
    x, y = np.array(rows), np.array(labels)
    mean, scale = x.mean(0), 1 / (x.std(0) + 1e-3)
    weights, bias = _fit((x - mean) * scale, y)
    right = (((x - mean) * scale) @ weights.T + bias).argmax(1) == y
    facts = {"mean": mean, "scale": scale, "weights": weights, "bias": bias}
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps({name: np.round(value, 5).tolist() for name, value in facts.items()})
    (out / "usefulness.json").write_text(text + "\n", encoding="utf-8")
    return {"pictures": dict(Counter(LEARNED[label] for label in labels)), "accuracy": float(right.mean())}


def _pictures(data: Path, chance: random.Random, vision: Vision) -> Iterator[tuple[Picture, str]]:
    shop = load_shop(find_folder(data, "luma", "products.json"))
    for photo in shop:
        if photo.split == "train":
            yield read(photo.path), photo.kind
    others = [
        *_sample(load_garment_photos(find_folder(data, "garment_photos", "labels.csv")), chance),
        *_sample(load_street_photos(find_folder(data, "street_photos", "annotations.json")), chance),
    ]
    for path in others:
        picture = read(path)
        yield picture, "garment"
        close = _close_up(picture, vision.detect([picture])[0], chance)
        if close is not None:
            yield close, "close_up"
    for _ in range(_CHARTS):
        yield draw_size_chart(chance), "size_chart"


def _sample(photos: Any, chance: random.Random) -> list[Path]:
    paths = [photo.path for photo in photos if photo.split == "train"]
    return chance.sample(paths, min(_OTHER_PHOTOS, len(paths)))


def _close_up(picture: Picture, found: list[Detection], chance: random.Random) -> Picture | None:
    """A part of the largest garment, as a shop's close-up of cloth or seam would show it."""
    largest = max(found, key=lambda one: one.box.area, default=None)
    if largest is None or largest.box.area < 0.1:
        return None
    share = chance.uniform(0.25, 0.55)
    box = largest.box
    part = Box(
        box.x + box.w * chance.uniform(0, 1 - share), box.y + box.h * chance.uniform(0, 1 - share),
        box.w * share, box.h * share,
    )  # fmt: skip
    pixels = cut(picture, part)
    large = Image.fromarray(pixels).resize((480, max(1, round(480 * pixels.shape[0] / pixels.shape[1]))))
    return Picture(np.asarray(large), large.width, large.height)


def draw_size_chart(chance: random.Random) -> Picture:
    """A size chart in one of many styles: ruled, striped or bare rows, on light or dark ground."""
    width, height = chance.randint(400, 900), chance.randint(300, 900)
    ground = chance.choice([(255, 255, 255), (255, 255, 255), (246, 246, 244), (238, 240, 245), (30, 30, 34)])
    ink = (30, 30, 30) if ground[0] > 100 else (230, 230, 230)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    columns, rows = chance.randint(3, 7), chance.randint(3, 12)
    left, top = width * chance.uniform(0.02, 0.12), height * chance.uniform(0.02, 0.3)
    right, bottom = width - left, height * chance.uniform(0.75, 0.98)
    font = ImageFont.load_default(chance.randint(11, 20))
    wide, tall = (right - left) / columns, (bottom - top) / rows
    striped, ruled, upright = chance.random() < 0.4, chance.random() < 0.7, chance.random() < 0.6
    header = tuple(chance.randint(60, 230) for _ in range(3)) if chance.random() < 0.4 else ground
    draw.text((left, top / 3), chance.choice(["SIZE GUIDE (cm)", "Size chart", "Measurements"]), fill=ink, font=font)
    for row in range(rows):
        shade = header if row == 0 else tuple(max(0, tone - 14) for tone in ground) if striped and row % 2 else ground
        draw.rectangle([left, top + row * tall, right, top + (row + 1) * tall], fill=shade)
        for column in range(columns):
            text = str(chance.randint(20, 130)) if column else chance.choice(["Chest", "Waist", "Hip", "Length"])
            draw.text((left + (column + 0.2) * wide, top + (row + 0.3) * tall), text, fill=ink, font=font)
    grey = tuple((tone + other) // 2 for tone, other in zip(ground, ink, strict=True))
    for row in range(rows + 1 if ruled else 0):
        draw.line([left, top + row * tall, right, top + row * tall], fill=grey)
    for column in range(columns + 1 if upright else 0):
        draw.line([left + column * wide, top, left + column * wide, bottom], fill=grey)
    return Picture(np.asarray(image), width, height)


def _fit(x: Array, y: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """Softmax regression by gradient descent, each class weighing the same."""
    weights, bias = np.zeros((len(LEARNED), x.shape[1])), np.zeros(len(LEARNED))
    truth = np.eye(len(LEARNED))[y]
    share = 1 / (np.bincount(y, minlength=len(LEARNED))[y] * len(LEARNED))
    for _ in range(_ROUNDS):
        logits = x @ weights.T + bias
        likely = np.exp(logits - logits.max(1, keepdims=True))
        error = (likely / likely.sum(1, keepdims=True) - truth) * share[:, None]
        weights -= 0.5 * (error.T @ x + _DECAY * weights)
        bias -= 0.5 * error.sum(0)
    return weights, bias
