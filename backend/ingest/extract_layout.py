"""The visible page as one list of elements in document order, each with the zone it stands in.

A shop's page holds many prices and photos; nearly all mistakes come from taking another product's. So one pass marks
what is not this product's: the frame around every page, "you may also like", cards that link to other products,
crossed-out prices.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from backend.ingest.addresses import fingerprint

MAX_ELEMENTS = 40_000
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:$|[?#])", re.IGNORECASE)
_CHROME_TAGS = frozenset({"header", "nav", "footer", "aside", "dialog"})
_CHROME_ROLES = frozenset({"navigation", "banner", "contentinfo", "dialog"})
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:site-?header|page-?header|global-?nav|mega-?menu|footer|cookies?|newsletter|mini-?cart|cart-drawer"
    r"|header-wrapper|navbar|sidebar|modal|popup|payment-?(?:icons|methods))(?:$|[\s_-])",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"related|recommend|also-?(?:like|bought|viewed)|upsell|up-sell|cross-?sell|similar|recently|suggest|you-?may"
    r"|complete-the-look|bought-together|ranking|history",
    re.IGNORECASE,
)
_RELATED_HEADING = re.compile(
    r"you (?:may|might) (?:also )?(?:like|love)|related|recommended|similar|customers (?:also|who)|recently viewed"
    r"|complete the look|(?:goes|wear it|pair it) with|frequently bought|more from|best ?sellers|trending"
    r"|おすすめ|オススメ|関連|この商品を(?:見|買)|最近(?:チェック|見)|閲覧|こちらも|ランキング|コーディネート|似た",
    re.IGNORECASE,
)
_REVIEW = re.compile(r"(?:^|[\s_-])(?:reviews?|comments?|ugc|testimonials?|レビュー)(?:$|[\s_-])", re.IGNORECASE)
# "regular" is missing on purpose: many themes call the charged price so while there is no sale.
_CROSSED = re.compile(
    r"(?:^|[\s_-])(?:old|was|compare(?:d|-?at)?|crossed|strike(?:d|through|-through)?|line-through|rrp|msrp|uvp)"
    r"(?:[\s_-]?price)?(?:$|[\s_-])|(?:list|original|previous|before|old|was)[\s_-]?price"
    r"|price[-_]{1,2}(?:old|was|compare|original|list|before|previous)",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"display:\s*none|visibility:\s*hidden", re.IGNORECASE)


class Zone:
    """Why an element's words or photo may not be the product's: bits (plain ones: there are 20,000 elements a page)."""

    NONE = 0
    CHROME = 1
    RELATED = 2
    REVIEW = 4
    CARD = 8
    CROSSED = 16
    UNSEEN = 32
    FOREIGN = CHROME | RELATED | REVIEW | CARD


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its place in the document and its zone."""

    node: LexborNode
    place: int
    zone: int


