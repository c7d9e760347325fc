"""What the tag costs the seller's page: the same page with it and without, in turns, in one run.

Figures of a browser on a busy machine jump about, so this is a marathon of its own (`pytest -m soak`), and all that is
compared are medians of pages that took turns.
"""

import json
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from tests.widget.conftest import product_page

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
RUNS = 15
STILL_MS = 2500
SCRIPTS = {"EvaluateScript", "FunctionCall", "RunMicrotasks", "v8.compile", "v8.callFunction", "v8.run"}
WATCH = """
window.seen = {lcp: 0, cls: 0, long: 0};
new PerformanceObserver(list => { for (const each of list.getEntries()) seen.lcp = each.startTime })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => { for (const each of list.getEntries()) seen.cls += each.value })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => { seen.long += list.getEntries().length }).observe({type: 'longtask', buffered: true});
"""


def load(browser: Browser, address: str) -> dict[str, float]:
    """Open the page as a new shopper; return what it took, until it has been still for a while."""
    with opened(browser) as page:
        page.add_init_script(WATCH)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))  # the shop has no icon, as the browser notes
        page.goto(address, wait_until="load")
        page.wait_for_timeout(STILL_MS)
        seen: dict[str, float] = page.evaluate("seen")
    assert [text for text in said if not text.startswith("Failed to load resource")] == []
    return seen


def scripts_ms(browser: Browser, address: str) -> float:
    """Open the page as a new shopper; return the processor time of its scripts, with what they made the browser do.

    From the browser's own record of its tasks: a sampling profiler makes short scripts three times as slow.
    """
    with opened(browser) as page:
        browser.start_tracing(page=page, categories=["-*", "devtools.timeline", "v8"])
        page.goto(address, wait_until="load")
        page.wait_for_timeout(STILL_MS)
        events = json.loads(browser.stop_tracing())["traceEvents"]
    thread = next((e["pid"], e["tid"]) for e in events if e["name"] == "EvaluateScript")
    spans = [e for e in events if (e["pid"], e["tid"]) == thread and e["ph"] == "X" and e["name"] in SCRIPTS]
    took, end = 0.0, 0.0
    for span in sorted(spans, key=lambda span: (span["ts"], -span["dur"])):
        if span["ts"] >= end:  # what is inside another counts with that
            end = span["ts"] + span["dur"]
            took += span["tdur"] / 1000
    return took


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """A new shopper's tab on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def test_a_page_is_as_quick_and_as_still_with_the_tag(browser, service, shop):
    shop.pages["/with"] = product_page(shop, service)
    shop.pages["/without"] = product_page(shop, service, tags="")
    load(browser, f"{shop.origin}/with")  # caches of the browser's own
    runs: dict[str, list[dict[str, float]]] = {"/with": [], "/without": []}
    for number in range(RUNS):
        for path in sorted(runs, reverse=bool(number % 2)):
            address = shop.origin + path
            runs[path].append({**load(browser, address), "scripts": scripts_ms(browser, address)})

    def median(path: str, name: str) -> float:
        return statistics.median(run[name] for run in runs[path])

    ours = median("/with", "scripts") - median("/without", "scripts")
    print(  # noqa: T201 - a marathon tells its figures
        f"LCP {median('/with', 'lcp'):.0f} instead of {median('/without', 'lcp'):.0f} ms, "
        f"CLS {median('/with', 'cls'):.4f} instead of {median('/without', 'cls'):.4f}, our scripts "
        f"{ours:.1f} ms, long tasks "
        f"{sum(run['long'] for run in runs['/with']):.0f} instead of {sum(run['long'] for run in runs['/without']):.0f}"
    )
    assert median("/with", "lcp") <= 1.05 * median("/without", "lcp")
    assert median("/with", "cls") - median("/without", "cls") <= 0.01
    assert ours <= 10
    assert sum(run["long"] for run in runs["/with"]) <= sum(run["long"] for run in runs["/without"])
