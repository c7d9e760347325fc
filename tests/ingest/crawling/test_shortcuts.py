"""A platform's list of all products: where pages are found, and which need no look while page and platform agree."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from backend.db import transaction
from backend.ingest.crawling import shortcuts
from backend.tenants.models import ShopHost, now
from tests.ingest.local_shop import Answer

pytest_plugins = ("tests.ingest.whole",)

PER_PAGE = 4


def publish(shop, *, price=None):
    """Open the shop without sitemap or links to its goods: only /products.json names them, 4 at a time."""
    shop.open()
    del shop.pages["/sitemap.xml"]
    shop.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /cart", kind="text/plain")
    shop.pages["/"] = Answer("<html><body><h1>Shop</h1></body></html>")
    rows = [
        {
            "handle": goods.slug,
            "title": goods.title,
            "variants": [{"price": price or goods.price, "available": goods.availability == "InStock"}],
        }
        for goods in shop.goods.values()
    ]
    for number in range(1, 2 + -(-len(rows) // PER_PAGE)):
        part = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
        shop.pages[f"/products.json?limit=250&page={number}"] = Answer(
            json.dumps({"products": part}), kind="application/json"
        )


@pytest.fixture
def platform_shop(selling_shop, monkeypatch):
    monkeypatch.setattr(shortcuts.random, "random", lambda: 1.0)  # no page is read for luck
    for number in range(9):
        selling_shop.offer(f"dress-{number}", f"Dress {number}", "10.00")
    publish(selling_shop)
    return selling_shop


def product_pages(shop):
    return [path for path in shop.asked if path.startswith("/products/")]


def test_a_platform_names_every_product_to_its_last_page(ingest, platform_shop):
    facts = ingest.crawl()

    assert facts["products"]["new"] == 9
    assert facts["requests"]["platform"] == 4


def test_only_pages_of_which_the_platform_says_something_new_are_read_again(ingest, platform_shop):
    ingest.crawl()
    platform_shop.goods["dress-3"].price = "7.00"
    del platform_shop.goods["dress-4"]
    platform_shop.offer("dress-9", "Dress 9", "11.00")
    publish(platform_shop)
    platform_shop.forget()

    facts = ingest.crawl()

    assert facts["products"] == {"new": 1, "changed": 1, "unchanged": 7, "gone": 1, "attention": 9}
    assert set(product_pages(platform_shop)) == {"/products/dress-3", "/products/dress-4", "/products/dress-9"}
    assert ingest.products()["dress-3"].price == Decimal(7)
    assert ingest.products()["dress-4"].state == "gone"


def test_where_platform_and_pages_disagree_every_page_is_read(ingest, platform_shop):
    publish(platform_shop, price="99.00")
    ingest.crawl()
    platform_shop.forget()

    facts = ingest.crawl()

    assert {product.price for product in ingest.products().values()} == {Decimal(10)}
    assert facts["products"]["unchanged"] == 9
    assert len(set(product_pages(platform_shop))) == 9


def test_a_shop_without_a_platform_is_not_asked_for_one_every_day(ingest, selling_shop):
    selling_shop.offer("dress-1", "Dress 1")
    selling_shop.open()
    first = ingest.crawl()

    second = ingest.crawl()

    assert first["requests"]["platform"] > 0
    assert second["requests"]["platform"] == 0


def test_a_shop_is_asked_for_its_platform_again_a_month_after_it_was_asked(ingest, selling_shop):
    selling_shop.offer("dress-1", "Dress 1", "10.00")
    selling_shop.open()
    ingest.crawl()
    asked_at = now() - timedelta(days=20)
    with transaction(ingest.tenant_id) as session:
        session.execute(update(ShopHost).values(platform_at=asked_at))

    ingest.crawl()

    with transaction(ingest.tenant_id) as session:
        assert session.scalar(select(ShopHost.platform_at)) == asked_at
