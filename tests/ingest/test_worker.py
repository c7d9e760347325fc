"""The crawl worker is killed: the job that it forked ends with it."""

import os
import signal
import subprocess
import sys

import psutil

from backend import queues
from backend.config import PROJECT
from tests.conftest import wait_until

WORKER = """
from backend import queues
from backend.config import environment
queues.connect(environment()["REDIS_URL"])
queues.work(queues.CRAWL, warm_up=None, forking=True)
"""


def test_a_killed_worker_takes_its_running_job_along(redis_url):
    queues.connect(redis_url).flushdb()
    queues.queue(queues.CRAWL).enqueue_call("time.sleep", args=(120,))
    worker = subprocess.Popen([sys.executable, "-c", WORKER], cwd=PROJECT, env={**os.environ, "REDIS_URL": redis_url})
    family = psutil.Process(worker.pid)
    wait_until(lambda: bool(family.children()), what="the job's process")
    (job,) = family.children()

    worker.send_signal(signal.SIGKILL)
    worker.wait(30)

    _gone, alive = psutil.wait_procs([job], timeout=30)
    assert alive == []
