"""Nothing that a page does in Chromium gets past the egress proxy, and what robots.txt disallows is not asked for."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from backend.ingest.fetching.browser import Browser
from backend.ingest.fetching.fetch import FetchError
from backend.ingest.fetching.manners import PAGES, PICTURES
from backend.tenants.models import new_id
from tests.ingest.local_shop import TENANT, Answer, LocalShop, RunningProxy, Trap, drawn_by

pytest_plugins = ("tests.ingest.drawn",)


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


@pytest.mark.parametrize(
    ("script", "body"),
    [
        ("const s = new EventSource('{away}/events'); s.onerror = () => s.close()", ""),
        ("const w = new Worker('/worker.js'); w.onerror = () => 0", ""),
        ("document.forms[0].submit()", "<form action='{away}/form' method=post><input name=a value=b></form>"),
        (
            "",
            "<link rel=preconnect href='{away}'><link rel=dns-prefetch href='{away}'>"
            "<link rel=prefetch href='{away}/p'><link rel=preload as=script href='{away}/s'>"
            "<link rel=modulepreload href='{away}/m.js'>",
        ),
        ("", "<embed type='application/pdf' src='{away}/x.pdf'><object data='{away}/y.pdf'></object>"),
        (
            "new XMLHttpRequest().open('GET', '{away}/xhr')",
            "<script src='{away}/s'></script><img src='{away}/i'>",
        ),
        ("", "<style>@import '{away}/c.css'; h1 {{ background: url('{away}/b.png') }}</style>"),
        ("", "<meta http-equiv=refresh content='0; url={away}/refresh'>"),
        ("location.href = '{away}/gone'", ""),
        ("try {{ new WebTransport('{secure}/t') }} catch (error) {{ }}", "<a ping='{away}/ping' href='#x'>x</a>"),
        ("fetch('/redirected').catch(() => 0)", ""),
    ],
)
def test_no_way_out_of_a_page_leads_past_the_proxy(
    chromium: Browser, shop: LocalShop, trap: Trap, script: str, body: str
) -> None:
    away = f"http://127.0.0.1:{trap.port}"
    filled = {"away": away, "secure": away.replace("http:", "https:")}
    shop.pages["/worker.js"] = Answer(f"importScripts('{away}/script.js')", kind="text/javascript")
    shop.pages["/redirected"] = Answer(status=307, headers={"Location": f"{away}/x"})
    shop.pages["/"] = drawn_by(script.format(**filled), "<h1>Hi</h1>" + body.format(**filled))

    with suppress(FetchError):  # a page that went elsewhere
        chromium.render(shop.url + "/", unroll=False)

    assert "/" in shop.asked
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
    assert (over_tls.value.code, over_tls.value.retryable) == ("private_address", False)


def test_another_tenants_browser_cannot_reach_the_shop(running: RunningProxy, shop: LocalShop) -> None:
    shop.pages["/"] = Answer("<h1>Hi</h1>")
    stranger = new_id()
    running.allow[stranger] = set()

    with Browser(running.settings(), stranger) as chromium, pytest.raises(FetchError) as caught:
        chromium.render(shop.url + "/")

    assert caught.value.code == "private_address"
    assert shop.asked == []


@pytest.mark.parametrize(
    ("names", "away", "expected"),
    [
        ({}, False, ("connection", True)),  # nobody knows the name just now: it may be back in a minute
        ({"shop.example": ["93.184.216.34"]}, True, ("egress_down", True)),
        ({"shop.example": ["10.0.0.5"]}, False, ("private_address", False)),
    ],
)
def test_a_tunnel_that_the_proxy_refuses_says_why(
    chromium: Browser, running: RunningProxy, names: dict[str, list[str]], away: bool, expected: tuple[str, bool]
) -> None:
    running.allow[TENANT] = set()
    running.names, running.away = names, away

    with pytest.raises(FetchError) as caught:
        chromium.render("https://shop.example/")
    running.away = False

    assert (caught.value.code, caught.value.retryable) == expected


def test_a_host_that_does_not_say_what_it_allows_is_not_asked_for_anything(chromium: Browser, shop: LocalShop) -> None:
    """Neither hangs the page that a script asks from."""
    shop.pages["/"] = drawn_by("fetch('/api').catch(() => { document.title = 'refused' })", "<h1>Hi</h1>")

    def unknown_but(path: str) -> Callable[[str], bool]:
        def allows(url: str) -> bool:
            if url.endswith(path):
                return True
            raise FetchError("robots_unreachable", "Nobody knows.", retryable=True)

        return allows

    drawn = chromium.render(shop.url + "/", allows=unknown_but("/"))
    with pytest.raises(FetchError) as caught:
        chromium.render(shop.url + "/", allows=unknown_but("/nothing"))

    assert "<title>refused</title>" in drawn.html
    assert (caught.value.code, caught.value.retryable) == ("robots_unreachable", True)
    assert shop.asked.count("/") == 1
    assert "/api" not in shop.asked


def test_what_robots_disallow_is_asked_for_neither_by_the_page_nor_by_its_scripts(
    chromium: Browser, shop: LocalShop
) -> None:
    shop.pages["/api/open"] = Answer('{"title": "Dress"}', kind="application/json")
    shop.pages["/go"] = Answer(status=302, headers={"Location": "/secret/sale"})
    shop.pages["/open"] = Answer(status=302, headers={"Location": "/secret/prices"})
    shop.pages["/"] = drawn_by(
        """const note = name => () => { document.body.insertAdjacentHTML('beforeend', `<p>${name}</p>`) };
        fetch('/api/open').then(note('open'));
        fetch('/secret/prices').catch(note('refused')); fetch('/open').catch(note('by redirect'));
        const old = new XMLHttpRequest(); old.onerror = note('old'); old.open('GET', '/secret/old'); old.send();""",
        "<h1>Hi</h1><iframe src='/secret/frame'></iframe>",
    )

    drawn = chromium.render(shop.url + "/", allows=lambda url: "/secret/" not in url)
    with pytest.raises(FetchError) as caught:
        chromium.render(shop.url + "/go", allows=lambda url: "/secret/" not in url)

    assert all(f"<p>{name}</p>" in drawn.html for name in ("open", "refused", "by redirect", "old"))
    assert (caught.value.code, caught.value.retryable) == ("disallowed", False)
    assert not [path for path in shop.asked if path.startswith("/secret/")]


def test_what_robots_disallow_is_not_asked_for_by_a_pages_workers_either(chromium: Browser, shop: LocalShop) -> None:
    """A shared worker would be seen by nobody: there is none."""
    asks = "fetch('{0}/secret/{1}').catch(() => fetch('{0}/open/{1}').then(() => postMessage('{1} asked')))"
    shop.pages["/worker.js"] = Answer(asks.format("", "file"), kind="text/javascript")
    shop.pages["/shared.js"] = Answer("fetch('/secret/shared')", kind="text/javascript")
    shop.pages["/"] = drawn_by(
        f"""const note = e => {{ document.body.insertAdjacentHTML('beforeend', `<p>${{e.data}}</p>`) }};
        new Worker('/worker.js').onmessage = note;
        const blob = new Blob([`{asks.format("${location.origin}", "blob")}`]);
        new Worker(URL.createObjectURL(blob)).onmessage = note;
        try {{ new SharedWorker('/shared.js') }} catch (error) {{ note({{data: 'none shared'}}) }}""",
        "<h1>Hi</h1>",
    )

    drawn = chromium.render(shop.url + "/", unroll=False, allows=lambda url: "/secret/" not in url)

    assert all(f"<p>{said}</p>" in drawn.html for said in ("file asked", "blob asked", "none shared"))
    assert not [path for path in shop.asked if path.startswith("/secret/")]


def test_what_a_page_asks_of_its_shop_is_told_but_not_the_page_itself(chromium: Browser, shop: LocalShop) -> None:
    shop.pages["/go"] = Answer(status=302, headers={"Location": "/there"})
    shop.pages["/there"] = shop.pages["/a.js"] = Answer("0", kind="text/javascript")
    shop.pages["/worker.js"] = Answer("fetch('/there').then(() => postMessage('done'))", kind="text/javascript")
    shop.pages["/"] = drawn_by(
        """const done = () => { document.title = 'done' };
        fetch('/go').then(() => { new Worker('/worker.js').onmessage = done });
        fetch('http://other.example/x').catch(() => 0)""",
        "<h1>Hi</h1><script src='/a.js'></script><img src='/a.jpg'>",
    )
    owed: list[tuple[str, str]] = []

    drawn = chromium.render(shop.url + "/", unroll=False, owe=lambda url, lane: owed.append((url, lane)))

    assert "<title>done</title>" in drawn.html
    paths = sorted((url.removeprefix(shop.url), lane) for url, lane in owed)
    assert [one for one in paths if one[0] != "/worker.js"] == [
        ("/a.js", PICTURES), ("/go", PAGES), ("/there", PAGES), ("/there", PAGES),
    ]  # fmt: skip
