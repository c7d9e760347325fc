"""What drawn pages share: grounds, inks, letters and numbers by chance."""

from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import Image, ImageFont

Color = tuple[int, int, int]

_JAPANESE = tuple(
    Path(f"/usr/share/fonts/opentype/noto/Noto{kind}CJK-{weight}.ttc")
    for kind in ("Sans", "Serif")
    for weight in ("Regular", "Bold")
)
_PALE: tuple[Color, ...] = (
    (255, 255, 255), (255, 255, 255), (255, 255, 255), (250, 250, 250), (246, 246, 244), (238, 240, 245),
    (252, 246, 236), (244, 232, 230), (230, 240, 232),
)  # fmt: skip
_DARK: tuple[Color, ...] = ((30, 30, 34), (12, 12, 12), (24, 36, 60), (50, 40, 36))
_DARK_SHARE = 0.15


@lru_cache(maxsize=1)
def _fonts() -> list[Path]:
    """Japanese fonts of this machine (Debian's fonts-noto-cjk); where there are none, all pages are in English."""
    return [path for path in _JAPANESE if path.is_file()]


@lru_cache(maxsize=256)
def _loaded(path: Path | None, size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size) if path is None else ImageFont.truetype(str(path), size)


def font(chance: Random, size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """A font that can write whatever `japanese` allows."""
    return _loaded(chance.choice(_fonts()) if _fonts() else None, size)


def japanese(chance: Random) -> bool:
    return bool(_fonts()) and chance.random() < 0.5


def page(chance: Random) -> tuple[Image.Image, Color]:
    """An empty page of any proportions, and its colour."""
    ground = chance.choice(_DARK if chance.random() < _DARK_SHARE else _PALE)
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
