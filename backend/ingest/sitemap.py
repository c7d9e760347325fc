"""Sitemaps: plain, gzipped, index, with a wrong type, or no sitemap at all behind a cheerful 200."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from backend.ingest.fetch import Fetcher


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One page a sitemap names; `last_modified` where it says so (aware UTC)."""

    url: str
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """All pages found, each once, and what went wrong on the way (sitemap address → reason)."""

    entries: tuple[SitemapEntry, ...]
    problems: dict[str, str]


def read(
    fetcher: Fetcher,
    starts: Iterable[str],
    *,
    shop_url: str,
    allows: Callable[[str], bool] = lambda _: True,
    max_entries: int = 50_000,
    max_files: int = 200,
) -> Sitemap:
    """Read the sitemaps that robots.txt named (`starts`), or the usual addresses where it named none.

    Only the shop's own pages are kept. Never raises for a bad sitemap: that is a problem in the answer.
    """
    raise NotImplementedError
