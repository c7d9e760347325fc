"""The order in which Chromium tells of one request is not its own to promise: both orders are played here."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.ingest.fetching.browser_traffic import Traffic

SHOP = "https://shop.example/"


class Devtools:
    """A DevTools session that says what the test lets it say."""

    def __init__(self) -> None:
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {}

    def on(self, name: str, handler: Callable[[dict[str, Any]], None]) -> None:
        self._handlers[name] = handler

    def send(self, _method: str, _values: dict[str, Any] | None = None) -> dict[str, Any]:
        return {}

    def stop(self, request_id: str) -> None:
        request = {"url": SHOP + "api"}
        self._handlers["Fetch.requestPaused"](
            {"requestId": "paused", "networkId": request_id, "request": request, "resourceType": "XHR", "frameId": "1"}
        )

    def tell(self, request_id: str) -> None:
        self._handlers["Network.requestWillBeSent"](
            {"requestId": request_id, "loaderId": "1", "request": {"url": SHOP + "api"}, "type": "XHR", "frameId": "1"}
        )

    def end(self, request_id: str) -> None:
        self._handlers["Network.loadingFinished"]({"requestId": request_id, "encodedDataLength": 1})


@pytest.fixture
def devtools() -> Devtools:
    return Devtools()


@pytest.fixture
def traffic(devtools: Devtools) -> Traffic:
    traffic = Traffic(devtools, user="tenant", password="")  # type: ignore[arg-type]  # as much of one as it asks
    traffic.begin(SHOP, lambda _url: True, lambda _url, _lane: None)
    return traffic


@pytest.mark.parametrize("order", [("tell", "stop"), ("stop", "tell")])
def test_a_pages_own_fetch_is_waited_for_until_it_ends_in_whichever_order_it_is_told(
    devtools: Devtools, traffic: Traffic, order: tuple[str, str]
) -> None:
    for step in order:
        getattr(devtools, step)("7")
    assert traffic.idle_ms == 0

    devtools.end("7")

    assert traffic.idle_ms > 0


def test_a_workers_fetch_whose_end_nobody_tells_is_waited_for(devtools: Devtools, traffic: Traffic) -> None:
    devtools.stop("8")

    assert traffic.idle_ms == 0
