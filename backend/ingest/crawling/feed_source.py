"""The seller's feed as a source of the catalog: alone, or beside the crawl as a list of pages to look at."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.errors import DomainError
from backend.ingest import addresses
from backend.ingest.addresses import same_site
from backend.ingest.advice import Unusable
from backend.ingest.cataloging import sync
from backend.ingest.crawling import frontier
from backend.ingest.crawling.crawl import End
from backend.ingest.crawling.frontier import Link
from backend.ingest.fetching.fetch import Fetcher, FetchError
from backend.ingest.pulse import Pulse
from backend.ingest.reading.feeds import FeedProblem, read_feed
from backend.ingest.records import ProductRecord
from backend.storage import Storage
from backend.tenants import accounts, catalog_sync
from backend.tenants.models import Feed, Product, now

log = logging.getLogger(__name__)
FEED, BOTH = "feed", "both"
"""`source` of the tenant's settings: the feed alone, or beside the crawl; anything else is the crawl alone."""
_MAX_BYTES = 100_000_000
_WAITS_S = (2.0, 10.0)
_AT_ONCE, _PIECE = 50, 65_536
_MOST_PROBLEMS = 100


class NoFeedAddress(DomainError):
    """A feed is to be read, and no address of one is known."""

    code = "no_feed"


def choose(session: Session, tenant_id: str, *, source: str | None = None, feed_url: str | None = None) -> None:
    """Keep where the shop's catalog comes from from now on. Raises NoFeedAddress."""
    tenant = accounts.get_tenant(session, tenant_id)
    chosen = {name: value for name, value in (("source", source), ("feed_url", feed_url)) if value is not None}
    if feed_url is not None and not (feed_url.startswith(("http://", "https://")) and urlsplit(feed_url).hostname):
        raise NoFeedAddress("The feed's address must begin with http:// or https://.")
    settings = {**tenant.settings, **chosen}
    uploaded = select(Feed.id).where(Feed.tenant_id == tenant_id, Feed.storage_key.is_not(None)).limit(1)
    if settings.get("source") in {FEED, BOTH} and not settings.get("feed_url") and session.scalar(uploaded) is None:
        raise NoFeedAddress("Name the feed's address too.")
    tenant.settings = settings


