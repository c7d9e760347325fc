"""Drawn streets to stand in, out of focus as behind a person in a photo."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.demo.drawing import HEIGHT, WIDTH, wear
from backend.demo.drawing_canvas import Canvas
from backend.demo.drawing_fabric import Color, Field, shaded
from backend.demo.drawing_figure import Person
from backend.demo.drawing_garments import Garment
from backend.demo.drawing_shapes import WIDE, Stage

HORIZON = 0.60
WALLS: tuple[Color, ...] = ((176, 120, 98), (196, 190, 180), (150, 158, 166), (214, 200, 176), (120, 118, 122))


def street_scene(number: int) -> Field:
    """Return one of many streets, (HEIGHT, WIDTH, 3); the same number is the same street."""
    rng = np.random.default_rng(700 + number)
    image = Image.new("RGB", (WIDTH, HEIGHT), (206, 218, 228))
    draw = ImageDraw.Draw(image)
    kind = number % 3
    if kind == 0:
        _shop_front(draw, rng, WALLS[number % len(WALLS)])
    elif kind == 1:
        _houses(draw, rng)
    else:
        _park(draw, rng)
    _pavement(draw, rng, kind)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(3.2)), np.float32)
    sharp = np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    depth = np.clip((np.linspace(0, 1, HEIGHT) - HORIZON) * 3.2, 0, 1).astype(np.float32)[:, None, None]
    return _daylight(soft * (1 - depth) + sharp * depth, rng)


def _daylight(scene: Field, rng: np.random.Generator) -> Field:
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    side = 1 if rng.random() < 0.5 else -1
    light = 1.03 + side * (xx / WIDTH - 0.5) * 0.16 - ((xx / WIDTH - 0.5) ** 2 + (yy / HEIGHT - 0.5) ** 2) * 0.3
    grain = rng.normal(0, 1, (HEIGHT // 4, WIDTH // 4)).astype(np.float32)
    rough = np.asarray(Image.fromarray(grain).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), np.float32)
    out: Field = scene * (light + rough * 0.004)[..., None]
    return out


def _shop_front(draw: ImageDraw.ImageDraw, rng: np.random.Generator, wall: Color) -> None:
    base = HEIGHT * HORIZON
    draw.rectangle([0, 0, WIDTH, base], fill=wall)
    for row in range(int(base / 16)):
        for x in range(-40 + (row % 2) * 22, WIDTH, 44):
            draw.rectangle([x, row * 16, x + 42, row * 16 + 14], fill=shaded(wall, float(rng.uniform(0.9, 1.08))))
    glass = (96, 112, 118)
    for left in (40, 500):
        draw.rectangle([left - 10, 150, left + 270, base], fill=(60, 56, 54))
        draw.rectangle([left, 175, left + 260, base - 40], fill=glass)
        for k in range(6):
            x = left + 20 + k * 40
            draw.rectangle(
                [x, 330 - int(rng.integers(0, 60)), x + 26, base - 60],
                fill=shaded((190, 160, 120), float(rng.uniform(0.5, 1.3))),
            )
        draw.polygon([(left, 175), (left + 90, 175), (left, 420)], fill=shaded(glass, 1.3))
        stripe = (176, 60, 54) if rng.random() < 0.5 else (52, 92, 84)
        for k in range(10):
            color = stripe if k % 2 else (238, 232, 222)
            draw.polygon(
                [
                    (left - 10 + k * 28, 120),
                    (left + 18 + k * 28, 120),
                    (left + 14 + k * 30, 196),
                    (left - 16 + k * 30, 196),
                ],
                fill=color,
            )
    draw.rectangle([0, 40, WIDTH, 96], fill=shaded(wall, 0.55))
    draw.rectangle([0, base - 18, WIDTH, base], fill=shaded(wall, 0.6))


def _houses(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    base = HEIGHT * HORIZON
    x = -60.0
    while x < WIDTH:
        wide, high = float(rng.uniform(150, 250)), float(rng.uniform(20, 170))
        color = shaded(WALLS[int(rng.integers(len(WALLS)))], float(rng.uniform(0.9, 1.15)))
        draw.rectangle([x, high, x + wide, base], fill=color)
        for row in range(int((base - high) / 92)):
            for column in range(int(wide / 58)):
                wx, wy = x + 18 + column * 58, high + 24 + row * 92
                draw.rectangle([wx - 3, wy - 3, wx + 37, wy + 59], fill=shaded(color, 1.18))
                draw.rectangle([wx, wy, wx + 34, wy + 56], fill=shaded((92, 108, 124), float(rng.uniform(0.7, 1.3))))
        draw.rectangle([x, base - 70, x + wide, base], fill=shaded(color, 0.7))
        x += wide
    for _ in range(2):
        at = float(rng.uniform(0, WIDTH))
        draw.rectangle([at, 260, at + 9, base + 60], fill=(70, 72, 76))
        draw.ellipse([at - 14, 236, at + 23, 274], fill=(240, 232, 208))


def _park(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    base = HEIGHT * HORIZON
    for k in range(150):
        x, y, r = float(rng.uniform(-40, WIDTH + 40)), float(rng.uniform(-20, base - 90)), float(rng.uniform(26, 74))
        green = shaded((104, 136, 84), float(rng.uniform(0.6, 1.35)) * (0.8 + 0.4 * (k % 3 == 0)))
        draw.ellipse([x - r, y - r * 0.8, x + r, y + r * 0.8], fill=green)
    for x in (90, 330, 640):
        draw.polygon([(x, 220), (x + 26, 220), (x + 38, base), (x - 10, base)], fill=(84, 66, 52))
    draw.rectangle([0, base - 60, WIDTH, base], fill=(128, 158, 92))
    for x in range(0, WIDTH, 46):
        draw.rectangle([x, base - 96, x + 6, base + 4], fill=(74, 76, 74))
    draw.rectangle([0, base - 96, WIDTH, base - 90], fill=(74, 76, 74))


def _pavement(draw: ImageDraw.ImageDraw, rng: np.random.Generator, kind: int) -> None:
    base = HEIGHT * HORIZON
    stone: Color = ((186, 182, 176), (150, 150, 152), (204, 192, 170))[kind]
    draw.rectangle([0, base, WIDTH, HEIGHT], fill=stone)
    draw.rectangle([0, base, WIDTH, base + 10], fill=shaded(stone, 0.75))
    for k in range(-14, 15):
        draw.line([(WIDTH / 2 + k * 42, base + 10), (WIDTH / 2 + k * 150, HEIGHT)], fill=shaded(stone, 0.87), width=2)
    y, step = base + 18.0, 14.0
    while y < HEIGHT:
        draw.line([(0, y), (WIDTH, y)], fill=shaded(stone, 0.87), width=2)
        y, step = y + step, step * 1.32
    if kind == 1:
        for k in range(5):
            left = k * 190 - 60
            draw.polygon([(left, 700), (left + 90, 700), (left + 60, 770), (left - 50, 770)], fill=(226, 226, 222))
    for _ in range(60):
        x, y = float(rng.uniform(0, WIDTH)), float(rng.uniform(base + 20, HEIGHT))
        draw.ellipse([x, y, x + 5, y + 2], fill=shaded(stone, float(rng.uniform(0.8, 0.95))))


def in_street(who: Person, outfit: Sequence[Garment], number: int) -> Canvas:
    """Return a snapshot of a person in an outfit in a street."""
    canvas = Canvas(street_scene(number))
    scale = 0.80 + 0.03 * (number % 3)
    stage = Stage(scale, WIDTH * (0.5 + 0.05 * (number % 3 - 1)), HEIGHT * 0.955 - 1000 * scale, wide=WIDE)
    feet = stage.place([(who.body.pose.hip, 1000)])[0]
    canvas.dim(feet[0] + 40, feet[1] - 6, 190 * scale, 20 * scale, 0.5)
    canvas.dim(feet[0], feet[1] - 6, 90 * scale, 10 * scale, 0.4)
    wear(canvas, stage, who, outfit)
    return canvas
