"""One page in, its product and links out. Pure: no network, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.ingest.records import ProductRecord


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    `record` is None when the page is not one product's; `reason` then says why: not_a_product, listing,
    no_content (an empty shell: it wants the browser), and is "" otherwise.
    `links` are the same-site addresses (canonical, each once, in order), `next_links` those among them that lead to
    the listing's next page, `canonical` the page's own <link rel=canonical> (absolute, same site) or None.
    """

    record: ProductRecord | None
    links: tuple[str, ...]
    next_links: tuple[str, ...]
    canonical: str | None
    language: str | None
    is_listing: bool
    reason: str


def extract(html: str, url: str, *, payloads: Sequence[Any] = ()) -> Page:
    """Read one page. `url` is its final address; `payloads` the JSON answers captured while it was rendered.

    Sources in order: JSON-LD, microdata, OpenGraph, payloads, the visible page; merged field by field. Never raises
    for broken HTML or broken structured data.
    """
    raise NotImplementedError
