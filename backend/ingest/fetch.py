"""One GET at a time through the egress proxy: redirects by hand, bytes and seconds bounded, failures with a code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from backend.config import Settings


class FetchError(Exception):
    """A fetch that brought nothing.

    `code` is one of: timeout, connection, tls, private_address, refused (by the egress proxy, other reasons),
    http_error, rate_limited (429 or 503 with Retry-After), redirect_loop, too_many_redirects, foreign_redirect,
    truncated, too_large, not_an_image, bad_url. `retry_after` is in seconds where the shop named it; `retryable`
    says whether asking again later may help; `status` is the HTTP status where there was one.
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
    """One answer with status 200. `content_hash` is SHA-256 of `body` (hex); header names are lower-case."""

    url: str
    final_url: str
    status: int
    content_type: str
    body: bytes = field(repr=False)
    content_hash: str
    headers: Mapping[str, str] = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text: the charset of the header, else of the page's <meta>, else UTF-8."""
        raise NotImplementedError

    @property
    def is_html(self) -> bool:
        """Whether the body is a page (by its type, or by its first bytes where no type is given)."""
        raise NotImplementedError


class Fetcher:
    """Fetches for one tenant. Its methods may be called from several threads at once; close it, or use `with`."""

    def __init__(self, settings: Settings, tenant_id: str, shop_url: str, *, timeout_s: float = 20.0) -> None:
        raise NotImplementedError

    def get(self, url: str, *, max_bytes: int = 8_000_000) -> Fetched:
        """Fetch a page of the shop, following redirects inside the shop's hosts. Raises FetchError."""
        raise NotImplementedError

    def get_image(self, url: str, *, max_bytes: int = 20_000_000) -> Fetched:
        """Fetch an image from any public host. Raises FetchError, `not_an_image` for SVG, HTML and the like."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
