"""The same thing listed twice in one shop, told by its whole set of pictures and never by one signal alone."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.ingest.cataloging.identity import words_of
from backend.tenants import catalog, catalog_pairs
from backend.tenants.catalog_pairs import MERGED, UNSURE, Found, Ids, Settled, ordered
from backend.tenants.models import Product, ProductImage
from backend.vision import attributes
from backend.vision.images import hash_distance

_LEAST_SHARED = 2  # one photo can sell a jacket and a skirt
_LEAST_OVERLAP = 0.8  # of the smaller set
_MOST_SHARERS = 20  # a picture on more products is the shop's own (a size table), and tells nothing
_ALIKE_BITS = 4
_LEAST_COMMON_WORDS = 0.5  # of the longer title


@dataclass(frozen=True, slots=True)
class Listed:
    """One product as far as it tells doubles. `pictures` are content hashes, `look` the first one's perceptual hash.

    `color` is what vision saw in the first picture, `colors` what words say (the page's, else the title's or the
    address's). `item_group` is what the shop says its variants share, `page` the last step of the address.
    """

    product_id: str
    title: str
    category: str | None = None
    colors: frozenset[str] = frozenset()
    color: str | None = None
    sku: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    item_group: str | None = None
    page: str = ""
    pictures: tuple[str, ...] = ()
    look: str | None = None


def mark_duplicates(session: Session, tenant_id: str) -> Settled:
    """Find the pairs that are or may be one product, and let one product stand for each group of those that are."""
    listed = {one.product_id: one for one in _listed(session, tenant_id)}
    found: dict[Ids, Found] = {}
    for one, other in sorted(candidates(listed.values())):
        verdict = judge(listed[one], listed[other])
        if verdict is not None:
            found[one, other] = verdict
    catalog_pairs.keep(session, tenant_id, found)
    return catalog_pairs.settle(session, tenant_id)


def judge(one: Listed, other: Listed) -> Found | None:
    """Return whether two products are one (merged) or may be (unsure), with what speaks for it; None: they are two.

    One product are those whose pictures are the same, the first one too, whose titles or SKUs agree, and whose
    colours do: colour children often show one common gallery. Two signals of other kinds make a pair unsure.
    """
    if _apart(one, other):
        return None
    shared, smaller = len(set(one.pictures) & set(other.pictures)), min(len(one.pictures), len(other.pictures))
    lone = shared == len(one.pictures) == len(other.pictures) == 1
    pictures = (shared >= _LEAST_SHARED or lone) and shared >= _LEAST_OVERLAP * smaller
    cover = bool(shared) and one.pictures[0] == other.pictures[0]
    signals = {
        "pictures": pictures,
        "cover": pictures and cover,
        "look": not cover and _look_alike(one, other),
        "title": _titles_agree(one, other),
        "sku": bool(one.sku) and one.sku == other.sku,
        "gtin": bool(one.gtin) and one.gtin == other.gtin,
        "price": cover and one.price is not None and (one.price, one.currency) == (other.price, other.currency),
    }
    named = signals["title"] or signals["sku"]
    same = one.colors == other.colors and named and pictures and cover and (not lone or signals["price"])
    same = same or (signals["gtin"] and signals["title"] and cover and one.colors == other.colors)
    if not same and sum(signals.values()) < 2:
        return None
    reasons = {"signals": [name for name, speaks in signals.items() if speaks], "shared": shared, "smaller": smaller}
    return Found(MERGED if same else UNSURE, round(sum(signals.values()) / len(signals), 3), reasons)


def candidates(listed: Iterable[Listed]) -> set[Ids]:
    """Return the pairs that have something in common that few others have: a picture, a look, an SKU, a GTIN."""
    holders: dict[Hashable, set[str]] = defaultdict(set)
    for one in listed:
        for mark in _marks(one):
            holders[mark].add(one.product_id)
    return {
        ordered(*pair)
        for products in holders.values()
        if len(products) <= _MOST_SHARERS
        for pair in combinations(products, 2)
    }


def _marks(one: Listed) -> Iterator[Hashable]:
    yield from (("picture", content_hash) for content_hash in one.pictures)
    if one.sku:
        yield "sku", one.sku
    if one.gtin:
        yield "gtin", one.gtin
    if one.look:
        # Two hashes that differ in at most four of 64 bits have one of five parts in common.
        parts = (one.look[:3], one.look[3:6], one.look[6:9], one.look[9:12], one.look[12:])
        yield from (("look", number, part) for number, part in enumerate(parts))


def _apart(one: Listed, other: Listed) -> bool:
    """Say whether something sets the two apart, whatever their pictures are."""
    if one.category != other.category:
        return True
    if one.gtin and other.gtin and one.gtin != other.gtin:
        return True
    if _siblings(one, other):
        return True
    if one.colors and other.colors:
        return one.colors.isdisjoint(other.colors)
    return bool(one.color and other.color) and one.color != other.color


def _siblings(one: Listed, other: Listed) -> bool:
    """Say whether the shop itself calls them variants of one thing with an address each.

    Under two paths with the same last step (/sale/dress, /new/dress) they are one variant twice.
    """
    grouped = bool(one.item_group) and one.item_group == other.item_group
    return grouped and one.page != other.page and not (one.gtin and one.gtin == other.gtin)


def _look_alike(one: Listed, other: Listed) -> bool:
    """Say whether the first pictures look alike and show the same colour: the look is a grey one."""
    if not one.look or not other.look or one.color is None or one.color != other.color:
        return False
    return hash_distance(one.look, other.look) <= _ALIKE_BITS


def _titles_agree(one: Listed, other: Listed) -> bool:
    """Say whether one title is the other one with a few words more ("New!"), SKUs aside."""
    ours, theirs = _words(one), _words(other)
    fewer, more = sorted((ours, theirs), key=len)
    return bool(fewer) and fewer <= more and len(fewer) >= _LEAST_COMMON_WORDS * len(more)


def _words(one: Listed) -> set[str]:
    return set(words_of(one.title).split()) - set(words_of(one.sku or "").split())


def _listed(session: Session, tenant_id: str) -> Iterator[Listed]:
    shown = select(Product).where(Product.tenant_id == tenant_id, Product.state.in_(catalog.SHOWN))
    pictures = _pictures(session, tenant_id)
    for product in session.scalars(shown):
        facts = catalog.effective(product)
        own = pictures.get(product.id, [])
        yield Listed(
            product_id=product.id,
            title=facts.title,
            category=facts.category,
            colors=frozenset(facts.colors) or _colors_of_address(product.url),
            color=own[0].color if own else None,
            sku=product.sku,
            gtin=product.gtin,
            price=facts.price,
            currency=facts.currency,
            item_group=product.item_group,
            page=_last_step(product.url),
            pictures=tuple(dict.fromkeys(image.content_hash for image in own)),
            look=own[0].perceptual_hash if own else None,
        )


@dataclass(frozen=True, slots=True)
class _Picture:
    content_hash: str
    perceptual_hash: str | None
    color: str | None


def _pictures(session: Session, tenant_id: str) -> dict[str, list[_Picture]]:
    """Return each product's pictures in the page's order, size charts and the like left out."""
    columns = (ProductImage.product_id, ProductImage.content_hash, ProductImage.perceptual_hash, ProductImage.color)
    query = select(*columns).where(
        ProductImage.tenant_id == tenant_id,
        ProductImage.content_hash.is_not(None),
        ProductImage.state != "gone",
        ProductImage.usefulness.is_distinct_from("size_chart"),
    )
    found: dict[str, list[_Picture]] = defaultdict(list)
    for product_id, content_hash, look, color in session.execute(query.order_by(ProductImage.position)):
        found[product_id].append(_Picture(content_hash or "", look, color))
    return found


def _last_step(url: str) -> str:
    parts = urlsplit(url)
    return "?".join(filter(None, (parts.path.rstrip("/").rpartition("/")[2], parts.query)))


def _colors_of_address(url: str) -> frozenset[str]:
    """Return the colours that a product's address names, such as /dress-navy."""
    words = words_of(unquote(urlsplit(url).path))
    return frozenset(one.name for one in attributes.shades_of_text(words))
