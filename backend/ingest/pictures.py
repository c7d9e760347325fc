"""Product images on their way in: fetched several at once, decoded once, kept small, handed to vision in batches.

The pump runs beside the crawl and reads what is wanted from the database, so that neither pages, downloads nor
detection wait for one another, and a killed crawl goes on with the pictures that are still wanted.
"""

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import queues
from backend.db import transaction
from backend.ingest.fetch import Fetcher, FetchError
from backend.ingest.manners import LONGEST_HOLD_S, PICTURES, Manners
from backend.ingest.pulse import Pulse
from backend.storage import Storage
from backend.tenants.catalog import thumbnail_key
from backend.tenants.models import ProductImage, now
from backend.vision import images

log = logging.getLogger(__name__)
SIDE, THUMB_SIDE = 1024, 320
_AT_ONCE, _WINDOW, _BATCH = 4, 16, 8
_MOST_ATTEMPTS = 4
_LONGEST_WAIT_S = 2.0
_SMALLEST = 32  # pixels: what is smaller is a dot or a tracker, not a picture
_PASSING = ("timeout", "connection", "truncated", "rate_limited", "http_error", "image_unreadable")
"""Reasons that another day may not have."""
EMBED_JOB = "backend.ingest.jobs.embed_images"


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture in the store: its hashes, its key there, and its size as the shop has it."""

    content_hash: str
    perceptual_hash: str | None
    storage_key: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that did not come; `again_s` says in how many seconds to ask again, None never."""

    reason: str
    again_s: float | None = None


@dataclass(slots=True)
class _Flight:
    """One address under way, for every image row that wants it."""

    url: str
    image_ids: list[str]
    attempts: int
    future: "Future[Stored | Refused]" = field(init=False)


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


def take(fetcher: Fetcher, storage: Storage, tenant_id: str, url: str, *, attempts: int = 0) -> Stored | Refused:
    """Fetch one picture, bring it to its normal form and store it. Every failure is an answer, never an exception."""
    try:
        fetched = fetcher.get_image(url)
        with transaction(tenant_id) as session:
            known = _stored_copy(session, tenant_id, ProductImage.content_hash == fetched.content_hash)
        return known or _normalise(storage, tenant_id, fetched.body, fetched.content_hash)
    except FetchError as error:
        if error.code == "egress_down":
            return Refused(error.code, 1.0)
        again = error.retryable and attempts + 1 < _MOST_ATTEMPTS
        reason = f"http_{error.status}" if error.code == "http_error" and not error.retryable else error.code
        return Refused(reason, min(error.retry_after or 2.0**attempts, LONGEST_HOLD_S) if again else None)
    except images.ImageError as error:
        # A picture that is cut short may come whole the next time.
        again = error.code == "image_unreadable" and attempts == 0
        return Refused(error.code, 1.0 if again else None)


def _normalise(storage: Storage, tenant_id: str, body: bytes, content_hash: str) -> Stored | Refused:
    picture = images.decode(body, max_side=SIDE)
    if min(picture.original_width, picture.original_height) < _SMALLEST:
        return Refused("too_small")
    key = f"{tenant_id}/images/{content_hash}.jpg"
    storage.write(thumbnail_key(key), images.encode_jpeg(picture, max_side=THUMB_SIDE, quality=80))
    storage.write(key, images.encode_jpeg(picture, max_side=SIDE, quality=90))
    return Stored(content_hash, images.perceptual_hash(picture), key, picture.original_width, picture.original_height)


def _stored_copy(session: Session, tenant_id: str, condition: Any) -> Stored | None:
    columns = (
        ProductImage.content_hash,
        ProductImage.perceptual_hash,
        ProductImage.storage_key,
        ProductImage.width,
        ProductImage.height,
    )
    query = select(*columns).where(
        ProductImage.tenant_id == tenant_id, ProductImage.storage_key.is_not(None), condition
    )
    row = session.execute(query.limit(1)).first()
    return None if row is None or not row[0] or not row[2] else Stored(row[0], row[1], row[2], row[3], row[4])


class Pump(threading.Thread):
    """Takes in the tenant's wanted pictures until `finish` was called and none is left, or the crawl has to stop."""

    def __init__(
        self, tenant_id: str, run_id: str, *, fetcher: Fetcher, storage: Storage, manners: Manners, pulse: Pulse
    ) -> None:
        super().__init__(name="pictures", daemon=True)
        self._tenant_id, self._run_id = tenant_id, run_id
        self._fetcher, self._storage, self._manners, self._pulse = fetcher, storage, manners, pulse
        self._pages_done = threading.Event()
        self._flights: dict[str, _Flight] = {}
        self._not_before: dict[str, float] = {}
        self._results: list[tuple[_Flight, Stored | Refused]] = []
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
        with transaction(self._tenant_id) as session:
            query = select(ProductImage.id, ProductImage.url, ProductImage.attempts).where(
                ProductImage.tenant_id == self._tenant_id,
                ProductImage.state == "wanted",
                ProductImage.url.not_in([*busy, *self._not_before]),
            )
            ordered = query.order_by(ProductImage.position, ProductImage.created_at).limit(_WINDOW)
            rows = list(session.execute(ordered))
            known = {url: _stored_copy(session, self._tenant_id, ProductImage.url == url) for _, url, _ in rows}
        for image_id, url, attempts in rows:
            if url in self._flights:
                self._flights[url].image_ids.append(image_id)
                continue
            flight = self._flights[url] = _Flight(url, [image_id], attempts)
            flight.future = pool.submit(self._fetch, flight, known[url])

    def _fetch(self, flight: _Flight, known: Stored | None) -> Stored | Refused:
        if known is not None:
            return known
        if not self._manners.turn(flight.url, PICTURES):
            return Refused("stopped", 0.0)
        result = take(self._fetcher, self._storage, self._tenant_id, flight.url, attempts=flight.attempts)
        if isinstance(result, Refused) and result.reason == "rate_limited" and result.again_s is not None:
            self._manners.hold(flight.url, result.again_s)
        return result

    def _land(self, done: set["Future[Stored | Refused]"]) -> None:
        for flight in [one for one in self._flights.values() if one.future in done]:
            del self._flights[flight.url]
            self._results.append((flight, flight.future.result()))
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
                written = session.scalars(
                    update(ProductImage)
                    .where(
                        ProductImage.tenant_id == self._tenant_id,
                        ProductImage.state == "wanted",
                        ProductImage.id.in_(flight.image_ids),
                    )
                    .values(**values)
                    .returning(ProductImage.id)
                )
                stored += written if isinstance(result, Stored) else []
        self._results.clear()
        if stored:
            enqueue_embed(self._tenant_id, self._run_id, stored, queued_at)

    def _values(self, flight: _Flight, result: Stored | Refused, queued_at: datetime) -> dict[str, Any]:
        if isinstance(result, Stored):
            return {
                **asdict(result), "state": "stored", "reason": None, "attempts": 0,
                "queued_at": queued_at, "run_id": self._run_id,
            }  # fmt: skip
        if result.again_s is not None:
            self._not_before[flight.url] = time.monotonic() + result.again_s
        if result.reason in {"stopped", "egress_down"}:  # nobody asked the shop
            return {"state": "wanted"}
        if result.again_s is not None:
            return {"attempts": flight.attempts + 1, "reason": result.reason}
        log.info("picture_refused", extra={"url": flight.url, "reason": result.reason})
        return {"state": "failed", "attempts": flight.attempts + 1, "reason": result.reason}
