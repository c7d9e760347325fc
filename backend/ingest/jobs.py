"""What the workers do: `crawl` on the forking crawl worker, the rest on the vision worker, which never forks."""

import errno
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from backend import queues
from backend.config import ConfigError, Settings
from backend.db import transaction
from backend.ingest import runs
from backend.ingest.advice import Unusable
from backend.ingest.cataloging import copying, embedding, pictures, publishing
from backend.ingest.cataloging.pictures import Pump
from backend.ingest.cataloging.reindex import Reindex
from backend.ingest.crawling.crawl import Crawl, End
from backend.ingest.crawling.feed_source import FeedSource
from backend.ingest.fetching import robots
from backend.ingest.fetching.browser import Browser
from backend.ingest.fetching.fetch import Fetcher
from backend.ingest.fetching.manners import Manners
from backend.ingest.pulse import Pulse
from backend.ingest.traffic import Traffic
from backend.queues import job
from backend.search.milvus_gallery import GalleryMismatch, GalleryUnavailable
from backend.storage import open_storage
from backend.tenants import accounts, gallery_builds
from backend.tenants.catalog_gone import Retired, retire_missing
from backend.tenants.gallery_builds import Build
from backend.tenants.models import IngestRun, Tenant, now
from backend.vision import Picture, Vision, load_vision

log = logging.getLogger(__name__)
_ALONE_FROM, _MOST_ATTEMPTS = 2, 4
"""A picture that was tried so often is looked at alone, and is given up: it may be what kills the worker."""
_SEEN_AGAIN, _SEEN_AGAIN_S = 250, 10.0
"""Pictures that a reindex writes at once, and how long it may look at them; it looks at fewer when others wait."""

Walk = Callable[[Callable[[], BaseException | None], Callable[[], bool]], End]

_settings: Settings | None = None
_vision: Vision | None = None


class GalleryDown(Exception):
    """The gallery could not be written: the work stays open, and is tried again."""


def warm_up_vision(settings: Settings) -> dict[str, str]:
    """Load the models once, before the vision worker takes its first job; returns their facts."""
    vision = load_vision(
        runtime=settings.vision_runtime, device=settings.vision_device, threads=settings.vision_threads,
        embedder=settings.embedder,
    )  # fmt: skip
    vision.see([Picture(np.full((64, 64, 3), 200, np.uint8), 64, 64)])
    use(settings, vision)
    return vision.facts()


def use(settings: Settings, vision: Vision | None = None) -> None:
    """Do this process's jobs with these settings and models from now on."""
    global _settings, _vision
    _settings, _vision = settings, vision or _vision


@job
def crawl(*, tenant_id: str, run_id: str, attempt: int) -> None:
    """Walk the shop and take in its pictures; vision follows at once, in its own worker.

    Safe to run twice: the attempt is claimed, and whoever comes second is refused. A crawl that was killed goes on
    with what its rows say is still open.
    """
    settings = _configured()
    with transaction(tenant_id) as session:
        run = runs.claim(session, tenant_id, run_id, attempt)
        shop = accounts.get_tenant(session, tenant_id)
    log.info("crawl_started", extra={"run_id": run_id, "attempt": run.attempt})
    with Pulse(tenant_id, run_id, run.attempt, Traffic(run.traffic)) as pulse:
        try:
            with _room_to_store():
                end = _crawl(settings, run, shop, pulse)
        except Unusable as error:
            with pulse.writing() as session:
                runs.fail(session, tenant_id, run_id, error=error.code, advice=error.reason)
            log.warning("crawl_unusable", extra={"run_id": run_id, "reason": error.code})
            return
    log.info("crawl_ended", extra={"run_id": run_id, "end": end.value})
    if end is End.PAUSED:
        with pulse.writing() as session:
            runs.count_slice(session, tenant_id, run_id)
        runs.enqueue_run(tenant_id, run_id, run.attempt)
        return
    with pulse.writing(stage="embedding") as session:
        if end is End.STOPPED:
            runs.finish(session, tenant_id, run_id, state="canceled")
    enqueue_finish(tenant_id, run_id)


