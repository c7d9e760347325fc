"""Commands about a shop's gallery: build it anew, go back to the former one, move it to another Milvus."""

import time
from collections.abc import Callable
from typing import Any

import click

from backend.cli.answer import as_json, connect, find_tenant_id, show
from backend.config import Settings
from backend.db import transaction
from backend.tenants import accounts, gallery_builds
from backend.tenants.gallery_builds import Build, GalleryBusy, Place

OTHER_MODEL = (
    "The live gallery was made by another model. From the moment the worker begins, photo searches and similar items "
    "of this shop answer with what the new one holds so far; until then they find no gallery (503, gallery_mismatch), "
    "and new pictures wait. Search by words goes on."
)


@click.command()
@click.argument("tenant")
@click.option("--wait", is_flag=True, help="Return when the new gallery is live, with its figures.")
@click.option(
    "--rollback", is_flag=True, help="Stop the reindex under way; without one, go back to the gallery before."
)
@as_json
def reindex(tenant: str, wait: bool, rollback: bool, as_json: bool) -> None:
    """Build a shop's gallery anew from its stored pictures, beside the live one, and let it take over.

    The vision worker does it between its other work. Searches go on in the live gallery, which is kept for --rollback.
    """
    settings = connect()
    tenant_id = find_tenant_id(tenant)
    build = _undo(settings, tenant_id) if rollback else _start(settings, tenant_id)
    if wait and build.is_open:
        build = _watch(tenant_id, build.id)
    facts = _facts(tenant_id, build)
    show(facts, as_json=as_json, text=lambda: _describe(facts))


def _start(settings: Settings, tenant_id: str) -> Build:
    from backend.ingest import jobs
    from backend.ingest.cataloging import publishing
    from backend.ingest.cataloging import reindex as work
    from backend.search.milvus_gallery import GalleryMismatch

    try:
        publishing.gallery_of(settings, tenant_id).count()
    except GalleryMismatch:
        click.echo(OTHER_MODEL, err=True)
    build = work.ask(tenant_id)
    jobs.enqueue_build(tenant_id)
    return build


def _undo(settings: Settings, tenant_id: str) -> Build:
    from backend.ingest.cataloging import copying
    from backend.ingest.cataloging import reindex as work

    canceled = work.cancel(settings, tenant_id)
    if canceled is not None:
        return canceled
    build = copying.ask_rollback(settings, tenant_id)
    return _carry_through(tenant_id, build, lambda: copying.step(settings, tenant_id, build.id))


@click.group()
def gallery() -> None:
    """Where a shop's gallery lives."""


@gallery.command()
@click.argument("tenant")
@click.argument("milvus_uri", metavar="MILVUS_URI", required=False)
@click.option("--forget-old", is_flag=True, help="Drop what earlier moves of this shop left where it lived before.")
@as_json
def move(tenant: str, milvus_uri: str | None, forget_old: bool, as_json: bool) -> None:
    """Copy a shop's gallery to the Milvus at MILVUS_URI (`default`: the deployment's own), then search it there.

    Searches and writes go on. Killed, it is taken up again by itself or by the same command; naming the Milvus where
    the gallery lives stops it. The old copy stays until --forget-old. Every Milvus is asked with MILVUS_TOKEN.
    """
    if milvus_uri is None and not forget_old:
        raise click.UsageError("Name a MILVUS_URI, or --forget-old.")
    settings = connect()
    tenant_id = find_tenant_id(tenant)
    build = _move(settings, tenant_id, milvus_uri) if milvus_uri else None
    forgotten = _forget(settings, tenant_id) if forget_old else ()
    facts = {**_where(tenant_id, build), "forgotten": [place.collection for place in forgotten]}
    show(facts, as_json=as_json, text=lambda: _describe_move(facts))


def _move(settings: Settings, tenant_id: str, milvus_uri: str) -> Build | None:
    from backend.ingest.cataloging import copying

    build = copying.ask_move(settings, tenant_id, milvus_uri)
    if build is None:
        return None
    return _carry_through(tenant_id, build, lambda: copying.step(settings, tenant_id, build.id))


def _forget(settings: Settings, tenant_id: str) -> tuple[Place, ...]:
    from backend.ingest.cataloging import copying

    with transaction(tenant_id) as session:
        if gallery_builds.read(session, tenant_id).open_build():
            raise GalleryBusy("A gallery is under way; ask again when it has ended.")
    return copying.forget_left(settings, tenant_id)


def _carry_through(tenant_id: str, build: Build, step: Callable[[], bool]) -> Build:
    """Do a build's steps here, telling how far it is; returns what became of it."""
    told = time.monotonic()
    while build.is_open and step():
        if time.monotonic() - told > 1:
            told = time.monotonic()
            click.echo(_progress_line(_read(tenant_id, build.id)), err=True)
    return _read(tenant_id, build.id)


def _watch(tenant_id: str, build_id: str) -> Build:
    """Wait until others have ended a build, telling how far it is."""
    told = ""
    while (build := _read(tenant_id, build_id)).is_open:
        line = _progress_line(build)
        if line != told:
            click.echo(line, err=True)
            told = line
        time.sleep(1)
    return build


def _read(tenant_id: str, build_id: str) -> Build:
    with transaction(tenant_id) as session:
        build = gallery_builds.read(session, tenant_id).build
    if build is None or build.id != build_id:
        raise GalleryBusy("Another build of this gallery was begun meanwhile.")
    return build


def _progress_line(build: Build) -> str:
    return f"{build.kind}: {build.stage}, {build.written} of {build.total}"


def _facts(tenant_id: str, build: Build) -> dict[str, Any]:
    with transaction(tenant_id) as session:
        kept = gallery_builds.read(session, tenant_id)
    return {
        "tenant": tenant_id,
        build.kind: build.id,
        "state": build.stage,
        "total": build.total,
        "written": build.written,
        "failed": build.failed,
        "seconds": build.seconds,
        "model": build.target.model_id if build.target else None,
        "collection": build.target.collection if build.target else None,
        "former": kept.former.collection if kept.former else None,
    }


def _where(tenant_id: str, build: Build | None) -> dict[str, Any]:
    with transaction(tenant_id) as session:
        kept = gallery_builds.read(session, tenant_id)
        uri = accounts.get_tenant(session, tenant_id).gallery_uri
    return {
        "tenant": tenant_id,
        "gallery_uri": uri or "default",
        "state": build.stage if build else "unchanged",
        "entries": build.total if build else None,
        "copied": build.written if build else 0,
        "seconds": build.seconds if build else 0.0,
        "left": [{"gallery_uri": place.uri or "default", "collection": place.collection} for place in kept.left],
    }


def _describe(facts: dict[str, Any]) -> str:
    line = f"{facts['state']}: {facts['written']} of {facts['total']} pictures, {facts['failed']} failed"
    back = "Go back with --rollback." if facts["former"] else ""
    return f"{line}, {facts['seconds']} s. {back}".strip()


def _describe_move(facts: dict[str, Any]) -> str:
    lines = [f"{facts['state']}: the gallery lives at {facts['gallery_uri']}"]
    if facts["left"]:
        left = ", ".join(f"{one['collection']} at {one['gallery_uri']}" for one in facts["left"])
        lines.append(f"Still there: {left}. Drop it with --forget-old.")
    return "\n".join(lines)
