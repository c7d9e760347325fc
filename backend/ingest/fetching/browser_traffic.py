"""What an open page asks for: let through or failed, counted, and its JSON answers kept."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import CDPSession
from playwright.sync_api import Error as PlaywrightError

from backend.ingest.addresses import same_site
from backend.ingest.fetching.errors import FetchError
from backend.ingest.fetching.manners import PAGES, PICTURES

MAX_PAYLOADS, MAX_PAYLOAD_BYTES = 60, 3_000_000
_MAX_BUFFERED_BYTES = 30_000_000
_FILES = frozenset({"Script", "Stylesheet"})
_AWAITED = frozenset({"Fetch", "XHR", "Document"}) | _FILES
_WORKER_S = 1.0
_BLOCKED = [
    "*/favicon.ico", "*.woff", "*.woff2", "*.ttf", "*.otf", "*.eot", "*.mp4", "*.webm", "*.m3u8", "*.mp3", "*.mov",
    "*://www.google-analytics.com/*", "*://www.googletagmanager.com/*", "*://*.doubleclick.net/*",
    "*://connect.facebook.net/*",
]  # fmt: skip

Event = dict[str, Any]
Allows = Callable[[str], bool]
Owes = Callable[[str, str], None]
"""Takes the address of what a page asked for by itself, and the lane of manners that it counts on."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A JSON answer that a page's scripts fetched, and from where."""

    url: str
    value: Any = field(repr=False)


