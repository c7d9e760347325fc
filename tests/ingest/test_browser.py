"""Real Chromium through the real proxy. One Chromium serves the whole file, as it does in a crawl."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from backend.ingest.browser import Browser, BrowserCrashed
from backend.ingest.extract import extract
from backend.ingest.fetch import FetchError
from backend.tenants.models import new_id
from tests.ingest.local_shop import Answer, LocalShop, RunningProxy, Trap, run_proxy

TENANT = new_id()


@pytest.fixture(scope="module")
def running() -> Iterator[RunningProxy]:
    with run_proxy() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(running: RunningProxy) -> Iterator[Browser]:
    with Browser(running.settings(), TENANT, timeout_s=20.0, unroll_s=60.0) as chromium:
        yield chromium


@pytest.fixture
def shop(running: RunningProxy, local_shop: LocalShop) -> LocalShop:
    running.allow[TENANT] = {local_shop.host}
    return local_shop


def drawn_by(script: str, body: str = "") -> Answer:
    return Answer(f"<!doctype html><html><body><main>{body}</main><script>{script}</script></body></html>")


def test_a_page_that_a_script_draws_comes_with_the_answers_it_was_drawn_from(
    chromium: Browser, shop: LocalShop
) -> None:
    shop.pages["/api/1"] = Answer('{"title": "Dress", "price": "5,200円"}', kind="application/json")
    shop.pages["/"] = drawn_by(
        "fetch('/api/1').then(r => r.json()).then(p => setTimeout(() => {"
        " document.querySelector('main').innerHTML = '<h1>' + p.title + '</h1>' }, 30))"
    )

    drawn = chromium.render(shop.url + "/")

    assert "<h1>Dress</h1>" in drawn.html
    assert drawn.payloads == ({"title": "Dress", "price": "5,200円"},)
    assert (drawn.status, drawn.final_url, drawn.truncated) == (200, shop.url + "/", False)
    assert "NiteruBot" in shop.headers["user-agent"]


def test_images_and_fonts_are_not_loaded(chromium: Browser, shop: LocalShop) -> None:
    style = "<style>@font-face{font-family:f;src:url(/f.woff2)} p{font-family:f}</style>"
    shop.pages["/"] = drawn_by(
        "", f"{style}<h1>Hi</h1><p>text</p><img src='/a.jpg'><video src='/v.mp4' autoplay></video>"
    )

    chromium.render(shop.url + "/")

    assert set(shop.asked) <= {"/", "/favicon.ico"}


def test_every_page_starts_without_the_last_ones_cookies(chromium: Browser, shop: LocalShop) -> None:
    shop.pages["/"] = Answer("<h1>Hi</h1>", headers={"Set-Cookie": "seen=1"})

    chromium.render(shop.url + "/")
    chromium.render(shop.url + "/")

    assert "cookie" not in shop.headers


def test_an_endless_listing_shows_every_product(chromium: Browser, shop: LocalShop) -> None:
    shop.pages["/"] = drawn_by(
        """let n = 0;
        function more() {
          if (n >= 40) { document.getElementById('end')?.remove(); return }
          for (let i = 0; i < 8; i++, n++)
            document.querySelector('.g').insertAdjacentHTML('beforeend', `<a href="/products/${n}">${n}</a> `);
        }
        const end = document.getElementById('end');
        new IntersectionObserver(e => e[0].isIntersecting && setTimeout(more, 20)).observe(end)""",
        "<div class=g></div><div id=end>…</div>",
    )

    drawn = chromium.render(shop.url + "/")

    assert len(extract(drawn.html, drawn.final_url).links) == 40


@pytest.mark.parametrize("words", ["Load more", "もっと見る"])
def test_the_load_more_button_is_pressed_until_nothing_more_comes(
    chromium: Browser, shop: LocalShop, words: str
) -> None:
    shop.pages["/"] = drawn_by(
        """let n = 0;
        function more() {
          for (let i = 0; i < 5 && n < 23; i++, n++)
            document.querySelector('.g').insertAdjacentHTML('beforeend', `<a href="/products/${n}">${n}</a> `);
        }
        document.querySelector('button').onclick = more; more()""",
        f"<div class=g></div><button>{words}</button>",
    )

    unrolled = chromium.render(shop.url + "/")
    as_it_is = chromium.render(shop.url + "/", unroll=False)

    assert len(extract(unrolled.html, unrolled.final_url).links) == 23
    assert len(extract(as_it_is.html, as_it_is.final_url).links) == 5


def test_nothing_on_a_page_reaches_a_private_address(chromium: Browser, shop: LocalShop, trap: Trap) -> None:
    """Neither a request, a frame, a WebSocket, a popup, a form, a worker, nor WebRTC (which is gone)."""
    away = f"127.0.0.1:{trap.port}"
    shop.pages["/worker.js"] = Answer(f"fetch('http://{away}/worker')", kind="text/javascript")
    shop.pages["/"] = drawn_by(
        f"""const tried = [];
        const note = name => () => {{ tried.push(name); document.title = tried.sort().join(' ') }};
        fetch('http://{away}/x', {{mode: 'no-cors'}}).then(() => 0, note('fetch'));
        const socket = new WebSocket('ws://{away}/'); socket.onerror = note('socket');
        const local = new WebSocket('ws://localhost:{trap.port}/'); local.onerror = note('local');
        new Worker('/worker.js'); window.open('http://{away}/popup');
        navigator.serviceWorker && navigator.serviceWorker.register('/worker.js').catch(() => 0);
        navigator.sendBeacon('http://{away}/beacon', 'x');
        document.body.insertAdjacentHTML('beforeend', '<h1>Hi</h1><iframe src="http://{away}/frame"></iframe>');
        if (!window.RTCPeerConnection) note('no-webrtc')();"""
    )

    drawn = chromium.render(shop.url + "/")
    time.sleep(0.3)

    assert "<title>" in drawn.html
    assert all(name in drawn.html for name in ("socket", "local", "no-webrtc"))
    assert trap.touched == 0


def test_a_websocket_of_the_shop_goes_through_the_proxy(chromium: Browser, shop: LocalShop) -> None:
    shop.pages["/"] = drawn_by(f"const s = new WebSocket('ws://{shop.host}/live'); s.onerror = () => 0;", "<h1>Hi</h1>")

    chromium.render(shop.url + "/")

    assert "/live" in shop.asked


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{trap}/admin", "http://[::1]:{trap}/", "http://169.254.169.254/x"]
)
def test_a_redirect_to_a_private_address_ends_at_the_proxy(
    chromium: Browser, shop: LocalShop, trap: Trap, address: str
) -> None:
    shop.pages["/go"] = Answer(status=302, headers={"Location": address.format(trap=trap.port)})

    with pytest.raises(FetchError) as caught:
        chromium.render(shop.url + "/go")

    assert caught.value.code == "private_address"
    assert trap.touched == 0


def test_a_public_name_that_resolves_to_a_private_address_is_refused(
    chromium: Browser, running: RunningProxy, shop: LocalShop
) -> None:
    running.names = {"inside.example": ["10.0.0.5"]}

    with pytest.raises(FetchError) as caught:
        chromium.render("http://inside.example/")
    with pytest.raises(FetchError) as over_tls:
        chromium.render("https://inside.example/")

    assert caught.value.code == "private_address"
    assert over_tls.value.code == "refused"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer("gone", status=404), "http_error"),
        (Answer("wait", status=429), "rate_limited"),
        (Answer(status=302, headers={"Location": "/x"}), "redirect_loop"),
        (Answer("x" * 5000, cut=100), "truncated"),
        (Answer("PK", kind="application/zip", headers={"Content-Disposition": "attachment"}), "not_a_page"),
    ],
)
def test_a_page_that_cannot_be_drawn_says_why(chromium: Browser, shop: LocalShop, answer: Answer, code: str) -> None:
    shop.pages["/x"] = answer

    with pytest.raises(FetchError) as caught:
        chromium.render(shop.url + "/x")

    assert caught.value.code == code


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version", "javascript:1", "data:text/html,x"])
def test_only_web_addresses_are_drawn(chromium: Browser, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        chromium.render(url)

    assert caught.value.code == "bad_url"


def test_a_dead_chromium_is_said_to_be_dead_and_the_next_page_gets_a_new_one(
    chromium: Browser, shop: LocalShop
) -> None:
    shop.pages["/"] = Answer("<h1>Hi</h1>")
    shop.pages["/slow"] = Answer("late", wait_s=15)
    chromium.render(shop.url + "/")
    first = chromium.pid
    assert first is not None

    threading.Timer(1.0, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(BrowserCrashed):
        chromium.render(shop.url + "/slow")
    again = chromium.render(shop.url + "/")

    assert "<h1>Hi</h1>" in again.html
    assert chromium.pid != first


def test_chromium_is_started_anew_after_so_many_pages(running: RunningProxy, shop: LocalShop) -> None:
    shop.pages["/"] = Answer("<h1>Hi</h1>")

    with Browser(running.settings(), TENANT, pages_per_process=2) as chromium:
        pids = []
        for _ in range(3):
            chromium.render(shop.url + "/")
            pids.append(chromium.pid)

    assert pids[0] == pids[1] != pids[2]
    assert chromium.pid is None


def test_a_script_that_never_ends_is_a_timeout_and_costs_one_chromium(running: RunningProxy, shop: LocalShop) -> None:
    shop.pages["/"] = drawn_by("setTimeout(() => { for (;;); }, 0)", "<h1>Hi</h1>")
    shop.pages["/fine"] = Answer("<h1>Fine</h1>")

    with Browser(running.settings(), TENANT, timeout_s=4.0, unroll_s=1.0) as chromium:
        with pytest.raises(FetchError) as caught:
            chromium.render(shop.url + "/")
        after = chromium.render(shop.url + "/fine")

    assert caught.value.code == "timeout"
    assert "Fine" in after.html


def test_another_tenants_browser_cannot_reach_the_shop(running: RunningProxy, shop: LocalShop) -> None:
    shop.pages["/"] = Answer("<h1>Hi</h1>")
    stranger = new_id()
    running.allow[stranger] = set()

    with Browser(running.settings(), stranger) as chromium, pytest.raises(FetchError) as caught:
        chromium.render(shop.url + "/")

    assert caught.value.code == "private_address"
    assert shop.asked == []
