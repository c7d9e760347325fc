"""The proxy as a process: the tenants' exceptions it reads, a database that is away, too many at once, its end."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from backend import db, egress
from backend.config import PROJECT, Settings
from backend.ingest.fetching.proxy import TenantExceptions
from backend.ingest.fetching.proxy_wire import Bounds
from backend.tenants.models import new_id
from tests.conftest import Shop, free_port, listens, wait_until
from tests.ingest.fetching.asking import ask
from tests.ingest.local_shop import Answer, LocalShop, run_proxy


def test_exceptions_are_read_from_the_database_for_that_tenant_only(make_shop: Callable[..., Shop]) -> None:
    ours, theirs = make_shop(allow_hosts=["127.0.0.1:8901"]), make_shop()
    exceptions = TenantExceptions()

    async def read() -> list[frozenset[str] | None]:
        return [await exceptions(tenant_id) for tenant_id in (ours.tenant_id, theirs.tenant_id, new_id())]

    assert asyncio.run(read()) == [frozenset({"127.0.0.1:8901"}), frozenset(), None]


def test_without_its_database_the_proxy_says_that_it_is_not_ready() -> None:
    db.connect(nowhere())

    with run_proxy(allow_hosts=TenantExceptions()) as proxy:
        answer = ask(proxy.port, "http://shop.example/", new_id())

    assert answer.startswith("HTTP/1.1 503 not_ready\r\n")


def nowhere() -> str:
    """The address of a database that does not answer."""
    return f"postgresql+psycopg://x:x@127.0.0.1:{free_port()}/x"


def test_exceptions_that_were_read_a_moment_ago_outlive_the_database(
    settings: Settings, make_shop: Callable[..., Shop]
) -> None:
    shop = make_shop(allow_hosts=["127.0.0.1:8901"])
    exceptions = TenantExceptions(keep_s=0.0, stale_s=60.0)
    before = asyncio.run(exceptions(shop.tenant_id))

    db.connect(nowhere())
    after = asyncio.run(exceptions(shop.tenant_id))
    db.connect(settings.database_url)

    assert before == after == frozenset({"127.0.0.1:8901"})


def test_too_many_requests_at_once_are_refused_for_a_while(local_shop: LocalShop) -> None:
    local_shop.pages["/slow"] = Answer("late", wait_s=20)
    ours, theirs = new_id(), new_id()

    with run_proxy(replace(Bounds(), connections=2, all_connections=3)) as proxy, ThreadPoolExecutor(3) as pool:
        proxy.allow = {ours: {local_shop.host}, theirs: {local_shop.host}}
        busy = [pool.submit(ask, proxy.port, f"{local_shop.url}/slow", tenant) for tenant in (ours, ours, theirs)]
        wait_until(lambda: len(local_shop.asked) == 3, what="three requests under way")
        refused = [ask(proxy.port, f"{local_shop.url}/", tenant) for tenant in (ours, theirs)]
        local_shop.woken.set()
        answers = [one.result(30) for one in busy]

    assert [answer.partition("\r\n")[0] for answer in refused] == ["HTTP/1.1 503 too_many_connections"] * 2
    assert all(answer.endswith("late") for answer in answers)


def test_the_process_serves_a_tenant_and_ends_when_told(
    settings: Settings, make_shop: Callable[..., Shop], local_shop: LocalShop
) -> None:
    shop = make_shop(allow_hosts=[local_shop.host])
    local_shop.pages["/"] = Answer("hello")
    port = free_port()
    own = {
        "NITERU_DATA": str(settings.data_dir),
        "NITERU_SECRET_KEY": settings.secret_key,
        "REDIS_URL": settings.redis_url,
        "DATABASE_URL": settings.database_url,
        "MILVUS_URI": settings.milvus_uri,
        "NITERU_EGRESS_URL": f"http://127.0.0.1:{port}",
    }
    code = (
        "from backend.config import Settings; from backend.ingest.fetching.proxy import serve;"
        " serve(Settings.from_env())"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ | own, cwd=PROJECT)
    wait_until(lambda: listens(port), what="the proxy")

    password = egress.password_for(settings.secret_key, shop.tenant_id)
    answer = ask(port, f"{local_shop.url}/", shop.tenant_id, password=password)
    process.send_signal(signal.SIGTERM)

    assert answer.endswith("hello")
    assert process.wait(20) == 0
