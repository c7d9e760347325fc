"""A shop and an egress proxy on 127.0.0.1 for the tests of fetching: what pages exist is each test's own choice."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from backend.config import Settings
from backend.ingest.fetching.proxy import AllowHosts, EgressProxy
from backend.ingest.fetching.proxy_wire import Bounds, Refused
from backend.ingest.fetching.public_addresses import Resolve
from backend.tenants.models import new_id

SECRET = "a secret for tests only"
TENANT = new_id()
"""Whom the fixtures of drawn.py draw pages for."""
DRESS, SHIRT, JEANS = "dr01-navy", "ts01-white", "pt01-indigo"
"""What the shop of whole.py sells: slugs of drawn garments."""


@dataclass(frozen=True)
class Answer:
    """What the shop answers to one path: `cut` sends only so many bytes of the body, `wait_s` none for a while."""

    body: str | bytes = ""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    wait_s: float = 0


def drawn_by(script: str, body: str = "") -> Answer:
    """A page that a script draws."""
    return Answer(f"<!doctype html><html><body><main>{body}</main><script>{script}</script></body></html>")


class LocalShop:
    """A web server with the pages a test gives it. `asked` are the paths it was asked for, `headers` of the last.

    With `certificate` (a file with key and certificate) it speaks TLS.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.woken = threading.Event()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None: ...

            def do_GET(self) -> None:
                shop.asked.append(self.path)
                shop.headers = {name.lower(): value for name, value in self.headers.items()}
                answer = shop.pages.get(self.path, Answer("<h1>Not found</h1>", status=404))
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                if answer.wait_s:
                    shop.woken.wait(answer.wait_s)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(len(body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: answer.cut])
                self.close_connection = self.close_connection or answer.cut is not None

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_port)
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}" if certificate is None else f"https://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.woken.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Trap:
    """A port nobody may reach: `touched` counts those who did."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.touched = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.touched += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@dataclass
class RunningProxy:
    """An egress proxy in a thread. `allow` maps a tenant to its host:port exceptions, `names` a host to addresses."""

    allow: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    port: int = 0
    away: bool = False  # as when the database is: nobody can tell what a tenant may reach

    async def allow_hosts(self, tenant_id: str) -> set[str] | None:
        if self.away:
            raise Refused("not_ready", status=503)
        return self.allow.get(tenant_id)

    async def resolve(self, host: str, _port: int) -> list[str]:
        self.resolved.append(host)
        if host.replace(".", "").isdigit() or ":" in host:
            return [host]
        if host not in self.names:
            raise socket.gaierror(host)
        return self.names[host]

    def settings(self) -> Settings:
        """Settings whose way out is this proxy; the services a fetch does not need are named in vain."""
        nowhere = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "MILVUS_URI"), "nowhere")
        url = f"http://127.0.0.1:{self.port}"
        return Settings.from_env({"NITERU_SECRET_KEY": SECRET, "NITERU_EGRESS_URL": url, **nowhere})


@contextmanager
def run_proxy(
    bounds: Bounds | None = None,
    *,
    allow_hosts: AllowHosts | None = None,
    resolve: Resolve | None = None,
    deny: Collection[str] = (),
) -> Iterator[RunningProxy]:
    running = RunningProxy()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    bounds = bounds or replace(Bounds(), connect_s=3.0)
    proxy = EgressProxy(
        SECRET, allow_hosts or running.allow_hosts, resolve=resolve or running.resolve, bounds=bounds,
        deny=[ip_network(network) for network in deny],
    )  # fmt: skip
    asyncio.run_coroutine_threadsafe(proxy.start(), loop).result(10)
    running.port = proxy.port
    try:
        yield running
    finally:
        asyncio.run_coroutine_threadsafe(proxy.stop(grace_s=0.2), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
