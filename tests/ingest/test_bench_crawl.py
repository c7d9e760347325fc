"""`niteru bench crawl` on a small shop: what is compared is the same pages, got both ways."""

import json
from collections import Counter

import pytest
from click.testing import CliRunner

from backend.cli.bench import bench
from backend.ingest.bench_crawl import NothingToMeasure, crawl
from tests.ingest.local_shop import Answer, LocalShop

PAGES, ROUNDS, WARM_UP = 3, 2, 2


def test_ours_and_the_bare_loops_get_the_same_pages_equally_often(local_shop: LocalShop) -> None:
    products = [f"/products/{name}-{number}" for number, name in enumerate(["dress", "coat", "skirt", "shirt"])]
    local_shop.pages["/"] = Answer("<a href='/about'>About</a>" + "".join(f"<a href='{p}'>{p}</a>" for p in products))
    for path in products:
        local_shop.pages[path] = Answer(f"<h1>{path}</h1>")

    line = ["crawl", "--shop", local_shop.url, "--pages", str(PAGES), "--rounds", str(ROUNDS), "--json"]
    done = CliRunner().invoke(bench, line, catch_exceptions=False)

    report = json.loads(done.stdout)
    assert report["pages"] == PAGES
    for way in ("http", "browser"):
        assert len(report[way]["ratios"]) == ROUNDS
        assert min(report[way]["ours"], report[way]["bare"], report[way]["ratio"]) > 0
    asked = Counter(path for path in local_shop.asked if path in products)
    assert dict(asked) == {path: 4 * (ROUNDS + (number < WARM_UP)) for number, path in enumerate(products[:PAGES])}


def test_a_shop_without_pages_is_nothing_to_measure(local_shop: LocalShop) -> None:
    local_shop.pages["/"] = Answer("<h1>Soon</h1>")

    with pytest.raises(NothingToMeasure):
        crawl(local_shop.url, pages=PAGES, rounds=ROUNDS)
