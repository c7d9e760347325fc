"""kill -9 of any process in the middle of a reindex: it ends by itself, with what is live and nothing else."""

import contextlib
import os
import signal
from contextlib import ExitStack

import pytest
from sqlalchemy.exc import OperationalError

from backend import db
from backend.config import Settings
from backend.tenants import gallery_builds
from backend.tenants.gallery_builds import Build
from tests.conftest import passable_folder, wait_until
from tests.e2e.conftest import Deployment, start, stop
from tests.e2e.test_kill import _assert_gallery_has_what_is_live, serving

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]
KILLS = ("vision", "gallery", "redis", "scheduler", "postgres") * 2


def build_of(deployment: Deployment, tenant: str) -> Build | None:
    """Return the tenant's last build; None while the database is away."""
    with contextlib.suppress(OperationalError), db.transaction(tenant) as session:
        return gallery_builds.read(session, tenant).build
    return None


def test_ten_kills_in_the_middle_of_reindexing_leave_no_trace(shared):
    with serving(shared, "jsonld") as shop, passable_folder() as folder, ExitStack() as stack:
        running = start(folder / "data", "up")
        stack.callback(stop, running)
        tenant = running.crawl("reindexed", shop)
        running.wait_for_end(tenant)
        db.connect(Settings.from_env(running.env).database_url)
        for number, part in enumerate(KILLS):
            kill_in_the_middle(running, tenant, part, 1 + 100 * (number // 5))  # early the first time, later then

            _assert_gallery_has_what_is_live(running, tenant)


def kill_in_the_middle(deployment: Deployment, tenant: str, part: str, pictures: int) -> None:
    """Ask for a reindex, kill the part when so many pictures are written, and wait until the reindex is done."""
    asked = deployment.niteru("reindex", tenant)["reindex"]
    wait_until(lambda: _written(deployment, tenant, asked) >= pictures, seconds=300, what=f"{pictures} pictures")
    assert not _is_done(deployment, tenant, asked)
    os.kill(deployment.pid_of(part), signal.SIGKILL)
    wait_until(lambda: _is_done(deployment, tenant, asked), seconds=400, what=f"the end after a kill of {part}")


def _written(deployment: Deployment, tenant: str, build_id: str) -> int:
    build = build_of(deployment, tenant)
    return build.written if build and build.id == build_id else 0


def _is_done(deployment: Deployment, tenant: str, build_id: str) -> bool:
    build = build_of(deployment, tenant)
    return build is not None and build.id == build_id and build.stage == "done"
