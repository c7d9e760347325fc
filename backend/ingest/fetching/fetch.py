"""One GET at a time through the egress proxy: redirects by hand, bytes and seconds bounded, failures with a code."""

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urljoin

import httpx
from w3lib.encoding import html_to_unicode

from backend import egress
from backend.config import Settings
from backend.ingest.addresses import same_site
from backend.ingest.fetching.errors import REFUSAL_HEADER, FetchError, explain, raise_for_answer

__all__ = ["FetchError", "Fetched", "Fetcher"]

MAX_REDIRECTS = 8
_EGRESS_PAUSE_S = 0.3
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_NOT_MODIFIED = 304
_ALWAYS_ALLOWED = frozenset({"robots", "feed"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,*/*;q=0.5"}
_IMAGE = {"Accept": "image/avif,image/webp,image/png,image/jpeg,image/*;q=0.8"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer with a 2xx status, or with 304 to who knows the page already (`not_modified`, without a body).

    `content_hash` is SHA-256 of `body` (hex); header names are lower-case.
    """

    url: str
    final_url: str
    status: int
    content_type: str
    body: bytes = field(repr=False)
    content_hash: str
    headers: Mapping[str, str] = field(repr=False)

    @property
    def not_modified(self) -> bool:
        """Whether the shop says that the page is the one of the `etag` or `last_modified` that was named."""
        return self.status == _NOT_MODIFIED

    @property
    def etag(self) -> str | None:
        """What to name when asking again, where the shop sends it."""
        return self.headers.get("etag")

    @property
    def last_modified(self) -> str | None:
        """What to name when asking again, where the shop sends it."""
        return self.headers.get("last-modified")

    @property
    def text(self) -> str:
        """The body as text: the charset of its mark, header or <meta>, else the first that fits of the usual ones."""
        header = self.headers.get("content-type", "")
        _, text = html_to_unicode(header, self.body, auto_detect_fun=_guess_charset)
        return str(text)

    @property
    def is_html(self) -> bool:
        """Whether the body is a page (by its type, or by its first bytes where the type says nothing)."""
        if self.content_type in {"", "text/plain", "application/octet-stream"}:
            start = self.body[:1000].lstrip().lower()
            return start.startswith((b"<!doctype html", b"<html"))
        return self.content_type in {"text/html", "application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for: a kind of document, with these headers, from where `may_go` says."""

    kind: str
    headers: Mapping[str, str]
    max_bytes: int
    may_go: Callable[[str], bool]


class Fetcher:
    """Fetches for one tenant. Its methods may be called from several threads at once; close it, or use `with`.

    Every address and every one it redirects to is asked of `allows` first (but for robots.txt itself and the seller's
    own feed), and every answer of a shop is told to `note`: its kind, the bytes that came, its status (0 for none).
    Cookies live as long as one fetch, so that no page changes the language or currency of the next ones.
    """

    def __init__(
        self,
        settings: Settings,
        tenant_id: str,
        shop_url: str,
        *,
        locale: str = "ja",
        allows: Callable[[str], bool] = lambda _url: True,
        note: Callable[[str, int, int], None] = lambda _kind, _bytes, _status: None,
        timeout_s: float = 20.0,
    ) -> None:
        self._client = egress.client(settings, tenant_id, timeout_s=timeout_s)
        self._client.headers["Accept-Language"] = locale
        self._shop_url, self._allows, self._note = shop_url, allows, note
        self._total_s = 3 * timeout_s
        self._egress_s = timeout_s

    def get(
        self,
        url: str,
        *,
        kind: str = "page",
        anywhere: bool = False,
        max_bytes: int = 8_000_000,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Fetched:
        """Fetch a document of the shop, following redirects inside the shop's hosts (or `anywhere`).

        With the `etag` or `last_modified` of an earlier answer, the shop may say that nothing changed
        (`Fetched.not_modified`). Raises FetchError.
        """
        headers = _PAGE | _conditions(etag, last_modified)
        inside = _is_web if anywhere else self._is_of_shop
        return self._follow(url, _Wish(kind, headers, max_bytes, inside))

    def get_image(
        self, url: str, *, max_bytes: int = 20_000_000, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """Fetch an image from any public host. Raises FetchError, `not_an_image` for SVG, HTML and the like."""
        headers = _IMAGE | _conditions(etag, last_modified)
        answer = self._follow(url, _Wish("image", headers, max_bytes, _is_web))
        if not answer.not_modified and not _is_photo(answer.body):
            raise FetchError("not_an_image", f"The address answers {answer.content_type or 'something'}, not a photo.")
        return answer

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _is_of_shop(self, url: str) -> bool:
        return same_site(url, self._shop_url)

    def _follow(self, url: str, wish: _Wish) -> Fetched:
        deadline = time.monotonic() + self._total_s
        cookies, target = httpx.Cookies(), url
        seen: set[tuple[str, str]] = set()
        for _ in range(MAX_REDIRECTS + 1):
            # A shop may set a cookie and send us to the same address again, to see whether the cookie comes.
            state = (target, ";".join(f"{cookie.name}={cookie.value}" for cookie in cookies.jar))
            if state in seen:
                raise FetchError("redirect_loop", f"The address redirects in a circle, by way of {target[:200]}.")
            if wish.kind not in _ALWAYS_ALLOWED and not self._allows(target):
                raise FetchError("disallowed", f"The shop's robots.txt disallows {target[:200]}.")
            answer = self._get_patiently(url, target, wish, cookies, deadline)
            if isinstance(answer, Fetched):
                return answer
            if not wish.may_go(answer):
                raise FetchError("foreign_redirect", f"The address redirects away from the shop, to {answer[:200]}.")
            seen.add(state)
            target = answer
        raise FetchError("too_many_redirects", f"More than {MAX_REDIRECTS} redirects, the last to {target[:200]}.")

    def _get_patiently(
        self, url: str, target: str, wish: _Wish, cookies: httpx.Cookies, deadline: float
    ) -> Fetched | str:
        """Ask once our own proxy answers: it may be starting again, and a sitemap is not read a second time."""
        end = min(deadline, time.monotonic() + self._egress_s)
        while True:
            try:
                return self._get_once(url, target, wish, cookies, deadline)
            except FetchError as error:
                if error.code != "egress_down" or time.monotonic() > end:
                    raise
            time.sleep(_EGRESS_PAUSE_S)

    def _get_once(self, url: str, target: str, wish: _Wish, cookies: httpx.Cookies, deadline: float) -> Fetched | str:
        """Ask once. Returns the answer, or the address it redirects to. Raises FetchError."""
        try:
            request = self._client.build_request("GET", target, headers=dict(wish.headers))
            cookies.set_cookie_header(request)
            with closing(self._client.send(request, stream=True)) as response:
                cookies.extract_cookies(response)
                try:
                    answer = _judge(response, url, target, wish, deadline)
                finally:
                    if REFUSAL_HEADER not in response.headers:
                        self._note(wish.kind, response.num_bytes_downloaded, response.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise explain(error) from error
        return answer


def _judge(response: httpx.Response, url: str, target: str, wish: _Wish, deadline: float) -> Fetched | str:
    """Return the answer with its body, or the address it redirects to. Raises FetchError."""
    location = str(response.headers.get("location", ""))
    if response.status_code in _REDIRECTS and location:
        return urljoin(target, location).partition("#")[0]
    unchanged = response.status_code == _NOT_MODIFIED and not wish.headers.keys().isdisjoint(_CONDITIONS)
    if not unchanged:
        raise_for_answer(response.status_code, response.headers)
    body = _read(response, wish.max_bytes, deadline)
    return Fetched(
        url=url,
        final_url=target,
        status=response.status_code,
        content_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
        body=body,
        content_hash=hashlib.sha256(body).hexdigest(),
        headers=dict(response.headers.items()),
    )


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    known = zip(_CONDITIONS, (etag, last_modified), strict=True)
    return {name: value for name, value in known if value and value.isascii() and value.isprintable()}


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _read(response: httpx.Response, max_bytes: int, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise FetchError("too_large", f"The answer is larger than {max_bytes:,} bytes.")
        if time.monotonic() > deadline:
            raise FetchError("timeout", "The answer came too slowly.", retryable=True)
    return bytes(body)


def _guess_charset(body: bytes) -> str:
    """Return the charset that fits; of two Japanese ones the one that does not read as half-width katakana."""
    found: list[tuple[int, str]] = []
    for charset in ("utf-8", "cp932", "euc_jp"):
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            continue
        if charset == "utf-8":
            return charset
        found.append((sum("\uff61" <= letter <= "\uff9f" for letter in text), charset))
    return min(found)[1] if found else "cp1252"


def _is_photo(body: bytes) -> bool:
    """Judge by the first bytes: shops send photos as octet-stream and error pages as image/jpeg."""
    if body.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")):
        return True
    return (body[:4] == b"RIFF" and body[8:12] == b"WEBP") or (
        body[4:8] == b"ftyp" and body[8:12] in {b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"}
    )
