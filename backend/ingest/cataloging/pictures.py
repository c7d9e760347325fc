"""Product images on their way in: fetched several at once, decoded once, kept small, handed to vision in batches.

The pump runs beside the crawl and reads what is wanted from the database, so that neither pages, downloads nor
detection wait for one another, and a killed crawl goes on with the pictures that are still wanted.
"""

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import queues
from backend.db import transaction
from backend.ingest.cataloging.picture_files import (
    FRESH,
    Answered,
    Known,
    Refused,
    Result,
    Stored,
    Unchanged,
    stored_copy,
    take,
)
from backend.ingest.fetching.fetch import Fetcher
from backend.ingest.fetching.manners import PICTURES, Manners
from backend.ingest.pulse import Pulse
from backend.storage import Storage
from backend.tenants import catalog
from backend.tenants.models import Product, ProductImage, now

log = logging.getLogger(__name__)
_AT_ONCE, _WINDOW, _BATCH = 4, 16, 8
_LONGEST_WAIT_S = 2.0
_ANOTHER_DAY = timedelta(days=1)
_IN_USE = ("live", "set_aside")
_COLUMNS = ("content_hash", "perceptual_hash", "storage_key", "width", "height")
_PASSING = (
    "timeout", "connection", "truncated", "rate_limited", "http_error", "image_unreadable", "robots_unreachable",
    "disallowed", "store_failed", "budget",
)  # fmt: skip
"""Reasons that another day may not have."""
EMBED_JOB = "backend.ingest.jobs.embed_images"


@dataclass(slots=True)
class _Flight:
    """One address under way, for every image row that wants it."""

    url: str
    image_ids: list[str]
    attempts: int = 0
    known: Known | None = None
    """Set where the picture is in search already, and is looked at again."""
    future: "Future[Result]" = field(init=False)


def retry_failed(session: Session, tenant_id: str) -> None:
    """Want again the pictures whose failure may have passed."""
    session.execute(
        update(ProductImage)
        .where(
            ProductImage.tenant_id == tenant_id,
            ProductImage.state == "failed",
            ProductImage.storage_key.is_(None),
            ProductImage.reason.in_(_PASSING),
        )
        .values(state="wanted", attempts=0)
    )


def enqueue_embed(tenant_id: str, run_id: str | None, image_ids: Sequence[str], queued_at: datetime) -> bool:
    """Hand pictures to vision; `queued_at` (that of their rows) names the batch. False while it still waits."""
    return queues.enqueue(
        queues.VISION,
        EMBED_JOB,
        job_id=embed_job_id(tenant_id, queued_at),
        tenant_id=tenant_id,
        run_id=run_id,
        image_ids=list(image_ids),
    )


def embed_job_id(tenant_id: str, queued_at: datetime) -> str:
    return f"embed-{tenant_id}-{round(queued_at.timestamp() * 1_000_000)}"


