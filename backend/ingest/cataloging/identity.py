"""Which thing a page shows: its own address, the one it says it stands for, and whether that can be true. Pure.

A shop's <link rel=canonical> and its language copies are claims. A claim that leads to the front page says nothing;
any other one holds until a page that it would make one with this one plainly shows another thing.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from backend.ingest import addresses

_FRONT = re.compile(r"/?|/[a-z]{2}(?:[-_][a-z]{2,4})?/?|/(?:index|home|default)\.\w{2,5}", re.IGNORECASE)
_NOT_A_WORD = re.compile(r"[\W_]+")
_LEAST_SHARED = 0.5  # of the smaller set of pictures: less may be the shop's own, which every product shows


@dataclass(frozen=True, slots=True)
class Naming:
    """What a page says of its address: `own` is where it stands, `main` the address its thing is to be known by.

    `others` are all further addresses that it says show the same thing. All are canonical.
    """

    own: str
    main: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page shows of a thing, as far as it tells things apart."""

    title: str
    language: str | None = None
    sku: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    images: frozenset[str] = frozenset()


def naming(
    url: str, *, canonical: str | None, alternates: Mapping[str, str], shop_url: str, locale: str | None = None
) -> Naming:
    """Return what the page at `url` says of its address.

    `alternates` maps languages (as hreflang names them) to addresses; they count when the page itself is among them,
    as the standard asks. Of language copies the one in `locale`, the shop's language, is the main one.
    """
    own = addresses.canonical(url)
    copies = {language.lower(): address for language, address in alternates.items() if _may_be(address, shop_url)}
    if own not in copies.values():
        copies = {}
    main = addresses.canonical(canonical) if canonical is not None and _may_be(canonical, shop_url) else own
    if main == own and copies:
        main = _in_language(copies, locale) or own  # each copy calls itself canonical
    others = dict.fromkeys((main, *copies.values()))
    return Naming(own, main, tuple(address for address in others if address != own))


def differ(one: Shown, other: Shown) -> bool:
    """Say whether two pages plainly show two things, although one of them says that it is a copy of the other.

    A copy may be in another language or show another variant, so one difference is not enough.
    """
    if _equal(one.gtin, other.gtin) or _equal(one.sku, other.sku):
        return False
    other_sku = bool(one.sku and other.sku)
    other_words = not (_tell_languages(one, other)) and words_of(one.title) != words_of(other.title)
    other_price = _tell_prices(one, other)
    if one.images and other.images:
        shared = len(one.images & other.images)
        if shared >= _LEAST_SHARED * min(len(one.images), len(other.images)):
            return False
        if shared:
            return other_sku and other_words
        return other_sku or other_words or other_price
    return other_words and (other_sku or other_price)


def words_of(title: str) -> str:
    """Return a title's words alone: width, case and signs are no difference."""
    return " ".join(_NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", title).casefold()).split())


def _may_be(address: str, shop_url: str) -> bool:
    """Say whether an address may be a product's: it is in the shop, and not its front page in any language."""
    if not addresses.same_site(address, shop_url):
        return False
    if addresses.fingerprint(address) == addresses.fingerprint(shop_url):
        return False
    parts = urlsplit(addresses.canonical(address))
    return bool(parts.query) or _FRONT.fullmatch(parts.path) is None


def _in_language(copies: Mapping[str, str], locale: str | None) -> str | None:
    """Return the copy in this language, else the one for every language, else the first by name."""
    for language, address in sorted(copies.items()):
        if locale and language.partition("-")[0] == locale:
            return address
    return copies.get("x-default") or next((address for _, address in sorted(copies.items())), None)


def _equal(one: str | None, other: str | None) -> bool:
    return bool(one) and one == other


def _tell_languages(one: Shown, other: Shown) -> bool:
    return bool(one.language and other.language) and one.language != other.language


def _tell_prices(one: Shown, other: Shown) -> bool:
    known = one.price is not None and other.price is not None and one.currency == other.currency
    return known and one.price != other.price
