"""The egress proxy: the only way out to foreign addresses, for HTTP and for Chromium alike.

A worker names its tenant (user) and proves it (password, egress.password_for). The proxy resolves a host once, refuses
every address that is not public, and connects to the very address it checked, on ports 80 and 443. What stands in the
tenant's `allow_hosts` is open for that tenant alone: ADDRESS:PORT opens that address, public or not; NAME:PORT opens
the port only, because whoever owns a name decides where it points. What the operator denies stays closed. A refusal is
403 with the reason in X-Niteru-Egress and, because clients show nothing else of a refused CONNECT, in the status line.
"""

import asyncio
import base64
import hmac
import logging
import math
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from urllib.parse import urlsplit

import h11
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from backend import db, egress
from backend.config import Network, Settings
from backend.ingest.fetching import proxy_wire as wire
from backend.ingest.fetching.proxy_wire import Bounds, Link, Refused
from backend.ingest.fetching.public_addresses import (
    BadHost,
    Resolve,
    is_address,
    is_in,
    only_public,
    plain_host,
    resolve,
)
from backend.tenants.models import Tenant

log = logging.getLogger(__name__)

OPEN_PORTS = frozenset({80, 443})
AllowHosts = Callable[[str], Awaitable[Collection[str] | None]]


class EgressProxy:
    """An HTTP proxy on 127.0.0.1 (CONNECT and absolute-form HTTP).

    `allow_hosts` gives a tenant's exceptions as host:port, or None when there is no such tenant, and raises Refused
    when it cannot tell; `deny` names networks that nobody reaches; `resolve` names a host's addresses. Port 0 takes a
    free one; `port` tells which.
    """

    def __init__(
        self,
        secret_key: str,
        allow_hosts: AllowHosts,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        deny: Collection[Network] = (),
        resolve: Resolve = resolve,
        bounds: Bounds | None = None,
    ) -> None:
        self._secret_key, self._allow_hosts, self._resolve = secret_key, allow_hosts, resolve
        self._host, self.port, self._deny = host, port, deny
        self._bounds = bounds or Bounds()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: Counter[str] = Counter()

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._accept, self._host, self.port, limit=wire.CHUNK)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self, *, grace_s: float = 5.0) -> None:
        """Take no new connection, give the open ones `grace_s` to end, then cut them."""
        if self._server:
            self._server.close()
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=grace_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        client = Link(h11.Connection(h11.SERVER, max_incomplete_event_size=wire.CHUNK), reader, writer)
        try:
            await self._converse(client)
        except (OSError, TimeoutError, h11.ProtocolError, EOFError):
            pass  # the client or the shop went away, or broke the protocol: there is nobody left to answer
        finally:
            self._tasks.discard(task)
            await client.close()

    async def _converse(self, client: Link) -> None:
        """Answer one client's requests until it leaves; keep the last connection to a shop for the next request."""
        shop: Link | None = None
        try:
            while isinstance(request := await client.event(self._bounds.idle_s), h11.Request):
                try:
                    tenant_id, host, port = await self._admit(request)
                except Refused as refusal:
                    await wire.refuse(client, refusal)
                    if client.http.our_state is not h11.DONE:
                        return
                    client.http.start_next_cycle()
                    continue
                with self._count(tenant_id):
                    shop = await self._serve(client, request, (tenant_id, host, port), shop)
                if shop is None:
                    return
        finally:
            if shop:
                await shop.close()

    async def _serve(
        self, client: Link, request: h11.Request, goal: tuple[str, str, int], shop: Link | None
    ) -> Link | None:
        """Carry out one admitted request. Returns the shop's connection when both sides may go on using theirs."""
        if shop and (shop.goal != goal or shop.at_eof or request.method not in {b"GET", b"HEAD"}):
            await shop.close()
            shop = None
        try:
            shop = shop or await self._dial(goal)
        except Refused as refusal:
            await wire.refuse(client, refusal)
            return None
        try:
            if request.method == b"CONNECT":
                await wire.tunnel(client, shop, self._bounds)
            elif await wire.exchange(client, shop, request, self._bounds):
                return shop
        except BaseException:
            await shop.close()
            raise
        await shop.close()
        return None

    async def _admit(self, request: h11.Request) -> tuple[str, str, int]:
        """Return who asks and for which host and port. Raises Refused."""
        tenant_id = self._authenticate(dict(request.headers).get(b"proxy-authorization", b""))
        allowed = await self._allow_hosts(tenant_id)
        if allowed is None:
            raise Refused("unknown_tenant")
        host, port = wire.goal_of(request)
        try:
            host = plain_host(host)
        except BadHost:
            raise Refused("bad_host") from None
        if _spelled(host, port) not in allowed and port not in OPEN_PORTS:
            # Naming the address rather than the port where both are wrong: it is what a seller can act on.
            raise Refused("port_not_allowed" if await self._find(host, port) else "private_address")
        if self._open[tenant_id] >= self._bounds.connections or self._open.total() >= self._bounds.all_connections:
            raise Refused("too_many_connections", status=503)
        return tenant_id, host, port

    def _authenticate(self, header: bytes) -> str:
        kind, _, credentials = header.partition(b" ")
        with suppress(ValueError):
            tenant_id, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
            expected = egress.password_for(self._secret_key, tenant_id)
            if kind.lower() == b"basic" and hmac.compare_digest(password.encode(), expected.encode()):
                return tenant_id
        raise Refused("authentication_required", status=407)

    async def _find(self, host: str, port: int) -> list[str]:
        """Resolve once and keep the addresses that may be reached. Raises Refused when the name is not known."""
        try:
            async with asyncio.timeout(self._bounds.connect_s):
                found = only_public(await self._resolve(host, port))
        except (OSError, TimeoutError, UnicodeError):
            raise Refused("dns", status=502) from None
        return [address for address in found if not is_in(address, self._deny)]

    async def _dial(self, goal: tuple[str, str, int]) -> Link:
        """Connect to an address that was checked. Raises Refused."""
        tenant_id, host, port = goal
        allowed = await self._allow_hosts(tenant_id) or ()
        opened = is_address(host) and _spelled(host, port) in allowed and not is_in(host, self._deny)
        addresses = [host] if opened else await self._find(host, port)
        if not addresses:
            log.info("egress_refused", extra={"tenant_id": tenant_id, "host": host, "reason": "private_address"})
            raise Refused("private_address")
        reason = "unreachable"
        for address in addresses[:4]:
            try:
                async with asyncio.timeout(self._bounds.connect_s):
                    reader, writer = await asyncio.open_connection(address, port, limit=wire.CHUNK)
            except TimeoutError:
                reason = "timeout"
            except OSError:
                reason = "unreachable"
            else:
                return Link(h11.Connection(h11.CLIENT), reader, writer, goal)
        raise Refused(reason, status=504 if reason == "timeout" else 502)

    def _count(self, tenant_id: str) -> "_Counted":
        return _Counted(self._open, tenant_id)