class Pump(threading.Thread):
    """Takes in the tenant's wanted pictures until `finish` was called and none is left, or the crawl has to stop.

    Between them it asks again for pictures that may have changed under their address. `most_bytes` bounds what one
    run downloads.
    """

    def __init__(
        self,
        tenant_id: str,
        run_id: str,
        *,
        fetcher: Fetcher,
        storage: Storage,
        manners: Manners,
        pulse: Pulse,
        most_bytes: int = 4_000_000_000,
    ) -> None:
        super().__init__(name="pictures", daemon=True)
        self._tenant_id, self._run_id = tenant_id, run_id
        self._fetcher, self._storage, self._manners, self._pulse = fetcher, storage, manners, pulse
        self._pages_done = threading.Event()
        self._flights: dict[str, _Flight] = {}
        self._not_before: dict[str, float] = {}
        self._results: list[tuple[_Flight, Result]] = []
        self._bytes_left = most_bytes
        self._oldest = 0.0
        self.error: BaseException | None = None

    def finish(self) -> None:
        """Wait until every wanted picture is in or has failed. Raises what the pump died of."""
        self._pages_done.set()
        self.join()
        if self.error is not None:
            raise self.error

    def run(self) -> None:
        try:
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="picture") as pool:
                self._pump(pool)
        except BaseException as error:  # noqa: BLE001 - carried to the crawl's thread, which raises it
            self.error = error
            self._pulse.stop()  # pages whose pictures nobody takes in are read in vain

    def _pump(self, pool: ThreadPoolExecutor) -> None:
        while not self._pulse.stopped:
            last_look = self._pages_done.is_set()
            self._start(pool)
            if self._flights:
                done, _ = wait([one.future for one in self._flights.values()], 0.5, FIRST_COMPLETED)
                self._land(done)
            elif last_look and not self._not_before:
                break
            else:
                self._pulse.wait(0.3)
            if self._is_due():
                self._write()
        self._write()

    def _start(self, pool: ThreadPoolExecutor) -> None:
        """Fill the window with the next wanted pictures, the first ones of each product before the others."""
        if len(self._flights) >= _WINDOW:
            return
        moment = time.monotonic()
        self._not_before = {url: due for url, due in self._not_before.items() if due > moment}
        busy = [*self._flights, *(flight.url for flight, _ in self._results)]
        passed_over = [*busy, *self._not_before]
        with transaction(self._tenant_id) as session:
            wanted = self._wanted(session, passed_over)
            urls = {flight.url for flight in wanted}
            copies = {url: stored_copy(session, self._tenant_id, ProductImage.url == url) for url in urls}
            due = [] if wanted or self._bytes_left <= 0 else self._changeable(session, passed_over)
        for flight in (*wanted, *due):
            if flight.url in self._flights:
                self._flights[flight.url].image_ids += flight.image_ids
                continue
            self._flights[flight.url] = flight
            flight.future = pool.submit(self._fetch, flight, copies.get(flight.url))

    def _wanted(self, session: Session, passed_over: Sequence[str]) -> list[_Flight]:
        query = select(ProductImage.id, ProductImage.url, ProductImage.attempts).where(
            ProductImage.tenant_id == self._tenant_id,
            ProductImage.state == "wanted",
            ProductImage.url.not_in(passed_over),
        )
        ordered = query.order_by(ProductImage.position, ProductImage.created_at).limit(_WINDOW)
        return [_Flight(url, [image_id], attempts) for image_id, url, attempts in session.execute(ordered)]

    def _changeable(self, session: Session, passed_over: Sequence[str]) -> list[_Flight]:
        """Return stored pictures of shown products whose time is up: another one may be there by now."""
        shown = select(Product.id).where(Product.tenant_id == self._tenant_id, Product.state.in_(catalog.SHOWN))
        unknown = ProductImage.fresh_until.is_(None) & (ProductImage.created_at <= now() - FRESH)
        query = select(ProductImage).where(
            ProductImage.tenant_id == self._tenant_id,
            ProductImage.state.in_(_IN_USE),
            ProductImage.content_hash.is_not(None),
            ProductImage.url.not_in(passed_over),
            ProductImage.product_id.in_(shown),
            (ProductImage.fresh_until <= now()) | unknown,
        )
        rows = session.scalars(query.order_by(ProductImage.fresh_until.nulls_first(), ProductImage.id).limit(_WINDOW))
        return [_Flight(row.url, [row.id], known=Known(row.content_hash, row.etag, row.last_modified)) for row in rows]

    def _fetch(self, flight: _Flight, copy: Stored | None) -> Result:
        if copy is not None:
            return copy
        if self._bytes_left <= 0:
            return Refused("budget")
        if not self._manners.turn(flight.url, PICTURES):
            return Refused("stopped", 0.0)
        result = take(
            self._fetcher, self._storage, self._tenant_id, flight.url, attempts=flight.attempts, known=flight.known
        )
        if isinstance(result, Refused) and result.reason == "rate_limited" and result.again_s is not None:
            self._manners.hold(flight.url, result.again_s)
        return result

    def _land(self, done: set["Future[Result]"]) -> None:
        for flight in [one for one in self._flights.values() if one.future in done]:
            del self._flights[flight.url]
            result = flight.future.result()
            if not isinstance(result, Refused) and result.answered is not None:
                self._bytes_left -= result.answered.bytes or 0
            self._results.append((flight, result))
            if len(self._results) == 1:
                self._oldest = time.monotonic()

    def _is_due(self) -> bool:
        stored = sum(len(flight.image_ids) for flight, result in self._results if isinstance(result, Stored))
        waited = bool(self._results) and time.monotonic() - self._oldest > _LONGEST_WAIT_S
        return stored >= _BATCH or waited or (bool(self._results) and not self._flights)

    def _write(self) -> None:
        """Write what came, and hand the stored pictures to vision after the commit."""
        if not self._results:
            return
        queued_at, stored = now(), list[str]()
        with transaction(self._tenant_id) as session:
            for flight, result in self._results:
                values = self._values(flight, result, queued_at)
                if not values:
                    continue
                as_it_was = ProductImage.state == "wanted"
                if flight.known is not None:
                    as_it_was = ProductImage.state.in_(_IN_USE) & (
                        ProductImage.content_hash == flight.known.content_hash
                    )
                written = session.scalars(
                    update(ProductImage)
                    .where(ProductImage.tenant_id == self._tenant_id, as_it_was, ProductImage.id.in_(flight.image_ids))
                    .values(**values)
                    .returning(ProductImage.id)
                )
                stored += written if isinstance(result, Stored) else []
        self._results.clear()
        if stored:
            enqueue_embed(self._tenant_id, self._run_id, stored, queued_at)

    def _values(self, flight: _Flight, result: Result, queued_at: datetime) -> dict[str, Any]:
        """Return what to write of an answer. A picture in search stays as it is, unless another one came."""
        if isinstance(result, Stored):
            columns = {name: getattr(result, name) for name in _COLUMNS}
            state = {"state": "stored", "reason": None, "attempts": 0, "queued_at": queued_at, "run_id": self._run_id}
            return columns | state | _when_asked(result.answered)
        if isinstance(result, Unchanged):
            return _when_asked(result.answered)
        if result.again_s is not None:
            self._not_before[flight.url] = time.monotonic() + result.again_s
        if flight.known is not None:
            asked = result.again_s is None
            return {"checked_at": now(), "fresh_until": now() + _ANOTHER_DAY} if asked else {}
        if result.reason in {"stopped", "egress_down"}:  # nobody asked the shop
            return {"state": "wanted"}
        if result.again_s is not None:
            return {"attempts": flight.attempts + 1, "reason": result.reason}
        log.info("picture_refused", extra={"url": flight.url, "reason": result.reason})
        return {"state": "failed", "attempts": flight.attempts + 1, "reason": result.reason}


def _when_asked(answered: Answered | None) -> dict[str, Any]:
    if answered is None:
        return {}
    facts = {name: getattr(answered, name) for name in ("etag", "last_modified", "fresh_until", "bytes")}
    # An answer without a body (304) need not say again what it said before.
    return {name: value for name, value in facts.items() if value is not None} | {"checked_at": now()}
