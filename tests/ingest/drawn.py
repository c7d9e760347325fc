"""One Chromium behind one egress proxy for a whole test file, as in a crawl."""

from collections.abc import Iterator

import pytest

from backend.ingest.fetching.browser import Browser
from tests.ingest.local_shop import TENANT, LocalShop, RunningProxy, run_proxy


@pytest.fixture(scope="module")
def running() -> Iterator[RunningProxy]:
    with run_proxy() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(running: RunningProxy) -> Iterator[Browser]:
    with Browser(running.settings(), TENANT, timeout_s=20.0, unroll_s=60.0) as chromium:
        yield chromium


@pytest.fixture
def shop(running: RunningProxy, local_shop: LocalShop) -> LocalShop:
    running.allow[TENANT] = {local_shop.host}
    return local_shop
