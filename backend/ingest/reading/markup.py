"""From text to a tree, at a bounded cost: what HTML's own rules make quadratic is taken out before it is parsed."""

import re

from selectolax.lexbor import LexborHTMLParser

MAX_HTML = 12_000_000
MAX_TAGS = 150_000
# Browsers stop at 512. Every element costs a walk up to the root, so a nest of 200,000 would take two minutes.
MAX_DEPTH = 4_000
MAX_OPEN_FORMATTING = 25
_HARMLESS = 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_NO_NEST = frozenset(
    [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup",
    ]
)  # fmt: skip
# A parser opens these anew in every paragraph until they are closed.
_FORMATTING = frozenset(
    ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)  # fmt: skip
_FORMATTING_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_FORMATTING))})(?=[\s/>])[^<>]*>", re.IGNORECASE)


def parse_html(html: str) -> LexborHTMLParser:
    """Parse a page. One that is too long, too deep or made to explode is cut or simplified first; it never raises."""
    return LexborHTMLParser(_bounded(html[:MAX_HTML]).encode("utf-8", "replace"))


def _bounded(html: str) -> str:
    if html.count("<") < _HARMLESS:
        return html
    depth = formatting = most_formatting = 0
    for number, tag in enumerate(_TAG.finditer(html)):
        name = tag[2].lower()
        if name in _NO_NEST:
            continue
        step = -1 if tag[1] else 1
        depth = max(0, depth + step)
        if name in _FORMATTING:
            formatting = max(0, formatting + step)
            most_formatting = max(most_formatting, formatting)
        if number >= MAX_TAGS or depth > MAX_DEPTH:
            html = html[: tag.start()]
            break
    return _FORMATTING_TAG.sub("", html) if most_formatting > MAX_OPEN_FORMATTING else html
