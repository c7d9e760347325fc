"""Commands about a shop's catalog: crawl it, look at it."""

import time
from typing import Any

import click

from backend.cli.answer import as_json, connect, find_tenant_id, show
from backend.db import transaction
from backend.ingest import runs
from backend.tenants import accounts, catalog
from backend.tenants.models import Product, ProductImage

PAGE = 500


@click.command()
@click.argument("tenant")
@click.option("--wait", is_flag=True, help="Return when the run has ended, with its figures.")
@click.option(
    "--source", type=click.Choice(["crawl", "feed", "both"]), help="From now on: pages, the seller's feed, or both."
)
@click.option("--feed", "feed_url", metavar="URL", help="The address of the seller's product feed, kept from now on.")
@as_json
def crawl(tenant: str, wait: bool, source: str | None, feed_url: str | None, as_json: bool) -> None:
    """Refresh a shop's catalog: pages or feed, products, pictures, garments."""
    connect()
    tenant_id = find_tenant_id(tenant)
    if source or feed_url:
        from backend.ingest import feeds

        with transaction(tenant_id) as session:
            feeds.choose(session, tenant_id, source=source, feed_url=feed_url)
    run_id = start_crawl(tenant_id)
    facts = wait_for_run(tenant_id, run_id) if wait else read_run(tenant_id, run_id)
    show(facts, as_json=as_json, text=lambda: describe_run(facts))
    if facts["state"] == "failed":
        raise click.exceptions.Exit(1)


def start_crawl(tenant_id: str) -> str:
    """Ask for a crawl (or join the one that goes on) and return the run's id."""
    with transaction(tenant_id) as session:
        run_id = runs.request_crawl(session, tenant_id).id
    runs.send_outbox(tenant_id)
    return run_id


def read_run(tenant_id: str, run_id: str) -> dict[str, Any]:
    with transaction(tenant_id) as session:
        return runs.progress(session, tenant_id, run_id)


def wait_for_run(tenant_id: str, run_id: str) -> dict[str, Any]:
    """Wait until the run has ended, telling its progress on stderr; returns its summary."""
    told = ""
    while True:
        facts = read_run(tenant_id, run_id)
        line = _progress_line(facts)
        if line != told:
            click.echo(line, err=True)
            told = line
        if facts["state"] not in {"queued", "running"}:
            with transaction(tenant_id) as session:
                return runs.summary(session, tenant_id, run_id)
        time.sleep(1)


def _progress_line(facts: dict[str, Any]) -> str:
    pages, images = facts["pages"], facts["images"]
    fetched = pages["http"] + pages["browser"]
    found = sum(facts["products"][outcome] for outcome in ("new", "changed", "unchanged"))
    return (
        f"{facts['stage']}: {fetched} pages ({facts['pages_left']} left), {found} products, "
        f"{images['live']} pictures searchable ({facts['images_left']} left)"
    )


def describe_run(facts: dict[str, Any]) -> str:
    """Return a run's figures for people."""
    names = ("pages", "products", "attention", "images", "requests", "seconds_by_stage")
    groups = [(name.replace("_", " "), facts[name]) for name in names if facts[name]]
    lines = [f"{name}: " + ", ".join(f"{value} {key}" for key, value in values.items()) for name, values in groups]
    notes = [text for text in (facts.get("error"), facts.get("advice")) if text]
    return "\n".join([f"{facts['state']} after {facts['seconds']} s", *lines, *notes])


@click.command()
@click.argument("tenant")
@as_json
def status(tenant: str, as_json: bool) -> None:
    """Say how a shop stands: its products by state, its last run."""
    connect()
    tenant_id = find_tenant_id(tenant)
    with transaction(tenant_id) as session:
        shop = accounts.get_tenant(session, tenant_id)
        states = ("live", "attention", "gone", "hidden")
        counts = {s: catalog.count_products(session, tenant_id, catalog.ProductFilters(state=s)) for s in states}
        latest = runs.list_runs(session, tenant_id, limit=1)
        run = runs.progress(session, tenant_id, latest[0].id) if latest else None
    facts = {"tenant": shop.id, "name": shop.name, "shop_url": shop.shop_url, "products": counts, "run": run}

    def text() -> str:
        lines = [f"{shop.name}  {shop.shop_url}", ", ".join(f"{count} {state}" for state, count in counts.items())]
        return "\n".join([*lines, "last run: " + describe_run(run) if run else "not crawled yet: niteru crawl TENANT"])

    show(facts, as_json=as_json, text=text)


@click.command()
@click.argument("tenant")
@as_json
def products(tenant: str, as_json: bool) -> None:
    """List a shop's products (those that are gone left out)."""
    connect()
    tenant_id = find_tenant_id(tenant)
    rows = list_all(tenant_id)
    line = "{product_id}  {title}  {price} {currency}  {availability}  {url}"
    show(rows, as_json=as_json, text=lambda: "\n".join(line.format_map(row) for row in rows))


def list_all(tenant_id: str) -> list[dict[str, Any]]:
    """Return every product that is not gone, with its images and their usefulness."""
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        with transaction(tenant_id) as session:
            page = catalog.list_products(session, tenant_id, after=after, limit=PAGE)
            images = catalog.images_of(session, tenant_id, [product.id for product in page])
        rows += [_as_row(product, images[product.id]) for product in page if product.state != "gone"]
        if len(page) < PAGE:
            return rows
        after = page[-1].id


def _as_row(product: Product, images: list[ProductImage]) -> dict[str, Any]:
    facts = catalog.effective(product)
    return {
        "product_id": product.id,
        "url": facts.url,
        "sku": facts.sku,
        "title": facts.title,
        "price": None if facts.price is None else float(facts.price),
        "currency": facts.currency,
        "availability": facts.availability,
        "gender": facts.gender,
        "category": facts.category,
        "fine_category": facts.fine_category,
        "pattern": facts.pattern,
        "colors": list(facts.colors),
        "shades": list(facts.shades),
        "images": [{"url": image.url, "usefulness": image.usefulness} for image in images],
        "duplicate_of": product.duplicate_of,
        "state": product.state,
        "attention": product.attention,
    }
