"""Our reading of JSON-LD and microdata beside extruct's, another reader of the same standards, on real pages."""

import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from backend.ingest.reading.facts import clean
from backend.ingest.reading.items import first, is_a
from backend.ingest.reading.meta import read_meta
from backend.ingest.reading.prices import amount_of
from backend.ingest.reading.structured import items_of

extruct = pytest.importorskip("extruct", reason="extruct is not installed")
_BASE = "https://shop.example/p/x"
_PRODUCTS = ("product", "productgroup", "productmodel", "individualproduct", "someproducts")


@pytest.fixture(scope="module")
def pages(shared: Path) -> list[str]:
    files = sorted((shared / "data" / "product_pages" / "html").glob("*.gz"))
    if not files:
        pytest.skip("no saved product pages in ../shared/data/product_pages")
    return [gzip.decompress(file.read_bytes()).decode("utf-8", "replace") for file in files]


@pytest.mark.parametrize(("syntax", "place", "names"), [("json-ld", 0, 0.98), ("microdata", 1, 0.98)])
def test_names_and_prices_of_products_are_those_that_extruct_reads(
    pages: list[str], syntax: str, place: int, names: float
) -> None:
    same_names = same_prices = judged = named = 0
    for html in pages:
        try:
            theirs = extruct.extract(html, base_url=_BASE, syntaxes=[syntax], errors="strict")[syntax]
        except ValueError:  # it gives a whole page up for one broken script
            continue
        ours = items_of(LexborHTMLParser(html))[place]
        theirs = [_flat(item) for item in theirs]
        judged += 1
        named += any(_names(theirs))
        same_names += set(_names(ours)) == set(_names(theirs))
        same_prices += set(_prices(ours)) == set(_prices(theirs))

    assert judged >= 0.9 * len(pages)
    assert named >= 0.1 * judged
    assert same_prices == judged
    assert same_names >= names * judged


def test_the_shared_title_is_the_one_that_extruct_reads(pages: list[str]) -> None:
    missed, named = [], 0
    for html in pages:
        (found,) = extruct.extract(html, base_url=_BASE, syntaxes=["opengraph"], errors="strict")["opengraph"] or [{}]
        theirs = {clean(value) for name, value in found.get("properties", []) if name == "og:title"}
        ours = {clean(value) for value in read_meta(LexborHTMLParser(html)).get("og:title", [])}
        missed.append(theirs - ours)
        named += bool(theirs)

    assert named >= 0.5 * len(pages)
    assert not any(missed)


def _flat(item: Any) -> Any:
    """Return extruct's microdata in JSON-LD's form, which is ours too."""
    if isinstance(item, list):
        return [_flat(row) for row in item]
    if not isinstance(item, dict):
        return item
    if "properties" not in item:
        return item
    return {"@type": item.get("type"), **{name: _flat(value) for name, value in item["properties"].items()}}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _names(items: Any) -> Iterator[str]:
    for item in _objects(items):
        if is_a(item, *_PRODUCTS) and (name := clean(first(item.get("name")))):
            yield name


def _prices(items: Any) -> Iterator[Decimal]:
    for item in _objects(items):
        for key in ("price", "lowPrice"):
            value = item.get(key)
            for one in value if isinstance(value, list) else [value]:
                if not isinstance(one, dict | list) and (amount := amount_of(one)):
                    yield amount
