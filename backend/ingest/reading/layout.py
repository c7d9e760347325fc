"""The visible page as one list of elements in document order, each with the zone it stands in.

A shop's page holds many prices and photos; nearly all mistakes come from taking another product's. So one pass marks
what is not this product's: the frame around every page, "you may also like", cards that link to other products,
crossed-out prices.
"""

import re
from functools import lru_cache
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from backend.ingest.addresses import fingerprint
from backend.ingest.reading.outline import Element, Outline

_MOST_HEADINGS = 200
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


class Layout(Outline):
    """A parsed page without scripts.

    `title` is the heading that names it ("" for a page without one), `currency` what its microdata says of all prices.
    """

    def __init__(self, tree: LexborHTMLParser, url: str, *, page_title: str) -> None:
        tree.strip_tags(["script", "style", "noscript", "template", "iframe"])
        super().__init__(tree)
        self.url = url
        self.title_element = self._find_title(tree, page_title)
        self.title = self.words(self.title_element) if self.title_element else ""
        self.title_place = self.title_element.place if self.title_element else 0
        money = tree.css_first('[itemprop="priceCurrency"][content]')
        self.currency = (money.attributes.get("content") or "") if money else ""
        self._above: set[int] = set()
        element = self.title_element
        while element is not None:
            self._above.add(element.place)
            element = element.parent
        self._related = self._find_related(tree)
        self._fingerprint = fingerprint(url)
        self._own: list[Element] = []
        self._hidden = [0]
        for element in self.elements:
            zone = (element.parent.zone if element.parent else Zone.NONE) | self._own_zone(element)
            element.zone = zone
            self._hidden.append(self._hidden[-1] + bool(zone & (Zone.CROSSED | Zone.UNSEEN)))
            if not zone & Zone.FOREIGN:
                self._own.append(element)

    def own(self) -> list[Element]:
        """Return what may be this product's, in order."""
        return self._own

    def is_above_title(self, element: Element) -> bool:
        return element.place in self._above

    def hides_inside(self, element: Element) -> bool:
        """Say whether something inside the element is crossed out or unseen."""
        return self._hidden[element.end] > self._hidden[element.place + 1]

    def leads_away(self, link: Element) -> bool:
        """Say whether a link goes to another page (not to a photo, not to a place on this page)."""
        href = (link.attributes.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "data:")) or _IMAGE_FILE.search(href):
            return False
        try:
            return fingerprint(urljoin(self.url, href)) != self._fingerprint
        except ValueError:
            return False

    def _own_zone(self, element: Element) -> int:
        # Whatever its name says, what holds the product's title is the product's.
        if element.place in self._above:
            return Zone.NONE
        attributes = element.attributes
        zone = _zone_of_names(element.names)
        style = attributes.get("style") or ""
        if element.tag in {"s", "del", "strike"} or "line-through" in style:
            zone |= Zone.CROSSED
        if "hidden" in attributes or (style and _UNSEEN.search(style)):
            zone |= Zone.UNSEEN
        if element.tag in _CHROME_TAGS or attributes.get("role") in _CHROME_ROLES:
            zone |= Zone.CHROME
        if element.place in self._related:
            zone |= Zone.RELATED
        if element.tag == "a" and self.leads_away(element):
            zone |= Zone.CARD
        return zone

    def _find_related(self, tree: LexborHTMLParser) -> set[int]:
        """Return the sections that a heading calls related: its parent, or what follows it where the title is above."""
        found: set[int] = set()
        for node in tree.css('h2, h3, h4, [class*="title" i], [class*="heading" i]'):
            heading = self.element(node)
            if heading is None or heading.parent is None or not _RELATED_HEADING.search(self.words(heading, 200)):
                continue
            if heading.parent.place not in self._above:
                found.add(heading.parent.place)
                continue
            place = heading.end
            while place < heading.parent.end and place not in found:
                found.add(place)
                place = self.elements[place].end
        return found

    def _find_title(self, tree: LexborHTMLParser, page_title: str) -> Element | None:
        """Return the heading that names the page: the one its <title> repeats, else the first outside the frame."""
        wanted = page_title.casefold()
        nodes = tree.css('h1, [itemprop="name"]:not(meta)')[:_MOST_HEADINGS]
        headings = [found for node in nodes if (found := self.element(node)) and self.words(found)]
        named = '[class*="product" i][class*="title" i], [class*="product" i][class*="name" i]'
        for node in tree.css(named)[:_MOST_HEADINGS]:
            found = self.element(node)
            if found and found.tag in {"h2", "h3", "div", "span", "p"} and 3 < len(self.words(found, 300)) < 250:
                headings.append(found)
        for heading in headings:
            words = self.words(heading, 300).casefold()
            if len(words) > 2 and words in wanted and not _in_frame(heading):
                return heading
        return next((heading for heading in headings if heading.tag == "h1" and not _in_frame(heading)), None)


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


def _in_frame(heading: Element) -> bool:
    """Say whether a heading is the shop's name in the page's head, not a product's in its own <header>."""
    tags = set()
    parent = heading.parent
    while parent is not None:
        tags.add(parent.tag)
        parent = parent.parent
    is_own_header = not tags.isdisjoint({"main", "article", "section"})
    return "nav" in tags or "footer" in tags or ("header" in tags and not is_own_header)