@contextmanager
def _room_to_store() -> Iterator[None]:
    """End the run when the disk is full: another attempt would find it as full. Raises Unusable."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise Unusable("disk_full") from error


def _crawl(settings: Settings, run: IngestRun, shop: Tenant, pulse: Pulse) -> End:
    """Read pages or the feed, and take in pictures beside it. Raises Unusable, LostRun."""
    tenant_id, whole = run.tenant_id, run.kind not in runs.PARTS
    pulse.traffic.enter("pages")
    if whole and not run.counts.get("seeded"):
        with transaction(tenant_id) as session:
            pictures.retry_failed(session, tenant_id)
    manners = Manners(settings, pulse, lambda url: robots.load(fetcher, url))
    storage = open_storage(settings.storage_url)
    with (
        Fetcher(
            settings, tenant_id, shop.shop_url, locale=shop.locale, allows=manners.allows, note=pulse.traffic.note
        ) as fetcher,
        Browser(settings, tenant_id, locale=shop.locale) as browser,
    ):
        feed = FeedSource(shop.settings, shop_url=shop.shop_url, fetcher=fetcher, storage=storage, pulse=pulse)
        if whole and feed.is_alone:
            walk: Walk = lambda trouble, _give_way: feed.walk(trouble)  # noqa: E731 - one of two ways
        else:
            crawl = Crawl(
                settings, shop_url=shop.shop_url, fetcher=fetcher, browser=browser, manners=manners, pulse=pulse,
                follows=whole,
            )  # fmt: skip
            crawl.resume() if run.counts.get("seeded") else crawl.seed(feed.hints)
            walk = crawl.walk
        pump = Pump(
            tenant_id, run.id, fetcher=fetcher, storage=storage, manners=manners,
            pulse=pulse, most_bytes=settings.crawl_image_mb * 1_000_000,
        )  # fmt: skip
        end = _walk_and_pump(settings, walk, pump, browser, pulse)
    if whole and end is End.COMPLETE:
        _retire(run, pulse, whole=feed.is_whole)
    return end


def _walk_and_pump(settings: Settings, walk: Walk, pump: Pump, browser: Browser, pulse: Pulse) -> End:
    slice_ends = time.monotonic() + settings.crawl_slice_s
    end = End.STOPPED
    pump.start()
    try:
        end = walk(
            lambda: pump.error,
            lambda: time.monotonic() > slice_ends and queues.queue(queues.CRAWL).count > 0,
        )
    finally:
        browser.close()
        if end is not End.COMPLETE:
            pulse.stop()  # and with it the pictures
        elif not pulse.stopped:
            with pulse.writing(stage="images"):
                pass
        pump.finish()
    return End.STOPPED if end is End.COMPLETE and pulse.stopped else end


def _retire(run: IngestRun, pulse: Pulse, *, whole: bool) -> None:
    """Take out of search what is missing, where the `whole` catalog was looked at."""
    with pulse.writing() as session:
        retired = retire_missing(session, run.tenant_id, run.id) if whole else Retired(0, 0)
        if retired.held or not whole:
            runs.get_run(session, run.tenant_id, run.id).advice = "many_vanished" if whole else "feed_cut"
    log.info("products_retired", extra={"run_id": run.id, "products": retired.gone, "held": retired.held})


@job
def embed_images(*, tenant_id: str, run_id: str | None, image_ids: Sequence[str]) -> None:
    """Put the for-sale garment of each stored picture into the gallery, or set the picture aside with the reason.

    Safe to run twice: pictures that are done are left alone, and vectors are replaced, not added to.
    """
    attempts = embedding.start_attempt(tenant_id, image_ids)
    tired = [image_id for image_id, count in attempts.items() if count > _MOST_ATTEMPTS]
    alone = [image_id for image_id, count in attempts.items() if _ALONE_FROM < count <= _MOST_ATTEMPTS]
    together = [image_id for image_id in attempts if image_id not in tired and image_id not in alone]
    if tired:
        embedding.give_up(tenant_id, tired)
    for batch in [together, *([image_id] for image_id in alone)]:
        if batch:
            _embed(tenant_id, batch)
    if run_id is not None:
        _finish_if_done(tenant_id, run_id)


def _embed(tenant_id: str, image_ids: Sequence[str]) -> None:
    settings, vision = _configured(), _warm()
    with transaction(tenant_id) as session:
        subjects = embedding.read_subjects(session, tenant_id, image_ids)
    if not subjects:
        return
    with _retried(tenant_id, image_ids):
        looks, broken = embedding.look(vision, open_storage(settings.storage_url), subjects)
        entries = embedding.write(settings, vision, tenant_id, looks, broken)
    log.info("images_embedded", extra={"images": len(looks), "entries": entries, "broken": len(broken)})


@job
def follow_catalog(*, tenant_id: str) -> None:
    """Bring the gallery in step with changed prices, stock, categories, and with what went. Safe to run twice."""
    with _retried(tenant_id, ()):
        touched = publishing.follow_catalog(_configured(), tenant_id)
    log.info("catalog_followed", extra={"entries": touched})


@job
def finish_run(*, tenant_id: str, run_id: str) -> None:
    """End the run if nothing of it is open. Safe to run twice."""
    _finish_if_done(tenant_id, run_id)


@job
def build_gallery(*, tenant_id: str, build_id: str) -> None:
    """Do the next piece of a gallery that is built beside the live one, and ask for the piece after it.

    So it waits behind whatever else there is to look at, and gives way when more comes. Safe to run twice.
    """
    settings = _configured()
    with transaction(tenant_id) as session:
        build = gallery_builds.read(session, tenant_id).open_build(build_id)
    if build is None:
        return
    with _retried(tenant_id, ()):
        if build.kind == "reindex":
            ends = time.monotonic() + _SEEN_AGAIN_S
            more = Reindex(settings, _warm(), tenant_id).step(
                build_id,
                limit=_SEEN_AGAIN,
                gives_way=lambda: time.monotonic() > ends or queues.queue(queues.VISION).count > 0,
            )
        else:
            more = copying.step(settings, tenant_id, build_id)
    if more:
        enqueue_build(tenant_id)


def enqueue_build(tenant_id: str) -> bool:
    """Queue the next piece of the tenant's build; False when there is none, or it waits already."""
    with transaction(tenant_id) as session:
        build = gallery_builds.read(session, tenant_id).open_build()
    if build is None:
        return False
    return queues.enqueue(
        queues.VISION,
        "backend.ingest.jobs.build_gallery",
        job_id=build_job_id(build),
        retries=0,  # the scheduler looks after it
        tenant_id=tenant_id,
        build_id=build.id,
    )


