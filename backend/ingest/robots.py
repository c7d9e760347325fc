"""robots.txt as it speaks to NiteruBot."""

from dataclasses import dataclass, field
from typing import Any

from backend.ingest.fetch import Fetcher

NAME = "NiteruBot"


class RobotsUnreachable(Exception):
    """The shop's robots.txt cannot be read (5xx, timeout): wait and ask again, do not crawl. `retry_after` in s."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message, self.retry_after = message, retry_after


@dataclass(frozen=True, slots=True)
class Robots:
    """What a shop allows us. `delay_s` is None where it asks for no Crawl-delay; `sitemaps` are absolute."""

    delay_s: float | None = None
    sitemaps: tuple[str, ...] = ()
    _rules: Any = field(default=None, repr=False)

    def allows(self, url: str) -> bool:
        raise NotImplementedError


def load(fetcher: Fetcher, shop_url: str) -> Robots:
    """Read the shop's robots.txt; 4xx (there is none) allows everything. Raises RobotsUnreachable."""
    raise NotImplementedError
