"""Chromium for the pages that JavaScript draws: through the egress proxy, a fresh context a page, bounded."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from backend.config import Settings


class BrowserCrashed(Exception):
    """Chromium died under this page. The next `render` starts a new one; the page may be tried again."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A drawn page. `payloads` are the JSON answers its scripts fetched; `truncated`: time or size ran out first."""

    url: str
    final_url: str
    status: int
    html: str = field(repr=False)
    payloads: tuple[Any, ...] = field(default=(), repr=False)
    truncated: bool = False


class Browser:
    """One Chromium for one tenant and one thread; use `with`. Starts at the first `render`, and anew every N pages."""

    def __init__(
        self, settings: Settings, tenant_id: str, *, timeout_s: float = 30.0, pages_per_process: int = 200
    ) -> None:
        raise NotImplementedError

    def render(self, url: str, *, unroll: bool = True) -> Rendered:
        """Draw the page and return its HTML.

        With `unroll`, a page that shows no product of its own is scrolled and its "load more" button clicked until
        no new links appear, so that endless listings show every product.
        Raises BrowserCrashed, and fetch.FetchError (timeout, connection, private_address, http_error …).
        """
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
