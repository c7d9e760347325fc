"""What the tag costs the seller's page: the same page with it and without, in turns, in one run.

Figures of a browser on a busy machine jump about, so this is a marathon of its own (`pytest -m soak`), and all that is
compared are medians of pages that took turns: many, since with 15 the main thread's swam by a millisecond.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from tests.widget.conftest import DETAILS, product_page

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
RUNS = 40
STILL_MS = 2500
WATCH = """
window.seen = {lcp: 0, cls: 0, long: 0};
new PerformanceObserver(list => { for (const each of list.getEntries()) seen.lcp = each.startTime })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => { for (const each of list.getEntries()) seen.cls += each.value })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => { seen.long += list.getEntries().length }).observe({type: 'longtask', buffered: true});
"""


def load(browser: Browser, address: str) -> dict[str, float]:
    """Open the page as a new shopper; return what it took until it has been still: times of its main thread in ms."""
    with opened(browser) as page:
        page.add_init_script(WATCH)
        counter = page.context.new_cdp_session(page)
        counter.send("Performance.enable", {"timeDomain": "threadTicks"})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))  # the shop has no icon, as the browser notes
        page.goto(address, wait_until="load")
        page.wait_for_timeout(STILL_MS)
        spent = {each["name"]: each["value"] * 1000 for each in counter.send("Performance.getMetrics")["metrics"]}
        seen: dict[str, float] = page.evaluate("seen")
    assert [text for text in said if not text.startswith("Failed to load resource")] == []
    return {**seen, "main": spent["TaskDuration"], "scripts": spent["ScriptDuration"]}


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """A new shopper's tab on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("name", "details"), [("below the screen", '<div class="details"></div>' * 6), ("near", DETAILS)]
)
def test_a_page_is_as_quick_and_as_still_with_the_tag(browser, service, shop, name, details):
    shop.pages["/with"] = product_page(shop, service, details=details)
    shop.pages["/without"] = product_page(shop, service, details=details, tags="")
    load(browser, f"{shop.origin}/with")  # caches of the browser's own
    runs: dict[str, list[dict[str, float]]] = {"/with": [], "/without": []}
    for number in range(RUNS):
        for path in sorted(runs, reverse=bool(number % 2)):
            runs[path].append(load(browser, shop.origin + path))

    def median(path: str, name: str) -> float:
        return statistics.median(run[name] for run in runs[path])

    def total(path: str) -> float:
        return sum(run["long"] for run in runs[path])

    ours = {part: median("/with", part) - median("/without", part) for part in ("main", "scripts")}
    print(  # noqa: T201 - a marathon tells its figures
        f"the strip {name}: LCP {median('/with', 'lcp'):.0f} instead of {median('/without', 'lcp'):.0f} ms, "
        f"CLS {median('/with', 'cls'):.4f} instead of {median('/without', 'cls'):.4f}, "
        f"main thread {ours['main']:.1f} ms more, scripts of it {ours['scripts']:.1f} ms, "
        f"long tasks {total('/with'):.0f} instead of {total('/without'):.0f}"
    )
    assert median("/with", "lcp") <= 1.05 * median("/without", "lcp")
    assert median("/with", "cls") - median("/without", "cls") <= 0.01
    assert total("/with") <= total("/without")
    assert name == "near" or ours["main"] <= 10  # a strip that is drawn is in use
