"""kill -9 of any process at any moment of a crawl: the run ends complete all the same."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from sqlalchemy import func, select

from backend import db
from backend.config import Settings
from backend.ingest.publishing import gallery_of
from backend.tenants.models import Detection, ProductImage
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
    with passable_folder() as folder, ExitStack() as stack:
        running = start(folder / "data", "up")
        stack.callback(stop, running)
        tenant = _crawl(running, part, shop)
        for pages in (15, 60):
            _wait_for_pages(running, tenant, pages)
            os.kill(running.pid_of(part), signal.SIGKILL)
            time.sleep(3)  # until the supervisor has started it again
        _wait_for_end(running, tenant)

        _assert_complete(running, tenant, shop)


def test_a_crawl_ends_complete_after_niteru_up_itself_was_killed(shop):
    with passable_folder() as folder, ExitStack() as stack:
        running = start(folder / "data", "up")
        stack.callback(lambda: stop(running))
        tenant = _crawl(running, "up", shop)
        former: list[psutil.Process] = []
        for pages in (15, 60):
            _wait_for_pages(running, tenant, pages)
            former += psutil.Process(running.process.pid).children(recursive=True)
            running.process.kill()
            running.process.wait(10)
            running = start(folder / "data", "up")  # at once: nobody waits for what the kill left behind
        _wait_for_end(running, tenant)

        _assert_complete(running, tenant, shop)
        _gone, alive = psutil.wait_procs(former, timeout=60)
        assert not alive, f"outlived a killed niteru up: {alive}"


def _crawl(deployment: Deployment, name: str, shop: str) -> str:
    """Ask for a crawl of the shop by a new tenant; return its id."""
    host = shop.removeprefix("http://")
    tenant = deployment.niteru("tenants", "create", "--name", name, "--shop-url", shop, "--allow-host", host)
    deployment.niteru("crawl", tenant["tenant"])
    return tenant["tenant"]


def _assert_complete(deployment: Deployment, tenant: str, shop: str) -> None:
    """The run succeeded, every product is there, every picture is settled, and the gallery has what is live."""
    status = deployment.niteru("status", tenant)
    products = deployment.niteru("products", tenant)

    assert status["run"]["state"] == "succeeded", deployment.logs()
    expected = truth(shop)
    assert {product["url"] for product in products} == set(expected)
    assert all(product["title"] == expected[product["url"]]["title"] for product in products)
    images, pages = status["run"]["images"], status["run"]["pages"]
    assert images["wanted"] == images["stored"] == images["failed"] == 0
    assert pages["failed"] == 0
    _assert_gallery_has_what_is_live(deployment, tenant)


def _assert_gallery_has_what_is_live(deployment: Deployment, tenant: str) -> None:
    settings = Settings.from_env(deployment.env)
    db.connect(settings.database_url)
    gallery = gallery_of(settings, tenant)
    query = (
        select(ProductImage.id, func.count(Detection.embedding_id), func.min(Detection.embedding_id))
        .outerjoin(Detection, Detection.image_id == ProductImage.id)
        .where(ProductImage.tenant_id == tenant, ProductImage.state == "live")
        .group_by(ProductImage.id)
    )
    with db.transaction(tenant) as session:
        live = list(session.execute(query))

    entries = gallery.embedding_ids()
    assert live
    assert [image for image, count, _ in live if count != 1] == [], "live pictures without exactly one garment for sale"
    assert entries == {entry for _, _, entry in live}
    assert gallery.count() == len(live), "rows that the gallery has twice"


def _wait_for_pages(deployment: Deployment, tenant: str, pages: int) -> None:
    wait_until(lambda: _fetched(deployment, tenant) >= pages, seconds=180, what=f"{pages} pages")


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
