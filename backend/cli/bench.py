"""`niteru bench`: how long a running deployment takes to answer, and what seeing, searching and crawling alone cost."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from backend import logs
from backend.cli.answer import connect, find_tenant_id
from backend.db import transaction
from backend.ingest.bench_crawl import crawl_command
from backend.search import bench_gallery, bench_http, bench_vision
from backend.tenants import catalog, keys

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic"})


@click.group()
def bench() -> None:
    """Measure a running deployment (`niteru up`), or vision by itself; prints one JSON document."""


bench.add_command(crawl_command)

_runtime = click.option("--runtime", default="auto", show_default=True, help="Vision by itself: which runtime.")
_device = click.option("--device", default="cpu", show_default=True, help="Vision by itself: cpu, or cuda:0.")
_threads = click.option("--threads", default=1, show_default=True, type=click.IntRange(1), help="Vision by itself.")
_folder = click.Path(exists=True, file_okay=False, path_type=Path)


@bench.command("photo")
@click.argument("tenant", required=False)
@click.option("--photos", type=_folder, help="A folder of photos; without it, vision by itself looks at a drawn one.")
@click.option("--n", default=100, show_default=True, type=click.IntRange(1), help="Photos a number of clients.")
@click.option("--clients", default="1,4,16", show_default=True, help="How many shoppers at once, one run each.")
@_runtime
@_device
@_threads
def photo_command(tenant: str | None, photos: Path | None, n: int, clients: str, **vision: Any) -> None:
    """Send photos of a folder as the shop's server would; without a TENANT, let vision alone look at them."""
    files = _files(photos) if photos else []
    if tenant is None:
        report = bench_vision.photo(files, n=n, **vision)
    else:
        settings = connect()
        with _secret_key(find_tenant_id(tenant)) as key:
            report = bench_http.photo(settings.public_url, key, files, n=n, clients=_numbers(clients))
    click.echo(json.dumps(report, indent=1))


@bench.command("ingest")
@click.option("--photos", type=_folder, help="A folder of pictures; without it, a drawn one.")
@click.option("--n", default=200, show_default=True, type=click.IntRange(1), help="Pictures to look at.")
@_runtime
@_device
@_threads
def ingest_command(photos: Path | None, n: int, **vision: Any) -> None:
    """Let vision alone look at pictures in batches, as the vision worker does."""
    click.echo(json.dumps(bench_vision.ingest(_files(photos) if photos else [], n=n, **vision), indent=1))


@bench.command("search")
@click.argument("tenant", required=False)
@click.option("--n", default=100, show_default=True, type=click.IntRange(1), help="Questions of each kind.")
@click.option("--clients", default="1,4,16", show_default=True)
@click.option("--sizes", default="5000,50000,180000", show_default=True, help="Galleries by themselves: vectors.")
@click.option(
    "--engines", default=",".join(bench_gallery.ENGINES), show_default=True, help="Galleries by themselves: which."
)
@click.option(
    "--rounds", default=30, show_default=True, type=click.IntRange(1), help="Galleries by themselves: photos."
)
@click.option("--seed", default=1, show_default=True, type=int, help="Galleries by themselves: of what is drawn.")
@click.option("--json", "as_json", is_flag=True, help="Galleries by themselves: one JSON document, not a table.")
@click.option("--plot", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Draw the figures as well.")
def search_command(tenant: str | None, n: int, clients: str, **alone: Any) -> None:
    """Ask for similar items and for words; without a TENANT, measure galleries by themselves on drawn vectors."""
    if tenant is None:
        _galleries_alone(**alone)
        return
    settings = connect()
    tenant_id = find_tenant_id(tenant)
    with transaction(tenant_id) as session:
        product_ids = [product.id for product in catalog.list_products(session, tenant_id, limit=200)]
    with _secret_key(tenant_id) as key:
        report = bench_http.search(settings.public_url, key, product_ids, n=n, clients=_numbers(clients))
    click.echo(json.dumps(report, indent=1))


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(each) for each in text.split(",")]
    except ValueError:
        numbers = [0]
    if min(numbers) < 1:
        raise click.BadParameter("write whole numbers from 1 up, like 1,4", param_hint="--clients")
    return numbers


def _galleries_alone(*, sizes: str, engines: str, as_json: bool, picture: Path | None, **options: int) -> None:
    logs.setup("WARNING")
    report = bench_gallery.measure(_numbers(sizes), _engines(engines), **options)
    click.echo(json.dumps(report, indent=1) if as_json else bench_gallery.table(report))
    if picture:
        bench_gallery.plot(report, picture)


def _engines(text: str) -> list[str]:
    names = text.split(",")
    if not set(names) <= set(bench_gallery.ENGINES):
        raise click.BadParameter(f"choose from {', '.join(bench_gallery.ENGINES)}", param_hint="--engines")
    return names


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)


@contextmanager
def _secret_key(tenant_id: str) -> Iterator[str]:
    """A key for this measurement only: a secret one, so that one address may send for many shoppers."""
    with transaction(tenant_id) as session:
        key, readable = keys.create_key(session, tenant_id, kind="secret")
    try:
        yield readable
    finally:
        with transaction(tenant_id) as session:
            keys.revoke_key(session, tenant_id, key.id)
