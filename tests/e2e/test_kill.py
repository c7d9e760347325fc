"""kill -9 of any process at any moment of a crawl: the run ends complete all the same."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from sqlalchemy import func, select

from backend import db
from backend.config import Settings
from backend.ingest.cataloging.publishing import gallery_of
from backend.tenants.models import Detection, ProductImage
from tests.conftest import free_port, listens, passable_folder, wait_until
from tests.e2e.conftest import Deployment, start, stop

pytestmark = pytest.mark.soak
VICTIMS = ("crawl", "chromium", "redis", "gallery")
PARTS = ("crawl", "vision", "redis", "gallery", "postgres", "egress", "scheduler", "web", "query")


@contextmanager
def serving(shared: Path, theme: str) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, shared / "shops" / "serve.py", "--theme", theme, "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: listens(port), what="the shop")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def shop(shared: Path):
    with serving(shared, "jsonld") as url:
        yield url


@pytest.fixture
def drawn_shop(shared: Path):
    """The shop whose pages only Chromium can read."""
    with serving(shared, "spa") as url:
        yield url


def truth(shop: str) -> dict[str, dict]:
    with urlopen(f"{shop}/_control/truth") as response:
        return {product["url"]: product for product in json.load(response)["products"]}


@pytest.mark.parametrize("part", PARTS)
def test_a_crawl_ends_complete_after_a_kill(part, shop):
    with passable_folder() as folder, ExitStack() as stack:
        running = start(folder / "data", "up")
        stack.callback(stop, running)
        tenant = running.crawl(part, shop)
        for pages in (15, 60):
            _wait_for_pages(running, tenant, pages)
            os.kill(running.pid_of(part), signal.SIGKILL)
            time.sleep(3)  # until the supervisor has started it again
        running.wait_for_end(tenant)

        _assert_complete(running, tenant, shop)


def test_a_crawl_ends_complete_after_niteru_up_itself_was_killed(shop):
    with passable_folder() as folder, ExitStack() as stack:
        running = start(folder / "data", "up")
        stack.callback(lambda: stop(running))
        tenant = running.crawl("up", shop)
        former: list[psutil.Process] = []
        for pages in (15, 60):
            _wait_for_pages(running, tenant, pages)
            former += psutil.Process(running.process.pid).children(recursive=True)
            running.process.kill()
            running.process.wait(10)
            running = start(folder / "data", "up")  # at once: nobody waits for what the kill left behind
        running.wait_for_end(tenant)

        _assert_complete(running, tenant, shop)
        _gone, alive = psutil.wait_procs(former, timeout=60)
        assert not alive, f"outlived a killed niteru up: {alive}"


@pytest.mark.timeout(2400)
def test_twenty_kills_at_random_moments_leave_no_trace(drawn_shop):
    """The catalogue is that of an unkilled crawl, and no more was drawn twice than what was in flight at a kill."""
    moments = random.Random(4)
    with passable_folder() as folder, ExitStack() as stack:
        running = start(folder / "data", "up")
        stack.callback(stop, running)
        tenant = running.crawl("random", drawn_shop)
        kills = 0
        for victim in VICTIMS * 5:
            time.sleep(moments.uniform(1.0, 6.0))
            kills += _kill_if_alive(running, victim)
        running.wait_for_end(tenant)

        _assert_complete(running, tenant, drawn_shop)
    with urlopen(f"{drawn_shop}/_control/log") as response:
        drawn = Counter(asked["path"] for asked in json.load(response) if asked["path"].startswith("/api/products/"))
    assert kills >= len(VICTIMS)
    assert sum(drawn.values()) - len(drawn) <= kills


def _kill_if_alive(deployment: Deployment, victim: str) -> bool:
    """Kill a part, or the Chromium of the crawl that runs; False when there is none at this moment."""
    try:
        pid = _chromium(deployment) if victim == "chromium" else deployment.pid_of(victim)
        os.kill(pid, signal.SIGKILL)
    except (AssertionError, LookupError, ProcessLookupError, psutil.NoSuchProcess):
        return False
    return True


def _chromium(deployment: Deployment) -> int:
    """Return the process id of the crawl's Chromium. Raises LookupError."""
    for child in psutil.Process(deployment.pid_of("crawl")).children(recursive=True):
        line = child.cmdline()
        if line and "chrom" in line[0] and not any(word.startswith("--type=") for word in line):
            return child.pid
    raise LookupError


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
    run = deployment.run_of(tenant)
    return run["pages"]["http"] + run["pages"]["browser"] if run else 0
