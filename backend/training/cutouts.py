"""Pieces to put pictures together from: people and garments of labelled photos, cut out."""

import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from backend.training.datasets import GarmentPhoto, StreetPhoto, read
from backend.training.scenes import BODY, Ids, Layer
from backend.vision.images import Pixels

_GRABCUT_SIDE = 200  # pixels: enough for an outline, and 30 times quicker than the photo
_GRABCUT_ROUNDS = 3
_RIM = 0.03  # of the photo: surely not the garment
_FILLED = (0.06, 0.9)  # shares of the photo between which a cut-out can be a garment
_LEAST_GARMENT = 0.015  # of the photo: a smaller street garment is too coarse to be shown alone


def street_layer(photo: StreetPhoto, names: dict[int, str], classes: dict[str, str | None]) -> Layer:
    """The photo with its pixel mask; `names` (read_mask_names) and `classes` lead from mask values to classes."""
    ids = np.asarray(Image.open(photo.path.parent.parent / "masks" / f"{photo.path.stem}.png"), np.int32)
    garments = {
        int(value): name
        for value in np.unique(ids)
        if value and (name := classes.get(names.get(int(value), ""))) is not None
    }
    known = np.isin(ids, list(garments))
    return Layer(read(photo.path).pixels, np.where(known, ids, np.where(ids > 0, BODY, 0)), garments)


def read_mask_names(folder: Path) -> dict[int, str]:
    """Mask value to fine label, of a folder laid out like street_photos."""
    truth = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    return {category["id"]: category["name"] for category in truth["categories"]}


def single_garments(layer: Layer) -> list[Layer]:
    """The layer's garments that are large enough to be shown alone."""
    least = _LEAST_GARMENT * layer.ids.size
    return [layer.only(number) for number in layer.classes if (layer.ids == number).sum() >= least]


def garment_layer(photo: GarmentPhoto, category: str) -> Layer | None:
    """The one garment of a photo, cut from its ground; None where that fails."""
    return cut_out(read(photo.path).pixels, category)


def cut_out(pixels: Pixels, category: str) -> Layer | None:
    """What lies before the ground, as one garment, by GrabCut; None where that is hardly anything or nearly all.

    Rother, Kolmogorov, Blake, "GrabCut: interactive foreground extraction using iterated graph cuts", 2004.
    """
    ids = _foreground(pixels)
    share = float(ids.mean())
    return Layer(pixels, ids, {1: category}) if _FILLED[0] < share < _FILLED[1] else None


def _foreground(pixels: Pixels) -> Ids:
    height, width = pixels.shape[:2]
    scale = _GRABCUT_SIDE / max(height, width)
    small = cv2.resize(
        pixels, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    tall, wide = small.shape[:2]
    rim = max(1, round(_RIM * max(tall, wide)))
    mask = np.full((tall, wide), cv2.GC_PR_FGD, np.uint8)
    mask[:rim], mask[-rim:], mask[:, :rim], mask[:, -rim:] = (cv2.GC_BGD,) * 4
    models = np.zeros((1, 65)), np.zeros((1, 65))
    # it starts from the rim, which is ground, and the middle, which is garment more often than not
    mask[rim : tall // 7, :], mask[-tall // 9 : -rim, :] = cv2.GC_PR_BGD, cv2.GC_PR_BGD
    mask[:, rim : wide // 8], mask[:, -wide // 8 : -rim] = cv2.GC_PR_BGD, cv2.GC_PR_BGD
    mask[:rim], mask[-rim:], mask[:, :rim], mask[:, -rim:] = (cv2.GC_BGD,) * 4
    cv2.setRNGSeed(0)
    cv2.grabCut(small, mask, None, *models, _GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    outline = _largest(cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)))
    large = cv2.resize(outline, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large > 127, np.int32)


def _largest(mask: Pixels) -> Pixels:
    """The largest piece with its holes filled, 0 and 255; parts of a pair of shoes stay when they are large too."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    areas = [cv2.contourArea(one) for one in outlines]
    kept = [one for one, area in zip(outlines, areas, strict=True) if area > 0.4 * max(areas)]
    filled = np.zeros_like(mask)
    cv2.drawContours(filled, kept, -1, 255, cv2.FILLED)
    return filled
