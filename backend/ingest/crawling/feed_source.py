"""The seller's feed as a source of the catalog: alone, or beside the crawl as a list of pages to look at."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import update

from backend.errors import NotFound
from backend.ingest import addresses, feeds
from backend.ingest.addresses import same_site
from backend.ingest.advice import Unusable
from backend.ingest.cataloging import sync
from backend.ingest.crawling import frontier
from backend.ingest.crawling.crawl import End
from backend.ingest.crawling.frontier import Link
from backend.ingest.feeds import BOTH, FEED
from backend.ingest.fetching.fetch import Fetcher, FetchError
from backend.ingest.pulse import Pulse
from backend.ingest.reading.feeds import FeedProblem, read_feed
from backend.ingest.records import ProductRecord
from backend.storage import Storage
from backend.tenants import catalog_sync
from backend.tenants.models import Feed, Product, now

log = logging.getLogger(__name__)
_MAX_BYTES = 100_000_000
_WAITS_S = (2.0, 10.0)
_AT_ONCE = 50
_MOST_PROBLEMS = 100


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
        for number, one in enumerate(read_feed(feeds.pieces(body)), 1):
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
            feed = feeds.current(session, self._tenant_id, self._url)
            if self._url and feed is None:
                feed = Feed(tenant_id=self._tenant_id, url=self._url)
                session.add(feed)
            if feed is None:
                raise Unusable("no_feed")
            session.flush()
            self._feed_id, key = feed.id, feed.storage_key
            etag, last_modified = (feed.etag, feed.last_modified) if conditional else (None, None)
        if not self._url:
            return self._read(key or "")
        return self._fetch(self._url, etag, last_modified)

    def _read(self, key: str) -> bytes:
        try:
            return self._storage.read(key)
        except NotFound as error:  # another upload took its place this very moment, or somebody emptied the store
            raise Unusable("no_feed") from error

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
