"""Microdata as JSON-LD would write it, so that one reader reads both."""

from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

Item = dict[str, Any]
MAX_DEPTH = 12
MAX_PROPERTIES = 5_000
MAX_NODES = 400_000
_TEXT_TAGS = frozenset({"span", "div", "p", "h1", "h2"})


def microdata_of(tree: LexborHTMLParser) -> list[Item]:
    """Return the page's items that are no other item's property, in order.

    One walk through the document; an item more than MAX_DEPTH deep and what stands behind the bounds is left out.
    """
    tops: list[Item] = []
    if tree.root is None or tree.css_first("[itemscope]") is None:
        return tops
    reader = _Texts()
    # Each waiting node with the item that its properties belong to and that item's depth.
    waiting: list[tuple[LexborNode, Item | None, int]] = [(tree.root, None, 0)]
    for _ in range(MAX_NODES):
        if not waiting or reader.is_spent:
            break
        node, item, depth = waiting.pop()
        attributes = node.attributes
        names = (attributes.get("itemprop") or "").split()[:10]
        inner, inner_depth = item, depth
        if "itemscope" in attributes:
            inner, inner_depth = {"@type": (attributes.get("itemtype") or "").split()}, depth + 1
            if item is None or not names:
                tops.append(inner)
                inner_depth = 1
        if names and item is not None and depth <= MAX_DEPTH:
            _put(item, names, inner if "itemscope" in attributes else reader.value(node))
        waiting.extend((child, inner, inner_depth) for child in reversed(list(node.iter())))
    return tops


def _put(item: Item, names: list[str], value: Any) -> None:
    for name in names:
        known = item.get(name)
        if known is None:
            item[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            item[name] = [known, value]


class _Texts:
    """Reads properties' values. All the texts of a page together are bounded, for they may stand in each other."""

    def __init__(self) -> None:
        self._properties, self._nodes = MAX_PROPERTIES, MAX_NODES

    @property
    def is_spent(self) -> bool:
        return self._properties <= 0 or self._nodes <= 0

    def value(self, node: LexborNode) -> str:
        self._properties -= 1
        for name in ("content", "datetime", "data-zoom-image", "data-zoom", "data-src", "src", "href", "value"):
            usable = name == "content" or node.tag not in _TEXT_TAGS
            if usable and (value := node.attributes.get(name)):
                return value
        words: list[str] = []
        for number, inner in enumerate(node.traverse(include_text=True)):
            self._nodes -= 1
            if number > 5_000 or self._nodes <= 0:
                break
            if inner.tag == "-text" and (inner.parent is None or inner.parent.tag not in {"script", "style"}):
                words.append(inner.text_content or "")
        return " ".join(" ".join(words).split())
