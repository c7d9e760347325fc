"""One page in, its product and links out. Pure: no network, no database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.ingest.addresses import canonical
from backend.ingest.reading import meta as extract_meta
from backend.ingest.reading import payloads as extract_payloads
from backend.ingest.reading import structured as extract_structured
from backend.ingest.reading.brand import brand_in
from backend.ingest.reading.facts import Facts, clean, gender_in, gtin_of, id_in_address
from backend.ingest.reading.gallery import merge_images
from backend.ingest.reading.layout import Layout, Zone
from backend.ingest.reading.links import alternates_of, links_of
from backend.ingest.reading.markup import parse_html
from backend.ingest.reading.page import Seen, read_page, without_ends
from backend.ingest.reading.page_price import find_list_price
from backend.ingest.records import IN_STOCK, OUT_OF_STOCK, ProductRecord, problems_of

LISTING_CARDS = 4
_FIELDS = (
    "description",
    "sku",
    "item_group",
    "brand",
    "gtin",
    "availability",
    "gender",
    "category",
    "colors",
    "sizes",
    "variants",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    `record` is None when the page is not one product's; `reason` then says why: not_a_product, listing,
    no_content (an empty shell: it wants the browser), and is "" otherwise.
    `links` are the same-site addresses (canonical, each once, in order) that can be followed without effect,
    `next_links` those among them that lead to the listing's next page, `canonical` the page's own
    <link rel=canonical> (absolute, same site) or None. `alternates` are the page's copies for other languages by
    their hreflang in lower case (same site, this page among them), `record_hash` is equal for two readings of the
    same facts, None where there is no record.
    """

    record: ProductRecord | None
    links: tuple[str, ...]
    next_links: tuple[str, ...]
    canonical: str | None
    language: str | None
    is_listing: bool
    reason: str
    alternates: dict[str, str] = field(default_factory=dict)

    @property
    def record_hash(self) -> str | None:
        return self.record.content_hash() if self.record else None


def extract(html: str, url: str, *, payloads: Sequence[Any] = ()) -> Page:
    """Read one page. `url` is its final address; `payloads` the JSON answers captured while it was rendered.

    Sources in order: JSON-LD, microdata, OpenGraph, payloads, the visible page; merged field by field. Never raises
    for broken HTML or broken structured data.
    """
    tree = parse_html(html)
    meta = extract_meta.read_meta(tree)
    own_address = extract_meta.canonical_of(tree, url)
    links, next_links = links_of(tree, url)
    alternates = alternates_of(tree, url)
    linked, micro = extract_structured.items_of(tree)
    state = extract_payloads.state_of(tree)
    has_scripts = tree.css_first("script[src], script[type=module], script:not([type])") is not None
    page_titles = [*meta.get("og:title", []), *(clean(node.text()) or "" for node in tree.css("title")[:1])]
    layout = Layout(tree, url, page_title=" ".join(page_titles))
    title = layout.title or next(iter(page_titles), "")

    address = own_address or canonical(url)
    from_linked, linked_count = extract_structured.facts_of(linked, "json-ld", url=url, title=title)
    from_micro, micro_count = extract_structured.facts_of(micro, "microdata", url=url, title=title)
    from_meta = extract_meta.facts_of(meta, url=url)
    from_payload = extract_payloads.facts_of([*payloads, *state], url=address, title=title)
    seen = read_page(tree, layout)
    language = extract_meta.language_of(tree, meta, title)

    cards = _count_cards(layout)
    is_product = _is_product(from_linked or from_micro, from_meta, from_payload, seen=seen, cards=cards, url=address)
    is_listing = not is_product and (max(linked_count, micro_count, cards) >= LISTING_CARDS or bool(next_links))
    record = None
    if is_product:
        sources = [facts for facts in (from_linked, from_micro, from_meta, from_payload, seen.facts) if facts]
        record = _merge(sources, seen, layout, url=address, language=language)
    reason = "" if is_product else _why_not(layout, is_listing, has_scripts=has_scripts)
    return Page(record, links, next_links, own_address, language, is_listing, reason, alternates)


def _is_product(
    structured: Facts | None, meta: Facts, payload: Facts | None, *, seen: Seen, cards: int, url: str
) -> bool:
    """Decide whether the page sells one product. Without data that says so it takes a price and a buy button."""
    if structured and (structured.is_offered or seen.facts.price is not None or seen.has_buy_button):
        return True
    if meta.is_offered and (meta.title or seen.facts.title):
        return True
    if payload and (payload.price is not None or seen.has_buy_button):
        return True
    if seen.price_twins >= LISTING_CARDS or cards >= 40:
        return False
    is_priced = seen.facts.price is not None
    if not seen.facts.title:
        # Some shops draw no heading: a price, a button that can be pressed and a gallery are a product all the same.
        can_be_bought = seen.facts.availability == IN_STOCK and seen.has_buy_button
        return bool(is_priced and can_be_bought and seen.has_gallery and meta.title and cards < LISTING_CARDS)
    is_sold_out = seen.facts.availability == OUT_OF_STOCK
    if is_priced:
        return seen.has_buy_button or is_sold_out
    # What is sold out often has no price any more; its number and its photos still say that it was for sale.
    return is_sold_out and seen.has_gallery and bool(seen.facts.sku or id_in_address(url))