class _Counted:
    """Counts a tenant's requests under way, so that one tenant cannot use up the proxy."""

    def __init__(self, counter: Counter[str], tenant_id: str) -> None:
        self._counter, self._tenant_id = counter, tenant_id

    def __enter__(self) -> None:
        self._counter[self._tenant_id] += 1

    def __exit__(self, *_: object) -> None:
        self._counter[self._tenant_id] -= 1
        if not self._counter[self._tenant_id]:
            del self._counter[self._tenant_id]


class TenantExceptions:
    """Reads `allow_hosts` from the database and remembers it for `keep_s`, `stale_s` while the database is away."""

    def __init__(self, *, keep_s: float = 3.0, stale_s: float = 30.0, wait_s: float = 5.0) -> None:
        self._keep_s, self._stale_s, self._wait_s = keep_s, stale_s, wait_s
        self._known: dict[str, tuple[float, frozenset[str] | None]] = {}

    async def __call__(self, tenant_id: str) -> frozenset[str] | None:
        """Return the tenant's exceptions, None for no such tenant. Raises Refused (503 not_ready) when nobody knows."""
        read_at, allowed = self._known.get(tenant_id, (-math.inf, None))
        age_s = time.monotonic() - read_at
        if age_s < self._keep_s:
            return allowed
        try:
            async with asyncio.timeout(self._wait_s):
                allowed = await asyncio.to_thread(_read_exceptions, tenant_id)
        except (SQLAlchemyError, TimeoutError) as error:
            if age_s < self._stale_s:
                return allowed
            log.warning("egress_not_ready", extra={"error": type(error).__name__})
            raise Refused("not_ready", status=503) from None
        self._known[tenant_id] = (time.monotonic(), allowed)
        return allowed


def _read_exceptions(tenant_id: str) -> frozenset[str] | None:
    with db.transaction(tenant_id) as session:
        rows = session.scalars(select(Tenant.allow_hosts).where(Tenant.id == tenant_id)).one_or_none()
    return None if rows is None else frozenset(row.strip().lower() for row in rows)


def _spelled(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def serve(settings: Settings) -> None:
    """Run the proxy at NITERU_EGRESS_URL until SIGTERM or SIGINT (the process behind `niteru egress`)."""
    db.connect(settings.database_url)
    asyncio.run(_serve_until_told(settings))


async def _serve_until_told(settings: Settings) -> None:
    address = urlsplit(settings.egress_url)
    proxy = EgressProxy(
        settings.secret_key, TenantExceptions(), host=address.hostname or "127.0.0.1", port=address.port or 8903,
        deny=settings.egress_deny,
    )  # fmt: skip
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await proxy.start()
    log.info("egress_started", extra={"port": proxy.port})
    await told.wait()
    await proxy.stop()
    log.info("egress_stopped")
