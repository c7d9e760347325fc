"""Draws garments as a shop photographs them: laid flat, worn, from the back, close by, with others, in a street."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from backend.demo.drawing_body import SIDES, Body, body
from backend.demo.drawing_bottoms import pants, skirt
from backend.demo.drawing_canvas import Canvas, studio
from backend.demo.drawing_dresses import dress
from backend.demo.drawing_extras import bag, shoes, shoulder_bag_marks, tote_marks
from backend.demo.drawing_fabric import Color
from backend.demo.drawing_figure import Person, arm, hair_behind, hair_from_behind, hair_in_front, head, legs, trunk
from backend.demo.drawing_garments import Garment, Layers
from backend.demo.drawing_headwear import folded_scarf, hat, hat_marks, scarf
from backend.demo.drawing_outer import outer
from backend.demo.drawing_shapes import WIDE, Mark, Path, Piece, Stage
from backend.demo.drawing_shoes import side_view
from backend.demo.drawing_tops import top

WIDTH, HEIGHT = 800, 1000
GROUNDS: tuple[Color, ...] = ((243, 241, 238), (236, 238, 241), (241, 236, 229), (232, 235, 230), (246, 246, 246))

TOP, COAT = 3, 5  # how far outside a shirt or dress and a jacket are worn

_Builder = Callable[..., Layers]
BUILDERS: dict[str, tuple[_Builder, int]] = {  # how each kind is drawn, and how far outside it is worn
    **dict.fromkeys(("t-shirt", "long-sleeve", "shirt", "blouse", "sweater", "hoodie", "camisole", "polo"), (top, TOP)),
    **dict.fromkeys(("cardigan", "jacket", "coat"), (outer, COAT)),
    **dict.fromkeys(("dress",), (dress, TOP)),
    **dict.fromkeys(("skirt",), (skirt, 2)),
    **dict.fromkeys(("pants", "jeans", "shorts"), (pants, 2)),
    **dict.fromkeys(("sneakers", "boots", "loafers", "pumps"), (shoes, 1)),
    **dict.fromkeys(("tote", "shoulder-bag"), (bag, 6)),
    **dict.fromkeys(("hat",), (hat, 8)),
    **dict.fromkeys(("scarf",), (scarf, 7)),
}


def _rank(garment: Garment) -> float:
    rank = BUILDERS[garment.kind][1]
    if "tucked" in garment.details:
        return 1.5
    return 2.5 if garment.kind == "boots" and "tall" in garment.details else rank


def wear(canvas: Canvas, stage: Stage, who: Person, outfit: Sequence[Garment], *, back: bool = False) -> None:
    """Draw a person in an outfit, from the skin outward."""
    face = replace(stage, wide=1.0)
    dressed = [(g, BUILDERS[g.kind][0](g, who.body, back=back)) for g in sorted(outfit, key=_rank)]
    if not back:
        for _, layers in reversed(dressed):
            canvas.draw(layers.back, stage)
        canvas.draw(hair_behind(who), face)
    canvas.draw([*legs(who), *trunk(who), *arm(who, -1), *arm(who, 1)], stage)
    _clothe(canvas, stage, who, dressed)
    if back:
        canvas.draw(hair_from_behind(who), face)
    for _, layers in dressed:
        canvas.draw(layers.over, stage)
    if not back:
        canvas.draw([*head(who), *hair_in_front(who)], face)
    for _, layers in dressed:
        canvas.draw(layers.hat, face)
        canvas.draw(layers.top, stage)


def _clothe(canvas: Canvas, stage: Stage, who: Person, dressed: Sequence[tuple[Garment, Layers]]) -> None:
    """Draw trunks, sleeves and hands of the clothes; the sleeves of a shirt lie inside those of the jacket."""
    coats = [garment for garment, _ in dressed if _rank(garment) == COAT]
    for garment, layers in dressed:
        canvas.draw(layers.body, stage)
        if coats and garment not in coats:
            canvas.draw([*layers.sleeves[-1], *layers.sleeves[1]], stage)
    sleeve = max((garment.sleeve for garment, _ in dressed if BUILDERS[garment.kind][1] in {TOP, COAT}), default=0.0)
    for side in SIDES:
        if sleeve > 0:  # the shoulder stays under the cloth, the hand comes before it
            canvas.draw(arm(who, side, below=max(0.25, sleeve - 0.05)), stage)
        for garment, layers in dressed:
            if not coats or garment in coats:
                canvas.draw(layers.sleeves[side], stage)


def worn(who: Person, outfit: Sequence[Garment], *, ground: int = 0, back: bool = False, crop: str = "full") -> Canvas:
    """Return a studio picture of a person in an outfit; `crop` is "full", "upper" or "lower"."""
    canvas = Canvas(studio(WIDTH, HEIGHT, GROUNDS[ground % len(GROUNDS)], floor=0.86 if crop != "upper" else None))
    stage = {
        "full": Stage(0.915, WIDTH / 2, 58, wide=WIDE),
        "upper": Stage(1.42, WIDTH / 2, 60, wide=WIDE),
        "lower": Stage(1.36, WIDTH / 2, -440, wide=WIDE),
    }[crop]
    if crop != "upper":
        floor = stage.place([(who.body.pose.hip, 1000)])[0]
        canvas.dim(floor[0], floor[1] - 4, 150 * stage.scale, 17 * stage.scale, 0.34)
    wear(canvas, stage, who, outfit, back=back)
    return canvas


def laid(garment: Garment, sex: str, *, ground: int = 1, back: bool = False) -> Canvas:
    """Return a picture of the garment alone, laid flat or standing."""
    canvas = Canvas(studio(WIDTH, HEIGHT, GROUNDS[ground % len(GROUNDS)]))
    if garment.kind in {"sneakers", "boots", "loafers", "pumps"}:
        _stand_shoes(canvas, garment)
        return canvas
    marks = _alone(garment, body(sex, "flat"), back=back)
    wide = 1.0 if BUILDERS[garment.kind][1] > 5 else WIDE
    canvas.draw(marks, _fit(marks, wide=wide, turn=((garment.seed * 7) % 5 - 2) * 0.012))
    return canvas


def _alone(garment: Garment, shape: Body, *, back: bool) -> list[Mark]:
    if garment.kind == "tote":
        return tote_marks(garment, 0, 0, 1.0, back=back)
    if garment.kind == "shoulder-bag":
        return shoulder_bag_marks(garment, 0, 0, 1.0)
    if garment.kind == "hat":
        return hat_marks(garment, 0)
    if garment.kind == "scarf":
        return folded_scarf(garment)
    layers = BUILDERS[garment.kind][0](garment, shape, back=back)
    # laid flat, the sleeves lie under the edge of the trunk
    return [*layers.back, *layers.sleeves[-1], *layers.sleeves[1], *layers.body, *layers.over]


def _fit(marks: Sequence[Mark], *, wide: float, turn: float) -> Stage:
    """Return the stage on which the marks fill the picture with a margin."""
    points = [point for mark in marks for path in _paths(mark) for point in path]
    left, right = min(x for x, _ in points) * wide, max(x for x, _ in points) * wide
    high, low = min(y for _, y in points), max(y for _, y in points)
    scale = min(WIDTH * 0.84 / (right - left), HEIGHT * 0.82 / (low - high), 3.6)
    middle = Stage(scale, 0, 0, turn).place([((left + right) / 2, (high + low) / 2)])[0]
    return Stage(scale, WIDTH / 2 - middle[0], HEIGHT / 2 - middle[1], turn, wide)


def _paths(mark: Mark) -> Sequence[Path]:
    return (mark.outline,) if isinstance(mark, Piece) else mark.paths


def _stand_shoes(canvas: Canvas, garment: Garment) -> None:
    tall = "tall" in garment.details
    scale = 1.75 if tall else 2.35
    for x, y, size in ((-0.055, 0.72 if tall else 0.58, 0.93), (0.03, 0.86 if tall else 0.72, 1.0)):
        stage = Stage(scale * size, WIDTH * (0.5 + x), HEIGHT * y)
        canvas.dim(stage.x, stage.y, 130 * stage.scale, 12 * stage.scale, 0.5)
        canvas.draw(side_view(garment), stage)


def close_up(garment: Garment, sex: str) -> Canvas:
    """Return the fabric seen from near by."""
    canvas = Canvas(studio(WIDTH, HEIGHT, garment.cloth.ground))
    shape = body(sex, "flat")
    half = 400.0
    from_top = 120.0 if garment.cloth.pattern != "gradient" else 250.0
    whole = Piece(
        ((-half, from_top - 200), (half, from_top - 200), (half, from_top + 700), (-half, from_top + 700)),
        garment.cloth,
        puff=0,
        crumple=1.3,
        shadow=0,
        edge=0,
        seed=garment.seed + 77,
    )
    canvas.draw([whole], Stage(4.6, WIDTH / 2, HEIGHT / 2 - 4.6 * 300, 0.12 if shape.man else -0.1))
    return canvas
