"""Fetching through the real proxy from a real server that misbehaves as shops do."""

import gzip
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from backend.ingest.fetching.errors import refusal
from backend.ingest.fetching.fetch import Fetcher, FetchError
from tests.conftest import free_port
from tests.ingest.local_shop import Answer, LocalShop, RunningProxy, Trap

JPEG = b"\xff\xd8\xff\xe0" + bytes(2000)


@pytest.fixture
def fetcher(proxy: RunningProxy, local_shop: LocalShop, tenant: str) -> Iterator[Fetcher]:
    with Fetcher(proxy.settings(), tenant, local_shop.url, timeout_s=2.0) as fetcher:
        yield fetcher


def error_of(fetcher: Fetcher, url: str, *, image: bool = False, max_bytes: int = 1_000_000) -> FetchError:
    with pytest.raises(FetchError) as caught:
        (fetcher.get_image if image else fetcher.get)(url, max_bytes=max_bytes)
    return caught.value


def test_a_page_comes_with_its_type_its_text_and_its_hash(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/"] = Answer("<h1>ワンピース</h1>".encode("cp932"), kind="text/html; charset=Shift_JIS")

    page = fetcher.get(local_shop.url + "/")

    assert (page.status, page.content_type, page.is_html) == (200, "text/html", True)
    assert page.text == "<h1>ワンピース</h1>"
    assert len(page.content_hash) == 64
    assert page.content_hash == fetcher.get(local_shop.url + "/").content_hash
    assert "NiteruBot" in local_shop.headers["user-agent"]


@pytest.mark.parametrize("charset", ["utf-8", "cp932", "euc_jp"])
def test_a_page_that_names_no_charset_is_read_all_the_same(
    fetcher: Fetcher, local_shop: LocalShop, charset: str
) -> None:
    local_shop.pages["/"] = Answer("<p>春のコート、新作です</p>".encode(charset), kind="text/html")

    assert fetcher.get(local_shop.url + "/").text == "<p>春のコート、新作です</p>"


def test_redirects_inside_the_shop_are_followed(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/old"] = Answer(status=301, headers={"Location": "/newer"})
    local_shop.pages["/newer"] = Answer(status=302, headers={"Location": f"{local_shop.url}/new#reviews"})
    local_shop.pages["/new"] = Answer("here")

    page = fetcher.get(local_shop.url + "/old")

    assert (page.url, page.final_url, page.text) == (f"{local_shop.url}/old", f"{local_shop.url}/new", "here")


def test_a_redirect_loop_and_an_endless_chain_end_with_their_reason(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/loop"] = Answer(status=302, headers={"Location": "/loop2"})
    local_shop.pages["/loop2"] = Answer(status=302, headers={"Location": "/loop"})
    for step in range(20):
        local_shop.pages[f"/chain{step}"] = Answer(status=302, headers={"Location": f"/chain{step + 1}"})

    assert error_of(fetcher, local_shop.url + "/loop").code == "redirect_loop"
    assert error_of(fetcher, local_shop.url + "/chain0").code == "too_many_redirects"
    assert "/chain15" not in local_shop.asked


@pytest.mark.parametrize(
    "where", ["http://169.254.169.254/latest/", "http://[::1]:{trap}/", "http://127.0.0.1:{trap}/"]
)
def test_a_redirect_to_a_private_address_is_not_followed(
    fetcher: Fetcher, local_shop: LocalShop, trap: Trap, where: str
) -> None:
    local_shop.pages["/go"] = Answer(status=302, headers={"Location": where.format(trap=trap.port)})

    page, image = (error_of(fetcher, local_shop.url + "/go", image=image) for image in (False, True))

    assert page.code == "foreign_redirect"
    assert image.code in {"private_address", "refused"}
    assert trap.touched == 0


def test_an_image_on_another_host_is_fetched_unless_its_address_is_private(
    fetcher: Fetcher, local_shop: LocalShop, proxy: RunningProxy, trap: Trap
) -> None:
    local_shop.pages["/a.jpg"] = Answer(JPEG, kind="application/octet-stream")
    proxy.names = {"cdn.example": ["127.0.0.1"]}

    fetched = fetcher.get_image(local_shop.url + "/a.jpg")
    inside = error_of(fetcher, "http://cdn.example/a.jpg", image=True)
    trapped = error_of(fetcher, f"http://127.0.0.1:{trap.port}/a.jpg", image=True)
    behind_tls = error_of(fetcher, "https://cdn.example/a.jpg", image=True)

    assert fetched.body == JPEG
    assert {error.code for error in (inside, trapped, behind_tls)} == {"private_address"}
    assert not inside.retryable
    assert trap.touched == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<html>Not here</html>", "image/jpeg"),
        (b"", "image/png"),
    ],
)
def test_what_is_no_photo_is_refused_whatever_its_type_says(
    fetcher: Fetcher, local_shop: LocalShop, body: bytes, kind: str
) -> None:
    local_shop.pages["/x"] = Answer(body, kind=kind)

    assert error_of(fetcher, local_shop.url + "/x", image=True).code == "not_an_image"


def test_a_truncated_answer_is_an_error_worth_another_try(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/cut"] = Answer("<h1>" + "x" * 5000, cut=700)

    error = error_of(fetcher, local_shop.url + "/cut")

    assert (error.code, error.retryable) == ("truncated", True)


def test_an_answer_over_the_cap_is_refused_even_when_it_is_packed_small(
    fetcher: Fetcher, local_shop: LocalShop
) -> None:
    local_shop.pages["/big"] = Answer("x" * 20_000)
    bomb = gzip.compress(b"x" * 5_000_000)
    local_shop.pages["/bomb"] = Answer(bomb, headers={"Content-Encoding": "gzip"})

    assert error_of(fetcher, local_shop.url + "/big", max_bytes=10_000).code == "too_large"
    assert error_of(fetcher, local_shop.url + "/bomb", max_bytes=1_000_000).code == "too_large"


def test_a_slow_shop_is_a_timeout(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/slow"] = Answer("late", wait_s=30)

    error = error_of(fetcher, local_shop.url + "/slow")

    assert (error.code, error.retryable) == ("timeout", True)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(status=404), ("http_error", 404, False, None)),
        (Answer(status=410), ("http_error", 410, False, None)),
        (Answer(status=500), ("http_error", 500, True, None)),
        (Answer(status=503), ("http_error", 503, True, None)),
        (Answer(status=429), ("rate_limited", 429, True, None)),
        (Answer(status=503, headers={"Retry-After": "7"}), ("rate_limited", 503, True, 7.0)),
    ],
)
def test_an_error_status_says_whether_to_try_again(
    fetcher: Fetcher, local_shop: LocalShop, answer: Answer, expected: tuple[str, int, bool, float | None]
) -> None:
    local_shop.pages["/x"] = answer

    error = error_of(fetcher, local_shop.url + "/x")

    assert (error.code, error.status, error.retryable, error.retry_after) == expected


