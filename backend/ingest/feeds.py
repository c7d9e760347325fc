"""Where a shop's catalog comes from: its pages, the seller's product feed, or both; the feed by address or by file."""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.db import transaction
from backend.errors import DomainError
from backend.ingest.addresses import same_site
from backend.ingest.reading.feeds import FeedProblem, read_feed
from backend.ingest.records import ProductRecord
from backend.storage import Storage
from backend.tenants import accounts
from backend.tenants.models import Feed, new_id

CRAWL, FEED, BOTH = "crawl", "feed", "both"
SOURCES = (CRAWL, FEED, BOTH)
"""`source` of the tenant's settings: the pages alone, the feed alone, or the pages with the feed beside them."""
MAX_UPLOAD_BYTES = 30_000_000
_LONGEST_ADDRESS = 2000
_LOOKED_AT = 500  # rows: more would keep the seller waiting, and the crawl says what is wrong with the rest
_PIECE = 65_536


class BadSource(DomainError):
    """No such source, or a feed's address that is none."""

    code = "bad_source"


class NoFeed(DomainError):
    """A feed is to be read, and there is none yet."""

    code = "no_feed"


class BadFeed(DomainError):
    """An uploaded file that holds no product of the shop. `problem` is a code of FeedProblem, or no_products."""

    code = "bad_feed"

    def __init__(self, problem: str) -> None:
        super().__init__(f"The file holds no product of this shop ({problem}).")
        self.problem = problem


def choose(session: Session, tenant_id: str, *, source: str | None = None, feed_url: str | None = None) -> None:
    """Keep where the shop's catalog comes from from now on; None leaves, an empty `feed_url` forgets.

    Raises BadSource, NoFeed.
    """
    if source is not None and source not in SOURCES:
        raise BadSource(f"The source must be one of {', '.join(SOURCES)}.")
    if feed_url and not _is_address(feed_url):
        raise BadSource("The feed's address must begin with http:// or https://.")
    tenant = accounts.get_tenant(session, tenant_id)
    chosen = {name: value for name, value in (("source", source), ("feed_url", feed_url)) if value is not None}
    settings = {**tenant.settings, **chosen}
    needed = settings.get("source", CRAWL) != CRAWL
    if needed and not settings.get("feed_url") and current(session, tenant_id, None) is None:
        raise NoFeed("Name the feed's address too.")
    accounts.change_settings(session, tenant_id, chosen)


def current(session: Session, tenant_id: str, feed_url: str | None) -> Feed | None:
    """Return the feed that counts: the one at `feed_url` if that is set, else the newest upload; None without one."""
    own = select(Feed).where(Feed.tenant_id == tenant_id)
    if feed_url:
        return session.scalar(own.where(Feed.url == feed_url))
    return session.scalar(own.where(Feed.storage_key.is_not(None)).order_by(Feed.created_at.desc()).limit(1))


def keep_upload(tenant_id: str, storage: Storage, data: bytes) -> None:
    """Keep an uploaded feed in place of an address and of earlier uploads. Raises BadFeed."""
    with transaction(tenant_id) as session:
        _check(data, accounts.get_tenant(session, tenant_id).shop_url)
    feed_id = new_id()
    key = f"{tenant_id}/feeds/{feed_id}/feed"
    storage.write(key, data)
    with transaction(tenant_id) as session:
        earlier = (Feed.tenant_id == tenant_id) & Feed.storage_key.is_not(None)
        old = [feed.storage_key or "" for feed in session.scalars(select(Feed).where(earlier))]
        session.execute(delete(Feed).where(earlier))
        session.add(Feed(id=feed_id, tenant_id=tenant_id, storage_key=key))
        accounts.change_settings(session, tenant_id, {"feed_url": ""})
    for each in old:  # only now: had the commit failed, they would still be needed
        storage.delete_all(each.rpartition("/")[0])


def pieces(data: bytes) -> Iterator[bytes]:
    """Yield the file in the pieces that read_feed takes."""
    return (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))


def _check(data: bytes, shop_url: str) -> None:
    """Raise BadFeed where the file's first rows hold no product of the shop, with what is wrong with them."""
    problem = "no_products"
    for one in islice(read_feed(pieces(data)), _LOOKED_AT):
        if isinstance(one, ProductRecord):
            if same_site(one.url, shop_url):
                return
            problem = "foreign_link"
        elif isinstance(one, FeedProblem) and problem == "no_products":
            problem = one.code
    raise BadFeed(problem)


def _is_address(url: str) -> bool:
    try:
        return len(url) <= _LONGEST_ADDRESS and url.startswith(("http://", "https://")) and bool(urlsplit(url).hostname)
    except ValueError:
        return False
