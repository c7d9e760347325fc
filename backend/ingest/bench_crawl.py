"""`niteru bench crawl`: pages a second, ours against the barest loop that gets the same pages in the same run."""

import asyncio
import json
import multiprocessing
import os
import secrets
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

import click
import httpx
from playwright.sync_api import sync_playwright

from backend.config import Settings
from backend.errors import DomainError
from backend.ingest.addresses import canonical, pattern, same_site
from backend.ingest.fetching.browser import Browser
from backend.ingest.fetching.browser_process import find_chromium
from backend.ingest.fetching.fetch import Fetcher
from backend.ingest.fetching.proxy import EgressProxy
from backend.ingest.reading.extract import extract

Report = dict[str, Any]
Loop = Callable[[Sequence[str]], None]
_TENANT = "bench"


class NothingToMeasure(DomainError):
    code = "nothing_to_measure"


@click.command("crawl")
@click.option("--shop", required=True, help="A shop's address; a private one must be this machine's own.")
@click.option("--pages", default=30, show_default=True, type=click.IntRange(1), help="Pages a round.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def crawl_command(shop: str, pages: int, rounds: int, as_json: bool) -> None:
    """Get a shop's pages over HTTP and in Chromium, in turns with a bare httpx and a bare Playwright loop."""
    report = crawl(shop, pages=pages, rounds=rounds)
    if as_json:
        click.echo(json.dumps(report, indent=1))
        return
    for way in ("http", "browser"):
        one = report[way]
        click.echo(f"{way:8} ours {one['ours']:6.2f} pages/s, bare {one['bare']:6.2f}, ratio {one['ratio']:.2f}")


def crawl(shop: str, *, pages: int, rounds: int) -> Report:
    """Return pages a second of ours and of the bare loop, and the median of the rounds' ratios, for HTTP and Chromium.

    Ours is what a crawl does with one page between the frontier and the database: through the egress proxy, checked,
    bounded, extracted. The bare loops ask the shop itself, one page after the other, and keep the HTML.
    Raises NothingToMeasure where the shop's start page leads to no other page.
    """
    with _egress(shop) as settings, Fetcher(settings, _TENANT, shop) as fetcher, Browser(settings, _TENANT) as browser:
        urls = _urls(browser, shop, pages)

        def over_http(urls: Sequence[str]) -> None:
            for url in urls:
                extract(fetcher.get(url).text, url)

        def drawn(urls: Sequence[str]) -> None:
            for url in urls:
                browser.render(url)

        http = _compare(over_http, _bare_http, urls, rounds)
        with _bare_chromium(settings) as bare:
            chromium = _compare(drawn, bare, urls, rounds)
    return {
        "shop": shop, "pages": len(urls), "rounds": rounds, "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1), "http": http, "browser": chromium,
    }  # fmt: skip


def _compare(ours: Loop, bare: Loop, urls: Sequence[str], rounds: int) -> Report:
    """Let both get the same pages in turns, ours first in every second round; the first pages, which wake, are free."""
    for loop in (ours, bare):
        loop(urls[:2])
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(rounds):
        turns = [("ours", ours), ("bare", bare)]
        for name, loop in turns if number % 2 else reversed(turns):
            start = time.perf_counter()
            loop(urls)
            seconds[name].append(time.perf_counter() - start)
    ratios = [bare_s / ours_s for ours_s, bare_s in zip(seconds["ours"], seconds["bare"], strict=True)]
    rates = {name: round(len(urls) / statistics.median(took), 2) for name, took in seconds.items()}
    return {
        **rates,
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }


def _bare_http(urls: Sequence[str]) -> None:
    with httpx.Client(trust_env=False, follow_redirects=True, timeout=30) as client:
        for url in urls:
            assert client.get(url).text


@contextmanager
def _bare_chromium(settings: Settings) -> Iterator[Loop]:
    """A fresh context a page, no pictures either, no proxy, and no longer wait than for the first headline."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(settings.chromium_path) or None,
            chromium_sandbox=os.geteuid() != 0,
            args=["--blink-settings=imagesEnabled=false"],
        )

        def loop(urls: Sequence[str]) -> None:
            for url in urls:
                context = chromium.new_context()
                page = context.new_page()
                page.goto(url)
                page.wait_for_selector("h1", state="attached")
                assert page.content()
                context.close()

        yield loop
        chromium.close()


def _urls(browser: Browser, shop: str, pages: int) -> list[str]:
    """Return addresses of the kind of page that the shop's start page leads to most often: its products."""
    links = [canonical(url) for url in browser.render(shop).page.links if same_site(url, shop)]
    kinds = Counter(pattern(url) for url in dict.fromkeys(links))
    if not kinds:
        raise NothingToMeasure(f"{shop} leads to no page of its own.")
    best = kinds.most_common(1)[0][0]
    return [url for url in dict.fromkeys(links) if pattern(url) == best][:pages]


@contextmanager
def _egress(shop: str) -> Iterator[Settings]:
    """An egress proxy of this measurement's own, in a process of its own as in a deployment; yields its settings."""
    secret = secrets.token_hex(16)
    near, far = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(far, secret, _exceptions(shop)), daemon=True
    )
    process.start()
    try:
        nowhere = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "MILVUS_URI"), "none")
        url = f"http://127.0.0.1:{near.recv()}"
        yield Settings.from_env({**nowhere, "NITERU_SECRET_KEY": secret, "NITERU_EGRESS_URL": url})
    finally:
        process.terminate()
        process.join()


def _exceptions(shop: str) -> frozenset[str]:
    """The one private address that may be reached: the shop's own, where it is this machine's."""
    parts = urlsplit(shop)
    try:
        here = ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = False
    return frozenset({f"{parts.hostname}:{parts.port or 80}"}) if here else frozenset()


def _serve(pipe: Connection, secret: str, allowed: frozenset[str]) -> None:
    async def exceptions(_tenant_id: str) -> frozenset[str]:
        return allowed

    async def run() -> None:
        proxy = EgressProxy(secret, exceptions)
        await proxy.start()
        pipe.send(proxy.port)
        await asyncio.Event().wait()

    asyncio.run(run())
