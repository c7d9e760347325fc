"""One GET at a time through the egress proxy: redirects by hand, bytes and seconds bounded, failures with a code."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from urllib.parse import urljoin

import httpx
from w3lib.encoding import html_to_unicode

from backend import egress
from backend.config import Settings
from backend.ingest.addresses import same_site

MAX_REDIRECTS = 8
_EGRESS_PAUSE_S = 0.3
REFUSAL_HEADER = "x-niteru-egress"  # set by our proxy alone; it removes the header from what shops answer
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSALS = {
    "private_address": "private_address",
    "timeout": "timeout",
    "unreachable": "connection",
    "dns": "connection",
    "bad_answer": "connection",
    "not_ready": "egress_down",
    "too_many_connections": "egress_down",
}
_PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,*/*;q=0.5"}
_IMAGE = {"Accept": "image/avif,image/webp,image/png,image/jpeg,image/*;q=0.8"}


class FetchError(Exception):
    """A fetch that brought nothing.

    `code` is one of: timeout, connection, tls, private_address, refused (by the egress proxy, other reasons),
    egress_down (our own proxy does not answer or is not ready, so nothing was asked of the shop), http_error,
    rate_limited (429 or 503 with Retry-After), redirect_loop, too_many_redirects, foreign_redirect, truncated,
    too_large, not_an_image, not_a_page (a download), bad_url. `retry_after` is in seconds where the shop named it;
    `retryable` says whether asking again later may help; `status` is the HTTP status where there was one.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.status, self.retry_after, self.retryable = status, retry_after, retryable


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer with a 2xx status. `content_hash` is SHA-256 of `body` (hex); header names are lower-case."""

    url: str
    final_url: str
    status: int
    content_type: str
    body: bytes = field(repr=False)
    content_hash: str
    headers: Mapping[str, str] = field(repr=False)

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


class Fetcher:
    """Fetches for one tenant. Its methods may be called from several threads at once; close it, or use `with`."""

    def __init__(self, settings: Settings, tenant_id: str, shop_url: str, *, timeout_s: float = 20.0) -> None:
        self._client = egress.client(settings, tenant_id, timeout_s=timeout_s)
        self._shop_url = shop_url
        self._total_s = 3 * timeout_s
        self._egress_s = timeout_s

    def get(self, url: str, *, max_bytes: int = 8_000_000) -> Fetched:
        """Fetch a page of the shop, following redirects inside the shop's hosts. Raises FetchError."""
        return self._follow(url, _PAGE, max_bytes, lambda target: same_site(target, self._shop_url))

    def get_image(self, url: str, *, max_bytes: int = 20_000_000) -> Fetched:
        """Fetch an image from any public host. Raises FetchError, `not_an_image` for SVG, HTML and the like."""
        answer = self._follow(url, _IMAGE, max_bytes, lambda target: target.startswith(("http://", "https://")))
        if not _is_photo(answer.body):
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

    def _follow(self, url: str, headers: Mapping[str, str], max_bytes: int, may_go: Callable[[str], bool]) -> Fetched:
        deadline = time.monotonic() + self._total_s
        seen, target = {url}, url
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._get_patiently(url, target, headers, max_bytes, deadline)
            if isinstance(answer, Fetched):
                return answer
            target = answer
            if target in seen:
                raise FetchError("redirect_loop", f"The address redirects in a circle, by way of {target[:200]}.")
            if not may_go(target):
                raise FetchError("foreign_redirect", f"The address redirects away from the shop, to {target[:200]}.")
            seen.add(target)
        raise FetchError("too_many_redirects", f"More than {MAX_REDIRECTS} redirects, the last to {target[:200]}.")

    def _get_patiently(
        self, url: str, target: str, headers: Mapping[str, str], max_bytes: int, deadline: float
    ) -> Fetched | str:
        """Ask once our own proxy answers: it may be starting again, and a sitemap is not read a second time."""
        end = min(deadline, time.monotonic() + self._egress_s)
        while True:
            try:
                return self._get_once(url, target, headers, max_bytes, deadline)
            except FetchError as error:
                if error.code != "egress_down" or time.monotonic() > end:
                    raise
            time.sleep(_EGRESS_PAUSE_S)

    def _get_once(
        self, url: str, target: str, headers: Mapping[str, str], max_bytes: int, deadline: float
    ) -> Fetched | str:
        """Ask once. Returns the answer, or the address it redirects to. Raises FetchError."""
        try:
            with self._client.stream("GET", target, headers=dict(headers)) as response:
                location = str(response.headers.get("location", ""))
                if response.status_code in _REDIRECTS and location:
                    return urljoin(target, location).partition("#")[0]
                raise_for_answer(response.status_code, response.headers)
                body = _read(response, max_bytes, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise _explain(error) from error
        return Fetched(
            url=url,
            final_url=target,
            status=response.status_code,
            content_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
            body=body,
            content_hash=hashlib.sha256(body).hexdigest(),
            headers=dict(response.headers.items()),
        )


def _read(response: httpx.Response, max_bytes: int, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise FetchError("too_large", f"The answer is larger than {max_bytes:,} bytes.")
        if time.monotonic() > deadline:
            raise FetchError("timeout", "The answer came too slowly.", retryable=True)
    return bytes(body)


def refusal(reason: str) -> FetchError:
    """Return the error for a reason our proxy gave (its REFUSAL_HEADER)."""
    code = _REFUSALS.get(reason, "refused")
    if code == "private_address":
        return FetchError(code, "The address is not a public one, so Niteru does not fetch it.")
    if code == "egress_down":
        return FetchError(code, f"Niteru's own egress proxy is not ready ({reason}).", retryable=True)
    sentence = f"The address could not be reached ({reason.replace('_', ' ')})."
    return FetchError(code, sentence, retryable=code in {"timeout", "connection"})


def raise_for_answer(status: int, headers: Mapping[str, str]) -> None:
    """Raise FetchError for a refusal of our proxy and for every status that is not 2xx."""
    if reason := headers.get(REFUSAL_HEADER):
        raise refusal(reason)
    if 200 <= status < 300:
        return
    wait = _retry_after(headers.get("retry-after", ""))
    if status == 429 or (status == 503 and wait is not None):
        code, sentence, retryable = "rate_limited", f"The shop asks us to wait (HTTP {status}).", True
    else:
        code, sentence = "http_error", f"The shop answers HTTP {status}."
        retryable = status >= 500 or status in {408, 425}
    raise FetchError(code, sentence, status=status, retry_after=wait, retryable=retryable)


def _retry_after(value: str) -> float | None:
    if value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _explain(error: Exception) -> FetchError:
    match error:
        case httpx.ProxyError():
            return refusal(str(error).partition(" ")[2] or "refused")
        case httpx.TimeoutException():
            return FetchError("timeout", "The shop did not answer in time.", retryable=True)
        case httpx.RemoteProtocolError() | httpx.DecodingError():
            return FetchError("truncated", "The answer broke off before its end.", retryable=True)
        case httpx.ConnectError() if "certificate" in str(error).lower() or "ssl" in str(error).lower():
            return FetchError("tls", "The shop's certificate is not valid.")
        case httpx.ConnectError():  # every connection goes to our proxy, which answers for the shop's
            return FetchError("egress_down", "Niteru's own egress proxy does not answer.", retryable=True)
        case httpx.TransportError() if not isinstance(error, httpx.UnsupportedProtocol):
            return FetchError("connection", "The connection failed.", retryable=True)
        case _:
            return FetchError("bad_url", "The address is not one that can be fetched.")


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
