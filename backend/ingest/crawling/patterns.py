"""What a crawl learns about the shop's URL patterns: which need the browser, which are traps."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backend.ingest import addresses
from backend.ingest.crawling.frontier import BROWSER, LISTING, OTHER, PROBED, PRODUCT, SITEMAP, PatternCount
from backend.ingest.reading.extract import Page

_VAIN_PROBES = 2
_LEAST_NEW_LINKS = 3  # fewer may be a banner that changes with every visit
_QUERY_PAGES, _PATH_PAGES, _PAGES_PER_FIND = 8, 60, 4
_SCRIPT = re.compile(r"<script(?![^>]*(?:ld\+json|application/json))", re.IGNORECASE)
_PRODUCT_PATH = re.compile(r"/(?:products?|items?|goods|dp|detail|shouhin|p)/[^/]+", re.IGNORECASE)


@dataclass(slots=True)
class _Known:
    """One pattern: pages got in each way ever, pages of this run, product pages, products first found through it."""

    browser: int = 0
    probed: int = 0
    in_run: int = 0
    products: int = 0
    finds: int = 0


class Patterns:
    """The patterns of one crawl. Starts from what the frontier's rows say, so a resumed crawl learns nothing twice."""

    def __init__(self, counts: Iterable[PatternCount] = ()) -> None:
        self._known: dict[str, _Known] = {}
        for count in counts:
            known = self._of(count.pattern)
            known.browser += count.pages if count.via == BROWSER else 0
            known.probed += count.pages if count.via == PROBED else 0
            known.in_run += count.in_run
            known.products += count.products
            known.finds += count.finds

    def needs_browser(self, pattern: str) -> bool:
        """Say whether pages of this pattern showed more in the browser than over HTTP."""
        return self._of(pattern).browser > 0

    def wants_probe(self, pattern: str, page: Page, html: str) -> bool:
        """Say whether to look at this page in the browser too: it lacks facts, and nothing says that is in vain."""
        if self._of(pattern).probed >= _VAIN_PROBES:
            return False
        if page.record is not None:
            return not {"price_missing", "no_image"}.isdisjoint(page.record.problems)
        return page.reason == "no_content" or _SCRIPT.search(html) is not None

    def admits(self, pattern: str) -> bool:
        """Say whether another page of this pattern is worth a request; calendars and facets run dry here.

        A pattern may go on as long as it shows products, or has led to products: in this run or before it, so that
        the listing that led to the catalog is read to the same depth again.
        """
        known = self._of(pattern)
        if known.products:
            return True
        start = _QUERY_PAGES if "?" in pattern else _PATH_PAGES
        return known.in_run < start + _PAGES_PER_FIND * known.finds

    def priority(self, url: str, *, is_next: bool = False) -> int:
        """Return how soon a link should come: known product pages, then what looks like one, then listings."""
        if self._of(addresses.pattern(url)).products:
            return PRODUCT
        if _PRODUCT_PATH.search(url):
            return SITEMAP
        return LISTING if is_next else OTHER

    def note_page(self, pattern: str, *, via: str, is_product: bool) -> None:
        """Learn from a page."""
        known = self._of(pattern)
        known.in_run += 1
        known.browser += via == BROWSER
        known.probed += via == PROBED
        known.products += is_product

    def note_find(self, pattern: str) -> None:
        """Credit the pattern on whose page the address of a new product was first seen."""
        self._of(pattern).finds += 1

    def _of(self, pattern: str) -> _Known:
        return self._known.setdefault(pattern, _Known())


def shows_more(rendered: Page, plain: Page) -> bool:
    """Say whether the browser's page has a product, facts or links that the plain one lacks."""
    if rendered.record is not None:
        if plain.record is None:
            return True
        return len(rendered.record.problems) < len(plain.record.problems)
    return len(set(rendered.links) - set(plain.links)) >= _LEAST_NEW_LINKS
