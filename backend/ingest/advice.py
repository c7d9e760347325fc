"""When a crawl cannot go on, and what the seller can do then."""

ADVICE = {
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
    "http_5xx": "The shop answers with errors (HTTP 500 and the like). Check that it works, and start the crawl again.",
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
    "worker_died": "The crawl's worker died again and again. Please tell Niteru's operator: the log has the reason.",
    "no_products": "No product page was found. Check that this is the shop's own address; if its products need a "
    "sign-in or a search to be seen, give Niteru a product feed.",
}
"""What to do about a reason of the frontier, of a fetch or of a run; the dashboard has the Japanese."""
OTHER = "The shop's first page could not be read ({reason}). Check it in a browser."


class Unusable(Exception):
    """The shop cannot be crawled as it is: `code` is the run's error, `reason` what the seller can do something about.

    Every reason has advice of its own, or that of OTHER.
    """

    def __init__(self, code: str, reason: str | None = None) -> None:
        super().__init__(code)
        reason = reason or code
        self.code, self.reason = code, "http_5xx" if reason.startswith("http_5") else reason


def advice_for(reason: str) -> str:
    """Return the English sentence for what a run keeps as its advice; one of before, which is a sentence, stays."""
    return reason if " " in reason else ADVICE.get(reason, OTHER.format(reason=reason))
