"""Where a crawl begins: robots.txt, what earlier runs know, the shop's address and its sitemaps."""

import logging
from collections.abc import Callable

from backend.ingest import addresses, runs
from backend.ingest.advice import Unusable
from backend.ingest.crawling import frontier, shortcuts
from backend.ingest.crawling.frontier import Link
from backend.ingest.crawling.patterns import Patterns
from backend.ingest.crawling.reception import DOWN
from backend.ingest.fetching import robots, sitemap
from backend.ingest.fetching.fetch import Fetcher
from backend.ingest.fetching.manners import NEVER, Manners
from backend.ingest.fetching.robots import Robots
from backend.ingest.pulse import Pulse
from backend.ingest.records import ProductRecord

log = logging.getLogger(__name__)
_ROBOTS_WAITS_S = (2.0, 5.0, 10.0, 20.0)
_LONGEST_WAIT_S = 600.0
_AT_ONCE = 1000


def ask_leave(manners: Manners, shop_url: str, pulse: Pulse) -> Robots:
    """Read the shop's robots.txt; one that cannot be read is waited for, then left alone. Raises Unusable."""
    for seconds in (*_ROBOTS_WAITS_S, None):
        try:
            return manners.robots(shop_url)
        except robots.RobotsUnreachable as error:
            log.info("robots_unreachable", extra={"reason": error.code})
            wait = max(seconds or 0.0, error.retry_after or 0.0)
            if seconds is None or pulse.stopped or error.code in NEVER or wait > _LONGEST_WAIT_S:
                code = error.code if error.code in DOWN else "robots_unreachable"
                raise Unusable(code) from error
            pulse.wait(wait)
    raise AssertionError("the last wait raises")


def sow(
    pulse: Pulse,
    fetcher: Fetcher,
    manners: Manners,
    patterns: Patterns,
    *,
    shop_url: str,
    most: int,
    hints: Callable[[], dict[str, ProductRecord]],
) -> None:
    """Put into the frontier what earlier runs, the shop's address, platform, feed and sitemaps (`most` pages) name."""
    with pulse.writing() as session:
        known = shortcuts.platform_of(session, pulse.tenant_id, shop_url)
    platform, products = shortcuts.read_platform(fetcher, manners, shop_url, known=known, most=most)
    products = products or hints()
    named = manners.robots(shop_url).sitemaps
    found = sitemap.read(fetcher, named, shop_url=shop_url, allows=manners.invited, max_entries=most)
    if pulse.stopped:
        return  # the sitemaps were not read to their end
    for address, reason in found.problems.items():
        log.info("sitemap_problem", extra={"url": address, "reason": reason})
    links = [Link(entry.url, 1, patterns.priority(entry.url)) for entry in found.entries]
    with pulse.writing() as session:
        frontier.begin(session, pulse.tenant_id, pulse.run_id)
        start = Link(addresses.canonical(shop_url), 0, frontier.PRODUCT + 1)
        frontier.add(session, pulse.tenant_id, pulse.run_id, [start])
        if platform != known:
            shortcuts.note_platform(session, pulse.tenant_id, shop_url, platform)
        spared = shortcuts.sow(session, pulse.tenant_id, pulse.run_id, products)
        for number in range(0, len(links), _AT_ONCE):
            frontier.add(session, pulse.tenant_id, pulse.run_id, links[number : number + _AT_ONCE])
        run = runs.get_run(session, pulse.tenant_id, pulse.run_id)
        run.counts = {**run.counts, "seeded": True}
    log.info("crawl_seeded", extra={"platform": platform, "products": len(products), "spared": spared})
