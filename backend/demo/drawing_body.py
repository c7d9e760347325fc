"""The body that garments are cut for and worn on: its widths, joints and poses, without a look of its own."""

import math
from dataclasses import dataclass

import numpy as np

from backend.demo.drawing_shapes import Path, Point

SIDES = (-1, 1)  # the viewer's left and right


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles of the arms (upper, fore; degrees away from the body), steps of the legs, shift of the hip."""

    arms: tuple[tuple[float, float], tuple[float, float]]
    legs: tuple[tuple[float, float], tuple[float, float]]  # how far knee and ankle stand outside the hip joint
    hip: float = 0.0


POSES: dict[str, Pose] = {
    "flat": Pose(((19, 17), (19, 17)), ((12, 22), (12, 22))),
    "front": Pose(((9, 4), (9, 4)), ((2, -2), (2, -2))),
    "easy": Pose(((10, 3), (14, -7)), ((0, -4), (12, 20)), hip=-7),
    "akimbo": Pose(((10, 4), (36, -50)), ((-2, -9), (12, 18)), hip=-8),
    "step": Pose(((13, 7), (9, -2)), ((9, 12), (-4, -14)), hip=5),
    "pocket": Pose(((17, -9), (9, 3)), ((12, 15), (-1, -4)), hip=5),
}

# half widths at heights; between them they are interpolated
WIDTHS: dict[str, tuple[tuple[float, float], ...]] = {
    "women": ((180, 79), (230, 68), (275, 66), (372, 51), (430, 66), (480, 76), (530, 78)),
    "men": ((180, 98), (230, 88), (275, 84), (372, 73), (430, 74), (480, 77), (530, 79)),
}
UPPER_ARM, FOREARM, HAND = 152, 138, 66


@dataclass(frozen=True, slots=True)
class Body:
    """A body in a pose, in body units."""

    sex: str
    pose: Pose

    @property
    def man(self) -> bool:
        return self.sex == "men"

    @property
    def shoulder(self) -> float:
        """Half the width of the shoulders."""
        return WIDTHS[self.sex][0][1]

    def half(self, y: float) -> float:
        """Return half the width of the trunk at a height."""
        table = WIDTHS[self.sex]
        return float(np.interp(y, [row[0] for row in table], [row[1] for row in table]))

    def centre(self, y: float) -> float:
        """Return where the middle of the trunk is at a height: the hip is shifted, the shoulders are not."""
        return self.pose.hip * min(1.0, max(0.0, (y - 200) / 260))

    def arm(self, side: int) -> tuple[Point, Point, Point, Point]:
        """Return shoulder joint, elbow, wrist and finger tips."""
        upper, fore = self.pose.arms[0 if side < 0 else 1]
        x, y = side * (self.shoulder - 14), 197.0
        points = [(x, y)]
        for angle, length in ((upper, UPPER_ARM), (fore, FOREARM), (fore * 0.9, HAND)):
            x += side * math.sin(math.radians(angle)) * length
            y += math.cos(math.radians(angle)) * length
            points.append((x, y))
        return points[0], points[1], points[2], points[3]

    def leg(self, side: int) -> tuple[Point, Point, Point]:
        """Return hip joint, knee and ankle."""
        knee, ankle = self.pose.legs[0 if side < 0 else 1]
        x = self.pose.hip + side * 37
        return (x, 490.0), (x + side * (knee - 2), 712.0), (x + side * (ankle - 5), 938.0)

    def side_line(self, top: float, bottom: float, *, ease: float, box: float, flare: float = 0.0) -> Path:
        """Return the right edge of a garment on the trunk from one height down to another.

        `ease` is the room it leaves; `box` (0 to 1) how little it follows the waist; `flare` the room added at the hem.
        """
        heights = np.linspace(top, bottom, 9)
        widest = max(self.half(float(y)) for y in np.linspace(top, min(bottom, 500), 9))
        out: list[Point] = []
        for y in heights:
            share = (float(y) - top) / max(1.0, bottom - top)
            own = self.half(float(y))
            out.append((self.centre(float(y)) + own + (widest - own) * box + ease + flare * share**1.5, float(y)))
        return tuple(out)


def body(sex: str, pose: str) -> Body:
    return Body("men" if sex == "men" else "women", POSES[pose])
