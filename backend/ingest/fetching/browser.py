"""Chromium for the pages that JavaScript draws: through the egress proxy, a fresh context a page, bounded."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Response
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from backend import egress
from backend.config import Settings
from backend.ingest.addresses import same_site
from backend.ingest.fetching import browser_process
from backend.ingest.fetching.browser_page import MAX_HTML, OpenPage
from backend.ingest.fetching.browser_process import Process, find_chromium, memory_of, watchdog
from backend.ingest.fetching.browser_traffic import Allows, Owes, Payload
from backend.ingest.fetching.errors import FetchError, raise_for_answer, refusal
from backend.ingest.reading.extract import Page, extract

__all__ = ["Browser", "BrowserCrashed", "Payload", "Rendered", "find_chromium"]

log = logging.getLogger(__name__)

_SETTLE_S, _TIDY_S = 8.0, 15.0
_TUNNEL = "ERR_TUNNEL"
_NET_ERRORS = {
    "ERR_PROXY_CONNECTION": ("egress_down", "Niteru's own egress proxy does not answer.", True),
    "ERR_CERT": ("tls", "The shop's certificate is not valid.", False),
    "ERR_SSL": ("tls", "The shop's certificate is not valid.", False),
    "ERR_TOO_MANY_REDIRECTS": ("redirect_loop", "The address redirects in a circle.", False),
    "ERR_BLOCKED_BY_CLIENT": ("disallowed", "The shop's robots.txt disallows the address.", False),
    "ERR_ABORTED": ("not_a_page", "The address is a download, not a page.", False),
    "Download is starting": ("not_a_page", "The address is a download, not a page.", False),
    "ERR_INVALID_URL": ("bad_url", "The address is not one that can be fetched.", False),
    "ERR_CONTENT_LENGTH": ("truncated", "The answer broke off before its end.", True),
    "ERR_INCOMPLETE_CHUNKED": ("truncated", "The answer broke off before its end.", True),
    "ERR_": ("connection", "The connection failed.", True),
}
_BITES = {
    "time": ("timeout", "The page kept the browser busy for too long."),
    "memory": ("too_large", "The page took too much memory in the browser."),
}


class BrowserCrashed(Exception):
    """Chromium died under this page. The next `render` starts a new one; the page may be tried again."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A drawn page: its HTML, what extraction reads in it and in the JSON `payloads` its scripts fetched.

    `truncated`: the HTML was cut, or a listing had more to show when time ran out. `requests` and `bytes` (as they
    came over the wire) count the page and all it loaded.
    """

    url: str
    final_url: str
    status: int
    html: str = field(repr=False)
    page: Page = field(repr=False)
    payloads: tuple[Payload, ...] = field(default=(), repr=False)
    truncated: bool = False
    requests: int = 0
    bytes: int = 0


class Browser:
    """One Chromium for one tenant; use `with`. Starts at the first `render`, and anew every `pages_per_process` pages.

    `locale` is the language it asks for, `timeout_s` bounds the way to the first drawing, `unroll_s` what scrolling
    may take on top. Playwright lives in a thread of its own, because it takes a whole thread for itself: so any
    thread may call, one page at a time.
    """

    def __init__(
        self,
        settings: Settings,
        tenant_id: str,
        *,
        locale: str = "ja",
        timeout_s: float = 30.0,
        unroll_s: float = 90.0,
        pages_per_process: int = 200,
    ) -> None:
        self._settings, self._tenant_id, self._locale = settings, tenant_id, locale
        self._timeout_s, self._unroll_s, self._pages_per_process = timeout_s, unroll_s, pages_per_process
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chromium")
        self._running: Process | None = None
        self._pages = 0
        self._next: OpenPage | None = None
        self._last: OpenPage | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the running Chromium."""
        return self._running.pid if self._running else None

    def render(
        self,
        url: str,
        *,
        unroll: bool = True,
        allows: Allows = lambda _url: True,
        owe: Owes = lambda _url, _lane: None,
    ) -> Rendered:
        """Draw the page and return its HTML.

        With `unroll`, a page that shows no product of its own is scrolled and its "load more" button clicked until
        no new links appear, so that endless listings show every product. What `allows` denies of the page's site is
        not asked for, by the page or its scripts; `owe` is told what else of its site they ask for. Both are called
        in the browser's thread; `allows` may raise FetchError.
        Raises BrowserCrashed, and fetch.FetchError (timeout, connection, private_address, http_error …).
        """
        if not url.startswith(("http://", "https://")):
            raise FetchError("bad_url", "The address is not one that can be fetched.")
        try:
            return self._thread.submit(self._render_guarded, url, unroll, allows, owe).result()
        finally:
            self._thread.submit(self._tidy)  # while the caller reads the page

    def close(self) -> None:
        """Stop Chromium, dead or alive. A later `render` starts it again."""
        self._thread.submit(self._stop).result()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self._thread.shutdown()

    def _render_guarded(self, url: str, unroll: bool, allows: Allows, owe: Owes) -> Rendered:
        if self._pages >= self._pages_per_process:
            self._stop()
        running = self._start()
        self._pages += 1
        bound_s = self._timeout_s * 1.5 + (self._unroll_s if unroll else 0)
        with watchdog(running.pid, bound_s) as bite:
            try:
                return self._render(running, url, unroll, allows, owe)
            except PlaywrightTimeout:
                raise FetchError("timeout", "The page was not drawn in time.", retryable=True) from None
            except PlaywrightError as error:
                if running.is_alive and not bite.reason and (found := self._explain(error)):
                    raise found from error
                self._stop()
                if bite.reason:
                    raise FetchError(*_BITES[bite.reason]) from error
                log.warning("browser_crashed", extra={"url": url})
                raise BrowserCrashed(url) from error

    def _render(self, running: Process, url: str, unroll: bool, allows: Allows, owe: Owes) -> Rendered:
        opened = self._last = self._next or self._open(running)
        self._next = None
        answer = opened.go(url, allows, owe)
        _check(answer, url, opened.url)
        self._next = self._open(running)  # while this page is drawing itself
        opened.wait_for_document()
        opened.settle(min(_SETTLE_S, self._timeout_s))
        html, payloads, page = _read(opened)
        complete = True
        if unroll and page.record is None:
            complete = opened.unroll(self._unroll_s)
            html, payloads, page = _read(opened)
        return Rendered(
            url=url,
            final_url=opened.url,
            status=answer.status if answer else 200,
            html=html[:MAX_HTML],
            page=page,
            payloads=payloads,
            truncated=not complete or len(html) > MAX_HTML,
            requests=opened.traffic.requests,
            bytes=opened.traffic.bytes,
        )

    def _open(self, running: Process) -> OpenPage:
        return OpenPage(
            running.chromium,
            user_agent=egress.user_agent(self._settings),
            locale=self._locale,
            user=self._tenant_id,
            password=egress.password_for(self._settings.secret_key, self._tenant_id),
            timeout_s=self._timeout_s,
        )

    def _tidy(self) -> None:
        """Close the last page, and Chromium itself when it has grown too big to draw another one."""
        last, self._last = self._last, None
        if self._running is None or last is None:
            return
        with watchdog(self._running.pid, _TIDY_S):
            last.close()
        if memory_of(self._running.pid) > browser_process.RESTART_BYTES:
            log.info("browser_restarted", extra={"pages": self._pages})
            self._stop()

    def _stop(self) -> None:
        running, self._running, self._pages, self._next, self._last = self._running, None, 0, None, None
        if running:
            running.stop()

    def _start(self) -> Process:
        if self._running and self._running.chromium.is_connected():
            return self._running
        self._stop()
        try:
            self._running = browser_process.start(self._settings)
        except PlaywrightError as error:
            raise BrowserCrashed(f"Chromium does not start: {error.message.splitlines()[0]}") from error
        return self._running

    def _explain(self, error: PlaywrightError) -> FetchError | None:
        """Return what the page did wrong, or None when Chromium itself is gone."""
        if _TUNNEL in error.message and self._last:
            # Chromium keeps to itself why the proxy refused.
            reason = egress.tunnel_refusal(self._settings, self._tenant_id, self._last.traffic.document_url)
            return refusal(reason) if reason else FetchError("connection", "The connection failed.", retryable=True)
        if self._last and self._last.traffic.refusal:
            return self._last.traffic.refusal
        for sign, (code, sentence, retryable) in _NET_ERRORS.items():
            if sign in error.message:
                return FetchError(code, sentence, retryable=retryable)
        if "closed" in error.message or "crash" in error.message.lower() or "disconnected" in error.message:
            return None
        return FetchError("connection", "The page broke off while it was drawn.", retryable=True)


def _read(opened: OpenPage) -> tuple[str, tuple[Payload, ...], Page]:
    html, payloads = opened.html(), opened.traffic.payloads()
    return html, payloads, extract(html[:MAX_HTML], opened.url, payloads=tuple(each.value for each in payloads))


def _check(answer: Response | None, url: str, final_url: str) -> None:
    if answer is None:
        return
    raise_for_answer(answer.status, answer.headers)
    if not same_site(final_url, url) and not same_site(url, final_url):
        raise FetchError("foreign_redirect", f"The address redirects away from the shop, to {final_url[:200]}.")
