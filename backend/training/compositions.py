"""Training pictures for the detector: photos seen again, and scenes put together from cut-outs of photos.

Photos of streets alone teach a detector only streets (DESIGN.md: 72 mAP there, 22 on plain shop photos). So people are
put into studios, garments are laid flat, alone or over each other, and rare garments are worn by others. Every box is
worked out from the pixels that are left in view, never from another box.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from backend.training.cutouts import garment_layer, read_mask_names, single_garments, street_layer
from backend.training.datasets import (
    GarmentPhoto,
    StreetPhoto,
    load_garment_photos,
    load_street_photos,
    read_classes,
)
from backend.training.drawings import draw
from backend.training.grounds import disturb, draw_ground
from backend.training.scenes import Affine, Layer, Scene, placement
from backend.vision.images import Pixels
from backend.vision.values import Box

SIDE = 640  # pixels of the longest side of what is composed
_CLOSE = 0.3  # of the photos seen again, so that a shop's closer views are known
_DRAWN = 0.25  # of the pictures of cut-outs
_EMPTY = 0.08  # where the other recipes count once together
_WORN_BY_OTHERS = frozenset({"scarf", "skirt", "belt", "legwear", "hat", "eyewear", "bag", "shorts"})
_PLACES = {  # where on a board each kind lies when an outfit is arranged: across, down, size, in fractions of it
    "hat": (0.3, 0.12, 0.22), "eyewear": (0.6, 0.1, 0.18), "scarf": (0.75, 0.25, 0.3), "top": (0.4, 0.33, 0.48),
    "outer": (0.45, 0.35, 0.55), "dress": (0.5, 0.5, 0.8), "belt": (0.7, 0.5, 0.25), "skirt": (0.45, 0.68, 0.42),
    "shorts": (0.45, 0.66, 0.36), "pants": (0.45, 0.7, 0.55), "bag": (0.78, 0.6, 0.28), "legwear": (0.2, 0.7, 0.4),
    "shoes": (0.72, 0.86, 0.26),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A training picture (h, w, 3) and everything that is to be found in it."""

    pixels: Pixels
    boxes: list[tuple[str, Box]]


