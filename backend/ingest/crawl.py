"""Walking one shop: the next URL, its page, what the page says into the catalog, its links into the frontier.

Every page ends in one transaction that names the run's attempt: page, product and links are written together or not
at all, and a worker that lost the run writes nothing. So a crawl may be killed anywhere and goes on with the pages
that are still open.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from backend.config import Settings
from backend.db import transaction
from backend.ingest import addresses, frontier, robots, runs, sitemap, sync
from backend.ingest.advice import Unusable, advice_for
from backend.ingest.browser import Browser
from backend.ingest.extract import Page
from backend.ingest.fetch import Fetcher, FetchError
from backend.ingest.frontier import Link
from backend.ingest.patterns import Patterns
from backend.ingest.pulse import Pace, Pulse
from backend.ingest.visits import Visit, Visitor
from backend.tenants import catalog, catalog_sync
from backend.tenants.models import FrontierUrl

log = logging.getLogger(__name__)
_AT_ONCE = 8
_MOST_ATTEMPTS = 4
_DEEPEST = 10
_MOST_LINKS = 1500
_LONGEST_HOLD_S, _LONGEST_DELAY_S = 120.0, 30.0
_ROBOTS_WAITS_S = (2.0, 5.0, 10.0, 20.0)
_EGRESS_HOLD_S = 1.0
_DEAD_AFTER = 12  # failures in a row that mean the shop is down
_HOPELESS_AFTER = 80  # pages without one product that mean this is no shop
_DOWN = frozenset({"timeout", "connection", "tls", "refused", "private_address"})
_NEVER = frozenset({"tls", "refused", "private_address", "bad_url"})  # asking again will not help
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|json|xml|txt|pdf|zip|gz|mp4|webm|mov|mp3|woff2?|ttf|eot|csv|xlsx?|docx?)$",
    re.IGNORECASE,
)


class Crawl:
    """One attempt at one run's pages. `fetcher` and `browser` are closed by who opened them."""

    def __init__(
        self,
        settings: Settings,
        tenant_id: str,
        run_id: str,
        attempt: int,
        *,
        shop_url: str,
        fetcher: Fetcher,
        browser: Browser,
        pulse: Pulse,
    ) -> None:
        self._settings, self._shop_url = settings, shop_url
        self._tenant_id, self._run_id, self._attempt = tenant_id, run_id, attempt
        self._fetcher, self._pulse = fetcher, pulse
        self._robots = self._load_robots()
        delay = min(self._robots.delay_s or 0.0, _LONGEST_DELAY_S)
        self.pace = Pace(pulse, max(settings.crawl_delay_s, delay))
        self.patterns, self._pages = self._remember()
        self._visitor = Visitor(fetcher, browser, self.patterns)
        self._failed_in_a_row = 0
        self._products = 0
        self._seen: set[str] = set()  # fingerprints known to be in the frontier, which spares asking it

    def seed(self) -> None:
        """Put into the frontier what earlier runs, the shop's address and its sitemaps name."""
        found = sitemap.read(
            self._fetcher, self._robots.sitemaps, shop_url=self._shop_url, allows=self._robots.allows,
            max_entries=self._settings.crawl_max_pages,
        )  # fmt: skip
        for address, reason in found.problems.items():
            log.info("sitemap_problem", extra={"url": address, "reason": reason})
        links = [Link(entry.url, 1, self.patterns.priority(entry.url)) for entry in found.entries]
        with transaction(self._tenant_id) as session:
            self._beat(session)
            frontier.begin(session, self._tenant_id, self._run_id)
            start = Link(addresses.canonical(self._shop_url), 0, frontier.PRODUCT + 1)
            frontier.add(session, self._tenant_id, self._run_id, [start])
            for number in range(0, len(links), 1000):
                frontier.add(session, self._tenant_id, self._run_id, links[number : number + 1000])
            run = runs.get_run(session, self._tenant_id, self._run_id)
            run.counts = {**run.counts, "seeded": True}

    def resume(self) -> None:
        """Take up the pages that the run's former worker had in its hands."""
        with transaction(self._tenant_id) as session:
            self._beat(session)
            frontier.resume(session, self._tenant_id, self._run_id)

    def walk(self) -> bool:
        """Visit pages until none is left (True) or the crawl has to stop (False). Raises Unusable, LostRun."""
        while not self._pulse.stopped:
            with transaction(self._tenant_id) as session:
                self._beat(session)
                rows = frontier.lease(session, self._tenant_id, self._run_id, limit=_AT_ONCE)
                due = None if rows else frontier.next_due(session, self._tenant_id, self._run_id)
            if not rows and due is None:
                self._check_found_something()
                return True
            if due is not None:
                self._pulse.wait(min(1.0, max(0.05, (due - datetime.now(UTC)).total_seconds())))
            for row in rows:
                self._step(row)
        return False

    def _step(self, row: FrontierUrl) -> None:
        refusal = self._refusal(row)
        if refusal is not None:
            state, reason = refusal
            self._settle(row, state, reason=reason)
            return
        if not self.pace.take():
            return
        try:
            visit = self._visitor.visit(row)
        except FetchError as error:
            self._fail(row, error)
            return
        self._failed_in_a_row = 0
        self._pages += 1
        if visit.page is None:
            self._keep(row, visit)
        else:
            self._store(row, visit, visit.page)
        if self._pages >= _HOPELESS_AFTER and not self._products:
            self._check_found_something()

    def _refusal(self, row: FrontierUrl) -> tuple[str, str] | None:
        """Return state and reason for a URL that is not to be asked for."""
        if not self._robots.allows(row.url):
            return "disallowed", "robots"
        if self._pages >= self._settings.crawl_max_pages:
            return "skipped", "page_limit"
        if row.depth > _DEEPEST:
            return "skipped", "too_deep"
        if row.product_id is None and not self.patterns.admits(row.pattern):
            return "skipped", "pattern_limit"
        return None

    def _settle(self, row: FrontierUrl, state: str, **columns: object) -> None:
        with transaction(self._tenant_id) as session:
            self._beat(session)
            frontier.settle(session, self._tenant_id, row.id, state, **columns)

    def _keep(self, row: FrontierUrl, visit: Visit) -> None:
        """Settle a page whose bytes are those of the last visit."""
        with transaction(self._tenant_id) as session:
            self._beat(session)
            if row.product_id and not catalog_sync.mark_seen(session, self._tenant_id, row.product_id):
                # The product was retired meanwhile and is back: read the page anew.
                frontier.settle(session, self._tenant_id, row.id, "queued", content_hash=None)
                return
            reason = "unchanged" if row.product_id else "same"
            frontier.settle(session, self._tenant_id, row.id, "fetched", reason=reason, status_code=200)
        self._note(row, visit, outcome=reason if row.product_id else None)

    def _store(self, row: FrontierUrl, visit: Visit, page: Page) -> None:
        columns: dict[str, object] = {"via": visit.via, "content_hash": visit.content_hash, "status_code": 200}
        with transaction(self._tenant_id) as session:
            self._beat(session)
            synced = self._sync(session, row, visit, page)
            links = {addresses.fingerprint(link.url): link for link in self._links(row, page)}
            unseen = [link for fingerprint, link in links.items() if fingerprint not in self._seen]
            fresh = frontier.add(session, self._tenant_id, self._run_id, unseen)
            reason = synced.outcome if synced else page.reason
            columns |= {"reason": reason, "product_id": synced.product_id if synced else None}
            frontier.settle(session, self._tenant_id, row.id, "fetched", **columns)
            target = addresses.fingerprint(visit.final_url)
            if target != row.fingerprint:
                frontier.settle_target(session, self._tenant_id, self._run_id, target, **columns)
        self._seen |= links.keys()
        self.patterns.note_links(row.pattern, fresh)
        self._note(row, visit, outcome=synced.outcome if synced else None)

    def _sync(self, session: Session, row: FrontierUrl, visit: Visit, page: Page) -> catalog_sync.Synced | None:
        record = page.record
        if record is None:
            return None
        if not addresses.same_site(record.url, self._shop_url):
            record = replace(record, url=visit.final_url)
        facts = sync.facts_of(record, [row.url, visit.final_url])
        if facts.fingerprint not in {row.fingerprint, addresses.fingerprint(visit.final_url)}:
            # A copy (another language, say) names the page it stands for. What that page says of itself counts.
            own = frontier.find(session, self._tenant_id, facts.fingerprint)
            if own is not None and own.product_id is not None:
                return catalog_sync.note_copy(session, self._tenant_id, own.product_id, facts)
        return catalog_sync.upsert_product(session, self._tenant_id, facts, run_id=self._run_id)

    def _links(self, row: FrontierUrl, page: Page) -> Iterable[Link]:
        following = set(page.next_links)
        for url in (*([page.canonical] if page.canonical else []), *page.links)[:_MOST_LINKS]:
            if _NOT_PAGES.search(urlsplit(url).path) is None:
                # A listing's next page is no deeper than the listing: it may have hundreds.
                depth = row.depth if url in following else row.depth + 1
                yield Link(url, depth, self.patterns.priority(url, is_next=url in following))

    def _note(self, row: FrontierUrl, visit: Visit, *, outcome: str | None) -> None:
        self._products += outcome is not None
        self.patterns.note_page(
            row.pattern, row.url, via=visit.via, is_product=outcome is not None, is_new_product=outcome == "new"
        )

    def _fail(self, row: FrontierUrl, error: FetchError) -> None:
        """Try again later, or settle the URL with the reason; a shop that is down ends the crawl."""
        if error.code == "egress_down":
            # Our own way out is being started again: that counts neither against the page nor against the shop.
            self.pace.hold(_EGRESS_HOLD_S)
            self._settle(row, "queued", reason=error.code)
            return
        if error.code == "rate_limited":
            self.pace.hold(min(error.retry_after or 5.0, _LONGEST_HOLD_S))
        first_gone = error.status in {404, 410} and row.product_id is not None and row.attempts == 0
        reason = f"http_{error.status}" if error.code == "http_error" else error.code
        again = first_gone or (error.retryable and row.attempts + 1 < _MOST_ATTEMPTS)
        with transaction(self._tenant_id) as session:
            self._beat(session)
            if again:
                seconds = min(error.retry_after or 2.0**row.attempts, _LONGEST_HOLD_S)
                frontier.postpone(session, self._tenant_id, row, reason=reason, seconds=seconds)
            else:
                frontier.settle(
                    session, self._tenant_id, row.id, "failed", reason=reason, status_code=error.status,
                    attempts=row.attempts + 1,
                )  # fmt: skip
        log.info("page_failed", extra={"url": row.url, "reason": reason, "again": again})
        self._failed_in_a_row = self._failed_in_a_row + 1 if error.code in _DOWN else 0
        lost_start = row.url == addresses.canonical(self._shop_url) and not again and not self._pages
        if self._failed_in_a_row >= _DEAD_AFTER or (lost_start and error.code in _DOWN):
            raise Unusable("shop_unreachable", advice_for(error.code))

    def _check_found_something(self) -> None:
        if self._products:
            return
        with transaction(self._tenant_id) as session:
            if catalog.count_products(session, self._tenant_id):
                return
            start = frontier.find(session, self._tenant_id, addresses.fingerprint(self._shop_url))
        reason = start.reason if start is not None and start.state in {"failed", "disallowed"} else None
        raise Unusable("no_products", advice_for(reason or "no_products"))

    def _load_robots(self) -> robots.Robots:
        """Read robots.txt; a shop that cannot say what it allows is waited for, then left alone."""
        for seconds in (*_ROBOTS_WAITS_S, None):
            try:
                return robots.load(self._fetcher, self._shop_url)
            except robots.RobotsUnreachable as error:
                log.info("robots_unreachable", extra={"reason": error.code})
                if seconds is None or self._pulse.stopped or error.code in _NEVER:
                    code = error.code if error.code in _DOWN else "robots_unreachable"
                    raise Unusable(code, advice_for(code)) from error
                self._pulse.wait(min(max(seconds, error.retry_after or 0.0), _LONGEST_HOLD_S))
        raise AssertionError("the last wait raises")

    def _remember(self) -> tuple[Patterns, int]:
        with transaction(self._tenant_id) as session:
            counts = frontier.pattern_counts(session, self._tenant_id, self._run_id)
        return Patterns(counts), sum(count.in_run for count in counts)

    def _beat(self, session: Session) -> None:
        if runs.beat(session, self._tenant_id, self._run_id, self._attempt):
            self._pulse.stop()
