"""Scenes as if somebody had drawn them: a filter over the photo, or its outlines filled anew."""

from random import Random

import cv2
import numpy as np
import numpy.typing as npt

from backend.training.scenes import Scene
from backend.vision.images import Pixels

_PAPERS = ((255, 255, 255), (252, 250, 245), (245, 238, 222), (228, 232, 240), (38, 42, 48), (30, 60, 50))


def draw(scene: Scene, chance: Random) -> Pixels:
    """Pixels of the scene (h, w, 3) as a drawing; everything stays in its place."""
    return _filtered(scene.pixels, chance) if chance.random() < 0.4 else _redrawn(scene, chance)


def _filtered(pixels: Pixels, chance: Random) -> Pixels:
    """Flat colours, an ink line, or both; or a pencil on paper."""
    style = chance.random()
    if style < 0.25:
        grey, color = cv2.pencilSketch(pixels, sigma_s=40, sigma_r=0.08, shade_factor=chance.uniform(0.02, 0.06))
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB) if chance.random() < 0.6 else color, np.uint8)
    smooth = pixels
    for _ in range(2):
        smooth = np.asarray(cv2.bilateralFilter(smooth, 9, 60, 9), np.uint8)
    step = chance.choice([16, 32, 48])
    flat = np.asarray(smooth // step * step + step // 2, np.uint8)
    if style < 0.5:
        return flat
    edges = cv2.dilate(cv2.Canny(smooth, 40, chance.uniform(90, 160)), np.ones((2, 2), np.uint8)) > 0
    canvas = flat if style < 0.8 else np.full_like(flat, 250)
    canvas = canvas.copy()
    canvas[edges] = 25
    return canvas


def _redrawn(scene: Scene, chance: Random) -> Pixels:
    """Only outlines are kept: paper, every garment filled with a colour, stripes or nothing, inked or not."""
    paper = np.array(chance.choice(_PAPERS))
    canvas = np.full(scene.pixels.shape, paper, np.float32)
    ink = 25.0 if paper.mean() > 128 else 235.0
    filled = chance.random() < 0.75
    line = chance.choice([1, 1, 2, 3, 5]) if filled else chance.choice([2, 3, 5])
    drawn_inside = chance.random() < 0.4
    soft = chance.choice([0.0, 0.0, 0.8, 3.0]) if filled else 0.8
    for number in scene.classes:
        shape = (scene.ids == number).astype(np.uint8)
        if filled:
            amount = shape.astype(np.float32)
            wash = cv2.GaussianBlur(amount, (0, 0), soft) if soft else amount
            canvas += (_cloth(shape.shape, scene.pixels[shape > 0], chance) - canvas) * wash[..., None]
        if soft < 2:
            canvas[cv2.morphologyEx(shape, cv2.MORPH_GRADIENT, np.ones((line, line), np.uint8)) > 0] = ink
    if drawn_inside:
        inside = (cv2.Canny(cv2.GaussianBlur(scene.pixels, (0, 0), 2), 30, 80) > 0) & (scene.ids > 0)
        canvas[inside] = ink
    return np.asarray(np.clip(canvas, 0, 255), np.uint8)


def _cloth(shape: tuple[int, ...], own: Pixels, chance: Random) -> npt.NDArray[np.float32]:
    """One colour, its own or any, or two in stripes, over the whole picture (h, w, 3)."""
    own_color = own.mean(0) if len(own) else np.zeros(3)
    color = own_color if chance.random() < 0.5 else np.array([chance.uniform(20, 245) for _ in range(3)])
    cloth = np.broadcast_to(color, (*shape, 3)).astype(np.float32).copy()
    kind = chance.random()
    if kind < 0.25:
        down, across = np.mgrid[0 : shape[0], 0 : shape[1]]
        along = down if chance.random() < 0.6 else (down + across if chance.random() < 0.5 else across)
        wide = chance.randint(5, 30)
        cloth[along % wide < wide * chance.uniform(0.2, 0.6)] = [chance.uniform(20, 245) for _ in range(3)]
    elif kind < 0.5:
        cloth *= np.linspace(chance.uniform(0.7, 1.2), chance.uniform(0.7, 1.2), shape[1], dtype=np.float32)[:, None]
    return cloth
