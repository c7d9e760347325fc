"""Close-ups drawn from nothing: cloth seen near, in folds, with the parts that shops show off.

Panels of cloth lie over each other and are stitched along their edges: collars, cuffs, pockets, plackets, hems.
"""

from collections.abc import Sequence
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.usefulness.canvas import Color, color, dashes, ink_on, shaded, write
from backend.training.usefulness.cloth import clipped, drape, draw_cloth
from backend.training.usefulness.skins import draw_skin
from backend.vision.images import Pixels

_SKIN: tuple[Color, ...] = ((232, 190, 165), (205, 155, 125), (150, 105, 80), (95, 65, 50))
_LABELS = ("NITERU", "M", "COTTON", "MADE IN JAPAN", "studio", "SINCE 1998", "綿100%", "L")
Points = Sequence[tuple[float, float]]  # in pixels


def draw_close_up(chance: Random) -> Pixels:
    """Cloth in folds and uneven light, mostly with seams, buttons, a zip, a pocket or a collar (h, w, 3)."""
    width = chance.randint(200, 440)
    height = round(width * chance.choice([1.0, 1.0, 1.25, 1.33, 0.75]))
    smooth = np.full((height, width, 3), color(chance), np.uint8)
    surface = draw_skin if chance.random() < 0.2 else draw_cloth
    cloth = smooth if chance.random() < 0.3 else surface(chance, width, height)
    folded = chance.random() < 0.6
    image = Image.fromarray(drape(chance, cloth) if folded else cloth)
    pieces = chance.choice([0, 0, 1, 1, 2])
    for lay in chance.sample(_PIECES, pieces):
        lay(chance, image, cloth)
    # flat cloth with nothing on it would be a swatch
    for trim in chance.sample(_TRIMS, chance.choice([0, 0, 1, 2] if folded or pieces else [1, 1, 2])):
        trim(chance, image)
    return _seen(chance, np.asarray(image))


