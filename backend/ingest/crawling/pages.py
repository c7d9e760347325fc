"""One page of a crawl: may it be asked for, its turn, the visit, and what it says into the catalog and the frontier."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from backend.config import Settings
from backend.ingest import addresses
from backend.ingest.advice import Unusable
from backend.ingest.cataloging.products import sync_page
from backend.ingest.crawling import copies, frontier
from backend.ingest.crawling.frontier import Link
from backend.ingest.crawling.patterns import Patterns
from backend.ingest.crawling.reception import DOWN, Reception
from backend.ingest.crawling.visits import READER, Visit, Visitor
from backend.ingest.fetching.browser import Browser
from backend.ingest.fetching.fetch import Fetcher, FetchError
from backend.ingest.fetching.manners import LONGEST_HOLD_S, Manners
from backend.ingest.pulse import Pulse
from backend.ingest.reading.extract import Page
from backend.ingest.runs import LostRun
from backend.tenants import catalog_sync
from backend.tenants.catalog_addresses import GONE_STATUS
from backend.tenants.catalog_gone import GONE
from backend.tenants.models import FrontierUrl, now

log = logging.getLogger(__name__)
_MOST_ATTEMPTS = 4
_DEEPEST = 10
_MOST_LINKS = 1500
_KNOWN_PER_PAGE = 4  # URLs a run may know for each page it may read
_REMEMBERED = 50_000
_NOT_MISSING = {"looks": 0, "first_gone_at": None}
ROBOTS, TOO_DEEP = "robots", "too_deep"
MAYBE_GONE = "maybe_gone"
"""Why a product's page waits for its second look."""
CUT_SHORT = "cut_short"
"""Why a listing may lack products: it had more to show than time allowed."""
_EGRESS_HOLD_S = 1.0
_USUAL_HOLD_S = 5.0  # after a 429 that names no time


