"""A real query worker in its own process, whose models are replaced by ones whose answers a test can foresee.

Run as `python -m tests.search.query_worker REDIS_URL`. What it sees: each patch of a strong colour is one garment, and
a garment's vector is its colour (`vector_of`).
"""

import sys
from collections.abc import Sequence

import numpy as np

from backend import logs, queues
from backend.search import jobs
from backend.vision import Box, Detection, Garment, Picture
from backend.vision.card import read_card
from backend.vision.colors import shades_of_crop
from backend.vision.crops import cut
from backend.vision.values import Guess

CARD = read_card()
RED, BLUE, GREEN, WHITE = (230, 0, 0), (0, 0, 230), (0, 160, 0), (255, 255, 255)
SEEN = {RED: "dress", BLUE: "pants", GREEN: "bag"}


def vector_of(color: Sequence[float]) -> np.ndarray:
    """Return the unit vector (dim,) that a garment of this colour has."""
    vector = np.zeros(CARD.dim, np.float32)
    vector[:3] = np.asarray(color, np.float32) + 1.0
    return vector / np.linalg.norm(vector)


class ColorVision:
    """Sees patches of colour; speaks as Vision does."""

    model_id, dim, runtime = CARD.model_id, CARD.dim, "colors"

    def facts(self) -> dict[str, str]:
        return {"runtime": self.runtime, "device": "cpu", "model_id": self.model_id, "detector_side": "64"}

    def find(self, pictures: Sequence[Picture]) -> list[list[Detection]]:
        return [[found for color in SEEN if (found := _patch(picture, color))] for picture in pictures]

    def look_at(self, places: Sequence[tuple[Picture, Detection]]) -> list[Garment]:
        return [
            Garment(one.box, one.category, one.confidence, tuple(color.name for color in colors),
                    vector_of(_mean(picture, one.box)), tuple(color.shade for color in colors), fine=Guess("slip", 0.9))
            for picture, one in places
            for colors in [shades_of_crop(cut(picture, one.box))]
        ]  # fmt: skip

    def see_box(self, picture: Picture, box: Box) -> Garment:
        return Garment(box, "top", 0.6, (), vector_of(_mean(picture, box)))

    def whole(self, picture: Picture) -> Garment:
        return self.see_box(picture, Box(0.1, 0.1, 0.8, 0.8))


def _patch(picture: Picture, color: tuple[int, int, int]) -> Detection | None:
    near = np.abs(picture.pixels.astype(int) - color).max(-1) < 60
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    if not len(rows):
        return None
    x, y = columns[0] / picture.width, rows[0] / picture.height
    w, h = (columns[-1] + 1) / picture.width - x, (rows[-1] + 1) / picture.height - y
    return Detection(Box(x, y, w, h), SEEN[color], 0.9)


def _mean(picture: Picture, box: Box) -> np.ndarray:
    left, top = int(box.x * picture.width), int(box.y * picture.height)
    right, bottom = int((box.x + box.w) * picture.width), int((box.y + box.h) * picture.height)
    return picture.pixels[top : max(bottom, top + 1), left : max(right, left + 1)].reshape(-1, 3).mean(0)


def _warm_up() -> dict[str, str]:
    vision = ColorVision()
    jobs.use(vision)
    return vision.facts()


if __name__ == "__main__":
    logs.setup()
    queues.connect(sys.argv[1])
    queues.work(queues.QUERY, warm_up=_warm_up, forking=False)