def _why_not(layout: Layout, is_listing: bool, *, has_scripts: bool) -> str:
    if is_listing:
        return "listing"
    letters = sum(len(element.own_words) for element in layout.own())
    return "no_content" if has_scripts and letters < 200 else "not_a_product"


def _count_cards(layout: Layout) -> int:
    """Count the links away that hold a photo outside the page's frame: a listing is made of them."""
    return sum(
        element.tag == "img" and bool(element.zone & Zone.CARD) and not element.zone & (Zone.CHROME | Zone.RELATED)
        for element in layout.elements
    )


def _merge(sources: list[Facts], seen: Seen, layout: Layout, *, url: str, language: str | None) -> ProductRecord:
    fields: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name in _FIELDS:
        _take(fields, origin, sources, name, bool)
    if "sku" not in fields and (number := id_in_address(url)):
        fields["sku"], origin["sku"] = number, "address"
    if "gtin" not in fields and (gtin := gtin_of(fields.get("sku"))):
        fields["gtin"], origin["gtin"] = gtin, origin["sku"]
    fields["brand"] = brand_in(fields.get("brand"))
    _take_price(fields, origin, sources, layout)
    _take_stock(fields, origin, sources, seen)
    fields["title"], origin["title"] = _choose_title(sources, layout.title)
    _take(fields, origin, sources, "breadcrumbs", bool)
    fields["breadcrumbs"] = without_ends(fields.get("breadcrumbs") or (), fields["title"])
    given = next((facts for facts in sources if facts.images), None)
    fields["images"], shown = merge_images(layout, given.images if given else ())
    if fields["images"]:
        origin["images"] = shown or (given.source if given else "page")
    fields["category"] = fields.get("category") or (fields["breadcrumbs"][-1] if fields["breadcrumbs"] else None)
    if not fields.get("gender"):
        fields["gender"] = gender_in(*fields["breadcrumbs"], fields["title"])
        origin["gender"] = origin.get("breadcrumbs", origin["title"])
    known = {name: value for name, value in fields.items() if value is not None}
    kept = {name: source for name, source in origin.items() if known.get(name)}
    problems = problems_of(known.get("price"), known.get("currency"), fields["images"])
    return ProductRecord(url=url, language=language, sources=kept, problems=problems, **known)


def _take(
    fields: dict[str, Any], origin: dict[str, str], sources: list[Facts], name: str, wanted: Callable[[Any], bool]
) -> None:
    """Take one field from the first source that has it."""
    for facts in sources:
        value = getattr(facts, name)
        if wanted(value):
            fields[name], origin[name] = value, facts.source
            return


def _take_price(fields: dict[str, Any], origin: dict[str, str], sources: list[Facts], layout: Layout) -> None:
    """Take price and currency, from one source where it has both: a price of 0 is nobody's."""
    _take(fields, origin, sources, "price", lambda price: price is not None and price > 0)
    if "price" not in fields:
        _take(fields, origin, sources, "price", lambda price: price is not None)
    same = [facts for facts in sources if facts.source == origin.get("price")]
    _take(fields, origin, [*same, *sources], "currency", bool)
    price = fields.get("price")
    if price is None:
        return
    highest = next((facts.price_max for facts in same if facts.price_max), None)
    fields["price_max"] = highest if highest and highest > price else None
    _take(fields, origin, sources, "list_price", lambda before: before is not None and before > price)
    if "list_price" not in fields and (before := find_list_price(layout, price)):
        fields["list_price"], origin["list_price"] = before, "page"


def _take_stock(fields: dict[str, Any], origin: dict[str, str], sources: list[Facts], seen: Seen) -> None:
    """Let the button a shopper can press stand against data that is stale; a priced offer can be had."""
    data = fields.get("availability")
    if data == OUT_OF_STOCK and seen.has_buy_button and seen.facts.availability == IN_STOCK:
        fields["availability"], origin["availability"] = IN_STOCK, "page"
    elif data is None and fields.get("price") and not seen.has_buy_button:
        offer = next((facts.source for facts in sources if facts.is_offered), None)
        if offer:
            fields["availability"], origin["availability"] = IN_STOCK, "offer"


def _choose_title(sources: list[Facts], heading: str) -> tuple[str, str]:
    """Return the product's name: structured data's, else the heading; meta titles carry the shop's name along."""
    for facts in sources:
        if facts.title and facts.source in {"json-ld", "microdata", "payload"}:
            return facts.title, facts.source
    if heading:
        return heading, "page"
    return next(((facts.title, facts.source) for facts in sources if facts.title), ("", "page"))