def test_retry_after_may_be_a_date(fetcher: Fetcher, local_shop: LocalShop) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    local_shop.pages["/x"] = Answer(status=503, headers={"Retry-After": later})

    error = error_of(fetcher, local_shop.url + "/x")

    assert error.retry_after is not None
    assert 60 < error.retry_after <= 90


@pytest.mark.parametrize(
    "url", ["ftp://x/", "file:///etc/passwd", "javascript:alert(1)", "http://", "/relative", "http://[::1"]
)
def test_an_address_that_is_none_is_an_error_not_a_crash(fetcher: Fetcher, url: str) -> None:
    assert error_of(fetcher, url).code == "bad_url"


def test_several_images_are_fetched_at_once_over_one_fetcher(fetcher: Fetcher, local_shop: LocalShop) -> None:
    for number in range(30):
        local_shop.pages[f"/{number}.jpg"] = Answer(JPEG + bytes([number]), kind="image/jpeg")

    with ThreadPoolExecutor(6) as pool:
        fetched = list(pool.map(lambda number: fetcher.get_image(f"{local_shop.url}/{number}.jpg"), range(30)))

    assert [image.body[-1] for image in fetched] == list(range(30))


def test_our_own_proxy_that_is_away_is_waited_for(proxy: RunningProxy, local_shop: LocalShop, tenant: str) -> None:
    local_shop.pages["/"] = Answer("here")
    away = RunningProxy(port=free_port())

    with Fetcher(away.settings(), tenant, local_shop.url, timeout_s=20.0) as fetcher, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fetcher.get, local_shop.url + "/")
        time.sleep(0.5)
        with forwarded(away.port, proxy.port):
            page = waiting.result(30)
            fetcher.close()  # which ends the connection that is handed on

    assert page.text == "here"


@contextmanager
def forwarded(port: int, target: int) -> Iterator[None]:
    """Hand one connection to `port` on to `target`."""

    def hand_on(server: socket.socket) -> None:
        near, far = server.accept()[0], socket.create_connection(("127.0.0.1", target))
        with near, far, ThreadPoolExecutor(2) as pool:
            list(pool.map(copy, (near, far), (far, near)))

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    with socket.create_server(("127.0.0.1", port)) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(hand_on, server)
        yield


@pytest.mark.parametrize("url", ["http://shop.example/", "https://shop.example/"])
def test_our_own_proxy_that_is_not_ready_is_not_blamed_on_the_shop(
    fetcher: Fetcher, proxy: RunningProxy, url: str
) -> None:
    proxy.away = True

    error = error_of(fetcher, url)

    assert (error.code, error.retryable) == ("egress_down", True)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("too_many_connections", ("egress_down", True)),
        ("bad_answer", ("connection", True)),
        ("dns", ("connection", True)),
        ("timeout", ("timeout", True)),
        ("port_not_allowed", ("refused", False)),
    ],
)
def test_a_reason_of_the_proxy_says_whether_to_try_again(reason: str, expected: tuple[str, bool]) -> None:
    error = refusal(reason)

    assert (error.code, error.retryable) == expected


def test_our_own_proxy_that_is_away_is_not_blamed_on_the_shop(local_shop: LocalShop, tenant: str) -> None:
    away = RunningProxy(port=free_port())

    with Fetcher(away.settings(), tenant, local_shop.url, timeout_s=2.0) as fetcher:
        error = error_of(fetcher, local_shop.url + "/")

    assert (error.code, error.retryable) == ("egress_down", True)
    assert local_shop.asked == []
