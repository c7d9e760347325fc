"""Garments drawn alone and whole, as laid-flat product pictures, ghost mannequins and technical flats show them."""

from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from backend.training.grounds import draw_ground
from backend.training.usefulness.canvas import Place, color
from backend.training.usefulness.cloth import drape, draw_cloth
from backend.training.usefulness.flat_shapes import Outline, Shape, draw_shape_of_a_garment, smooth
from backend.training.usefulness.skins import draw_skin
from backend.vision.images import Pixels

Tones = npt.NDArray[np.float32]
_SUPER = 2  # masks are drawn so much larger, so that their edges are soft


def draw_flat(chance: Random) -> Pixels:
    """One garment, sometimes two, on a plain ground or a floor, in one of many hands (h, w, 3)."""
    width = chance.randint(300, 460)
    height = round(width * chance.choice([1.0, 1.0, 1.25, 1.25, 1.33, 0.8]))
    ground = _ground(chance, width, height)
    hand = _Hand(chance)
    if chance.random() < 0.06:
        for half in (0.0, 0.5):
            hand.put(ground, (half * width, 0.1 * height, (half + 0.5) * width, 0.9 * height))
    else:
        rim = chance.uniform(0.02, 0.2)
        hand.put(ground, (rim * width, rim * height, (1 - rim) * width, (1 - rim) * height))
    return np.asarray(np.clip(ground, 0, 255), np.uint8)


def _ground(chance: Random, width: int, height: int) -> Tones:
    """Paper, a studio's slope of light, any colour, or a floor (h, w, 3)."""
    kind = chance.random()
    if kind < 0.15:
        return draw_ground(chance, width, height).astype(np.float32)
    if kind < 0.85:
        light = chance.uniform(205, 255)
        tone = np.array([light + chance.uniform(-9, 0) for _ in range(3)], np.float32)
    else:
        tone = np.array(color(chance), np.float32)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot(across / width - 0.5, down / height - chance.uniform(0.2, 0.7))
    fall = chance.choice([0.0, 0.0, chance.uniform(0, 0.2)])
    return np.asarray(tone * (1 - fall * far)[..., None], np.float32)


