"""The colours and sizes that a page's choosers offer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backend.ingest.reading.layout import Layout
from backend.ingest.reading.outline import Element
from backend.ingest.reading.stock import SOLD_OUT, is_disabled
from backend.ingest.records import IN_STOCK, OUT_OF_STOCK, Variant

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
_NAMES = ("name", "id", "class", "aria-label", "data-name")
_MOST_CHOICES = 60
_SOLD_OUT_NOTE = re.compile(
    SOLD_OUT.pattern + r"|\bunavailable|(?<=[\s:\uff1a(\uff08])[×✕✖](?=[\s)\uff09]*$)", re.IGNORECASE
)
_IN_STOCK_NOTE = re.compile(
    r"\b(?:in|em|en) stock|\bonly \d+ left|\b(?:low stock|few left|last one)|auf lager"
    r"|在庫(?:あり|有り?|わずか|僅か)|残り(?:わずか|僅か|\d+点)|(?<=[\s:\uff1a(\uff08])[○◯〇△](?=[\s)\uff09]*$)",
    re.IGNORECASE,
)
_OFF = re.compile(r"(?:^|[\s_-])(?:sold-?_?out|out-?_?of-?_?stock|disabled|unavailable)(?:$|[\s_-])", re.IGNORECASE)
_OPENING, _CLOSING = r"(\[（【［", r")\]）】］"
_LAST_PART = re.compile(rf"(?:\s[-–—|/]|[{_OPENING}:,：、，])[^{_CLOSING}]*$")
_SEPARATORS = " -–—|/:,：、，・\u3000"


def is_size(value: str) -> bool:
    """Say whether a word is a size: M, XL, 42, 25.5 cm, フリー."""
    return bool(_SIZE.fullmatch(value))


def is_color(value: str) -> bool:
    """Say whether a word names a colour."""
    return bool(_COLOR_WORD.search(value))


@dataclass(frozen=True, slots=True)
class Options:
    """What a page's choosers offer; `variants` only where the page says of some of it that it is sold out."""

    colors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a chooser as it is written; `is_off` where it cannot be chosen."""

    words: str
    value: str | None
    is_off: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    """One colour or size without the words beside it on its stock; `availability` where something tells."""

    name: str
    availability: str | None = None


def find_options(layout: Layout) -> Options:
    """Return the colours and the sizes that the page's choosers offer, and which of them are sold out."""
    colors: list[_Choice] = []
    sizes: list[_Choice] = []
    for label, choices in _choosers(layout):
        looks_like_sizes = sum(is_size(choice.name) for choice in choices) * 2 > len(choices)
        looks_like_colors = sum(is_color(choice.name) for choice in choices) * 2 > len(choices)
        if not sizes and (_SIZE_LABEL.search(label) or (looks_like_sizes and not _COLOR_LABEL.search(label))):
            sizes = choices
        elif not colors and (_COLOR_LABEL.search(label) or looks_like_colors):
            colors = choices
    variants = (
        *(Variant(color=choice.name, availability=choice.availability) for choice in _told(colors)),
        *(Variant(size=choice.name, availability=choice.availability) for choice in _told(sizes)),
    )
    return Options(tuple(choice.name for choice in colors), tuple(choice.name for choice in sizes), variants)


def _told(choices: list[_Choice]) -> list[_Choice]:
    """Return the choices with their stock where one is sold out: the others then can be had. Else none."""
    if all(choice.availability != OUT_OF_STOCK for choice in choices):
        return []
    return [choice if choice.availability else replace(choice, availability=IN_STOCK) for choice in choices]


def _choosers(layout: Layout) -> Iterator[tuple[str, list[_Choice]]]:
    radios: dict[str, list[Element]] = {}
    for element in layout.own():
        if element.place < layout.title_place:
            continue
        if element.tag == "select":
            label = " ".join(filter(None, (element.attributes.get(name) for name in _NAMES)))
            yield from _chooser(label, [_row(one, layout) for one in layout.inside(element) if one.tag == "option"])
        elif element.tag == "input" and element.attributes.get("type") == "radio":
            radios.setdefault(element.attributes.get("name") or "", []).append(element)
    labels = {words: element for element in layout.own() if (words := element.attributes.get("for"))} if radios else {}
    for name, group in radios.items():
        if _SIZE_LABEL.search(name) or _COLOR_LABEL.search(name):  # others say how the order is paid or rated
            yield from _chooser(
                name, [_swatch(one, labels.get(one.attributes.get("id") or ""), layout) for one in group]
            )


def _chooser(label: str, rows: list[_Row]) -> Iterator[tuple[str, list[_Choice]]]:
    if len(rows) > _MOST_CHOICES:
        return
    # Where every row is switched off, a script will switch them on: that tells nothing.
    tells = any(not row.is_off for row in rows)
    found: dict[str, _Choice] = {}
    for number, row in enumerate(rows):
        choice = _choice(row.words)
        # The first row of many choosers is their label: "Choose a size".
        is_label = (
            not row.value or _CHOOSE.match(row.words) or (number == 0 and row.is_off and not is_size(choice.name))
        )
        if choice.name and not is_label:
            is_off = row.is_off and tells and choice.availability is None
            found.setdefault(choice.name, replace(choice, availability=OUT_OF_STOCK) if is_off else choice)
    if found:
        yield label, list(found.values())


def _row(option: Element, layout: Layout) -> _Row:
    words = layout.words(option, 60)
    return _Row(words, option.attributes.get("value", words), _is_off(option))


def _swatch(radio: Element, label: Element | None, layout: Layout) -> _Row:
    """Read a radio button with its label, which is around it, named by its id, or missing: then its value is one."""
    around = radio.parent if radio.parent is not None and radio.parent.tag == "label" else None
    label = around or label
    shown = (layout.words(label, 60) or label.attributes.get("title") or "") if label else ""
    words = shown or radio.attributes.get("value") or ""
    return _Row(words, words, _is_off(radio) or (label is not None and _is_off(label)))


def _is_off(element: Element) -> bool:
    return is_disabled(element) or bool(_OFF.search(element.names))


def _choice(words: str) -> _Choice:
    """Split "M - Sold out", "M（在庫なし）", "[Sold out] M" or "M ×" into the name and the stock."""
    for pattern, availability in ((_SOLD_OUT_NOTE, OUT_OF_STOCK), (_IN_STOCK_NOTE, IN_STOCK)):
        if note := pattern.search(words):
            before = _LAST_PART.sub("", words[: note.start()])  # "M - temporarily" sold out
            after = words[note.end() :].lstrip(_SEPARATORS + ")]）】］")
            return _Choice(before.strip(_SEPARATORS) or after.strip(_SEPARATORS), availability)
    return _Choice(words)
