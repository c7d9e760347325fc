import gzip
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from backend.ingest.fetching import sitemap
from backend.ingest.fetching.fetch import Fetcher
from tests.ingest.local_shop import Answer, LocalShop, RunningProxy

XML = "application/xml"


@pytest.fixture
def fetcher(proxy: RunningProxy, local_shop: LocalShop, tenant: str) -> Iterator[Fetcher]:
    with Fetcher(proxy.settings(), tenant, local_shop.url) as fetcher:
        yield fetcher


def urlset(*urls: str) -> str:
    rows = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def index(*urls: str) -> str:
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex>{rows}</sitemapindex>"


def paths(found: sitemap.Sitemap, shop: LocalShop) -> list[str]:
    return [entry.url.removeprefix(shop.url) for entry in found.entries]


def test_an_index_with_packed_sitemaps_is_read_whatever_types_it_claims(
    fetcher: Fetcher, local_shop: LocalShop
) -> None:
    base = local_shop.url
    local_shop.pages["/index.xml"] = Answer(index(f"{base}/a.xml.gz", f"{base}/b"), kind="text/html")
    local_shop.pages["/a.xml.gz"] = Answer(gzip.compress(urlset(f"{base}/p/1").encode()), kind="application/x-gzip")
    local_shop.pages["/b"] = Answer(urlset(f"{base}/p/2?utm_source=map", f"{base}/p/1"), kind="text/plain")

    found = sitemap.read(fetcher, [f"{base}/index.xml"], shop_url=base)

    assert paths(found, local_shop) == ["/p/1", "/p/2"]
    assert found.problems == {}


def test_entries_keep_their_day_their_entities_and_not_their_images() -> None:
    text = """<urlset><url><loc><![CDATA[https://s.example/a?x=1&y=2]]></loc><lastmod>2026-05-01T10:00:00+09:00</lastmod>
        <image:image><image:loc>https://s.example/a.jpg</image:loc></image:image></url>
        <url><image:image><image:loc>https://s.example/b.jpg</image:loc></image:image>
        <loc> https://s.example/b?x=1&amp;y=2 </loc><lastmod>yesterday</lastmod></url><url><loc></loc></url></urlset>"""

    entries, is_index = sitemap.parse(text.encode())

    assert not is_index
    assert [entry.url for entry in entries] == ["https://s.example/a?x=1&y=2", "https://s.example/b?x=1&y=2"]
    assert [entry.last_modified for entry in entries] == [datetime(2026, 5, 1, 1, tzinfo=UTC), None]


def test_only_the_shops_own_pages_are_kept(fetcher: Fetcher, local_shop: LocalShop) -> None:
    foreign = ("https://elsewhere.example/x", "http://127.0.0.1:1/x", "javascript:alert(1)", "/relative")
    local_shop.pages["/m.xml"] = Answer(urlset(*foreign), kind=XML)

    found = sitemap.read(fetcher, [f"{local_shop.url}/m.xml"], shop_url=local_shop.url)

    assert paths(found, local_shop) == ["/relative"]


def test_a_web_page_in_a_sitemaps_place_is_a_problem_not_a_catalog(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/m.xml"] = Answer("<!doctype html><html><body><a href='/x'>Not found</a></body></html>")

    found = sitemap.read(fetcher, [f"{local_shop.url}/m.xml", f"{local_shop.url}/gone.xml"], shop_url=local_shop.url)

    assert found.entries == ()
    assert found.problems == {
        f"{local_shop.url}/m.xml": "not_a_sitemap",
        f"{local_shop.url}/gone.xml": "http_error",
    }


def test_the_usual_addresses_are_tried_when_robots_txt_names_none(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/sitemap.xml"] = Answer(urlset(f"{local_shop.url}/p/1"), kind=XML)

    found = sitemap.read(fetcher, [], shop_url=local_shop.url + "/ja/")

    assert paths(found, local_shop) == ["/p/1"]
    assert found.problems == {}


def test_a_sitemap_that_names_itself_a_deep_tree_and_a_long_list_come_to_an_end(
    fetcher: Fetcher, local_shop: LocalShop
) -> None:
    base = local_shop.url
    local_shop.pages["/self.xml"] = Answer(index(f"{base}/self.xml", f"{base}/0.xml", f"{base}/long.xml"), kind=XML)
    for depth in range(9):
        local_shop.pages[f"/{depth}.xml"] = Answer(index(f"{base}/{depth + 1}.xml"), kind=XML)
    local_shop.pages["/long.xml"] = Answer(urlset(*(f"{base}/p/{number}" for number in range(50))), kind=XML)

    found = sitemap.read(fetcher, [f"{base}/self.xml"], shop_url=base, max_entries=20)

    assert len(found.entries) == 20
    assert found.problems[f"{base}/long.xml"] == "too_many_entries"
    assert "too_deep" in found.problems.values()
    assert "/8.xml" not in local_shop.asked


def test_a_sitemap_that_robots_txt_forbids_is_not_fetched(fetcher: Fetcher, local_shop: LocalShop) -> None:
    address = f"{local_shop.url}/secret/m.xml"

    found = sitemap.read(fetcher, [address], shop_url=local_shop.url, allows=lambda url: "/secret/" not in url)

    assert found.problems == {address: "disallowed"}
    assert local_shop.asked == []


def test_broken_packing_and_a_cut_file_do_no_harm() -> None:
    cut = urlset("https://s.example/1", "https://s.example/2")[:-40]

    with pytest.raises(sitemap.NotASitemap):
        sitemap.parse(b"\x1f\x8b" + bytes(50))
    assert [entry.url for entry in sitemap.parse(cut.encode())[0]][:1] == ["https://s.example/1"]


def test_one_bad_row_costs_no_more_than_that_row() -> None:
    text = """<urlset><url><loc>https://s.example/a</loc><lastmod>0001-01-01T00:00:00+09:00</lastmod></url>
        <url><loc>http://[::1/</loc></url><url><loc>https://s.example:99999/b</loc></url>
        <url><loc>https://s.example/c</loc></url></urlset>"""

    entries, _ = sitemap.parse(text.encode())

    assert entries[0] == sitemap.SitemapEntry("https://s.example/a")
    assert [one.url for one in sitemap._own(entries, "https://s.example/s.xml", "https://s.example/")] == [
        "https://s.example/a",
        "https://s.example/c",
    ]


def test_a_sitemap_packed_in_pieces_is_read_whole() -> None:
    text = urlset("https://s.example/1", "https://s.example/2").encode()
    packed = gzip.compress(text[:60]) + gzip.compress(text[60:])

    entries, _ = sitemap.parse(packed)

    assert [entry.url for entry in entries] == ["https://s.example/1", "https://s.example/2"]


def test_a_million_rows_are_not_held_where_few_are_wanted() -> None:
    text = urlset(*(f"https://s.example/{number}" for number in range(3))) + "<url><loc>https://s.example/x</loc>" * 9

    entries, _ = sitemap._parse(text.encode())

    assert next(iter(entries)).url == "https://s.example/0"
    assert not isinstance(entries, list)
