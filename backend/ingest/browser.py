"""Chromium for the pages that JavaScript draws: through the egress proxy, a fresh context a page, bounded."""

import logging
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, Playwright, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from backend import egress
from backend.config import Settings
from backend.ingest.addresses import same_site
from backend.ingest.browser_page import Traffic, settle, unroll_listing, wait_for_document
from backend.ingest.extract import extract
from backend.ingest.fetch_errors import FetchError, raise_for_answer

log = logging.getLogger(__name__)

MAX_HTML = 12_000_000
_BLOCKED = [
    "*.woff", "*.woff2", "*.ttf", "*.otf", "*.eot", "*.mp4", "*.webm", "*.m3u8", "*.mp3", "*.mov",
    "*://www.google-analytics.com/*", "*://www.googletagmanager.com/*", "*://*.doubleclick.net/*",
    "*://connect.facebook.net/*",
]  # fmt: skip
_NO_WEBRTC = (
    "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCDataChannel']) delete window[name]"
)
_NET_ERRORS = {
    "ERR_PROXY_CONNECTION": ("egress_down", "Niteru's own egress proxy does not answer.", True),
    "ERR_CERT": ("tls", "The shop's certificate is not valid.", False),
    "ERR_SSL": ("tls", "The shop's certificate is not valid.", False),
    "ERR_TOO_MANY_REDIRECTS": ("redirect_loop", "The address redirects in a circle.", False),
    "ERR_TUNNEL": ("refused", "The address could not be reached through the egress proxy.", False),
    "ERR_ABORTED": ("not_a_page", "The address is a download, not a page.", False),
    "Download is starting": ("not_a_page", "The address is a download, not a page.", False),
    "ERR_INVALID_URL": ("bad_url", "The address is not one that can be fetched.", False),
    "ERR_CONTENT_LENGTH": ("truncated", "The answer broke off before its end.", True),
    "ERR_INCOMPLETE_CHUNKED": ("truncated", "The answer broke off before its end.", True),
    "ERR_": ("connection", "The connection failed.", True),
}


_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium(named: str) -> str:
    """Return the browser's program: the one that is named, the system's, or "" for the one Playwright installed."""
    return named or next((path for name in _NAMES if (path := shutil.which(name))), "")


class BrowserCrashed(Exception):
    """Chromium died under this page. The next `render` starts a new one; the page may be tried again."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A drawn page. `payloads` are the JSON answers its scripts fetched; `truncated`: time or size ran out first."""

    url: str
    final_url: str
    status: int
    html: str = field(repr=False)
    payloads: tuple[Any, ...] = field(default=(), repr=False)
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Running:
    playwright: Playwright
    chromium: Chromium
    pid: int


class Browser:
    """One Chromium for one tenant; use `with`. Starts at the first `render`, and anew every `pages_per_process` pages.

    `timeout_s` bounds the way to the first drawing, `unroll_s` what scrolling may take on top. Playwright lives in a
    thread of its own, because it takes a whole thread for itself: so any thread may call, one page at a time.
    """

    def __init__(
        self,
        settings: Settings,
        tenant_id: str,
        *,
        timeout_s: float = 30.0,
        unroll_s: float = 90.0,
        pages_per_process: int = 200,
    ) -> None:
        self._settings, self._tenant_id = settings, tenant_id
        self._timeout_s, self._unroll_s, self._pages_per_process = timeout_s, unroll_s, pages_per_process
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chromium")
        self._running: _Running | None = None
        self._pages = 0

    @property
    def pid(self) -> int | None:
        """The process id of the running Chromium."""
        return self._running.pid if self._running else None

    def render(self, url: str, *, unroll: bool = True) -> Rendered:
        """Draw the page and return its HTML.

        With `unroll`, a page that shows no product of its own is scrolled and its "load more" button clicked until
        no new links appear, so that endless listings show every product.
        Raises BrowserCrashed, and fetch.FetchError (timeout, connection, private_address, http_error …).
        """
        if not url.startswith(("http://", "https://")):
            raise FetchError("bad_url", "The address is not one that can be fetched.")
        return self._thread.submit(self._render_guarded, url, unroll).result()

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

    def _render_guarded(self, url: str, unroll: bool) -> Rendered:
        if self._pages >= self._pages_per_process:
            self._stop()
        running = self._start()
        self._pages += 1
        bound_s = self._timeout_s * 1.5 + (self._unroll_s if unroll else 0)
        with _watchdog(running.pid, bound_s) as bitten:
            try:
                return self._render(running.chromium, url, unroll=unroll)
            except PlaywrightTimeout:
                raise FetchError("timeout", "The page was not drawn in time.", retryable=True) from None
            except PlaywrightError as error:
                if _is_alive(running) and (found := _explain(error)):
                    raise found from error
                self._stop()
                if bitten.is_set():
                    raise FetchError("timeout", "The page kept the browser busy for too long.") from error
                log.warning("browser_crashed", extra={"url": url})
                raise BrowserCrashed(url) from error

    def _stop(self) -> None:
        running, self._running, self._pages = self._running, None, 0
        if running:
            with suppress(PlaywrightError):
                running.chromium.close()
            with suppress(PlaywrightError):
                running.playwright.stop()

    def _start(self) -> _Running:
        if self._running and self._running.chromium.is_connected():
            return self._running
        self._stop()
        playwright = sync_playwright().start()
        try:
            chromium = _launch(playwright, self._settings, self._tenant_id)
            self._running = _Running(playwright, chromium, _process_id(chromium))
        except PlaywrightError as error:
            playwright.stop()
            raise BrowserCrashed(f"Chromium does not start: {error.message.splitlines()[0]}") from error
        return self._running

    def _render(self, chromium: Chromium, url: str, *, unroll: bool) -> Rendered:
        context = chromium.new_context(
            user_agent=egress.user_agent(self._settings),
            viewport={"width": 1280, "height": 1600},
            service_workers="block",
            accept_downloads=False,
        )
        try:
            page, traffic = _prepare(context, self._timeout_s)
            answer = page.goto(url, wait_until="commit")
            _check(answer, url, page.url)
            wait_for_document(page, traffic, self._timeout_s)
            settled = settle(page, traffic, min(8.0, self._timeout_s))
            html, payloads = page.content(), traffic.payloads()
            if unroll and extract(html[:MAX_HTML], page.url, payloads=payloads).record is None:
                settled = unroll_listing(page, traffic, self._unroll_s) and settled
                html, payloads = page.content(), traffic.payloads()
            status = answer.status if answer else 200
            return Rendered(url, page.url, status, html[:MAX_HTML], payloads, not settled or len(html) > MAX_HTML)
        finally:
            with suppress(PlaywrightError):
                context.close()


