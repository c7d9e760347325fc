"""Sitemaps: plain, gzipped, index, with a wrong type, or no sitemap at all behind a cheerful 200."""

import html
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from backend.ingest.addresses import canonical, same_site
from backend.ingest.fetching.fetch import Fetcher, FetchError

USUAL = ("/sitemap.xml", "/sitemap_index.xml")
MAX_DEPTH = 3
MAX_BYTES = 50_000_000  # the sitemap protocol's own bound, compressed or not

# Read by pattern, not by an XML parser: real sitemaps are cut off, wrongly encoded or lack a namespace.
_BLOCK = re.compile(r"<(?:\w+:)?(?:url|sitemap)\b[^<>]*>", re.IGNORECASE)
_LOC = re.compile(r"<(?!image:|video:|news:)(?:\w+:)?loc\b[^<>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]+)", re.IGNORECASE)
_LASTMOD = re.compile(r"<(?:\w+:)?lastmod\b[^<>]*>\s*([^<]+)", re.IGNORECASE)
_LINE = re.compile(r"https?://\S+")
_LONGEST_ENTRY = 200_000  # a page may name a thousand pictures
_INDEX = re.compile(r"<(?:\w+:)?sitemapindex\b", re.IGNORECASE)
_URLSET = re.compile(r"<(?:\w+:)?urlset\b", re.IGNORECASE)


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


class NotASitemap(Exception):
    """The address answers something else: most often a web page that says "not found" with status 200."""


class _Found:
    """What the sitemaps read so far named: pages, each once and up to a bound, further sitemaps, and problems."""

    def __init__(self, max_pages: int, sitemaps: set[str]) -> None:
        self.pages: dict[str, SitemapEntry] = {}
        self.problems: dict[str, str] = {}
        self._max_pages, self._sitemaps = max_pages, sitemaps

    def further(self, entries: Iterable[SitemapEntry]) -> Iterator[str]:
        """Yield the sitemaps of an index that no other one named."""
        for entry in entries:
            if entry.url not in self._sitemaps:
                self._sitemaps.add(entry.url)
                yield entry.url

    def keep(self, entries: Iterable[SitemapEntry], address: str) -> None:
        """Keep a sitemap's pages; what follows the bound is not even read."""
        for entry in entries:
            if len(self.pages) < self._max_pages:
                self.pages.setdefault(entry.url, entry)
            elif entry.url not in self.pages:
                self.problems[address] = "too_many_entries"
                return


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

    Only the shop's own pages are kept. Never raises for a bad sitemap: that is a problem in the answer. Problems are
    FetchError's codes, and not_a_sitemap, disallowed, too_deep, too_many_files, too_many_entries.
    """
    named = list(starts)
    waiting = deque((start, 0) for start in named or [urljoin(shop_url, path) for path in USUAL])
    found = _Found(max_entries, {start for start, _ in waiting})
    files = 0
    while waiting:
        address, depth = waiting.popleft()
        if problem := _why_not(address, depth, files, max_files, allows):
            found.problems[address] = problem
            continue
        files += 1
        try:
            entries, is_index = _parse(fetcher.get(address, kind="sitemap", max_bytes=MAX_BYTES).body)
        except FetchError as error:
            if named or error.status not in {404, 410}:
                found.problems[address] = error.code
        except NotASitemap:
            found.problems[address] = "not_a_sitemap"
        else:
            own = _own(entries, address, shop_url)
            if is_index:
                waiting.extend((url, depth + 1) for url in found.further(own))
            else:
                found.keep(own, address)
    return Sitemap(tuple(found.pages.values()), found.problems)


def parse(body: bytes) -> tuple[list[SitemapEntry], bool]:
    """Return a sitemap's entries and whether they are sitemaps themselves. Raises NotASitemap."""
    entries, is_index = _parse(body)
    return list(entries), is_index


def _parse(body: bytes) -> tuple[Iterator[SitemapEntry], bool]:
    """Read on demand: a list of a million pages is not held where the first 20,000 are wanted."""
    text = _unzip(body).decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    is_index = bool(_INDEX.search(text, 0, 5_000))
    if is_index or _URLSET.search(text, 0, 5_000):
        return _entries(text), is_index
    if all(line.startswith(("http://", "https://")) for line in text[:5_000].split()[:20]) and text:
        return (SitemapEntry(line[0]) for line in _LINE.finditer(text)), False
    raise NotASitemap


def _entries(text: str) -> Iterator[SitemapEntry]:
    start: int | None = None
    for block in _BLOCK.finditer(text):
        if start is not None and (entry := _entry(text[start : min(block.start(), start + _LONGEST_ENTRY)])):
            yield entry
        start = block.end()
    if start is not None and (entry := _entry(text[start : start + _LONGEST_ENTRY])):
        yield entry


def _why_not(address: str, depth: int, files: int, max_files: int, allows: Callable[[str], bool]) -> str:
    if depth > MAX_DEPTH:
        return "too_deep"
    if files >= max_files:
        return "too_many_files"
    return "" if allows(address) else "disallowed"


def _own(found: Iterable[SitemapEntry], address: str, shop_url: str) -> Iterable[SitemapEntry]:
    for entry in found:
        try:
            url = canonical(urljoin(address, entry.url))
        except ValueError:
            continue  # "http://[::1/": no address
        if same_site(url, shop_url):
            yield SitemapEntry(url, entry.last_modified)


def _entry(block: str) -> SitemapEntry | None:
    loc, modified = _LOC.search(block), _LASTMOD.search(block)
    if not loc:
        return None
    return SitemapEntry(html.unescape(loc[1]).strip(), _moment(modified[1].strip()) if modified else None)


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # the year 1 in Tokyo, as some shops write "never", is the year 0 in UTC


def _unzip(body: bytes) -> bytes:
    """Unpack gzip by its first bytes, whatever the address or type says; a bomb ends at MAX_BYTES."""
    unpacked = b""
    while body.startswith(b"\x1f\x8b") and len(unpacked) < MAX_BYTES:
        unzip = zlib.decompressobj(wbits=31)
        try:
            unpacked += unzip.decompress(body, MAX_BYTES - len(unpacked))
        except zlib.error:
            if unpacked:
                break  # what was packed before the break is good
            raise NotASitemap from None
        body = unzip.unused_data  # files are packed in several pieces too
    return unpacked or body
