"""The seller's feed in Google Merchant's form: its rows as product records, and what is wrong with the others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from backend.ingest.addresses import canonical
from backend.ingest.reading.facts import (
    availability_of,
    best_availability,
    clean,
    gender_in,
    gtin_of,
    plain_text,
    split_words,
)
from backend.ingest.reading.feed_files import FeedUnreadable, Row, rows_of
from backend.ingest.reading.prices import amount_of, currency_of
from backend.ingest.records import ProductRecord, Variant, problems_of

SOURCE = "feed"
MAX_ROWS = 300_000
_MOST_IMAGES, _MOST_VARIANTS = 60, 400


@dataclass(frozen=True, slots=True)
class FeedProblem:
    """A row that gave no product, or the end of a feed that cannot be read to its end.

    `row` counts from 1 (0 for the file itself), `item_id` is the row's own id. `code` of a row: title_missing,
    link_missing, link_bad; of the file: FeedUnreadable's codes and too_many_rows. After a problem of the file
    (`is_final`) nothing follows, and what was read before is not the whole catalogue.
    """

    row: int
    item_id: str
    code: str

    @property
    def is_final(self) -> bool:
        return self.row == 0


def read_feed(
    chunks: Iterable[bytes], kind: str = "", *, now: datetime | None = None
) -> Iterator[ProductRecord | FeedProblem]:
    """Yield the feed's products in order, and a problem for each row without one. Never raises for a bad feed.

    `kind` is xml, csv or tsv, or "" to tell it by the first bytes. Rows that follow each other, share an item_group_id
    and lead to the same page are variants of one product. `now` decides whether a sale is on.
    """
    now = now or datetime.now(UTC)
    group: list[tuple[str, ProductRecord]] = []
    try:
        for number, row in enumerate(_bounded(rows_of(chunks, kind)), 1):
            found = _record(row, number, now)
            if isinstance(found, FeedProblem):
                yield found
                continue
            name = _one(row, "item_group_id") or ""
            if group and not (name and name == group[0][0] and _page(found) == _page(group[0][1])):
                yield _merged([record for _, record in group])
                group = []
            if len(group) < _MOST_VARIANTS:
                group.append((name, found))
    except FeedUnreadable as error:
        problem: FeedProblem | None = FeedProblem(0, "", error.code)
    else:
        problem = None
    if group:
        yield _merged([record for _, record in group])
    if problem:
        yield problem


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise FeedUnreadable("too_many_rows")
        yield row


def _record(row: Row, number: int, now: datetime) -> ProductRecord | FeedProblem:
    item_id = _one(row, "id") or ""
    title, link = _one(row, "title"), _one(row, "link")
    if not title or not link:
        return FeedProblem(number, item_id, "title_missing" if not title else "link_missing")
    try:
        url = canonical(_one(row, "canonical_link") or link)
    except ValueError:
        return FeedProblem(number, item_id, "link_bad")
    price, list_price, currency = _prices(row, url, now)
    crumbs = _path(_one(row, "product_type"))
    images = _images(row)
    return ProductRecord(
        url=url,
        title=title,
        description=plain_text(_one(row, "description") or _one(row, "summary")) or "",
        sku=item_id or _one(row, "mpn"),
        item_group=_one(row, "item_group_id"),
        brand=_one(row, "brand"),
        gtin=gtin_of(_one(row, "gtin") or _one(row, "ean")),
        price=price,
        list_price=list_price,
        currency=currency,
        availability=availability_of(_one(row, "availability")),
        gender=_gender(row),
        category=next(iter([*crumbs[-1:], *_path(_one(row, "google_product_category"))[-1:]]), None),
        breadcrumbs=crumbs,
        colors=split_words(row.get("color", [])),
        sizes=tuple(filter(None, [_one(row, "size")])),
        images=images,
        language=(_one(row, "content_language") or "")[:2].lower() or None,
        sources=dict.fromkeys(("title", "price", "currency", "availability", "images", "sku"), SOURCE),
        problems=problems_of(price, currency, images),
    )


def _one(row: Row, name: str) -> str | None:
    return next((text for value in row.get(name, []) if (text := clean(value))), None)


def _prices(row: Row, url: str, now: datetime) -> tuple[Decimal | None, Decimal | None, str | None]:
    """Return what is charged, what it was before, and the currency: "5200 JPY", "5,200円", "JPY 5200"."""
    shown, sale = _one(row, "price"), _one(row, "sale_price")
    price = amount_of(shown)
    currency = currency_of(shown or sale or "", url=url)
    reduced = amount_of(sale) if sale and _is_on(_one(row, "sale_price_effective_date"), now) else None
    if reduced and (price is None or reduced < price):
        return reduced, price, currency
    return price, None, currency


def _is_on(span: str | None, now: datetime) -> bool:
    """Say whether a sale is on: always, when it names no days that can be read."""
    try:
        start, end = (datetime.fromisoformat(part.strip()) for part in (span or "").split("/"))
    except ValueError:
        return True
    first, last = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in (start, end))
    return first <= now <= last


def _gender(row: Row) -> str | None:
    age = (_one(row, "age_group") or "").lower()
    return "kids" if age in {"newborn", "infant", "toddler", "kids"} else gender_in(_one(row, "gender"))


def _path(value: str | None) -> tuple[str, ...]:
    """Return the steps of "Women > Dresses"; Google's numbers name nothing to a shopper."""
    steps = (clean(step) for step in (value or "").replace("›", ">").split(">"))
    return tuple(step for step in steps if step and not step.isdigit())[:10]


