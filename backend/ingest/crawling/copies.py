"""Copies of a product's page in other languages: the page itself was read, so nobody need be asked for them.

What a copy is, its product's page said (hreflang) and the catalog keeps; here only those are left out whose address
differs by a language alone. Once the page is gone, they are looked at (frontier.look_at_copies).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from backend.ingest import addresses
from backend.ingest.crawling import frontier
from backend.ingest.crawling.frontier import LANGUAGE_COPY
from backend.tenants.models import FrontierUrl, Product, ProductUrl, now

_SOON = timedelta(seconds=2)


def sort_out(session: Session, tenant_id: str, run_id: str, rows: Sequence[FrontierUrl]) -> list[FrontierUrl]:
    """Return the rows that are to be asked for; copies of pages of this run that were read are left out.

    A copy whose page still waits is put back, to come after it.
    """
    left_out: set[str] = set()
    for row, product_id, main in _copies(session, tenant_id, run_id, rows):
        if main.looks or main.state not in {"fetched", "queued", "leased"}:
            continue  # the page may be gone, so that the copy counts
        left_out.add(row.id)
        if main.state == "fetched":
            frontier.settle(session, tenant_id, row.id, "skipped", reason=LANGUAGE_COPY, product_id=product_id)
        else:
            frontier.settle(session, tenant_id, row.id, "queued", priority=frontier.OTHER, due_at=_after(main.due_at))
    return [row for row in rows if row.id not in left_out]


def _after(due_at: datetime | None) -> datetime:
    return max(due_at or now(), now()) + _SOON


def _copies(
    session: Session, tenant_id: str, run_id: str, rows: Sequence[FrontierUrl]
) -> list[tuple[FrontierUrl, str, FrontierUrl]]:
    """Return those of the rows that are copies, with their product's id and the row of its page in this run."""
    by_fingerprint = {row.fingerprint: row for row in rows}
    main = aliased(FrontierUrl)
    query = (
        select(ProductUrl.fingerprint, Product.id, main)
        .join(Product, (Product.tenant_id == tenant_id) & (Product.id == ProductUrl.product_id))
        .join(main, (main.tenant_id == tenant_id) & (main.fingerprint == Product.fingerprint))
        .where(
            ProductUrl.tenant_id == tenant_id,
            ProductUrl.fingerprint.in_(by_fingerprint),
            Product.gone_at.is_(None),
            Product.fingerprint != ProductUrl.fingerprint,
            main.run_id == run_id,
        )
    )
    found = (
        (by_fingerprint[fingerprint], product_id, page) for fingerprint, product_id, page in session.execute(query)
    )
    return [one for one in found if addresses.differ_by_language(one[0].url, one[2].url)]
