"""robots.txt as it speaks to NiteruBot."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from protego import Protego

from backend.ingest.fetch import Fetcher, FetchError

NAME = "NiteruBot"
MAX_BYTES = 512_000  # RFC 9309 asks crawlers to read at least 500 KiB
MAX_DELAY_S = 30.0


class RobotsUnreachable(Exception):
    """The shop's robots.txt cannot be read: wait and ask again, do not crawl.

    `code` is the FetchError's (timeout, private_address, http_error …), `retry_after` in seconds where it was named.
    """

    def __init__(self, message: str, *, code: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.retry_after = message, code, retry_after


@dataclass(frozen=True, slots=True)
class Robots:
    """What a shop allows us. `delay_s` is None where it asks for no Crawl-delay; `sitemaps` are absolute."""

    delay_s: float | None = None
    sitemaps: tuple[str, ...] = ()
    _rules: Any = field(default=None, repr=False)

    def allows(self, url: str) -> bool:
        """Say whether NiteruBot may fetch the URL."""
        return self._rules is None or bool(self._rules.can_fetch(url, NAME))


def load(fetcher: Fetcher, shop_url: str) -> Robots:
    """Read the shop's robots.txt; 4xx (there is none) allows everything. Raises RobotsUnreachable (RFC 9309, 2.3.1)."""
    address = urljoin(shop_url, "/robots.txt")
    try:
        answer = fetcher.get(address, max_bytes=MAX_BYTES)
    except FetchError as error:
        if error.code == "http_error" and error.status is not None and 400 <= error.status < 500:
            return Robots()
        sentence = f"The shop's robots.txt cannot be read: {error.message}"
        raise RobotsUnreachable(sentence, code=error.code, retry_after=error.retry_after) from error
    return parse(answer.text, answer.final_url)


def parse(text: str, address: str) -> Robots:
    """Read the text of a robots.txt that stands at `address`."""
    rules = Protego.parse(text)
    delay = rules.crawl_delay(NAME)
    return Robots(
        delay_s=None if delay is None else min(float(delay), MAX_DELAY_S),
        sitemaps=tuple(dict.fromkeys(urljoin(address, sitemap) for sitemap in rules.sitemaps)),
        _rules=rules,
    )
