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

        before = _photo_search(deployment, third, shared)
        crawling = [deployment.crawl(f"crawler {number}", shop.url) for number, shop in enumerate(shops[1:])]
        during, at_work = [], True
        while at_work and len(during) < 6:
            during.append(_photo_search(deployment, third, shared))
            at_work = all(
                (deployment.run_of(tenant) or {}).get("state") in {"queued", "running"} for tenant in crawling
            )
        for tenant in crawling:
            deployment.wait_for_end(tenant)
        after = _photo_search(deployment, third, shared)

    for when, runs in {"before": [before], "while two shops are crawled": during, "after": [after]}.items():
        print(f"photo search {when}, median ms by stage:", *runs, sep="\n  ")
    quiet, busy = statistics.mean([before["all"], after["all"]]), statistics.median(run["all"] for run in during)
    print(f"{busy:.0f} ms instead of {quiet:.0f}: {busy / quiet:.2f}")
    assert busy <= SLOWER_AT_MOST * quiet


def _photo_search(deployment: Deployment, tenant: str, shared: Path) -> dict[str, float]:
    """Send photos as one shopper after the other would; return the medians of each stage and of all, in ms."""
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
    stages = {name: stage["median_ms"] for name, stage in run["stages"].items() if "median_ms" in stage}
    return {"all": run["ms"]["median"], **stages}
