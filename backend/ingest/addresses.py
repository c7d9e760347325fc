"""Addresses as identity: one product has one canonical URL, whatever campaign or session a link carries."""

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, url_query_cleaner

# Parameters that name a campaign, a click or a session, never another page.
_NOISE = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|_(?:ga|gl|gid|pos|psq|ss|sid|fid|hsenc|hsmi|kx)|gclid|gclsrc|gbraid|wbraid|dclid|fbclid"
    r"|msclkid|yclid|ttclid|twclid|igshid|li_fat_id|mc_[ce]id|s_kwcid|ref|referrer|ref_src|srsltid|epik|irclickid"
    r"|phpsessid|jsessionid|aspsessionid\w*|sessionid|session_id|sid|zenid|oscsid|cfid|cftoken|sscid|cjevent",
    re.IGNORECASE,
)
# What a shop does when such an address is asked for: it fills a cart, a list, or ends a session.
_EFFECT_NAME = re.compile(
    r"add[-_]?to[-_]?(?:cart|basket|bag|wish-?list|compare|order)|(?:remove|undo|delete)[-_]?(?:item|from[-_]?\w+)"
    r"|(?:wc-ajax|quick[-_]?buy|buy[-_]?now|empty[-_]?cart|log-?out|sign-?out)",
    re.IGNORECASE,
)
_EFFECT_VALUE = re.compile(
    r"(?:add|remove|delete|buy|order|purchase|log|sign)[-_]?(?:to[-_]?)?(?:cart|basket|bag|item|product|wish-?list"
    r"|compare|now|out|off)?|checkout|unsubscribe|subscribe",
    re.IGNORECASE,
)
_EFFECT_KEYS = frozenset({"action", "act", "do", "task", "cmd", "mode", "route", "op"})
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|mjs|json|xml|txt|pdf|zip|gz|mp4|webm|mov|mp3|woff2?|ttf|eot|csv|xlsx?|docx?)$",
    re.IGNORECASE,
)
_EFFECT_PATH = re.compile(
    r"/(?:add[-_]?to[-_]?\w+|cart|shopping[-_]?(?:cart|bag|basket)|checkouts?|wish-?lists?|log-?out|sign-?out"
    r"|log-?off|product_compare|compare/add|unsubscribe|カート)(?:[/.:]|$)"
    # Alone at the root, for a French shop's /collections/basket are its sneakers.
    r"|^(?:/[a-z]{2}(?:[-_][a-z]{2})?)?/basket(?:/?$|/(?:add|update|remove|delete)\b|\.)",
    re.IGNORECASE,
)
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_LANGUAGE_PATH = re.compile(r"^/[a-z]{2}(?:[-_][a-z]{2,4})?/", re.IGNORECASE)
_LANGUAGE_NAMES = frozenset({"lang", "language", "locale", "hl"})
_DEFAULT_PORT = {"http": 80, "https": 443}
# A segment after one of these names one thing, even when it is a short plain word.
_CONTAINERS = frozenset(
    [
        "product",
        "products",
        "item",
        "items",
        "goods",
        "p",
        "dp",
        "shop",
        "detail",
        "details",
        "pd",
        "sku",
        "collections",
        "collection",
        "category",
        "categories",
        "c",
        "blog",
        "blogs",
        "news",
        "article",
        "articles",
        "pages",
        "tag",
        "tags",
        "brand",
        "brands",
    ]
)


@lru_cache(maxsize=8192)  # a page names most of its addresses several times, and a shop's pages the same ones
def canonical(url: str) -> str:
    """Return the URL without fragment, credentials, default port, campaign and session parameters; query sorted.

    The scheme stays, so the result can be fetched. Raises ValueError when it is not an http(s) address with a host.
    """
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), _ascii_host(parts.hostname or "")
    if scheme not in _DEFAULT_PORT or not host:
        raise ValueError(f"not a web address: {url[:200]!r}")
    port = parts.port
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORT[scheme]:
        netloc += f":{port}"
    path = _PATH_SESSION.sub("", parts.path) or "/"
    bare = urlunsplit((scheme, netloc, path, parts.query, ""))
    noise = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _NOISE.fullmatch(name)}
    if noise:
        bare = url_query_cleaner(bare, sorted(noise), remove=True, unique=False)
    return str(canonicalize_url(bare, keep_blank_values=True))


@lru_cache(maxsize=8192)
def fingerprint(url: str) -> str:
    """Return the identity of a URL inside one shop (64 hex digits): canonical, without scheme, www. and last slash."""
    parts = urlsplit(canonical(url))
    identity = f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"
    return hashlib.sha256(identity.encode()).hexdigest()


def pattern(url: str) -> str:
    """Return the kind of page a URL names: ids and slugs as `*`, query parameters by name.

    >>> pattern("https://shop.example/products/red-dress-12?color=red")
    '/products/*?color'
    """
    parts = urlsplit(canonical(url))
    segments: list[str] = []
    for segment in unquote(parts.path).strip("/").split("/"):
        names_one = bool(segments) and segments[-1].lower() in _CONTAINERS
        segments.append("*" if names_one or _is_slug(segment) else segment)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/" + "/".join(segments) + (f"?{'&'.join(names)}" if names else "")


def is_file(url: str) -> bool:
    """Say whether the URL's path (relative or whole) names a file that is no page: a picture, a script, a download."""
    return _FILE.search(url.partition("#")[0].partition("?")[0]) is not None


def has_effect(url: str) -> bool:
    """Say whether asking for the URL may change something: fill a cart or a list, end a session, unsubscribe."""
    parts = urlsplit(url)
    if _EFFECT_PATH.search(unquote(parts.path)):
        return True
    return any(
        _EFFECT_NAME.fullmatch(name)
        or (name.lower() in _EFFECT_KEYS and (_EFFECT_VALUE.fullmatch(value) or _EFFECT_PATH.search("/" + value)))
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )


def same_site(url: str, shop_url: str) -> bool:
    """Say whether the URL belongs to the shop: http(s), its host or one below it (www. aside), the same port."""
    try:
        theirs, ours = urlsplit(canonical(url)), urlsplit(canonical(shop_url))
    except ValueError:
        return False
    host, shop = (str(parts.hostname).removeprefix("www.") for parts in (theirs, ours))
    below = not _is_address(shop) and host.endswith("." + shop)
    return theirs.port == ours.port and (host == shop or below)


def differ_by_language(url: str, other: str) -> bool:
    """Say whether two different addresses are the same but for the language that begins the path, or a parameter names.

    >>> differ_by_language("https://shop.example/products/a", "https://shop.example/en-us/products/a")
    True
    """
    return canonical(url) != canonical(other) and _without_language(url) == _without_language(other)


def _without_language(url: str) -> tuple[str, str, list[tuple[str, str]]]:
    parts = urlsplit(canonical(url))
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0].lower() not in _LANGUAGE_NAMES]
    return parts.netloc.removeprefix("www."), _LANGUAGE_PATH.sub("/", parts.path).rstrip("/"), query


def _is_slug(segment: str) -> bool:
    plain = segment.isascii() and re.fullmatch(r"[A-Za-z_]+(?:-[A-Za-z_]+)?(?:\.[a-z]{2,5})?", segment)
    return not plain if segment else False


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host.lower().rstrip(".")
    try:
        return host.encode("idna").decode().lower().rstrip(".")
    except UnicodeError:
        raise ValueError(f"not a host name: {host[:100]!r}") from None
