"""Fixtures of the tests that crawl the real shop; without ../shared they skip."""

from collections.abc import Callable

import pytest

from backend.config import Settings
from backend.ingest import jobs
from backend.vision import Vision
from tests.conftest import Shop
from tests.ingest.whole import Ingest, vision, whole_settings
from tests.shops.real_shop import RealShop

__all__ = ["vision", "whole_settings"]


@pytest.fixture
def tenant_of(whole_settings: Settings, vision: Vision, make_shop: Callable[..., Shop]) -> Callable[[RealShop], Ingest]:
    """Return a function that makes a tenant for a shop; this process does the workers' jobs."""

    def make(real_shop: RealShop) -> Ingest:
        jobs.use(whole_settings, vision)
        return Ingest(whole_settings, make_shop(shop_url=real_shop.url + "/", allow_hosts=[real_shop.host]))

    return make
