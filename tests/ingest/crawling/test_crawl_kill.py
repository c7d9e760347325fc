"""A crawl's worker dies by kill -9; the next one goes on with what is open and asks for nothing twice."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.config import PROJECT
from backend.db import transaction
from backend.ingest import schedule
from backend.tenants.models import IngestRun, now
from tests.conftest import wait_until
from tests.ingest.local_shop import Answer

pytest_plugins = ("tests.ingest.whole",)

GOODS = 24
WORKER = """
import sys
from backend import db, queues
from backend.config import Settings
from backend.ingest import jobs
settings = Settings.from_env()
db.connect(settings.database_url)
queues.connect(settings.redis_url)
jobs.crawl(tenant_id=sys.argv[1], run_id=sys.argv[2], attempt=0)
"""


@pytest.fixture
def slow_shop(selling_shop):
    views = ["dr01-navy", "ts01-white", "pt01-indigo", "sk01-green"]
    for number in range(GOODS):
        goods = selling_shop.sell(views[number % 4], f"Dress number {number}", f"{number + 10}.00")
        del selling_shop.goods[goods.slug]
        goods.slug = f"dress-{number}"
        selling_shop.goods[goods.slug] = goods
    selling_shop.open()
    for path, answer in list(selling_shop.pages.items()):
        if path.startswith("/products/"):
            selling_shop.pages[path] = Answer(answer.body, wait_s=0.15)
    return selling_shop


def start_worker(ingest, run_id):
    settings = ingest.settings
    env = {
        **os.environ,
        "NITERU_DATA": str(settings.data_dir),
        "NITERU_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "MILVUS_URI": settings.milvus_uri,
        "NITERU_EGRESS_URL": settings.egress_url,
        "NITERU_CRAWL_DELAY_S": "0",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, ingest.tenant_id, run_id], cwd=PROJECT, env=env)


def product_pages(shop):
    return [path for path in shop.asked if path.startswith("/products/")]


def test_a_killed_crawl_ends_complete_and_refetches_at_most_what_was_in_flight(ingest, slow_shop):
    run_id = ingest.ask()
    worker = start_worker(ingest, run_id)
    wait_until(lambda: len(product_pages(slow_shop)) >= GOODS // 3, seconds=120, what="a third of the pages")
    worker.send_signal(signal.SIGKILL)
    worker.wait(30)
    known = len(ingest.products())

    with transaction(ingest.tenant_id) as session:
        session.execute(update(IngestRun).values(heartbeat_at=now() - timedelta(minutes=1)))
    for _ in range(6):
        schedule.tick(everybody=True)
        ingest.work()

    assert 0 < known < GOODS
    facts = ingest.summary(run_id)
    assert facts["state"] == "succeeded"
    assert facts["products"]["new"] == GOODS
    assert set(ingest.products()) == set(slow_shop.goods)
    twice = [path for path in set(product_pages(slow_shop)) if slow_shop.count(path) > 1]
    assert len(twice) <= 2  # one was being written, and the next was on its way
    assert slow_shop.count("/sitemap.xml") == 1
    assert {image.state for image in ingest.images().values()} <= {"live", "set_aside"}