class Layout:
    """A parsed page without scripts. `title` is the heading that names it (None for a page without one)."""

    def __init__(self, tree: LexborHTMLParser, url: str, *, page_title: str) -> None:
        tree.strip_tags(["script", "style", "noscript", "template", "iframe"])
        self.url = url
        self.title_node = _find_title(tree, page_title)
        self._above = _ancestors(self.title_node)
        self._related = self._find_related(tree)
        self.elements: list[Element] = []
        self._own: list[Element] = []
        self._by_id: dict[int, Element] = {}
        self._fingerprint = fingerprint(url)
        if tree.body is not None:
            for node in tree.body.traverse(include_text=False):
                if len(self.elements) >= MAX_ELEMENTS:
                    break
                self._add(node)

    @property
    def title(self) -> str:
        return words_of(self.title_node) if self.title_node is not None else ""

    @property
    def title_place(self) -> int:
        """Where the title stands; 0 for a page without one."""
        found = self.element(self.title_node) if self.title_node is not None else None
        return found.place if found else 0

    def element(self, node: LexborNode) -> Element | None:
        return self._by_id.get(node.mem_id)

    def own(self) -> list[Element]:
        """Return what may be this product's, in order."""
        return self._own

    def is_above_title(self, node: LexborNode) -> bool:
        return node.mem_id in self._above

    def leads_away(self, link: LexborNode) -> bool:
        """Say whether a link goes to another page (not to a photo, not to a place on this page)."""
        href = (link.attributes.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "data:")) or _IMAGE_FILE.search(href):
            return False
        try:
            return fingerprint(urljoin(self.url, href)) != self._fingerprint
        except ValueError:
            return False

    def _add(self, node: LexborNode) -> None:
        parent = self._by_id.get(node.parent.mem_id) if node.parent is not None else None
        zone = (parent.zone if parent else Zone.NONE) | self._own_zone(node)
        element = Element(node, len(self.elements), zone)
        self.elements.append(element)
        self._by_id[node.mem_id] = element
        if not zone & Zone.FOREIGN:
            self._own.append(element)

    def _own_zone(self, node: LexborNode) -> int:
        attributes = node.attributes
        zone = _zone_of_names(names_of(node))
        style = attributes.get("style") or ""
        if node.tag in {"s", "del", "strike"} or "line-through" in style:
            zone |= Zone.CROSSED
        if "hidden" in attributes or (style and _UNSEEN.search(style)):
            zone |= Zone.UNSEEN
        if node.tag in _CHROME_TAGS or attributes.get("role") in _CHROME_ROLES:
            zone |= Zone.CHROME
        if node.mem_id in self._related:
            zone |= Zone.RELATED
        if node.tag == "a" and self.leads_away(node):
            zone |= Zone.CARD
        # Whatever its name says, what holds the product's title is the product's.
        return Zone.NONE if node.mem_id in self._above else zone

    def _find_related(self, tree: LexborHTMLParser) -> set[int]:
        """Return the sections that a heading calls related: its parent, or what follows it where the title is above."""
        found: set[int] = set()
        for heading in tree.css('h2, h3, h4, [class*="title" i], [class*="heading" i]'):
            if not _RELATED_HEADING.search(words_of(heading, 200)):
                continue
            parent = heading.parent
            if parent is not None and parent.mem_id not in self._above:
                found.add(parent.mem_id)
            following = heading.next
            while parent is not None and parent.mem_id in self._above and following is not None:
                found.add(following.mem_id)
                following = following.next
        return found


@lru_cache(maxsize=8192)
def _zone_of_names(names: str) -> int:
    zone = Zone.NONE
    for words, bit in (
        (_CROSSED, Zone.CROSSED),
        (_CHROME, Zone.CHROME),
        (_RELATED, Zone.RELATED),
        (_REVIEW, Zone.REVIEW),
    ):
        if names and words.search(names):
            zone |= bit
    return zone


def names_of(node: LexborNode) -> str:
    """Return what an element is called: its classes, id and test names."""
    attributes = node.attributes
    return " ".join(
        filter(None, (attributes.get(name) for name in ("class", "id", "data-testid", "data-section-type")))
    )


def words_of(node: LexborNode, limit: int = 2000) -> str:
    """Return an element's text on one line."""
    return " ".join(node.text(deep=True, separator=" ").split())[:limit]


def own_words(node: LexborNode) -> str:
    """Return the text that stands in an element itself, not in those inside it."""
    return " ".join(node.text(deep=False, separator=" ").split())


def _find_title(tree: LexborHTMLParser, page_title: str) -> LexborNode | None:
    """Return the heading that names the page: the one its <title> repeats, else the first outside the frame."""
    wanted = page_title.casefold()
    headings = [node for node in tree.css('h1, [itemprop="name"]:not(meta)') if words_of(node)]
    named = '[class*="product" i][class*="title" i], [class*="product" i][class*="name" i]'
    for node in tree.css(named):
        if node.tag in {"h2", "h3", "div", "span", "p"} and 3 < len(words_of(node, 300)) < 250:
            headings.append(node)
    for node in headings:
        words = words_of(node, 300).casefold()
        if len(words) > 2 and words in wanted and not _in_frame(node):
            return node
    return next((node for node in headings if node.tag == "h1" and not _in_frame(node)), None)


def _in_frame(node: LexborNode) -> bool:
    """Say whether a heading is the shop's name in the page's head, not a product's in its own <header>."""
    tags = []
    parent = node.parent
    while parent is not None and parent.tag != "body":
        tags.append(parent.tag)
        parent = parent.parent
    is_own_header = "main" in tags or "article" in tags or "section" in tags
    return "nav" in tags or "footer" in tags or ("header" in tags and not is_own_header)


def _ancestors(node: LexborNode | None) -> set[int]:
    found: set[int] = set()
    while node is not None:
        found.add(node.mem_id)
        node = node.parent
    return found
