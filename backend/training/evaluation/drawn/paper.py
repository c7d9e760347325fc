"""Sheets, inks and letters of the pictures that usefulness is measured with: see `drawn`."""

from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

Lettering = ImageFont.FreeTypeFont | ImageFont.ImageFont

_LATIN = (
    "truetype/dejavu/DejaVuSans-Bold.ttf", "truetype/dejavu/DejaVuSerif.ttf", "opentype/urw-base35/URWBookman-Demi.otf",
    "opentype/urw-base35/NimbusSansNarrow-Bold.otf",
)  # fmt: skip
_FACES = {
    "plain": "truetype/dejavu/DejaVuSansCondensed.ttf", "mono": "opentype/urw-base35/NimbusMonoPS-Bold.otf",
    "slanted": "opentype/urw-base35/C059-BdIta.otf", "roman": "opentype/urw-base35/C059-Roman.otf",
    "script": "opentype/urw-base35/Z003-MediumItalic.otf", "thin": "opentype/urw-base35/URWGothic-Book.otf",
    "fat": "truetype/dejavu/DejaVuSansCondensed-Bold.ttf", "kana": "opentype/noto/NotoSerifCJK-Bold.ttc",
}  # fmt: skip
SIZES = ((800, 800), (600, 800), (750, 1000), (900, 600), (500, 500))
TINTS = (
    "#1d3557", "#e63946", "#f1faee", "#a8dadc", "#2a9d8f", "#e9c46a", "#f4a261", "#6d597a", "#b56576", "#ffffff",
    "#d8c3a5", "#8e8d8a", "#111111", "#5b7553", "#eae7dc", "#3d405b", "#81b29a", "#f2cc8f", "#c9ada7", "#22223b",
)  # fmt: skip


@lru_cache(maxsize=64)
def _lettering(name: str, size: int) -> Lettering:
    path = Path("/usr/share/fonts") / name
    return ImageFont.truetype(str(path), size) if path.is_file() else ImageFont.load_default(size)


def sheet(chance: Random, ground: str | None = None) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", chance.choice(SIZES), ground or chance.choice(TINTS))
    return image, ImageDraw.Draw(image)


def write(chance: Random, pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, size: int, ink: str) -> None:
    """Write around the point `at`."""
    pen.text(at, text, fill=ink, font=_lettering(chance.choice(_LATIN), size), anchor="mm")


def rgb(tint: str) -> tuple[int, int, int]:
    return int(tint[1:3], 16), int(tint[3:5], 16), int(tint[5:7], 16)


def letter(face: str, size: int) -> Lettering:
    """The lettering of the second set."""
    return _lettering(_FACES[face], size)


def put(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, lettering: Lettering, ink: str) -> None:
    """Write around the point `at`, in letters that the font has."""
    shown = text if has_kana() else "".join(one for one in text if one.isascii()).strip() or "size"
    pen.text(at, shown, fill=ink, font=lettering, anchor="mm")


@lru_cache(maxsize=1)
def has_kana() -> bool:
    return (Path("/usr/share/fonts") / _FACES["kana"]).is_file()
