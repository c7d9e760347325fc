"""Two tenants crawl at once, and a third one's shoppers hardly notice."""

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import passable_folder
from tests.e2e.conftest import Deployment, start, stop
from tests.shops.real_shop import serve

pytestmark = [pytest.mark.soak, pytest.mark.timeout(2400)]
PHOTOS, SLOWER_AT_MOST = 30, 1.3


def test_two_crawls_slow_a_third_tenants_photo_search_by_no_more_than_a_third(shared: Path):
    with passable_folder() as folder, ExitStack() as stack:
        shops = [stack.enter_context(serve(shared, theme)) for theme in ("shopify", "jsonld", "spa")]
        deployment = start(folder / "data", "up", NITERU_CRAWL_DELAY_S="0.1", NITERU_CRAWL_WORKERS="2")
        stack.callback(stop, deployment)
        third = deployment.crawl("third", shops[0].url)
        deployment.wait_for_end(third)

        before = _median_ms(deployment, third, shared)
        crawling = [deployment.crawl(f"crawler {number}", shop.url) for number, shop in enumerate(shops[1:])]
        during, at_work = [], True
        while at_work and len(during) < 6:
            during.append(_median_ms(deployment, third, shared))
            at_work = all(
                (deployment.run_of(tenant) or {}).get("state") in {"queued", "running"} for tenant in crawling
            )
        for tenant in crawling:
            deployment.wait_for_end(tenant)
        after = _median_ms(deployment, third, shared)

    quiet, busy = statistics.mean([before, after]), statistics.median(during)
    print(f"photo search: {before} ms before, {during} while two shops are crawled, {after} after: {busy / quiet:.2f}")
    assert busy <= SLOWER_AT_MOST * quiet


def _median_ms(deployment: Deployment, tenant: str, shared: Path) -> float:
    """Send photos as one shopper after the other would; return the median."""
    photos = shared / "data" / "street_photos" / "images"
    words = ["bench", "photo", tenant, "--photos", str(photos), "--n", str(PHOTOS), "--clients", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "backend.cli", *words],
        env=deployment.env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (run,) = json.loads(done.stdout)["runs"]
    assert run["answered"] == PHOTOS, run
    return float(run["ms"]["median"])
