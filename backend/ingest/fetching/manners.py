"""How a crawl treats each host it asks: what its robots.txt allows, the pause between two requests, its "not now".

robots.txt speaks for one host alone (RFC 9309, 2.3), so every host has its own rules, its pictures' hosts too.
"""

import logging
import threading
import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from backend.config import Settings
from backend.ingest.fetching.fetch import FetchError
from backend.ingest.fetching.robots import Robots, RobotsUnreachable
from backend.ingest.pulse import Pulse

log = logging.getLogger(__name__)
PAGES, PICTURES = "pages", "pictures"
LONGEST_HOLD_S = 3600.0
"""A host that asks us to wait longer is left alone for this run."""
_FASTER_PICTURES = 4  # they are static files in the shops that say nothing of a Crawl-delay
_MOST_OWED = 10  # turns: or a page that asks for hundreds of things would keep its shop from being read
_ROBOTS_AGAIN_S = (1.5, 4.0, 8.0, 16.0, 60.0)
NEVER = frozenset({"tls", "refused", "private_address", "bad_url"})
"""Why a robots.txt cannot be read, where asking again will not help."""


class _Host:
    """One host. `robots` is None until it was read; `refused` says why it could not be, and counts until `again_at`."""

    def __init__(self) -> None:
        self.reading, self.turns = threading.Lock(), threading.Lock()
        self.robots: Robots | None = None
        self.refused: RobotsUnreachable | None = None
        self.again_at = self.held_until = 0.0
        self.refusals = 0
        self.next_at: dict[str, float] = {}


class Manners:
    """The manners of one crawl; any thread may ask. `load` reads the robots.txt of the host of a URL.

    A host that names a Crawl-delay is asked one thing at a time, pages and pictures together; any other one has a
    turn for each of them.
    """

    def __init__(self, settings: Settings, pulse: Pulse, load: Callable[[str], Robots]) -> None:
        self._delay_s, self._pulse, self._load = settings.crawl_delay_s, pulse, load
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}

    def robots(self, url: str) -> Robots:
        """Return the rules of the URL's host. Raises RobotsUnreachable, for a while without asking again."""
        host = self._host(url)
        with host.reading:
            if host.robots is not None:
                return host.robots
            if host.refused is not None and time.monotonic() < host.again_at:
                raise host.refused
            try:
                host.robots = self._load(urljoin(url, "/"))
            except RobotsUnreachable as error:
                pause = _ROBOTS_AGAIN_S[min(host.refusals, len(_ROBOTS_AGAIN_S) - 1)]
                host.refused, host.again_at = error, time.monotonic() + (error.retry_after or pause)
                host.refusals += 1
                raise
            return host.robots

    def allows(self, url: str) -> bool:
        """Say whether the URL may be asked for. Raises FetchError where its host's robots.txt cannot be read."""
        if not urlsplit(url).netloc:
            return True  # nobody can be asked for it, which the fetch says in better words
        try:
            return self.robots(url).allows(url)
        except RobotsUnreachable as error:
            known = error.code in NEVER or error.code == "egress_down"
            raise FetchError(
                error.code if known else "robots_unreachable", error.message,
                retry_after=error.retry_after, retryable=error.code not in NEVER,
            ) from error  # fmt: skip

    def turn(self, url: str, lane: str = PAGES) -> bool:
        """Wait until the URL's host may be asked again; False when the crawl has to stop."""
        host = self._host(url)
        lane, interval = self._lane(host, lane)
        while not self._pulse.stopped:
            with host.turns:
                moment = time.monotonic()
                left = max(host.next_at.get(lane, 0.0), host.held_until) - moment
                if left <= 0:
                    host.next_at[lane] = moment + interval
                    return True
            self._pulse.wait(left)
        return False

    def owe(self, url: str, lane: str = PAGES) -> None:
        """Put off the next turn of the URL's host by one more: an open page asked it for something by itself.

        What a page asks for is not held back, as it might never be drawn then; the next pages wait for it instead.
        """
        host = self._host(url)
        lane, interval = self._lane(host, lane)
        with host.turns:
            moment, due = time.monotonic(), host.next_at.get(lane, 0.0)
            host.next_at[lane] = max(due, min(max(due, moment) + interval, moment + _MOST_OWED * interval))

    def invited(self, url: str) -> bool:
        """Say whether the URL may be asked for now: its turn came, and robots.txt allows it. Raises FetchError."""
        return self.allows(url) and self.turn(url)

    def hold(self, url: str, seconds: float) -> None:
        """Ask nothing of the URL's host for `seconds`."""
        host = self._host(url)
        with host.turns:
            host.held_until = max(host.held_until, time.monotonic() + min(seconds, LONGEST_HOLD_S))
        log.info("host_held", extra={"host": urlsplit(url).netloc, "seconds": round(seconds, 1)})

    def _lane(self, host: _Host, lane: str) -> tuple[str, float]:
        """Return the lane that counts, and the seconds between two requests on it."""
        asked = host.robots.delay_s if host.robots is not None else None
        if asked:
            return PAGES, max(asked, self._delay_s)
        return lane, self._delay_s / _FASTER_PICTURES if lane == PICTURES else self._delay_s

    def _host(self, url: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(urlsplit(url).netloc.lower(), _Host())
