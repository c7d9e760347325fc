"""A page's elements in document order with their words, read in one pass so that every later question is cheap.

A hostile page nests thousands of elements that all look like a price; asking each for its text again and again would
take minutes. Here an element's text is a slice of the page's.
"""

from bisect import bisect_left
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_ELEMENTS = 40_000
MAX_DEPTH = 256


@dataclass(slots=True, eq=False)
class Element:
    """One element: its place in the document, the place behind its last descendant, and the zone it stands in."""

    node: LexborNode
    tag: str
    attributes: dict[str, str | None]
    names: str
    parent: "Element | None"
    depth: int
    place: int
    first_text: int
    end: int = 0
    last_text: int = 0
    zone: int = 0
    own: list[str] = field(default_factory=list)

    @property
    def own_words(self) -> str:
        """The text that stands in the element itself, not in those inside it."""
        return " ".join(self.own)


class Outline:
    """The elements of a page's <body>; what is too deep or too many is left out."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.elements: list[Element] = []
        self._texts: list[str] = []
        self._by_id: dict[int, Element] = {}
        if tree.body is not None:
            self._walk(tree.body)
        self._images = [element.place for element in self.elements if element.tag == "img"]

    def element(self, node: LexborNode | None) -> Element | None:
        return self._by_id.get(node.mem_id) if node is not None else None

    def words(self, element: Element, limit: int = 2000) -> str:
        """Return an element's text on one line."""
        found: list[str] = []
        length = 0
        for number in range(element.first_text, element.last_text):
            found.append(self._texts[number])
            length += len(self._texts[number]) + 1
            if length > limit:
                break
        return " ".join(found)[:limit]

    def words_beside(self, element: Element, limit: int) -> str:
        """Return the text of the next element with the same parent."""
        is_last = element.parent is None or element.end >= element.parent.end
        return "" if is_last else self.words(self.elements[element.end], limit)

    def has_image(self, element: Element) -> bool:
        number = bisect_left(self._images, element.place)
        return number < len(self._images) and self._images[number] < element.end

    def inside(self, element: Element) -> list[Element]:
        """Return the elements inside this one, in order."""
        return self.elements[element.place + 1 : element.end]

    def _walk(self, body: LexborNode) -> None:
        """Read elements and texts. An element ends where one begins that is not inside it."""
        opened: list[Element] = []
        for node in body.traverse(include_text=True):
            tag = node.tag or "-"
            if tag in {"-comment", "-"}:
                continue
            above = node.parent
            parent = self._by_id.get(above.mem_id) if above is not None else None
            if tag == "-text" and parent is not None:
                while opened[-1] is not parent:
                    self._close(opened.pop())
                self._read_text(node, parent)
                continue
            if tag == "-text":
                continue
            is_in = parent.depth < MAX_DEPTH if parent is not None else not self.elements
            if not is_in or len(self.elements) >= MAX_ELEMENTS:
                continue
            while opened and opened[-1] is not parent:
                self._close(opened.pop())
            opened.append(self._open(node, tag, parent))
        for element in opened:
            self._close(element)

    def _open(self, node: LexborNode, tag: str, parent: Element | None) -> Element:
        attributes = node.attributes
        depth = parent.depth + 1 if parent else 0
        element = Element(
            node, tag, attributes, names_in(attributes), parent, depth, len(self.elements), len(self._texts)
        )
        self.elements.append(element)
        self._by_id[node.mem_id] = element
        return element

    def _close(self, element: Element) -> None:
        element.end, element.last_text = len(self.elements), len(self._texts)

    def _read_text(self, node: LexborNode, parent: Element) -> None:
        words = " ".join((node.text_content or "").split())
        if words:
            self._texts.append(words)
            parent.own.append(words)


def names_in(attributes: dict[str, str | None]) -> str:
    """Return what an element is called: its classes, id and test names."""
    names = (attributes.get(name) for name in ("class", "id", "data-testid", "data-section-type"))
    return " ".join(filter(None, names))[:2_000]
