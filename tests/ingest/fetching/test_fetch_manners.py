"""What a fetch tells of itself, what it remembers and what it may ask for."""

import gzip
from collections.abc import Iterator

import pytest

from backend.ingest.fetching.fetch import Fetcher, FetchError
from tests.ingest.fetching.test_fetch import JPEG, error_of
from tests.ingest.local_shop import Answer, LocalShop, RunningProxy


@pytest.fixture
def fetcher(proxy: RunningProxy, local_shop: LocalShop, tenant: str) -> Iterator[Fetcher]:
    with Fetcher(proxy.settings(), tenant, local_shop.url, timeout_s=2.0) as fetcher:
        yield fetcher


def test_cookies_do_not_outlive_their_page(fetcher: Fetcher, local_shop: LocalShop) -> None:
    """Or `/en/` would turn every later page into English, and `/currency/USD` its prices."""
    local_shop.pages["/en/"] = Answer("hello", headers={"Set-Cookie": "lang=en; Path=/"})
    local_shop.pages["/"] = Answer("こんにちは")

    fetcher.get(local_shop.url + "/en/")
    fetcher.get(local_shop.url + "/")

    assert "cookie" not in local_shop.headers


def test_a_cookie_that_a_redirect_sets_comes_with_the_request_it_leads_to(
    fetcher: Fetcher, local_shop: LocalShop
) -> None:
    local_shop.pages["/go"] = Answer(status=302, headers={"Set-Cookie": "seen=1; Path=/", "Location": "/"})
    local_shop.pages["/"] = Answer("here")

    fetcher.get(local_shop.url + "/go")

    assert local_shop.headers["cookie"] == "seen=1"


def test_a_shop_hears_the_tenants_language(proxy: RunningProxy, local_shop: LocalShop, tenant: str) -> None:
    local_shop.pages["/"] = Answer("here")

    with Fetcher(proxy.settings(), tenant, local_shop.url, locale="en") as fetcher:
        fetcher.get(local_shop.url + "/")

    assert local_shop.headers["accept-language"] == "en"


def test_a_page_that_is_known_already_comes_without_its_body(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/"] = Answer("here", headers={"ETag": '"1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"})
    first = fetcher.get(local_shop.url + "/")
    local_shop.pages["/"] = Answer(status=304, headers={"ETag": '"1"'})

    again = fetcher.get(local_shop.url + "/", etag=first.etag, last_modified=first.last_modified)

    assert (first.not_modified, again.not_modified, again.body) == (False, True, b"")
    assert local_shop.headers["if-none-match"] == '"1"'
    assert local_shop.headers["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"


def test_an_unchanged_answer_to_who_knows_nothing_is_an_error(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/"] = Answer(status=304)

    assert error_of(fetcher, local_shop.url + "/").status == 304


def test_a_known_picture_may_stay_unchanged_too(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/a.jpg"] = Answer(status=304, kind="image/jpeg")

    assert fetcher.get_image(local_shop.url + "/a.jpg", etag='"1"').not_modified


def test_what_robots_disallow_is_not_fetched_not_even_by_way_of_a_redirect(
    proxy: RunningProxy, local_shop: LocalShop, tenant: str
) -> None:
    local_shop.pages["/go"] = Answer(status=302, headers={"Location": "/secret/sale"})
    local_shop.pages["/secret/sale"] = local_shop.pages["/robots.txt"] = Answer("here")

    with Fetcher(proxy.settings(), tenant, local_shop.url, allows=lambda url: url.endswith("/go")) as fetcher:
        errors = [error_of(fetcher, local_shop.url + path) for path in ("/secret/sale", "/go")]
        picture = error_of(fetcher, local_shop.url + "/go", image=True)
        fetcher.get(local_shop.url + "/robots.txt", kind="robots")

    assert {(error.code, error.retryable) for error in (*errors, picture)} == {("disallowed", False)}
    assert local_shop.asked == ["/go", "/go", "/robots.txt"]


def test_every_answer_is_noted_with_its_kind_its_bytes_and_its_status(
    proxy: RunningProxy, local_shop: LocalShop, tenant: str
) -> None:
    noted: list[tuple[str, int, int]] = []
    local_shop.pages["/go"] = Answer(status=302, headers={"Location": "/"})
    local_shop.pages["/"] = Answer(gzip.compress(b"x" * 10_000), headers={"Content-Encoding": "gzip"})
    local_shop.pages["/a.jpg"] = Answer(JPEG)

    with Fetcher(
        proxy.settings(), tenant, local_shop.url, timeout_s=1.0, note=lambda *facts: noted.append(facts)
    ) as fetcher:
        fetcher.get(local_shop.url + "/go", kind="sitemap")
        fetcher.get_image(local_shop.url + "/a.jpg")
        error_of(fetcher, local_shop.url + "/none")
        proxy.away = True
        error_of(fetcher, local_shop.url + "/")

    assert [(kind, status) for kind, _, status in noted] == [
        ("sitemap", 302), ("sitemap", 200), ("image", 200), ("page", 404),
    ]  # fmt: skip
    assert 0 < noted[1][1] < 200
    assert noted[2][1] == len(JPEG)


def test_a_feed_may_stand_anywhere_public(fetcher: Fetcher, local_shop: LocalShop) -> None:
    local_shop.pages["/feed"] = Answer(status=302, headers={"Location": "http://feeds.example/x.xml"})

    inside = error_of(fetcher, local_shop.url + "/feed")
    with pytest.raises(FetchError) as anywhere:
        fetcher.get(local_shop.url + "/feed", kind="feed", anywhere=True)

    assert inside.code == "foreign_redirect"
    assert anywhere.value.code == "connection"  # asked for, but nobody knows the name
