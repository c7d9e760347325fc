"""What each host asks of us, and how a crawl keeps to it."""

import time
from dataclasses import replace

import pytest

from backend.ingest.advice import Unusable, advice_for
from backend.ingest.crawling.reception import Reception
from backend.ingest.fetching import robots
from backend.ingest.fetching.fetch import Fetcher, FetchError
from backend.ingest.fetching.manners import PAGES, PICTURES, Manners
from backend.ingest.fetching.robots import RobotsUnreachable
from backend.ingest.pulse import Pulse
from backend.tenants.models import new_id
from tests.ingest.local_shop import Answer, LocalShop

SHOP, BLOG = "https://shop.example", "https://blog.shop.example"


@pytest.fixture
def pulse():
    return Pulse(new_id(), new_id(), 1)


def manners_of(proxy, pulse, texts, *, delay_s=0.0):
    settings = replace(proxy.settings(), crawl_delay_s=delay_s)

    def load(url):
        text = texts[url.rstrip("/")]
        if isinstance(text, Exception):
            raise text
        return robots.parse(text, url + "robots.txt")

    return Manners(settings, pulse, load)


def seconds_of(manners, *turns):
    began = time.monotonic()
    for url, lane in turns:
        assert manners.turn(url, lane)
    return time.monotonic() - began


def test_every_host_has_its_own_rules(proxy, pulse):
    manners = manners_of(proxy, pulse, {SHOP: "User-agent: *\nDisallow: /cart", BLOG: "User-agent: *\nDisallow: /"})

    assert manners.allows(f"{SHOP}/products/1")
    assert not manners.allows(f"{SHOP}/cart")
    assert not manners.allows(f"{BLOG}/products/1")


def test_a_host_whose_rules_cannot_be_read_is_asked_for_nothing_and_not_over_and_over(proxy, pulse):
    texts = {SHOP: "", BLOG: RobotsUnreachable("down", code="timeout")}
    manners = manners_of(proxy, pulse, texts)

    with pytest.raises(FetchError) as caught:
        manners.allows(f"{BLOG}/a")
    texts[BLOG] = ""
    with pytest.raises(FetchError):
        manners.allows(f"{BLOG}/a")

    assert (caught.value.code, caught.value.retryable) == ("robots_unreachable", True)
    assert manners.allows(f"{SHOP}/a")


def test_pages_and_pictures_share_one_pace_where_a_crawl_delay_is_named(proxy, pulse):
    named = manners_of(proxy, pulse, {SHOP: "User-agent: *\nCrawl-delay: 0.2"})
    silent = manners_of(proxy, pulse, {SHOP: ""}, delay_s=0.2)
    turns = [(f"{SHOP}/1", PAGES), (f"{SHOP}/1.jpg", PICTURES), (f"{SHOP}/2.jpg", PICTURES)]
    named.allows(SHOP + "/")
    silent.allows(SHOP + "/")

    assert seconds_of(named, *turns) >= 0.4
    assert seconds_of(silent, *turns) < 0.4


def test_a_host_that_asks_us_to_wait_is_asked_for_neither_pages_nor_pictures(proxy, pulse):
    manners = manners_of(proxy, pulse, {SHOP: "", BLOG: ""})

    manners.hold(f"{SHOP}/1", 0.3)

    assert seconds_of(manners, (f"{BLOG}/1", PAGES)) < 0.3
    assert seconds_of(manners, (f"{SHOP}/1.jpg", PICTURES)) > 0.1


def test_what_a_page_asks_for_by_itself_puts_off_the_next_page(proxy, pulse):
    waited = []
    for text in ("User-agent: *\nCrawl-delay: 0.1", ""):
        manners = manners_of(proxy, pulse, {SHOP: text}, delay_s=0.1)
        manners.allows(SHOP + "/")
        manners.turn(f"{SHOP}/1")
        for _ in range(3):
            manners.owe(f"{SHOP}/script.js", PICTURES)
        manners.owe(f"{SHOP}/api")
        waited.append(seconds_of(manners, (f"{SHOP}/2", PAGES)))

    assert waited[0] >= 0.4  # one pace for all
    assert 0.1 <= waited[1] < waited[0]  # scripts are files, as pictures are


def test_a_page_that_asks_for_hundreds_of_things_does_not_keep_its_shop_from_being_read(proxy, pulse):
    manners = manners_of(proxy, pulse, {SHOP: ""}, delay_s=0.02)
    for _ in range(400):
        manners.owe(f"{SHOP}/api")

    assert seconds_of(manners, (f"{SHOP}/2", PAGES)) < 4.0


def test_nobody_waits_for_a_turn_once_the_crawl_has_to_stop(proxy, pulse):
    manners = manners_of(proxy, pulse, {SHOP: ""})
    manners.hold(SHOP, 600)
    pulse.stop()

    assert not manners.turn(f"{SHOP}/1")
    assert not manners.invited(f"{SHOP}/sitemap.xml")


def test_a_redirect_to_what_robots_forbids_is_not_followed(proxy, pulse, local_shop: LocalShop, tenant):
    local_shop.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /secret", kind="text/plain")
    local_shop.pages["/a"] = Answer(status=302, headers={"Location": "/secret/a"})
    local_shop.pages["/a.jpg"] = Answer(status=302, headers={"Location": "/secret/a.jpg"})
    manners = Manners(proxy.settings(), pulse, lambda url: robots.load(fetcher, url))

    with Fetcher(proxy.settings(), tenant, local_shop.url, allows=manners.allows) as fetcher:
        for get, path in ((fetcher.get, "/a"), (fetcher.get_image, "/a.jpg")):
            with pytest.raises(FetchError) as caught:
                get(local_shop.url + path)
            assert caught.value.code == "disallowed"

    assert local_shop.asked == ["/robots.txt", "/a", "/a.jpg"]


def note_all(reception, reasons):
    for reason in reasons:
        reception.note(reason)


@pytest.mark.parametrize(
    ("reason", "code", "word"),
    [
        ("http_403", "shop_refuses", "403"),
        ("http_502", "shop_refuses", "errors"),
        ("bot_check", "shop_refuses", "protection"),
        ("timeout", "shop_unreachable", "time"),
    ],
)
def test_a_shop_that_answers_nothing_but_refusals_is_not_asked_on_and_on(reason, code, word):
    with pytest.raises(Unusable) as caught:
        note_all(Reception(), [None, *[reason] * 40])

    assert (caught.value.code, word in advice_for(caught.value.reason)) == (code, True)


def test_a_shop_where_half_the_pages_fail_or_many_are_missing_is_crawled_on():
    note_all(Reception(), [None, "http_404", "http_403", "http_404"] * 200)
