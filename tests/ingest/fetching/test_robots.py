import pytest

from backend.ingest.fetching import robots
from backend.ingest.fetching.fetch import Fetcher
from backend.ingest.fetching.robots import RobotsUnreachable
from tests.ingest.local_shop import Answer, LocalShop, RunningProxy

TEXT = """
User-agent: *
Disallow: /account/
Crawl-delay: 2

User-agent: NiteruBot
Disallow: /secret/
Disallow: /*?sort=
Allow: /secret/open
Crawl-delay: 0.5

Sitemap: /map.xml
Sitemap: https://shop.example/other.xml
"""


def load(proxy: RunningProxy, shop: LocalShop, tenant: str) -> robots.Robots:
    with Fetcher(proxy.settings(), tenant, shop.url, timeout_s=2.0) as fetcher:
        return robots.load(fetcher, shop.url + "/ja/")


def test_the_rules_for_our_own_name_count_not_those_for_everybody() -> None:
    rules = robots.parse(TEXT, "https://shop.example/robots.txt")

    assert rules.allows("https://shop.example/account/me")
    assert rules.allows("https://shop.example/secret/open")
    assert not rules.allows("https://shop.example/secret/sale")
    assert not rules.allows("https://shop.example/men?sort=price")
    assert rules.delay_s == 0.5
    assert rules.sitemaps == ("https://shop.example/map.xml", "https://shop.example/other.xml")


def test_a_delay_of_an_hour_is_held_to_half_a_minute() -> None:
    assert robots.parse("User-agent: *\nCrawl-delay: 3600", "https://shop.example/robots.txt").delay_s == 30.0


def test_the_file_is_read_from_the_shops_root(proxy: RunningProxy, local_shop: LocalShop, tenant: str) -> None:
    local_shop.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /cart", kind="text/plain")

    rules = load(proxy, local_shop, tenant)

    assert local_shop.asked == ["/robots.txt"]
    assert not rules.allows(local_shop.url + "/cart")
    assert rules.delay_s is None


def test_of_a_file_that_is_too_long_the_first_part_counts(
    proxy: RunningProxy, local_shop: LocalShop, tenant: str
) -> None:
    long = "User-agent: *\nDisallow: /cart\n" + "# words\n" * 80_000 + "Disallow: /late\n"
    local_shop.pages["/robots.txt"] = Answer(long, kind="text/plain")

    rules = load(proxy, local_shop, tenant)

    assert len(long) > robots.MAX_BYTES
    assert not rules.allows(local_shop.url + "/cart")
    assert rules.allows(local_shop.url + "/late")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_shop_without_robots_txt_allows_everything(
    proxy: RunningProxy, local_shop: LocalShop, tenant: str, status: int
) -> None:
    local_shop.pages["/robots.txt"] = Answer("Disallow: /", status=status)

    assert load(proxy, local_shop, tenant).allows(local_shop.url + "/anything")


@pytest.mark.parametrize(("status", "code"), [(500, "http_error"), (503, "rate_limited"), (429, "rate_limited")])
def test_an_unreachable_robots_txt_means_wait(
    proxy: RunningProxy, local_shop: LocalShop, tenant: str, status: int, code: str
) -> None:
    local_shop.pages["/robots.txt"] = Answer(status=status, headers={"Retry-After": "5"})

    with pytest.raises(RobotsUnreachable) as caught:
        load(proxy, local_shop, tenant)

    assert (caught.value.code, caught.value.retry_after) == (code, 5.0)


def test_a_shop_on_a_private_address_is_named_as_such(proxy: RunningProxy, local_shop: LocalShop, tenant: str) -> None:
    proxy.allow[tenant] = set()

    with pytest.raises(RobotsUnreachable) as caught:
        load(proxy, local_shop, tenant)

    assert caught.value.code == "private_address"
    assert local_shop.asked == []
