"""Where a page leads: its same-site links, and those to the next page of a listing."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from backend.ingest.addresses import canonical, has_effect, is_file, same_site

MAX_LINKS = 5_000
MAX_ALTERNATES = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,2}|x-default")
_NEXT_WORDS = re.compile(
    r"(?:next(?: page)?|older|次(?:へ|の?ページ)?|次の\d+件|weiter|suivant|siguiente|[>›»→])[\s>›»→]*", re.IGNORECASE
)
_PAGE_NAMES = ("page", "p", "paged", "pg", "pageno", "page_no")


def links_of(tree: LexborHTMLParser, url: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the page's same-site links (canonical, each once, in order) and those that lead to the next page."""
    base_node = tree.css_first("base[href]")
    base = _base(base_node, url) if base_node else url
    links: dict[str, None] = {}
    following: dict[str, None] = {}
    for node in tree.css("a[href], area[href], link[rel~='next' i][href]"):
        address = _address(node, base, url)
        if address is None or len(links) >= MAX_LINKS:
            continue
        links[address] = None
        if _is_next(node, address, url):
            following[address] = None
    return tuple(links), tuple(following)


def alternates_of(tree: LexborHTMLParser, url: str) -> dict[str, str]:
    """Return the page's copies on the same site by their language tag in lower case ("ja", "en-gb", "x-default")."""
    found: dict[str, str] = {}
    for node in tree.css("link[rel~='alternate' i][hreflang][href]")[:MAX_ALTERNATES]:
        language = (node.attributes.get("hreflang") or "").strip().lower()
        try:
            address = canonical(urljoin(url, (node.attributes.get("href") or "").strip()))
        except ValueError:
            continue
        if _LANGUAGE.fullmatch(language) and same_site(address, url):
            found.setdefault(language, address)
    return found


def _base(node: LexborNode, url: str) -> str:
    try:
        return urljoin(url, (node.attributes.get("href") or "").strip())
    except ValueError:
        return url


def _address(node: LexborNode, base: str, url: str) -> str | None:
    href = (node.attributes.get("href") or "").strip()
    if not href or href.startswith("#") or is_file(href):
        return None
    try:
        address = canonical(urljoin(base, href))
    except ValueError:
        return None  # mailto:, javascript:, file: and broken ones
    return address if same_site(address, url) and not has_effect(address) else None


def _is_next(node: LexborNode, address: str, url: str) -> bool:
    if "next" in (node.attributes.get("rel") or "").lower().split():
        return True
    words = node.text(deep=True, strip=True) if node.tag == "a" else ""
    label = words or node.attributes.get("aria-label") or node.attributes.get("title") or ""
    same_listing = urlsplit(address).path == urlsplit(url).path or "/page/" in address
    return same_listing and (
        bool(_NEXT_WORDS.fullmatch(label.strip())) or _page_number(address) == _page_number(url) + 1
    )


def _page_number(url: str) -> int:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    for name in _PAGE_NAMES:
        if (value := query.get(name, [""])[0]).isdigit():
            return int(value[:9])
    found = re.search(r"/page/(\d{1,9})/?$", parts.path)
    return int(found[1]) if found else 1