def _seen(chance: Random, pixels: Pixels) -> Pixels:
    """As a camera or a draughtsman would show it: uneven light, flat tones, or ink along the edges."""
    height, width = pixels.shape[:2]
    noise = np.random.default_rng(chance.randrange(2**32))
    rough = noise.normal(0, chance.uniform(0, 40), (chance.randint(2, 6), chance.randint(2, 6))).astype(np.float32)
    lit = pixels + cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    style = chance.random()
    if style < 0.6:
        return clipped(lit + noise.normal(0, chance.uniform(0, 8), (height, width, 1)))
    step = chance.choice([16, 32, 48])
    flat = clipped(clipped(lit).astype(np.float32) // step * step + step / 2)
    if style < 0.8:
        return flat
    inked = flat.copy()
    inked[cv2.Canny(pixels, 60, 160) > 0] = 25
    return inked


def _tone_of(pixels: Pixels) -> Color:
    red, green, blue = pixels.reshape(-1, 3).mean(0)
    return round(float(red)), round(float(green)), round(float(blue))


def _panel(chance: Random, image: Image.Image, cloth: Pixels, edge: Points, *, same: float = 0.75) -> None:
    """Lay a piece of the same or of another cloth on top: with a shadow at its edge, and stitches inside it."""
    width, height = image.size
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).polygon(list(edge), fill=255)
    shadow = mask.filter(ImageFilter.GaussianBlur(chance.uniform(2, 9))).point(lambda value: round(value * 0.55))
    image.paste((0, 0, 0), (chance.randint(-4, 4), chance.randint(1, 6)), shadow)
    piece = cloth if chance.random() < same else draw_cloth(chance, width, height)
    turned = np.ascontiguousarray(np.roll(piece, (height // 3, width // 5), (0, 1)))
    shown = drape(chance, turned) if chance.random() < 0.6 else turned
    image.paste(Image.fromarray(shown), (0, 0), mask)
    pen, tone = ImageDraw.Draw(image), _tone_of(shown)
    thread = shaded(tone, chance.choice([0.5, 0.7, 1.4])) if chance.random() < 0.7 else color(chance)
    pen.line([*edge, edge[0]], fill=shaded(tone, 0.6), width=chance.choice([1, 1, 2]))
    for inset in chance.choice([[], [0.05], [0.05], [0.04, 0.08]]):
        x, y = (sum(point[side] for point in edge) / len(edge) for side in (0, 1))
        inner = [(px + (x - px) * inset, py + (y - py) * inset) for px, py in edge]
        dashes(pen, [*inner, inner[0]], thread, chance.choice([5, 7, 10]))


def _collar(chance: Random, image: Image.Image, cloth: Pixels) -> None:
    """Two points over an opening in which skin or another cloth is seen; of any spread."""
    width, height = image.size
    x, top, low = width * chance.uniform(0.35, 0.65), -0.1 * height, height * chance.uniform(0.2, 0.75)
    spread, long = width * chance.uniform(0.12, 0.35), height * chance.uniform(0.25, 0.6)
    inside = chance.choice(_SKIN) if chance.random() < 0.6 else color(chance)
    ImageDraw.Draw(image).polygon([(x - spread, top), (x + spread, top), (x, low)], fill=inside)
    for side in (-1, 1):
        points = [(x + side * spread, top), (x, low), (x + side * spread * chance.uniform(0.6, 1.4), long),
                  (x + side * spread * 2.2, long * 0.5), (x + side * spread * 1.8, top)]  # fmt: skip
        _panel(chance, image, cloth, points)


def _band(chance: Random, image: Image.Image, cloth: Pixels) -> None:
    """A cuff, a waistband, a placket, a hem or a strap: a band right across, with buttons or without."""
    width, height = image.size
    long, wide = (width, height) if (lying := chance.random() < 0.5) else (height, width)
    start, thick, lean = (
        wide * chance.uniform(0.1, 0.7),
        wide * chance.uniform(0.08, 0.35),
        wide * chance.gauss(0, 0.08),
    )
    edge = [(-9.0, start), (long + 9.0, start + lean), (long + 9.0, start + lean + thick), (-9.0, start + thick)]
    _panel(chance, image, cloth, edge if lying else [(y, x) for x, y in edge])
    if chance.random() < 0.5:
        pen, radius, tone = ImageDraw.Draw(image), thick * chance.uniform(0.15, 0.35), color(chance)
        count = chance.randint(1, 4)
        for number in range(count):
            at = (number + 0.5) / count
            spot = (long * at, start + lean * at + thick / 2)
            _button(chance, pen, spot if lying else (spot[1], spot[0]), radius, tone)


def _pocket(chance: Random, image: Image.Image, cloth: Pixels) -> None:
    width, height = image.size
    left, top = width * chance.uniform(0.05, 0.35), height * chance.uniform(0.05, 0.4)
    right, bottom = width * chance.uniform(0.6, 0.95), height * chance.uniform(0.7, 1.1)
    point = height * chance.choice([0.0, 0.08])
    _panel(chance, image, cloth, [(left, top), (right, top), (right, bottom - point), ((left + right) / 2, bottom),
                                  (left, bottom - point)])  # fmt: skip
    if chance.random() < 0.5:  # a flap
        low = top + (bottom - top) * chance.uniform(0.2, 0.4)
        _panel(chance, image, cloth, [(left - 5, top - 6), (right + 5, top - 6), (right + 5, low * 0.95),
                                      ((left + right) / 2, low), (left - 5, low * 0.95)])  # fmt: skip
        _button(chance, ImageDraw.Draw(image), ((left + right) / 2, low - 14), width * 0.03, color(chance))


def _buttons(chance: Random, image: Image.Image) -> None:
    pen, tone, (width, height) = ImageDraw.Draw(image), color(chance), image.size
    x, y, radius = width * chance.uniform(0.2, 0.8), height * chance.uniform(0, 0.4), width * chance.uniform(0.03, 0.16)
    step = max(2.5 * radius, height * chance.uniform(0.2, 0.5))
    while y < height:
        _button(chance, pen, (x, y), radius, tone)
        y += step


def _button(chance: Random, pen: ImageDraw.ImageDraw, at: tuple[float, float], radius: float, tone: Color) -> None:
    (x, y), holes = at, chance.choice([0, 2, 4])
    pen.ellipse([x - radius * 1.05, y - radius, x + radius * 1.15, y + radius * 1.2], fill=shaded(tone, 0.35))
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=tone, outline=shaded(tone, 0.6), width=2)
    pen.ellipse([x - radius * 0.7, y - radius * 0.7, x + radius * 0.7, y + radius * 0.7], outline=shaded(tone, 1.3))
    hole = max(1.5, radius * 0.12)
    for dx, dy in ((-0.25, -0.25), (0.25, 0.25), (0.25, -0.25), (-0.25, 0.25))[:holes]:
        pen.ellipse([x + dx * radius - hole, y + dy * radius - hole, x + dx * radius + hole, y + dy * radius + hole],
                    fill=(25, 25, 25))  # fmt: skip


def _zip(chance: Random, image: Image.Image) -> None:
    """Teeth on a tape, with a slider somewhere; upright, lying or leaning."""
    width, height = image.size
    layer = Image.new("RGBA", (2 * width, 2 * height), (0, 0, 0, 0))
    pen, x, metal = ImageDraw.Draw(layer), width, chance.choice([(200, 200, 205), (190, 150, 70), color(chance)])
    half, tape = width * chance.uniform(0.015, 0.05), color(chance)
    pen.rectangle([x - 3 * half, 0, x + 3 * half, 2 * height], fill=tape)
    for number, y in enumerate(np.arange(0, 2 * height, half * 0.9)):
        side = half * (0.5 if number % 2 else -0.5)
        pen.rectangle([x - half + side, y, x + half + side, y + half * 0.5], fill=metal)
    y = height * chance.uniform(0.6, 1.4)
    pen.rounded_rectangle([x - 2 * half, y, x + 2 * half, y + 5 * half], half, fill=shaded(metal, 0.8))
    pen.rounded_rectangle([x - half, y + 4 * half, x + half, y + 11 * half], half, outline=metal, width=3)
    turned = layer.rotate(chance.choice([0, 0, 90, chance.uniform(-40, 40)]), Image.Resampling.BILINEAR)
    shift = round(width * chance.gauss(0, 0.15))
    image.paste(turned, (shift - width // 2, -height // 2), turned)


def _seams(chance: Random, image: Image.Image, cloth: Pixels) -> None:
    pen, (width, height), tone = (
        ImageDraw.Draw(image),
        image.size,
        shaded(_tone_of(cloth), chance.choice([0.5, 0.7, 1.4])),
    )
    for _ in range(chance.randint(1, 3)):
        start, end, bend = (chance.uniform(0, width) for _ in range(3))
        steps = [step / 24 for step in range(25)]
        path = [((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t * t * end, t * height) for t in steps]
        pen.line(path, fill=tone, width=chance.choice([1, 2, 4]))
        for gap in chance.choice([[], [6], [-7, 7]]):
            dashes(pen, [(x + gap, y) for x, y in path], tone, 9)


def _ribbing(chance: Random, image: Image.Image, cloth: Pixels) -> None:
    """A knitted edge, straight or curved, with nothing, skin or a ground beyond it."""
    width, height = image.size
    bend, top, thick = (
        height * chance.uniform(-0.3, 0.3),
        height * chance.uniform(0.3, 0.8),
        height * chance.uniform(0.1, 0.3),
    )
    tone, beyond = shaded(_tone_of(cloth), chance.choice([0.8, 1.0, 1.15])), chance.choice([*_SKIN, (248, 248, 248)])
    pen, wide = ImageDraw.Draw(image), width / chance.randint(18, 70)
    for number in range(int(width / wide) + 1):
        x = number * wide
        y = top + bend * (2 * x / width - 1) ** 2
        pen.rectangle([x, y + thick, x + wide, 3 * height], fill=beyond)
        pen.rectangle([x, y, x + wide, y + thick], fill=shaded(tone, 0.75 if number % 2 else 1.05))


def _cords(chance: Random, image: Image.Image) -> None:
    """Eyelets with cords or laces through them."""
    pen, (width, height), tone = ImageDraw.Draw(image), image.size, color(chance)
    radius, thick, x, apart = width * 0.03, chance.randint(4, 16), width / 2, width * chance.uniform(0.08, 0.25)
    crossed = chance.random() < 0.5
    rows = [height * at for at in (0.15, 0.35, 0.55, 0.75)][: chance.randint(1, 4)]
    for number, y in enumerate(rows):
        for side in (-1, 1):
            spot = x + side * apart
            pen.ellipse(
                [spot - radius, y - radius, spot + radius, y + radius],
                fill=(30, 30, 30),
                outline=(190, 190, 190),
                width=4,
            )
            end = (x - side * apart, rows[number + 1]) if crossed and number + 1 < len(rows) else (
                spot + chance.gauss(0, width * 0.08), min(height, y + height * chance.uniform(0.2, 0.6)))  # fmt: skip
            pen.line([(spot, y), end], fill=tone, width=thick)


def _label(chance: Random, image: Image.Image) -> None:
    """A small woven or leather patch sewn on."""
    pen, (width, height), tone = ImageDraw.Draw(image), image.size, color(chance)
    wide, tall = width * chance.uniform(0.12, 0.4), height * chance.uniform(0.08, 0.2)
    x, y = width * chance.uniform(0.05, 0.55), height * chance.uniform(0.05, 0.75)
    pen.rectangle([x, y, x + wide, y + tall], fill=tone)
    dashes(
        pen,
        [(x + 4, y + 4), (x + wide - 4, y + 4), (x + wide - 4, y + tall - 4), (x + 4, y + tall - 4)],
        shaded(tone, 0.6),
        7,
    )
    write(
        chance,
        pen,
        (x + wide / 2, y + tall / 2),
        chance.choice(_LABELS),
        size=tall * 0.35,
        ink=ink_on(tone),
        anchor="mm",
    )


_PIECES = (_collar, _band, _pocket, _seams, _ribbing)
_TRIMS = (_buttons, _buttons, _buttons, _zip, _cords, _label)  # buttons are what is shown off most
