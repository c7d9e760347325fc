"""Commands of the operator: run everything, one process, the checks."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from backend import db, logs, queues
from backend.cli.answer import as_json, connect, show
from backend.config import ConfigError, Settings, environment, find_data_dir

if TYPE_CHECKING:
    from backend.up.supervisor import Part


@click.command()
def up() -> None:
    """Run every process of a deployment on this machine until Ctrl-C."""
    run_everything(environment(), (), lambda _runtime: None)


def run_everything(
    env: Mapping[str, str], extra: "Sequence[Part]", on_ready: Callable[[Mapping[str, str]], None]
) -> None:
    """Run the deployment's parts and `extra` ones until Ctrl-C; raises ConfigError when one does not start."""
    from backend.up.run import run
    from backend.up.supervisor import PartFailed

    def ready(runtime: Mapping[str, str]) -> None:
        _print_ready({**env, **runtime})
        on_ready(runtime)

    logs.setup("WARNING")
    try:
        run(find_data_dir(env), env, ready, extra=extra)
    except PartFailed as error:
        raise ConfigError(str(error)) from None


def _print_ready(env: Mapping[str, str]) -> None:
    settings = Settings.from_env(env)
    click.echo(f"Niteru is ready: {settings.public_url}/ (dashboard), {settings.public_url}/v1 (API)")
    click.echo(f"Data and logs: {settings.data_dir}. Ctrl-C stops everything.")


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Say what is there, what is missing, and how to mend it."""
    from backend.up.doctor import examine

    findings = examine(environment())
    broken = [finding for finding in findings if finding.needed and not finding.ok]

    def text() -> str:
        marks = {True: "ok     ", False: "MISSING"}
        lines = [f"{marks[f.ok] if f.needed or f.ok else 'absent '}  {f.name}: {f.found}" for f in findings]
        advice = [f"  {f.name}: {f.mend}" for f in findings if not f.ok]
        return "\n".join([*lines, *(["", "To mend:", *advice] if advice else [])])

    show({"ok": not broken, "findings": [asdict(f) for f in findings]}, as_json=as_json, text=text)
    if broken:
        sys.exit(1)


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema (`niteru up` does it by itself)."""
    from backend.migrate import ensure_database, upgrade

    settings = Settings.from_env()
    if not settings.database_owner_url:
        raise ConfigError("DATABASE_OWNER_URL is not set. Migrations need the role that owns the tables.")
    ensure_database(settings.database_owner_url)
    upgrade(settings.database_owner_url, settings.database_url)


@click.command()
@click.argument("queue", type=click.Choice([queues.QUERY, queues.VISION, queues.CRAWL]))
def worker(queue: str) -> None:
    """Run one worker of a queue."""
    settings = connect()
    if queue == queues.QUERY:
        from backend.search import jobs as search_jobs

        queues.work(queue, warm_up=lambda: search_jobs.warm_up(settings), forking=False)
    elif queue == queues.VISION:
        from backend.ingest import jobs as ingest_jobs

        queues.work(queue, warm_up=lambda: ingest_jobs.warm_up_vision(settings), forking=False)
    else:
        queues.work(queue, warm_up=None, forking=True)


@click.command()
def scheduler() -> None:
    """Run the scheduler: due crawls, retries, what Redis lost, retention."""
    from backend.ingest.schedule import run_scheduler

    run_scheduler(connect())


@click.command()
def egress() -> None:
    """Run the egress proxy: the one way out, which refuses private addresses."""
    from backend.ingest.fetching.proxy import serve

    settings = Settings.from_env()
    logs.setup(settings.log_level)
    db.connect(settings.database_url)
    serve(settings)