class _Hand:
    """How everything in one picture is drawn: inked or not, flat or with folds and light."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        kind = chance.random()
        self._folds = kind < 0.7  # otherwise one tone, as icons and technical flats have
        self._ink = chance.choice([0, 0, 0, 1, 2]) if self._folds else chance.choice([0, 1, 2, 3, 5])
        self._relief = chance.uniform(0.1, 0.5) if self._folds else chance.choice([0.0, 0.0, 0.2])
        self._shadow = chance.uniform(0.1, 0.5) if chance.random() < 0.6 else 0.0
        self._round = chance.choice([0, 0, 1, 1, 2])

    def put(self, canvas: Tones, place: Place) -> None:
        """Draw a garment into the place (left, top, right, bottom), on the canvas itself."""
        chance, shape = self._chance, draw_shape_of_a_garment(self._chance)
        height, width = canvas.shape[:2]
        cloth = self._cloth(width, height)
        trim = self._cloth(width, height) if chance.random() < 0.5 else cloth * chance.uniform(0.6, 1.15)
        fills = {"cloth": cloth, "trim": trim, "inside": cloth * chance.uniform(0.3, 0.6)}
        turn = chance.gauss(0, 2) if chance.random() < 0.8 else chance.uniform(-30, 30)
        place = _filled(shape, place, turn)
        masks = [(role, self._mask(_placed(outline, place, turn), width, height)) for role, outline in shape.pieces]
        whole = np.max([mask for _, mask in masks], axis=0)
        if self._shadow:
            self._cast(canvas, whole)
        for role, mask in masks:
            lit = fills[role] * (1 - self._relief + self._relief * _rising(mask, width * 0.03))[..., None]
            canvas += (lit - canvas) * mask[..., None]
            if self._ink:
                self._outline(canvas, mask)
        self._details(canvas, shape, place, turn)

    def _cloth(self, width: int, height: int) -> Tones:
        chance = self._chance
        if not self._folds:
            tone = (255, 255, 255) if chance.random() < 0.35 else color(chance)
            return np.broadcast_to(np.array(tone, np.float32), (height, width, 3)).copy()
        if chance.random() < 0.45:
            pixels = np.broadcast_to(np.array(color(chance), np.uint8), (height, width, 3)).copy()
        else:
            pixels = (draw_skin if chance.random() < 0.25 else draw_cloth)(chance, width, height)
        return (drape(chance, pixels) if chance.random() < 0.8 else pixels).astype(np.float32)

    def _mask(self, outline: Outline, width: int, height: int) -> Tones:
        """How much of each pixel the piece covers (h, w), 0 to 1."""
        large = Image.new("L", (width * _SUPER, height * _SUPER))
        corners = smooth(outline, self._round) if len(outline) < 20 else outline
        ImageDraw.Draw(large).polygon([(x * _SUPER, y * _SUPER) for x, y in corners], fill=255)
        covered: Tones = np.asarray(large.resize((width, height), Image.Resampling.BOX), np.float32) / np.float32(255)
        return covered

    def _cast(self, canvas: Tones, whole: Tones) -> None:
        reach, chance = canvas.shape[1] * self._chance.uniform(0.008, 0.04), self._chance
        move = np.array([[1, 0, chance.gauss(0, reach / 2)], [0, 1, abs(chance.gauss(0, reach))]], np.float32)
        moved = cv2.warpAffine(whole, move, (whole.shape[1], whole.shape[0]))
        canvas *= 1 - self._shadow * cv2.GaussianBlur(moved, (0, 0), reach)[..., None]

    def _outline(self, canvas: Tones, mask: Tones) -> None:
        solid = (mask > 0.5).astype(np.uint8)
        line = cv2.morphologyEx(solid, cv2.MORPH_GRADIENT, np.ones((self._ink + 1, self._ink + 1), np.uint8))
        canvas[line > 0] = 28 if canvas[0, 0].mean() > 110 else 225

    def _details(self, canvas: Tones, shape: Shape, place: Place, turn: float) -> None:
        """Seams and buttons, a little darker or lighter than what they are on, or inked."""
        chance, thick = self._chance, max(1, self._ink)
        drawn = Image.new("L", (canvas.shape[1], canvas.shape[0]))
        pen = ImageDraw.Draw(drawn)
        for seam in shape.seams:
            pen.line(_placed(seam, place, turn), fill=255, width=thick)
        lines = np.asarray(drawn, np.float32)[..., None] / 255 * (1.0 if self._ink else chance.uniform(0.2, 0.7))
        canvas *= 1 - 0.8 * lines
        tone, radius = np.array(color(chance), np.float32), canvas.shape[1] * chance.uniform(0.006, 0.014)
        for x, y in _placed(list(shape.buttons), place, turn):
            cv2.circle(canvas, (round(x), round(y)), max(2, round(radius)), tone.tolist(), -1, cv2.LINE_AA)


def _filled(shape: Shape, place: Place, turn: float) -> Place:
    """Where the unit square must lie for the turned shape to be as large as the place lets it, in its middle."""
    left, top, right, bottom = place
    corners = np.array([at for _, outline in shape.pieces for at in _placed(outline, (0, 0, 1, 1), turn)])
    low, high = corners.min(0), corners.max(0)
    side = float(((right - left, bottom - top) / (high - low)).min())
    x, y = np.array([(left + right) / 2, (top + bottom) / 2]) - side * (low + high) / 2
    return float(x), float(y), float(x) + side, float(y) + side


def _placed(outline: Outline, place: Place, turn: float) -> Outline:
    """Pixels of an outline in the unit square, turned by so many degrees about its middle."""
    left, top, right, bottom = place
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return [
        (left + (0.5 + (x - 0.5) * cos - (y - 0.5) * sin) * (right - left),
         top + (0.5 + (x - 0.5) * sin + (y - 0.5) * cos) * (bottom - top))
        for x, y in outline
    ]  # fmt: skip


def _rising(mask: Tones, reach: float) -> Tones:
    """From the edge of a piece inwards, 0 to 1 (h, w): what is round is darker at its rim."""
    inwards = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.tanh(inwards / max(1.0, reach)), np.float32)
