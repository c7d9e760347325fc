"""What a shop's platform says of all its products at once: addresses to look at, and pages that need no look.

A platform's word is a hint, never a fact of the catalog. A page is left unread only while the platform says of it what
it said when the page was last read, and that is what the page said itself.
"""

import json
import logging
import random
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.ingest import addresses
from backend.ingest.addresses import same_site
from backend.ingest.cataloging.identity import words_of
from backend.ingest.crawling import frontier
from backend.ingest.crawling.frontier import Link
from backend.ingest.crawling.visits import is_known
from backend.ingest.fetching.fetch import Fetcher, FetchError
from backend.ingest.fetching.manners import Manners
from backend.ingest.reading.platforms import PLATFORMS, Platform
from backend.ingest.records import ProductRecord
from backend.tenants.models import FrontierUrl, Product, ShopHost, new_id, now

log = logging.getLogger(__name__)
_NONE = "none"
_PROBE_AGAIN = timedelta(days=30)
_READ_ANYWAY = timedelta(days=7)
_READ_AT_RANDOM = 0.05
_MOST_PAGES = 400
_AT_ONCE = 500


def read_platform(
    fetcher: Fetcher, manners: Manners, shop_url: str, *, known: str | None, most: int
) -> tuple[str, dict[str, ProductRecord]]:
    """Return the shop's platform and its products by the fingerprint of their address; ("none", {}) where none answers.

    `known` is the platform that answered before; "none" spares asking.
    """
    for kind in PLATFORMS if known != _NONE else ():
        platform = kind(shop_url)
        if known in {None, platform.name} and (found := _walk(platform, fetcher, manners, shop_url, most)):
            log.info("platform_read", extra={"platform": platform.name, "products": len(found)})
            return platform.name, found
    return _NONE, {}


def _walk(platform: Platform, fetcher: Fetcher, manners: Manners, shop_url: str, most: int) -> dict[str, ProductRecord]:
    """Read page after page until one brings nothing new; pages are cut as platforms please."""
    found: dict[str, ProductRecord] = {}
    for number in range(1, _MOST_PAGES + 1):
        records = _read(platform, number, fetcher, manners)
        own = {addresses.fingerprint(one.url): one for one in records if same_site(one.url, shop_url)}
        if own.keys() <= found.keys() or len(found) >= most:
            break
        found |= own
    return found


def _read(platform: Platform, number: int, fetcher: Fetcher, manners: Manners) -> list[ProductRecord]:
    address = platform.page_url(number)
    try:
        if not manners.invited(address):
            return []
        body = fetcher.get(address, kind="platform", max_bytes=30_000_000).body
        return platform.read(json.loads(body)) or []
    except (FetchError, ValueError, RecursionError) as error:
        log.info("platform_silent", extra={"platform": platform.name, "page": number, "reason": str(error)[:100]})
        return []


def platform_of(session: Session, tenant_id: str, shop_url: str) -> str | None:
    """Return the platform that answered in the last month, "none" where none did; None where that is not known."""
    query = select(ShopHost.platform).where(
        ShopHost.tenant_id == tenant_id,
        ShopHost.host == urlsplit(shop_url).netloc,
        ShopHost.platform_at > now() - _PROBE_AGAIN,
    )
    return session.scalar(query)


def note_platform(session: Session, tenant_id: str, shop_url: str, name: str) -> None:
    row = {"id": new_id(), "tenant_id": tenant_id, "host": urlsplit(shop_url).netloc}
    values = {"platform": name, "platform_at": now()}
    statement = insert(ShopHost).values(**row, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "host"], set_=values))


def sow(session: Session, tenant_id: str, run_id: str, found: Mapping[str, ProductRecord]) -> int:
    """Put the platform's products into the run's frontier; return how many of their pages need no look."""
    links = [Link(record.url, 1, frontier.PRODUCT) for record in found.values()]
    spared = 0
    for number in range(0, len(links), _AT_ONCE):
        some = links[number : number + _AT_ONCE]
        frontier.add(session, tenant_id, run_id, some)
        part = {one: found[one] for one in map(addresses.fingerprint, (link.url for link in some))}
        spared += _spare(session, tenant_id, run_id, part)
    return spared


def _spare(session: Session, tenant_id: str, run_id: str, found: Mapping[str, ProductRecord]) -> int:
    """Settle the pages that say what they said, and remember what the platform says of the others."""
    rows = session.execute(
        select(FrontierUrl, Product)
        .outerjoin(Product, (Product.id == FrontierUrl.product_id) & (Product.tenant_id == tenant_id))
        .where(FrontierUrl.tenant_id == tenant_id, FrontierUrl.run_id == run_id, FrontierUrl.fingerprint.in_(found))
    )
    seen: list[str] = []
    for row, product in rows:
        hint = found[row.fingerprint].content_hash()
        if row.hint_hash == hint and product is not None and _needs_no_look(row, product, found[row.fingerprint]):
            row.state, row.reason, seen = "fetched", "unchanged", [*seen, product.id]
        row.hint_hash = hint
    session.execute(
        update(Product).where(Product.tenant_id == tenant_id, Product.id.in_(seen)).values(last_seen_at=now())
    )
    return len(seen)


def _needs_no_look(row: FrontierUrl, product: Product, record: ProductRecord) -> bool:
    """Say whether the page said the same as the platform, not long ago. A few are read all the same."""
    read = row.fetched_at is not None and now() - row.fetched_at < _READ_ANYWAY
    agreed = product.gone_at is None and is_known(row) and _agree(product, record)
    return read and agreed and random.random() >= _READ_AT_RANDOM


def _agree(product: Product, record: ProductRecord) -> bool:
    stock = record.availability is None or record.availability == product.availability
    return words_of(product.title) == words_of(record.title) and product.price == record.price and stock
