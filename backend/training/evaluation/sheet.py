"""A page to look at: rows of pictures, right and wrong marked, and what was taken for what."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment
from PIL import Image, ImageDraw

from backend.vision.images import Pixels
from backend.vision.values import Box

_TEMPLATE = Path(__file__).parent / "sheet.html"
_SIDE = 400  # pixels of a thumbnail
_TAKEN = "What was taken for what"


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of a row: a file of the sheet (`Sheet.add`), a caption, and whether it is right, if that is asked."""

    file: str
    caption: str
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts by true (row) and found (column) class."""

    columns: list[str]
    rows: list[tuple[str, list[int]]]
    title: str = _TAKEN


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of text, such as titles that were read wrong."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Sheet:
    """Collects pictures in `folder` and writes `folder/index.html`; captions are escaped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, str] = {}
        (folder / "pictures").mkdir(parents=True, exist_ok=True)

    def add(self, name: str, pixels: Pixels) -> str:
        """Keep a thumbnail (of pixels h, w, 3) under a name, each once; returns its file."""
        if name not in self._files:
            self._files[name] = f"pictures/{len(self._files):05}.jpg"
            image = Image.fromarray(pixels)
            image.thumbnail((_SIDE, _SIDE))
            image.save(self._folder / self._files[name], quality=82)
        return self._files[name]

    def write(
        self,
        title: str,
        summary: str,
        parts: Sequence[tuple[str, Sequence[Sequence[Cell]]]],
        *confusions: Confusion,
        tables: Sequence[Table] = (),
        large: bool = False,
    ) -> Path:
        """Write the page; `parts` are headings with their rows, `large` pictures are twice as wide and wrap."""
        template = Environment(autoescape=True, trim_blocks=True).from_string(_TEMPLATE.read_text(encoding="utf-8"))
        page = self._folder / "index.html"
        page.write_text(
            template.render(
                title=title, summary=summary, parts=parts, confusions=confusions, tables=tables, large=large
            ),
            encoding="utf-8",
        )
        return page


def drawn(pixels: Pixels, boxes: Sequence[tuple[Box, tuple[int, int, int], str]]) -> Pixels:
    """A thumbnail of pixels (h, w, 3) with each box in its colour (RGB), under its words."""
    image = Image.fromarray(pixels)
    image.thumbnail((_SIDE, _SIDE))
    pen = ImageDraw.Draw(image)
    for box, color, text in boxes:
        left, top = box.x * image.width, box.y * image.height
        pen.rectangle([left, top, left + box.w * image.width, top + box.h * image.height], outline=color, width=3)
        pen.text((left + 4, top + 2), text, fill=color, font_size=16, stroke_width=2, stroke_fill="black")
    return np.asarray(image)


def confuse(wanted: Sequence[str], found: Sequence[str], title: str = _TAKEN) -> Confusion:
    """Count what was found for each true class, classes in alphabetical order."""
    counts = Counter(zip(wanted, found, strict=True))
    columns = sorted({*wanted, *found})
    return Confusion(
        columns, [(name, [counts[name, other] for other in columns]) for name in sorted(set(wanted))], title
    )
