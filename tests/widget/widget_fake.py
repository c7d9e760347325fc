"""A stand-in for Niteru and for a shop, on two ports of 127.0.0.1, so that the browser sees two origins.

The answers are saved files in the shape of the published interface; the real service joins in another test.
"""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, urlsplit

from tests.widget import widget_drawn as drawn

HERE = Path(__file__).parent
DIST = HERE.parents[1] / "widget" / "dist"
TYPES = {".js": "text/javascript; charset=utf-8", ".json": "application/json"}
ERROR = b'{"error": {"code": "broken", "message": "It broke.", "request_id": "r"}}'
TROUBLE = {
    "500": (500, "application/json", ERROR),
    "503": (503, "application/json", ERROR),
    "404": (404, "application/json", ERROR),
    "html": (200, "text/html", b"<!doctype html><h1>Hello</h1>"),
    "garbage": (200, "application/json", b'{"objects": 7, "matches": "x"}'),
}
SHOP_TYPES = {".js": "text/javascript", ".css": "text/css"}


@dataclass
class Request:
    """One request that reached the fake service."""

    method: str
    path: str
    params: dict[str, str]
    body: bytes
    content_type: str

    def event(self) -> dict[str, object]:
        """The JSON of an event body."""
        found: dict[str, object] = json.loads(self.body)
        return found

    def part(self, name: str) -> bytes | str | None:
        """One field of a multipart body: bytes for a file, text for a field, None when it was not sent."""
        head = f"Content-Type: {self.content_type}\r\n\r\n".encode()
        for part in message_from_bytes(head + self.body).get_payload():
            if part.get_param("name", header="content-disposition") == name:
                payload: bytes = part.get_payload(decode=True)
                return payload if part.get_filename() else payload.decode()
        return None


@dataclass
class FakeService:
    """What the service answers now; tests change it between steps."""

    mode: str = "ok"  # ok, 404, 500, 503, html, garbage, slow, gone
    photo: str = "photo.json"
    similar: str = "similar.json"
    refined: str = "refined.json"  # the answer to a photo with words or filters
    look: dict[str, object] = field(default_factory=dict)  # what the seller chose in the dashboard
    scripts: bool = True  # whether the parts of the widget can be fetched
    shop: str = ""
    origin: str = ""
    requests: list[Request] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    answer: Callable[[str], str] | None = None  # takes the place of the saved answers

    def reset(self) -> None:
        """Back to a healthy service that has seen nothing."""
        self.release.set()
        self.mode, self.photo, self.similar, self.scripts, self.answer = "ok", "photo.json", "similar.json", True, None
        self.refined, self.look = "refined.json", {}
        self.requests, self.release = [], threading.Event()

    def asked(self, path: str) -> list[Request]:
        """Requests to one path under /v1, in order."""
        return [request for request in self.requests if request.path == f"/v1/{path}"]

    def events(self, kind: str) -> list[dict[str, object]]:
        """Event bodies of one type, in order."""
        return [body for body in (request.event() for request in self.asked("events")) if body["type"] == kind]

    def reply(self, request: Request) -> bytes:
        """A healthy answer, with the shop's address filled in."""
        if request.path == "/v1/events":
            return b"{}"
        if request.path == "/v1/widget":
            return json.dumps(self.look).encode()
        name = self.similar
        if request.path == "/v1/search/photo":
            name = self.refined if request.part("q") or request.part("filters") else self.photo
            name = "boxed.json" if request.part("box") else name
        text = self.answer(name) if self.answer else (HERE / "answers" / name).read_text(encoding="utf-8")
        return text.replace("{shop}", self.shop).encode()


class Handler(BaseHTTPRequestHandler):
    """Silent; sends whole bodies."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing: pytest's output is for failures."""

    def send(self, status: int, body: bytes, content_type: str, **headers: str) -> None:
        """One whole answer."""
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def service_handler(service: FakeService) -> type[Handler]:
    """/widget/* from dist and /v1/* from saved answers, or from a service in trouble."""

    class ServiceHandler(Handler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path.startswith("/widget/"):
                file = DIST / url.path.removeprefix("/widget/")
                if not file.is_file() or (file.name != "v1.js" and not service.scripts):
                    return self.send(404, b"", "text/plain", Access_Control_Allow_Origin="*")
                return self.send(200, file.read_bytes(), TYPES[file.suffix], Access_Control_Allow_Origin="*")
            return self.api(b"")

        def do_POST(self) -> None:
            self.api(self.rfile.read(int(self.headers["Content-Length"] or 0)))

        def api(self, body: bytes) -> None:
            url = urlsplit(self.path)
            params = {name: values[0] for name, values in parse_qs(url.query).items()}
            content_type = self.headers["Content-Type"] or ""
            request = Request(self.command, url.path, params, body, content_type)
            mode = "ok" if url.path == "/v1/events" else service.mode
            service.requests.append(request)
            if mode == "gone":
                self.close_connection = True
                return
            if mode == "slow":
                service.release.wait(30)
            status, answer_type, answer = TROUBLE.get(mode) or (200, "application/json", service.reply(request))
            with suppress(ConnectionError):  # a shopper who stopped waiting has gone
                self.send(status, answer, answer_type, Access_Control_Allow_Origin="*")

    return ServiceHandler


@dataclass
class FakeShop:
    """The seller's site: pages by path, with the headers a test wants."""

    origin: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    picture: Callable[[str], bytes] | None = None


def shop_handler(shop: FakeShop) -> type[Handler]:
    """Pages that the test wrote, pictures drawn by code."""

    class ShopHandler(Handler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path.startswith("/pictures/"):
                name = path.removeprefix("/pictures/").removesuffix(".jpg")
                body = shop.picture(name) if shop.picture else drawn.garment(int(name))
                return self.send(200, body, "image/jpeg")
            page = shop.pages.get(path)
            if page is None:
                return self.send(404, b"not here", "text/plain")
            content_type = SHOP_TYPES.get(PurePosixPath(path).suffix, "text/html; charset=utf-8")
            return self.send(200, page.encode(), content_type, **shop.headers)

    return ShopHandler


def serve(handler: type[Handler]) -> ThreadingHTTPServer:
    """A server on a free port of 127.0.0.1, running in a thread."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
