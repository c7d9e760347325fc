"""The colours and sizes that a page's choosers offer."""

import re
from collections.abc import Iterator

from backend.ingest.reading.layout import Layout

_SIZE = re.compile(
    r"(?:\d{0,2}X{0,4}[SL]|M|S/M|M/L|L/XL|F|FREE|ONE ?SIZE|フリー|\d{2,3}(?:[.,]5)?(?: ?cm)?|(?:US|UK|EU|IT"
    r"|FR) ?\d{1,2}(?:\.5)?"
    r"|\d{1,2}(?:\.5)?|[\d]{2}[A-H]{1,2}|W?\d{2}[/ ]?L\d{2})",
    re.IGNORECASE,
)
_COLOR_LABEL = re.compile(r"colou?r|farbe|couleur|カラー|色", re.IGNORECASE)
_SIZE_LABEL = re.compile(r"\bsize|größe|taille|talla|サイズ", re.IGNORECASE)
_COLOR_WORD = re.compile(
    r"black|white|gr[ae]y|red|blue|green|yellow|orange|purple|pink|brown|beige|navy|khaki|ivory|cream|silver"
    r"|gold|lavender"
    r"|ブラック|ホワイト|グレー|レッド|ブルー|グリーン|イエロー|オレンジ|パープル|ピンク|ブラウン|ベージュ|ネイビー|カーキ|[黒白灰赤青緑黄紫茶紺]",
    re.IGNORECASE,
)
_CHOOSE = re.compile(r"choose|select|選択", re.IGNORECASE)


def is_size(value: str) -> bool:
    """Say whether a word is a size: M, XL, 42, 25.5 cm, フリー."""
    return bool(_SIZE.fullmatch(value))


def is_color(value: str) -> bool:
    """Say whether a word names a colour."""
    return bool(_COLOR_WORD.search(value))


def find_options(layout: Layout) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the colours and the sizes that the page's choosers offer."""
    colors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    for label, values in _choosers(layout):
        looks_like_sizes = sum(map(is_size, values)) * 2 > len(values)
        looks_like_colors = sum(map(is_color, values)) * 2 > len(values)
        if not sizes and (_SIZE_LABEL.search(label) or (looks_like_sizes and not _COLOR_LABEL.search(label))):
            sizes = values
        elif not colors and (_COLOR_LABEL.search(label) or looks_like_colors):
            colors = values
    return colors, sizes


def _choosers(layout: Layout) -> Iterator[tuple[str, tuple[str, ...]]]:
    for element in layout.own():
        if element.tag != "select" or element.place < layout.title_place:
            continue
        options = [inner for inner in layout.inside(element) if inner.tag == "option"]
        rows = [(layout.words(option, 60), option.attributes.get("value")) for option in options]
        # The first row of many choosers is their label: "Choose a size".
        values = [words for words, value in rows if words and value != "" and not _CHOOSE.match(words)]
        names = ("name", "id", "class", "aria-label", "data-name")
        label = " ".join(filter(None, (element.attributes.get(name) for name in names)))
        if values and len(values) <= 60:
            yield label, tuple(dict.fromkeys(values))
