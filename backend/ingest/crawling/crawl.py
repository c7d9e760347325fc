"""Walking one shop: the order of its pages, and the ends a crawl may come to.

Every page ends in one transaction that names the run's attempt: page, product and links are written together or not
at all, and a worker that lost the run writes nothing. So a crawl may be killed anywhere and goes on with the pages
that are still open.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum

from backend.config import Settings
from backend.ingest import addresses
from backend.ingest.advice import Unusable
from backend.ingest.crawling import frontier, seeds
from backend.ingest.crawling.pages import Pages
from backend.ingest.crawling.patterns import Patterns
from backend.ingest.fetching.browser import Browser
from backend.ingest.fetching.fetch import Fetcher
from backend.ingest.fetching.manners import Manners
from backend.ingest.pulse import Pulse
from backend.ingest.records import ProductRecord
from backend.tenants import catalog
from backend.tenants.models import FrontierUrl

_AT_ONCE = 8
_HOPELESS_AFTER, _IN_VAIN_AFTER = 80, 200  # pages, requests without one product that mean this is no shop


class End(Enum):
    """How a walk ended: with nothing left, by a wish to stop, or to go on later."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    PAUSED = "paused"


class Crawl:
    """One attempt at one run's pages. `fetcher` and `browser` are closed by who opened them."""

    def __init__(
        self,
        settings: Settings,
        *,
        shop_url: str,
        fetcher: Fetcher,
        browser: Browser,
        manners: Manners,
        pulse: Pulse,
        follows: bool = True,
    ) -> None:
        self._settings, self._shop_url, self._fetcher, self._pulse = settings, shop_url, fetcher, pulse
        self._manners = manners
        seeds.ask_leave(manners, shop_url, pulse)
        with pulse.writing() as session:
            counts = frontier.pattern_counts(session, pulse.tenant_id, pulse.run_id)
            known = frontier.count(session, pulse.tenant_id, pulse.run_id)
        self._patterns = Patterns(counts)
        self._pages = Pages(
            settings, shop_url=shop_url, fetcher=fetcher, browser=browser, pulse=pulse, manners=manners,
            patterns=self._patterns, got=sum(count.in_run for count in counts), known=known, follows=follows,
        )  # fmt: skip

    def seed(self, hints: Callable[[], dict[str, ProductRecord]] = dict) -> None:
        """Put into the frontier what earlier runs, the shop's address, platform, feed (`hints`) and sitemaps name."""
        seeds.sow(
            self._pulse, self._fetcher, self._manners, self._patterns,
            shop_url=self._shop_url, most=self._settings.crawl_max_pages, hints=hints,
        )  # fmt: skip

    def resume(self) -> None:
        """Take up the pages that the run's former worker had in its hands."""
        with self._pulse.writing() as session:
            frontier.resume(session, self._pulse.tenant_id, self._pulse.run_id)

    def walk(
        self, trouble: Callable[[], BaseException | None] = lambda: None, give_way: Callable[[], bool] = lambda: False
    ) -> End:
        """Visit pages until none is left, the crawl has to stop, or it is to give way to others.

        Raises Unusable, LostRun, and at the next page what `trouble` names: the failure of what runs beside the walk.
        """
        try:
            while not self._pulse.stopped:
                rows, due = self._lease()
                if not rows and due is None:
                    self._check_found_something()
                    return End.COMPLETE
                if due is not None:
                    self._pulse.wait(min(1.0, max(0.05, (due - datetime.now(UTC)).total_seconds())))
                rows = self._pages.sort_out(rows)
                for row, following in zip(rows, [*rows[1:], None], strict=False):
                    if (error := trouble()) is not None:
                        raise error
                    self._pages.take(row, following)
                    if self._pages.got >= _HOPELESS_AFTER or self._pages.asked >= _IN_VAIN_AFTER:
                        self._check_found_something()
                if give_way():
                    return End.PAUSED
            return End.STOPPED
        finally:
            self._pages.close()

    def _lease(self) -> tuple[list[FrontierUrl], datetime | None]:
        """Take the next URLs; where none is due, say when the next one is."""
        tenant_id, run_id = self._pulse.tenant_id, self._pulse.run_id
        with self._pulse.writing() as session:
            rows = frontier.lease(session, tenant_id, run_id, limit=_AT_ONCE)
            return rows, None if rows else frontier.next_due(session, tenant_id, run_id)

    def _check_found_something(self) -> None:
        if self._pages.products:
            return
        with self._pulse.writing() as session:
            if catalog.count_products(session, self._pulse.tenant_id):
                return
            start = frontier.find(session, self._pulse.tenant_id, addresses.fingerprint(self._shop_url))
        reason = start.reason if start is not None and start.state in {"failed", "disallowed"} else None
        raise Unusable("no_products", reason)
