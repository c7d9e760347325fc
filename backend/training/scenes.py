"""Pictures put together from pieces of which every pixel is known, so that boxes follow whatever is done to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from backend.vision.images import Pixels
from backend.vision.values import Box

BODY = 255  # in a layer: part of the cut-out, but no garment (skin, hair, a watch)
_LEAST_PIXELS = 30
_LEAST_VISIBLE = 0.3  # of a garment: what is hidden or outside beyond that is nothing to be found …
_FILLS = 0.2  # … unless what is left fills that much of the picture, as in a close view
_LEAST_PART = 0.08  # of the pair's box: a smaller part of a pair of shoes is a scrap of its mask

Ids = npt.NDArray[np.int32]
Affine = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A cut-out: pixels (h, w, 3), ids (h, w; 0 is nothing), and the class of each id but BODY."""

    pixels: Pixels
    ids: Ids
    classes: Mapping[int, str]

    def only(self, *ids: int) -> "Layer":
        """The layer without all but these ids, cut to what is left."""
        left = np.isin(self.ids, ids)
        rows, columns = np.flatnonzero(left.any(1)), np.flatnonzero(left.any(0))
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return Layer(self.pixels[part], np.where(left, self.ids, 0)[part], {one: self.classes[one] for one in ids})

    def bounds(self, number: int | None = None) -> tuple[int, int, int, int]:
        """Left, top, right, bottom (pixels) of one id, or of all that is not nothing."""
        there = self.ids > 0 if number is None else self.ids == number
        rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

    def middle(self, number: int | None = None) -> tuple[float, float]:
        """Across and down (pixels), of `bounds`."""
        left, top, right, bottom = self.bounds(number)
        return (left + right) / 2, (top + bottom) / 2


@dataclass(slots=True, eq=False)
class Scene:
    """A picture that grows by pasting; `classes[n]` and `whole[n]` (pixels before anything hid them) belong to id n."""

    pixels: Pixels
    ids: Ids
    classes: dict[int, str] = field(default_factory=dict)
    whole: dict[int, float] = field(default_factory=dict)

    @classmethod
    def on(cls, ground: Pixels) -> "Scene":
        return cls(ground.copy(), np.zeros(ground.shape[:2], np.int32))

    @classmethod
    def of(cls, layer: Layer, place: Affine, width: int, height: int) -> "Scene":
        """The layer in its surroundings, moved by `place` (2, 3), on the color of its rim: nothing is seen twice."""
        rim = np.concatenate([layer.pixels[[0, -1]].reshape(-1, 3), layer.pixels[:, [0, -1]].reshape(-1, 3)])
        around = np.median(rim, axis=0).tolist()
        pixels = cv2.warpAffine(layer.pixels, place, (width, height), flags=cv2.INTER_AREA, borderValue=around)
        scene = cls(pixels, np.zeros((height, width), np.int32))
        scene._enter(layer, _moved(layer.ids, place, width, height), place)
        return scene

    def paste(self, layer: Layer, place: Affine) -> None:
        """Put the layer on top, moved by `place`; its rim blends with what lies below."""
        height, width = self.ids.shape
        ids = _moved(layer.ids, place, width, height)
        pixels = cv2.warpAffine(
            layer.pixels, place, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        alpha = cv2.GaussianBlur((ids > 0).astype(np.float32), (3, 3), 0)[..., None]
        self.pixels = np.asarray(pixels * alpha + self.pixels * (1 - alpha), np.uint8)
        self._enter(layer, ids, place)

    def _enter(self, layer: Layer, ids: Ids, place: Affine) -> None:
        self.ids[ids > 0] = 0
        growth = abs(float(np.linalg.det(place[:, :2])))
        for number, name in layer.classes.items():
            new = len(self.classes) + 1
            self.ids[ids == number] = new
            self.classes[new] = name
            self.whole[new] = float((layer.ids == number).sum()) * growth

    def boxes(self) -> list[tuple[str, Box]]:
        """What can be found: shoes by their parts, every other garment by all of it that is in view."""
        return [
            (name, box)
            for number, name in self.classes.items()
            if self._shows(visible := self.ids == number, self.whole[number])
            for box in (_parts(visible) if name == "shoes" else [_bounds(visible)])
        ]

    def _shows(self, visible: npt.NDArray[np.bool_], whole: float) -> bool:
        pixels = int(visible.sum())
        return pixels >= _LEAST_PIXELS and pixels >= min(_LEAST_VISIBLE * whole, _FILLS * visible.size)


def placement(
    layer: Layer, center: tuple[float, float], *, scale: float, degrees: float = 0.0, mirrored: bool = False
) -> Affine:
    """The affine map (2, 3) that brings the middle of the layer's bounds to `center` (pixels)."""
    x, y = layer.middle()
    place: Affine = cv2.getRotationMatrix2D((x, y), degrees, scale)
    place[:, 2] += np.array(center) - (x, y)
    if mirrored:
        place = place @ np.array([[-1.0, 0, 2 * x], [0, 1, 0], [0, 0, 1]])
    return place


def _moved(ids: Ids, place: Affine, width: int, height: int) -> Ids:
    moved = cv2.warpAffine(ids.astype(np.uint8), place, (width, height), flags=cv2.INTER_NEAREST, borderValue=0)
    return np.asarray(moved, np.int32)


def _bounds(mask: npt.NDArray[np.bool_]) -> Box:
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    left, top = columns[0] / width, rows[0] / height
    return Box(left, top, (columns[-1] + 1) / width - left, (rows[-1] + 1) / height - top)


def _parts(mask: npt.NDArray[np.bool_]) -> list[Box]:
    whole = _bounds(mask)
    count, pieces = cv2.connectedComponents(mask.astype(np.uint8))
    parts = [_bounds(pieces == piece) for piece in range(1, count)]
    return [part for part in parts if part.area >= _LEAST_PART * whole.area] or [whole]
