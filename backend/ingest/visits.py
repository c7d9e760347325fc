"""Getting one page: over HTTP where that is enough, in the browser where the pattern has shown that it is not."""

import logging
from dataclasses import dataclass

from backend.ingest.browser import Browser, BrowserCrashed
from backend.ingest.extract import Page, extract
from backend.ingest.fetch import Fetched, Fetcher, FetchError
from backend.ingest.frontier import BROWSER, HTTP, PROBED
from backend.ingest.patterns import Patterns, shows_more
from backend.tenants.models import FrontierUrl

log = logging.getLogger(__name__)
_READER = "1"
"""Counts up when extraction finds more than before, so that unchanged pages are read again."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that was got. `page` is None when its bytes are those of the last visit."""

    page: Page | None
    via: str
    final_url: str
    content_hash: str | None


class Visitor:
    """Gets the pages of one crawl, one at a time."""

    def __init__(self, fetcher: Fetcher, browser: Browser, patterns: Patterns) -> None:
        self._fetcher, self._browser, self._patterns = fetcher, browser, patterns

    def visit(self, row: FrontierUrl) -> Visit:
        """Get the page. Raises FetchError."""
        if self._patterns.needs_browser(row.pattern):
            return self._rendered(row.url)
        fetched = self._fetcher.get(row.url)
        if not fetched.is_html:
            raise FetchError("not_a_page", f"The address answers {fetched.content_type}, not a page.")
        content_hash = f"{_READER}:{fetched.content_hash}"
        if content_hash == row.content_hash and row.via in {HTTP, PROBED}:
            return Visit(None, row.via, fetched.final_url, content_hash)
        return self._read(row.pattern, fetched, content_hash)

    def _read(self, pattern: str, fetched: Fetched, content_hash: str) -> Visit:
        text = fetched.text
        page = extract(text, fetched.final_url)
        if not self._patterns.wants_probe(pattern, page, text):
            return Visit(page, HTTP, fetched.final_url, content_hash)
        try:
            rendered = self._rendered(fetched.final_url)
        except FetchError as error:
            if error.code == "egress_down":
                raise
            log.info("probe_failed", extra={"url": fetched.final_url, "reason": error.code})
        else:
            if rendered.page is not None and shows_more(rendered.page, page):
                return rendered
        return Visit(page, PROBED, fetched.final_url, content_hash)

    def _rendered(self, url: str) -> Visit:
        try:
            drawn = self._browser.render(url)
        except BrowserCrashed as error:
            raise FetchError("browser_crashed", "The browser died under this page.", retryable=True) from error
        return Visit(extract(drawn.html, drawn.final_url, payloads=drawn.payloads), BROWSER, drawn.final_url, None)
