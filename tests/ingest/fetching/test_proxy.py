"""The egress proxy, asked by raw sockets so that no client library tidies up what an attacker would write."""

import asyncio
import base64
import socket
from dataclasses import replace
from typing import Any

import pytest

from backend import egress
from backend.ingest.fetching.proxy_wire import Bounds
from backend.tenants.models import new_id
from tests.ingest.fetching.asking import ask, reason_of
from tests.ingest.local_shop import SECRET, Answer, LocalShop, RunningProxy, Trap, run_proxy


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