def _launch(playwright: Playwright, settings: Settings, tenant_id: str) -> Chromium:
    proxy = urlsplit(settings.egress_url)
    return playwright.chromium.launch(
        executable_path=find_chromium(settings.chromium_path) or None,
        chromium_sandbox=os.geteuid() != 0,  # root has no sandbox to offer
        proxy={
            "server": settings.egress_url,
            "bypass": "<-loopback>",  # without it Chromium reaches 127.0.0.1 past the proxy
            "username": tenant_id,
            "password": egress.password_for(settings.secret_key, tenant_id),
        },
        args=[
            "--disable-quic",
            "--webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--blink-settings=imagesEnabled=false",
            "--disable-background-networking",
            "--dns-prefetch-disable",
            "--no-pings",
            f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {proxy.hostname}",  # only the proxy asks for names
        ],
    )


def _process_id(chromium: Chromium) -> int:
    session = chromium.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return next(int(process["id"]) for process in processes if process["type"] == "browser")


def _is_alive(running: _Running) -> bool:
    try:
        os.kill(running.pid, 0)
    except ProcessLookupError:
        return False
    return running.chromium.is_connected()


def _prepare(context: BrowserContext, timeout_s: float) -> tuple[Page, Traffic]:
    context.set_default_timeout(timeout_s * 1000)
    context.add_init_script(_NO_WEBRTC)
    page = context.new_page()
    context.on("page", lambda popup: popup.close())
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setBlockedURLs", {"urls": _BLOCKED})
    return page, Traffic(page)


def _check(answer: Response | None, url: str, final_url: str) -> None:
    if answer is None:
        return
    raise_for_answer(answer.status, answer.headers)
    if not same_site(final_url, url) and not same_site(url, final_url):
        raise FetchError("foreign_redirect", f"The address redirects away from the shop, to {final_url[:200]}.")


def _explain(error: PlaywrightError) -> FetchError | None:
    """Return what the page did wrong, or None when Chromium itself is gone."""
    for sign, (code, sentence, retryable) in _NET_ERRORS.items():
        if sign in error.message:
            return FetchError(code, sentence, retryable=retryable)
    if "closed" in error.message or "crash" in error.message.lower() or "disconnected" in error.message:
        return None
    return FetchError("connection", "The page broke off while it was drawn.", retryable=True)


@contextmanager
def _watchdog(pid: int, seconds: float) -> Iterator[threading.Event]:
    """Kill Chromium when a page's script never gives it back: Playwright has no timeout for reading a page."""
    bitten = threading.Event()

    def bite() -> None:
        bitten.set()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    timer = threading.Timer(seconds, bite)
    timer.daemon = True
    timer.start()
    try:
        yield bitten
    finally:
        timer.cancel()
