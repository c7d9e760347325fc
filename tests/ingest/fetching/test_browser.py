"""Real Chromium through the real proxy. One Chromium serves the whole file, as it does in a crawl."""

import gzip
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from backend.config import PROJECT
from backend.ingest.fetching import browser_process
from backend.ingest.fetching.browser import Browser, BrowserCrashed, Payload
from backend.ingest.fetching.browser_page import MAX_HTML
from backend.ingest.fetching.fetch import Fetcher, FetchError
from backend.ingest.reading.extract import extract
from tests.conftest import wait_until
from tests.ingest.local_shop import TENANT, Answer, LocalShop, RunningProxy, drawn_by

pytest_plugins = ("tests.ingest.drawn",)


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
    assert drawn.payloads == (Payload(shop.url + "/api/1", {"title": "Dress", "price": "5,200円"}),)
    assert drawn.requests >= 2
    assert drawn.bytes > 200
    assert (drawn.status, drawn.final_url, drawn.truncated) == (200, shop.url + "/", False)
    assert "NiteruBot" in shop.headers["user-agent"]


def test_images_and_fonts_are_not_loaded(chromium: Browser, shop: LocalShop) -> None:
    style = "<style>@font-face{font-family:f;src:url(/f.woff2)} p{font-family:f}</style>"
    shop.pages["/"] = drawn_by(
        "", f"{style}<h1>Hi</h1><p>text</p><img src='/a.jpg'><video src='/v.mp4' autoplay></video>"
    )

    chromium.render(shop.url + "/")

    assert set(shop.asked) <= {"/", "/favicon.ico"}


def test_the_page_is_read_once_and_comes_with_the_html(chromium: Browser, shop: LocalShop) -> None:
    shop.pages["/"] = drawn_by("", "<h1>Hi</h1><a href='/a'>a</a>")

    drawn = chromium.render(shop.url + "/")

    assert drawn.page.links == extract(drawn.html, drawn.final_url).links == (shop.url + "/a",)


def test_chromium_asks_in_the_same_language_as_the_fetcher(
    running: RunningProxy, chromium: Browser, shop: LocalShop
) -> None:
    shop.pages["/"] = drawn_by("document.title = navigator.language", "<h1>Hi</h1>")

    drawn = chromium.render(shop.url + "/")
    over_chromium = shop.headers["accept-language"]
    with Fetcher(running.settings(), TENANT, shop.url) as fetcher:
        fetcher.get(shop.url + "/")

    assert over_chromium == shop.headers["accept-language"] == "ja"
    assert "<title>ja</title>" in drawn.html


def test_a_json_answer_that_is_too_big_is_left_out(chromium: Browser, shop: LocalShop) -> None:
    big = gzip.compress(b'["' + b"x" * 20_000_000 + b'"]')
    shop.pages["/big"] = Answer(big, kind="application/json", headers={"Content-Encoding": "gzip"})
    shop.pages["/small"] = Answer("[1]", kind="application/json")
    shop.pages["/"] = drawn_by("fetch('/big').then(r => r.json()).then(() => fetch('/small'))", "<h1>Hi</h1>")

    drawn = chromium.render(shop.url + "/")

    assert [payload.value for payload in drawn.payloads] == [[1]]


def test_a_page_that_is_too_long_is_cut(chromium: Browser, shop: LocalShop) -> None:
    shop.pages["/"] = drawn_by("document.body.append(document.createComment('x'.repeat(13e6)))", "<h1>Hi</h1>")

    drawn = chromium.render(shop.url + "/", unroll=False)

    assert drawn.truncated
    assert len(drawn.html) == MAX_HTML


def test_a_listing_that_does_not_end_in_time_is_said_to_go_on(running: RunningProxy, shop: LocalShop) -> None:
    shop.pages["/"] = drawn_by(
        """let n = 0;
        document.querySelector('button').onclick = () =>
          document.querySelector('.g').insertAdjacentHTML('beforeend', `<a href="/products/${n++}">${n}</a> `)""",
        "<div class=g></div><button>Load more</button>",
    )

    with Browser(running.settings(), TENANT, unroll_s=2.0) as chromium:
        drawn = chromium.render(shop.url + "/")

    assert drawn.truncated
    assert drawn.page.links