def build_job_id(build: Build) -> str:
    return f"gallery-{build.id}-{build.step}"


def enqueue_finish(tenant_id: str, run_id: str) -> bool:
    """Ask the vision worker to end the run once it is through with the pictures queued before."""
    return _enqueue_soon("finish_run", run_id, tenant_id=tenant_id, run_id=run_id)


def enqueue_follow(tenant_id: str) -> bool:
    """Ask the vision worker to bring the gallery in step with what the outbox notes."""
    return _enqueue_soon("follow_catalog", tenant_id, tenant_id=tenant_id)


def _enqueue_soon(name: str, subject: str, **ids: Any) -> bool:
    """Queue a job that is asked for again until its work is done; at most one waits in a half minute.

    The half minute is in the id, since a failed job that Redis keeps would block its own.
    """
    job_id = f"{name}-{subject}-{int(time.time()) // 30}"
    return queues.enqueue(queues.VISION, f"backend.ingest.jobs.{name}", job_id=job_id, retries=0, **ids)


def _finish_if_done(tenant_id: str, run_id: str) -> None:
    with _retried(tenant_id, ()):
        publishing.finish_run(_configured(), tenant_id, run_id)
    # Pictures that were only now chosen wait without a batch.
    with transaction(tenant_id) as session:
        queued_at = now()
        image_ids = embedding.batch_waiting(session, tenant_id, queued_at)
    if image_ids:
        pictures.enqueue_embed(tenant_id, run_id, image_ids, queued_at)


@contextmanager
def _retried(tenant_id: str, image_ids: Sequence[str]) -> Iterator[None]:
    """Let RQ retry the job when something but the pictures failed, without counting it against them."""
    try:
        yield
    except (GalleryUnavailable, GalleryMismatch) as error:
        embedding.start_attempt(tenant_id, image_ids, by=-1)
        raise GalleryDown(error.message) from error


def _configured() -> Settings:
    if _settings is None:
        use(Settings.from_env())
    assert _settings is not None
    return _settings


def _warm() -> Vision:
    if _vision is None:
        raise ConfigError("The vision worker was not warmed up: start it with `warm_up_vision`.")
    return _vision
