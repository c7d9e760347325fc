"""From a page's record to the catalog's facts: words become categories, genders and colours."""

from collections.abc import Iterable
from decimal import Decimal

from backend.ingest import addresses
from backend.ingest.records import ProductRecord
from backend.tenants.catalog_sync import ProductFacts
from backend.vision import attributes

_LONGEST_TITLE, _LONGEST_TEXT, _MOST_IMAGES, _MOST_VARIANTS = 500, 20_000, 60, 400
_LARGEST_PRICE = Decimal(10) ** 10


def facts_of(record: ProductRecord, page_urls: Iterable[str] = ()) -> ProductFacts:
    """Return what the catalog keeps of a record; `page_urls` are the addresses under which it was met."""
    crumbs = [*record.breadcrumbs, *([record.category] if record.category else [])]
    category = attributes.category_of_text(record.title, crumbs, record.description)
    pattern, colors, shades = looks_of(record.title, record.description, record.colors)
    attention = [*record.problems, *(["category_unknown"] if category is None else [])]
    url = addresses.canonical(record.url)
    return ProductFacts(
        url=url,
        fingerprint=addresses.fingerprint(url),
        title=record.title[:_LONGEST_TITLE],
        description=record.description[:_LONGEST_TEXT],
        sku=record.sku,
        item_group=record.item_group,
        brand=record.brand,
        gtin=record.gtin,
        price=_price(record.price),
        price_max=_price(record.price_max),
        list_price=_price(record.list_price),
        currency=record.currency,
        availability=record.availability,
        gender=_gender(record, crumbs),
        category=category.category if category else None,
        fine_category=category.word if category else None,
        pattern=pattern,
        colors=colors,
        shades=shades,
        sizes=list(record.sizes),
        variants=[variant.as_json() for variant in record.variants[:_MOST_VARIANTS]],
        breadcrumbs=list(record.breadcrumbs),
        language=record.language,
        attention=attention,
        sources=dict(record.sources),
        record=record.as_json(),
        images=record.images[:_MOST_IMAGES],
        other_urls={addresses.fingerprint(one): addresses.canonical(one) for one in page_urls},
    )


def looks_of(title: str, description: str, named: Iterable[str]) -> tuple[str | None, list[str], list[str]]:
    """Return the pattern, the colours and their shades; colours that the shop names itself before the title's."""
    found = attributes.shades_of_text(*named) or attributes.shades_of_text(title)
    colors = list(dict.fromkeys(one.name for one in found))
    return attributes.pattern_of_text(title, description), colors, list(dict.fromkeys(one.shade for one in found))


def _gender(record: ProductRecord, crumbs: list[str]) -> str | None:
    said = attributes.gender_of_text(record.gender) if record.gender else None
    return said or attributes.gender_of_text(record.title, crumbs, record.description)


def _price(price: Decimal | None) -> Decimal | None:
    """Return the price as the column keeps it: four digits after the point, so that reading it back is equal."""
    if price is None or not price.is_finite() or not 0 <= price < _LARGEST_PRICE:
        return None
    return price.quantize(Decimal("0.0001"))
