"""Size charts as pictures, in Japanese where the machine has a font for it."""

import functools
import logging
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

log = logging.getLogger(__name__)

CJK_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
SIZES = ("S", "M", "L", "XL")
# what is measured: Japanese, English, centimetres at size S, step to the next size
MEASURES: dict[str, tuple[tuple[str, str, float, float], ...]] = {
    "top": (
        ("着丈", "Length", 62, 2),
        ("身幅", "Chest", 47, 3),
        ("肩幅", "Shoulder", 40, 1.5),
        ("袖丈", "Sleeve", 57, 1),
    ),
    "bottom": (
        ("ウエスト", "Waist", 66, 4),
        ("ヒップ", "Hips", 90, 4),
        ("股下", "Inseam", 68, 1.5),
        ("裾幅", "Hem", 17, 0.5),
    ),
    "dress": (
        ("着丈", "Length", 112, 2),
        ("身幅", "Chest", 44, 2),
        ("ウエスト", "Waist", 66, 4),
        ("肩幅", "Shoulder", 37, 1),
    ),
    "shoes": (("足長", "Foot", 23, 1), ("ヒール高", "Heel", 3, 0), ("筒丈", "Shaft", 9, 0.3)),
}


@functools.cache
def cjk_font_path() -> str | None:
    """Return the Japanese font of this machine, or None (package fonts-noto-cjk brings it)."""
    found = next((path for path in CJK_FONTS if Path(path).is_file()), None)
    if found is None:
        log.warning("cjk_font_missing", extra={"package": "fonts-noto-cjk", "effect": "size charts are in English"})
    return found


def _font(size: int, *, japanese: bool) -> Font:
    path = cjk_font_path() if japanese else None
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


def size_chart(group: str, *, japanese: bool, width: int = 800, height: int = 1000) -> Image.Image:
    """Return a size chart; without a Japanese font it is in English whatever was asked for."""
    japanese = japanese and cjk_font_path() is not None
    rows = MEASURES[group]
    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    title, unit = ("サイズ表", "単位：cm　平置き採寸") if japanese else ("Size chart", "in cm, measured laid flat")
    draw.text((60, 90), title, fill=(40, 40, 44), font=_font(54, japanese=japanese))
    draw.text((62, 172), unit, fill=(120, 120, 126), font=_font(26, japanese=japanese))
    head = ["サイズ" if japanese else "Size", *((row[0] if japanese else row[1]) for row in rows)]
    table = [[size, *(f"{row[2] + row[3] * k:g}" for row in rows)] for k, size in enumerate(SIZES)]
    _table(draw, head, table, left=60, top=250, width=width - 120, japanese=japanese)
    notes = (
        ("※商品により1〜2cmの誤差がございます。", "※素材の特性上、伸縮する場合がございます。")
        if japanese
        else ("Measurements may differ by 1 to 2 cm.", "Some fabrics stretch with wear.")
    )
    for k, note in enumerate(notes):
        draw.text((62, 720 + k * 46), note, fill=(110, 110, 116), font=_font(24, japanese=japanese))
    return image


def _table(
    draw: ImageDraw.ImageDraw,
    head: Sequence[str],
    table: Sequence[Sequence[str]],
    *,
    left: int,
    top: int,
    width: int,
    japanese: bool,
) -> None:
    column, row_height = width / len(head), 82
    for k, row in enumerate([head, *table]):
        y = top + k * row_height
        fill = (58, 62, 70) if k == 0 else (246, 245, 243) if k % 2 else (255, 255, 255)
        draw.rectangle([left, y, left + width, y + row_height], fill=fill, outline=(210, 208, 204))
        for c, text in enumerate(row):
            font = _font(27 if k else 25, japanese=japanese)
            wide = draw.textlength(text, font=font)
            at = (left + column * (c + 0.5) - wide / 2, y + 22)
            draw.text(at, text, fill=(255, 255, 255) if k == 0 else (52, 52, 58), font=font)
    for c in range(1, len(head)):
        draw.line(
            [(left + column * c, top), (left + column * c, top + row_height * (len(table) + 1))], fill=(222, 220, 216)
        )
