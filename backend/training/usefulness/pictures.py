"""Pictures of every kind to learn usefulness from: photos of the train splits, scenes of cut-outs, and drawn pages.

A garment is never cut: a part of one is a close-up. So garments come whole, with more ground around them at most.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw

from backend.training.compositions import Composer
from backend.training.datasets import (
    GarmentPhoto,
    StreetPhoto,
    load_garment_photos,
    load_shop,
    load_street_photos,
    read,
)
from backend.training.drawings import draw
from backend.training.grounds import disturb
from backend.training.scenes import Scene
from backend.training.usefulness.banners import draw_banner
from backend.training.usefulness.campaigns import draw_campaign
from backend.training.usefulness.canvas import color, font
from backend.training.usefulness.close_ups import draw_close_up
from backend.training.usefulness.cloth import drape, draw_cloth
from backend.training.usefulness.dimensions import draw_dimensions
from backend.training.usefulness.flats import draw_flat
from backend.training.usefulness.objects import draw_objects
from backend.training.usefulness.others import draw_other
from backend.training.usefulness.samples import draw_samples
from backend.training.usefulness.scenery import draw_scenery
from backend.training.usefulness.shown import shown
from backend.training.usefulness.swatches import draw_swatch
from backend.training.usefulness.tables import draw_size_screen, draw_table_page
from backend.vision.images import Pixels
from backend.vision.values import Box

_PRINTED = ("size_chart", "banner", "other")  # what is looked at on paper and on screens
SIDE = 480  # pixels of a close-up, as shops show them
_LEAST_BOX = 0.03  # of the photo: parts of smaller garments are a handful of pixels
_MARGIN = 0.06  # of the photo's width: hands and hair reach beyond what is worn
_LEAST_STREET = 0.25  # of the photo's width: what is left of a narrower strip is mostly wall
_LEAST_SPREAD = 14.0  # of a drawn part's tones: where nothing is drawn, a part is a colour and no close-up


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A picture and what it shows; pictures of one `source` (a product, a photo) are kept or held out together."""

    pixels: Pixels
    kind: str
    source: str