class FeedSource:
    """One run's look at the feed: the tenant's `feed_url`, else the file that was uploaded last."""

    def __init__(
        self, settings: Mapping[str, Any], *, shop_url: str, fetcher: Fetcher, storage: Storage, pulse: Pulse
    ) -> None:
        self._source, self._url = settings.get("source"), settings.get("feed_url") or None
        self._shop_url, self._fetcher, self._storage, self._pulse = shop_url, fetcher, storage, pulse
        self._tenant_id, self._run_id = pulse.tenant_id, pulse.run_id
        self._feed_id, self._names = "", dict[str, str | None]()
        self._problems: list[FeedProblem] = []
        self.is_whole = True
        """Whether the feed was read to its end, so that what it does not name is missing."""

    def walk(self, trouble: Callable[[], BaseException | None]) -> End:
        """Write the feed's products into the catalog. Raises Unusable, LostRun, and what `trouble` names."""
        body = self._body()
        if body is None:
            self._all_seen()
            return End.COMPLETE
        records, rows = self._records(body), 0
        while batch := list(islice(records, _AT_ONCE)):
            if self._pulse.stopped:
                return End.STOPPED
            if (error := trouble()) is not None:
                raise error
            self._write(batch)
            rows += len(batch)
        self._note(rows)
        if not rows:
            raise Unusable("feed_unreadable")
        return End.COMPLETE

    @property
    def is_alone(self) -> bool:
        """Whether the shop's catalog comes from its feed, and no page is to be read."""
        return self._source == FEED

    def hints(self) -> dict[str, ProductRecord]:
        """Return what the feed says beside a crawl, by the fingerprint of the address; nothing where it is not used.

        A feed that cannot be read spoils no crawl.
        """
        if self._source != BOTH:
            return {}
        try:
            body = self._body(conditional=False)
        except Unusable as error:
            log.info("feed_skipped", extra={"reason": error.code})
            return {}
        found = {addresses.fingerprint(record.url): record for record in self._records(body or b"")}
        self._note(len(found))
        self.is_whole = True  # what is missing, the pages say
        return found

    def _records(self, body: bytes) -> Iterator[ProductRecord]:
        """Yield the products of the shop's own site; every other row is a problem."""
        pieces = (body[start : start + _PIECE] for start in range(0, len(body), _PIECE))
        for number, one in enumerate(read_feed(pieces), 1):
            if isinstance(one, ProductRecord) and same_site(one.url, self._shop_url):
                yield one
                continue
            problem = one if isinstance(one, FeedProblem) else FeedProblem(number, one.sku or "", "foreign_link")
            self.is_whole = self.is_whole and not problem.is_final
            if len(self._problems) < _MOST_PROBLEMS:
                self._problems.append(problem)

    def _body(self, *, conditional: bool = True) -> bytes | None:
        """Return the file; None when it is the one of the last run. Raises Unusable."""
        with self._pulse.writing() as session:
            own = select(Feed).where(Feed.tenant_id == self._tenant_id)
            if self._url:
                feed = session.scalar(own.where(Feed.url == self._url))
                feed = feed or Feed(tenant_id=self._tenant_id, url=self._url)
                session.add(feed)
            else:
                newest = own.where(Feed.storage_key.is_not(None)).order_by(Feed.created_at.desc()).limit(1)
                feed = session.scalar(newest)
            if feed is None:
                raise Unusable("no_feed")
            session.flush()
            self._feed_id, key = feed.id, feed.storage_key
            etag, last_modified = (feed.etag, feed.last_modified) if conditional else (None, None)
        if not self._url:
            return self._storage.read(key or "")
        return self._fetch(self._url, etag, last_modified)

    def _fetch(self, url: str, etag: str | None, last_modified: str | None) -> bytes | None:
        for wait in (*_WAITS_S, None):
            try:
                answer = self._fetcher.get(
                    url, kind=FEED, anywhere=True, max_bytes=_MAX_BYTES, etag=etag, last_modified=last_modified
                )
            except FetchError as error:
                log.info("feed_unreachable", extra={"reason": error.code})
                if wait is None or not error.retryable or self._pulse.stopped:
                    raise Unusable("feed_unreachable") from error
                self._pulse.wait(max(wait, error.retry_after or 0.0))
            else:
                self._names = {
                    "etag": answer.etag, "last_modified": answer.last_modified, "content_hash": answer.content_hash,
                }  # fmt: skip
                return None if answer.not_modified else answer.body
        raise AssertionError("the last try returns or raises")

    def _write(self, batch: list[ProductRecord]) -> None:
        links = [Link(addresses.canonical(record.url), 1, frontier.PRODUCT) for record in batch]
        with self._pulse.writing() as session:
            frontier.add(session, self._tenant_id, self._run_id, links)
            for record in batch:
                facts = sync.facts_of(record)
                synced = catalog_sync.upsert_product(session, self._tenant_id, facts, run_id=self._run_id)
                frontier.settle_target(
                    session, self._tenant_id, self._run_id, facts.fingerprint,
                    via=FEED, reason=synced.outcome, product_id=synced.product_id,
                )  # fmt: skip

    def _all_seen(self) -> None:
        """Note that every product is as it was: the shop says that its feed is."""
        with self._pulse.writing() as session:
            here = (Product.tenant_id == self._tenant_id) & Product.gone_at.is_(None)
            session.execute(update(Product).where(here).values(last_seen_at=now()))

    def _note(self, rows: int) -> None:
        """Write down what was read, and name its version only when it was read to its end."""
        names = self._names if self.is_whole else {}
        with self._pulse.writing() as session:
            session.execute(
                update(Feed)
                .where(Feed.tenant_id == self._tenant_id, Feed.id == self._feed_id)
                .values(rows=rows, problems=[asdict(one) for one in self._problems], fetched_at=now(), **names)
            )
