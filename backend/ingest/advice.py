"""What a seller can do when a crawl cannot go on."""

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
    "http_404": "There is no page at the shop's address. Check it in a browser.",
    "foreign_redirect": "The shop's address leads to another site. Use that site's address instead.",
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
    return _ADVICE.get(reason, f"The shop's first page could not be read ({reason}). Check it in a browser.")
