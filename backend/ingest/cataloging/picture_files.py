"""One product picture: fetched, brought to its normal form, stored under its content; or the reason why not."""

import errno
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db import transaction
from backend.ingest.fetching.fetch import Fetched, Fetcher, FetchError
from backend.ingest.fetching.manners import LONGEST_HOLD_S
from backend.storage import Storage
from backend.tenants.catalog import thumbnail_key
from backend.tenants.models import ProductImage, now
from backend.vision import images

log = logging.getLogger(__name__)
SIDE, THUMB_SIDE = 1024, 320
_MOST_ATTEMPTS = 4
_SMALLEST = 32  # pixels: what is smaller is a dot or a tracker, not a picture
FRESH, _LONGEST_FRESH = timedelta(days=7), timedelta(days=365)
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a picture from the last time it was fetched."""

    content_hash: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the shop said with a picture: how to ask for it again, until when it need not be, and how large it was."""

    etag: str | None = None
    last_modified: str | None = None
    fresh_until: datetime | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture in the store: its hashes, its key there, and its size as the shop has it.

    `answered` is None when nobody was asked: another product has the picture already.
    """

    content_hash: str
    perceptual_hash: str | None
    storage_key: str
    width: int | None
    height: int | None
    answered: Answered | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A picture that is the one known before."""

    answered: Answered


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that did not come; `again_s` says in how many seconds to ask again, None never."""

    reason: str
    again_s: float | None = None


Result = Stored | Unchanged | Refused


def take(
    fetcher: Fetcher, storage: Storage, tenant_id: str, url: str, *, attempts: int = 0, known: Known | None = None
) -> Result:
    """Fetch one picture, bring it to its normal form and store it.

    Of a picture that is `known` the shop is asked whether it changed. Every failure is an answer; only a disk that is
    full raises (OSError), since no other picture would fare better.
    """
    known = known or Known()
    try:
        fetched = fetcher.get_image(url, etag=known.etag, last_modified=known.last_modified)
        answered = _answered(fetched)
        if fetched.not_modified or fetched.content_hash == known.content_hash:
            return Unchanged(answered)
        with transaction(tenant_id) as session:
            copy = stored_copy(session, tenant_id, ProductImage.content_hash == fetched.content_hash)
        stored = copy or _normalise(storage, tenant_id, fetched.body, fetched.content_hash)
        return replace(stored, answered=answered) if isinstance(stored, Stored) else stored
    except FetchError as error:
        return _refused(error, attempts)
    except images.ImageError as error:
        # A picture that is cut short may come whole the next time.
        again = error.code == "image_unreadable" and attempts == 0
        return Refused(error.code, 1.0 if again else None)
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise
        log.warning("picture_not_stored", extra={"url": url, "reason": str(error)[:200]})
        return Refused("store_failed", 2.0**attempts if attempts + 1 < _MOST_ATTEMPTS else None)


def _refused(error: FetchError, attempts: int) -> Refused:
    if error.code == "egress_down":
        return Refused(error.code, 1.0)
    again = error.retryable and attempts + 1 < _MOST_ATTEMPTS
    reason = f"http_{error.status}" if error.code == "http_error" and not error.retryable else error.code
    return Refused(reason, min(error.retry_after or 2.0**attempts, LONGEST_HOLD_S) if again else None)


def _answered(fetched: Fetched) -> Answered:
    return Answered(
        etag=fetched.headers.get("etag"),
        last_modified=fetched.headers.get("last-modified"),
        fresh_until=now() + freshness(fetched.headers),
        bytes=len(fetched.body) or None,
    )


def freshness(headers: Mapping[str, str]) -> timedelta:
    """Return how long a picture need not be asked for again: as its Cache-Control says, a week at least."""
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    said = timedelta(seconds=int(found[1])) if found else timedelta()
    return min(max(said, FRESH), _LONGEST_FRESH)


def _normalise(storage: Storage, tenant_id: str, body: bytes, content_hash: str) -> Stored | Refused:
    picture = images.decode(body, max_side=SIDE)
    if min(picture.original_width, picture.original_height) < _SMALLEST:
        return Refused("too_small")
    key = f"{tenant_id}/images/{content_hash}.jpg"
    storage.write(thumbnail_key(key), images.encode_jpeg(picture, max_side=THUMB_SIDE, quality=80))
    storage.write(key, images.encode_jpeg(picture, max_side=SIDE, quality=90))
    return Stored(content_hash, images.perceptual_hash(picture), key, picture.original_width, picture.original_height)


def stored_copy(session: Session, tenant_id: str, condition: Any) -> Stored | None:
    """Return the picture of an image row that meets the condition, if one of the tenant's does and has it stored."""
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
