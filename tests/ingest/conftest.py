"""A shop, a trap and an egress proxy for each test that asks for one; see local_shop.py."""

from collections.abc import Iterator

import pytest

from backend.tenants.models import new_id
from tests.ingest.local_shop import LocalShop, RunningProxy, Trap, run_proxy


@pytest.fixture
def local_shop() -> Iterator[LocalShop]:
    shop = LocalShop()
    yield shop
    shop.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


@pytest.fixture
def proxy() -> Iterator[RunningProxy]:
    with run_proxy() as running:
        yield running


@pytest.fixture
def tenant(proxy: RunningProxy, local_shop: LocalShop) -> str:
    """A tenant for whom the operator has opened the local shop."""
    tenant_id = new_id()
    proxy.allow[tenant_id] = {local_shop.host}
    return tenant_id