class Collection:
    """Everything under `data` that may be trained on; `chance` decides what is drawn and composed."""

    def __init__(self, data: Path, chance: Random) -> None:
        self._chance = chance
        self._shop = [one for one in load_shop(data / "luma") if one.split == "train"]
        garments = load_garment_photos(data / "garment_photos")
        self._single = [one for one in garments if one.split == "train"]
        self._street = [one for one in load_street_photos(data / "street_photos") if one.split == "train"]
        self._composer = Composer(data, chance)

    def pictures(self, size: float = 1.0) -> Iterator[Labelled]:
        """Everything once; `size` times as much of what there is plenty of."""
        yield from self._of_the_shop()
        for one in self._chance.sample(self._single, round(min(len(self._single), 900 * size))):
            yield from self._of_one_garment(one)
        for person in self._chance.sample(self._street, round(min(len(self._street), 250 * size))):
            yield from self._of_a_street(person)
        yield from self._scenes(round(300 * size))
        yield from self._drawn_parts(round(150 * size))
        yield from self._pages(size)

    def count(self, size: float = 1.0) -> int:
        """About how many pictures that will be."""
        return round(len(self._shop) * 3.6 + 8600 * size)

    def _of_the_shop(self) -> Iterator[Labelled]:
        for photo in self._shop:
            pixels = read(photo.path).pixels
            # the few photos of what shoppers should not see are shown more often, each time in another light
            for again in range(1 if photo.kind == "garment" else 5):
                shown = pixels if again == 0 else self._turned(pixels)
                yield Labelled(disturb(shown, self._chance) if again else shown, photo.kind, photo.sku)
            if photo.kind == "garment":
                yield Labelled(self._framed(pixels), "garment", photo.sku)
                yield Labelled(self._center_close_up(pixels), "close_up", photo.sku)

    def _center_close_up(self, pixels: Pixels) -> Pixels:
        """A square around the middle, where a shop's photo has its garment, enlarged."""
        height, width = pixels.shape[:2]
        side = self._chance.uniform(0.12, 0.26) * width
        x, y = (self._chance.gauss(0.5, 0.06) * size - side / 2 for size in (width, height))
        return self._enlarged(pixels, (x, y, x + side, y + side))

    def _of_one_garment(self, photo: GarmentPhoto) -> Iterator[Labelled]:
        pixels, source = read(photo.path).pixels, photo.path.stem
        shown = self._framed(pixels) if self._chance.random() < 0.4 else self._turned(pixels)
        yield Labelled(disturb(shown, self._chance), "garment", source)
        if self._chance.random() < 0.6:
            around = Box(0.25, 0.25, 0.5, 0.5)  # one garment fills the photo's middle
            yield Labelled(self._part(pixels, around, (0.3, 0.9)), "close_up", source)

    def _of_a_street(self, photo: StreetPhoto) -> Iterator[Labelled]:
        pixels, source = read(photo.path).pixels, photo.path.stem
        shown = self._framed(pixels) if self._chance.random() < 0.3 else self._turned(pixels)
        yield Labelled(disturb(shown, self._chance), "garment", source)
        beside = without_people(pixels, [one.box for one in photo.labels])
        if beside is not None:
            yield Labelled(disturb(beside, self._chance), "other", source)
        large = [one.box for one in photo.labels if one.box.area >= _LEAST_BOX]
        if large:
            yield Labelled(self._part(pixels, self._chance.choice(large), (0.25, 0.5)), "close_up", source)

    def _scenes(self, count: int) -> Iterator[Labelled]:
        """People and garments before other grounds, photographed or drawn; some with a shop's small badge."""
        composer = self._composer
        recipes: list[Callable[[], Scene | None]] = [
            composer.studio, composer.single, composer.single, composer.laid, composer.arranged, self._alone,
            self._alone,
        ]  # fmt: skip
        for number, scene in enumerate(self._composed(recipes, count)):
            pixels = draw(scene, self._chance) if self._chance.random() < 0.4 else scene.pixels
            pixels = self._badged(pixels) if self._chance.random() < 0.15 else pixels
            pixels = shown(self._chance, pixels) if self._chance.random() < 0.2 else pixels
            yield Labelled(disturb(pixels, self._chance), "garment", f"scene {number}")

    def _composed(self, recipes: Sequence[Callable[[], Scene | None]], count: int) -> Iterator[Scene]:
        """`count` scenes in which a garment is seen."""
        while count > 0:
            scene = self._chance.choice(recipes)()
            if scene is not None and scene.boxes():
                count -= 1
                yield scene

    def _drawn_parts(self, count: int) -> Iterator[Labelled]:
        """Parts of drawn garments in which something is drawn: an edge, a fold, a pattern."""
        made = 0
        for scene in self._composed([self._composer.single, self._composer.studio, self._alone], 4 * count):
            pixels = draw(scene, self._chance)
            _, box = max(scene.boxes(), key=lambda one: one[1].area)
            part = self._part(pixels, box, (0.3, 0.6))
            if box.area >= _LEAST_BOX and part.std(axis=(0, 1)).max() >= _LEAST_SPREAD:
                made += 1
                yield Labelled(self._compressed(part), "close_up", f"drawn part {made}")
            if made == count:
                return

    def _alone(self) -> Scene | None:
        """One whole garment on a plain ground, as laid-flat product photos and drawings show it."""
        scene = self._composer.single()
        if scene is None:
            return None
        ground = self._chance.choice([(255, 255, 255), (246, 246, 246), (236, 232, 226), color(self._chance)])
        if self._chance.random() < 0.35:  # the same garment of another cloth, in folds
            height, width = scene.ids.shape
            scene.pixels = drape(self._chance, draw_cloth(self._chance, width, height))
        there = cv2.GaussianBlur((scene.ids > 0).astype(np.float32), (3, 3), 0)[..., None]
        scene.pixels = np.asarray(scene.pixels * there + np.array(ground) * (1 - there), np.uint8)
        return scene

    def _pages(self, size: float) -> Iterator[Labelled]:
        people = [read(one.path).pixels for one in self._chance.sample(self._street, 40)]
        single = [read(one.path).pixels for one in self._chance.sample(self._single, 40)]
        shop = [read(one.path).pixels for one in self._chance.sample(self._shop, 20) if one.kind == "garment"]
        photos = [*people, *single, *shop]
        alone = [scene.pixels for scene in self._composed([self._alone], 30)]
        worn = [*single, *alone]
        recipes: tuple[tuple[str, int, Callable[[Random], Pixels]], ...] = (
            ("garment flat", 600, draw_flat),
            ("size_chart table", 450, lambda chance: draw_table_page(chance, worn)),
            ("size_chart screen", 170, lambda chance: draw_size_screen(chance, worn)),
            ("size_chart dimensions", 330, lambda chance: draw_dimensions(chance, worn)),
            ("close_up", 1000, draw_close_up),
            ("swatch", 450, draw_swatch),
            ("swatch samples", 500, draw_samples),
            ("banner", 650, lambda chance: draw_banner(chance, photos)),
            ("banner campaign", 850, lambda chance: draw_campaign(chance, photos)),
            ("other", 300, draw_other),
            ("other objects", 380, draw_objects),
            ("other scenery", 240, draw_scenery),
        )
        for form, count, make in recipes:
            kind = form.split()[0]
            for number in range(round(count * size)):
                page = make(self._chance)
                if kind in _PRINTED or self._chance.random() < 0.3:
                    page = shown(self._chance, page)
                yield Labelled(self._compressed(page), kind, f"{form} {number}")

    def _turned(self, pixels: Pixels) -> Pixels:
        """Mirrored or not: all of it stays in view."""
        return np.ascontiguousarray(pixels[:, ::-1]) if self._chance.random() < 0.5 else pixels

    def _framed(self, pixels: Pixels) -> Pixels:
        """More of the ground around the picture, so that its proportions say nothing about its kind."""
        height, width = pixels.shape[:2]
        wide, tall = (self._chance.uniform(0, 0.35) if self._chance.random() < 0.7 else 0.0 for _ in range(2))
        sides = [round(tall * height), round(tall * height), round(wide * width), round(wide * width)]
        rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        ground = [int(value) for value in np.median(rim, axis=0)]
        return np.asarray(cv2.copyMakeBorder(self._turned(pixels), *sides, cv2.BORDER_CONSTANT, value=ground), np.uint8)

    def _part(self, pixels: Pixels, around: Box, shares: tuple[float, float]) -> Pixels:
        """A part of what lies in the box, of any proportions, enlarged."""
        height, width = pixels.shape[:2]
        wide = self._chance.uniform(*shares) * around.w
        tall = wide * width / height * self._chance.choice([1.0, 1.0, 0.8, 1.25])
        x = around.x + self._chance.uniform(0, 1) * max(0.0, around.w - wide)
        y = around.y + self._chance.uniform(0, 1) * max(0.0, around.h - tall)
        return self._enlarged(pixels, (x * width, y * height, (x + wide) * width, (y + tall) * height))

    def _enlarged(self, pixels: Pixels, edges: tuple[float, float, float, float]) -> Pixels:
        left, top, right, bottom = edges
        size = SIDE, max(1, round(SIDE * (bottom - top) / (right - left)))
        filters = [Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BILINEAR]
        box = tuple(round(edge) for edge in edges)
        part = Image.fromarray(pixels).crop(box).resize(size, self._chance.choice(filters))  # type: ignore[arg-type]
        return disturb(self._turned(np.asarray(part)), self._chance)

    def _badged(self, pixels: Pixels) -> Pixels:
        """A small badge in a corner, as shops put on photos that sell all the same."""
        image = Image.fromarray(pixels)
        size = min(image.size) * self._chance.uniform(0.1, 0.2)
        x, y = self._chance.choice([(0.0, 0.0), (image.width - size, 0.0), (0.0, image.height - size)])
        pen = ImageDraw.Draw(image)
        (pen.ellipse if self._chance.random() < 0.5 else pen.rectangle)(
            (x, y, x + size, y + size), fill=color(self._chance)
        )
        text = self._chance.choice(["NEW", "-30%", "SALE", "M", "HIT"])
        pen.text(
            (x + size * 0.15, y + size * 0.3), text, fill=(255, 255, 255), font=font(self._chance, int(size / 3), text)
        )
        return np.asarray(image)

    def _compressed(self, pixels: Pixels) -> Pixels:
        """Saved once as a JPEG, as every stored picture is, so that clean pixels do not give a drawing away."""
        quality = self._chance.randint(55, 95)
        _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def without_people(pixels: Pixels, boxes: Sequence[Box]) -> Pixels | None:
    """The street beside the person, if there is much of it: walls, shops, trees (h, w, 3)."""
    width = pixels.shape[1]
    left = min((box.x for box in boxes), default=0.0) - _MARGIN
    right = max((box.x + box.w for box in boxes), default=1.0) + _MARGIN
    start, end = (0.0, left) if left > 1 - right else (right, 1.0)
    return None if end - start < _LEAST_STREET else pixels[:, round(start * width) : round(end * width)]
