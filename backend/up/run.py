"""The command `niteru up`."""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from backend import migrate
from backend.config import ConfigError, runtime_file
from backend.up.parts import Plan, Private, plan
from backend.up.supervisor import Part, Supervisor

log = logging.getLogger(__name__)


def run(
    data_dir: Path,
    env: Mapping[str, str],
    on_ready: Callable[[Mapping[str, str]], None],
    *,
    extra: Sequence[Part] = (),
) -> None:
    """Run every part, and `extra` ones, until Ctrl-C. Calls `on_ready` with the settings once everything answers.

    Raises ConfigError when another `niteru up` holds the data folder, PartFailed when a part does not start.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with only_one(data_dir):
        private = Private.load(_read(data_dir / "private.json"))
        _write(data_dir / "private.json", private.as_dict())
        todo = plan(data_dir, private, env)
        _write(runtime_file(data_dir), todo.runtime)
        parts = (*todo.parts, *extra)
        supervisor = Supervisor(parts, data_dir / "logs", between={todo.migrate_after: lambda: _migrate(todo)})
        try:
            supervisor.run(lambda: _ready(supervisor, todo, on_ready))
        finally:
            runtime_file(data_dir).unlink(missing_ok=True)


def _ready(supervisor: Supervisor, todo: Plan, on_ready: Callable[[Mapping[str, str]], None]) -> None:
    log.info("up_ready", extra={"pids": supervisor.pids()})
    on_ready(todo.runtime)


def _migrate(todo: Plan) -> None:
    migrate.ensure_database(todo.runtime["DATABASE_OWNER_URL"])
    migrate.upgrade(todo.runtime["DATABASE_OWNER_URL"], todo.runtime["DATABASE_URL"])


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock, which its process keeps as long as it lives. Raises ConfigError."""
    with (data_dir / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"Niteru is running with {data_dir} already. Stop it with Ctrl-C there, or set NITERU_DATA."
            ) from None
        yield


def _read(path: Path) -> dict[str, str | int]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _write(path: Path, values: Mapping[str, str | int]) -> None:
    """Write atomically, for this user's eyes only."""
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(dict(values), file, indent=1)
    temporary.replace(path)
