"""A picture under work: pieces of cloth are cut, shaded by the light from the upper left, and laid on one another."""

import functools
import itertools
import math
from collections.abc import Iterable, Sequence
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from backend.demo.drawing_fabric import Color, Field, as_field, texture, weave
from backend.demo.drawing_shapes import Fold, Lines, Mark, Piece, Point, Stage

FINE = 3  # edges are cut on a grid this many times finer and then averaged
UNPRINTED = {"plain", "knit", "rib", "cable"}
LIGHT = (-0.46, -0.58, 0.67)
Box = tuple[int, int, int, int]  # left, top, right, bottom


class Canvas:
    """A picture that pieces are laid on; `pixels` is (height, width, 3) in 0 to 255."""

    def __init__(self, ground: Field) -> None:
        self.pixels = ground.copy()
        self.height, self.width = ground.shape[:2]

    def draw(self, marks: Iterable[Mark], stage: Stage) -> None:
        for mark in marks:
            if isinstance(mark, Piece):
                self.lay(mark, stage)
            else:
                self.rule(mark, stage)

    def lay(self, piece: Piece, stage: Stage) -> None:
        """Cut the piece, shade it, and lay it on what is there, with the shadow it throws."""
        outline = stage.place(piece.outline)
        box = self._box(outline, pad=2 + 14 * stage.scale * (piece.shadow > 0))
        if box is None:
            return
        left, top, right, bottom = box
        cut = _cut(outline, box)
        area = self.pixels[top:bottom, left:right]
        if piece.shadow:
            area *= 1 - piece.shadow * _shadow(cut, stage.scale)[..., None]
        light, slope_x, slope_y = _light(piece, cut, box, stage)
        u, v = _cloth_places(box, stage, piece.grain)
        if piece.cloth.pattern not in UNPRINTED:  # a print follows the folds
            u += resized(slope_x, right - left, bottom - top) * 3
            v += resized(slope_y, right - left, bottom - top) * 3
        color = texture(piece.cloth, u, v)
        color *= (weave(piece.cloth, u, v) * light * piece.tint)[..., None]
        if piece.cloth.gloss:
            color += (np.clip(light - 1.06, 0, 1) * 420 * piece.cloth.gloss)[..., None]
        if piece.edge:
            rim = _lines([outline + outline[:1]], box, 2.2 * max(stage.scale, 0.8) ** 0.5)
            color *= (1 - piece.edge * rim)[..., None]
        area += (color - area) * cut[..., None]

    def rule(self, lines: Lines, stage: Stage) -> None:
        """Draw thin lines over what is there."""
        paths = [stage.place(path) for path in lines.paths]
        box = self._box([point for path in paths for point in path], pad=4 + lines.width * stage.scale)
        if box is None:
            return
        if lines.dash:
            paths = [part for path in paths for part in _dashes(path, lines.dash * stage.scale)]
        left, top, right, bottom = box
        share = _lines(paths, box, lines.width * stage.scale)[..., None] * lines.alpha
        area = self.pixels[top:bottom, left:right]
        area += (np.array(lines.color, np.float32) - area) * share

    def dim(self, x: float, y: float, rx: float, ry: float, strength: float) -> None:
        """Lay a soft elliptic shadow on the ground."""
        box = self._box([(x - rx * 2, y - ry * 2), (x + rx * 2, y + ry * 2)], pad=0)
        if box is None:
            return
        left, top, right, bottom = box
        yy, xx = np.mgrid[top:bottom, left:right].astype(np.float32)
        far = ((xx - x) / rx) ** 2 + ((yy - y) / ry) ** 2
        self.pixels[top:bottom, left:right] *= (1 - strength * np.exp(-far * 1.4))[..., None]

    def image(self, *, grain: float = 1.6) -> Image.Image:
        """Return the finished picture with a little camera noise, the same for the same size."""
        noisy = self.pixels + (_camera_noise()[: self.height, : self.width, None] * np.float32(grain) + np.float32(0.5))
        np.clip(noisy, 0, 255, out=noisy)
        return Image.fromarray(noisy.astype(np.uint8))

    def jpeg(self, *, quality: int = 90) -> bytes:
        return jpeg_bytes(self.image(), quality=quality)

    def _box(self, points: Sequence[Point], *, pad: float) -> Box | None:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        left, top = max(0, math.floor(min(xs) - pad)), max(0, math.floor(min(ys) - pad))
        right, bottom = min(self.width, math.ceil(max(xs) + pad)), min(self.height, math.ceil(max(ys) + pad))
        return (left, top, right, bottom) if right - left > 1 and bottom - top > 1 else None


def jpeg_bytes(image: Image.Image, *, quality: int = 90) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


@functools.cache
def _camera_noise() -> Field:
    return np.random.default_rng(3).normal(0, 1, (1400, 1400)).astype(np.float32)


def _cut(outline: Sequence[Point], box: Box) -> Field:
    left, top, right, bottom = box
    mask = Image.new("L", ((right - left) * FINE, (bottom - top) * FINE))
    ImageDraw.Draw(mask).polygon([((x - left) * FINE, (y - top) * FINE) for x, y in outline], fill=255)
    return as_field(np.asarray(mask.reduce(FINE)) / np.float32(255))


def _lines(paths: Sequence[Sequence[Point]], box: Box, width: float) -> Field:
    left, top, right, bottom = box
    mask = Image.new("L", ((right - left) * FINE, (bottom - top) * FINE))
    draw = ImageDraw.Draw(mask)
    for path in paths:
        points = [((x - left) * FINE, (y - top) * FINE) for x, y in path]
        draw.line(points, fill=255, width=max(2, round(width * FINE)), joint="curve" if width > 3 else None)
    return as_field(np.asarray(mask.reduce(FINE)) / np.float32(255))