class Traffic:
    """The requests of one page, seen through its DevTools session.

    Documents and fetches stop here for a moment, redirects included, which Playwright's own routes do not see: those
    of the shop that its robots.txt disallows fail, and so do other sites' frames, which no product fact comes from.
    Those of its workers stop here too, but nobody hears how they end: each is given a second.
    The proxy's challenge is answered here too, once a context, because Playwright's way is to stop every request.
    """

    def __init__(self, devtools: CDPSession, *, user: str, password: str) -> None:
        self._devtools, self._user, self._password = devtools, user, password
        self._shop_url = ""
        self._allows: Allows = lambda _url: True
        self._owe: Owes = lambda _url, _lane: None
        self._had_turn = False
        self._main_frame, self._document_id = "", ""
        self._open: set[str] = set()
        self._answers: dict[str, tuple[str, int]] = {}  # request id of a JSON answer -> address, bytes so far
        self._finished: list[str] = []
        self._challenged: set[str] = set()
        self._payloads: list[Payload] = []
        self._changed_at = time.monotonic()
        self._workers_until: dict[str, float] = {}  # request id -> how long what a worker asked for is waited for
        self.document_url = ""
        self.refusal: FetchError | None = None  # why nobody knows whether the document may be asked for
        self.broken = ""  # what went wrong with the document itself after its first bytes had come
        self.requests, self.bytes = 0, 0
        self._listen()

    def begin(self, url: str, allows: Allows, owe: Owes) -> None:
        """Say which page is about to be opened, what of its site may be asked for, and who counts what is."""
        self._shop_url, self._allows, self._owe = url, allows, owe

    @property
    def idle_ms(self) -> float:
        """Milliseconds since the last awaited request ended; 0 while one is under way."""
        moment = time.monotonic()
        waits = self._open or moment < max(self._workers_until.values(), default=0.0)
        return 0.0 if waits else (moment - self._changed_at) * 1000

    def payloads(self) -> tuple[Payload, ...]:
        """Return the JSON answers of fetch and XMLHttpRequest so far, in order; big and broken ones left out."""
        waiting, self._finished = self._finished, []
        for request_id in waiting[: MAX_PAYLOADS - len(self._payloads)]:
            with suppress(PlaywrightError, ValueError):  # gone with a navigation, or no JSON after all
                body = self._devtools.send("Network.getResponseBody", {"requestId": request_id})
                if not body["base64Encoded"]:
                    self._payloads.append(Payload(self._answers[request_id][0], json.loads(body["body"])))
        return tuple(self._payloads)

    def _listen(self) -> None:
        handlers: dict[str, Callable[[Event], None]] = {
            "Fetch.requestPaused": self._admit,
            "Fetch.authRequired": self._authenticate,
            "Network.requestWillBeSent": self._begin,
            "Network.responseReceived": self._receive,
            "Network.dataReceived": self._count,
            "Network.loadingFinished": self._finish,
            "Network.loadingFailed": self._fail,
        }
        for name, handler in handlers.items():
            self._devtools.on(name, handler)
        # A body over the bound is dropped in the renderer: it never crosses to this process.
        bounds = {"maxResourceBufferSize": MAX_PAYLOAD_BYTES, "maxTotalBufferSize": _MAX_BUFFERED_BYTES}
        self._devtools.send("Network.enable", bounds)
        self._devtools.send("Network.setBlockedURLs", {"urls": _BLOCKED})
        patterns = [{"resourceType": kind} for kind in ("Document", "XHR", "Fetch")]
        self._devtools.send("Fetch.enable", {"handleAuthRequests": True, "patterns": patterns})

    def _admit(self, event: Event) -> None:
        request_id, url = event["requestId"], event["request"]["url"]
        is_document = event["resourceType"] == "Document"
        is_main = is_document and self._is_main(event["frameId"])
        network_id = str(event.get("networkId") or request_id)
        if network_id not in self._open:
            self._await_worker(network_id)
        try:
            refused = not self._allows(url) if same_site(url, self._shop_url) else is_document and not is_main
        except FetchError as error:  # nobody knows what the host allows
            refused = True
            if is_main:
                self.refusal = error
        with suppress(PlaywrightError):  # the page may be gone
            if refused:
                self._devtools.send("Fetch.failRequest", {"requestId": request_id, "errorReason": "BlockedByClient"})
            else:
                self._devtools.send("Fetch.continueRequest", {"requestId": request_id})
                self._note_own(url, PAGES)

    def _note_own(self, url: str, lane: str) -> None:
        if not self._had_turn:  # the page itself, whose turn it is
            self._had_turn = True
        elif same_site(url, self._shop_url):
            self._owe(url, lane)

    def _await_worker(self, request_id: str) -> None:
        self._workers_until[request_id] = time.monotonic() + _WORKER_S

    def _is_main(self, frame_id: str) -> bool:
        self._main_frame = self._main_frame or frame_id  # the first document that is asked for is the page's own
        return frame_id == self._main_frame

    def _authenticate(self, event: Event) -> None:
        request_id = event["requestId"]
        answer = {"response": "CancelAuth"}
        if event["authChallenge"]["source"] == "Proxy" and request_id not in self._challenged:
            self._challenged.add(request_id)
            answer = {"response": "ProvideCredentials", "username": self._user, "password": self._password}
        with suppress(PlaywrightError):
            self._devtools.send("Fetch.continueWithAuth", {"requestId": request_id, "authChallengeResponse": answer})

    def _begin(self, event: Event) -> None:
        if not event["request"]["url"].startswith(("http://", "https://")):
            return
        self.requests += 1
        if event.get("type") in _AWAITED and event["loaderId"]:
            self._open.add(event["requestId"])
            self._workers_until.pop(event["requestId"], None)  # it stopped before it was told of, and is the page's own
        elif event.get("type") == "Script":  # which a worker runs
            self._await_worker(event["requestId"])
        if event.get("type") == "Document" and self._is_main(event["frameId"]):
            self.document_url, self._document_id = event["request"]["url"], event["requestId"]

    def _receive(self, event: Event) -> None:
        answer = event["response"]
        if event["type"] in {"XHR", "Fetch"} and "json" in answer["mimeType"] and 200 <= answer["status"] < 300:
            self._answers[event["requestId"]] = (answer["url"], 0)
        if event["type"] in _FILES and not answer.get("fromDiskCache"):
            self._note_own(answer["url"], PICTURES)

    def _count(self, event: Event) -> None:
        if event["requestId"] in self._answers:
            url, size = self._answers[event["requestId"]]
            self._answers[event["requestId"]] = (url, size + event["dataLength"])

    def _finish(self, event: Event) -> None:
        self.bytes += int(event["encodedDataLength"])
        if self._answers.get(event["requestId"], ("", MAX_PAYLOAD_BYTES + 1))[1] <= MAX_PAYLOAD_BYTES:
            self._finished.append(event["requestId"])
        self._end(event["requestId"])

    def _fail(self, event: Event) -> None:
        if event["requestId"] == self._document_id:
            self.broken = event["errorText"] or "failed"
        if event.get("blockedReason"):
            self.requests -= 1  # nobody was asked
        self._end(event["requestId"])

    def _end(self, request_id: str) -> None:
        if request_id in self._open:
            self._open.discard(request_id)
            self._changed_at = time.monotonic()
