"""Twenty garments drawn here in different styles, and twenty outfits of two garments: what detectors rarely see.

`python tests/training/drawn_garments.py OUT [DATA]` writes OUT/drawings (laid out like garment_photos) and, from
held-out garment photos of DATA, OUT/outfits (laid out like street_photos), to be given to `niteru evaluate detection`.
"""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = 420

# points across,down in hundredths of the picture; "/" parts the pieces
OUTLINES = {
    "top": "32,20 42,17 50,22 58,17 68,20 88,40 78,50 69,42 69,82 31,82 31,42 22,50 12,40",
    "longsleeve": "34,18 44,15 50,19 56,15 66,18 78,30 86,74 77,77 69,42 69,83 31,83 31,42 23,77 14,74 22,30",
    "dress": "40,10 44,10 46,20 54,20 56,10 60,10 62,28 58,40 78,90 22,90 42,40 38,28",
    "skirt": "36,20 64,20 65,27 82,80 18,80 35,27",
    "pants": "33,10 67,10 72,90 56,90 50,35 44,90 28,90",
    "shorts": "28,25 72,25 82,68 54,72 50,48 46,72 18,68",
    "coat": "36,10 50,18 64,10 76,20 86,62 76,65 70,40 74,92 26,92 30,40 24,65 14,62 24,20",
    "shoes": "12,50 30,48 42,58 60,66 62,74 12,74 / 42,28 60,26 72,36 90,44 92,52 42,52",
    "bag": "20,42 80,42 86,85 14,85 / 34,42 36,20 64,20 66,42 61,42 59,25 41,25 39,42",
    "hat": "8,66 30,60 34,36 50,30 66,36 70,60 92,66 70,73 30,73",
}  # fmt: skip
_LINES = {  # where cloth meets cloth
    "coat": "50,18 50,92 / 42,12 38,30 50,44 / 58,12 62,30 50,44",
    "pants": "50,10 50,35 / 33,16 67,16",
    "skirt": "35,27 65,27",
    "bag": "19,52 81,52",
    "hat": "30,58 70,58",
}  # fmt: skip
_LABELS = {"top": "T-Shirt", "longsleeve": "Longsleeve", "coat": "Outwear", "dress": "Dress", "skirt": "Skirt",
           "pants": "Pants", "shorts": "Shorts", "shoes": "Shoes", "bag": "Bag", "hat": "Hat"}  # fmt: skip
CLASSES = {"T-Shirt": "top", "Longsleeve": "top", "Outwear": "outer", "Dress": "dress", "Skirt": "skirt",
           "Pants": "pants", "Shorts": "shorts", "Shoes": "shoes", "Bag": "bag", "Hat": "hat"}  # fmt: skip

Style = Callable[[Image.Image, Random], Image.Image]


def _points(pieces: str) -> list[list[tuple[float, float]]]:
    """Pixels of a picture of twice the size."""
    pairs = [[point.split(",") for point in piece.split()] for piece in pieces.split("/")]
    return [[(int(x) / 50 * SIZE, int(y) / 50 * SIZE) for x, y in piece] for piece in pairs]


def _mask(kind: str, chance: Random) -> Image.Image:
    """The garment's shape, white on black, its corners rounded and nudged as a hand would."""
    large = Image.new("L", (SIZE * 2, SIZE * 2))
    pen = ImageDraw.Draw(large)
    for outline in _points(OUTLINES[kind]):
        nudged = [(x + chance.gauss(0, 5), y + chance.gauss(0, 5)) for x, y in outline]
        pen.polygon(nudged, fill=255)
    for line in _points(_LINES[kind]) if kind in _LINES else ():
        pen.line(line, fill=0, width=12)
    return large.filter(ImageFilter.GaussianBlur(4)).point(lambda v: 255 if v > 127 else 0).resize((SIZE, SIZE))


def _edge(mask: Image.Image, width: int) -> Image.Image:
    grown, shrunk = mask.filter(ImageFilter.MaxFilter(width)), mask.filter(ImageFilter.MinFilter(width))
    return ImageChops.subtract(grown, shrunk)


def _color(chance: Random) -> tuple[int, int, int]:
    return chance.choice([(190, 40, 60), (40, 90, 160), (60, 130, 90), (230, 180, 60), (80, 60, 110), (40, 40, 46)])


def flat(mask: Image.Image, chance: Random) -> Image.Image:
    """A vector icon: one colour on white."""
    picture = Image.new("RGB", mask.size, "white")
    picture.paste(_color(chance), mask=mask)
    return picture


def outlined(mask: Image.Image, chance: Random) -> Image.Image:
    """A technical flat: black lines, white cloth."""
    picture = Image.new("RGB", mask.size, (252, 252, 250))
    picture.paste((20, 20, 20), mask=_edge(mask, 5))
    return picture


def cartoon(mask: Image.Image, chance: Random) -> Image.Image:
    """Colour with a thick ink line on a tinted ground."""
    picture = Image.new("RGB", mask.size, (250, 236, 214))
    picture.paste(_color(chance), mask=mask)
    picture.paste((15, 15, 15), mask=_edge(mask, 9))
    return picture


def hatched(mask: Image.Image, chance: Random) -> Image.Image:
    """Pencil: slanted strokes inside the shape, soft outline."""
    strokes = Image.new("L", mask.size)
    pen = ImageDraw.Draw(strokes)
    for start in range(-SIZE, SIZE * 2, 9):
        pen.line([(start, 0), (start + SIZE, SIZE)], fill=chance.randint(90, 200), width=2)
    picture = Image.new("RGB", mask.size, (246, 243, 236))
    picture.paste((70, 70, 72), mask=ImageChops.multiply(strokes, mask))
    picture.paste((50, 50, 52), mask=_edge(mask, 5).filter(ImageFilter.GaussianBlur(1)))
    return picture


