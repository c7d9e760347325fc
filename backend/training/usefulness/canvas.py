"""What drawn pictures share: grounds, inks, letters and numbers by chance."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
Place = tuple[float, float, float, float]  # left, top, right, bottom in pixels
Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

_FONTS = Path("/usr/share/fonts")
_JAPANESE = tuple(
    f"opentype/noto/Noto{kind}CJK-{weight}.ttc" for kind in ("Sans", "Serif") for weight in ("Regular", "Bold")
)
_LATIN = (
    "opentype/urw-base35/NimbusSans-Regular.otf", "opentype/urw-base35/NimbusSans-Bold.otf",
    "opentype/urw-base35/NimbusRoman-Bold.otf", "opentype/urw-base35/NimbusRoman-Italic.otf",
    "opentype/urw-base35/P052-Roman.otf", "opentype/urw-base35/URWGothic-Demi.otf", "truetype/dejavu/DejaVuSans.ttf",
    "opentype/urw-base35/NimbusSansNarrow-Regular.otf", "opentype/urw-base35/NimbusRoman-Regular.otf",
    "opentype/urw-base35/P052-BoldItalic.otf", "opentype/urw-base35/URWBookman-Light.otf",
    "opentype/urw-base35/NimbusMonoPS-Regular.otf", "opentype/urw-base35/NimbusSans-BoldItalic.otf",
)  # fmt: skip
_PALE: tuple[Color, ...] = (
    (255, 255, 255), (255, 255, 255), (255, 255, 255), (250, 250, 250), (246, 246, 244), (238, 240, 245),
    (252, 246, 236), (244, 232, 230), (230, 240, 232),
)  # fmt: skip
_DARK: tuple[Color, ...] = ((30, 30, 34), (12, 12, 12), (24, 36, 60), (50, 40, 36))
_DARK_SHARE, _TINTED_SHARE = 0.15, 0.2


@lru_cache(maxsize=2)
def _there(names: tuple[str, ...]) -> list[Path]:
    """Which fonts this machine has (Debian's fonts-noto-cjk and fonts-urw-base35)."""
    return [_FONTS / name for name in names if (_FONTS / name).is_file()]


@lru_cache(maxsize=512)
def _loaded(path: Path | None, size: int) -> Font:
    return ImageFont.load_default(size) if path is None else ImageFont.truetype(str(path), size)


def font(chance: Random, size: int, text: str) -> Font:
    """A font that can write `text`."""
    paths = _there(_JAPANESE)
    if text.isascii() and chance.random() < 0.6:
        paths = _there(_LATIN) or paths
    return _loaded(chance.choice(paths) if paths else None, max(8, size))


def japanese(chance: Random) -> bool:
    """Whether to write Japanese; where there is no font for it, all pages are in English."""
    return bool(_there(_JAPANESE)) and chance.random() < 0.5


def said(chance: Random, english: Sequence[str], ja: Sequence[str]) -> str:
    return chance.choice(ja if japanese(chance) else english)


def write(
    chance: Random, pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, size: float, ink: Color,
    anchor: str = "la",
) -> None:  # fmt: skip
    """Write `size` pixels tall at a point, which `anchor` (Pillow's) relates to the text."""
    pen.text(at, text, fill=ink, font=font(chance, round(size), text), anchor=anchor)


def dashes(pen: ImageDraw.ImageDraw, path: Sequence[tuple[float, float]], ink: Color, step: float) -> None:
    """A broken line along a path: stitches, or where to cut."""
    for (x, y), (u, v) in pairwise(path):
        count = max(1, int(math.hypot(u - x, v - y) / step))
        for number in range(count):
            a, b = number / count, (number + 0.6) / count
            pen.line([x + (u - x) * a, y + (v - y) * a, x + (u - x) * b, y + (v - y) * b], fill=ink, width=2)


def page(chance: Random) -> tuple[Image.Image, Color]:
    """An empty page of any proportions, and its colour."""
    kind = chance.random()
    ground = chance.choice(_DARK if kind < _DARK_SHARE else _PALE)
    if kind > 1 - _TINTED_SHARE:
        ground = color(chance)
    size = (chance.randint(280, 640), chance.randint(280, 700))
    return Image.new("RGB", size, ground), ground


def color(chance: Random) -> Color:
    """Any colour; greys and the muted ones that cloth has are as likely as all others together."""
    pure = [chance.randint(10, 245) for _ in range(3)]
    grey = chance.randint(10, 250)
    muted = chance.choice([0.0, 0.0, 0.5, 0.7, 0.85, 1.0])
    red, green, blue = (round(grey * muted + tone * (1 - muted)) for tone in pure)
    return red, green, blue


def ink_on(ground: Color) -> Color:
    return (30, 30, 30) if sum(ground) > 330 else (232, 232, 232)


def shaded(tone: Color, factor: float) -> Color:
    return tuple(min(255, round(value * factor + (4 if factor > 1 else 0))) for value in tone)  # type: ignore[return-value]


def numbers(chance: Random) -> str:
    """A length as a size chart writes it."""
    style = chance.random()
    whole = chance.randint(18, 130)
    if style < 0.6:
        return str(whole)
    if style < 0.8:
        return f"{whole}.{chance.choice('05')}"
    return f"{whole}-{whole + chance.randint(2, 6)}" if style < 0.9 else f'{whole / 2.5:.1f}"'
