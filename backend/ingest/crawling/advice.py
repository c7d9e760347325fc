"""When a crawl cannot go on, and what the seller can do then."""

from collections import Counter, deque

DOWN = frozenset({"timeout", "connection", "tls", "refused", "private_address"})
"""Reasons that speak of the whole shop, not of one page."""
_REFUSING = frozenset({"http_401", "http_403", "http_451", "rate_limited", "bot_check", "password_page"})
_DEAD_AFTER, _REFUSED_AFTER = 12, 24  # answers in a row
_LOOKED_AT, _MOST_REFUSALS = 60, 42
_ADVICE = {
    "robots_unreachable": "The shop's robots.txt could not be read, so Niteru does not know what it may visit. "
    "Check that the shop is up, and start the crawl again.",
    "disallowed": "The shop's robots.txt does not let NiteruBot in. Allow it there, or give Niteru a product feed.",
    "robots": "The shop's robots.txt does not let NiteruBot in. Allow it there, or give Niteru a product feed.",
    "private_address": "The shop's address is not on the public internet. Ask Niteru's operator to allow it "
    "(tenants create --allow-host HOST:PORT).",
    "refused": "The shop's address could not be reached from here. Check it in a browser.",
    "timeout": "The shop did not answer in time. Check that it is up, and start the crawl again.",
    "connection": "No connection to the shop was possible. Check the address, and that the shop is up.",
    "tls": "The shop's certificate is not valid, so its pages cannot be trusted. Renew it, and start the crawl again.",
    "http_403": "The shop refuses NiteruBot (HTTP 403). Allow our name in its firewall or bot protection.",
    "http_401": "The shop asks for a password. Open it to NiteruBot, or give Niteru a product feed.",
    "http_451": "The shop may not show its pages here (HTTP 451). Give Niteru a product feed.",
    "bot_check": "The shop checks whether NiteruBot is a robot instead of showing its pages. Allow our name in its "
    "bot protection.",
    "password_page": "The shop asks for a password. Open it to NiteruBot, or give Niteru a product feed.",
    "rate_limited": "The shop lets NiteruBot ask too seldom to be read (HTTP 429). Allow our name in its firewall, or "
    "name a Crawl-delay in robots.txt.",
    "asked_to_wait": "The shop asks NiteruBot to come back much later (Retry-After). Start the crawl again then.",
    "http_5": "The shop answers with errors (HTTP 500 and the like). Check that it works, and start the crawl again.",
    "http_404": "There is no page at the shop's address. Check it in a browser.",
    "foreign_redirect": "The shop's address leads to another site. Use that site's address instead.",
    "many_vanished": "Many products are missing from the shop at once. Niteru keeps them in search until the next "
    "crawl misses them too. If the shop is not as it should be, mend it before then.",
    "no_feed": "There is no product feed yet. Name its address in the settings, or upload the file.",
    "feed_unreachable": "The product feed could not be fetched. Check its address in a browser, and start again.",
    "feed_unreadable": "The product feed holds no product of this shop. Niteru reads Google Merchant feeds: RSS or "
    "Atom XML, CSV and TSV.",
    "feed_cut": "The product feed could not be read to its end, so no product was taken out of search.",
    "disk_full": "There is no room left to store the shop's pictures. Ask Niteru's operator to make room, and start "
    "the crawl again.",
    "no_products": "No product page was found. Check that this is the shop's own address; if its products need a "
    "sign-in or a search to be seen, give Niteru a product feed.",
}


class Unusable(Exception):
    """The shop cannot be crawled as it is: `code` says why, `advice` what the seller can do."""

    def __init__(self, code: str, advice: str) -> None:
        super().__init__(code)
        self.code, self.advice = code, advice


def advice_for(reason: str) -> str:
    """Return what to do about a reason of the frontier or of a fetch."""
    family = "http_5" if reason.startswith("http_5") else reason
    return _ADVICE.get(family, f"The shop's first page could not be read ({reason}). Check it in a browser.")


class Reception:
    """How a shop receives us, answer by answer: one that is down or wants none of us is not asked on and on."""

    def __init__(self) -> None:
        self._in_a_row: list[str] = []
        self._last: deque[str] = deque(maxlen=_LOOKED_AT)

    def note(self, reason: str | None) -> None:
        """Count an answer: None for a page, else why none came. Raises Unusable."""
        kind = self._kind(reason)
        self._last.append(reason if reason is not None and kind == "refused" else "")
        if reason is None or kind is None or (self._in_a_row and self._kind(self._in_a_row[-1]) != kind):
            self._in_a_row.clear()
        if reason is None or kind is None:
            return
        self._in_a_row.append(reason)
        if kind == "down" and len(self._in_a_row) >= _DEAD_AFTER:
            raise Unusable("shop_unreachable", advice_for(reason))
        refusals = [one for one in self._last if one]
        if kind == "refused" and (len(self._in_a_row) >= _REFUSED_AFTER or len(refusals) >= _MOST_REFUSALS):
            raise Unusable("shop_refuses", advice_for(Counter(refusals).most_common(1)[0][0]))

    @staticmethod
    def _kind(reason: str | None) -> str | None:
        if reason in DOWN:
            return "down"
        return "refused" if reason in _REFUSING or (reason or "").startswith("http_5") else None