def test_a_clock_that_never_stops_does_not_keep_a_page_from_standing_still(chromium: Browser, shop: LocalShop) -> None:
    shop.pages["/"] = drawn_by(
        "setInterval(() => { document.querySelector('b').textContent = Date.now() }, 20)", "<h1>Hi</h1><b>0</b>"
    )

    start = time.monotonic()
    drawn = chromium.render(shop.url + "/", unroll=False)

    assert "<h1>Hi</h1>" in drawn.html
    assert time.monotonic() - start < 8  # the bound at which a page that never stands still is taken as it is


def test_what_a_worker_fetches_is_waited_for_but_not_for_long(chromium: Browser, shop: LocalShop) -> None:
    shop.pages["/api"] = Answer('"Dress"', kind="application/json", wait_s=0.4)
    shop.pages["/worker.js"] = Answer("fetch('/api').then(a => a.json()).then(postMessage)", kind="text/javascript")
    shop.pages["/"] = drawn_by("new Worker('/worker.js').onmessage = e => { document.title = e.data }", "<h1>Hi</h1>")

    start = time.monotonic()
    drawn = chromium.render(shop.url + "/", unroll=False)

    assert "<title>Dress</title>" in drawn.html
    assert time.monotonic() - start < 8  # the bound at which a page that never stands still is taken as it is


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


def test_chromium_is_started_anew_when_it_has_grown_too_big(
    running: RunningProxy, shop: LocalShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_process, "RESTART_BYTES", 1)
    shop.pages["/"] = Answer("<h1>Hi</h1>")

    with Browser(running.settings(), TENANT) as chromium:
        chromium.render(shop.url + "/")
        wait_until(lambda: chromium.pid is None, what="the end of the first Chromium")
        again = chromium.render(shop.url + "/")

    assert "Hi" in again.html


def test_a_page_that_takes_all_memory_costs_one_chromium(
    running: RunningProxy, shop: LocalShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_process, "MOST_BYTES", 600_000_000)
    shop.pages["/"] = Answer(
        "<h1>Hi</h1><script>const all = []; for (let n = 0; n < 60; n++) all.push(new Uint8Array(3e7).fill(1));"
        "for (;;);</script>"
    )
    shop.pages["/fine"] = Answer("<h1>Fine</h1>")

    with Browser(running.settings(), TENANT) as chromium:
        with pytest.raises(FetchError) as caught:
            chromium.render(shop.url + "/")
        after = chromium.render(shop.url + "/fine")

    assert (caught.value.code, caught.value.retryable) == ("too_large", False)
    assert "Fine" in after.html


def test_chromiums_session_weighs_no_more_than_the_worker_it_belongs_to(running: RunningProxy, shop: LocalShop) -> None:
    shop.pages["/"] = Answer("<h1>Hi</h1>")
    code = (
        "import os, sys; from backend.ingest.fetching.browser import Browser; from backend.config import Settings\n"
        "own = os.nice(2)\n"
        "with Browser(Settings.from_env(), sys.argv[1]) as chromium:\n"
        "    chromium.render(sys.argv[2])\n"
        "    group = f'/proc/{chromium.pid}/autogroup'\n"
        "    told = open(group).read() if os.path.exists(group) else f'nice {own}'\n"
        "    print(own, told.split()[-1])"
    )
    settings = running.settings()
    env = {"NITERU_SECRET_KEY": settings.secret_key, "NITERU_EGRESS_URL": settings.egress_url}
    env |= dict.fromkeys(("DATABASE_URL", "REDIS_URL", "MILVUS_URI"), "nowhere")

    line = [sys.executable, "-c", code, TENANT, shop.url + "/"]
    said = subprocess.run(line, env=os.environ | env, cwd=PROJECT, capture_output=True, text=True, check=True).stdout

    assert len(set(said.split())) == 1


def test_a_script_that_never_ends_is_a_timeout_and_costs_one_chromium(running: RunningProxy, shop: LocalShop) -> None:
    shop.pages["/"] = drawn_by("setTimeout(() => { for (;;); }, 0)", "<h1>Hi</h1>")
    shop.pages["/fine"] = Answer("<h1>Fine</h1>")

    with Browser(running.settings(), TENANT, timeout_s=4.0, unroll_s=1.0) as chromium:
        with pytest.raises(FetchError) as caught:
            chromium.render(shop.url + "/")
        after = chromium.render(shop.url + "/fine")

    assert caught.value.code == "timeout"
    assert "Fine" in after.html
