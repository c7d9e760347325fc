"""The seller's feed in place of a crawl, and beside one."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.ingest import feeds
from backend.storage import open_storage
from backend.tenants import accounts
from backend.tenants.models import Feed
from tests.ingest.local_shop import Answer

pytest_plugins = ("tests.ingest.whole",)

ROW = (
    "<item><g:id>{slug}</g:id><title>{title}</title><link>{url}/products/{slug}</link>"
    "<g:price>{price} USD</g:price><g:availability>in_stock</g:availability></item>"
)


def publish(shop, *, broken=False):
    rows = "".join(
        ROW.format(slug=one.slug, title=one.title, url=shop.url, price=one.price) for one in shop.goods.values()
    )
    end = "" if broken else "</channel></rss>"
    feed = f'<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel>{rows}{end}'
    shop.pages["/feed.xml"] = Answer(feed, kind="application/xml")


@pytest.fixture
def feed_shop(selling_shop, ingest):
    for number in range(5):
        selling_shop.offer(f"dress-{number}", f"Dress {number}", "10.00")
    publish(selling_shop)
    use(ingest, "feed", selling_shop.url + "/feed.xml")
    return selling_shop


def use(ingest, source, url):
    with transaction(ingest.tenant_id) as session:
        feeds.choose(session, ingest.tenant_id, source=source, feed_url=url)


def read_feed_row(ingest):
    with transaction(ingest.tenant_id) as session:
        return session.scalars(select(Feed).where(Feed.tenant_id == ingest.tenant_id)).one()


def test_a_feed_alone_makes_the_catalog_and_no_page_is_asked_for(ingest, feed_shop):
    facts = ingest.crawl()

    assert (facts["state"], facts["products"]["new"]) == ("succeeded", 5)
    assert feed_shop.asked == ["/feed.xml"]
    assert (facts["requests"]["feed"], facts["pages"]["http"]) == (1, 0)
    product = ingest.products()["dress-3"]
    assert (product.title, product.price, product.currency, product.availability) == (
        "Dress 3", Decimal(10), "USD", "InStock",
    )  # fmt: skip
    assert read_feed_row(ingest).rows == 5


def test_the_next_feed_changes_prices_and_a_product_that_two_feeds_miss_is_gone(ingest, feed_shop):
    ingest.crawl()
    feed_shop.goods["dress-3"].price = "7.00"
    del feed_shop.goods["dress-4"]
    publish(feed_shop)

    second, third = ingest.crawl(), ingest.crawl()

    assert (second["products"]["changed"], second["products"]["unchanged"], second["products"]["gone"]) == (1, 3, 0)
    assert third["products"]["gone"] == 1
    assert ingest.products()["dress-3"].price == Decimal(7)
    assert ingest.products()["dress-4"].state == "gone"


def test_a_feed_that_breaks_off_takes_nothing_out_of_search(ingest, feed_shop):
    ingest.crawl()
    for slug in ("dress-2", "dress-3", "dress-4"):
        del feed_shop.goods[slug]
    publish(feed_shop, broken=True)

    first, second = ingest.crawl(), ingest.crawl()

    assert (first["products"]["gone"], second["products"]["gone"]) == (0, 0)
    assert "end" in second["advice"]
    assert read_feed_row(ingest).problems != []


@pytest.mark.parametrize(
    ("answer", "code"),
    [(Answer("no", status=404), "feed_unreachable"), (Answer("<html><h1>Hello</h1></html>"), "feed_unreadable")],
)
def test_an_address_without_a_feed_ends_with_advice(ingest, feed_shop, answer, code):
    feed_shop.pages["/feed.xml"] = answer

    facts = ingest.crawl()

    assert (facts["state"], facts["error"]) == ("failed", code)
    assert "feed" in facts["advice"]


def test_beside_a_crawl_the_feed_names_pages_that_no_link_leads_to(ingest, feed_shop):
    feed_shop.open()
    del feed_shop.pages["/sitemap.xml"]
    feed_shop.pages["/"] = Answer("<html><body><h1>Shop</h1></body></html>")
    publish(feed_shop)
    use(ingest, "both", feed_shop.url + "/feed.xml")

    facts = ingest.crawl()

    assert facts["products"]["new"] == 5
    assert facts["pages"]["http"] == 6


def test_a_feed_without_an_address_cannot_be_chosen_and_what_was_chosen_before_stays(make_shop):
    tenant_id = make_shop().tenant_id
    bad = {"source": "both", "feed_url": "ftp://shop.example/feed"}, {"source": "pages"}
    for error, chosen in ((feeds.NoFeed, {"source": "feed"}), *((feeds.BadSource, each) for each in bad)):
        with transaction(tenant_id) as session, pytest.raises(error):
            feeds.choose(session, tenant_id, **chosen)

    with transaction(tenant_id) as session:
        feeds.choose(session, tenant_id, source="crawl", feed_url="https://shop.example/feed.xml")
        feeds.choose(session, tenant_id, source="feed")
        settings = accounts.get_tenant(session, tenant_id).settings

    assert settings == {"source": "feed", "feed_url": "https://shop.example/feed.xml"}


def test_an_uploaded_file_makes_the_catalog_and_can_be_replaced(ingest, feed_shop, settings):
    storage, feed = open_storage(settings.storage_url), feed_shop.pages["/feed.xml"].body
    feeds.keep_upload(ingest.tenant_id, storage, feed.encode())

    first = ingest.crawl()
    del feed_shop.goods["dress-4"]
    feed_shop.goods["dress-3"].price = "7.00"
    publish(feed_shop)
    feeds.keep_upload(ingest.tenant_id, storage, feed_shop.pages["/feed.xml"].body.encode())
    second = ingest.crawl()

    assert (first["products"]["new"], second["products"]["changed"]) == (5, 1)
    assert feed_shop.asked == []
    assert read_feed_row(ingest).rows == 4


def test_an_uploaded_file_that_is_gone_from_the_store_ends_the_crawl_with_advice(ingest, feed_shop, settings):
    storage = open_storage(settings.storage_url)
    feeds.keep_upload(ingest.tenant_id, storage, feed_shop.pages["/feed.xml"].body.encode())
    storage.delete_all(f"{ingest.tenant_id}/feeds")

    facts = ingest.crawl()

    assert (facts["state"], facts["error"]) == ("failed", "no_feed")
    assert "upload" in facts["advice"]
