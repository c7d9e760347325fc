"""Getting one page: over HTTP where that is enough, in the browser where the pattern has shown that it is not."""

import logging
import re
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from backend.ingest.crawling.frontier import BROWSER, HTTP, PROBED
from backend.ingest.crawling.patterns import Patterns, shows_more
from backend.ingest.fetching.browser import Browser, BrowserCrashed
from backend.ingest.fetching.fetch import Fetched, Fetcher, FetchError
from backend.ingest.fetching.manners import Manners
from backend.ingest.reading.extract import Page, extract
from backend.ingest.traffic import Traffic
from backend.tenants.models import FrontierUrl

log = logging.getLogger(__name__)
READER = "3"
"""Counts up when extraction finds more than before, so that unchanged pages are read again."""
_BOT_CHECK = re.compile(
    r"<title>\s*(?:Just a moment\.\.\.|Attention Required! \| Cloudflare|Access Denied|Pardon Our Interruption)"
    r"|_cf_chl_opt|_Incapsula_Resource|px-captcha",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that was got. `page` is None when it is that of the last visit, by its bytes or by the shop's word.

    `etag` and `last_modified` are what to name the next time; `cut_short` says that a listing had more to show.
    """

    page: Page | None
    via: str
    final_url: str
    content_hash: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    cut_short: bool = False


class Visitor:
    """Gets the pages of one crawl, one at a time; while one is read, the next may be on its way. Close it."""

    def __init__(
        self, fetcher: Fetcher, browser: Browser, patterns: Patterns, manners: Manners, traffic: Traffic
    ) -> None:
        self._fetcher, self._browser, self._patterns = fetcher, browser, patterns
        self._manners, self._traffic = manners, traffic
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._ahead: tuple[str, Future[Fetched | None]] | None = None

    def close(self) -> None:
        self._thread.shutdown()

    def has_begun(self, row: FrontierUrl) -> bool:
        """Say whether the row's page is on its way, or here already."""
        return self._ahead is not None and self._ahead[0] == row.id

    def visit(self, row: FrontierUrl, following: FrontierUrl | None = None) -> Visit | None:
        """Get the page when its turn comes; None when the crawl has to stop. Raises FetchError.

        The page of `following` is asked for as soon as this one is here.
        """
        ahead, self._ahead = (self._ahead, None) if self.has_begun(row) else (None, None)
        if self._patterns.needs_browser(row.pattern):
            return self._rendered(row.url) if self._manners.turn(row.url) else None
        fetched = ahead[1].result() if ahead else self._get(row)
        if following is not None and not self._patterns.needs_browser(following.pattern):
            self._ahead = (following.id, self._thread.submit(self._get, following))
        return None if fetched is None else self._look(row, fetched)

    def _get(self, row: FrontierUrl) -> Fetched | None:
        if not self._manners.turn(row.url):
            return None
        # A listing is read whole: what it leads to may be new to us although it is not to the shop.
        asks = row.product_id is not None and is_known(row)
        etag, last_modified = (row.etag, row.last_modified) if asks else (None, None)
        return self._fetcher.get(row.url, etag=etag, last_modified=last_modified)

    def _look(self, row: FrontierUrl, fetched: Fetched) -> Visit:
        if fetched.not_modified:
            return Visit(None, row.via or HTTP, fetched.final_url, row.content_hash, row.etag, row.last_modified)
        if not fetched.is_html:
            raise FetchError("not_a_page", f"The address answers {fetched.content_type}, not a page.")
        visit = Visit(
            None, row.via or HTTP, fetched.final_url, f"{READER}:{fetched.content_hash}",
            fetched.etag, fetched.last_modified,
        )  # fmt: skip
        if is_known(row) and visit.content_hash == row.content_hash:
            return visit
        return self._read(row.pattern, fetched, visit)

    def _read(self, pattern: str, fetched: Fetched, visit: Visit) -> Visit:
        text = fetched.text
        page = extract(text, fetched.final_url)
        if page.record is None:
            _check_welcome(fetched.final_url, text)
        if not self._patterns.wants_probe(pattern, page, text) or not self._manners.turn(fetched.final_url):
            return replace(visit, page=page, via=HTTP)
        try:
            rendered = self._rendered(fetched.final_url)
        except FetchError as error:
            if error.code == "egress_down":
                raise
            log.info("probe_failed", extra={"url": fetched.final_url, "reason": error.code})
        else:
            if rendered.page is not None and shows_more(rendered.page, page):
                return rendered
        return replace(visit, page=page, via=PROBED)

    def _rendered(self, url: str) -> Visit:
        try:
            drawn = self._browser.render(url, allows=self._manners.allows, owe=self._manners.owe)
        except BrowserCrashed as error:
            raise FetchError("browser_crashed", "The browser died under this page.", retryable=True) from error
        self._traffic.note_drawing(drawn.requests, drawn.bytes)
        return Visit(drawn.page, BROWSER, drawn.final_url, cut_short=drawn.truncated)


def is_known(row: FrontierUrl) -> bool:
    """Say whether the row's page was read over HTTP, as we read pages today."""
    return row.via in {HTTP, PROBED} and (row.content_hash or "").startswith(f"{READER}:")


def _check_welcome(url: str, text: str) -> None:
    """Raise FetchError when the page is one that keeps visitors out; Niteru does not try to get past it."""
    if urlsplit(url).path.rstrip("/") == "/password":
        raise FetchError("password_page", "The shop asks for a password.")
    if _BOT_CHECK.search(text, 0, 20_000):
        raise FetchError("bot_check", "The shop answers with a check for robots.")
