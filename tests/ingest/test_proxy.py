"""The egress proxy, asked by raw sockets so that no client library tidies up what an attacker would write."""

import asyncio
import base64
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from backend import db, egress
from backend.config import PROJECT, Settings
from backend.ingest.proxy import TenantExceptions
from backend.ingest.proxy_wire import Bounds
from backend.ingest.public_addresses import is_public
from backend.tenants.models import new_id
from tests.conftest import Shop, free_port, listens, wait_until
from tests.ingest.local_shop import SECRET, Answer, LocalShop, RunningProxy, Trap, run_proxy


def ask(
    port: int, target: str, tenant_id: str, *, method: str = "GET", password: str | None = None, more: str = ""
) -> str:
    """Send one request to the proxy and return all it answers until it is silent or hangs up."""
    secret = egress.password_for(SECRET, tenant_id) if password is None else password
    credentials = base64.b64encode(f"{tenant_id}:{secret}".encode()).decode()
    head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic {credentials}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"{head}Connection: close\r\n\r\n".encode())
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while part := client.recv(65536):
            answer += part
    return answer.decode("utf-8", "replace")


def reason_of(answer: str) -> str:
    """The refusal's reason, from the header; "" for an answer that is none."""
    found = re.search(r"^x-niteru-egress: *(\S+)", answer.partition("\r\n\r\n")[0], re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.5",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1",
        "::", "::1", "::ffff:93.184.216.34", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
        "100::1", "3fff::1", "", "example.com", "0177.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "169.253.0.1", "2606:4700::1111", "2a00:1450::5"],
)
def test_a_public_address_is_known_as_such(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "private_address"),
        ("127.1", "bad_host"),
        ("0177.0.0.1", "bad_host"),
        ("0x7f.0.0.1", "bad_host"),
        ("0x7f000001", "bad_host"),
        ("2130706433", "bad_host"),
        ("127.0.0.1.", "private_address"),
        ("127.0.0.256", "bad_host"),
        ("[::1]", "private_address"),
        ("[::]", "private_address"),
        ("[::ffff:127.0.0.1]", "private_address"),
        ("[::ffff:7f00:1]", "private_address"),
        ("[64:ff9b::127.0.0.1]", "private_address"),
        ("[2002:7f00:1::]", "private_address"),
        ("[fe80::1%25lo]", "bad_host"),
        ("localhost", "private_address"),
        ("metadata.internal", "private_address"),
        ("rebinding.example", "private_address"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_no_spelling_of_a_private_address_gets_through(
    proxy: RunningProxy, host: str, reason: str, method: str
) -> None:
    tenant_id = new_id()
    proxy.allow[tenant_id] = set()
    proxy.names = {
        "localhost": ["127.0.0.1", "::1"],
        "metadata.internal": ["169.254.169.254"],
        "rebinding.example": ["10.0.0.7", "fd00::7"],
    }

    answer = ask(proxy.port, f"{host}:443" if method == "CONNECT" else f"http://{host}/", tenant_id, method=method)

    assert answer.startswith(f"HTTP/1.1 403 {reason}\r\n")
    assert reason_of(answer) == reason


def test_only_the_address_that_was_checked_is_connected_to(local_shop: LocalShop, proxy: RunningProxy) -> None:
    """A name that is public when it is checked and private a moment later (rebinding) is asked for once only."""
    tenant_id = new_id()
    proxy.allow[tenant_id] = set()
    proxy.names = {"shop.example": ["192.0.2.9", "127.0.0.1"]}

    answer = ask(proxy.port, "http://shop.example/", tenant_id)

    assert reason_of(answer) == "private_address"
    assert proxy.resolved == ["shop.example"]
    assert local_shop.asked == []


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_a_name_that_turns_private_between_two_questions_is_never_connected_to(
    local_shop: LocalShop, method: str
) -> None:
    """Rebinding: whatever is answered later, the address that was checked is the one that is connected to."""
    asked: list[str] = []
    connected: list[str] = []

    async def turning(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    async def connect(address: str, _port: int, **_: Any) -> Any:
        connected.append(address)
        raise OSError

    tenant_id = new_id()
    target = "shop.example:80" if method == "CONNECT" else "http://shop.example/"
    with pytest.MonkeyPatch.context() as patch, run_proxy(resolve=turning) as proxy:
        proxy.allow[tenant_id] = set()
        patch.setattr(asyncio, "open_connection", connect)
        first = ask(proxy.port, target, tenant_id, method=method)
        second = ask(proxy.port, target, tenant_id, method=method)

    assert [reason_of(answer) for answer in (first, second)] == ["unreachable", "private_address"]
    assert (len(asked), connected) == (2, ["93.184.216.34"])
    assert local_shop.asked == []


def test_a_tenants_exception_opens_that_host_and_port_only(
    local_shop: LocalShop, trap: Trap, proxy: RunningProxy, tenant: str
) -> None:
    local_shop.pages["/"] = Answer("<h1>Shop</h1>")

    opened = ask(proxy.port, f"{local_shop.url}/", tenant)
    other_port = ask(proxy.port, f"http://127.0.0.1:{trap.port}/", tenant)
    other_name = ask(proxy.port, f"http://localhost:{local_shop.port}/", tenant)

    assert opened.startswith("HTTP/1.1 200")
    assert opened.endswith("<h1>Shop</h1>")
    assert other_port.startswith("HTTP/1.1 403")
    assert not other_name.startswith("HTTP/1.1 200")
    assert trap.touched == 0
    assert local_shop.asked == ["/"]


def test_an_exception_for_a_name_opens_its_port_and_no_private_address(
    local_shop: LocalShop, proxy: RunningProxy
) -> None:
    """Whoever owns the name decides where it points: at the machine's own services, say."""
    tenant_id = new_id()
    proxy.allow[tenant_id] = {f"shop.example:{local_shop.port}", "public.example:81"}
    proxy.names = {"shop.example": ["127.0.0.1"], "public.example": ["240.0.0.1", "10.0.0.1"]}

    inside = ask(proxy.port, f"http://shop.example:{local_shop.port}/", tenant_id)
    tunnel = ask(proxy.port, f"shop.example:{local_shop.port}", tenant_id, method="CONNECT")
    other_port = ask(proxy.port, "http://public.example:82/", tenant_id)
    proxy.names["public.example"] = ["93.184.216.34"]
    other_public_port = ask(proxy.port, "http://public.example:82/", tenant_id)

    assert [reason_of(answer) for answer in (inside, tunnel, other_port)] == ["private_address"] * 3
    assert reason_of(other_public_port) == "port_not_allowed"
    assert local_shop.asked == []


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_one_tenants_exception_opens_nothing_for_another(
    local_shop: LocalShop, proxy: RunningProxy, tenant: str, method: str
) -> None:
    stranger = new_id()
    proxy.allow[stranger] = set()
    target = local_shop.host if method == "CONNECT" else f"{local_shop.url}/"

    answer = ask(proxy.port, target, stranger, method=method)

    assert reason_of(answer) == "private_address"
    assert local_shop.asked == []


def test_a_wrong_password_an_unknown_tenant_and_no_password_are_turned_away(
    local_shop: LocalShop, proxy: RunningProxy, tenant: str
) -> None:
    stranger = new_id()
    url = f"{local_shop.url}/"

    wrong = ask(proxy.port, url, tenant, password="0" * 64)
    borrowed = ask(proxy.port, url, tenant, password=egress.password_for(SECRET, stranger))
    unknown = ask(proxy.port, url, stranger)

    assert wrong.startswith("HTTP/1.1 407")
    assert 'proxy-authenticate: basic realm="niteru egress"' in wrong.lower()
    assert reason_of(borrowed) == "authentication_required"
    assert reason_of(unknown) == "unknown_tenant"
    assert local_shop.asked == []


def test_other_ports_than_80_and_443_are_closed(proxy: RunningProxy) -> None:
    tenant_id = new_id()
    proxy.allow[tenant_id] = set()
    proxy.names = {"shop.example": ["93.184.216.34"]}

    answers = [ask(proxy.port, f"shop.example:{port}", tenant_id, method="CONNECT") for port in (22, 25, 6379, 8080)]

    assert {reason_of(answer) for answer in answers} == {"port_not_allowed"}


@pytest.mark.parametrize("target", ["/", "ftp://shop.example/", "https://shop.example/", "file:///etc/passwd", "*"])
def test_what_is_no_web_request_is_refused(proxy: RunningProxy, target: str) -> None:
    tenant_id = new_id()
    proxy.allow[tenant_id] = set()

    answer = ask(proxy.port, target, tenant_id)

    assert reason_of(answer) == "bad_request"


def test_a_name_nobody_knows_is_said_to_be_unknown(proxy: RunningProxy) -> None:
    tenant_id = new_id()
    proxy.allow[tenant_id] = set()

    answer = ask(proxy.port, "http://no-such-shop.example/", tenant_id)

    assert reason_of(answer) == "dns"


def test_the_shop_never_sees_the_password_and_cannot_speak_for_the_proxy(
    local_shop: LocalShop, proxy: RunningProxy, tenant: str
) -> None:
    local_shop.pages["/"] = Answer(
        "hello", headers={"X-Niteru-Egress": "private_address", "Proxy-Authenticate": "Basic"}
    )

    answer = ask(proxy.port, f"{local_shop.url}/?a=1", tenant)
    local_shop.pages["/?a=1"] = local_shop.pages["/"]
    answer = ask(proxy.port, f"{local_shop.url}/?a=1", tenant)

    assert answer.startswith("HTTP/1.1 200")
    assert reason_of(answer) == ""
    assert "proxy-authenticate" not in answer.lower()
    assert not [name for name in local_shop.headers if name.startswith("proxy-")]
    assert local_shop.headers["host"] == local_shop.host


def test_a_tunnel_carries_bytes_both_ways_until_one_side_ends(
    local_shop: LocalShop, proxy: RunningProxy, tenant: str
) -> None:
    local_shop.pages["/through"] = Answer("x" * 300_000)
    credentials = base64.b64encode(f"{tenant}:{egress.password_for(SECRET, tenant)}".encode()).decode()

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        client.sendall(f"CONNECT {local_shop.host} HTTP/1.1\r\nProxy-Authorization: Basic {credentials}\r\n"
                       f"Host: {local_shop.host}\r\n\r\n".encode())  # fmt: skip
        opened = client.recv(65536)
        client.sendall(b"GET /through HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := client.recv(65536):
            answer += part

    assert opened.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"x" * 300_000)


def test_an_endless_answer_and_a_silent_shop_are_cut(local_shop: LocalShop) -> None:
    bounds = replace(Bounds(), answer_bytes=100_000, idle_s=0.5, connect_s=1.0)
    local_shop.pages["/huge"] = Answer("x" * 200_000)
    local_shop.pages["/silent"] = Answer("late", wait_s=20)
    tenant_id = new_id()

    with run_proxy(bounds) as proxy:
        proxy.allow[tenant_id] = {local_shop.host}
        huge = ask(proxy.port, f"{local_shop.url}/huge", tenant_id)
        silent = ask(proxy.port, f"{local_shop.url}/silent", tenant_id)

    assert "200000" in huge.split("\r\n\r\n")[0]
    assert len(huge) < 150_000
    assert silent.startswith("HTTP/1.1 504 timeout")


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
    code = "from backend.config import Settings; from backend.ingest.proxy import serve; serve(Settings.from_env())"
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ | own, cwd=PROJECT)
    wait_until(lambda: listens(port), what="the proxy")

    password = egress.password_for(settings.secret_key, shop.tenant_id)
    answer = ask(port, f"{local_shop.url}/", shop.tenant_id, password=password)
    process.send_signal(signal.SIGTERM)

    assert answer.endswith("hello")
    assert process.wait(20) == 0