class Composer:
    """Composes examples from the train splits of `data` (street_photos and garment_photos); `chance` decides all."""

    def __init__(self, data: Path, chance: Random) -> None:
        self._chance = chance
        street = data / "street_photos"
        self._names, self._classes = read_mask_names(street), read_classes(street, "street_photos")
        self._street = [photo for photo in load_street_photos(street) if photo.split == "train" and photo.labels]
        self._by_class: dict[str, list[StreetPhoto]] = defaultdict(list)
        for photo in self._street:
            for name in {label.category for label in photo.labels}:
                self._by_class[name].append(photo)
        self._single: dict[str, list[GarmentPhoto]] = defaultdict(list)
        for one in load_garment_photos(data / "garment_photos") if (data / "garment_photos").is_dir() else ():
            if one.split == "train" and one.category:
                self._single[one.category].append(one)
        self._rare = sorted(_WORN_BY_OTHERS & set(self._by_class))
        self._recipes: list[tuple[float, Callable[[], Scene | None]]] = [
            (0.18, self.worn), (0.16 * bool(self._rare), self.swapped), (0.10, self.studio), (0.08, self.laid),
            (_EMPTY, self.empty),
            *([(0.36, self.single), (0.12, self.arranged)] if self._single else []),
        ]  # fmt: skip

    def examples(self, count: int) -> Iterator[Example]:
        weights = [weight for weight, _ in self._recipes]
        while count > 0:
            ((_, recipe),) = self._chance.choices(self._recipes, weights)
            scene = recipe()
            boxes = scene.boxes() if scene else []
            if scene is None or not (boxes or recipe == self.empty):
                continue
            drawn = recipe not in (self.worn, self.swapped, self.empty) and self._chance.random() < _DRAWN
            pixels = draw(scene, self._chance) if drawn else scene.pixels
            yield Example(disturb(pixels, self._chance), boxes)
            count -= 1

    def empty(self) -> Scene:
        """A ground with nothing on it: who learns close views would else take any wall for cloth."""
        return Scene.on(draw_ground(self._chance, *self._board()))

    def worn(self) -> Scene | None:
        """A street photo turned, mirrored, nearer or farther."""
        layer = self._person()
        if self._chance.random() < _CLOSE:
            return self._closer(layer, max(layer.classes, key=lambda one: int((layer.ids == one).sum())))
        return self._again(layer, degrees=self._chance.gauss(0, 9), zoom=self._chance.uniform(0.8, 1.9))

    def swapped(self) -> Scene | None:
        """A street photo whose person also wears a rare garment of somebody else, in the same place."""
        layer = self._person()
        scene = self._again(layer, degrees=0.0, zoom=1.0)
        left, top, right, bottom = layer.bounds()
        scale = SIDE / max(layer.ids.shape)
        for name in self._chance.sample(self._rare, self._chance.randint(1, min(2, len(self._rare)))):
            donor = self._person(name)
            number = next(one for one, other in donor.classes.items() if other == name)
            piece = donor.only(number)
            x1, y1, x2, y2 = donor.bounds()
            grow = (bottom - top) / (y2 - y1)
            a, b, c, d = donor.bounds(number)
            across = (left + right) / 2 + ((a + c) / 2 - (x1 + x2) / 2) * grow
            down = top + ((b + d) / 2 - y1) * grow
            scene.paste(piece, placement(piece, (across * scale, down * scale), scale=grow * scale))
        return scene

    def studio(self) -> Scene | None:
        """One or two people cut out and put before a ground."""
        width, height = self._board()
        scene = Scene.on(draw_ground(self._chance, width, height))
        people = self._chance.choice([1, 1, 2])
        for number in range(people):
            person = self._person()
            left, top, right, bottom = person.bounds()
            fit = min(height / (bottom - top), width / people / (right - left)) * self._chance.uniform(0.75, 1.5)
            center = (
                width * (number + 0.5) / people + self._chance.gauss(0, 15),
                height * self._chance.uniform(0.4, 0.6),
            )
            scene.paste(person, self._place(person, center, fit, spread=5))
        return scene

    def laid(self) -> Scene | None:
        """One to four garments of street photos, laid flat, turned any way, often over each other."""
        width, height = self._board()
        scene = Scene.on(draw_ground(self._chance, width, height))
        for _ in range(self._chance.choice([1, 1, 2, 3, 4])):
            wanted = self._chance.choice(sorted(self._by_class))
            pieces = [one for one in single_garments(self._person(wanted)) if wanted in one.classes.values()]
            if pieces:
                center = width * self._chance.uniform(0.25, 0.75), height * self._chance.uniform(0.25, 0.75)
                size = min(width, height) * self._chance.uniform(0.3, 0.8)
                scene.paste(pieces[0], self._place(pieces[0], center, size / max(pieces[0].ids.shape), spread=30))
        return scene

    def single(self) -> Scene | None:
        """A photo of one garment as it was taken, a little turned."""
        layer = self._garment()
        if layer is None:
            return None
        if self._chance.random() < _CLOSE:
            return self._closer(layer, 1)
        return self._again(layer, degrees=self._chance.gauss(0, 14), zoom=self._chance.uniform(0.7, 1.1))

    def arranged(self) -> Scene | None:
        """An outfit of two or three garments, laid out as shops and sellers do."""
        width, height = self._board()
        scene = Scene.on(draw_ground(self._chance, width, height))
        lower = self._chance.choice(["pants", "skirt", "shorts"])
        upper = self._chance.choice(["top", "top", "outer", "dress"])
        extra = self._chance.choice(["shoes", "hat", "outer", None])
        for name in dict.fromkeys(one for one in (lower, upper, extra) if one):
            layer = self._garment(name)
            if layer is None:
                continue
            across, down, size = _PLACES[name]
            center = (across + self._chance.gauss(0, 0.05)) * width, (down + self._chance.gauss(0, 0.04)) * height
            fit = size * height * self._chance.uniform(0.8, 1.2) / max(layer.only(1).ids.shape)
            scene.paste(layer, self._place(layer, center, fit, spread=10))
        return scene

    def _again(self, layer: Layer, *, degrees: float, zoom: float) -> Scene:
        height, width = layer.ids.shape
        scale = SIDE / max(height, width)
        center = width * scale / 2, height * scale / 2
        left, top, right, bottom = layer.bounds()
        if zoom > 1:  # look closer at some part of the person, not always at the middle
            reach = (bottom - top) * scale * (zoom - 1) / 2
            center = center[0], center[1] + self._chance.uniform(-reach, reach)
        else:  # stay where it was taken
            middle = (left + right) / 2 * scale, (top + bottom) / 2 * scale
            center = middle
        place = placement(layer, center, scale=scale * zoom, degrees=degrees, mirrored=self._chance.random() < 0.5)
        return Scene.of(layer, place, round(width * scale), round(height * scale))

    def _closer(self, layer: Layer, number: int) -> Scene:
        """As shops show a collar or a hem: the largest garment fills the picture and leaves it on some sides."""
        left, top, right, bottom = layer.bounds(number)
        width, height = self._board()
        zoom = min(width / (right - left), height / (bottom - top)) * self._chance.uniform(1.1, 2.2)
        reach = [max(0.0, length * zoom - size) / 2 for length, size in ((right - left, width), (bottom - top, height))]
        (x, y), (middle_x, middle_y) = layer.middle(number), layer.middle()
        center = (
            width / 2 - (x - middle_x) * zoom + self._chance.uniform(-reach[0], reach[0]),
            height / 2 - (y - middle_y) * zoom + self._chance.uniform(-reach[1], reach[1]),
        )
        return Scene.of(layer, placement(layer, center, scale=zoom), width, height)

    def _place(self, layer: Layer, center: tuple[float, float], fit: float, *, spread: float) -> Affine:
        degrees = self._chance.gauss(0, spread)
        return placement(layer, center, scale=fit, degrees=degrees, mirrored=self._chance.random() < 0.5)

    def _board(self) -> tuple[int, int]:
        return self._chance.choice([(SIDE, SIDE), (SIDE * 3 // 4, SIDE), (SIDE * 2 // 3, SIDE), (SIDE, SIDE * 3 // 4)])

    def _person(self, wearing: str | None = None) -> Layer:
        """A street photo's layer; without a wish, every class is as likely, so that rare ones are seen."""
        wanted = wearing or self._chance.choice(sorted(self._by_class))
        return street_layer(self._chance.choice(self._by_class[wanted]), self._names, self._classes)

    def _garment(self, category: str | None = None) -> Layer | None:
        name = category or self._common()
        if name not in self._single:
            return None
        return garment_layer(self._chance.choice(self._single[name]), name)

    def _common(self) -> str:
        """A kind of garment, likelier the more photos there are, but by the root: rare ones must be seen too."""
        names = sorted(self._single)
        return self._chance.choices(names, [len(self._single[name]) ** 0.5 for name in names])[0]
