"""What is done with one open page: wait until it stands still, unroll an endless listing, keep its JSON answers."""

import json
import time
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Request

from backend.ingest.fetch_errors import FetchError

STEP_MS = 50
QUIET_STEPS = 4  # a page stands still when nothing moved for 200 ms
MAX_PAYLOADS, MAX_PAYLOAD_BYTES = 60, 3_000_000
MAX_ROUNDS = 200
_AWAITED = frozenset({"fetch", "xhr", "script", "document", "stylesheet"})

_COUNTS = "[document.getElementsByTagName('*').length, document.links.length]"
_HAS_SCRIPTS = "document.scripts.length > 0"
# A short page shows its end all the time, and an IntersectionObserver speaks only when that changes: so the page is
# pushed down far enough for its end to leave and come back, with frames drawn in between.
_PUSH_DOWN = "document.documentElement.style.paddingTop = '200vh'"
_TO_THE_END = """async () => {
  const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  scrollTo(0, 0);
  await frames();
  scrollTo(0, document.documentElement.scrollHeight);
  dispatchEvent(new Event('scroll'));
  await frames();
}"""
# Buttons, and links that lead nowhere: a real link to page 2 is followed by the crawl, not clicked.
_CLICK_MORE = """() => {
  const english = /^\\s*((load|show|view|see)\\s+more|more\\s+(products|items|results))/i;
  const japanese = /^\\s*(もっと(見|み)る|もっと(読み込む|表示)|さらに(表示|読み込む|見る)|続きを(見|み|読)る)/;
  const candidates = 'button, [role=button], input[type=button], a:not([href]), a[href^="#"]';
  for (const button of document.querySelectorAll(candidates)) {
    const words = button.innerText || button.value || '';
    const clickable = !button.disabled && button.getClientRects().length;
    if (clickable && (english.test(words) || japanese.test(words))) {
      button.click();
      return true;
    }
  }
  return false;
}"""


class Traffic:
    """What a page has asked for and not yet got, and the JSON answers it got."""

    def __init__(self, page: Page) -> None:
        self._open: set[Request] = set()
        self._finished: list[Request] = []
        self._payloads: list[Any] = []
        self._main = page.main_frame
        self.broken = ""  # what went wrong with the document itself after its first bytes had come
        page.on("request", self._begin)
        page.on("requestfinished", self._finish)
        page.on("requestfailed", self._fail)

    @property
    def is_quiet(self) -> bool:
        return not self._open

    def payloads(self) -> tuple[Any, ...]:
        """Return the JSON answers of fetch and XMLHttpRequest so far, in order; big and broken ones left out."""
        waiting, self._finished = self._finished, []
        for request in waiting:
            if len(self._payloads) >= MAX_PAYLOADS:
                break
            if (payload := _read_json(request)) is not None:
                self._payloads.append(payload)
        return tuple(self._payloads)

    def _begin(self, request: Request) -> None:
        if request.resource_type in _AWAITED:
            self._open.add(request)

    def _finish(self, request: Request) -> None:
        self._open.discard(request)
        if request.resource_type in {"fetch", "xhr"}:
            self._finished.append(request)

    def _fail(self, request: Request) -> None:
        self._open.discard(request)
        if request.is_navigation_request() and request.frame == self._main:
            self.broken = request.failure or "failed"


def _read_json(request: Request) -> Any | None:
    try:
        answer = request.response()
        if answer is None or "json" not in answer.headers.get("content-type", "") or not answer.ok:
            return None
        body = answer.body()
        return json.loads(body) if len(body) <= MAX_PAYLOAD_BYTES else None
    except (PlaywrightError, ValueError):
        return None  # gone with a navigation, or no JSON after all


def wait_for_document(page: Page, traffic: Traffic, seconds: float) -> None:
    """Wait until the whole document has come. Raises FetchError when it breaks off or time runs out.

    Chromium never tells the end of a document whose connection broke, so its failure is looked for.
    """
    end = time.monotonic() + seconds
    while page.evaluate("document.readyState") == "loading":
        if traffic.broken:
            raise FetchError("truncated", "The answer broke off before its end.", retryable=True)
        if time.monotonic() > end:
            raise FetchError("timeout", "The page was not drawn in time.", retryable=True)
        page.wait_for_timeout(STEP_MS)


def settle(page: Page, traffic: Traffic, seconds: float) -> bool:
    """Wait until nothing is being fetched and the page no longer grows. Returns False when time ran out."""
    end, still, before = time.monotonic() + seconds, 0, None
    while still < QUIET_STEPS:
        if time.monotonic() > end:
            return False
        page.wait_for_timeout(STEP_MS)
        counts = page.evaluate(_COUNTS)
        still = still + 1 if traffic.is_quiet and counts == before else 0
        before = counts
    return True


def unroll_listing(page: Page, traffic: Traffic, seconds: float) -> bool:
    """Scroll down and click "load more" until two rounds bring no new link. Returns False when time ran out."""
    if not page.evaluate(_HAS_SCRIPTS):
        return True
    end, idle = time.monotonic() + seconds, 0
    links = page.evaluate(_COUNTS)[1]
    page.evaluate(_PUSH_DOWN)
    for _ in range(MAX_ROUNDS):
        page.evaluate(_CLICK_MORE)
        page.evaluate(_TO_THE_END)
        settle(page, traffic, min(5.0, max(0.0, end - time.monotonic())))
        found = page.evaluate(_COUNTS)[1]
        idle = idle + 1 if found <= links else 0
        if idle == 2:
            return True
        links = max(found, links)
        if time.monotonic() > end:
            return False
    return False
