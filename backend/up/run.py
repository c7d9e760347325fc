"""The command `niteru up`."""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from backend import migrate
from backend.config import ConfigError, runtime_file
from backend.up.parts import Plan, Private, plan
from backend.up.supervisor import Supervisor

log = logging.getLogger(__name__)


def run(data_dir: Path, env: Mapping[str, str], on_ready: Callable[[Mapping[str, str]], None]) -> None:
    """Run every part until Ctrl-C. Calls `on_ready` with the settings once everything answers.

    Raises ConfigError when another `niteru up` holds the data folder, PartFailed when a part does not start.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with _OnlyOne(data_dir):
        private = Private.load(_read(data_dir / "private.json"))
        _write(data_dir / "private.json", private.as_dict())
        todo = plan(data_dir, private, env)
        _write(runtime_file(data_dir), todo.runtime)
        supervisor = Supervisor(todo.parts, data_dir / "logs", between={todo.migrate_after: lambda: _migrate(todo)})
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


class _OnlyOne(AbstractContextManager["_OnlyOne"]):
    """A lock on the data folder, held as long as its process lives."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "up.lock"
        self._file: TextIOWrapper | None = None

    def __enter__(self) -> "_OnlyOne":
        self._file = self._path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"Niteru is running with {self._path.parent} already. Stop it with Ctrl-C there, or set NITERU_DATA."
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()


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