def watercolor(mask: Image.Image, chance: Random) -> Image.Image:
    """Uneven washes that run over the outline."""
    noise = np.random.default_rng(chance.randrange(9999)).normal(0, 1, (12, 12))
    cloud = Image.fromarray(np.clip(170 + 50 * noise, 60, 255).astype(np.uint8)).resize(
        mask.size, Image.Resampling.BICUBIC
    )
    wash = ImageChops.multiply(mask.filter(ImageFilter.GaussianBlur(5)), cloud)
    picture = Image.new("RGB", mask.size, (253, 251, 247))
    picture.paste(_color(chance), mask=wash)
    return picture


def shaded(mask: Image.Image, chance: Random) -> Image.Image:
    """A soft rendering: light from the left, a shadow below."""
    picture = Image.new("RGB", mask.size, (235, 235, 238))
    shadow = ImageChops.offset(mask, 8, 12).filter(ImageFilter.GaussianBlur(9)).point(lambda v: v // 3)
    picture.paste((60, 60, 60), mask=shadow)
    ramp = np.linspace(1.15, 0.6, SIZE)[None, :, None]
    body = np.clip(np.full((SIZE, SIZE, 3), _color(chance)) * ramp, 0, 255).astype(np.uint8)
    picture.paste(Image.fromarray(body), mask=mask)
    return picture


def striped(mask: Image.Image, chance: Random) -> Image.Image:
    """Striped cloth, thin outline."""
    cloth = Image.new("RGB", mask.size, (244, 244, 240))
    pen = ImageDraw.Draw(cloth)
    ink = _color(chance)
    for row in range(0, SIZE, 26):
        pen.rectangle([0, row, SIZE, row + 10], fill=ink)
    picture = Image.new("RGB", mask.size, "white")
    picture.paste(cloth, mask=mask)
    picture.paste((30, 30, 30), mask=_edge(mask, 3))
    return picture


def chalk(mask: Image.Image, chance: Random) -> Image.Image:
    """White chalk on a dark board."""
    picture = Image.new("RGB", mask.size, (34, 48, 42))
    picture.paste((235, 235, 225), mask=_edge(mask, 7).filter(ImageFilter.GaussianBlur(1)))
    picture.paste((200, 205, 195), mask=mask.point(lambda v: v // 8))
    return picture


STYLES: tuple[Style, ...] = (flat, outlined, cartoon, hatched, watercolor, shaded, striped, chalk)


def write_drawings(folder: Path) -> Path:
    """20 drawings: every kind twice, never twice in one style; returns the folder."""
    chance = Random(7)
    (folder / "images").mkdir(parents=True)
    (folder.parent / "classes.json").write_text(json.dumps(
        {"coarse": sorted(set(CLASSES.values())), "garment_photos": CLASSES,
         "street_photos": {name: name for name in sorted(set(CLASSES.values()))}}
    ))  # fmt: skip
    rows = []
    for number in range(20):
        kind = list(OUTLINES)[number % len(OUTLINES)]
        style = STYLES[(number + number // len(OUTLINES) * 3) % len(STYLES)]
        name = f"{number:02}-{kind}-{style.__name__}.png"
        style(_mask(kind, chance), chance).save(folder / "images" / name)
        rows.append({"image": name, "label": _LABELS[kind], "kids": "False", "split": "val"})
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["image", "label", "kids", "split"])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def write_outfits(folder: Path, data: Path) -> Path:
    """20 pictures of an upper and a lower garment, cut from held-out photos; every third pair overlaps."""
    from backend.training.cutouts import garment_layer
    from backend.training.datasets import load_garment_photos
    from backend.training.grounds import draw_ground
    from backend.training.scenes import Scene, placement

    chance = Random(11)
    photos = [one for one in load_garment_photos(data / "garment_photos") if one.split == "val" and one.category]
    (folder / "images").mkdir(parents=True)
    names = ["top", "outer", "pants", "skirt", "shorts", "dress"]
    images, annotations = [], []
    while len(images) < 20:
        number = len(images)
        upper, lower = chance.choice(["top", "top", "outer"]), chance.choice(["pants", "skirt", "shorts"])
        layers = [
            garment_layer(chance.choice([p for p in photos if p.category == name]), name) for name in (lower, upper)
        ]
        scene = Scene.on(draw_ground(chance, 480, 640))
        for layer, down, tall in zip(layers, (440 if number % 3 else 380, 190), (330, 300), strict=True):
            if layer is not None:
                fit = tall / max(layer.only(1).ids.shape)
                scene.paste(layer, placement(layer, (240 + chance.gauss(0, 12), down), scale=fit))
        found = scene.boxes()
        if len(found) < 2:
            continue
        Image.fromarray(scene.pixels).save(folder / "images" / f"{number:02}.png")
        images.append({"id": number, "file_name": f"{number:02}.png", "width": 480, "height": 640, "split": "val"})
        for name, box in found:
            corner = [box.x * 480, box.y * 640, box.w * 480, box.h * 640]
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": names.index(name) + 1,
                                "bbox": corner, "component_boxes": []})  # fmt: skip
    truth = {"images": images, "annotations": annotations,
             "categories": [{"id": n + 1, "name": name} for n, name in enumerate(names)]}  # fmt: skip
    (folder / "annotations.json").write_text(json.dumps(truth))
    return folder


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write_drawings(target / "drawings")
    if len(sys.argv) > 2:
        write_outfits(target / "outfits", Path(sys.argv[2]))