def _images(row: Row) -> tuple[str, ...]:
    more = [part for value in row.get("additional_image_link", []) for part in _addresses(value)]
    found: list[str] = []
    for address in filter(None, map(clean, [*row.get("image_link", [])[:1], *more])):
        try:
            canonical(address)
        except ValueError:
            continue
        found.append(address)
    return tuple(dict.fromkeys(found))[:_MOST_IMAGES]


def _addresses(value: str) -> list[str]:
    """Return the addresses of a list; a comma inside one is left where the next part is no address."""
    parts: list[str] = []
    for part in value.split(","):
        if not parts or part.strip().startswith(("http://", "https://")):
            parts.append(part)
        else:
            parts[-1] += "," + part
    return parts


def _page(record: ProductRecord) -> tuple[str, str]:
    parts = urlsplit(record.url)
    return parts.netloc, parts.path


def _merged(rows: list[ProductRecord]) -> ProductRecord:
    """Return the rows of one page as one product with variants."""
    first = rows[0]
    if len(rows) == 1:
        return first
    priced = sorted((row for row in rows if row.price is not None), key=lambda row: row.price or 0)
    cheapest = next((row for row in priced if row.availability == "InStock"), (priced or rows)[0])
    highest = priced[-1].price if priced else None
    url = first.url if len({row.url for row in rows}) == 1 else canonical(first.url.partition("?")[0])
    images = tuple(dict.fromkeys(image for row in rows for image in row.images))[:_MOST_IMAGES]
    return replace(
        first,
        url=url,
        price=cheapest.price,
        price_max=highest if highest and cheapest.price is not None and highest > cheapest.price else None,
        list_price=cheapest.list_price,
        availability=best_availability(row.availability for row in rows),
        colors=tuple(dict.fromkeys(color for row in rows for color in row.colors)),
        sizes=tuple(dict.fromkeys(size for row in rows for size in row.sizes)),
        variants=tuple(_variant(row) for row in rows),
        images=images,
        problems=problems_of(cheapest.price, first.currency, images),
    )


def _variant(row: ProductRecord) -> Variant:
    color, size = "/".join(row.colors) or None, next(iter(row.sizes), None)
    return Variant(row.sku, color, size, row.price, row.availability, row.url, row.images)
