"""robots.txt as it speaks to NiteruBot."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from protego import Protego

from backend.ingest.fetching.fetch import Fetcher, FetchError

NAME = "NiteruBot"
MAX_BYTES = 512_000  # RFC 9309 (2.5) asks crawlers to read at least the first 500 KiB
_LARGEST = 8_000_000
MAX_DELAY_S = 30.0


class RobotsUnreachable(Exception):
    """The robots.txt of a host cannot be read: wait and ask again, do not crawl.

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


def load(fetcher: Fetcher, url: str) -> Robots:
    """Read the robots.txt of the URL's host; 4xx (there is none) allows everything (RFC 9309, 2.3.1).

    Raises RobotsUnreachable. Of a file that is too long its first part counts.
    """
    address = urljoin(url, "/robots.txt")
    try:
        answer = fetcher.get(address, kind="robots", anywhere=True, max_bytes=_LARGEST)
    except FetchError as error:
        if error.code == "http_error" and error.status is not None and 400 <= error.status < 500:
            return Robots()
        sentence = f"Its robots.txt cannot be read: {error.message}"
        raise RobotsUnreachable(sentence, code=error.code, retry_after=error.retry_after) from error
    text = answer.text
    return parse(text if len(text) <= MAX_BYTES else text[: text.rfind("\n", 0, MAX_BYTES) + 1], answer.final_url)


def parse(text: str, address: str) -> Robots:
    """Read the text of a robots.txt that stands at `address`."""
    rules = Protego.parse(text)
    delay = rules.crawl_delay(NAME)
    return Robots(
        delay_s=None if delay is None else min(float(delay), MAX_DELAY_S),
        sitemaps=tuple(dict.fromkeys(urljoin(address, sitemap) for sitemap in rules.sitemaps)),
        _rules=rules,
    )
