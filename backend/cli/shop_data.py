"""Commands about all that is kept of a shop: take it away as files, delete it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from backend.cli.answer import as_json, connect, find_tenant_id, show
from backend.db import transaction
from backend.tenants import accounts
from backend.tenants.models import Decision, Product, ProductImage, SearchQuery

PAGE = 1000
EXPORTED: dict[str, type[Any]] = {
    "products": Product,
    "images": ProductImage,
    "decisions": Decision,
    "queries": SearchQuery,
}
_NOT_THEIRS = frozenset({"tenant_id", "user_id", "storage_key"})
"""Columns that mean something inside this deployment only."""


@click.command()
@click.argument("tenant")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@as_json
def export(tenant: str, folder: Path, as_json: bool) -> None:
    """Write a shop's products, images, decisions and searches into DIR, one JSON object a line; no keys, no people."""
    connect()
    tenant_id = find_tenant_id(tenant)
    folder.mkdir(parents=True, exist_ok=True)
    counts = {name: _write(folder / f"{name}.jsonl", tenant_id, table) for name, table in EXPORTED.items()}
    facts = {"tenant": tenant_id, "folder": str(folder), **counts}
    show(facts, as_json=as_json, text=lambda: ", ".join(f"{count} {name}" for name, count in counts.items()))


def _write(path: Path, tenant_id: str, table: type[Any]) -> int:
    """Write a table's rows; a file is there whole or not at all."""
    unfinished, count = path.with_suffix(".part"), 0
    with unfinished.open("w", encoding="utf-8") as file:
        for row in _rows(tenant_id, table):
            file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            count += 1
    unfinished.replace(path)
    return count


def _rows(tenant_id: str, table: type[Any]) -> Iterator[dict[str, Any]]:
    names = [
        column.key
        for column in table.__table__.columns
        if column.key not in _NOT_THEIRS and column.computed is None  # what the database makes of the others
    ]
    after = None
    while True:
        query = select(table).where(table.tenant_id == tenant_id).order_by(table.id).limit(PAGE)
        with transaction(tenant_id) as session:
            page = list(session.scalars(query if after is None else query.where(table.id > after)))
        yield from ({name: getattr(row, name) for name in names} for row in page)
        if len(page) < PAGE:
            return
        after = page[-1].id


@click.command()
@click.argument("tenant")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def delete(tenant: str, yes: bool, as_json: bool) -> None:
    """Delete a shop for good: catalog, pictures, gallery, searches, keys."""
    from backend.ingest.cataloging.publishing import forget_tenant

    settings = connect()
    tenant_id = find_tenant_id(tenant)
    with transaction(tenant_id) as session:
        name = accounts.get_tenant(session, tenant_id).name
    if not yes:
        click.confirm(f"Delete the shop {name!r} with all that is kept of it, for good?", abort=True, err=True)
    forget_tenant(settings, tenant_id)
    facts = {"tenant": tenant_id, "name": name, "deleted": True}
    show(facts, as_json=as_json, text=lambda: f"{name} ({tenant_id}) is deleted.")