class Pages:
    """Takes in the pages of one crawl, one at a time.

    One that `follows` no links looks at nothing but what it was given.
    `got` counts the run's pages, `asked` what this attempt asked for, `products` its pages that sell something.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        shop_url: str,
        fetcher: Fetcher,
        browser: Browser,
        pulse: Pulse,
        manners: Manners,
        patterns: Patterns,
        got: int,
        known: int,
        follows: bool = True,
    ) -> None:
        self._most, self._second_look_s = settings.crawl_max_pages, settings.second_look_s
        self._shop_url, self._known, self._follows = shop_url, known, follows
        self._pulse, self._manners, self._patterns = pulse, manners, patterns
        self._tenant_id, self._run_id = pulse.tenant_id, pulse.run_id
        self._visitor = Visitor(fetcher, browser, patterns, manners, pulse.traffic)
        self.got, self.asked, self.products = got, 0, 0
        self._reception = Reception()
        self._seen: set[str] = set()  # fingerprints known to be in the frontier, which spares asking it

    def close(self) -> None:
        self._visitor.close()

    def sort_out(self, rows: Sequence[FrontierUrl]) -> list[FrontierUrl]:
        """Return the rows to be asked for: not those that robots.txt disallows, nor copies in other languages.

        There may be thousands of both, so they are settled at one stroke.
        """
        disallowed = [row for row in rows if self._is_disallowed(row)]
        allowed = [row for row in rows if row not in disallowed]
        if rows:
            with self._pulse.writing() as session:
                if disallowed:
                    frontier.settle_all(session, self._tenant_id, [row.id for row in disallowed], "disallowed", ROBOTS)
                return copies.sort_out(session, self._tenant_id, self._run_id, allowed)
        return []

    def _is_disallowed(self, row: FrontierUrl) -> bool:
        try:
            return not self._manners.allows(row.url)
        except FetchError:
            return False  # not known yet, which the taking of the page says

    def take(self, row: FrontierUrl, following: FrontierUrl | None = None) -> None:
        """Visit a URL, or write down why not; the one `following` may be asked for while this one is read.

        Raises Unusable when the shop is down or refuses us, LostRun.
        """
        try:
            self._take(row, following)
        except (LostRun, Unusable, OperationalError, InterfaceError):
            raise  # these speak of the run and of the database, not of the page
        except Exception:
            # The edge of one page: whatever it does to our code, the other pages of the shop still count.
            log.exception("page_unreadable", extra={"url": row.url})
            self._settle(row, "failed", reason="unreadable", attempts=row.attempts + 1)

    def _take(self, row: FrontierUrl, following: FrontierUrl | None) -> None:
        try:
            if not self._visitor.has_begun(row) and (refusal := self._refusal(row)) is not None:
                self._refuse(row, refusal)
                return
            self.asked += 1
            ahead = following if following is not None and self._may_begin(following, row) else None
            visit = self._visitor.visit(row, ahead)
        except FetchError as error:
            self._fail(row, error)
            return
        if visit is None:
            return
        self._reception.note(None)
        self.got += 1
        if visit.page is None:
            self._keep(row, visit)
        else:
            self._store(row, visit, visit.page)

    def _refusal(self, row: FrontierUrl) -> str | None:
        """Return why a URL is not to be asked for. Raises FetchError where its host's robots.txt cannot be read."""
        if not self._manners.allows(row.url):
            return ROBOTS
        if self.got >= self._most:
            return frontier.PAGE_LIMIT
        if row.depth > _DEEPEST:
            return TOO_DEEP
        if row.product_id is None and not self._patterns.admits(row.pattern):
            return frontier.PATTERN_LIMIT
        return None

    def _refuse(self, row: FrontierUrl, reason: str) -> None:
        """Write down why the URL is not asked for, with all those of which the same is true."""
        if reason == ROBOTS:
            self._settle(row, "disallowed", reason=reason)
        elif reason == TOO_DEEP:
            self._settle(row, "skipped", reason=reason)
        elif reason == frontier.PAGE_LIMIT:
            self._leave_out(frontier.skip_rest, row)
        else:
            self._leave_out(frontier.defer if row.priority > frontier.DEFERRED else frontier.skip_pattern, row)

    def _may_begin(self, following: FrontierUrl, row: FrontierUrl) -> bool:
        """Say whether a page may be asked for before the one now in hand is written."""
        same_host = urlsplit(following.url).netloc == urlsplit(row.url).netloc
        return same_host and self.got + 1 < self._most and self._refusal(following) is None

    def _leave_out(self, how: Callable[[Session, str, str, FrontierUrl], None], row: FrontierUrl) -> None:
        with self._pulse.writing() as session:
            how(session, self._tenant_id, self._run_id, row)

    def _settle(self, row: FrontierUrl, state: str, **columns: object) -> None:
        with self._pulse.writing() as session:
            frontier.settle(session, self._tenant_id, row.id, state, **columns)

    def _keep(self, row: FrontierUrl, visit: Visit) -> None:
        """Settle a page whose bytes are those of the last visit."""
        with self._pulse.writing() as session:
            if row.product_id and not catalog_sync.mark_seen(session, self._tenant_id, row.product_id):
                # The product was retired meanwhile and is back: read the page anew.
                frontier.settle(session, self._tenant_id, row.id, "queued", content_hash=None)
                return
            reason = "unchanged" if row.product_id else "same"
            names = {"etag": visit.etag, "last_modified": visit.last_modified}
            frontier.settle(session, self._tenant_id, row.id, "fetched", reason=reason, status_code=200, **names)
        self._note(row, visit, outcome=reason if row.product_id else None)

    def _store(self, row: FrontierUrl, visit: Visit, page: Page) -> None:
        columns: dict[str, object] = {
            "via": visit.via, "content_hash": visit.content_hash, "record_hash": _record_hash(visit, page),
            "etag": visit.etag, "last_modified": visit.last_modified, "status_code": 200,
        }  # fmt: skip
        with self._pulse.writing() as session:
            synced = self._sync(session, row, visit, page, known=row.record_hash == columns["record_hash"])
            links = {addresses.fingerprint(link.url): link for link in self._links(row, page)}
            unseen = [link for fingerprint, link in links.items() if fingerprint not in self._seen]
            self._add(session, row, unseen)
            if synced is None and row.product_id is not None:
                self._miss(session, row, **columns)
            else:
                unread = CUT_SHORT if visit.cut_short else page.reason
                columns |= {"reason": synced.outcome if synced else unread, **_NOT_MISSING}
                columns["product_id"] = synced.product_id if synced else None
                frontier.settle(session, self._tenant_id, row.id, "fetched", **columns)
                target = addresses.fingerprint(visit.final_url)
                if target != row.fingerprint:
                    frontier.settle_target(session, self._tenant_id, self._run_id, target, **columns)
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        self._seen |= links.keys()
        self._note(row, visit, outcome=synced.outcome if synced else None)

    def _sync(
        self, session: Session, row: FrontierUrl, visit: Visit, page: Page, *, known: bool
    ) -> catalog_sync.Synced | None:
        """Write what the page sells; nothing where it is `known` to say what it said last time."""
        if known and row.product_id and catalog_sync.mark_seen(session, self._tenant_id, row.product_id):
            return catalog_sync.Synced(row.product_id, "unchanged")
        return sync_page(
            session, self._tenant_id, self._run_id, page, asked=row.url, final_url=visit.final_url,
            shop_url=self._shop_url,
        )  # fmt: skip

    def _add(self, session: Session, row: FrontierUrl, links: Sequence[Link]) -> None:
        """Add links to the frontier as long as the run has room for them; what looks like a product always has."""
        if not self._follows:
            return
        if self._known >= _KNOWN_PER_PAGE * self._most:
            links = [link for link in links if link.priority >= frontier.SITEMAP]
        self._known += frontier.add(session, self._tenant_id, self._run_id, links, found_on=row.pattern)

    def _miss(self, session: Session, row: FrontierUrl, **columns: object) -> None:
        """Look at a known product's page again later when it is without its product; twice in a row, it is gone."""
        if row.looks == 0:
            due_at = now() + timedelta(seconds=self._second_look_s)
            values: dict[str, object] = {"due_at": due_at, "looks": 1, "first_gone_at": now(), "content_hash": None}
            frontier.settle(session, self._tenant_id, row.id, "queued", reason=MAYBE_GONE, **values)
            return
        columns |= {"looks": row.looks + 1, "first_gone_at": row.first_gone_at}
        state = "failed"
        if columns.get("status_code") == 200:  # from now on it is a page like any other
            state, columns["reason"] = "fetched", GONE
        # A copy that shows the product still is its page from now on; a page without one has none to keep.
        if frontier.look_at_copies(session, self._tenant_id, row) or state == "fetched":
            columns["product_id"] = None
        frontier.settle(session, self._tenant_id, row.id, state, **columns)

    def _links(self, row: FrontierUrl, page: Page) -> Iterable[Link]:
        following = set(page.next_links)
        for url in (*([page.canonical] if page.canonical else []), *page.links)[:_MOST_LINKS]:
            if not addresses.is_file(url):
                # A listing's next page is no deeper than the listing: it may have hundreds.
                depth = row.depth if url in following else row.depth + 1
                yield Link(url, depth, self._patterns.priority(url, is_next=url in following))

    def _note(self, row: FrontierUrl, visit: Visit, *, outcome: str | None) -> None:
        self.products += outcome is not None
        self._patterns.note_page(row.pattern, via=visit.via, is_product=outcome is not None)
        if outcome == "new" and row.found_on is not None:
            self._patterns.note_find(row.found_on)

    def _fail(self, row: FrontierUrl, error: FetchError) -> None:
        """Try again later, or settle the URL with the reason; a shop that is down or refuses us ends the crawl."""
        if error.code == "egress_down":
            # Our own way out is being started again: that counts neither against the page nor against the shop.
            self._manners.hold(row.url, _EGRESS_HOLD_S)
            self._settle(row, "queued", reason=error.code)
            return
        if error.code == "disallowed":
            self._settle(row, "disallowed", reason=ROBOTS)
            return
        if error.code == "rate_limited":
            self._manners.hold(row.url, error.retry_after or _USUAL_HOLD_S)
        reason = f"http_{error.status}" if error.code == "http_error" else error.code
        again = self._postpone_or_settle(row, error, reason)
        log.info("page_failed", extra={"url": row.url, "reason": reason, "again": again})
        self._reception.note(reason)
        if (error.retry_after or 0.0) > LONGEST_HOLD_S:
            raise Unusable("asked_to_wait")
        if row.url == addresses.canonical(self._shop_url) and not again and not self.got and error.code in DOWN:
            raise Unusable("shop_unreachable", error.code)

    def _postpone_or_settle(self, row: FrontierUrl, error: FetchError, reason: str) -> bool:
        missed = error.status in GONE_STATUS and row.product_id is not None
        again = error.retryable and row.attempts + 1 < _MOST_ATTEMPTS
        with self._pulse.writing() as session:
            if missed:
                self._miss(session, row, reason=reason, status_code=error.status)
            elif again:
                seconds = min(error.retry_after or 2.0**row.attempts, LONGEST_HOLD_S)
                frontier.postpone(session, self._tenant_id, row, reason=reason, seconds=seconds)
            else:
                frontier.settle(
                    session, self._tenant_id, row.id, "failed", reason=reason, status_code=error.status,
                    attempts=row.attempts + 1,
                )  # fmt: skip
        return again or missed


def _record_hash(visit: Visit, page: Page) -> str | None:
    """Return a hash of all that the catalog reads of a page, whatever else on it changed; None without a product."""
    if page.record is None:
        return None
    said = (READER, visit.final_url, page.canonical, sorted(page.alternates.items()), page.record_hash)
    return hashlib.sha256(repr(said).encode()).hexdigest()
