"""One open page in a context of its own: go there, wait until it stands still, unroll an endless listing."""

import time
from contextlib import suppress

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Response
from playwright.sync_api import Error as PlaywrightError

from backend.ingest.fetching.browser_traffic import Allows, Owes, Traffic
from backend.ingest.fetching.errors import FetchError

MAX_HTML = 12_000_000
QUIET_MS = 150.0  # a page stands still when nothing came and nothing grew for so long
_STEP_MS = 25.0
_EFFECT_MS = 300.0
_MAX_ROUNDS = 200
_FOREVER_MS = 1e9

# Runs before the page's own scripts, which cannot change what it keeps. Counting elements rather than changes leaves
# out clocks and carousels that never stop; in the first seconds a changed text counts too, it may be the price.
_BEFORE_THE_PAGE = """(() => {
  const unseen = ['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCDataChannel', 'SharedWorker'];
  for (const name of unseen) delete window[name];
  if (window !== top) return;
  window.open = () => null;
  const later = setTimeout.bind(window), clock = performance.now.bind(performance), elements = document.all;
  let last = clock(), count = 0;
  new MutationObserver(() => {
    const now = clock(), many = elements.length;
    if (many !== count || now < 3000) { last = now; count = many; }
  }).observe(document, {childList: true, characterData: true, subtree: true});
  const still = ms => new Promise(done =>
    later(() => done(document.readyState === 'loading' ? -1 : clock() - last), ms));
  Object.defineProperty(window, '__niteruStill', {value: still});
})()"""
_STILL = "ms => window.__niteruStill ? window.__niteruStill(ms) : 1e9"
_HTML = f"document.documentElement ? document.documentElement.outerHTML.slice(0, {MAX_HTML + 1}) : ''"
_LINKS = "document.links.length"
_HAS_SCRIPTS = "document.scripts.length > 0"
# A short page shows its end all the time, and an IntersectionObserver speaks only when that changes: so the page is
# pushed down far enough for its end to leave and come back, with frames drawn in between.
_PUSH_DOWN = "document.documentElement.style.paddingTop = '200vh'"
# Buttons, and links that lead nowhere: a real link to page 2 is followed by the crawl, not clicked.
_SHOW_MORE = """async () => {
  const english = /^\\s*((load|show|view|see)\\s+more|more\\s+(products|items|results))/i;
  const japanese = /^\\s*(もっと(見|み)る|もっと(読み込む|表示)|さらに(表示|読み込む|見る)|続きを(見|み|読)る)/;
  const candidates = 'button, [role=button], input[type=button], a:not([href]), a[href^="#"]';
  for (const button of document.querySelectorAll(candidates)) {
    const words = button.innerText || button.value || '';
    const clickable = !button.disabled && button.getClientRects().length;
    if (clickable && (english.test(words) || japanese.test(words))) {
      button.click();
      break;
    }
  }
  const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  scrollTo(0, 0);
  await frames();
  scrollTo(0, document.documentElement.scrollHeight);
  dispatchEvent(new Event('scroll'));
  await frames();
}"""


class OpenPage:
    """A fresh context with one empty page, ready for its document; close it."""

    def __init__(
        self, chromium: Chromium, *, user_agent: str, locale: str, user: str, password: str, timeout_s: float
    ) -> None:
        self._context: BrowserContext = chromium.new_context(
            user_agent=user_agent,
            locale=locale,  # which is also the Accept-Language
            viewport={"width": 1280, "height": 1600},
            service_workers="block",
            accept_downloads=False,
        )
        self._timeout_s = timeout_s
        self._context.set_default_timeout(timeout_s * 1000)
        self._context.add_init_script(_BEFORE_THE_PAGE)
        self._page = self._context.new_page()
        self._context.on("page", lambda popup: popup.close())
        self.traffic = Traffic(self._context.new_cdp_session(self._page), user=user, password=password)

    @property
    def url(self) -> str:
        return self._page.url

    def go(self, url: str, allows: Allows, owe: Owes) -> Response | None:
        """Ask for the document; returns when its first bytes have come."""
        self.traffic.begin(url, allows, owe)
        return self._page.goto(url, wait_until="commit")

    def html(self) -> str:
        """Return at most MAX_HTML + 1 characters, cut before they leave the renderer."""
        return str(self._page.evaluate(_HTML))

    def close(self) -> None:
        with suppress(PlaywrightError):
            self._context.close()

    def wait_for_document(self) -> None:
        """Wait until the whole document has come. Raises FetchError when it breaks off or time runs out.

        Chromium never tells the end of a document whose connection broke, so its failure is looked for.
        """
        end, wait_ms = time.monotonic() + self._timeout_s, 0.0
        while self._still_ms(wait_ms) < 0:
            wait_ms = _STEP_MS
            if self.traffic.broken:
                raise FetchError("truncated", "The answer broke off before its end.", retryable=True)
            if time.monotonic() > end:
                raise FetchError("timeout", "The page was not drawn in time.", retryable=True)

    def settle(self, seconds: float, *, first_wait_ms: float = 0.0) -> bool:
        """Wait until nothing is being fetched and the page no longer grows. Returns False when time ran out.

        `first_wait_ms` is how long what was just done to the page may take to show.
        """
        end, wait_ms = time.monotonic() + seconds, first_wait_ms
        while time.monotonic() < end:
            still_ms = self._still_ms(wait_ms)
            idle_ms = self.traffic.idle_ms
            if min(still_ms, idle_ms) >= QUIET_MS:
                return True
            wait_ms = _STEP_MS if idle_ms == 0 else max(_STEP_MS, QUIET_MS - min(still_ms, idle_ms))
        return False

    def unroll(self, seconds: float) -> bool:
        """Scroll down and click "load more" until two rounds bring no new link. Returns False when there is more."""
        if not self._page.evaluate(_HAS_SCRIPTS):
            return True
        end, idle = time.monotonic() + seconds, 0
        links = self._page.evaluate(_LINKS)
        self._page.evaluate(_PUSH_DOWN)
        for _ in range(_MAX_ROUNDS):
            self._page.evaluate(_SHOW_MORE)
            self.settle(min(5.0, max(0.1, end - time.monotonic())), first_wait_ms=_EFFECT_MS)
            found = self._page.evaluate(_LINKS)
            idle = idle + 1 if found <= links else 0
            if idle == 2:
                return True
            links = max(found, links)
            if time.monotonic() > end:
                return False
        return False

    def _still_ms(self, wait_ms: float) -> float:
        """Wait, then return for how long the page has not grown, in ms; negative while its document is coming."""
        try:
            return float(self._page.evaluate(_STILL, wait_ms))
        except PlaywrightError as error:
            if "context was destroyed" in error.message or "Cannot find context" in error.message:
                return 0.0  # the page went to another address meanwhile
            raise