def _dashes(path: Sequence[Point], length: float) -> list[list[Point]]:
    out: list[list[Point]] = []
    rest = 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(path):
        span = math.hypot(bx - ax, by - ay)
        at = rest
        while at < span:
            a, b = at / span, min(1.0, (at + length * 0.6) / span)
            out.append([(ax + (bx - ax) * a, ay + (by - ay) * a), (ax + (bx - ax) * b, ay + (by - ay) * b)])
            at += length
        rest = at - span
    return out


def resized(field: Field, width: int, height: int) -> Field:
    image = Image.fromarray(np.ascontiguousarray(field))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def blur(field: Field, radius: float) -> Field:
    """Return the field (h, w) averaged over about `radius` pixels; wide blurs are made on a smaller grid."""
    height, width = field.shape
    if radius > 2.5 and min(height, width) > 8:
        small = np.asarray(Image.fromarray(np.ascontiguousarray(field)).reduce(2), np.float32)
        return resized(blur(small, radius / 2), width, height)
    reach = max(1, round(radius))
    for _ in range(2):
        field = _box_mean(_box_mean(field, reach).T, reach).T
    return field


def _box_mean(field: Field, reach: int) -> Field:
    # the edge rows repeated; np.pad does the same in five times the time for fields this small
    padded = np.concatenate((np.repeat(field[:1], reach + 1, axis=0), field, np.repeat(field[-1:], reach, axis=0)))
    sums = np.cumsum(padded, axis=0, dtype=np.float32)
    span = 2 * reach + 1
    return as_field((sums[span:] - sums[:-span]) / np.float32(span))


def _shadow(cut: Field, scale: float) -> Field:
    reach = max(1, round(4 * scale))
    moved = np.zeros_like(cut)
    moved[reach:, reach // 2 :] = cut[:-reach, : cut.shape[1] - reach // 2]
    return blur(moved, 5 * scale)


def _light(piece: Piece, cut: Field, box: Box, stage: Stage) -> tuple[Field, Field, Field]:
    """Return the light on the piece, (h, w), 1 on a flat part; and its slopes on a grid half as fine."""
    height, width = cut.shape
    small = np.asarray(Image.fromarray(cut).reduce(2), np.float32)
    half = stage.scale / 2
    relief = (blur(small, 15 * half) * 15 + blur(small, 5 * half) * 5) * half * 1.5 * piece.puff
    if piece.folds:
        relief += _relief(piece.folds, box, stage, small.shape)
    if piece.crumple:
        relief += _waves(small.shape, half, piece.seed) * 26 * half * piece.crumple
    down, right = np.gradient(relief)
    facing = (LIGHT[2] - right * LIGHT[0] - down * LIGHT[1]) / np.sqrt(right**2 + down**2 + 1) / LIGHT[2]
    light = 1 + (np.clip(facing, 0.42, 1.4) - 1) * 0.72
    return resized(light, width, height), right, down


def _relief(folds: Sequence[Fold], box: Box, stage: Stage, shape: tuple[int, ...]) -> Field:
    """Return the height the folds add, on the half-size grid."""
    left, top = box[:2]
    half = stage.scale / 2
    out = np.zeros(shape, np.float32)
    for width in sorted({fold.width for fold in folds}):
        sheet = Image.new("F", (shape[1], shape[0]))
        draw = ImageDraw.Draw(sheet)
        for fold in folds:
            if fold.width == width:
                points = [((x - left) / 2, (y - top) / 2) for x, y in stage.place(fold.path)]
                draw.line(points, fill=fold.height, width=max(1, round(width * half)), joint="curve")
        out += blur(np.asarray(sheet, np.float32), width * half * 0.6) * width * half
    return out


def _waves(shape: tuple[int, ...], half: float, seed: int) -> Field:
    """Return soft irregular waves, longer downward than across, as gravity pulls cloth."""
    rng = np.random.default_rng(seed + 100)
    out = np.zeros(shape, np.float32)
    for across, down, weight in ((46, 95, 0.62), (17, 34, 0.10)):
        grid = rng.normal(0, 1, (round(shape[0] / half / down) + 3, round(shape[1] / half / across) + 3))
        out += resized(grid.astype(np.float32), shape[1], shape[0]) * weight
    return out


def _cloth_places(box: Box, stage: Stage, grain: float) -> tuple[Field, Field]:
    """Return the cloth coordinates of every pixel of the box, in body units."""
    left, top, right, bottom = box
    yy, xx = np.mgrid[top:bottom, left:right].astype(np.float32)
    angle = stage.turn + grain
    cos, sin = math.cos(angle) / stage.scale, math.sin(angle) / stage.scale
    x, y = xx - np.float32(stage.x), yy - np.float32(stage.y)
    u: Field = x * np.float32(cos) + y * np.float32(sin)
    v: Field = y * np.float32(cos) - x * np.float32(sin)
    return u, v


@functools.lru_cache(maxsize=16)
def studio(width: int, height: int, color: Color, *, floor: float | None = None) -> Field:
    """Return a plain photo ground, (h, w, 3): a little darker toward the corners, with a soft floor if one is given.

    The same array is returned again: copy it before drawing on it.
    """
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    far = ((xx / width - 0.42) ** 2 + (yy / height - 0.36) ** 2) * 0.22
    light = 1.02 - far
    if floor is not None:
        light -= np.clip((yy / height - floor) * 14 + 0.5, 0, 1) * 0.05
    ground: Field = np.array(color, np.float32) * light[..., None].astype(np.float32)
    return ground
