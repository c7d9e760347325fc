"""kill -9 of any process at any moment of a crawl: the run ends complete all the same."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import free_port, listens, passable_folder, wait_until
from tests.e2e.conftest import Deployment, start, stop

pytestmark = pytest.mark.soak
PARTS = ("crawl", "vision", "redis", "gallery", "postgres", "egress", "scheduler", "web", "query")


@pytest.fixture
def shop(shared: Path):
    """The real shop, 0.1 s between pages so that kills meet a crawl in full swing."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, shared / "shops" / "serve.py", "--theme", "jsonld", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: listens(port), what="the shop")
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def truth(shop: str) -> dict[str, dict]:
    with urlopen(f"{shop}/_control/truth") as response:
        return {product["url"]: product for product in json.load(response)["products"]}


@pytest.mark.parametrize("part", PARTS)
def test_a_crawl_ends_complete_after_a_kill(part, shop):
    with passable_folder() as folder:
        deployment = start(folder / "data", "up")
        _crawl_and_kill(deployment, part, shop)


def _crawl_and_kill(deployment: Deployment, part: str, shop: str) -> None:
    try:
        host = shop.removeprefix("http://")
        tenant = deployment.niteru("tenants", "create", "--name", part, "--shop-url", shop, "--allow-host", host)
        deployment.niteru("crawl", tenant["tenant"])
        kills = _kill_in_the_middle(deployment, tenant["tenant"], part)
        _wait_for_end(deployment, tenant["tenant"])

        status = deployment.niteru("status", tenant["tenant"])
        products = deployment.niteru("products", tenant["tenant"])
    finally:
        stop(deployment)

    assert kills >= 2
    assert status["run"]["state"] == "succeeded", deployment.logs()
    expected = truth(shop)
    assert {product["url"] for product in products} == set(expected)
    assert all(product["title"] == expected[product["url"]]["title"] for product in products)
    assert status["run"]["images"]["wanted"] == status["run"]["images"]["stored"] == 0


def _kill_in_the_middle(deployment: Deployment, tenant: str, part: str) -> int:
    """Kill the part when a few pages are in, and again later; return how often."""
    kills = 0
    for pages in (15, 60):
        wait_until(lambda pages=pages: _fetched(deployment, tenant) >= pages, seconds=180, what=f"{pages} pages")
        os.kill(deployment.pid_of(part), signal.SIGKILL)
        kills += 1
        time.sleep(3)
    return kills


def _fetched(deployment: Deployment, tenant: str) -> int:
    run = _try_status(deployment, tenant)
    return run["pages"]["http"] + run["pages"]["browser"] if run else 0


def _wait_for_end(deployment: Deployment, tenant: str) -> None:
    def ended() -> bool:
        run = _try_status(deployment, tenant)
        return bool(run) and run["state"] not in {"queued", "running"}

    wait_until(ended, seconds=600, what="the end of the run")


def _try_status(deployment: Deployment, tenant: str) -> dict | None:
    """Ask for the status; None while the database is coming back."""
    line = [sys.executable, "-m", "backend.cli", "status", tenant, "--json"]
    done = subprocess.run(line, env=deployment.env, capture_output=True, text=True, timeout=120, check=False)
    return json.loads(done.stdout)["run"] if done.returncode == 0 else None
