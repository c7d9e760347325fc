"""Commands that search, and those that measure."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from backend.cli.answer import as_json, connect, find_tenant_id, show
from backend.ingest import addresses
from backend.search.engine import Engine, ProductRef
from backend.search.wish import Wish


@click.group()
def search() -> None:
    """Search a shop as its shoppers do."""


limit = click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 50))


@search.command()
@click.argument("tenant")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--words", default="", help="Narrow by words, as the widget does.")
@limit
@as_json
def photo(tenant: str, file: Path, words: str, limit: int, as_json: bool) -> None:
    """Find what looks like the garments of a photo."""
    answer = asdict(_engine().photo(find_tenant_id(tenant), file.read_bytes(), _wish(limit), words=words))

    def text() -> str:
        lines = []
        for one in answer["objects"]:
            lines += [f"{one['category']} ({one['confidence']:.2f})", *(_line(match) for match in one["matches"])]
        return "\n".join(lines)

    show(answer, as_json=as_json, text=text)


@search.command()
@click.argument("tenant")
@click.argument("product")
@limit
@as_json
def similar(tenant: str, product: str, limit: int, as_json: bool) -> None:
    """Find what looks like a product, named by its address or its id."""
    ref = ProductRef(url=product) if "://" in product else ProductRef(product_id=product)
    answer, _etag = _engine().similar(find_tenant_id(tenant), ref, _wish(limit))
    _show_list(asdict(answer), as_json)


@search.command()
@click.argument("tenant")
@click.argument("words")
@limit
@as_json
def text(tenant: str, words: str, limit: int, as_json: bool) -> None:
    """Find products by words."""
    _show_list(asdict(_engine().text(find_tenant_id(tenant), words, _wish(limit))), as_json)


def _engine() -> Engine:
    return Engine(connect(), addresses.fingerprint)


def _wish(limit: int) -> Wish:
    """Whoever searches here is no shopper."""
    return Wish(limit=limit, counted=False)


def _show_list(answer: dict[str, Any], as_json: bool) -> None:
    show(answer, as_json=as_json, text=lambda: "\n".join(_line(match) for match in answer["matches"]))


def _line(match: dict[str, Any]) -> str:
    price = "" if match["price"] is None else f"  {match['price']:g} {match['currency'] or ''}"
    return f"  {match['score']:.3f} {match['tier'] or '-':5}  {match['title']}{price}  {match['url']}"
