"""What the tag costs the seller's page: the same page with it and without, in turns, in one run.

Figures of a browser on a busy machine jump about, so this is a marathon of its own (`pytest -m soak`), and all that is
compared are medians of pages that took turns.
"""

import statistics

import pytest
from playwright.sync_api import Browser

from tests.widget.conftest import product_page

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
RUNS = 15
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
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.add_init_script(WATCH)
    profiler = context.new_cdp_session(page)
    profiler.send("Profiler.enable")
    profiler.send("Profiler.setSamplingInterval", {"interval": 100})
    profiler.send("Profiler.start")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))  # the shop has no icon, as the browser notes
    page.goto(address, wait_until="load")
    page.wait_for_timeout(2500)
    profile = profiler.send("Profiler.stop")["profile"]
    seen: dict[str, float] = page.evaluate("seen")
    context.close()
    assert [text for text in said if not text.startswith("Failed to load resource")] == []
    return {**seen, "ours_ms": _ours(profile)}


def _ours(profile: dict) -> float:
    """Return the milliseconds in which a script of ours, or what it called, was on top."""
    parents = {child: node["id"] for node in profile["nodes"] for child in node.get("children", [])}
    urls = {node["id"]: node["callFrame"]["url"] for node in profile["nodes"]}

    def is_ours(node: int | None) -> bool:
        while node is not None:
            if "/widget/" in urls[node]:
                return True
            node = parents.get(node)
        return False

    took = zip(profile["samples"], profile["timeDeltas"], strict=True)
    return sum(delta for node, delta in took if is_ours(node)) / 1000


def test_a_page_is_as_quick_and_as_still_with_the_tag(browser, service, shop):
    shop.pages["/with"] = product_page(shop, service)
    shop.pages["/without"] = product_page(shop, service, tags="")
    load(browser, f"{shop.origin}/with")  # caches of the browser's own
    runs: dict[str, list[dict[str, float]]] = {"/with": [], "/without": []}
    for number in range(RUNS):
        for path in sorted(runs, reverse=bool(number % 2)):
            runs[path].append(load(browser, shop.origin + path))

    def median(path: str, name: str) -> float:
        return statistics.median(run[name] for run in runs[path])

    ours = [run["ours_ms"] for run in runs["/with"]]
    print(  # noqa: T201 - a marathon tells its figures
        f"LCP {median('/with', 'lcp'):.0f} instead of {median('/without', 'lcp'):.0f} ms, "
        f"CLS {median('/with', 'cls'):.4f} instead of {median('/without', 'cls'):.4f}, our scripts "
        f"{statistics.median(ours):.1f} ms (at most {max(ours):.1f}), long tasks "
        f"{sum(run['long'] for run in runs['/with']):.0f} instead of {sum(run['long'] for run in runs['/without']):.0f}"
    )
    assert median("/with", "lcp") <= 1.05 * median("/without", "lcp")
    assert median("/with", "cls") - median("/without", "cls") <= 0.01
    assert statistics.median(ours) <= 10
    assert median("/with", "long") <= median("/without", "long")
