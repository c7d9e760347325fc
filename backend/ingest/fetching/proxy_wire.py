"""What the egress proxy says on the wire: one request forwarded, one tunnel pumped, one refusal answered."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from backend.ingest.fetching.errors import REFUSAL_HEADER

CHUNK = 64 * 1024
_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade", b"http2-settings", b"expect"}
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how much: seconds, bytes of a request, an answer or a tunnel, requests of one tenant and of all."""

    connect_s: float = 10.0
    idle_s: float = 60.0
    total_s: float = 900.0
    request_bytes: int = 20_000_000
    answer_bytes: int = 100_000_000
    tunnel_bytes: int = 1_000_000_000
    connections: int = 200
    all_connections: int = 1000


class Refused(Exception):
    """The proxy will not do this; `reason` is a word that clients read."""

    def __init__(self, reason: str, *, status: int = 403) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


class Link:
    """One side of the proxy: its bytes and the HTTP state that h11 keeps of them."""

    def __init__(
        self,
        http: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        goal: tuple[str, str, int] | None = None,
    ) -> None:
        self.http, self.reader, self.writer, self.goal = http, reader, writer, goal

    @property
    def at_eof(self) -> bool:
        return self.reader.at_eof()

    async def event(self, timeout_s: float) -> object:
        """Return h11's next event. Raises TimeoutError, OSError, h11.RemoteProtocolError (a cut answer)."""
        while (event := self.http.next_event()) is h11.NEED_DATA:
            if self.http.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            async with asyncio.timeout(timeout_s):
                self.http.receive_data(await self.reader.read(CHUNK))
        return event

    async def send(self, event: h11.Event) -> None:
        if data := self.http.send(event):
            self.writer.write(data)
            await self.writer.drain()

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


def goal_of(request: h11.Request) -> tuple[str, int]:
    """Return the host and port a request asks for. Raises Refused for anything but CONNECT host:port and http://."""
    target = request.target.decode("ascii", "replace")
    connect = request.method == b"CONNECT"
    try:
        parts = urlsplit(f"//{target}" if connect else target)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("bad_host") from None
    if not host or (connect and (port is None or parts.path)) or (not connect and parts.scheme.lower() != "http"):
        raise Refused("bad_request")
    return host, port or 80


async def refuse(client: Link, refusal: Refused) -> None:
    """Answer with the reason, in the header, in the status line and in words."""
    body = f"Niteru's egress proxy: {refusal.reason.replace('_', ' ')}.\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), (REFUSAL_HEADER, refusal.reason)]
    if refusal.status == 407:
        headers.append(("Proxy-Authenticate", 'Basic realm="Niteru egress"'))
    await _drain_body(client)
    await client.send(h11.Response(status_code=refusal.status, headers=headers, reason=refusal.reason.encode()))
    if client.http.our_state is not h11.DONE:
        with suppress(h11.LocalProtocolError):  # an answer to HEAD has no body
            await client.send(h11.Data(data=body))
        await client.send(h11.EndOfMessage())


async def _drain_body(client: Link) -> None:
    """Read what is there of a refused request's body, so that the connection can be used again."""
    while client.http.their_state is h11.SEND_BODY:
        if isinstance(await client.event(5.0), h11.EndOfMessage | h11.ConnectionClosed):
            return


async def exchange(client: Link, shop: Link, request: h11.Request, bounds: Bounds) -> bool:
    """Forward one request and its answer. Returns whether both connections may carry another one."""
    parts = urlsplit(request.target.decode("ascii", "replace"))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [(name, value) for name, value in request.headers if _passes(name) and name != b"host"]
    headers.insert(0, (b"Host", parts.netloc.rpartition("@")[2].encode()))
    async with asyncio.timeout(bounds.total_s):
        await shop.send(h11.Request(method=request.method, target=path, headers=headers))
        await _pass_body(client, shop, bounds.idle_s, bounds.request_bytes)
        try:
            answer = await shop.event(bounds.idle_s)
            while isinstance(answer, h11.InformationalResponse):
                answer = await shop.event(bounds.idle_s)
        except TimeoutError:
            await refuse(client, Refused("timeout", status=504))
            return False
        if not isinstance(answer, h11.Response) or answer.status_code == 407:
            await refuse(client, Refused("bad_answer", status=502))
            return False
        kept = [(name, value) for name, value in answer.headers if _passes(name)]
        await client.send(h11.Response(status_code=answer.status_code, headers=kept, reason=answer.reason))
        await _pass_body(shop, client, bounds.idle_s, bounds.answer_bytes)
    for link in (client, shop):
        if link.http.our_state is not h11.DONE or link.http.their_state is not h11.DONE:
            return False
    client.http.start_next_cycle()
    shop.http.start_next_cycle()
    return True


def _passes(name: bytes) -> bool:
    """Whether a header is handed on: not what concerns one connection only, nor what is said to or by the proxy."""
    return name not in _HOP_BY_HOP and not name.startswith(b"proxy-") and name != REFUSAL_HEADER.encode()


async def _pass_body(source: Link, sink: Link, idle_s: float, max_bytes: int) -> None:
    """Hand a body on. Raises h11.RemoteProtocolError when it is cut or too long, so that the sink sees a cut, too."""
    while not isinstance(event := await source.event(idle_s), h11.EndOfMessage):
        if not isinstance(event, h11.Data):
            raise h11.RemoteProtocolError("the body broke off")
        max_bytes -= len(event.data)
        if max_bytes < 0:
            raise h11.RemoteProtocolError("the body is too long")
        await sink.send(h11.Data(data=event.data))
    await sink.send(h11.EndOfMessage())


async def tunnel(client: Link, shop: Link, bounds: Bounds) -> None:
    """Pump bytes both ways until one side ends, is silent too long, or the bounds are reached."""
    await client.event(bounds.idle_s)  # a CONNECT has an empty body; its end comes as an event
    await client.send(h11.Response(status_code=200, headers=[], reason=b"Connection established"))
    early, _ = client.http.trailing_data
    if early:
        shop.writer.write(early)
    last = [asyncio.get_running_loop().time()]
    async with asyncio.timeout(bounds.total_s):
        pumps = [
            asyncio.ensure_future(_pump(source, sink, bounds, last))
            for source, sink in ((client, shop), (shop, client))
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(source: Link, sink: Link, bounds: Bounds, last: list[float]) -> None:
    """Copy one direction. Silence counts only when both directions are silent: `last` is shared."""
    left, clock = bounds.tunnel_bytes, asyncio.get_running_loop()
    while left > 0:
        try:
            async with asyncio.timeout(bounds.idle_s):
                data = await source.reader.read(CHUNK)
        except TimeoutError:
            if clock.time() - last[0] >= bounds.idle_s:
                raise
            continue
        last[0] = clock.time()
        if not data:
            with suppress(OSError):
                sink.writer.write_eof()
            return
        left -= len(data)
        sink.writer.write(data)
        await sink.writer.drain()
    raise TimeoutError
